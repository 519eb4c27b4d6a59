// Q5_1, as in the file. A block is 6 words: scale and offset, fifth bits, then nibbles as in Q4_0.

fn row_words() -> u32 {
    return params.cols / 32u * 6u;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 8u * (unit / 2u) + 2u * (unit % 2u) + vec4(0u, 1u, 4u, 5u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 2u * 6u;
    let fifth = fifth_bits(weights[block + 1u] >> (8u * (unit % 2u)));
    let a = weights[block + 2u + 2u * (unit % 2u)];
    let b = weights[block + 3u + 2u * (unit % 2u)];
    let dm = unpack2x16float(weights[block]);
    return Unit((vec4(a, b, a >> 4u, b >> 4u) & vec4(0x0F0F0F0Fu)) | fifth, vec4(dm.x), vec4(dm.y));
}
