//! The options that describe an array, its cells and what drives it; all commands on arrays take them.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{ArgGroup, Args, ValueEnum};
use ohmloom_layouts::{Bias, BiasScheme};
use ohmloom_solver::line_grid::ReadWires;

use crate::failure::BadUsage;

#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("programming").required(true).args(["conductance", "resistance"])),
    group(ArgGroup::new("excitation").required(true).args(["inputs", "bias"]))
)]
pub(super) struct ArrayOptions {
    /// Conductances of the cells in siemens, (rows, columns); 0 means no cell
    #[arg(long, value_name = "G.npy")]
    pub(super) conductance: Option<PathBuf>,
    /// Resistances of the cells in ohm, (rows, columns); inf means no cell
    #[arg(long, value_name = "R.npy")]
    pub(super) resistance: Option<PathBuf>,
    /// Voltages at the row drivers, (rows,) or (P, rows) for P inputs
    #[arg(long, value_name = "V.npy")]
    pub(super) inputs: Option<PathBuf>,
    /// Select one cell instead: its row at --voltage, its column at 0 V, the others as the scheme says
    #[arg(long, value_enum, value_name = "SCHEME", requires_all = ["select", "voltage"])]
    bias: Option<SchemeName>,
    /// The selected cell; both count from 0
    #[arg(long, value_name = "ROW,COLUMN", value_parser = selection)]
    select: Option<(usize, usize)>,
    /// Between the selected row and the selected column
    #[arg(long, value_name = "VOLT", allow_negative_numbers = true, value_parser = volt)]
    voltage: Option<f64>,
    /// Cells that are not ohmic: how they conduct, their selector or transistor
    #[arg(long, value_name = "CELL.toml")]
    pub(super) cell: Option<PathBuf>,
    /// Potentials of the word lines in volts, (lines,) or (P, lines) for P inputs [default: CELL.toml's]
    #[arg(long, value_name = "VG.npy", requires = "cell")]
    pub(super) gates: Option<PathBuf>,
    /// What makes the cells differ from the given values: spread, stuck cells, broken lines, drift, noise
    #[arg(long, value_name = "LIST.toml")]
    pub(super) nonidealities: Option<PathBuf>,
    /// Seed of the random numbers of --nonidealities [default: 1]
    #[arg(long, value_name = "N", requires = "nonidealities")]
    seed: Option<u64>,
    /// Lowest and highest conductance that cells are programmed to, in siemens [default: those of the array]
    #[arg(long, value_name = "MIN,MAX", requires = "nonidealities", value_parser = range)]
    conductance_range: Option<(f64, f64)>,
    /// One row segment, between neighbouring columns
    #[arg(long, value_name = "OHM", default_value = "1", allow_negative_numbers = true, value_parser = ohm)]
    row_resistance: f64,
    /// One column segment, between neighbouring rows
    #[arg(long, value_name = "OHM", default_value = "1", allow_negative_numbers = true, value_parser = ohm)]
    column_resistance: f64,
    /// Between each driver and its row's first cell [default: one row segment]
    #[arg(long, value_name = "OHM", allow_negative_numbers = true, value_parser = ohm)]
    source_resistance: Option<f64>,
    /// Between each column's last cell and 0 V, or its bias [default: one column segment]
    #[arg(long, value_name = "OHM", allow_negative_numbers = true, value_parser = ohm)]
    sink_resistance: Option<f64>,
}

/// What the details of the help say of these options.
pub(super) const DETAILS: &str = "\
A cell file has a law, and a selector or a transistor if there is one:
  law = { kind = \"sinh\", v0 = 0.25 }     or kind = \"ohmic\", or kind = \"polynomial\" with
                                         coefficients = [c2, c3, ...] and range in volts
  selector = { i_s = 1e-10, v_s = 0.06 }
  [transistor]                           level (1, 2, 3 or 44), polarity, gate, bulk,
                                         gate_lines, memristor_side, parameters
docs/array-solver.md describes all keys.
A list of non-idealities has an entry [[nonideality]] for each, applied in order, such as
  kind = \"stuck\", placement = { pattern = \"independent\", on = 0.01, off = 0.05 }
Noise of reads is that of one read for all inputs. docs/nonidealities.md describes all kinds.";

/// Names of the biasing schemes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemeName {
    /// Unselected lines at 0 V
    Grounded,
    /// Unselected lines open
    Floating,
    /// Unselected lines at half of the voltage
    Half,
    /// Unselected rows at a third of the voltage, columns at two thirds
    Third,
}

