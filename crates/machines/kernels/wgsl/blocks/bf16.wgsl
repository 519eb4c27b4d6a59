// BF16. A row is its columns, two to a word, the first in the lower half. The bits are the upper half of a single.

fn row_words() -> u32 {
    return params.cols / 2u;
}

fn unit_quads(unit: u32) -> vec4<u32> {
    return 4u * unit + vec4(0u, 1u, 2u, 3u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let first = 4u * unit;
    return Unit(mat4x4(quad(row, first), quad(row, first + 1u), quad(row, first + 2u), quad(row, first + 3u)));
}

// Zeros past the end of the row, where another row or anything may lie.
fn quad(row: u32, index: u32) -> vec4<f32> {
    if index >= params.cols / 4u {
        return vec4(0.0);
    }
    let at = row + 2u * index;
    let a = weights[at];
    let b = weights[at + 1u];
    return bitcast<vec4<f32>>(vec4(a << 16u, a & 0xFFFF0000u, b << 16u, b & 0xFFFF0000u));
}
