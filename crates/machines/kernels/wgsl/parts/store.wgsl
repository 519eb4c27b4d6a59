// Puts the product of a row of W and a row of x where it belongs, with what is added to it.
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
