// Weights are kept in workgroup memory as f32.
alias TileQuad = vec4<f32>;
