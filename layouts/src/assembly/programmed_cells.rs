//! What the memristors of nonlinear cells are programmed to.

use std::collections::HashMap;

use crate::cells::{CellDescription, Programmed};
use crate::{LayoutError, TileSettings};

/// Nonlinear cells for each conductance that a matrix asks for.
#[derive(Debug)]
pub(super) struct ProgrammedCells<'a> {
    pub description: &'a CellDescription,
    /// V.
    pub read_voltage: f64,
    programmed: Programmed,
    /// Index of a target, by its bits.
    index: HashMap<u64, usize>,
}

impl<'a> ProgrammedCells<'a> {
    /// Programs a cell to each of these targets, and one without a weight.
    pub(super) fn new(
        (description, read_voltage): (&'a CellDescription, f64),
        targets: impl Iterator<Item = f64>,
        tile: &TileSettings,
    ) -> Result<Self, LayoutError> {
        let mut index = HashMap::new();
        let mut different = Vec::new();
        for target in std::iter::once(tile.conductances().0).chain(targets) {
            index.entry(target.to_bits()).or_insert_with(|| {
                different.push(target);
                different.len() - 1
            });
        }
        let largest = tile.largest_conductance();
        Ok(Self {
            description,
            read_voltage,
            programmed: description.program(&different, read_voltage, largest)?,
            index,
        })
    }

    fn indices(&self, targets: &[f64]) -> impl Iterator<Item = usize> {
        targets.iter().map(|target| self.index[&target.to_bits()])
    }

    /// What cells with these targets conduct at the read voltage, S.
    pub(super) fn chords(&self, targets: &[f64]) -> Vec<f64> {
        let indices = self.indices(targets);
        indices.map(|index| self.programmed.chord[index]).collect()
    }

    /// What their memristors are programmed to, S.
    pub(super) fn memristors(&self, targets: &[f64]) -> Vec<f64> {
        let indices = self.indices(targets);
        indices
            .map(|index| self.programmed.conductance[index])
            .collect()
    }

    /// How many of them are out of reach.
    pub(super) fn clipped(&self, targets: &[f64]) -> usize {
        self.indices(targets)
            .filter(|&index| self.programmed.clipped[index])
            .count()
    }

    /// What a cell without a weight conducts, and its memristor.
    pub(super) fn unused(&self) -> (f64, Option<f64>) {
        (
            self.programmed.chord[0],
            Some(self.programmed.conductance[0]),
        )
    }
}
