// Scales and (negated) offsets of sub-blocks 2 chunk and 2 chunk + 1 of the Q4_K or Q5_K block that begins at word `block`.
// The first two chunks have six whole bits in a byte. The others have four bits in the third word, and two in the upper bits of
// the bytes before.
fn k_scales(block: u32, chunk: u32) -> array<vec2<f32>, 2> {
    let shift = 16u * (chunk % 2u);
    let a = weights[block + 1u] >> shift;
    let b = weights[block + 2u] >> shift;
    let c = weights[block + 3u] >> shift;
    let early = chunk < 2u;
    let scale = select((c & 0x0F0Fu) | ((a >> 2u) & 0x3030u), a & 0x3F3Fu, early);
    let offset = select(((c >> 4u) & 0x0F0Fu) | ((b >> 2u) & 0x3030u), b & 0x3F3Fu, early);
    let d = unpack2x16float(weights[block]);
    return array(
        d.x * vec2<f32>(vec2(scale & 0xFFu, scale >> 8u)),
        -d.y * vec2<f32>(vec2(offset & 0xFFu, offset >> 8u)),
    );
}
