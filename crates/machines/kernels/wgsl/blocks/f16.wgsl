// F16. A row is its columns, two in a word, the first in the lower half.

fn row_words() -> u32 {
    return params.cols / 2u;
}

fn load_quad(row: u32, index: u32) -> vec4<f32> {
    let at = row + 2u * index;
    return vec4(unpack2x16float(weights[at]), unpack2x16float(weights[at + 1u]));
}
