// Weights wait in workgroup memory as halves: a quarter less of it, which lets more workgroups in. Only weights: activations
// of this model family leave the range of a half, and sums lose digits in one.
alias TileQuad = vec4<f16>;
