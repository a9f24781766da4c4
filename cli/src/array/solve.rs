//! `ohmloom array solve`: files in, solution, files out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ohmloom_solver::line_grid::{ArraySolver, FieldRequest, LineGrid, Solution, TransferMatrix};

use super::arguments::SolveArgs;
use super::droop;
use super::load::{self, Inputs};
use super::report::SolveReport;
use crate::failure::BadUsage;
use crate::output_file::OutputFile;
use crate::{npy, output, spinner};

/// Runs the command.
pub(super) fn run(args: &SolveArgs) -> Result<()> {
    let mut files = Files::new(args)?;
    let conductances = load::conductances(args)?;
    let (rows, columns) = conductances.dim();
    let inputs = load::inputs(&args.inputs, rows, columns)?;
    let conductances: Vec<f64> = conductances.iter().copied().collect();
    let grid = LineGrid::read_array(rows, columns, &conductances, args.wires())?;
    let first_drive = &inputs.volts[..rows];
    if args.heatmap.is_some() && !droop::has_anything_to_show(&grid, first_drive) {
        bail!("the heat map would be empty: the first input drives no row that has a cell");
    }

    let message = format!("solving {rows} x {columns} cells");
    let results = spinner::during(&message, || Results::new(args, &grid, &inputs))?;
    let report = SolveReport::new(&grid, &results.solution, results.seconds);
    files.stage(args, &grid, &inputs, results)?;
    let written: Vec<PathBuf> = files.paths().map(Path::to_owned).collect();
    files.publish()?;
    if args.json {
        output::line(&serde_json::to_string(&report)?)
    } else {
        output::line(&report.text(args.wires(), written.iter().map(PathBuf::as_path)))
    }
}

/// All that is computed.
struct Results {
    solution: Solution,
    seconds: f64,
    transfer: Option<TransferMatrix>,
    /// For the heat map.
    relative_voltages: Option<Vec<f64>>,
}

impl Results {
    fn new(args: &SolveArgs, grid: &LineGrid, inputs: &Inputs) -> Result<Self> {
        let all_voltages = args.voltage_files().is_some();
        let heatmap = args.heatmap.is_some();
        let request = |voltages| FieldRequest {
            voltages,
            ..FieldRequest::default()
        };
        let start = Instant::now();
        let solver = ArraySolver::new(grid, args.options())?;
        let fields = request(all_voltages || heatmap && inputs.count == 1);
        let solution = solver.solve_with_fields(&inputs.volts, fields)?;
        let seconds = start.elapsed().as_secs_f64();
        let transfer = match args.transfer {
            Some(_) => Some(solver.transfer_matrix().context("transfer matrix")?),
            None => None,
        };
        let relative_voltages = if heatmap {
            let drive = &inputs.volts[..grid.rows()];
            // For one picture, one more solution costs less than the voltages of a whole batch.
            let again = if fields.voltages {
                None
            } else {
                Some(solver.solve_with_fields(drive, request(true))?)
            };
            let shown = again.as_ref().unwrap_or(&solution);
            let (rows, columns) = (&shown.row_voltages, &shown.column_voltages);
            Some(droop::relative_voltages(grid, drive, rows, columns))
        } else {
            None
        };
        Ok(Self {
            solution,
            seconds,
            transfer,
            relative_voltages,
        })
    }
}

/// All files to write.
struct Files {
    currents: OutputFile,
    transfer: Option<OutputFile>,
    /// Of row and column nodes.
    voltages: Option<[OutputFile; 2]>,
    heatmap: Option<OutputFile>,
}

impl Files {
    /// Checks that all can be written, and that none replaces another or what is to be read.
    fn new(args: &SolveArgs) -> Result<Self> {
        let optional = |path: &Option<PathBuf>| path.as_deref().map(OutputFile::new).transpose();
        let voltages = match args.voltage_files() {
            Some([row, column]) => Some([OutputFile::new(&row)?, OutputFile::new(&column)?]),
            None => None,
        };
        let files = Self {
            currents: OutputFile::new(&args.output)?,
            transfer: optional(&args.transfer)?,
            voltages,
            heatmap: optional(&args.heatmap)?,
        };
        let mut known: Vec<(&str, &Path)> = args.read_files().collect();
        for (option, file) in files.with_options() {
            if let Some((other, path)) = known.iter().find(|(_, path)| file.replaces(path)) {
                let path = path.display();
                bail!(BadUsage(format!(
                    "{other} and {option} name the same file, {path}"
                )));
            }
            known.push((option, file.path()));
        }
        Ok(files)
    }

    fn with_options(&self) -> impl Iterator<Item = (&'static str, &OutputFile)> {
        std::iter::once(("--output", &self.currents))
            .chain(self.transfer.iter().map(|file| ("--transfer", file)))
            .chain(
                self.voltages
                    .iter()
                    .flatten()
                    .map(|file| ("--voltages", file)),
            )
            .chain(self.heatmap.iter().map(|file| ("--heatmap", file)))
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.with_options().map(|(_, file)| file.path())
    }

    /// Writes all files under temporary names.
    fn stage(
        &mut self,
        args: &SolveArgs,
        grid: &LineGrid,
        inputs: &Inputs,
        results: Results,
    ) -> Result<()> {
        let (rows, columns) = (grid.rows(), grid.columns());
        let solution = &results.solution;
        let shape = inputs.shape(&[columns]);
        self.currents
            .stage(|path| npy::write(path, &shape, &solution.output_currents))?;
        if let (Some(file), Some(matrix)) = (&mut self.transfer, results.transfer) {
            file.stage(|path| npy::write(path, &[matrix.outputs, matrix.inputs], &matrix.values))?;
        }
        if let Some(files) = &mut self.voltages {
            let shape = inputs.shape(&[rows, columns]);
            for (file, values) in files
                .iter_mut()
                .zip([&solution.row_voltages, &solution.column_voltages])
            {
                file.stage(|path| npy::write(path, &shape, values))?;
            }
        }
        if let (Some(file), Some(relative)) = (&mut self.heatmap, results.relative_voltages) {
            file.stage(|path| droop::draw(path, grid, args.wires(), relative))?;
        }
        Ok(())
    }

    /// Gives all files their final names.
    fn publish(self) -> Result<()> {
        self.currents.publish()?;
        let voltages = self.voltages.into_iter().flatten();
        for file in self
            .transfer
            .into_iter()
            .chain(voltages)
            .chain(self.heatmap)
        {
            file.publish()?;
        }
        Ok(())
    }
}
