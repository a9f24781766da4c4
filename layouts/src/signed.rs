//! How signed weights become conductances, and which columns an output is.

use serde::{Deserialize, Serialize};

use crate::{LayoutError, TileSettings};

/// How an array holds signed weights, as written in configuration files. With a range from `G_off` to `G_on`, `G_mid` in its middle and `w_max` the
/// largest magnitude of the matrix:
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedScheme {
    /// Two neighbouring columns for each output, `G_off + (G_on - G_off) max(+-w, 0) / w_max`; their currents are subtracted before the converter.
    #[default]
    Columns,
    /// The same cells, but the positive ones on one array and the negative ones on another of the same size.
    Arrays,
    /// One column for each output, `G_mid + (G_on - G_off) w / (2 w_max)`, and in the middle of each tile's columns one of `G_mid`, whose current is
    /// subtracted from that of every output before the converter.
    OffsetColumn,
    /// The same without the column of `G_mid`: each current is converted as it is, and `G_mid` times the sum of the rows' voltages is
    /// subtracted as a number.
    Midpoint,
}

impl SignedScheme {
    /// Name as in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Arrays => "arrays",
            Self::OffsetColumn => "offset-column",
            Self::Midpoint => "midpoint",
        }
    }

    /// Whether a weight is a pair of cells.
    pub fn has_pairs(self) -> bool {
        matches!(self, Self::Columns | Self::Arrays)
    }

    /// Checks that the scheme goes with nonlinear cells, and with offsetting, where these are wanted.
    ///
    /// # Errors
    /// Nonlinear cells without neighbouring columns; offsetting without pairs.
    pub fn check(self, nonlinear: bool, offset: bool) -> Result<(), LayoutError> {
        let name = self.name();
        if nonlinear && self != Self::Columns {
            let reason = format!("signed = \"{name}\": nonlinear cells need signed = \"columns\"");
            return Err(LayoutError::BadShape { reason });
        }
        if offset && !self.has_pairs() {
            let reason = format!(
                "signed = \"{name}\": offsetting needs pairs of cells, signed = \"columns\" or \"arrays\""
            );
            return Err(LayoutError::BadShape { reason });
        }
        Ok(())
    }

    /// Arrays that one tile consists of.
    pub fn arrays(self) -> usize {
        if self == Self::Arrays { 2 } else { 1 }
    }

    /// Outputs that arrays of this many columns (2 at least) hold.
    pub fn outputs(self, columns: usize) -> usize {
        match self {
            Self::Columns => columns / 2,
            Self::Arrays | Self::Midpoint => columns,
            Self::OffsetColumn => columns - 1,
        }
    }

    /// Columns of each array that these outputs take.
    pub fn columns(self, outputs: usize) -> usize {
        match self {
            Self::Columns => 2 * outputs,
            Self::Arrays | Self::Midpoint => outputs,
            Self::OffsetColumn => outputs + 1,
        }
    }

    /// Cells of a row, on all arrays.
    pub(crate) fn cells(self, outputs: usize) -> usize {
        self.arrays() * self.columns(outputs)
    }

    /// Array and column of a row's cell. Pairs are neighbouring cells, wherever they lie.
    pub(crate) fn place(self, cell: usize) -> (usize, usize) {
        match self {
            Self::Arrays => (cell % 2, cell / 2),
            _ => (0, cell),
        }
    }

    /// The cells of a row that add to an output and that are subtracted from it.
    pub(crate) fn of_output(self, output: usize, outputs: usize) -> (usize, Option<usize>) {
        match self {
            Self::Columns | Self::Arrays => (2 * output, Some(2 * output + 1)),
            Self::OffsetColumn => {
                let reference = outputs / 2;
                (output + usize::from(output >= reference), Some(reference))
            }
            Self::Midpoint => (output, None),
        }
    }
}

/// Conductances for the weights of a matrix, in siemens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coding {
    signed: SignedScheme,
    off: f64,
    middle: f64,
    siemens_per_weight: f64,
}

impl Coding {
    /// For weights of at most this magnitude.
    pub(crate) fn new(signed: SignedScheme, tile: &TileSettings, heaviest: f64) -> Self {
        let (off, on) = tile.conductances();
        let span = if signed.has_pairs() {
            on - off
        } else {
            0.5 * (on - off)
        };
        Self {
            signed,
            off,
            middle: off.midpoint(on),
            siemens_per_weight: if heaviest > 0.0 { span / heaviest } else { 0.0 },
        }
    }

