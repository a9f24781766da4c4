//! Descriptions in TOML files: cells, non-idealities, whatever else can be read from one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use ohmloom_devices::nonidealities::Nonidealities;
use ohmloom_layouts::cells::CellDescription;
use serde::de::DeserializeOwned;

/// A description of cells. A file that it names lies beside it.
pub(crate) fn cell(path: &Path) -> Result<CellDescription> {
    let mut description: CellDescription = read(path)?;
    if let Some(folder) = path.parent() {
        description.resolve_files(folder);
    }
    Ok(description)
}

/// A list of non-idealities.
pub(crate) fn nonidealities(path: &Path) -> Result<Nonidealities> {
    let list: Nonidealities = read(path)?;
    list.validate()
        .with_context(|| path.display().to_string())?;
    Ok(list)
}

/// Whatever the file describes.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).map_err(|error| anyhow!("{}:\n{error}", path.display()))
}
