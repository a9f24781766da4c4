//! What characterising ADCs, DACs and front ends has in common.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use ohmloom_peripherals::InstanceKey;
use ohmloom_peripherals::metrology::{ReferenceLine, SineTest};
use ohmloom_studies::converters::Chart;
use ohmloom_studies::plots::lines;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::descriptions;
use crate::output_file::{OutputFile, plot_error};

/// Arguments of everything that is characterised.
#[derive(Debug, Args)]
pub(super) struct SubjectArgs {
    /// What to measure, a TOML file (see docs/converters.md)
    config: PathBuf,
    /// Seed of mismatch and noise
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Which instance of it, for example the number of its column
    #[arg(long, value_name = "INDEX", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..1 << 31))]
    instance: u32,
    /// Measure this many draws of the mismatch and report how they differ
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(super) draws: Option<u64>,
    /// Folder for the charts
    #[arg(long, value_name = "DIR")]
    plot: Option<PathBuf>,
    /// Format of the charts
    #[arg(long, value_enum, default_value = "svg", requires = "plot")]
    format: Format,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `ohmloom adc characterize` and `ohmloom dac characterize`.
#[derive(Debug, Args)]
pub(super) struct CharacterizeArgs {
    #[command(flatten)]
    pub(super) subject: SubjectArgs,
    /// Samples in the record of the sine, a power of two
    #[arg(long, value_name = "SAMPLES", default_value_t = SineTest::default().record)]
    record: usize,
    /// Periods of the sine in the record; an even number becomes the next odd one
    #[arg(long, value_name = "PERIODS", default_value_t = SineTest::default().cycles)]
    cycles: usize,
    /// Amplitude of the sine over half the range
    #[arg(long, value_name = "RATIO", default_value_t = SineTest::default().amplitude)]
    amplitude: f64,
    /// The line from which nonlinearity is measured
    #[arg(long, value_enum, default_value = "best-fit")]
    line: Line,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Line {
    /// Least squares
    BestFit,
    /// Through the first and the last point
    EndPoints,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Vector graphics
    Svg,
    /// Pixels
    Png,
}

/// What a result depends on besides what is measured; part of what `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Draw {
    version: &'static str,
    seed: u64,
    instance: u32,
}

/// What the figures of a converter depend on besides the converter.
#[derive(Debug, Serialize)]
pub(super) struct Setup {
    #[serde(flatten)]
    draw: Draw,
    record: usize,
    amplitude: f64,
    line: ReferenceLine,
}

impl CharacterizeArgs {
    pub(super) fn sine(&self) -> SineTest {
        SineTest {
            record: self.record,
            cycles: self.cycles,
            amplitude: self.amplitude,
        }
    }

    pub(super) fn line(&self) -> ReferenceLine {
        match self.line {
            Line::BestFit => ReferenceLine::BestFit,
            Line::EndPoints => ReferenceLine::EndPoints,
        }
    }

    pub(super) fn setup(&self) -> Setup {
        Setup {
            draw: self.subject.setup(),
            record: self.record,
            amplitude: self.amplitude,
            line: self.line(),
        }
    }
}

impl SubjectArgs {
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        descriptions::read(&self.config)
    }

    pub(super) fn key(&self) -> InstanceKey {
        InstanceKey {
            seed: self.seed,
            index: self.instance,
            ..InstanceKey::default()
        }
    }

    pub(super) fn setup(&self) -> Draw {
        Draw {
            version: env!("CARGO_PKG_VERSION"),
            seed: self.seed,
            instance: self.instance,
        }
    }

    /// Makes the folder for the charts, before long work whose result they are to show.
    pub(super) fn make_folder(&self) -> Result<()> {
        let Some(folder) = &self.plot else {
            return Ok(());
        };
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))
    }

    /// Draws the charts if `--plot` asks for them; their names.
    pub(super) fn draw(&self, charts: &[Chart]) -> Result<Vec<String>> {
        let Some(folder) = &self.plot else {
            return Ok(Vec::new());
        };
        charts
            .iter()
            .map(|chart| {
                let path = folder.join(self.file_name(chart));
                let mut file = OutputFile::new(&path)?;
                file.stage(|staged| lines(staged, &chart.spec).map_err(plot_error))?;
                file.publish()?;
                Ok(path.display().to_string())
            })
            .collect()
    }

    fn file_name(&self, chart: &Chart) -> String {
        let extension = match self.format {
            Format::Svg => "svg",
            Format::Png => "png",
        };
        format!("{}.{extension}", chart.name)
    }
}
