//! From the text of a file to logical lines: comments and continuations.

use std::ops::Range;

/// The longest logical line, in bytes.
pub(crate) const LINE_LIMIT: usize = 16 << 20;

/// A file cut into logical lines. Byte offsets in `folded` are those of the text itself.
pub(crate) struct FoldedText {
    /// The text in lower case; inline comments, and what stands between a line and its continuation, are blanks.
    pub(crate) folded: String,
    /// Logical lines without surrounding blanks; lines of a control block are kept one by one.
    pub(crate) lines: Vec<Line>,
    /// The rest of the first line, where the file has a title.
    pub(crate) title: Range<usize>,
}

/// One logical line: bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Inside `.control` ... `.endc`: comments were left in.
    pub(crate) in_control: bool,
}

/// Why a file cannot be read as lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineError {
    pub(crate) message: String,
    pub(crate) at: Range<usize>,
}

/// Makes text of bytes: UTF-8 where it is, else Latin-1 (each byte one character).
pub(crate) fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        error
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect()
    })
}

/// Refuses what is no text: any control character but tab, line ends, form feed and the end mark of DOS.
pub(crate) fn check_text(bytes: &[u8]) -> Result<(), LineError> {
    match bytes
        .iter()
        .position(|&byte| matches!(byte, 0..=8 | 11 | 14..=25 | 27..=31))
    {
        Some(at) => Err(LineError {
            message: format!("this is not a text file: it has a byte 0x{:02x}", bytes[at]),
            at: at..at + 1,
        }),
        None => Ok(()),
    }
}

/// Cuts a text into logical lines.
pub(crate) fn fold(text: &str, has_title: bool) -> Result<FoldedText, LineError> {
    check_text(text.as_bytes())?;
    let mut bytes = text.as_bytes().to_ascii_lowercase();
    let mut lines: Vec<Line> = Vec::new();
    let mut title = 0..0;
    let mut in_control = false;
    let mut at = 0;
    if text.starts_with('\u{feff}') {
        bytes[..3].fill(b' ');
        at = 3;
    }
    let mut first = has_title;
    while at < bytes.len() {
        let stop = bytes[at..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(bytes.len(), |length| at + length);
        let (from, next) = (at, stop + 1);
        at = next;
        if first {
            first = false;
            title = from..stop;
            continue;
        }
        let Some(start) = bytes[from..stop]
            .iter()
            .position(|byte| !is_blank(*byte))
            .map(|skip| from + skip)
        else {
            continue;
        };
        match bytes[start] {
            b'*' | b'#' | b'$' => continue,
            b'+' if !in_control => {
                let Some(line) = lines.last_mut().filter(|line| !line.in_control) else {
                    return Err(LineError {
                        message: "this continuation line has no line to continue".to_owned(),
                        at: start..stop,
                    });
                };
                blank(&mut bytes[line.end as usize..=start]);
                let end = cut_comment(&mut bytes, start, stop);
                check_length(line.start as usize..end)?;
                if end > start {
                    line.end = end as u32;
                }
                continue;
            }
            _ => {}
        }
        let control_word = |word: &[u8]| {
            bytes[start..stop]
                .strip_prefix(word)
                .is_some_and(|rest| rest.first().is_none_or(|byte| is_blank(*byte)))
        };
        let opens = control_word(b".control");
        let closes = control_word(b".endc");
        let keep = in_control && !closes;
        if opens || closes {
            in_control = opens;
        }
        let end = if keep {
            trimmed(&bytes, start, stop)
        } else {
            cut_comment(&mut bytes, start, stop)
        };
        check_length(start..end)?;
        if end > start {
            lines.push(Line {
                start: start as u32,
                end: end as u32,
                in_control: keep,
            });
        }
    }
    let folded = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        LineError {
            message: "this text cannot be read".to_owned(),
            at: at..at + 1,
        }
    })?;
    Ok(FoldedText {
        folded,
        lines,
        title,
    })
}

fn check_length(line: Range<usize>) -> Result<(), LineError> {
    if line.len() > LINE_LIMIT {
        return Err(LineError {
            message: format!(
                "this line has {} bytes; the limit is {LINE_LIMIT}",
                line.len()
            ),
            at: line.start..line.start + 1,
        });
    }
    Ok(())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 12 | 26)
}

fn blank(bytes: &mut [u8]) {
    bytes.fill(b' ');
}

/// Blanks an inline comment (`;`, `//` or `$` and a blank, none of them between double quotes) and gives the end of
/// what is left of the line, without trailing blanks.
fn cut_comment(bytes: &mut [u8], start: usize, stop: usize) -> usize {
    let mut quoted = false;
    for at in start..stop {
        let next = bytes[at + 1..stop].first().copied();
        let starts_comment = match bytes[at] {
            b'"' => {
                quoted = !quoted;
                false
            }
            b';' => !quoted,
            b'/' => !quoted && next == Some(b'/'),
            b'$' => !quoted && next.is_none_or(is_blank),
            _ => false,
        };
        if starts_comment {
            blank(&mut bytes[at..stop]);
            return trimmed(bytes, start, at);
        }
    }
    trimmed(bytes, start, stop)
}

fn trimmed(bytes: &[u8], start: usize, stop: usize) -> usize {
    bytes[start..stop]
        .iter()
        .rposition(|byte| !is_blank(*byte))
        .map_or(start, |last| start + last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let folded = fold(text, true).expect("text");
        folded
            .lines
            .iter()
            .map(|line| folded.folded[line.start as usize..line.end as usize].to_owned())
            .collect()
    }

    #[test]
    fn comments_and_continuations_become_blanks_at_the_same_offsets() {
        let text = "Title\r\n* comment\r\nR1 A B ; first\r\n\r\n* between\r\n+ 1K $ second\r\n.end // third\r\n";
        let found = lines(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].split_whitespace().collect::<Vec<_>>(),
            ["r1", "a", "b", "1k"]
        );
        assert_eq!(found[1], ".end");
        let folded = fold(text, true).expect("text");
        assert_eq!(folded.folded.len(), text.len());
        assert_eq!(&text[folded.title.clone()], "Title\r");
    }

    #[test]
    fn dollar_inside_a_name_and_marks_inside_double_quotes_are_no_comments() {
        assert_eq!(lines("t\nr$1 a$b c 1\n"), ["r$1 a$b c 1"]);
        assert_eq!(lines("t\n.include \"a;b//c\"\n"), [".include \"a;b//c\""]);
    }

    #[test]
    fn control_lines_keep_their_comments() {
        assert_eq!(
            lines("t\n.control\nplot v(1) ; x\n.endc\nr1 1 0 1;x\n"),
            [".control", "plot v(1) ; x", ".endc", "r1 1 0 1"]
        );
    }

    #[test]
    fn what_is_no_text_or_no_line_is_refused() {
        assert!(fold("t\nr1 \u{0} 1\n", true).is_err());
        assert!(fold("t\n+ 1\n", true).is_err());
        assert_eq!(decode(vec![b'a', 0xb5]), "a\u{b5}");
    }
}
