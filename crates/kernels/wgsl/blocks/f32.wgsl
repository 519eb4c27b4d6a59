// F32. A row is its columns, one word each.

fn row_words() -> u32 {
    return params.cols;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 4u * unit + vec4(0u, 1u, 2u, 3u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let at = row + 16u * unit;
    return Unit(mat4x4(quad(at), quad(at + 4u), quad(at + 8u), quad(at + 12u)));
}

fn quad(at: u32) -> vec4<f32> {
    return bitcast<vec4<f32>>(vec4(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]));
}
