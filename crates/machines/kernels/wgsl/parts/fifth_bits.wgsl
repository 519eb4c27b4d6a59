// The fifth bits of a unit's elements, as bit 4 of each byte. Bits 0 to 7 belong to the first two quads, 16 to 23 to the
// last two. The product puts bit i of a nibble into bit 0 of byte i: 0x00204081 = 1 + 2^7 + 2^14 + 2^21.
fn fifth_bits(bits: u32) -> vec4<u32> {
    let nibbles = (vec4(bits) >> vec4(0u, 4u, 16u, 20u)) & vec4(0xFu);
    return ((nibbles * 0x00204081u) & vec4(0x01010101u)) << vec4(4u);
}
