//! Words, quotes, comments and lists of expressions.

use ohmloom_devices::expression::Expression;

use crate::expression::{parse_vector, parse_vector_prefix};

/// Follows quotes and brackets along a text.
#[derive(Default)]
struct Scan {
    quote: Option<char>,
    depth: usize,
}

impl Scan {
    /// Whether the next letter stands outside of quotes; brackets count in `depth`.
    fn step(&mut self, letter: char) -> bool {
        match self.quote {
            Some(open) => {
                if letter == open {
                    self.quote = None;
                }
                return false;
            }
            None => match letter {
                '"' | '\'' => self.quote = Some(letter),
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
        }
        true
    }
}

/// The first word and the rest behind white space.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let cut = text.find(char::is_whitespace).unwrap_or(text.len());
    (
        text.get(..cut).unwrap_or_default(),
        text.get(cut..).unwrap_or_default().trim_start(),
    )
}

/// A line without its comment: a whole line behind `*` or `#`, or the end behind `;`, ` $ ` or ` //` outside of quotes.
pub(super) fn without_comment(line: &str) -> &str {
    if line.starts_with(['*', '#']) {
        return "";
    }
    let mut scan = Scan::default();
    let mut space_before = true;
    for (at, letter) in line.char_indices() {
        let outside = scan.step(letter);
        let rest = line.get(at..).unwrap_or_default();
        let dollar = rest
            .strip_prefix('$')
            .is_some_and(|after| after.is_empty() || after.starts_with(' '));
        if outside && (letter == ';' || space_before && (dollar || rest.starts_with("//"))) {
            return line.get(..at).unwrap_or_default();
        }
        space_before = letter.is_whitespace();
    }
    line
}

/// Words between white space; quotes hold words together and are dropped.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut scan = Scan::default();
    for letter in text.chars() {
        let quoted = scan.quote.is_some();
        let outside = scan.step(letter);
        let is_quote = !quoted && outside && scan.quote.is_some() || quoted && scan.quote.is_none();
        if is_quote {
            word.get_or_insert_default();
        } else if !quoted && letter.is_whitespace() {
            found.extend(word.take());
        } else {
            word.get_or_insert_default().push(letter);
        }
    }
    found.extend(word);
    found
}

/// The command and the file behind ` > file` or ` >> file` (true: append), outside of quotes and brackets.
pub(super) fn redirection(text: &str) -> (&str, Option<(&str, bool)>) {
    let mut scan = Scan::default();
    let mut space_before = false;
    for (at, letter) in text.char_indices() {
        let outside = scan.step(letter);
        if outside && letter == '>' && space_before && scan.depth == 0 {
            let rest = text.get(at + 1..).unwrap_or_default();
            let (append, file) = rest
                .strip_prefix('>')
                .map_or((false, rest), |after| (true, after));
            let file = file.trim();
            if !file.is_empty() && !file.contains(char::is_whitespace) && !file.starts_with('=') {
                return (
                    text.get(..at).unwrap_or_default().trim_end(),
                    Some((file, append)),
                );
            }
        }
        space_before = letter.is_whitespace();
    }
    (text, None)
}

/// A complex number `(a, b)` becomes `complex(a, b)`, which the expression parser knows as a call. Parentheses behind a name
/// or with another number of parts stay.
pub(super) fn with_complex_literals(text: &str) -> String {
    let mut open: Vec<(usize, bool, usize)> = Vec::new();
    let mut insert = Vec::new();
    let mut scan = Scan::default();
    let mut previous = ' ';
    for (at, letter) in text.char_indices() {
        if scan.step(letter) {
            match letter {
                '(' => open.push((at, previous.is_alphanumeric() || previous == '_', 0)),
                ',' => {
                    if let Some(last) = open.last_mut() {
                        last.2 += 1;
                    }
                }
                ')' => {
                    if let Some((start, false, 1)) = open.pop() {
                        insert.push(start);
                    }
                }
                _ => {}
            }
        }
        previous = letter;
    }
    insert.sort_unstable();
    let mut made = String::with_capacity(text.len() + 7 * insert.len());
    let mut from = 0;
    for at in insert {
        made.push_str(text.get(from..at).unwrap_or_default());
        made.push_str("complex");
        from = at;
    }
    made.push_str(text.get(from..).unwrap_or_default());
    made
}

/// An expression of a script.
pub(super) fn expression(text: &str) -> Result<Expression, String> {
    let text = with_complex_literals(text.trim());
    if text.is_empty() {
        return Err("an expression is missing".to_owned());
    }
    parse_vector(&text).map_err(|error| match &error.help {
        Some(help) => format!("in `{text}`: {error} ({help})"),
        None => format!("in `{text}`: {error}"),
    })
}

/// A list of expressions with their texts; commas may stand between them.
pub(super) fn expressions(text: &str) -> Result<Vec<(String, Expression)>, String> {
    let text = with_complex_literals(text);
    let mut rest = text.trim();
    let mut list = Vec::new();
    while !rest.is_empty() {
        let (expression, length) =
            parse_vector_prefix(rest).map_err(|error| format!("in `{rest}`: {error}"))?;
        let (item, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if length == 0 {
            return Err(format!("in `{rest}`: an expression is missing"));
        }
        list.push((item.trim().to_lowercase(), expression));
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_comments() {
        assert_eq!(words("a \"b c\"  d'e f' \"\""), ["a", "b c", "de f", ""]);
        assert_eq!(without_comment("echo a ; b"), "echo a ");
        assert_eq!(without_comment("echo \"a ; b\" $ c"), "echo \"a ; b\" ");
        assert_eq!(without_comment("echo $x http://a"), "echo $x http://a");
        assert_eq!(without_comment("* echo"), "");
    }

    #[test]
    fn redirections() {
        assert_eq!(
            redirection("echo a > f.txt"),
            ("echo a", Some(("f.txt", false)))
        );
        assert_eq!(redirection("echo a >> f"), ("echo a", Some(("f", true))));
        assert_eq!(redirection("echo \"a > b\""), ("echo \"a > b\"", None));
        assert_eq!(redirection("if a >= b"), ("if a >= b", None));
    }

    #[test]
    fn complex_literals() {
        assert_eq!(
            with_complex_literals("(1,2)*v(a,b)+max(1,(3,4))"),
            "complex(1,2)*v(a,b)+max(1,complex(3,4))"
        );
        assert_eq!(with_complex_literals("((1,2),"), "(complex(1,2),");
        let list = expressions("v(1) -v(2), a*2 (1,2)").unwrap();
        let texts: Vec<_> = list.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["v(1)", "-v(2)", "a*2", "complex(1,2)"]);
    }
}
