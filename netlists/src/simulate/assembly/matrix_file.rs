//! Matrices of numbers in files: npy, or text with one row on each line.
//!
//! What a file declares is checked against what is there before anything is allocated for it.

use std::io::Read;
use std::path::Path;

/// The largest file, bytes.
const BYTE_LIMIT: u64 = 1 << 30;
const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads a matrix of `rows x columns` numbers, row by row.
///
/// # Errors
/// Says what is wrong with the file.
pub(super) fn read(path: &Path, (rows, columns): (usize, usize)) -> Result<Vec<f64>, String> {
    let bytes = read_bytes(path)?;
    let (found, values) = if bytes.starts_with(MAGIC) {
        npy(&bytes)?
    } else {
        text(&bytes)?
    };
    if found != (rows, columns) {
        return Err(format!(
            "it has {} x {} numbers, the array is {rows} x {columns}",
            found.0, found.1
        ));
    }
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        return Err(format!(
            "the number in row {}, column {} (counted from 0) is not finite",
            index / columns,
            index % columns
        ));
    }
    Ok(values)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    (file.take(BYTE_LIMIT + 1))
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > BYTE_LIMIT {
        return Err(format!("it has more than {BYTE_LIMIT} bytes"));
    }
    Ok(bytes)
}

type Matrix = ((usize, usize), Vec<f64>);

/// Numbers between blanks, commas or semicolons; lines without any, and what follows a `#`, do not count.
fn text(bytes: &[u8]) -> Result<Matrix, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is neither npy nor text".to_owned())?;
    let (mut rows, mut columns, mut values) = (0, 0, Vec::new());
    for (line, text) in text.lines().enumerate() {
        let text = text.split('#').next().unwrap_or("");
        let before = values.len();
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        for word in words.filter(|word| !word.is_empty()) {
            let number = word.parse::<f64>();
            values.push(number.map_err(|_| format!("line {}: `{word}` is no number", line + 1))?);
        }
        let count = values.len() - before;
        if count == 0 {
            continue;
        }
        if rows > 0 && count != columns {
            return Err(format!(
                "line {} has {count} numbers, the lines before it {columns}",
                line + 1
            ));
        }
        columns = count;
        rows += 1;
    }
    Ok(((rows, columns), values))
}

/// float64 or float32, little-endian, two dimensions, in either order.
fn npy(bytes: &[u8]) -> Result<Matrix, String> {
    let truncated = || "the npy file ends in its header".to_owned();
    let width = if bytes.get(6) == Some(&1) { 2 } else { 4 };
    let length = bytes.get(8..8 + width).ok_or_else(truncated)?;
    let length = length
        .iter()
        .rev()
        .fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
    let start = 8 + width;
    let header = start
        .checked_add(length)
        .and_then(|end| bytes.get(start..end))
        .ok_or_else(truncated)?;
    let header = std::str::from_utf8(header).map_err(|_| "its npy header is no text".to_owned())?;
    let after = |key: &str| {
        let (_, rest) = header.split_once(key)?;
        rest.split_once(':').map(|(_, value)| value.trim_start())
    };
    let descriptor = after("'descr'").unwrap_or("");
    let size = if descriptor.starts_with("'<f8'") {
        8
    } else if descriptor.starts_with("'<f4'") {
        4
    } else {
        return Err("its elements must be float64 (<f8) or float32 (<f4)".to_owned());
    };
    let fortran = after("'fortran_order'").is_some_and(|value| value.starts_with("True"));
    let shape = after("'shape'")
        .and_then(|value| value.strip_prefix('(')?.split_once(')'))
        .map_or("", |(shape, _)| shape);
    let sizes: Vec<usize> = shape
        .split(',')
        .filter_map(|size| size.trim().parse().ok())
        .collect();
    let &[rows, columns] = &sizes[..] else {
        return Err(format!("its shape ({shape}) must have two dimensions"));
    };
    let data = &bytes[start + length..];
    let needed = rows
        .checked_mul(columns)
        .and_then(|count| count.checked_mul(size));
    if needed != Some(data.len()) {
        return Err(format!(
            "shape ({shape}) does not fit the {} bytes of its data",
            data.len()
        ));
    }
    let at = |index: usize| {
        let bytes = &data[index * size..(index + 1) * size];
        match bytes.try_into().map(f64::from_le_bytes) {
            Ok(wide) => wide,
            Err(_) => bytes
                .try_into()
                .map_or(f64::NAN, |b| f64::from(f32::from_le_bytes(b))),
        }
    };
    let order = |index: usize| {
        if fortran {
            index % columns * rows + index / columns
        } else {
            index
        }
    };
    let values = (0..rows * columns).map(|index| at(order(index))).collect();
    Ok(((rows, columns), values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn text_has_one_row_on_each_line() {
        let read = text(b"# siemens\n1e-5, 2e-5\n\n3e-5;4e-5 # last\n").unwrap();
        assert_eq!(read, ((2, 2), vec![1e-5, 2e-5, 3e-5, 4e-5]));
        assert!(text(b"1 2\n3\n").unwrap_err().contains("line 2"));
        assert!(text(b"1 x\n").unwrap_err().contains("`x`"));
    }

    #[test]
    fn npy_of_both_widths_and_orders() {
        let header = |kind, order| {
            format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': (2, 3), }}\n")
        };
        let wide: Vec<u8> = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0_f64]
            .map(f64::to_le_bytes)
            .concat();
        let rows = ((2, 3), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(npy(&file(&header("<f8", "False"), &wide)).unwrap(), rows);
        let narrow: Vec<u8> = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0_f32]
            .map(f32::to_le_bytes)
            .concat();
        assert_eq!(npy(&file(&header("<f4", "True"), &narrow)).unwrap(), rows);
    }

    #[test]
    fn damaged_npy_is_refused() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n";
        let whole = file(header, &[0; 16]);
        for length in 0..whole.len() {
            assert!(npy(&whole[..length]).is_err(), "{length}");
        }
        assert!(npy(&whole).is_ok());
        let huge = header.replace("(2, 1)", "(4611686018427387904, 4)");
        assert!(npy(&file(&huge, &[0; 16])).is_err());
        assert!(
            npy(&file(&header.replace("f8", "i8"), &[0; 16]))
                .unwrap_err()
                .contains("float64")
        );
        assert!(npy(&file(&header.replace("(2, 1)", "(2,)"), &[0; 16])).is_err());
    }
}
