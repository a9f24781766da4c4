//! The files that `ohmloom sim` writes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ohmloom_netlists::results::rawfile::Encoding;
use ohmloom_netlists::results::{Plot, Vector, csv, json, rawfile};
use ohmloom_netlists::simulate::Session;

use super::{SimArgs, chart};
use crate::output;
use crate::output_file::OutputFile;

/// Files that are going to be written; each was found writable before the simulation started.
pub(super) struct Files {
    raw: Option<OutputFile>,
    pub(super) log: Option<OutputFile>,
    chart: Option<(String, OutputFile)>,
    pub(super) matrix: Option<OutputFile>,
    csv: Option<PathBuf>,
}

impl Files {
    pub(super) fn prepare(args: &SimArgs) -> Result<Self> {
        let prepare = |path: &Option<PathBuf>| path.as_deref().map(OutputFile::new).transpose();
        let chart = match args.plot.as_slice() {
            [vectors, file] => Some((vectors.clone(), OutputFile::new(Path::new(file))?)),
            _ => None,
        };
        if let Some(folder) = &args.csv {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        Ok(Self {
            raw: prepare(&args.rawfile)?,
            log: prepare(&args.output)?,
            chart,
            matrix: prepare(&args.dump_matrix)?,
            csv: args.csv.clone(),
        })
    }

    /// Writes everything that was asked for.
    pub(super) fn write(&mut self, args: &SimArgs, plots: &[Plot], text: &str) -> Result<()> {
        if let Some(mut file) = self.raw.take() {
            let encoding = if args.ascii {
                Encoding::Ascii
            } else {
                Encoding::Binary
            };
            write_with(&mut file, |out| {
                plots
                    .iter()
                    .try_for_each(|plot| rawfile::write(plot, encoding, out))
            })?;
            file.publish()?;
        }
        if let Some(folder) = &self.csv {
            for (index, plot) in plots.iter().enumerate() {
                let name = format!("{:02}_{}.csv", index + 1, plot.type_prefix());
                let mut file = OutputFile::new(&folder.join(name))?;
                let vectors: Vec<&Vector> = plot.vectors.iter().collect();
                write_with(&mut file, |out| csv::write(&vectors, out))?;
                file.publish()?;
            }
        }
        if let Some(mut file) = self.log.take() {
            write_with(&mut file, |out| out.write_all(text.as_bytes()))?;
            file.publish()?;
        } else if !args.json && !text.is_empty() {
            output::line(text.trim_end_matches('\n'))?;
        }
        if args.json {
            let mut document = Vec::new();
            json::write(plots, &mut document).context("cannot write JSON")?;
            output::line(String::from_utf8_lossy(&document).trim_end())?;
        }
        if let Some((vectors, mut file)) = self.chart.take() {
            chart::draw(&vectors, plots, &mut file)?;
            file.publish()?;
        }
        Ok(())
    }
}

/// Writes the Jacobian at the operating point.
pub(super) fn dump_matrix(session: &mut Session, file: &mut OutputFile) -> Result<()> {
    let matrix = session
        .jacobian()
        .context("the matrix of the operating point")?;
    write_with(file, |out| matrix.write_matrix_market(out))
}

fn write_with(
    file: &mut OutputFile,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    file.stage(|path| {
        let mut out = BufWriter::new(File::create(path)?);
        fill(&mut out)?;
        out.flush()?;
        Ok(())
    })
}
