//! Quantities as a person reads them.

/// Bytes in decimal units: `812 KB`, `7.0 MB`, `4.68 GB`.
pub fn bytes(n_bytes: u64) -> String {
    let n = n_bytes as f64;
    match n_bytes {
        0..1_000_000 => format!("{:.0} KB", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n / 1e6),
        _ => format!("{:.2} GB", n / 1e9),
    }
}

/// Bytes done of a total, in the total's unit: `3.1 of 7.0 MB`.
pub fn bytes_of(done: u64, total: u64) -> String {
    let total_text = bytes(total);
    let (divisor, digits) = match total {
        0..1_000_000 => (1e3, 0),
        1_000_000..1_000_000_000 => (1e6, 1),
        _ => (1e9, 2),
    };
    format!("{:.digits$} of {total_text}", done as f64 / divisor)
}

/// A time a person waited: `0.42 s`, `12.3 s`, `3 min 05 s`.
pub fn duration(secs: f64) -> String {
    match secs {
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 99.95 => format!("{s:.1} s"),
        s => format!("{} min {:02} s", s.round() as u64 / 60, s.round() as u64 % 60),
    }
}

/// A time still to wait; rough, because it is an estimate: `1 s left`, `4 min left`.
pub fn remaining(secs: f64) -> String {
    match secs {
        s if s < 60.0 => format!("{:.0} s left", s.ceil().max(1.0)),
        s if s < 3600.0 => format!("{:.0} min left", (s / 60.0).ceil()),
        s => format!("{:.1} h left", s / 3600.0),
    }
}

/// A rate with two significant digits below ten: `0.42`, `4.1`, `38`.
pub fn rate(per_sec: f64) -> String {
    match per_sec {
        r if r < 1.0 => format!("{r:.2}"),
        r if r < 10.0 => format!("{r:.1}"),
        r => format!("{r:.0}"),
    }
}

/// A share of one as a percentage: `46.5 %`, with a space that does not break.
pub fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", 100.0 * share)
}

/// A share of one as a whole percentage: `91 %`, with a space that does not break.
pub fn whole_percent(share: f32) -> String {
    format!("{:.0}\u{a0}%", 100.0 * f64::from(share))
}

/// Two shares of one as percentages: `45.0–47.9`.
pub fn percent_range(low: f64, high: f64) -> String {
    format!("{:.1}–{:.1}", 100.0 * low, 100.0 * high)
}

/// A parameter count: `6.3 M`, `2.21 B`.
pub fn parameters(n: u64) -> String {
    match n {
        0..1_000_000_000 => format!("{:.1} M", n as f64 / 1e6),
        _ => format!("{:.2} B", n as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn done_and_total_share_a_unit() {
        assert_eq!(bytes_of(312_000, 7_040_000), "0.3 of 7.0 MB");
        assert_eq!(bytes_of(999_999, 999_999), "1000 of 1000 KB");
        assert_eq!(bytes_of(1_500_000_000, 4_683_000_000), "1.50 of 4.68 GB");
    }

    #[test]
    fn durations_change_unit_without_a_gap() {
        assert_eq!(duration(0.418), "0.42 s");
        assert_eq!(duration(9.996), "10.0 s");
        assert_eq!(duration(99.96), "1 min 40 s");
        assert_eq!(duration(185.2), "3 min 05 s");
    }

    #[test]
    fn an_estimate_never_says_nothing_is_left() {
        assert_eq!(remaining(0.0), "1 s left");
        assert_eq!(remaining(61.0), "2 min left");
    }

    #[test]
    fn rates_keep_two_digits() {
        assert_eq!(rate(0.416), "0.42");
        assert_eq!(rate(4.13), "4.1");
        assert_eq!(rate(38.4), "38");
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(percent(2114.0 / 4550.0), "46.5\u{a0}%");
        assert_eq!(whole_percent(0.912), "91\u{a0}%");
        assert_eq!(percent_range(0.4502, 0.4791), "45.0–47.9");
        assert_eq!(percent_range(0.0, 1.0), "0.0–100.0");
    }
}
