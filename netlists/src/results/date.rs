//! Dates as rawfiles write them.

/// A date in UTC as rawfiles write it: `Sat Nov 21 02:42:34  2026`. The caller reads the clock.
pub fn date_text(seconds_since_1970: u64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let days = seconds_since_1970 / 86_400;
    let second = seconds_since_1970 % 86_400;
    let leap = |year: u64| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    // Whole cycles of 400 years (146,097 days) first, so that the loop is short.
    let mut year = 1970 + 400 * (days / 146_097);
    let mut day = days % 146_097;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!(
        "{} {} {:2} {:02}:{:02}:{:02}  {}",
        WEEKDAYS[(days % 7) as usize],
        MONTHS[month],
        day + 1,
        second / 3600,
        second / 60 % 60,
        second % 60,
        year
    )
}

#[cfg(test)]
mod tests {
    use super::date_text;

    #[test]
    fn known_dates() {
        assert_eq!(date_text(0), "Thu Jan  1 00:00:00  1970");
        assert_eq!(date_text(951_782_400), "Tue Feb 29 00:00:00  2000");
        assert_eq!(date_text(4_102_444_799), "Thu Dec 31 23:59:59  2099");
        assert!(date_text(u64::MAX).len() > 20);
    }
}
