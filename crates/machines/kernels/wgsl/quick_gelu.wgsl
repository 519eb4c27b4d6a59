// x * sigmoid(1.702 x).

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (n_quads)
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // (n_quads)
@group(0) @binding(2) var<uniform> params: Params;

fn value(i: u32) -> vec4<f32> {
    return x[i] / (1.0 + exp(-1.702 * x[i]));
}
