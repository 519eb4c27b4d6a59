// Q5_K, as in the file. A block is 44 words: d and dmin, 12 bytes of packed scales and offsets, 32 of fifth bits, 128 of
// nibbles as in Q4_K. Bit s of byte l of the fifth bits belongs to column l of sub-block s.

fn row_words() -> u32 {
    return params.cols / 256u * 44u;
}

// A unit is two words of a chunk; a chunk is four units.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 16u * (unit / 4u) + 2u * (unit % 4u) + vec4(0u, 1u, 8u, 9u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 16u * 44u;
    let chunk = unit / 4u % 4u;
    let a = weights[block + 12u + unit % 16u * 2u];
    let b = weights[block + 13u + unit % 16u * 2u];
    let high_a = weights[block + 4u + unit % 4u * 2u] >> (2u * chunk);
    let high_b = weights[block + 5u + unit % 4u * 2u] >> (2u * chunk);
    let fifth = vec4(high_a, high_b, high_a >> 1u, high_b >> 1u) & vec4(0x01010101u);
    let quants = (vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu)) | (fifth << vec4(4u));
    let scales = k_scales(block, chunk);
    return Unit(quants, scales[0].xxyy, scales[1].xxyy);
}
