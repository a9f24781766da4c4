//! Numbers as text: SI prefixes, powers of ten, digits.

/// Units that take an SI prefix; values in any other unit are shown with a power of ten.
const UNITS_WITH_PREFIX: [&str; 11] = ["V", "A", "S", "Ω", "s", "F", "J", "W", "Hz", "H", "m"];

/// SI prefixes, three powers of ten apart, the first one for 10^-18.
const PREFIXES: [&str; 12] = ["a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];
const FIRST_PREFIX_EXPONENT: i32 = -18;
const LAST_PREFIX_EXPONENT: i32 = 15;

/// What tick labels are divided by, and how that is written.
#[derive(Clone, Debug)]
pub(super) struct Magnitude {
    pub(super) factor: f64,
    pub(super) unit: String,
}

impl Magnitude {
    pub(super) fn plain(unit: &str) -> Self {
        Self {
            factor: 1.0,
            unit: unit.to_owned(),
        }
    }

    /// Makes the labels of values up to `largest` short.
    pub(super) fn of(largest: f64, unit: &str) -> Self {
        let exponent = (largest.log10() + 1e-9).floor() as i32;
        let exponent = exponent.div_euclid(3) * 3;
        if UNITS_WITH_PREFIX.contains(&unit) {
            let exponent = exponent.clamp(FIRST_PREFIX_EXPONENT, LAST_PREFIX_EXPONENT);
            let position = (exponent - FIRST_PREFIX_EXPONENT) / 3;
            return Self {
                factor: power(exponent),
                unit: format!("{}{unit}", PREFIXES[position as usize]),
            };
        }
        if (1e-2..1e5).contains(&largest) {
            return Self::plain(unit);
        }
        Self {
            factor: power(exponent),
            unit: format!("10{} {unit}", superscript(exponent))
                .trim_end()
                .to_owned(),
        }
    }
}

/// A power of ten.
pub(super) fn power(exponent: i32) -> f64 {
    10_f64.powi(exponent)
}

/// So many digits after the point.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.contains(|digit| matches!(digit, '1'..='9')) => format!("−{digits}"),
        Some(digits) => digits.to_owned(), // never "−0"
        None => text,
    }
}

/// At most six digits after the point, without trailing zeros.
fn number(value: f64) -> String {
    let text = fixed(value, 6);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Whether a number is written in plain digits.
pub(super) fn is_plain(value: f64) -> bool {
    value == 0.0 || (0.99e-2..1.01e4).contains(&value.abs())
}

/// Plain digits from 0.01 to 10 000, powers of ten outside.
pub(super) fn scientific(value: f64) -> String {
    if is_plain(value) {
        return number(value);
    }
    let exponent = (value.abs().log10() + 1e-9).floor() as i32;
    let digits = number(value / power(exponent));
    match digits.as_str() {
        "1" => format!("10{}", superscript(exponent)),
        digits => format!("{digits}·10{}", superscript(exponent)),
    }
}

/// An exponent in small raised digits.
pub(super) fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    exponent
        .to_string()
        .chars()
        .map(|character| match character.to_digit(10) {
            Some(digit) => DIGITS[digit as usize],
            None => '⁻',
        })
        .collect()
}
