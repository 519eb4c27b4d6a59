// Weights wait in workgroup memory as singles.
alias TileQuad = vec4<f32>;
