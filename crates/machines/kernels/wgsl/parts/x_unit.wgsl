// Row `row` of x at the four quads of a unit.
fn x_unit(row: u32, quads: vec4<u32>) -> mat4x4<f32> {
    return mat4x4(x_quad(row, quads[0]), x_quad(row, quads[1]), x_quad(row, quads[2]), x_quad(row, quads[3]));
}

fn x_quad(row: u32, quad: u32) -> vec4<f32> {
    let n_quads = params.cols / 4u;
    if UNITS_ARE_WHOLE || quad < n_quads {
        return x[row * n_quads + quad];
    }
    return vec4(0.0);
}