impl ArrayOptions {
    /// Refuses options that make no sense without another one.
    pub(super) fn check(&self) -> Result<()> {
        // Not left to clap: its `requires` says nothing where --inputs excludes --bias.
        for (option, given) in [
            ("--select", self.select.is_some()),
            ("--voltage", self.voltage.is_some()),
        ] {
            if given && self.bias.is_none() {
                bail!(BadUsage(format!("{option} only makes sense with --bias")));
            }
        }
        Ok(())
    }

    /// The wires with their defaults.
    pub(super) fn wires(&self) -> ReadWires {
        ReadWires {
            row: self.row_resistance,
            column: self.column_resistance,
            source: self.source_resistance.unwrap_or(self.row_resistance),
            sink: self.sink_resistance.unwrap_or(self.column_resistance),
        }
    }

    /// The bias, if a cell is selected.
    pub(super) fn bias(&self) -> Option<Bias> {
        let (row, column) = self.select?;
        Some(Bias {
            scheme: match self.bias? {
                SchemeName::Grounded => BiasScheme::Grounded,
                SchemeName::Floating => BiasScheme::Floating,
                SchemeName::Half => BiasScheme::Half,
                SchemeName::Third => BiasScheme::Third,
            },
            row,
            column,
            voltage: self.voltage?,
        })
    }

    /// Seed of the non-idealities.
    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or(1)
    }

    /// Lowest and highest conductance, S, if they are given.
    pub(super) fn conductance_range(&self) -> Option<(f64, f64)> {
        self.conductance_range
    }

    /// The files to read, with their options.
    pub(super) fn read_files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        [
            ("--conductance", &self.conductance),
            ("--resistance", &self.resistance),
            ("--inputs", &self.inputs),
            ("--cell", &self.cell),
            ("--gates", &self.gates),
            ("--nonidealities", &self.nonidealities),
        ]
        .into_iter()
        .filter_map(|(option, path)| Some((option, path.as_deref()?)))
    }
}

/// Makes sure that no file to be written is another one or one to be read. Files come with their options.
pub(super) fn check_distinct<'a>(
    read: impl Iterator<Item = (&'static str, &'a Path)>,
    written: impl Iterator<Item = (&'static str, &'a crate::output_file::OutputFile)>,
) -> Result<()> {
    let mut known: Vec<(&str, &Path)> = read.collect();
    for (option, file) in written {
        if let Some((other, path)) = known.iter().find(|(_, path)| file.replaces(path)) {
            let path = path.display();
            bail!(BadUsage(format!(
                "{other} and {option} name the same file, {path}"
            )));
        }
        known.push((option, file.path()));
    }
    Ok(())
}

fn ohm(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..f64::INFINITY).contains(&value) => Ok(value),
        _ => Err("a resistance in ohm is needed, finite and not negative".to_owned()),
    }
}

fn volt(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err("a finite voltage is needed".to_owned()),
    }
}

fn range(text: &str) -> Result<(f64, f64), String> {
    let parse =
        |(low, high): (&str, &str)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?));
    match text.split_once(',').and_then(parse) {
        Some((low, high)) if 0.0 <= low && low <= high && high > 0.0 && f64::is_finite(high) => {
            Ok((low, high))
        }
        _ => Err("two conductances in siemens are needed, such as 1e-6,1e-4".to_owned()),
    }
}

fn selection(text: &str) -> Result<(usize, usize), String> {
    let parse =
        |(row, column): (&str, &str)| Some((row.trim().parse().ok()?, column.trim().parse().ok()?));
    text.split_once(',')
        .and_then(parse)
        .ok_or_else(|| "a row and a column are needed, such as 3,5; both count from 0".to_owned())
}
