// Copies rows, for `splice` (which replaces rows) and `last_row`.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (from_row + rows, row_quads)
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // (to_row + rows, row_quads)
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
    rows: u32,
    row_quads: u32,
    from_row: u32,
    to_row: u32,
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let i = group_index(group) * WORKGROUP + lane;
    if i < params.rows * params.row_quads {
        y[params.to_row * params.row_quads + i] = x[params.from_row * params.row_quads + i];
    }
}
