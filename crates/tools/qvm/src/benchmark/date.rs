use jiff::Timestamp;

/// Today in UTC, `2026-11-25`.
pub(crate) fn today() -> String {
    date_of(Timestamp::now())
}

/// The date in UTC.
fn date_of(at: Timestamp) -> String {
    at.strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `date -u -d '1970-01-01 + N days' +%F`
    #[test]
    fn both_ends_of_a_day_have_its_date() {
        let days = [0, 58, 59, 364, 365, 789, 790, 11_015, 11_016, 20_782, 47_540, 47_541];
        let dates = [
            "1970-01-01",
            "1970-02-28",
            "1970-03-01",
            "1970-12-31",
            "1971-01-01",
            "1972-02-29",
            "1972-03-01",
            "2000-02-28",
            "2000-02-29",
            "2026-11-25",
            "2100-02-28",
            "2100-03-01",
        ];
        for second_of_day in [0, 86_399] {
            let of_day = |day: i64| date_of(Timestamp::from_second(86_400 * day + second_of_day).unwrap());
            assert_eq!(days.map(of_day), dates);
        }
    }
}
