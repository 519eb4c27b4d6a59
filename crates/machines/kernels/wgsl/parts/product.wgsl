// Shared by the products with many rows of x: their parameters, their tiles of 64 rows of W by 64 rows of x, and the store.
struct Params {
    cols: u32,
    rows: u32,
    x_rows: u32,
    weight_row: u32,
    out_col: u32,
    out_cols: u32,
    has_bias: u32,
    has_residual: u32,
}

const TILE = 64u;
const UNITS = 2u; // of a step
const WORKGROUP = UNITS * TILE;
const LANES_W = 8u; // lanes along the rows of W; each takes every eighth
const LANES_X = WORKGROUP / LANES_W; // lanes along the rows of x; each takes every sixteenth
const PER_LANE_W = TILE / LANES_W;

// Stores the product of a row of W and a row of x, with bias and residual added.
fn store(row: u32, x_row: u32, sum: f32) {
    if row >= params.rows || x_row >= params.x_rows {
        return;
    }
    let col = params.out_col + row;
    var value = sum;
    if params.has_bias == 1u {
        value += bias[col];
    }
    if params.has_residual == 1u {
        value += residual[x_row * params.out_cols + col];
    }
    y[x_row * params.out_cols + col] = value;
}
