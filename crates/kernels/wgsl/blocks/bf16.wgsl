// BF16. A row is its columns, two to a word, the first in the lower half. The bits are the upper half of a single.

fn row_words() -> u32 {
    return params.cols / 2u;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 4u * unit + vec4(0u, 1u, 2u, 3u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let at = row + 8u * unit;
    return Unit(mat4x4(quad(at), quad(at + 2u), quad(at + 4u), quad(at + 6u)));
}

fn quad(at: u32) -> vec4<f32> {
    let a = weights[at];
    let b = weights[at + 1u];
    return bitcast<vec4<f32>>(vec4(a << 16u, a & 0xFFFF0000u, b << 16u, b & 0xFFFF0000u));
}
