// Half `index` of the plane that begins at word `plane`.
fn plane_f16(plane: u32, index: u32) -> f32 {
    let pair = unpack2x16float(weights[plane + index / 2u]);
    return select(pair.x, pair.y, index % 2u == 1u);
}
