// Rotates columns i and i + dim/2 of every head by the table's angle (row, i). A lane for each pair.

@group(0) @binding(0) var<storage, read> x: array<f32>; // (rows, n_heads, dim)
@group(0) @binding(1) var<storage, read> cosines: array<f32>; // (rows, dim/2)
@group(0) @binding(2) var<storage, read> sines: array<f32>; // (rows, dim/2)
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // (rows, n_heads, dim)
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
    rows: u32,
    n_heads: u32,
    dim: u32,
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let n_pairs = params.dim / 2u;
    let pair = group_index(group) * WORKGROUP + lane;
    if pair >= params.rows * params.n_heads * n_pairs {
        return;
    }
    let i = pair % n_pairs;
    let head = pair / n_pairs; // of all rows
    let at = head * params.dim + i;
    let angle = head / params.n_heads * n_pairs + i;
    let c = cosines[angle];
    let s = sines[angle];
    let a = x[at];
    let b = x[at + n_pairs];
    y[at] = a * c - b * s;
    y[at + n_pairs] = b * c + a * s;
}
