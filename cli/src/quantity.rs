//! Quantities as text: four digits and an SI prefix.

/// SI prefixes, three powers of ten apart, the first one for 10^-18.
const PREFIXES: [&str; 11] = ["a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T"];
const FIRST_EXPONENT: i32 = -18;

/// A value with its unit, such as `12.34 µA`.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{} {unit}", value + 0.0);
    }
    // Rounded first, so that 999.96 becomes 1.000 k and not 1000.
    let rounded = format!("{value:.3e}");
    let exponent = rounded
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    let step = (exponent - FIRST_EXPONENT).div_euclid(3);
    let Some(prefix) = usize::try_from(step)
        .ok()
        .and_then(|step| PREFIXES.get(step))
    else {
        return format!("{rounded} {unit}");
    };
    let power = FIRST_EXPONENT + 3 * step;
    let decimals = (3 - (exponent - power)) as usize;
    let text = format!("{:.decimals$}", value / 10f64.powi(power));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {prefix}{unit}")
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn takes_the_prefix_that_leaves_one_to_three_digits() {
        for (value, text) in [
            (0.0, "0 A"),
            (-0.0, "0 A"),
            (1.0, "1 A"),
            (-12.345e-6, "-12.35 µA"),
            (123.4e-9, "123.4 nA"),
            (0.99996, "1 A"),
            (999.96, "1 kA"),
            (100.0, "100 A"),
            (2.5e3, "2.5 kA"),
            (1e-18, "1 aA"),
            (1.5e-19, "1.500e-19 A"),
            (2e15, "2.000e15 A"),
            (f64::NAN, "NaN A"),
        ] {
            assert_eq!(quantity(value, "A"), text);
        }
    }
}
