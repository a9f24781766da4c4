//! A matrix cut into the parts that tiles hold.

use std::ops::Range;

use super::programmed_cells::ProgrammedCells;
use super::site::Region;
use crate::cells::CellDescription;
use crate::signed::Coding;
use crate::{
    ArrangementSettings, BitSlices, GroupMatrix, LayoutError, SignedScheme, TilePosition,
    TileSettings, Unsensed,
};

/// How a matrix lies on tiles.
#[derive(Debug, Clone)]
pub struct MatrixLayout<'a> {
    /// Its weights.
    pub matrix: GroupMatrix<'a>,
    /// Cells, wires and size of the tiles.
    pub tile: &'a TileSettings,
    /// How weights have signs.
    pub signed: SignedScheme,
    /// Digits of the weights, if they are cut into some.
    pub bit_slices: Option<BitSlices>,
    /// What the columns are connected to that a read does not sense.
    pub unsensed: Unsensed,
    /// Whether parts without a weight other than zero have tiles.
    pub full: bool,
    /// What may be rearranged where cells are stuck.
    pub arrangement: ArrangementSettings,
    /// Number of the first array, for random numbers of its own.
    pub first_array: u64,
}

impl<'a> MatrixLayout<'a> {
    /// Pairs of columns, whole weights, all columns grounded, no empty tiles.
    pub fn new(matrix: GroupMatrix<'a>, tile: &'a TileSettings) -> Self {
        Self {
            matrix,
            tile,
            signed: SignedScheme::Columns,
            bit_slices: None,
            unsensed: Unsensed::Grounded,
            full: false,
            arrangement: ArrangementSettings::default(),
            first_array: 0,
        }
    }

    /// Numbers that its arrays take, those of parts without a tile included.
    pub fn numbers(&self) -> u64 {
        let rows = self.matrix.inputs().div_ceil(self.tile.rows);
        (rows * self.grid_columns() * self.digits() * self.signed.arrays()) as u64
    }

    /// Outputs that a tile holds, spare ones left out.
    fn most_outputs(&self) -> usize {
        let all = self.signed.outputs(self.tile.columns);
        all.saturating_sub(self.arrangement.spare_outputs).max(1)
    }

    /// Columns of the grid of tiles.
    fn grid_columns(&self) -> usize {
        let most = self.most_outputs();
        let arrays = self.matrix.arrays().iter();
        arrays.map(|array| array.outputs().div_ceil(most)).sum()
    }

    fn digits(&self) -> usize {
        self.bit_slices.map_or(1, |slices| slices.cells as usize)
    }
}

/// A part of a matrix, at most as large as a tile.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub position: TilePosition,
    /// Index of the array.
    pub array: usize,
    /// Rows of the array.
    pub rows: Range<usize>,
    /// Outputs of the array.
    pub outputs: Range<usize>,
}

