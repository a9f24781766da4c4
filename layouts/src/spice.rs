//! An array as a plain SPICE deck, for any other simulator to check.
//!
//! Nodes are `r_i_j` on row `i` and `c_i_j` on column `j`; crossings that zero resistance joins share the name of the first. Sources
//! are `vin0`, `vin1`, ... at the driven ends, `vout0`, ... (0 V) at the grounded ends, `vgate0`, ... at the word lines.

use std::fmt::{self, Write};

use ohmloom_solver::line_grid::{End, LineGrid, Side};

use crate::LayoutError;
use crate::cells::{
    CellDescription, GateLines, LawDescription, MemristorSide, PolarityName, TransistorDescription,
};

/// Writes the deck of an array with an operating point: programmed conductances and wires from `grid`, one voltage for each driven end,
/// one potential for each word line (or none, for the description's).
///
/// # Errors
/// [`LayoutError`]: a wrong number of voltages or gate potentials; a description that makes no sense.
pub fn spice_deck(
    grid: &LineGrid,
    cells: &CellDescription,
    voltages: &[f64],
    gates: Option<&[f64]>,
) -> Result<String, LayoutError> {
    let count = |what: &str, expected: usize, found: usize| {
        if expected == found {
            Ok(())
        } else {
            Err(LayoutError::BadCell {
                reason: format!("{found} {what} for {expected}"),
            })
        }
    };
    count("voltages", grid.drive_count(), voltages.len())?;
    if let LawDescription::Table { file } = &cells.law {
        return Err(LayoutError::BadCell {
            reason: format!(
                "measured curves ({}) have no form that every SPICE reads: fit a polynomial or a sinh to export them",
                file.display()
            ),
        });
    }
    let word_lines = cells.word_lines(grid.rows(), grid.columns());
    if let Some(gates) = gates {
        count("gate potentials", word_lines, gates.len())?;
    }
    let mut text = String::new();
    let deck = Deck {
        grid,
        cells,
        voltages,
        gates,
    };
    deck.write(&mut text, word_lines)
        .map_err(|_| LayoutError::BadCell {
            reason: "the deck does not fit into memory".to_owned(),
        })?;
    Ok(text)
}

struct Deck<'a> {
    grid: &'a LineGrid,
    cells: &'a CellDescription,
    voltages: &'a [f64],
    gates: Option<&'a [f64]>,
}

