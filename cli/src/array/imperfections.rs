//! Non-idealities of the array on the command line.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ohmloom_devices::nonidealities::{ConductanceRange, Instance};
use ohmloom_layouts::{ImperfectArray, Imperfections};

use crate::descriptions;

/// Applies the list of a file, with a seed, to target conductances in siemens. Without a range they span it themselves.
pub(super) fn apply(
    (rows, columns): (usize, usize),
    targets: Vec<f64>,
    (path, seed): (&Path, u64),
    range: Option<(f64, f64)>,
) -> Result<ImperfectArray> {
    let list = descriptions::nonidealities(path)?;
    let range = if let Some((g_min, g_max)) = range {
        ConductanceRange { g_min, g_max }
    } else {
        if let Some(index) = targets.iter().position(|&g| g == 0.0) {
            bail!(
                "{}: there is no cell in row {}, column {}, and non-idealities need one at each crossing; \
                 if cells of 0 S are cells that are off, say so with --conductance-range 0,MAX",
                path.display(),
                index / columns,
                index % columns
            );
        }
        ConductanceRange {
            g_min: targets.iter().copied().fold(f64::INFINITY, f64::min),
            g_max: targets.iter().copied().fold(0.0, f64::max),
        }
    };
    let imperfections = Imperfections {
        list: &list,
        instance: Instance {
            seed,
            ..Instance::default()
        },
    };
    imperfections
        .apply((rows, columns), targets, range)
        .with_context(|| path.display().to_string())
}
