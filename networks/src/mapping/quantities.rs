//! Numbers of a mapped network by name, and products of them.

use serde::{Deserialize, Serialize};

/// A number that the mapping determines. All are for the inference of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Tiles. A layer has as many as its share of their cells in use.
    Tiles,
    /// Rows of a tile.
    Rows,
    /// Columns of a tile.
    Columns,
    /// Pairs of columns of a tile.
    Pairs,
    /// Bits of a row's input.
    InputBits,
    /// Bits of a column's output.
    OutputBits,
    /// Reads one after another: with sequential tiles all reads of slices, else, for each layer or set of concurrent layers, those of the
    /// busiest tile.
    Passes,
    /// Outputs of reads: columns or pairs sensed, over all passes.
    Conversions,
    /// Inputs of reads: rows driven, over all passes.
    Drives,
    /// Additions of partial sums of arrays that are cut, over all passes.
    Sums,
    /// Outputs of all layers.
    Outputs,
    /// Weight layers.
    Layers,
}

impl Quantity {
    /// Whether layers have parts of it, or it is the same for all.
    pub fn belongs_to_layers(self) -> bool {
        !matches!(
            self,
            Self::Rows | Self::Columns | Self::Pairs | Self::InputBits | Self::OutputBits
        )
    }
}

/// A factor of a product: a number, or the name of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Factor {
    /// A number.
    Number(u32),
    /// A quantity of the mapping.
    Quantity(Quantity),
}

/// The quantities of a mapping: in total and for each layer.
#[derive(Debug, Clone, Default)]
pub(super) struct Quantities {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) input_bits: u32,
    pub(super) output_bits: u32,
    pub(super) total: LayerQuantities,
    pub(super) layers: Vec<LayerQuantities>,
}

/// The quantities that layers have parts of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LayerQuantities {
    pub(super) tiles: f64,
    pub(super) passes: f64,
    pub(super) conversions: f64,
    pub(super) drives: f64,
    pub(super) sums: f64,
    pub(super) outputs: f64,
    pub(super) layers: f64,
}

impl Quantities {
    fn value(&self, of: &LayerQuantities, factor: Factor) -> f64 {
        match factor {
            Factor::Number(number) => f64::from(number),
            Factor::Quantity(quantity) => match quantity {
                Quantity::Tiles => of.tiles,
                Quantity::Rows => self.rows as f64,
                Quantity::Columns => self.columns as f64,
                Quantity::Pairs => (self.columns / 2) as f64,
                Quantity::InputBits => f64::from(self.input_bits),
                Quantity::OutputBits => f64::from(self.output_bits),
                Quantity::Passes => of.passes,
                Quantity::Conversions => of.conversions,
                Quantity::Drives => of.drives,
                Quantity::Sums => of.sums,
                Quantity::Outputs => of.outputs,
                Quantity::Layers => of.layers,
            },
        }
    }

    /// The product of the factors for the whole network; 0 without factors.
    pub(super) fn product(&self, factors: &[Factor]) -> f64 {
        if factors.is_empty() {
            return 0.0;
        }
        factors
            .iter()
            .map(|&factor| self.value(&self.total, factor))
            .product()
    }

    /// The same for one layer; 0 where no factor belongs to layers.
    pub(super) fn product_of_layer(&self, factors: &[Factor], layer: usize) -> f64 {
        let layered =
            |factor: &Factor| matches!(factor, Factor::Quantity(q) if q.belongs_to_layers());
        if !factors.iter().any(layered) {
            return 0.0;
        }
        let of = &self.layers[layer];
        factors
            .iter()
            .map(|&factor| self.value(of, factor))
            .product()
    }
}

/// Checks that at most one factor belongs to layers: else their parts would not add up.
pub(super) fn check(place: &str, factors: &[Factor]) -> Result<(), String> {
    let layered: Vec<Quantity> = factors
        .iter()
        .filter_map(|factor| match factor {
            Factor::Quantity(quantity) if quantity.belongs_to_layers() => Some(*quantity),
            _ => None,
        })
        .collect();
    if let [first, second, ..] = layered[..] {
        return Err(format!(
            "{place}: {first:?} and {second:?} in one product; at most one factor can be a quantity that layers have parts of"
        ));
    }
    Ok(())
}
