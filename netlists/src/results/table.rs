//! The text table of `.print`: `Index   time   v(1)`.

use std::io::{self, Write};

use super::{Plot, Vector, format::column};

/// How a table looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// Decimals of a number (`set numdgt`); one fewer for negative numbers.
    pub digits: usize,
    /// Width of the page in characters: further vectors go to further tables. 0 is a page without end.
    pub width: usize,
}

impl Default for TableStyle {
    /// The style of ngspice: 6 decimals, 80 characters.
    fn default() -> Self {
        Self {
            digits: 6,
            width: 80,
        }
    }
}

/// Writes vectors in columns beside the plot's scale, in as many tables as the width of the page needs. A complex value is
/// two numbers with a comma between them; a shorter vector leaves its places empty. There is one page in length.
pub fn write(
    plot: &Plot,
    vectors: &[&Vector],
    style: TableStyle,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let scale = plot
        .scale()
        .filter(|scale| vectors.iter().any(|vector| vector.len() == scale.len()));
    let listed: Vec<&Vector> = vectors
        .iter()
        .copied()
        .filter(|vector| scale.is_none_or(|scale| scale.name != vector.name))
        .collect();
    let field = style.digits + 10;
    let room = if style.width == 0 {
        usize::MAX
    } else {
        style.width.saturating_sub(8) / field
    };
    // A complex column needs two fields; a table always has at least one vector.
    let mut rest = listed.as_slice();
    loop {
        let mut used = usize::from(scale.is_some());
        let mut taken = 0;
        for vector in rest {
            used += if vector.data.is_complex() { 2 } else { 1 };
            if used > room && taken > 0 {
                break;
            }
            taken += 1;
        }
        let (page, later) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        write_page(plot, scale, page, style, field, &mut output)?;
        rest = later;
        if rest.is_empty() {
            return output.flush();
        }
    }
}

fn write_page(
    plot: &Plot,
    scale: Option<&Vector>,
    vectors: &[&Vector],
    style: TableStyle,
    field: usize,
    output: &mut dyn Write,
) -> io::Result<()> {
    let width = if style.width == 0 { 80 } else { style.width };
    let rule = "-".repeat(width);
    for line in [plot.title.clone(), format!("{}  {}", plot.name, plot.date)] {
        let indent = width.saturating_sub(line.chars().count()) / 2;
        writeln!(output, "{}{}", " ".repeat(indent), line.trim_end())?;
    }
    writeln!(output, "{rule}")?;
    write!(output, "Index   ")?;
    for vector in scale.iter().chain(vectors) {
        let width = if vector.data.is_complex() && Some(*vector) != scale {
            2 * field
        } else {
            field
        };
        write!(output, "{:<width$}", vector.name)?;
    }
    writeln!(output)?;
    writeln!(output, "{rule}")?;
    let points = scale
        .iter()
        .chain(vectors)
        .map(|vector| vector.len())
        .max()
        .unwrap_or(0);
    for point in 0..points {
        write!(output, "{point}\t")?;
        if let Some(scale) = scale {
            match scale.data.real_at(point) {
                Some(value) => write!(output, "{}\t", column(value, style.digits))?,
                None => write!(output, "\t\t")?,
            }
        }
        for vector in vectors {
            match vector.data.get(point) {
                Some(value) if vector.data.is_complex() => {
                    write!(
                        output,
                        "{},\t{}\t",
                        column(value.re, style.digits),
                        column(value.im, style.digits)
                    )?;
                }
                Some(value) => write!(output, "{}\t", column(value.re, style.digits))?,
                None if vector.data.is_complex() => write!(output, "\t\t\t\t")?,
                None => write!(output, "\t\t")?,
            }
        }
        writeln!(output)?;
    }
    writeln!(output)
}
