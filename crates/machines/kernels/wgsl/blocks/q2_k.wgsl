// Q2_K, as in the file. A block is 21 words: 16 bytes of scale (low nibble) and offset (high nibble), 64 of quants,
// d and dmin. A word of quants holds four quads, 32 columns apart.

fn row_words() -> u32 {
    return params.cols / 256u * 21u;
}

// A unit is one word of quants: word `unit % 8` of a half of the block.
fn unit_quads(unit: u32) -> vec4<u32> {
    return 32u * (unit / 8u) + unit % 8u + vec4(0u, 8u, 16u, 24u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let block = row + unit / 16u * 21u;
    let part = unit / 8u % 2u;
    let word = weights[block + 4u + unit % 16u];
    let quants = (vec4(word) >> vec4(0u, 2u, 4u, 6u)) & vec4(0x03030303u);
    // The half block has eight sub-blocks of 16 columns; those of the four quads are two apart.
    let sub = 8u * (unit % 8u / 4u);
    let a = weights[block + 2u * part] >> sub;
    let b = weights[block + 2u * part + 1u] >> sub;
    let scales = vec4(a, a >> 16u, b, b >> 16u);
    let d = unpack2x16float(weights[block + 20u]);
    return Unit(
        quants,
        d.x * vec4<f32>(scales & vec4(0x0Fu)),
        -d.y * vec4<f32>((scales >> vec4(4u)) & vec4(0x0Fu)),
    );
}
