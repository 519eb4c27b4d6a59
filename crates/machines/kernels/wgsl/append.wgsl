// Appends rows of keys and values to a cache, whose rows hold both.

@group(0) @binding(0) var<storage, read> k: array<vec4<f32>>; // (rows, row_quads)
@group(0) @binding(1) var<storage, read> v: array<vec4<f32>>; // (rows, row_quads)
@group(0) @binding(2) var<storage, read_write> cache: array<vec4<f32>>; // (capacity, 2, row_quads): keys, values
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    rows: u32,
    row_quads: u32,
    n_past: u32, // rows already in the cache
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let i = group_index(group) * WORKGROUP + lane;
    if i >= params.rows * params.row_quads {
        return;
    }
    let start = (params.n_past + i / params.row_quads) * 2u * params.row_quads;
    cache[start + i % params.row_quads] = k[i];
    cache[start + params.row_quads + i % params.row_quads] = v[i];
}