/// A layout with all that follows from the whole matrix.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub layout: MatrixLayout<'a>,
    pub coding: Coding,
    pub cells: Option<ProgrammedCells<'a>>,
    heaviest: f64,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        layout: MatrixLayout<'a>,
        cells: Option<(&'a CellDescription, f64)>,
    ) -> Result<Self, LayoutError> {
        layout.tile.validate()?;
        if let Some(slices) = &layout.bit_slices {
            slices.validate()?;
        }
        let heaviest = layout.matrix.heaviest()?;
        let largest = match &layout.bit_slices {
            Some(slices) if heaviest > 0.0 => slices.largest_digit(),
            _ => heaviest,
        };
        let coding = Coding::new(layout.signed, layout.tile, largest);
        let cells = match (cells, &layout.bit_slices) {
            (None, _) => None,
            (Some(cells), None) => {
                let values = layout.matrix.values();
                let targets = values.map(|weight| coding.of_magnitude(weight));
                Some(ProgrammedCells::new(cells, targets, layout.tile)?)
            }
            (Some(cells), Some(slices)) => {
                let digits = 0..=slices.largest_digit() as u32;
                let targets = digits.map(|digit| coding.of_magnitude(f64::from(digit)));
                Some(ProgrammedCells::new(cells, targets, layout.tile)?)
            }
        };
        Ok(Self {
            layout,
            coding,
            cells,
            heaviest,
        })
    }

    /// What a cell without a weight conducts, and its memristor where it has one.
    pub(super) fn unused(&self) -> (f64, Option<f64>) {
        match &self.cells {
            None => (self.layout.tile.conductances().0, None),
            Some(cells) => cells.unused(),
        }
    }

    /// Weight that one siemens of an output of a digit stands for.
    pub(super) fn weight_per_siemens(&self, digit: usize) -> f64 {
        let per_siemens = self.coding.weight_per_siemens();
        match &self.layout.bit_slices {
            None => per_siemens,
            Some(slices) => per_siemens * slices.step(self.heaviest) * slices.place_value(digit),
        }
    }

    /// The parts that may hold something: rows of tiles one after another, in each the arrays, in each the digits.
    pub(super) fn cuts(&self) -> Vec<Cut> {
        let MatrixLayout {
            matrix,
            tile,
            signed,
            ..
        } = &self.layout;
        let most = self.layout.most_outputs();
        // For each column of the grid its array, its outputs, and the rows of tiles that hold programmed cells.
        let columns: Vec<(usize, Range<usize>, Vec<bool>)> = matrix
            .arrays()
            .iter()
            .enumerate()
            .flat_map(|(index, array)| {
                (0..array.outputs()).step_by(most).map(move |first| {
                    let outputs = first..array.outputs().min(first + most);
                    let occupied = array.occupied(outputs.clone(), tile.rows);
                    (index, outputs, occupied)
                })
            })
            .collect();
        let before: Vec<usize> = matrix
            .arrays()
            .iter()
            .scan(0, |sum, array| {
                *sum += array.outputs();
                Some(*sum - array.outputs())
            })
            .collect();
        let digits = self.layout.digits();
        let mut cuts = Vec::new();
        for (row, first_input) in (0..matrix.inputs()).step_by(tile.rows).enumerate() {
            let rows = first_input..matrix.inputs().min(first_input + tile.rows);
            for (column, (array, outputs, occupied)) in columns.iter().enumerate() {
                if !occupied[row] && !self.layout.full {
                    continue;
                }
                for digit in 0..digits {
                    let index = (row * columns.len() + column) * digits + digit;
                    cuts.push(Cut {
                        position: TilePosition {
                            row,
                            column,
                            digit,
                            first_input,
                            first_output: before[*array] + outputs.start,
                            number: self.layout.first_array + (index * signed.arrays()) as u64,
                        },
                        array: *array,
                        rows: rows.clone(),
                        outputs: outputs.clone(),
                    });
                }
            }
        }
        cuts
    }

    /// The weights of a part (of one digit, where there are some), row-major, and how many cells they have; `None` for a part that has no tile.
    pub(super) fn weights(&self, cut: &Cut) -> Option<(Vec<f64>, usize)> {
        let matrix = &self.layout.matrix;
        let (mut weights, count) = matrix.rectangle(cut.array, cut.rows.clone(), &cut.outputs);
        if let Some(slices) = &self.layout.bit_slices {
            for weight in &mut weights {
                *weight = slices.digit(*weight, self.heaviest, cut.position.digit);
            }
        }
        let empty = weights.iter().all(|&weight| weight == 0.0);
        let cells = if self.layout.signed.has_pairs() {
            2 * count
        } else {
            count
        };
        (self.layout.full || !empty).then_some((weights, cells))
    }

    /// Where a part lies in a tile of its own: in the leftmost columns and the bottom rows, nearest to the terminals.
    pub(super) fn region(&self, cut: &Cut) -> Region {
        Region {
            signed: self.layout.signed,
            first_row: self.layout.tile.rows - cut.rows.len(),
            first_column: 0,
            rows: cut.rows.len(),
            outputs: cut.outputs.len() + self.layout.arrangement.spare_outputs,
        }
    }
}
