// silu(gate) * up, with silu(v) = v * sigmoid(v).

@group(0) @binding(0) var<storage, read> gate: array<vec4<f32>>; // (n_quads)
@group(0) @binding(1) var<storage, read> up: array<vec4<f32>>; // (n_quads)
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // (n_quads)
@group(0) @binding(3) var<uniform> params: Params;

fn value(i: u32) -> vec4<f32> {
    return gate[i] / (1.0 + exp(-gate[i])) * up[i];
}
