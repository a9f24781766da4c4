//! Cells, voltages and cell descriptions, from files to checked values.

use std::path::Path;

use anyhow::{Result, bail};
use ndarray::{Array2, ArrayD, Dimension, Ix2};

use crate::npy::{self, shape_text};

/// Vectors of voltages, and how their file counts them.
pub(super) struct Vectors {
    /// Volts, `count x length`.
    pub(super) volts: Vec<f64>,
    pub(super) count: usize,
    /// Whether the file has a dimension for several vectors; results then have it too.
    pub(super) batch: bool,
}

impl Vectors {
    /// A single one.
    pub(super) fn one(volts: Vec<f64>) -> Self {
        Self {
            volts,
            count: 1,
            batch: false,
        }
    }

    /// One of them.
    pub(super) fn get(&self, index: usize) -> &[f64] {
        let length = self.volts.len() / self.count;
        &self.volts[index * length..(index + 1) * length]
    }

    /// The shape of results that have the given shape for one vector.
    pub(super) fn shape(&self, of_one: &[usize]) -> Vec<usize> {
        let count = self.batch.then_some(self.count);
        count.into_iter().chain(of_one.iter().copied()).collect()
    }
}

/// The cells' conductances in siemens.
pub(super) fn conductances(
    conductance: Option<&Path>,
    resistance: Option<&Path>,
) -> Result<Array2<f64>> {
    match (conductance, resistance) {
        (Some(path), _) => cells(path, "conductance", "S", |conductance| {
            if conductance >= 0.0 && conductance.is_finite() {
                Ok(conductance)
            } else {
                Err("it must be finite and not negative (0 means no cell)")
            }
        }),
        (None, Some(path)) => cells(path, "resistance", "ohm", |resistance| {
            if resistance == 0.0 {
                Err("a cell cannot be a short circuit (inf means no cell)")
            } else if resistance.is_nan() || resistance < 0.0 {
                Err("it must be positive (inf means no cell)")
            } else if resistance.recip().is_infinite() {
                Err("it is too small")
            } else {
                Ok(resistance.recip())
            }
        }),
        (None, None) => bail!("neither conductances nor resistances are given"),
    }
}

/// A matrix with one value for each cell, converted to siemens.
pub(super) fn cells(
    path: &Path,
    what: &str,
    unit: &str,
    siemens: impl Fn(f64) -> Result<f64, &'static str>,
) -> Result<Array2<f64>> {
    let values = npy::read(path)?;
    let shape = shape_text(values.shape());
    let Ok(mut values) = values.into_dimensionality::<Ix2>() else {
        bail!(
            "{}: its shape is {shape}; (rows, columns) is needed",
            path.display()
        );
    };
    for ((row, column), value) in values.indexed_iter_mut() {
        *value = match siemens(*value) {
            Ok(conductance) => conductance,
            Err(reason) => bail!(
                "{}: the {what} of the cell in row {row}, column {column} is {value} {unit}; {reason}",
                path.display()
            ),
        };
    }
    Ok(values)
}

/// One or more vectors of this length; `what` needs it.
pub(super) fn vectors(path: &Path, length: usize, what: &str) -> Result<Vectors> {
    let values = npy::read(path)?;
    let (count, batch) = match *values.shape() {
        [found] if found == length => (1, false),
        [count, found] if found == length => (count, true),
        _ => bail!(
            "{}: its shape is {}; {what} needs ({length},) or (P, {length})",
            path.display(),
            shape_text(values.shape()),
        ),
    };
    check_voltages(path, &values)?;
    Ok(Vectors {
        volts: values.iter().copied().collect(),
        count,
        batch,
    })
}

fn check_voltages(path: &Path, values: &ArrayD<f64>) -> Result<()> {
    let not_finite = values.indexed_iter().find(|(_, volts)| !volts.is_finite());
    if let Some((index, volts)) = not_finite {
        bail!(
            "{}: the voltage at {:?} is {volts}; it must be finite",
            path.display(),
            index.slice()
        );
    }
    Ok(())
}
