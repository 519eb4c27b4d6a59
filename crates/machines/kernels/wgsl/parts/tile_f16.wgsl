// Weights are kept in workgroup memory as halves. That takes a quarter less of it, so more workgroups run at once. Only weights
// are: activations of this model family leave the range of a half, and sums would lose digits.
alias TileQuad = vec4<f16>;
