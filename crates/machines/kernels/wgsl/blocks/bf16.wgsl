// BF16. A row is its columns, two in a word, the first in the lower half. The bits are the upper half of an f32.

fn row_words() -> u32 {
    return params.cols / 2u;
}

fn load_quad(row: u32, index: u32) -> vec4<f32> {
    let at = row + 2u * index;
    let a = weights[at];
    let b = weights[at + 1u];
    return bitcast<vec4<f32>>(vec4(a << 16u, a & 0xFFFF0000u, b << 16u, b & 0xFFFF0000u));
}
