// Rounds x to 8 bits, for `matmul_packed`: blocks of 32 columns with a scale each, to the nearest of -127 to 127. A lane for
// each block.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (n_blocks, 8): rows of whole blocks, one after another
@group(0) @binding(1) var<storage, read_write> quants: array<u32>; // (n_blocks, 8): four to a word
@group(0) @binding(2) var<storage, read_write> scales: array<f32>; // (n_blocks)
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    n_blocks: u32,
}

const WORKGROUP = 64u;
const QUADS = 8u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let block = group_index(group) * WORKGROUP + lane;
    if block >= params.n_blocks {
        return;
    }
    var greatest = vec4(0.0);
    for (var i = 0u; i < QUADS; i++) {
        greatest = max(greatest, abs(x[block * QUADS + i]));
    }
    let pair = max(greatest.xy, greatest.zw);
    let scale = max(pair.x, pair.y) / 127.0;
    let factor = select(1.0 / scale, 0.0, scale == 0.0);
    for (var i = 0u; i < QUADS; i++) {
        quants[block * QUADS + i] = pack4xI8(vec4<i32>(round(x[block * QUADS + i] * factor)));
    }
    scales[block] = scale;
}
