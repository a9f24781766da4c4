//! Writing rawfiles.

use std::borrow::Cow;
use std::io::{self, Seek, SeekFrom, Write};

use super::super::{Plot, Vector, VectorKind, format::exponent};

/// How the values of a rawfile are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Little-endian 8-byte floats.
    Binary,
    /// Text with 15 decimals.
    Ascii,
}

/// Writes a plot with all its vectors; calling it again on the same output appends a plot to the file.
pub fn write(plot: &Plot, encoding: Encoding, output: &mut dyn Write) -> io::Result<()> {
    let vectors: Vec<&Vector> = plot.vectors.iter().collect();
    write_vectors(plot, &vectors, encoding, output)
}

/// Writes chosen vectors under the header of a plot; the first one is the scale. Shorter vectors are filled with zeros, as
/// ngspice does. Values are written point by point; nothing of their size is held in memory.
pub fn write_vectors(
    plot: &Plot,
    vectors: &[&Vector],
    encoding: Encoding,
    output: &mut dyn Write,
) -> io::Result<()> {
    let points = vectors.iter().map(|vector| vector.len()).max().unwrap_or(0);
    let complex = vectors.iter().any(|vector| vector.data.is_complex());
    let mut output = io::BufWriter::new(output);
    header(
        plot,
        complex,
        vectors.len(),
        &points.to_string(),
        &mut output,
    )?;
    for (number, vector) in vectors.iter().enumerate() {
        let grid = if vector.logarithmic { " grid=3" } else { "" };
        writeln!(
            output,
            "\t{number}\t{}\t{}{grid}",
            one_line(&vector.file_name()),
            one_line(vector.kind.text())
        )?;
    }
    match encoding {
        Encoding::Binary => {
            writeln!(output, "Binary:")?;
            for point in 0..points {
                for vector in vectors {
                    let value = vector.data.get(point).unwrap_or_default();
                    output.write_all(&value.re.to_le_bytes())?;
                    if complex {
                        output.write_all(&value.im.to_le_bytes())?;
                    }
                }
            }
        }
        Encoding::Ascii => {
            writeln!(output, "Values:")?;
            for point in 0..points {
                write!(output, " {point}")?;
                for vector in vectors {
                    let value = vector.data.get(point).unwrap_or_default();
                    write!(output, "\t{}", exponent(value.re, 15))?;
                    if complex {
                        write!(output, ",{}", exponent(value.im, 15))?;
                    }
                    writeln!(output)?;
                }
                writeln!(output)?;
            }
        }
    }
    output.flush()
}

fn header(
    plot: &Plot,
    complex: bool,
    variables: usize,
    points: &str,
    output: &mut dyn Write,
) -> io::Result<()> {
    writeln!(output, "Title: {}", one_line(&plot.title))?;
    writeln!(output, "Date: {}", one_line(&plot.date))?;
    writeln!(output, "Plotname: {}", one_line(&plot.name))?;
    writeln!(
        output,
        "Flags: {}",
        if complex { "complex" } else { "real" }
    )?;
    writeln!(output, "No. Variables: {variables}")?;
    writeln!(output, "No. Points: {points}")?;
    writeln!(output, "Variables:")
}

/// The header is line-oriented: a line break inside a text would make the file unreadable.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Width of the field in which [`StreamWriter`] fills in the number of points, the one that ngspice leaves.
const POINTS_WIDTH: usize = 8;

/// A binary rawfile whose points arrive one after another, so that a long transient is never held in memory.
///
/// The number of points is filled in by [`StreamWriter::finish`]; without it the header says 0 points.
#[derive(Debug)]
pub struct StreamWriter<W: Write + Seek> {
    output: W,
    points_at: u64,
    points: u64,
    variables: usize,
}

impl<W: Write + Seek> StreamWriter<W> {
    /// Writes the header of a real plot. The plot's own vectors are ignored: `variables` names them, the scale first.
    pub fn new(mut output: W, plot: &Plot, variables: &[(String, VectorKind)]) -> io::Result<Self> {
        let mut text = Vec::new();
        header(
            plot,
            false,
            variables.len(),
            &" ".repeat(POINTS_WIDTH),
            &mut text,
        )?;
        let marker = "No. Points: ";
        let tail = "Variables:\n".len() + POINTS_WIDTH + 1;
        debug_assert!(
            String::from_utf8_lossy(&text).contains(marker),
            "the header has a field for the points"
        );
        let start = output.stream_position()?;
        let points_at = start + (text.len() - tail) as u64;
        output.write_all(&text)?;
        for (number, (name, kind)) in variables.iter().enumerate() {
            let vector = Vector::real(name.as_str(), kind.clone(), Vec::new());
            writeln!(
                output,
                "\t{number}\t{}\t{}",
                one_line(&vector.file_name()),
                one_line(kind.text())
            )?;
        }
        writeln!(output, "Binary:")?;
        Ok(Self {
            output,
            points_at,
            points: 0,
            variables: variables.len(),
        })
    }

    /// Writes one point.
    ///
    /// # Errors
    /// The output's errors, and `InvalidInput` when the number of values is not that of the variables.
    pub fn point(&mut self, values: &[f64]) -> io::Result<()> {
        if values.len() != self.variables {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "a point of {} values for {} variables",
                    values.len(),
                    self.variables
                ),
            ));
        }
        for value in values {
            self.output.write_all(&value.to_le_bytes())?;
        }
        self.points += 1;
        Ok(())
    }

    /// Fills in the number of points and hands the output back, positioned at its end.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.seek(SeekFrom::Start(self.points_at))?;
        write!(self.output, "{:<POINTS_WIDTH$}", self.points)?;
        self.output.seek(SeekFrom::End(0))?;
        self.output.flush()?;
        Ok(self.output)
    }
}
