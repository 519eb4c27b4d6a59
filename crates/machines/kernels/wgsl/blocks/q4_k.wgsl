// Q4_K, as in the file. A block is 36 words: d and dmin, 12 bytes of packed scales and offsets, 128 of nibbles.
// Chunk c of 8 words holds sub-block 2c of 32 columns in its low nibbles and 2c + 1 in its high nibbles.

fn row_words() -> u32 {
    return params.cols / 256u * 36u;
}

// A unit is two words of a chunk; a chunk is four units.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 16u * (unit / 4u) + 2u * (unit % 4u) + vec4(0u, 1u, 8u, 9u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 16u * 36u;
    let a = weights[block + 4u + unit % 16u * 2u];
    let b = weights[block + 5u + unit % 16u * 2u];
    let quants = vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu);
    let scales = k_scales(block, unit / 4u % 4u);
    return Unit(quants, scales[0].xxyy, scales[1].xxyy);
}
