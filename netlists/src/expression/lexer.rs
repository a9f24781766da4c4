//! Cuts the text of an expression into tokens, one at a time.

use std::ops::Range;

use ohmloom_devices::expression::BinaryOperator;

use super::error::SyntaxError;
use crate::numbers::parse_number;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    /// A name, in lower case.
    Name(String),
    /// A quoted text without its quotes.
    Text(String),
    /// `@device[quantity]`, in lower case.
    DeviceValue(String, String),
    Operator(BinaryOperator),
    Not,
    Question,
    Colon,
    Comma,
    /// `(` or `{`, with the character that closes it.
    Open(char),
    /// `)` or `}`.
    Close(char),
    OpenIndex,
    CloseIndex,
    End,
}

/// Whether a character may be inside a name.
fn continues_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '#' | '$')
}

/// The words that control scripts have for operators.
fn word_operator(word: &str) -> Option<Token> {
    use BinaryOperator as Op;
    Some(match word {
        "and" => Token::Operator(Op::And),
        "or" => Token::Operator(Op::Or),
        "eq" => Token::Operator(Op::Equal),
        "ne" => Token::Operator(Op::NotEqual),
        "lt" => Token::Operator(Op::Less),
        "le" => Token::Operator(Op::LessOrEqual),
        "gt" => Token::Operator(Op::Greater),
        "ge" => Token::Operator(Op::GreaterOrEqual),
        "not" => Token::Not,
        _ => return None,
    })
}

/// What the lexer has to know of the place of the next token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Colons belong to names: not between `?` and its `:`.
    pub(super) colon_in_names: bool,
    /// The words and signs of control scripts are operators.
    pub(super) vectors: bool,
}

/// Reads the token at or after byte `from`; also tells where it is.
pub(super) fn token(
    text: &str,
    from: usize,
    context: Context,
) -> Result<(Token, Range<usize>), SyntaxError> {
    use BinaryOperator as Op;
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start().len());
    let rest = rest.trim_start();
    let mut letters = rest.chars();
    let Some(first) = letters.next() else {
        return Ok((Token::End, text.len()..text.len()));
    };
    let second = letters.next();
    let operator = match (first, second) {
        ('*', Some('*')) => Some((Token::Operator(Op::Power), 2)),
        ('=', Some('=')) => Some((Token::Operator(Op::Equal), 2)),
        ('!', Some('=')) | ('<', Some('>')) => Some((Token::Operator(Op::NotEqual), 2)),
        ('<', Some('=')) => Some((Token::Operator(Op::LessOrEqual), 2)),
        ('>', Some('=')) => Some((Token::Operator(Op::GreaterOrEqual), 2)),
        ('&', Some('&')) => Some((Token::Operator(Op::And), 2)),
        ('|', Some('|')) => Some((Token::Operator(Op::Or), 2)),
        ('&', _) if context.vectors => Some((Token::Operator(Op::And), 1)),
        ('|', _) if context.vectors => Some((Token::Operator(Op::Or), 1)),
        ('~', _) if context.vectors => Some((Token::Not, 1)),
        ('=', _) => Some((Token::Operator(Op::Equal), 1)),
        ('!', _) => Some((Token::Not, 1)),
        ('<', _) => Some((Token::Operator(Op::Less), 1)),
        ('>', _) => Some((Token::Operator(Op::Greater), 1)),
        ('+', _) => Some((Token::Operator(Op::Add), 1)),
        ('-', _) => Some((Token::Operator(Op::Subtract), 1)),
        ('*', _) => Some((Token::Operator(Op::Multiply), 1)),
        ('/', _) => Some((Token::Operator(Op::Divide), 1)),
        ('\\', _) => Some((Token::Operator(Op::IntegerDivide), 1)),
        ('%', _) => Some((Token::Operator(Op::Remainder), 1)),
        ('^', _) => Some((Token::Operator(Op::Power), 1)),
        ('?', _) => Some((Token::Question, 1)),
        (':', _) => Some((Token::Colon, 1)),
        (',', _) => Some((Token::Comma, 1)),
        ('(', _) => Some((Token::Open(')'), 1)),
        ('{', _) => Some((Token::Open('}'), 1)),
        (')' | '}', _) => Some((Token::Close(first), 1)),
        ('[', _) => Some((Token::OpenIndex, 1)),
        (']', _) => Some((Token::CloseIndex, 1)),
        _ => None,
    };
    if let Some((token, length)) = operator {
        return Ok((token, start..start + length));
    }
    if first.is_ascii_digit() || first == '.' && second.is_some_and(|next| next.is_ascii_digit()) {
        return number(rest, start);
    }
    match first {
        '"' | '\'' => quoted(rest, start, first),
        '@' => device_value(rest, start),
        _ if continues_name(first) => Ok(name(rest, start, context)),
        _ => Err(unexpected(first, start)),
    }
}

