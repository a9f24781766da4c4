//! `echo`, `print` and `display`.

use std::io::Write;

use crate::results::table::{self, TableStyle};
use crate::results::{Vector, VectorData, format::column};

use super::interpreter::{Failure, Interpreter};
use super::text::{expressions, first_word, words};

impl Interpreter<'_> {
    /// `echo [-n] words`.
    #[expect(clippy::unused_self, reason = "a command like the others")]
    pub(super) fn echo(&self, rest: &str, output: &mut dyn Write) -> Result<(), Failure> {
        let mut list = words(rest);
        let bare = list.first().is_some_and(|word| word == "-n");
        if bare {
            list.remove(0);
        }
        write!(output, "{}", list.join(" "))?;
        if !bare {
            writeln!(output)?;
        }
        Ok(())
    }

    /// The vectors that a list of expressions means, named by their texts; `all`, `allv` and `alli` stand for the vectors,
    /// the voltages and the currents of the current plot.
    pub(super) fn listed(&self, text: &str) -> Result<Vec<Vector>, Failure> {
        let mut list = Vec::new();
        for (name, expression) in expressions(text)? {
            use crate::results::VectorKind::{Current, Voltage};
            let all = self.plots.current().vectors.iter().cloned();
            match name.as_str() {
                "all" => list.extend(all),
                "allv" => list.extend(all.filter(|vector| vector.kind == Voltage)),
                "alli" => list.extend(all.filter(|vector| vector.kind == Current)),
                _ => list.push(Vector {
                    name,
                    ..self.evaluated(&expression)?
                }),
            }
        }
        Ok(list)
    }

    /// `print [col|line] expressions`: scalars as `name = value`, vectors as a table.
    pub(super) fn print(&mut self, rest: &str, output: &mut dyn Write) -> Result<(), Failure> {
        let (word, after) = first_word(rest);
        let (rest, form) = match word {
            "col" | "line" => (after, Some(word == "line")),
            _ => (rest, None),
        };
        let vectors = self.listed(rest)?;
        if vectors.is_empty() {
            return Err("`print` needs vectors or expressions".into());
        }
        let digits = self.variables.count("numdgt", 1..=16, 6);
        let in_lines = form.unwrap_or_else(|| vectors.iter().all(|vector| vector.len() == 1));
        if in_lines {
            for vector in &vectors {
                writeln!(output, "{} = {}", vector.name, values_text(vector, digits))?;
            }
            return Ok(());
        }
        let style = TableStyle {
            digits,
            width: self.variables.count("width", 20..=100_000, 80),
        };
        let listed: Vec<&Vector> = vectors.iter().collect();
        Ok(table::write(self.plots.current(), &listed, style, output)?)
    }

    /// `display`: the vectors of the current plot.
    pub(super) fn display(&mut self, _rest: &str, output: &mut dyn Write) -> Result<(), Failure> {
        let plot = self.plots.current();
        writeln!(output, "Here are the vectors currently active:\n")?;
        writeln!(
            output,
            "Title: {}\nName: {} ({})\nDate: {}\n",
            plot.title, plot.type_name, plot.name, plot.date
        )?;
        let mut vectors: Vec<(usize, &Vector)> = plot.vectors.iter().enumerate().collect();
        vectors.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        for (at, vector) in vectors {
            let form = if vector.data.is_complex() {
                "complex"
            } else {
                "real"
            };
            let grid = if vector.logarithmic {
                ", grid = xlog"
            } else {
                ""
            };
            let scale = if at == 0 { " [default scale]" } else { "" };
            let (name, kind, length) = (&vector.name, vector.kind.text(), vector.len());
            writeln!(
                output,
                "    {name:<20}: {kind}, {form}, {length} long{grid}{scale}"
            )?;
        }
        Ok(())
    }
}

/// All values in a row.
fn values_text(vector: &Vector, digits: usize) -> String {
    let list: Vec<String> = match &vector.data {
        VectorData::Real(values) => values.iter().map(|&value| column(value, digits)).collect(),
        VectorData::Complex(values) => values
            .iter()
            .map(|value| format!("{},{}", column(value.re, digits), column(value.im, digits)))
            .collect(),
    };
    list.join(" ")
}
