// Q6_K, repacked. A row is its blocks' 52 words (128 bytes of lower nibbles, 64 of upper two bits, 16 signed scales), then
// their factors, two in a word.

fn row_words() -> u32 {
    let n_blocks = params.cols / 256u;
    return 52u * n_blocks + (n_blocks + 1u) / 2u;
}

// A unit is a word of upper bits and the two words of nibbles that belong to it: word `unit % 8` of a half of the block.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 32u * (unit / 8u) + unit % 8u + vec4(0u, 8u, 16u, 24u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 16u * 52u;
    let part = unit / 8u % 2u;
    let a = weights[block + 16u * part + unit % 8u];
    let b = weights[block + 16u * part + unit % 8u + 8u];
    let high = vec4(weights[block + 32u + unit % 16u]) >> vec4(0u, 2u, 4u, 6u);
    let low = vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu);
    let quants = low | ((high & vec4(0x03030303u)) << vec4(4u));
    // The half block has eight sub-blocks of 16 columns; those of the four quads are two apart.
    let sub = 8u * (unit % 8u / 4u);
    let c = bitcast<i32>(weights[block + 48u + 2u * part]);
    let e = bitcast<i32>(weights[block + 49u + 2u * part]);
    let scales = vec4(
        extractBits(c, sub, 8u), extractBits(c, sub + 16u, 8u), extractBits(e, sub, 8u), extractBits(e, sub + 16u, 8u),
    );
    let d = plane_f16(row + params.cols / 256u * 52u, unit / 16u);
    let scale = d * vec4<f32>(scales);
    return Unit(quants, scale, -32.0 * scale);
}
