//! The command line of `ohmloom array solve`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use ohmloom_solver::line_grid::{Method, MethodChoice, ReadWires, SolveOptions};

/// Solve an array exactly, with the resistance of its wires
///
/// Each row is driven at its left end through the source resistance, its right end is open. Each column ends at the bottom in 0 V
/// through the sink resistance, its top is open. The results are the currents into the sinks, certified by Kirchhoff's current
/// law. Files are npy with float64 or float32, in C or Fortran order.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{DETAILS}"),
    group(ArgGroup::new("cells").required(true).args(["conductance", "resistance"]))
)]
pub(crate) struct SolveArgs {
    /// Conductances of the cells in siemens, (rows, columns); 0 means no cell
    #[arg(long, value_name = "G.npy")]
    pub(super) conductance: Option<PathBuf>,
    /// Resistances of the cells in ohm, (rows, columns); inf means no cell
    #[arg(long, value_name = "R.npy")]
    pub(super) resistance: Option<PathBuf>,
    /// Voltages at the row drivers, (rows,) or (P, rows) for P inputs
    #[arg(long, value_name = "V.npy")]
    pub(super) inputs: PathBuf,
    /// Where to write the column currents in ampere, (columns,) or (P, columns)
    #[arg(long, value_name = "I.npy")]
    pub(super) output: PathBuf,
    /// One row segment, between neighbouring columns
    #[arg(long, value_name = "OHM", default_value = "1", allow_negative_numbers = true, value_parser = ohm)]
    row_resistance: f64,
    /// One column segment, between neighbouring rows
    #[arg(long, value_name = "OHM", default_value = "1", allow_negative_numbers = true, value_parser = ohm)]
    column_resistance: f64,
    /// Between each driver and its row's first cell [default: one row segment]
    #[arg(long, value_name = "OHM", allow_negative_numbers = true, value_parser = ohm)]
    source_resistance: Option<f64>,
    /// Between each column's last cell and 0 V [default: one column segment]
    #[arg(long, value_name = "OHM", allow_negative_numbers = true, value_parser = ohm)]
    sink_resistance: Option<f64>,
    /// How to solve
    #[arg(long, value_enum, default_value_t)]
    method: MethodName,
    /// Largest error of a column current, relative to the largest current, from 1e-15 to 0.1
    #[arg(long, value_name = "T", default_value = "1e-12", allow_negative_numbers = true, value_parser = tolerance)]
    tolerance: f64,
    /// Also write the transfer matrix in siemens, (columns, rows)
    #[arg(long, value_name = "T.npy")]
    pub(super) transfer: Option<PathBuf>,
    /// Also write all node voltages to `PREFIX_row.npy` and `PREFIX_column.npy`
    #[arg(long, value_name = "PREFIX")]
    voltages: Option<OsString>,
    /// Also draw the first input's cell voltages relative to the drive of their rows, .png or .svg
    ///
    /// Rows that are not driven and crossings without a cell are left out. Values outside 0 to 1, as of rows whose drive is far
    /// below the others', are cut off; the colour bar then says so.
    #[arg(long, value_name = "FILE", value_parser = image)]
    pub(super) heatmap: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy
  ohmloom array solve --resistance R.npy --inputs V.npy --output I.npy --row-resistance 2.5 \\
      --column-resistance 2.5 --heatmap cells.png
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy --transfer T.npy \\
      --voltages nodes --json";

const DETAILS: &str = "\
The JSON object:
  method        cg or direct (direct if it solved any of the inputs)
  iterations    iterations of cg, or steps of refinement of direct: the largest over the inputs
  kcl_relative  imbalance of Kirchhoff's current law at any node, relative to the largest branch
                current: the largest over the inputs
  output_error  estimated error of a column current, relative to the largest current: the largest
  power         watt in cells, row_wires, column_wires, terminals (source and sink resistances),
                and delivered; for several inputs the mean
  inputs, rows, columns
                sizes
  seconds       wall time of the solution of the inputs, without files and transfer matrix

Exit status: 0 if all files were written, 1 if not, 2 for a bad command line. Files appear
complete or not at all.";

/// Names of the methods.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum MethodName {
    /// Conjugate gradients, or the direct method where it is cheaper
    #[default]
    Auto,
    /// Conjugate gradients
    Cg,
    /// Sparse Cholesky factorisation
    Direct,
}

impl SolveArgs {
    /// The wires with their defaults.
    pub(super) fn wires(&self) -> ReadWires {
        ReadWires {
            row: self.row_resistance,
            column: self.column_resistance,
            source: self.source_resistance.unwrap_or(self.row_resistance),
            sink: self.sink_resistance.unwrap_or(self.column_resistance),
        }
    }

    /// Method and accuracy.
    pub(super) fn options(&self) -> SolveOptions {
        SolveOptions {
            method: match self.method {
                MethodName::Auto => MethodChoice::Auto,
                MethodName::Cg => MethodChoice::Only(Method::ConjugateGradients),
                MethodName::Direct => MethodChoice::Only(Method::Cholesky),
            },
            tolerance: self.tolerance,
        }
    }

    /// The files for the voltages of row and column nodes.
    pub(super) fn voltage_files(&self) -> Option<[PathBuf; 2]> {
        let prefix = self.voltages.as_ref()?;
        Some(["_row.npy", "_column.npy"].map(|ending| {
            let mut name = prefix.clone();
            name.push(ending);
            name.into()
        }))
    }

    /// The files to read, with their options.
    pub(super) fn read_files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        [
            ("--conductance", self.conductance.as_deref()),
            ("--resistance", self.resistance.as_deref()),
            ("--inputs", Some(self.inputs.as_path())),
        ]
        .into_iter()
        .filter_map(|(option, path)| Some((option, path?)))
    }
}

fn ohm(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..f64::INFINITY).contains(&value) => Ok(value),
        _ => Err("a resistance in ohm is needed, finite and not negative".to_owned()),
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (1e-15..=0.1).contains(&value) => Ok(value),
        _ => Err("a number from 1e-15 to 0.1 is needed".to_owned()),
    }
}

fn image(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension)
            if ["png", "svg"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(extension)) =>
        {
            Ok(path)
        }
        _ => Err("the name must end in .png or .svg".to_owned()),
    }
}
