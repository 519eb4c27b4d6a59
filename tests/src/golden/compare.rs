/// How far a number may be from the reference, and the reason.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// Greatest absolute difference.
    pub max_abs: f32,
    /// Why it is not less.
    pub reason: &'static str,
}

/// The greatest absolute difference and its index. A NaN counts as infinite.
pub fn greatest_difference(found: &[f32], expected: &[f32]) -> (f32, usize) {
    let mut worst = (0.0, 0);
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let difference = (f - e).abs();
        let difference = if difference.is_nan() { f32::INFINITY } else { difference };
        if difference > worst.0 {
            worst = (difference, i);
        }
    }
    worst
}

/// Panics, naming the stage and the first of the worst elements, unless every number is close enough.
///
/// # Panics
/// If lengths differ or a difference exceeds the tolerance.
#[track_caller]
pub fn assert_close(stage: &str, found: &[f32], expected: &[f32], tolerance: Tolerance) {
    assert_eq!(found.len(), expected.len(), "{stage}: number of values");
    let (difference, i) = greatest_difference(found, expected);
    assert!(
        difference <= tolerance.max_abs,
        "{stage}: element {i} is {}, the reference has {}; allowed {} ({})",
        found[i],
        expected[i],
        tolerance.max_abs,
        tolerance.reason,
    );
}

/// Panics, naming the stage and the first element that differs.
///
/// # Panics
/// If anything differs.
#[track_caller]
pub fn assert_same<T: PartialEq + std::fmt::Debug>(stage: &str, found: &[T], expected: &[T]) {
    let first = found.iter().zip(expected).position(|(f, e)| f != e);
    assert!(first.is_none(), "{stage}: element {first:?} differs\n found {found:?}\n reference {expected:?}");
    assert_eq!(found.len(), expected.len(), "{stage}: number of values");
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: Tolerance = Tolerance { max_abs: 1e-3, reason: "a test of the test" };

    #[test]
    fn accepts_what_is_near() {
        assert_close("stage", &[1.0, 2.0005], &[1.0, 2.0], TIGHT);
        assert_same("stage", &[1, 2], &[1, 2]);
    }

    #[test]
    #[should_panic(expected = "element 1 is 2.002")]
    fn refuses_a_wrong_number() {
        assert_close("stage", &[1.0, 2.002], &[1.0, 2.0], TIGHT);
    }

    #[test]
    #[should_panic(expected = "element 0 is NaN")]
    fn refuses_what_is_no_number() {
        assert_close("stage", &[f32::NAN], &[1.0], TIGHT);
    }

    #[test]
    #[should_panic(expected = "number of values")]
    fn refuses_a_missing_number() {
        assert_close("stage", &[1.0], &[1.0, 1.0], TIGHT);
    }

    #[test]
    #[should_panic(expected = "element Some(1) differs")]
    fn refuses_a_wrong_token() {
        assert_same("stage", &[1, 3], &[1, 2]);
    }

    #[test]
    #[should_panic(expected = "number of values")]
    fn refuses_a_missing_token() {
        assert_same("stage", &[1], &[1, 2]);
    }
}
