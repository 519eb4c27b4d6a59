// Q8_0, repacked. A row is its blocks' 8 words of signed bytes, in order, then their scales, two in a word.

fn row_words() -> u32 {
    let n_blocks = params.cols / 32u;
    return 8u * n_blocks + (n_blocks + 1u) / 2u;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 4u * unit + vec4(0u, 1u, 2u, 3u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let at = row + 4u * unit;
    let d = plane_f16(row + params.cols / 4u, unit / 2u);
    return Unit(vec4(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]), vec4(d), vec4(0.0));
}
