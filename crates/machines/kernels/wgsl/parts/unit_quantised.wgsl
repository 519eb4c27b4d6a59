// A unit of a block format: sixteen weights of a row, in four quads of neighbouring columns.
// A weight is scale * quant + offset; scale and offset are those of its quad.
struct Unit {
    quants: vec4<u32>, // a word for each quad, a byte for each quant
    scale: vec4<f32>,
    offset: vec4<f32>,
}

// Rows are whole blocks, and blocks are whole units.
const UNITS_ARE_WHOLE = true;

// The product is exact and the sum rounds once, so the result has the same bits as that of `tensor::dequantise`.
fn unit_weights(unit: Unit) -> mat4x4<f32> {
    return mat4x4(
        unit.scale[0] * unpack(unit.quants[0]) + unit.offset[0],
        unit.scale[1] * unpack(unit.quants[1]) + unit.offset[1],
        unit.scale[2] * unpack(unit.quants[2]) + unit.offset[2],
        unit.scale[3] * unpack(unit.quants[3]) + unit.offset[3],
    );
}

// x at the unit's columns times the weights. Scale and offset are taken out of the sums, so a weight costs a conversion and one
// multiply-add. `x_sums` is the sum of each quad of x; all rows of the matrix share it.
fn unit_dot(unit: Unit, x: mat4x4<f32>, x_sums: vec4<f32>) -> f32 {
    let dots = vec4(
        dot(unpack(unit.quants[0]), x[0]),
        dot(unpack(unit.quants[1]), x[1]),
        dot(unpack(unit.quants[2]), x[2]),
        dot(unpack(unit.quants[3]), x[3]),
    );
    return dot(unit.scale, dots) + dot(unit.offset, x_sums);
}
