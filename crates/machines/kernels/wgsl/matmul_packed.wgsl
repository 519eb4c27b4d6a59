// `matmul` in integers: x in 8 bits from `quantise_rows`, weights as their quants, four products in an instruction. Tiles take a
// quarter of the workgroup memory and of its bandwidth. It takes formats in which the first two quads of a unit share a scale
// and the last two as well: all blocks except Q2_K, Q3_K and Q6_K. It rounds x as llama.cpp does on a CPU, so it is optional.

@group(0) @binding(0) var<storage, read> quants: array<u32>; // (x_rows, cols/4): four to a word
@group(0) @binding(1) var<storage, read> scales: array<f32>; // (x_rows, cols/32)
@group(0) @binding(2) var<storage, read> weights: array<u32>; // (weight_row + rows, row_words)
@group(0) @binding(3) var<storage, read> bias: array<f32>; // (out_cols); read if has_bias
@group(0) @binding(4) var<storage, read> residual: array<f32>; // (x_rows, out_cols); read if has_residual
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // (x_rows, out_cols); columns out_col .. out_col + rows
@group(0) @binding(6) var<uniform> params: Params;

// A unit of a row: its quants, and for each of its two pairs of quads a scale, and a factor for the offset or sum of the other
// side.
struct Packed {
    quants: vec4<u32>,
    scale: vec2<f32>,
    other: vec2<f32>, // a weight's offset, or the sum of x
}

var<workgroup> w_tile: array<Packed, UNITS * TILE>; // (UNITS, TILE)
var<workgroup> x_tile: array<Packed, UNITS * TILE>; // (UNITS, TILE)

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) tile: vec3<u32>) {
    let first_w = TILE * tile.x;
    let first_x = TILE * tile.y;
    // This lane copies one unit in each step. Rows past the last repeat it, and are not stored.
    let copied = lane / UNITS;
    let w_start = (params.weight_row + min(first_w + copied, params.rows - 1u)) * row_words();
    let x_row = min(first_x + copied, params.x_rows - 1u);
    let place = lane % UNITS * TILE + copied;
    // It multiplies these rows.
    let lane_w = lane % LANES_W;
    let lane_x = lane / LANES_W;
    var sums: array<vec4<f32>, PER_LANE_W>; // a row of W by four rows of x

    for (var step = 0u; 16u * step < params.cols; step += UNITS) {
        let unit = step + lane % UNITS;
        let w = load_unit(w_start, unit);
        w_tile[place] = Packed(w.quants, w.scale.xz, w.offset.xz);
        x_tile[place] = packed_x(x_row, unit_quads(unit));
        workgroupBarrier();
        for (var u = 0u; u < UNITS; u++) {
            let a = x_tile[u * TILE + lane_x];
            let b = x_tile[u * TILE + lane_x + LANES_X];
            let c = x_tile[u * TILE + lane_x + 2u * LANES_X];
            let d = x_tile[u * TILE + lane_x + 3u * LANES_X];
            for (var j = 0u; j < PER_LANE_W; j++) {
                let e = w_tile[u * TILE + lane_w + j * LANES_W];
                sums[j] += vec4(packed_dot(e, a), packed_dot(e, b), packed_dot(e, c), packed_dot(e, d));
            }
        }
        workgroupBarrier();
    }

    for (var j = 0u; j < PER_LANE_W; j++) {
        let row = first_w + lane_w + j * LANES_W;
        for (var i = 0u; i < 4u; i++) {
            store(row, first_x + lane_x + i * LANES_X, sums[j][i]);
        }
    }
}

fn packed_x(row: u32, quads: vec4<u32>) -> Packed {
    let at = row * (params.cols / 4u) + quads;
    let words = vec4(quants[at[0]], quants[at[1]], quants[at[2]], quants[at[3]]);
    let scale = vec2(scales[at[0] / 8u], scales[at[2] / 8u]);
    let ones = 0x01010101u;
    let sum = vec2(
        dot4I8Packed(words[0], ones) + dot4I8Packed(words[1], ones),
        dot4I8Packed(words[2], ones) + dot4I8Packed(words[3], ones),
    );
    return Packed(words, scale, scale * vec2<f32>(sum));
}

fn packed_dot(w: Packed, v: Packed) -> f32 {
    let products = vec2(
        dot4I8Packed(w.quants[0], v.quants[0]) + dot4I8Packed(w.quants[1], v.quants[1]),
        dot4I8Packed(w.quants[2], v.quants[2]) + dot4I8Packed(w.quants[3], v.quants[3]),
    );
    return dot(w.scale * v.scale, vec2<f32>(products)) + dot(w.other, v.other);
}
