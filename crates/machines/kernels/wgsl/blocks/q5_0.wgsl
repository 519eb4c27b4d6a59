// Q5_0, repacked. A row is its blocks' 5 words (fifth bits, then nibbles as in Q4_0), then their scales, two in a word.

fn row_words() -> u32 {
    let n_blocks = params.cols / 32u;
    return 5u * n_blocks + (n_blocks + 1u) / 2u;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 8u * (unit / 2u) + 2u * (unit % 2u) + vec4(0u, 1u, 4u, 5u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 2u * 5u;
    let fifth = fifth_bits(weights[block] >> (8u * (unit % 2u)));
    let a = weights[block + 1u + 2u * (unit % 2u)];
    let b = weights[block + 2u + 2u * (unit % 2u)];
    let d = plane_f16(row + params.cols / 32u * 5u, unit / 2u);
    return Unit((vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu)) | fifth, vec4(d), vec4(-16.0 * d));
}
