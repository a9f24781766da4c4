//! The arrays of a mapped network: their power and settling during reads, from the circuit.

use std::collections::HashMap;

use ohmloom_layouts::placement::PlacedSlice;
use ohmloom_layouts::{ArrayRead, LayoutError, NodeCapacitance};
use rayon::prelude::*;

use super::MappingError;
use super::plan::Mapping;
use super::settings::{Delay, Programmed};

/// What the reads of all slices cost.
pub(super) struct ReadCost {
    /// Mean power during the passes, W.
    pub(super) power_w: f64,
    /// Each layer's share of the energy.
    pub(super) shares: Vec<f64>,
    /// How long one step takes, s.
    pub(super) step_s: f64,
    /// Different reads that were solved.
    pub(super) solved: usize,
}

/// Reads that differ: index of the tile's content, and the read.
#[derive(Default)]
struct Reads {
    contents: Vec<Vec<f64>>,
    different: Vec<(usize, ArrayRead)>,
    /// Index of the read of each slice, slices in the order of their tiles, with the slice's layer.
    of_slices: Vec<(usize, usize)>,
}

impl Mapping {
    /// Solves every read that differs from the others, with all wires.
    pub(super) fn read_cost(&self, passes: f64) -> Result<ReadCost, MappingError> {
        let settings = &self.settings;
        let (tile, crossbar) = (&settings.tile, &settings.crossbar);
        let reads = self.reads();
        let capacitance = match crossbar.delay.as_ref() {
            Some(&Delay::Elmore { row_f, column_f }) => Some(NodeCapacitance { row_f, column_f }),
            _ => None,
        };
        let solved: Vec<(f64, f64)> = reads
            .different
            .par_iter()
            .map(|(content, read)| {
                let cells = &reads.contents[*content];
                let power = read.power(tile, cells)?.delivered;
                let delay = match capacitance {
                    Some(capacitance) => read.elmore_delay(tile, cells, capacitance)?,
                    None => 0.0,
                };
                Ok((power, delay))
            })
            .collect::<Result<_, _>>()
            .map_err(|source| MappingError::Layer {
                layer: "(a read of a tile)".into(),
                source: Box::new(LayoutError::Read(source)),
            })?;
        let mut energies = vec![0.0; self.layers().len()];
        for &(layer, read) in &reads.of_slices {
            energies[layer] += solved[read].0 * self.layers()[layer].layout.passes() as f64;
        }
        let energy: f64 = energies.iter().sum();
        let share = |own: &f64| if energy > 0.0 { own / energy } else { 0.0 };
        let step_s = match &crossbar.delay {
            None => 0.0,
            Some(Delay::Cell {
                fixed_s,
                capacitance_f,
            }) => {
                let ohm = match crossbar.programmed {
                    Programmed::On => tile.r_on,
                    Programmed::Mid => 0.5 * (tile.r_on + tile.r_off),
                    Programmed::Weights => tile.r_off,
                };
                fixed_s + capacitance_f * ohm
            }
            Some(Delay::Elmore { .. }) => {
                let slowest = solved
                    .iter()
                    .fold(0.0_f64, |slowest, (_, delay)| slowest.max(*delay));
                slowest * f64::from(settings.output_bits + 1) * std::f64::consts::LN_2
            }
        };
        Ok(ReadCost {
            power_w: if passes > 0.0 { energy / passes } else { 0.0 },
            shares: energies.iter().map(share).collect(),
            step_s,
            solved: solved.len(),
        })
    }

    /// All reads; tiles and reads that are alike are there once.
    fn reads(&self) -> Reads {
        let settings = &self.settings;
        let mut reads = Reads::default();
        let mut known_contents: HashMap<Vec<bool>, usize> = HashMap::new();
        let mut known_reads = HashMap::new();
        for slices in self.placement().by_tile() {
            let (cells, programmed) = self.content(&slices);
            // Tiles whose cells have their weights are all different.
            let content = if settings.crossbar.programmed == Programmed::Weights {
                reads.contents.len()
            } else {
                let next = known_contents.len();
                *known_contents.entry(programmed).or_insert(next)
            };
            if content == reads.contents.len() {
                reads.contents.push(cells);
            }
            for placed in slices {
                let read = ArrayRead {
                    rows: placed.row..placed.row + placed.slice.rows,
                    columns: placed.column..placed.column + placed.slice.columns(),
                    unsensed: settings.crossbar.unsensed,
                    volts: settings.read_voltage,
                };
                let key = (content, read.rows.clone(), read.columns.clone());
                let next = reads.different.len();
                let index = *known_reads.entry(key).or_insert(next);
                if index == next {
                    reads.different.push((content, read));
                }
                reads.of_slices.push((placed.slice.layer, index));
            }
        }
        reads
    }

    /// Conductances of a tile's cells, row-major in siemens, and which of them are programmed.
    fn content(&self, slices: &[PlacedSlice]) -> (Vec<f64>, Vec<bool>) {
        let tile = &self.settings.tile;
        let (off, on) = tile.conductances();
        let mut cells = vec![off; tile.rows * tile.columns];
        let mut programmed = vec![false; cells.len()];
        for placed in slices {
            let slice = placed.slice;
            let layer = &self.layers()[slice.layer];
            let array = &layer.arrays[slice.array];
            let largest = layer.largest();
            let scale = if largest > 0.0 {
                (on - off) / largest
            } else {
                0.0
            };
            for row in 0..slice.rows {
                for output in 0..slice.outputs {
                    let weight = array.weight(slice.first_row + row, slice.first_output + output);
                    let Some(weight) = weight else { continue };
                    let pair = match self.settings.crossbar.programmed {
                        Programmed::On => [on; 2],
                        Programmed::Mid => [2.0 / (tile.r_on + tile.r_off); 2],
                        Programmed::Weights => {
                            let value = scale * layer.value(weight);
                            [off + value.max(0.0), off + (-value).max(0.0)]
                        }
                    };
                    let first = (placed.row + row) * tile.columns + placed.column + 2 * output;
                    cells[first..first + 2].copy_from_slice(&pair);
                    programmed[first..first + 2].fill(true);
                }
            }
        }
        (cells, programmed)
    }
}
