//! Numbers as a person types them.

/// What a person types as a number: digits, at most 15, with a point among them and a sign before them if need be. The number is
/// the nearest double, as `str::parse` gives it; that is not used because its tables are ten kilobytes of the page.
pub fn decimal(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let n_digits = whole.len() + decimals.len();
    if !(1..=15).contains(&n_digits) {
        return None;
    }
    let mut units = 0_u64;
    for digit in whole.bytes().chain(decimals.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        units = units * 10 + u64::from(digit - b'0');
    }
    // Both are whole numbers below 2^53, so that a double holds them, and the quotient is rounded once.
    let scale: u64 = decimals.bytes().fold(1, |scale, _| scale * 10);
    Some(sign * (units as f64 / scale as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_double_that_the_standard_library_reads() {
        for text in
            ["0", "1", "0.7", ".5", "5.", "-0.25", "0.001", "1.05", "123456789.012345", "999999999999999"]
        {
            assert_eq!(decimal(text), text.parse().ok(), "{text}");
        }
        for thousandths in 0..3000 {
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            assert_eq!(decimal(&text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            ".",
            "-",
            "1e3",
            "inf",
            "NaN",
            "1,5",
            "--1",
            "+1",
            "1.2.3",
            "0x10",
            "1234567890123456",
            "1 2",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