impl Deck<'_> {
    fn write(&self, text: &mut String, word_lines: usize) -> fmt::Result {
        let (rows, columns) = (self.grid.rows(), self.grid.columns());
        writeln!(text, "{rows} x {columns} array")?;
        if let Some(transistor) = &self.cells.transistor {
            model_card(text, transistor)?;
            for line in 0..word_lines {
                let volts = self.gates.map_or(transistor.gate, |gates| gates[line]);
                writeln!(text, "vgate{line} g_{line} 0 {volts:e}")?;
            }
            if transistor.bulk != 0.0 {
                writeln!(text, "vbulk bulk 0 {:e}", transistor.bulk)?;
            }
        }
        let names = [Side::Row, Side::Column].map(|side| self.node_names(side));
        self.lines(text, &names)?;
        for row in 0..rows {
            for column in 0..columns {
                let nodes = [
                    names[0][row * columns + column].as_str(),
                    names[1][column * rows + row].as_str(),
                ];
                self.cell(text, (row, column), nodes)?;
            }
        }
        writeln!(text, ".op")?;
        write!(text, ".save")?;
        for source in (0..self.voltages.len())
            .map(|k| format!("vin{k}"))
            .chain((0..self.grid.output_count()).map(|k| format!("vout{k}")))
        {
            write!(text, "\n+ i({source})")?;
        }
        writeln!(text, "\n.end")
    }

    /// Names of the nodes along each line, line by line.
    fn node_names(&self, side: Side) -> Vec<String> {
        let (lines, positions) = match side {
            Side::Row => (self.grid.rows(), self.grid.columns()),
            Side::Column => (self.grid.columns(), self.grid.rows()),
        };
        let wires = self.grid.lines(side);
        let mut names: Vec<String> = Vec::with_capacity(lines * positions);
        for line in 0..lines {
            for position in 0..positions {
                let joined = position > 0 && wires.segment(line, position - 1, positions) == 0.0;
                let name = match (side, names.last()) {
                    (_, Some(before)) if joined => before.clone(),
                    (Side::Row, _) => format!("r_{line}_{position}"),
                    (Side::Column, _) => format!("c_{position}_{line}"),
                };
                names.push(name);
            }
        }
        names
    }

    fn lines(&self, text: &mut String, names: &[Vec<String>; 2]) -> fmt::Result {
        let (mut inputs, mut outputs) = (0, 0);
        for (side, names, letter) in [(Side::Row, &names[0], "r"), (Side::Column, &names[1], "c")] {
            let wires = self.grid.lines(side);
            let positions = names.len() / wires.start.len();
            for (ends, position, place) in
                [(&wires.start, 0, "s"), (&wires.end, positions - 1, "e")]
            {
                for (line, end) in ends.iter().enumerate() {
                    let node = &names[line * positions + position];
                    let (source, volts) = match end {
                        End::Floating => continue,
                        End::Driven(_) => {
                            inputs += 1;
                            (format!("vin{}", inputs - 1), self.voltages[inputs - 1])
                        }
                        End::Grounded(_) => {
                            outputs += 1;
                            (format!("vout{}", outputs - 1), 0.0)
                        }
                    };
                    let ohm = end.resistance();
                    if ohm == 0.0 {
                        writeln!(text, "{source} {node} 0 {volts:e}")?;
                    } else {
                        writeln!(text, "{source} n{source} 0 {volts:e}")?;
                        writeln!(text, "r{letter}{place}{line} n{source} {node} {ohm:e}")?;
                    }
                }
            }
            for line in 0..wires.start.len() {
                for position in 1..positions {
                    let ohm = wires.segment(line, position - 1, positions);
                    if ohm > 0.0 {
                        let [a, b] = [position - 1, position].map(|k| &names[line * positions + k]);
                        writeln!(text, "r{letter}{line}_{position} {a} {b} {ohm:e}")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn cell(
        &self,
        text: &mut String,
        (row, column): (usize, usize),
        [r, c]: [&str; 2],
    ) -> fmt::Result {
        let at = format!("{row}_{column}");
        let middle = format!("m_{at}");
        let g = self.grid.conductance()[row * self.grid.columns() + column];
        let Some(transistor) = &self.cells.transistor else {
            if let Some(selector) = &self.cells.selector {
                let (i_s, v_s) = (selector.i_s, selector.v_s);
                let current = 2.0 * i_s;
                writeln!(
                    text,
                    "bsel{at} {middle} {c} i={current:e}*sinh(v({middle},{c})/{v_s:e})"
                )?;
                return self.memristor(text, &at, g, [r, &middle]);
            }
            return self.memristor(text, &at, g, [r, c]);
        };
        let line = match transistor.gate_lines {
            GateLines::AlongRows => row,
            GateLines::AlongColumns => column,
        };
        let bulk = if transistor.bulk == 0.0 { "0" } else { "bulk" };
        let (drain, source) = match transistor.memristor_side {
            MemristorSide::Row => {
                self.memristor(text, &at, g, [r, &middle])?;
                (middle.as_str(), c)
            }
            MemristorSide::Column => {
                self.memristor(text, &at, g, [&middle, c])?;
                (r, middle.as_str())
            }
        };
        write!(text, "m{at} {drain} g_{line} {source} {bulk} cell")?;
        for (name, value) in &transistor.parameters {
            if TransistorDescription::on_instance(&name.to_ascii_lowercase()) {
                write!(text, " {name}={value:e}")?;
            }
        }
        writeln!(text)
    }

    fn memristor(&self, text: &mut String, at: &str, g: f64, [a, b]: [&str; 2]) -> fmt::Result {
        if g == 0.0 {
            return Ok(());
        }
        match &self.cells.law {
            LawDescription::Ohmic => writeln!(text, "r{at} {a} {b} {:e}", 1.0 / g),
            LawDescription::Sinh { v0 } => {
                writeln!(text, "b{at} {a} {b} i={:e}*sinh(v({a},{b})/{v0:e})", g * v0)
            }
            LawDescription::Polynomial { coefficients, .. } => {
                // Products, since SPICE's powers forget the sign of their base.
                write!(text, "b{at} {a} {b} i={g:e}*v({a},{b})*(1")?;
                for coefficient in coefficients {
                    write!(text, "+v({a},{b})*(({coefficient:e})")?;
                }
                write!(text, "{}", ")".repeat(coefficients.len()))?;
                writeln!(text, ")")
            }
            // Refused before.
            LawDescription::Table { .. } => Err(fmt::Error),
        }
    }
}

fn model_card(text: &mut String, transistor: &TransistorDescription) -> fmt::Result {
    let polarity = match transistor.polarity {
        PolarityName::N => "nmos",
        PolarityName::P => "pmos",
    };
    write!(text, ".model cell {polarity} level={}", transistor.level)?;
    for (name, value) in &transistor.parameters {
        if !TransistorDescription::on_instance(&name.to_ascii_lowercase()) {
            write!(text, " {name}={value:e}")?;
        }
    }
    writeln!(text)
}
