// a + b.

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>; // (n_quads)
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>; // (n_quads)
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // (n_quads)
@group(0) @binding(3) var<uniform> params: Params;

fn value(i: u32) -> vec4<f32> {
    return a[i] + b[i];
}
