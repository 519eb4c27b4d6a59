// y = norm(x) WT + bias + residual for 1 to 4 rows of x; the norm is optional. A workgroup takes four rows of W.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (X_ROWS, cols/4)
@group(0) @binding(1) var<storage, read> gain: array<vec4<f32>>; // (cols/4); read if normalise
@group(0) @binding(2) var<storage, read> weights: array<u32>; // (weight_row + rows, row_words)
@group(0) @binding(3) var<storage, read> bias: array<f32>; // (out_cols); read if has_bias
@group(0) @binding(4) var<storage, read> residual: array<f32>; // (X_ROWS, out_cols); read if has_residual
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (X_ROWS, out_cols); columns out_col .. out_col + rows
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
    cols: u32,
    rows: u32,
    weight_row: u32,
    out_col: u32,
    out_cols: u32,
    has_bias: u32,
    has_residual: u32,
    normalise: u32,
    eps: f32,
}

@compute @workgroup_size(WORKGROUP)
fn main(lane: Lane, group: Group) {
    let first = 4u * group_index(group);
    if first >= params.rows {
        return;
    }
    // Rows past the last repeat it, and are not stored.
    let rows = min(first + vec4(0u, 1u, 2u, 3u), vec4(params.rows - 1u));
    let dots = row_dots(params.weight_row + rows, lane);
    let row = first + lane.index;
    if lane.index >= 4u || row >= params.rows {
        return;
    }
    let col = params.out_col + row;
    for (var r = 0u; r < X_ROWS; r++) {
        var value = dots[r][lane.index];
        if params.has_bias == 1u {
            value += bias[col];
        }
        if params.has_residual == 1u {
            value += residual[r * params.out_cols + col];
        }
        y[r * params.out_cols + col] = value;
    }
}
