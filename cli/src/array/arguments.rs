//! The command line of `ohmloom array solve`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use ohmloom_solver::line_grid::{Method, MethodChoice, NonlinearOptions, SolveOptions};

use super::options::{self, ArrayOptions};
use crate::failure::BadUsage;

/// Solve an array exactly, with the resistance of its wires
///
/// Each row is driven at its left end through the source resistance, its right end is open. Each column ends at the bottom in 0 V
/// through the sink resistance, its top is open. The results are the currents at the bottom of the columns, certified by Kirchhoff's
/// current law. Files are npy with float64 or float32, in C or Fortran order. With --cell the cells are nonlinear and the array is solved by
/// Newton's method; with --bias one cell is selected and the other lines are biased as the scheme says.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}\n\n{DETAILS}", options::DETAILS),
)]
pub(crate) struct SolveArgs {
    #[command(flatten)]
    pub(super) array: ArrayOptions,
    /// Where to write the column currents in ampere, (columns,) or (P, columns)
    #[arg(long, value_name = "I.npy")]
    pub(super) output: PathBuf,
    /// How to solve; with --cell it is always Newton's method
    #[arg(long, value_enum, default_value_t)]
    method: MethodName,
    /// Largest error of a column current, relative to the largest current, from 1e-15 to 0.1 [default: 1e-12; with --cell 1e-10]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = tolerance)]
    tolerance: Option<f64>,
    /// Also write the transfer matrix in siemens, (columns, rows)
    #[arg(long, value_name = "T.npy")]
    pub(super) transfer: Option<PathBuf>,
    /// Also write all node voltages to `PREFIX_row.npy` and `PREFIX_column.npy`
    #[arg(long, value_name = "PREFIX")]
    voltages: Option<OsString>,
    /// Also draw the first input's cell voltages relative to the drive of their rows, .png or .svg
    ///
    /// Rows that are not driven and crossings without a cell are left out. Values outside 0 to 1, as of rows whose drive is far
    /// below the others', are cut off; the colour bar then says so. With --bias, voltages are relative to --voltage.
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
      --voltages nodes --json
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy --cell cell.toml --gates VG.npy
  ohmloom array solve --conductance G.npy --inputs V.npy --output I.npy --nonidealities list.toml --seed 7
  ohmloom array solve --conductance G.npy --bias half --select 3,5 --voltage 1.2 --output I.npy";

const DETAILS: &str = "\
The JSON object:
  method        cg or direct (direct if it solved any of the inputs); newton with --cell
  iterations    iterations of cg, steps of refinement of direct or of newton: the largest over the
                inputs
  newton_iterations, linear_iterations
                with --cell: steps of Newton's method, and iterations of GMRES in all of them
                together: the largest over the inputs
  kcl_relative  imbalance of Kirchhoff's current law at any node, relative to the largest branch
                current: the largest over the inputs
  output_error  estimated error of a column current, relative to the largest current: the largest
  power         watt in cells, row_wires, column_wires, terminals (source and sink resistances),
                and delivered; for several inputs the mean. What gates and bulks take is not in it
  selected      with --bias: row, column, column_current, cell_current and cell_voltage of the
                selected cell
  nonidealities with --nonidealities: for each entry of the list kind, clipped, stuck_on, stuck_off,
                stuck_already (counts of cells) and open_segments
  inputs, rows, columns
                sizes
  seconds       wall time of the solution of the inputs, without files and transfer matrix

Exit status: 0 if all files were written, 1 if not, 2 for a bad command line. Files appear
complete or not at all.";

/// Names of the methods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
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
    /// Refuses options that make no sense together.
    pub(super) fn check(&self) -> Result<()> {
        self.array.check()?;
        if self.array.cell.is_some() && self.transfer.is_some() {
            bail!(BadUsage(
                "--transfer: an array of nonlinear cells (--cell) has no transfer matrix"
                    .to_owned()
            ));
        }
        if self.array.cell.is_some() && self.method != MethodName::Auto {
            bail!(BadUsage(
                "--method: arrays of nonlinear cells (--cell) are always solved by Newton's method; leave it out"
                    .to_owned()
            ));
        }
        if self.array.bias().is_some() && self.transfer.is_some() {
            bail!(BadUsage(
                "--transfer: the transfer matrix is that of row inputs; it does not go with --bias"
                    .to_owned()
            ));
        }
        Ok(())
    }

    /// Method and accuracy for linear cells.
    pub(super) fn linear_options(&self) -> SolveOptions {
        let default = SolveOptions::default();
        SolveOptions {
            method: match self.method {
                MethodName::Auto => MethodChoice::Auto,
                MethodName::Cg => MethodChoice::Only(Method::ConjugateGradients),
                MethodName::Direct => MethodChoice::Only(Method::Cholesky),
            },
            tolerance: self.tolerance.unwrap_or(default.tolerance),
        }
    }

    /// Accuracy for nonlinear cells.
    pub(super) fn nonlinear_options(&self) -> NonlinearOptions {
        let default = NonlinearOptions::default();
        NonlinearOptions {
            tolerance: self.tolerance.unwrap_or(default.tolerance),
            ..default
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
