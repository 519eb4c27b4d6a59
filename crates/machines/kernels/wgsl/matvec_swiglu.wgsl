// y = silu(gate) * up, with [gate | up] = norm(x) WT. W is the rows of the gate and then as many rows of the up projection.
// A workgroup computes two columns of y from two rows of each.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (X_ROWS, cols/4)
@group(0) @binding(1) var<storage, read> gain: array<vec4<f32>>; // (cols/4); read if normalise
@group(0) @binding(2) var<storage, read> weights: array<u32>; // (2 out_cols, row_words)
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // (X_ROWS, out_cols)
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
    cols: u32,
    out_cols: u32,
    normalise: u32,
    eps: f32,
}

@compute @workgroup_size(WORKGROUP)
fn main(lane: Lane, group: Group) {
    let first = 2u * group_index(group);
    if first >= params.out_cols {
        return;
    }
    let cols = min(first + vec2(0u, 1u), vec2(params.out_cols - 1u));
    let dots = row_dots(vec4(cols, params.out_cols + cols), lane);
    let col = first + lane.index;
    if lane.index >= 2u || col >= params.out_cols {
        return;
    }
    for (var r = 0u; r < X_ROWS; r++) {
        let gate = dots[r][lane.index];
        let up = dots[r][lane.index + 2u];
        y[r * params.out_cols + col] = gate / (1.0 + exp(-gate)) * up;
    }
}
