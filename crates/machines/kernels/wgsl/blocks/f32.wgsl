// F32. A row is its columns, a word each.

fn row_words() -> u32 {
    return params.cols;
}

fn load_quad(row: u32, index: u32) -> vec4<f32> {
    let at = row + 4u * index;
    return bitcast<vec4<f32>>(vec4(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]));
}
