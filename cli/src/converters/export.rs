//! Converters as SPICE subcircuits.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use ohmloom_peripherals::InstanceKey;
use ohmloom_peripherals::circuits::Subcircuit;

use crate::descriptions;
use crate::output_file::OutputFile;

/// Arguments of `ohmloom adc export` and `ohmloom dac export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The converter, a TOML file (see docs/converters.md)
    config: PathBuf,
    /// Seed of the mismatch
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Which instance of the converter, for example the number of its column
    #[arg(long, value_name = "INDEX", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..1 << 31))]
    instance: u32,
    /// Name of the subcircuit
    #[arg(long, value_name = "NAME", default_value = "converter")]
    pub(super) name: String,
    /// File for the subcircuit [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ExportArgs {
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        descriptions::read(&self.config)
    }

    pub(super) fn key(&self) -> InstanceKey {
        InstanceKey {
            seed: self.seed,
            index: self.instance,
            ..InstanceKey::default()
        }
    }

    /// Writes the subcircuit where the arguments say.
    pub(super) fn write(&self, circuit: &Subcircuit) -> Result<()> {
        let Some(path) = &self.output else {
            return crate::output::line(&circuit.to_string());
        };
        let mut file = OutputFile::new(path)?;
        file.stage(|path| Ok(fs::write(path, format!("{circuit}\n"))?))?;
        file.publish()?;
        crate::output::line(&format!("written          {}", path.display()))
    }
}
