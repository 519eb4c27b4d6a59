// a + b.

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>; // (n_quads)
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>; // (n_quads)
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // (n_quads)
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    n_quads: u32,
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let i = group_index(group) * WORKGROUP + lane;
    if i < params.n_quads {
        y[i] = a[i] + b[i];
    }
}
