//! Numbers as SPICE writes them: `4.7k`, `10meg`, `1e-9`, `5V`, `4k7`.

/// The power of ten of a scale suffix and the length of the suffix in bytes.
///
/// `meg` and `mil` come before `m`; `mil` is not a power of ten and is handled by [`parse_number`].
fn decimal_suffix(text: &str) -> Option<(i32, usize)> {
    let bytes = text.as_bytes();
    let starts = |word: &[u8]| {
        bytes
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if starts(b"meg") {
        return Some((6, 3));
    }
    let first = text.chars().next()?;
    let power = match first.to_ascii_lowercase() {
        't' => 12,
        'g' => 9,
        'k' => 3,
        'm' => -3,
        'u' | '\u{b5}' | '\u{3bc}' => -6,
        'n' => -9,
        'p' => -12,
        'f' => -15,
        'a' => -18,
        _ => return None,
    };
    Some((power, first.len_utf8()))
}

/// The parts of a number before its suffix.
struct Mantissa {
    /// The bytes of sign, digits and point.
    length: usize,
    /// The exponent as written, 0 without one.
    exponent: i32,
    /// The bytes of mantissa and exponent together.
    end: usize,
}

fn digits(bytes: &[u8], from: usize) -> usize {
    bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

fn mantissa(text: &str) -> Option<Mantissa> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(bytes, sign);
    let mut length = sign + whole;
    let mut fraction = 0;
    if bytes.get(length) == Some(&b'.') {
        fraction = digits(bytes, length + 1);
        length += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    let mut exponent = 0;
    let mut end = length;
    if matches!(bytes.get(length), Some(b'e' | b'E' | b'd' | b'D')) {
        let negative = bytes.get(length + 1) == Some(&b'-');
        let signed = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let from = length + 1 + signed;
        let count = digits(bytes, from);
        if count > 0 {
            end = from + count;
            let size = text
                .get(from..end)
                .and_then(|part| part.parse::<i32>().ok())
                .unwrap_or(i32::MAX / 2);
            exponent = if negative { -size } else { size };
        }
    }
    Some(Mantissa {
        length,
        exponent,
        end,
    })
}

/// `digits * 10^power`, correctly rounded; `None` beyond the range of a double.
fn scaled(digits: &str, power: i32) -> Option<f64> {
    let value: f64 = format!("{digits}e{power}").parse().ok()?;
    value.is_finite().then_some(value)
}

fn letters(text: &str, from: usize) -> usize {
    text.get(from..)
        .unwrap_or_default()
        .chars()
        .take_while(|letter| letter.is_alphabetic() || *letter == '\u{b5}')
        .map(char::len_utf8)
        .sum()
}

/// Reads the number that a text starts with: an optional sign, digits with an optional point, an optional exponent
/// after `e` or `d`, an optional scale suffix (`t g meg k mil m u n p f a`; `mil` is 25.4e-6), and any letters, which are
/// ignored as a unit. The result is correctly rounded: `4.7u` is exactly `4.7e-6`.
///
/// Returns the value and the number of bytes read, or `None` when the text does not start with a number or the
/// number is too large for a double.
pub fn parse_number(text: &str) -> Option<(f64, usize)> {
    let number = mantissa(text)?;
    let head = text.get(..number.length)?;
    let tail = text.get(number.end..)?;
    let consumed = number.end + letters(text, number.end);
    let mil = tail
        .as_bytes()
        .get(..3)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"mil"));
    let value = if mil {
        scaled(head, number.exponent)? * 25.4e-6
    } else {
        let power = decimal_suffix(tail).map_or(0, |(power, _)| power);
        scaled(head, number.exponent.saturating_add(power))?
    };
    value.is_finite().then_some((value, consumed))
}

/// Reads a resistance in the notation of IEC 60062, where a letter stands for the decimal point: `4k7` is 4700,
/// `4r7` is 4.7, `2m2` and `2meg2` are 2.2e6, `5l6` is 5.6e-3. Texts without digits after the letter are read by
/// [`parse_number`], so `4m` stays four milliohm and `4m7` is 4.7 megohm.
///
/// Returns the value and the number of bytes read.
pub fn parse_resistance(text: &str) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = sign + digits(bytes, sign);
    let tail = text.get(whole..)?;
    let (power, letter) = match tail.chars().next().map(|first| first.to_ascii_lowercase()) {
        Some('r') => (0, 1),
        Some('l') => (-3, 1),
        _ => match decimal_suffix(tail) {
            Some((-3, length)) => (6, length),
            Some(suffix) => suffix,
            None => return parse_number(text),
        },
    };
    let from = whole + letter;
    let fraction = digits(bytes, from);
    if fraction == 0 || whole == sign {
        return parse_number(text);
    }
    let number = format!(
        "{}.{}",
        text.get(..whole)?,
        text.get(from..from + fraction)?
    );
    let end = from + fraction;
    Some((scaled(&number, power)?, end + letters(text, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn suffixes_scale_and_units_are_ignored() {
        for (text, value) in [
            ("1t", 1e12),
            ("1G", 1e9),
            ("1meg", 1e6),
            ("1MEGohm", 1e6),
            ("10kohm", 1e4),
            ("1mil", 25.4e-6),
            ("1m", 1e-3),
            ("4.7u", 4.7e-6),
            ("4.7\u{b5}F", 4.7e-6),
            ("4.7\u{3bc}", 4.7e-6),
            ("3n", 3e-9),
            ("3p", 3e-12),
            ("3f", 3e-15),
            ("3a", 3e-18),
            ("5V", 5.0),
            ("-2.5e-3k", -2.5),
            ("1d3", 1e3),
            ("1D-3", 1e-3),
            (".5", 0.5),
            ("5.", 5.0),
            ("+5.e2", 500.0),
            ("1e", 1.0),
            ("2x", 2.0),
            ("1e-400", 0.0),
        ] {
            assert_eq!(parse_number(text), Some((value, text.len())), "{text}");
        }
    }

    #[test]
    fn reading_stops_where_the_number_ends() {
        assert_eq!(parse_number("1k+2"), Some((1e3, 2)));
        assert_eq!(parse_number("1e+x"), Some((1.0, 2)));
        assert_eq!(parse_number("1.2.3"), Some((1.2, 3)));
        assert_eq!(parse_number("4k7"), Some((4e3, 2)));
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "",
            "-",
            ".",
            "k",
            "e5",
            "+.e1",
            "1e400",
            "1e99999999999",
            "nan",
            "inf",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn letters_stand_for_the_point_of_a_resistance() {
        for (text, value) in [
            ("4k7", 4700.0),
            ("4R7", 4.7),
            ("2m2", 2.2e6),
            ("2Meg2", 2.2e6),
            ("5L6", 5.6e-3),
            ("4m", 4e-3),
            ("4k", 4e3),
            ("4.7k", 4.7e3),
            ("-1k5ohm", -1500.0),
        ] {
            assert_eq!(parse_resistance(text), Some((value, text.len())), "{text}");
        }
        assert_eq!(parse_resistance("r5"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,12}") {
            for read in [parse_number(&text), parse_resistance(&text)].into_iter().flatten() {
                prop_assert!(read.1 <= text.len() && text.is_char_boundary(read.1));
            }
        }

        #[test]
        fn what_rust_prints_is_read_exactly(value in proptest::num::f64::NORMAL) {
            let text = format!("{value:e}");
            prop_assert_eq!(parse_number(&text), Some((value, text.len())));
        }
    }
}
