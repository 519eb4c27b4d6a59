use std::time::{SystemTime, UNIX_EPOCH};

/// Today in UTC, `2026-11-25`.
pub(crate) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    of_day(since.as_secs() / 86_400)
}

/// The date of a day, counted from 1970-01-01.
fn of_day(mut day: u64) -> String {
    let mut year = 1970;
    while day >= days_of_year(year) {
        day -= days_of_year(year);
        year += 1;
    }
    let february = days_of_year(year) - 337;
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= months[month] {
        day -= months[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, day + 1)
}

fn days_of_year(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `date -u -d '1970-01-01 + N days' +%F`
    #[test]
    fn days_become_dates() {
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
        assert_eq!(days.map(of_day), dates);
    }
}