    /// Weight that one siemens of an output stands for.
    pub(crate) fn weight_per_siemens(&self) -> f64 {
        if self.siemens_per_weight > 0.0 {
            1.0 / self.siemens_per_weight
        } else {
            0.0
        }
    }

    /// Conductance that every row adds to an output without standing for a weight, and that is subtracted after the converter.
    pub(crate) fn offset(&self) -> f64 {
        match self.signed {
            SignedScheme::Midpoint => self.middle,
            _ => 0.0,
        }
    }

    /// What the cell of a pair conducts that the sign of the weight chooses.
    pub(crate) fn of_magnitude(&self, weight: f64) -> f64 {
        self.off + self.siemens_per_weight * weight.abs()
    }

    /// The cells of rows of weights, `rows x outputs` to `rows x cells`.
    pub(crate) fn targets(&self, weights: &[f64], outputs: usize) -> Vec<f64> {
        let signed = self.signed;
        let cells = signed.cells(outputs);
        let fill = if signed.has_pairs() {
            self.off
        } else {
            self.middle
        };
        let mut targets = vec![fill; weights.len() / outputs * cells];
        let rows = targets.chunks_exact_mut(cells);
        for (cells, weights) in rows.zip(weights.chunks_exact(outputs)) {
            for (output, &weight) in weights.iter().enumerate() {
                let (positive, negative) = signed.of_output(output, outputs);
                match negative {
                    Some(negative) if signed.has_pairs() => {
                        let cell = if weight < 0.0 { negative } else { positive };
                        cells[cell] = self.of_magnitude(weight);
                    }
                    _ => cells[positive] = self.middle + self.siemens_per_weight * weight,
                }
            }
        }
        targets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conductances_are_those_of_the_definitions() {
        let tile = TileSettings {
            r_on: 1.0 / 1.25,
            r_off: 4.0,
            ..TileSettings::default()
        };
        // G_off = 0.25, G_mid = 0.75, G_on = 1.25 S; two rows of three outputs.
        let weights = [2.0, -1.0, 0.0, -2.0, 0.5, 1.0];
        let targets = |signed| Coding::new(signed, &tile, 2.0).targets(&weights, 3);
        let pairs = [
            [1.25, 0.25, 0.25, 0.75, 0.25, 0.25],
            [0.25, 1.25, 0.5, 0.25, 0.75, 0.25],
        ];
        assert_eq!(targets(SignedScheme::Columns), pairs.concat());
        assert_eq!(targets(SignedScheme::Arrays), pairs.concat());
        let single = [[1.25, 0.5, 0.75], [0.25, 0.875, 1.0]];
        assert_eq!(targets(SignedScheme::Midpoint), single.concat());
        let with_reference = single.map(|[a, b, c]| [a, 0.75, b, c]);
        assert_eq!(targets(SignedScheme::OffsetColumn), with_reference.concat());
        for signed in [SignedScheme::Columns, SignedScheme::Arrays] {
            assert_eq!(Coding::new(signed, &tile, 2.0).weight_per_siemens(), 2.0);
        }
        for (signed, offset) in [
            (SignedScheme::OffsetColumn, 0.0),
            (SignedScheme::Midpoint, 0.75),
        ] {
            let coding = Coding::new(signed, &tile, 2.0);
            assert_eq!(
                (coding.weight_per_siemens(), coding.offset()),
                (4.0, offset)
            );
        }
    }

    #[test]
    fn outputs_and_columns_belong_together() {
        for signed in [
            SignedScheme::Columns,
            SignedScheme::Arrays,
            SignedScheme::OffsetColumn,
            SignedScheme::Midpoint,
        ] {
            for columns in 2..9 {
                let outputs = signed.outputs(columns);
                assert!(outputs >= 1 && signed.columns(outputs) <= columns);
                assert!(signed.columns(outputs + 1) > columns);
                let mut places: Vec<_> = (0..outputs)
                    .map(|output| signed.place(signed.of_output(output, outputs).0))
                    .collect();
                places.sort_unstable();
                places.dedup();
                assert_eq!(places.len(), outputs);
            }
        }
    }
}
