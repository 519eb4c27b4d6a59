// A unit of a float format: sixteen weights of a row, in four quads of neighbouring columns.
struct Unit {
    quads: mat4x4<f32>,
}

// The last unit of a row may reach past the end. There the weights are zeros, and x is read as zeros.
const UNITS_ARE_WHOLE = false;

fn unit_quads(unit: u32) -> vec4<u32> {
    return 4u * unit + vec4(0u, 1u, 2u, 3u);
}

fn load_unit(row: u32, unit: u32) -> Unit {
    let first = 4u * unit;
    return Unit(mat4x4(
        quad_or_zeros(row, first), quad_or_zeros(row, first + 1u),
        quad_or_zeros(row, first + 2u), quad_or_zeros(row, first + 3u),
    ));
}

// Past the end of the row there may be another row, or anything else.
fn quad_or_zeros(row: u32, index: u32) -> vec4<f32> {
    if index >= params.cols / 4u {
        return vec4(0.0);
    }
    return load_quad(row, index);
}

fn unit_weights(unit: Unit) -> mat4x4<f32> {
    return unit.quads;
}

// x at the unit's columns times the weights. `x_sums` is the sum of each quad of x.
fn unit_dot(unit: Unit, x: mat4x4<f32>, x_sums: vec4<f32>) -> f32 {
    let w = unit.quads;
    return dot(w[0], x[0]) + dot(w[1], x[1]) + dot(w[2], x[2]) + dot(w[3], x[3]);
}
