/// The character that stands for each byte in byte-level BPE (GPT-2's alphabet): printable Latin-1 stands for itself,
/// the rest takes the characters from U+0100 on.
pub(super) fn byte_chars() -> [char; 256] {
    let mut next = 0x100_u32;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        if matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF) {
            return char::from(byte);
        }
        let char = char::from_u32(next).unwrap_or(char::REPLACEMENT_CHARACTER);
        next += 1;
        char
    })
}
