//! Comma-separated values as in RFC 4180, with line feeds.

/// One line.
pub(super) fn record(fields: &[String]) -> String {
    let quoted = |field: &String| {
        if field.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.clone()
        }
    };
    fields.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

/// All lines.
pub(super) fn parse(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted).ok_or_else(|| {
                format!("record {}: a quotation mark is missing", records.len() + 1)
            })?
        } else {
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            let field = rest[..end].trim_end_matches('\r');
            (field.to_owned(), &rest[end..])
        };
        record.push(field);
        if let Some(after) = after.strip_prefix(',') {
            rest = after;
            if rest.is_empty() {
                record.push(String::new());
            }
            continue;
        }
        let after = after.strip_prefix('\r').unwrap_or(after);
        rest = match after.strip_prefix('\n') {
            Some(after) => {
                records.push(std::mem::take(&mut record));
                after
            }
            None if after.is_empty() => after,
            None => {
                return Err(format!(
                    "record {}: text after a closing quotation mark",
                    records.len() + 1
                ));
            }
        };
    }
    if !record.is_empty() {
        records.push(record);
    }
    Ok(records)
}

/// The text up to the closing quotation mark, and what comes after that.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let (before, after) = rest.split_once('"')?;
        field += before;
        match after.strip_prefix('"') {
            None => return Some((field, after)),
            Some(after) => {
                field.push('"');
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, record};

    #[test]
    fn what_is_written_is_read_again() {
        let rows = [
            vec!["a", "b,c", ""],
            vec!["\"quoted\"", "two\nlines", "\r"],
            vec!["", "", ""],
            vec!["{ on = 0.1, off = 1 }", "µ", "x\""],
        ];
        let rows = rows.map(|row| row.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let text: String = rows.iter().map(|row| record(row)).collect();
        assert_eq!(parse(&text).unwrap(), rows);
    }

    #[test]
    fn other_line_ends_and_damage() {
        let rows = parse("a,b\r\n1,\"2\"\r\n3,").unwrap();
        assert_eq!(rows, [["a", "b"], ["1", "2"], ["3", ""]]);
        assert!(parse("a,\"b\n").unwrap_err().contains("record 1"));
        assert!(parse("a\n\"b\"c\n").unwrap_err().contains("record 2"));
        assert!(parse("").unwrap().is_empty());
    }
}
