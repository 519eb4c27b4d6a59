/// Checks that a JPEG file reaches its end-of-image marker, and says what is missing if it does not.
///
/// The decoder fills the missing part of a cut-off file with grey and reports nothing. A person would ask about half an
/// image.
pub(crate) fn check_complete(bytes: &[u8]) -> Result<(), String> {
    let missing = || format!("it ends after {} bytes, before its end-of-image marker", bytes.len());
    // After the start-of-image marker.
    let mut at = 2;
    loop {
        at = next_marker(bytes, at).ok_or_else(missing)?;
        let marker = bytes[at + 1];
        at += 2;
        match marker {
            END_OF_IMAGE => return Ok(()),
            // Markers without a segment.
            0x01 | RESTART_0..=START_OF_IMAGE => {}
            _ => {
                let length = bytes.get(at..at + 2).ok_or_else(missing)?;
                at += usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

const RESTART_0: u8 = 0xD0;
const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;

/// Where the next marker starts at or after `at`. In entropy-coded data FF 00 is a byte FF, and any number of FF may
/// stand before a marker.
fn next_marker(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    rest.windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF))
        .map(|found| at + found)
}