fn number(rest: &str, start: usize) -> Result<(Token, Range<usize>), SyntaxError> {
    if let Some((value, length)) = parse_number(rest) {
        return Ok((Token::Number(value), start..start + length));
    }
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        .count();
    Err(SyntaxError::new(
        "this number is too large",
        start..start + length,
    ))
}

fn quoted(rest: &str, start: usize, quote: char) -> Result<(Token, Range<usize>), SyntaxError> {
    let inside = rest.get(1..).unwrap_or_default();
    match inside.find(quote) {
        Some(length) => {
            let content = inside.get(..length).unwrap_or_default();
            Ok((Token::Text(content.to_owned()), start..start + length + 2))
        }
        None => Err(SyntaxError::new(
            format!("this quote is not closed by another {quote}"),
            start..start + 1,
        )),
    }
}

fn device_value(rest: &str, start: usize) -> Result<(Token, Range<usize>), SyntaxError> {
    let end_of_name = rest
        .char_indices()
        .skip(1)
        .find(|(_, letter)| !continues_name(*letter) && !matches!(letter, ':' | '@'))
        .map_or(rest.len(), |(at, _)| at);
    let device = rest.get(1..end_of_name).unwrap_or_default();
    let inside = rest
        .get(end_of_name..)
        .and_then(|tail| tail.strip_prefix('['));
    let closed = inside.and_then(|tail| tail.find(']').and_then(|length| tail.get(..length)));
    match closed {
        Some(quantity) if !device.is_empty() && !quantity.trim().is_empty() => {
            let token = Token::DeviceValue(device.to_lowercase(), quantity.trim().to_lowercase());
            Ok((token, start..start + end_of_name + quantity.len() + 2))
        }
        _ => Err(SyntaxError::with_help(
            "this is not the quantity of a device",
            start..start + end_of_name,
            "write the device and the quantity as in @m1[gm]",
        )),
    }
}

fn name(rest: &str, start: usize, context: Context) -> (Token, Range<usize>) {
    let mut length = 0;
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        let inner_colon =
            letter == ':' && length > 0 && letters.peek().is_some_and(|next| continues_name(*next));
        if !(continues_name(letter) || context.colon_in_names && inner_colon) {
            break;
        }
        length += letter.len_utf8();
    }
    let word = rest.get(..length).unwrap_or_default().to_lowercase();
    let token = if context.vectors {
        word_operator(&word)
    } else {
        None
    };
    (token.unwrap_or(Token::Name(word)), start..start + length)
}

fn unexpected(first: char, start: usize) -> SyntaxError {
    let at = start..start + first.len_utf8();
    let message = format!("`{}` has no meaning in an expression", first.escape_debug());
    match first {
        '&' | '|' => SyntaxError::with_help(
            message,
            at,
            format!("the logical operator is {first}{first}"),
        ),
        '~' => SyntaxError::with_help(message, at, "the logical negation is !"),
        _ => SyntaxError::new(message, at),
    }
}
