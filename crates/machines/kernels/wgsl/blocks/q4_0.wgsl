// Q4_0, repacked. A row is its blocks' 4 words of nibbles, then their scales, two in a word.
// Byte j of a block holds element j in its low nibble and element j + 16 in its high nibble.

fn row_words() -> u32 {
    let n_blocks = params.cols / 32u;
    return 4u * n_blocks + (n_blocks + 1u) / 2u;
}

// A block is two units; the second begins 8 columns later in each half of the block.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 8u * (unit / 2u) + 2u * (unit % 2u) + vec4(0u, 1u, 4u, 5u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let a = weights[row + 2u * unit];
    let b = weights[row + 2u * unit + 1u];
    let d = plane_f16(row + params.cols / 8u, unit / 2u);
    return Unit(vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu), vec4(d), vec4(-8.0 * d));
}
