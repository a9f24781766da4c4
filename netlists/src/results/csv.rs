//! Comma-separated values (RFC 4180): a header line, then one line for each point.

use std::io::{self, Write};

use super::{Vector, VectorData};

/// Writes vectors as columns. A complex vector has two columns, `name.re` and `name.im`; names are those of rawfiles
/// (`v(out)`). Numbers have as many digits as reading them back exactly needs. A shorter vector leaves its fields empty.
pub fn write(vectors: &[&Vector], output: &mut dyn Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    for (column, vector) in vectors.iter().enumerate() {
        let comma = if column == 0 { "" } else { "," };
        let name = vector.file_name();
        match vector.data {
            VectorData::Real(_) => write!(output, "{comma}{}", quoted(&name))?,
            VectorData::Complex(_) => {
                write!(
                    output,
                    "{comma}{},{}",
                    quoted(&format!("{name}.re")),
                    quoted(&format!("{name}.im"))
                )?;
            }
        }
    }
    output.write_all(b"\r\n")?;
    for point in 0..vectors.iter().map(|vector| vector.len()).max().unwrap_or(0) {
        for (column, vector) in vectors.iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            match (&vector.data, vector.data.get(point)) {
                (VectorData::Real(_), Some(value)) => write!(output, "{comma}{:e}", value.re)?,
                (VectorData::Real(_), None) => output.write_all(comma.as_bytes())?,
                (VectorData::Complex(_), Some(value)) => {
                    write!(output, "{comma}{:e},{:e}", value.re, value.im)?;
                }
                (VectorData::Complex(_), None) => write!(output, "{comma},")?,
            }
        }
        output.write_all(b"\r\n")?;
    }
    output.flush()
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Complex64, Vector, VectorKind};

    #[test]
    fn complex_and_quoted_columns() {
        let time = Vector::real("time", VectorKind::Time, vec![0.0, 1e-9]);
        let pair = Vector::complex(
            "v(a,b)",
            VectorKind::Voltage,
            vec![Complex64::new(1.5, -2.0)],
        );
        let mut out = Vec::new();
        super::write(&[&time, &pair], &mut out).unwrap();
        let expected = "time,\"v(a,b).re\",\"v(a,b).im\"\r\n0e0,1.5e0,-2e0\r\n1e-9,,\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
