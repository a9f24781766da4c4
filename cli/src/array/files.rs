//! The files that `ohmloom array solve` writes.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::arguments::SolveArgs;
use super::droop;
use super::options::check_distinct;
use super::problem::Problem;
use super::solution::Solved;
use crate::npy;
use crate::output_file::OutputFile;

/// All files to write.
pub(super) struct Files {
    currents: OutputFile,
    transfer: Option<OutputFile>,
    /// Of row and column nodes.
    voltages: Option<[OutputFile; 2]>,
    heatmap: Option<OutputFile>,
}

impl Files {
    /// Checks that all can be written, and that none replaces another or what is to be read.
    pub(super) fn new(args: &SolveArgs) -> Result<Self> {
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
        check_distinct(args.array.read_files(), files.with_options())?;
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

    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.with_options().map(|(_, file)| file.path())
    }

    /// Writes all files under temporary names.
    pub(super) fn stage(&mut self, problem: &Problem, solved: &Solved) -> Result<()> {
        let (rows, columns) = (problem.grid.rows(), problem.grid.columns());
        let shape = problem.drives.shape(&[columns]);
        self.currents
            .stage(|path| npy::write(path, &shape, &solved.column_currents))?;
        if let (Some(file), Some(matrix)) = (&mut self.transfer, &solved.transfer) {
            file.stage(|path| npy::write(path, &[matrix.outputs, matrix.inputs], &matrix.values))?;
        }
        let (row, column) = (&solved.row_voltages, &solved.column_voltages);
        if let Some(files) = &mut self.voltages {
            let shape = problem.drives.shape(&[rows, columns]);
            for (file, values) in files.iter_mut().zip([row, column]) {
                file.stage(|path| npy::write(path, &shape, values))?;
            }
        }
        if let Some(file) = &mut self.heatmap {
            let relative = droop::relative_voltages(problem, row, column);
            file.stage(|path| droop::draw(path, problem, relative))?;
        }
        Ok(())
    }

    /// Gives all files their final names.
    pub(super) fn publish(self) -> Result<()> {
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
