//! Compares an output with what it should be.

/// A quiet NaN that no computation gives.
pub(crate) const CANARY: u32 = 0x7FC0_CAFE;

/// Allowed for sums of up to a few thousand products in f32: each rounding is 6e-8 of the sum, its square 4e-15, and they add up to
/// less than this even if terms cancel.
pub(crate) const F32_SUMS: f64 = 1e-10;

/// Allowed for a few roundings in each element, without sums.
pub(crate) const ROUNDINGS: f64 = 1e-12;

/// Refuses outputs whose normalised mean squared error exceeds `most`. Elements that must not be written are NaN in `expected`.
pub(crate) fn compare(what: &str, found: &[u32], expected: &[f64], most: f64) -> Result<(), String> {
    assert_eq!(found.len(), expected.len(), "{what}");
    let (mut error, mut size) = (0.0, 0.0);
    for (i, (&word, &expected)) in found.iter().zip(expected).enumerate() {
        if expected.is_nan() {
            if word != CANARY {
                return Err(format!("{what}: element {i} was written"));
            }
            continue;
        }
        let found = f64::from(f32::from_bits(word));
        if !found.is_finite() {
            return Err(format!("{what}: element {i} is {found}, expected {expected}"));
        }
        error += (found - expected).powi(2);
        size += expected.powi(2);
    }
    let nmse = error / size.max(f64::MIN_POSITIVE);
    if nmse <= most {
        Ok(())
    } else {
        Err(format!("{what}: normalised mean squared error {nmse:e}, allowed {most:e}"))
    }
}

/// Refuses outputs that differ in a bit.
pub(crate) fn same(what: &str, found: &[u32], expected: &[u32]) -> Result<(), String> {
    assert_eq!(found.len(), expected.len(), "{what}");
    match found.iter().zip(expected).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(i) => {
            let [found, expected] = [found[i], expected[i]];
            let as_float = f32::from_bits;
            Err(format!(
                "{what}: word {i} is {found:#x} ({}), expected {expected:#x} ({})",
                as_float(found),
                as_float(expected)
            ))
        }
    }
}

#[test]
fn the_comparison_refuses_wrong_answers() {
    let right = [1.0, -2.0, 3.0];
    let words = |values: [f32; 3]| values.map(f32::to_bits);
    assert!(compare("same", &words([1.0, -2.0, 3.0]), &right, 0.0).is_ok());
    assert!(compare("a last place", &words([1.0, -2.000_000_2, 3.0]), &right, F32_SUMS).is_ok());
    assert!(compare("a wrong digit", &words([1.0, -2.001, 3.0]), &right, F32_SUMS).is_err());
    assert!(compare("swapped", &words([-2.0, 1.0, 3.0]), &right, F32_SUMS).is_err());
    assert!(compare("NaN", &words([1.0, f32::NAN, 3.0]), &right, 1.0).is_err());
    let not_written = [1f32.to_bits(), CANARY, 3f32.to_bits()];
    assert!(compare("not written", &not_written, &right, 1.0).is_err());
    assert!(compare("written", &words([1.0, -2.0, 3.0]), &[1.0, f64::NAN, 3.0], 1.0).is_err());
    assert!(compare("left alone", &not_written, &[1.0, f64::NAN, 3.0], 0.0).is_ok());

    let same = |found: [f32; 3]| same("", &words(found), &words([1.0, -2.0, 3.0]));
    assert!(same([1.0, -2.0, 3.0]).is_ok());
    assert!(same([1.0, -2.0, 3.000_000_2]).is_err());
    assert!(same([-2.0, 1.0, 3.0]).is_err());
}
