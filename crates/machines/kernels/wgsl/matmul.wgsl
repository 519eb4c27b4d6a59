// y = x WT + bias + residual for many rows of x. A workgroup computes 64 rows of W by 64 rows of x, each lane 8 by 4.
// A step is two units deep: every lane unpacks one unit of one row of W and copies one unit of x. So a workgroup unpacks no
// weight twice, and the columns of a unit may be anywhere in the row.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (x_rows, cols/4)
@group(0) @binding(1) var<storage, read> weights: array<u32>; // (weight_row + rows, row_words)
@group(0) @binding(2) var<storage, read> bias: array<f32>; // (out_cols); read if has_bias
@group(0) @binding(3) var<storage, read> residual: array<f32>; // (x_rows, out_cols); read if has_residual
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (x_rows, out_cols); columns out_col .. out_col + rows
@group(0) @binding(5) var<uniform> params: Params;

const QUADS = 4u * UNITS; // of a step
const NEXT_W = LANES_W * QUADS; // from one of a lane's rows to its next, in a tile
const NEXT_X = LANES_X * QUADS;

var<workgroup> w_tile: array<TileQuad, TILE * QUADS>; // (TILE, QUADS), see `place`
var<workgroup> x_tile: array<vec4<f32>, TILE * QUADS>; // (TILE, QUADS)

// Rows are 8 quads apart, so the same quad of neighbouring rows would be in the same memory bank. Therefore each row starts with
// another quad; every eighth row starts with the same one.
fn place(row: u32, quad: u32) -> u32 {
    return row * QUADS + (quad ^ (row % QUADS));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) tile: vec3<u32>) {
    let first_w = TILE * tile.x;
    let first_x = TILE * tile.y;
    // This lane copies one unit in each step. Rows past the last repeat it, and are not stored.
    let copied = lane / 2u;
    let w_start = (params.weight_row + min(first_w + copied, params.rows - 1u)) * row_words();
    let x_row = min(first_x + copied, params.x_rows - 1u);
    // It multiplies these rows.
    let lane_w = lane % LANES_W;
    let lane_x = lane / LANES_W;
    // Four rows of W by four rows of x each. They are never indexed with a variable, so every compiler keeps them in registers.
    var low: mat4x4<f32>;
    var high: mat4x4<f32>;

    for (var step = 0u; 16u * step < params.cols; step += 2u) {
        let unit = step + lane % 2u;
        let quads = unit_quads(unit);
        let w = unit_weights(load_unit(w_start, unit));
        let v = x_unit(x_row, quads);
        for (var i = 0u; i < 4u; i++) {
            let at = place(copied, 4u * (lane % 2u) + i);
            w_tile[at] = TileQuad(w[i]);
            x_tile[at] = v[i];
        }
        workgroupBarrier();
        for (var quad = 0u; quad < QUADS; quad++) {
            let at_w = place(lane_w, quad);
            let at_x = place(lane_x, quad);
            let v = mat4x4(
                x_tile[at_x], x_tile[at_x + NEXT_X], x_tile[at_x + 2u * NEXT_X], x_tile[at_x + 3u * NEXT_X],
            );
            // A row vector times v: its products with the four rows of x.
            low += mat4x4(
                w_quad(at_w) * v, w_quad(at_w + NEXT_W) * v, w_quad(at_w + 2u * NEXT_W) * v, w_quad(at_w + 3u * NEXT_W) * v,
            );
            high += mat4x4(
                w_quad(at_w + 4u * NEXT_W) * v, w_quad(at_w + 5u * NEXT_W) * v, w_quad(at_w + 6u * NEXT_W) * v,
                w_quad(at_w + 7u * NEXT_W) * v,
            );
        }
        workgroupBarrier();
    }

    let sums = array(low, high);
    for (var j = 0u; j < PER_LANE_W; j++) {
        let row = first_w + lane_w + j * LANES_W;
        for (var i = 0u; i < 4u; i++) {
            store(row, first_x + lane_x + i * LANES_X, sums[j / 4u][j % 4u][i]);
        }
    }
}

fn w_quad(at: u32) -> vec4<f32> {
    return vec4<f32>(w_tile[at]);
}
