// Shared by the matrix-vector kernels: four rows of the matrix times X_ROWS rows of x. A workgroup takes whole rows, and each
// lane every 32nd unit of them. So x is read once for the four rows, and its norm needs no pass of its own: the product is
// W (x * gain) / rms(x), and the rms is summed in the same pass.
// The workgroup has 32 lanes because most rows of these models are multiples of 32 units, and because on most GPUs 32 lanes are
// one subgroup, whose barriers cost nothing. On software adapters a barrier costs more, the more lanes there are.
const WORKGROUP = 32u;
alias Summand = vec4<f32>;

// Component i of element r: row `rows[i]` of the matrix times row r of x.
fn row_dots(rows: vec4<u32>, lane: Lane) -> array<vec4<f32>, X_ROWS> {
    let starts = rows * row_words();
    let n_units = (params.cols + 15u) / 16u;
    var dots: array<vec4<f32>, X_ROWS>;
    var squares: vec4<f32>;
    for (var unit = lane.index; unit < n_units; unit += WORKGROUP) {
        let a = load_unit(starts[0], unit);
        let b = load_unit(starts[1], unit);
        let c = load_unit(starts[2], unit);
        let d = load_unit(starts[3], unit);
        let quads = unit_quads(unit);
        for (var r = 0u; r < X_ROWS; r++) {
            var v = x_unit(r, quads);
            if params.normalise == 1u {
                squares[r] += dot(v[0], v[0]) + dot(v[1], v[1]) + dot(v[2], v[2]) + dot(v[3], v[3]);
                v = mat4x4(
                    v[0] * gain_quad(quads[0]), v[1] * gain_quad(quads[1]),
                    v[2] * gain_quad(quads[2]), v[3] * gain_quad(quads[3]),
                );
            }
            // A row vector of ones times v: the sum of each quad.
            let sums = vec4(1.0) * v;
            dots[r] += vec4(unit_dot(a, v, sums), unit_dot(b, v, sums), unit_dot(c, v, sums), unit_dot(d, v, sums));
        }
    }
    for (var r = 0u; r < X_ROWS; r++) {
        dots[r] = workgroup_sum(dots[r], lane);
    }
    if params.normalise == 1u {
        let mean = workgroup_sum(squares, lane) / f32(params.cols);
        for (var r = 0u; r < X_ROWS; r++) {
            dots[r] *= inverseSqrt(mean[r] + params.eps);
        }
    }
    return dots;
}

fn gain_quad(quad: u32) -> vec4<f32> {
    return gain[min(quad, params.cols / 4u - 1u)];
}
