// Four quants of 0 to 255.
fn unpack(word: u32) -> vec4<f32> {
    return vec4<f32>((vec4(word) >> vec4(0u, 8u, 16u, 24u)) & vec4(0xFFu));
}
