// Q3_K, repacked. A row is its blocks' 27 words (third bits, lower bits as in Q2_K, 12 bytes of scales), then their
// factors, two in a word.

fn row_words() -> u32 {
    let n_blocks = params.cols / 256u;
    return 27u * n_blocks + (n_blocks + 1u) / 2u;
}

// A unit is one word of lower bits: word `unit % 8` of a half of the block.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 32u * (unit / 8u) + unit % 8u + vec4(0u, 8u, 16u, 24u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 16u * 27u;
    let part = unit / 8u % 2u;
    let low = vec4(weights[block + 8u + unit % 16u]) >> vec4(0u, 2u, 4u, 6u);
    let high = vec4(weights[block + unit % 8u] >> (4u * part)) >> vec4(0u, 1u, 2u, 3u);
    let quants = (low & vec4(0x03030303u)) | ((high & vec4(0x01010101u)) << vec4(2u));
    // Sub-block s = 8 part + 2 quad + (unit % 8) / 4: its lower four scale bits are in nibble s / 8 of byte s % 8, its
    // upper two at bit 2 (s / 4) of byte 8 + s % 4.
    let shift = 8u * (unit % 8u / 4u) + 4u * part;
    let a = weights[block + 24u];
    let b = weights[block + 25u];
    let c = weights[block + 26u];
    let lower = (vec4(a, a >> 16u, b, b >> 16u) >> vec4(shift)) & vec4(0x0Fu);
    let upper = (vec4(c, c >> 16u, c >> 2u, c >> 18u) >> vec4(shift)) & vec4(3u);
    let d = plane_f16(row + params.cols / 256u * 27u, unit / 16u);
    let scale = d * (vec4<f32>(lower | (upper << vec4(4u))) - 32.0);
    return Unit(quants, scale, -4.0 * scale);
}
