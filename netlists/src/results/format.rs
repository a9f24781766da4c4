//! Numbers as C's `printf` writes them, which the text outputs of SPICE programs follow.

/// `%.{digits}e`: a mantissa with `digits` decimals and an exponent of at least two digits.
pub fn exponent(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return non_finite(value);
    }
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, power)) => {
            let (sign, power) = power
                .strip_prefix('-')
                .map_or(('+', power), |rest| ('-', rest));
            format!("{mantissa}e{sign}{power:0>2}")
        }
        None => text,
    }
}

/// A number of the tables of ngspice: `%.6e`, one decimal less for a negative number so that columns keep their width.
pub fn column(value: f64, digits: usize) -> String {
    exponent(
        value,
        if value < 0.0 {
            digits.saturating_sub(1).max(1)
        } else {
            digits
        },
    )
}

/// `%.{digits}g`: the shorter of fixed and exponent form with `digits` significant digits, without trailing zeros.
pub fn general(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return non_finite(value);
    }
    let digits = digits.max(1);
    let scientific = exponent(value, digits - 1);
    let Some((mantissa, power)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i64 = power.parse().unwrap_or(0);
    let significant = i64::try_from(digits).unwrap_or(i64::MAX);
    let trim = |text: &str| -> String {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if power < -4 || power >= significant {
        format!(
            "{}e{}",
            trim(mantissa),
            scientific.split_once('e').map_or("", |(_, tail)| tail)
        )
    } else {
        let decimals = (significant - 1 - power).max(0) as usize;
        trim(&format!("{value:.decimals$}"))
    }
}

fn non_finite(value: f64) -> String {
    if value.is_nan() {
        "nan"
    } else if value > 0.0 {
        "inf"
    } else {
        "-inf"
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_printf() {
        assert_eq!(exponent(1.0, 6), "1.000000e+00");
        assert_eq!(exponent(-2.5e-123, 3), "-2.500e-123");
        assert_eq!(exponent(0.0, 6), "0.000000e+00");
        assert_eq!(column(-273.15, 6), "-2.73150e+02");
        assert_eq!(general(std::f64::consts::PI, 6), "3.14159");
        assert_eq!(general(1000.0, 6), "1000");
        assert_eq!(general(1e6, 6), "1e+06");
        assert_eq!(general(999_999.5, 6), "1e+06");
        assert_eq!(general(1e-5, 6), "1e-05");
        assert_eq!(general(0.000_1, 6), "0.0001");
        assert_eq!(general(0.0, 6), "0");
        assert_eq!(general(-0.080_752, 5), "-0.080752");
        assert_eq!(general(f64::NAN, 6), "nan");
    }
}
