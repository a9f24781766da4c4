//! What a mapping costs.

use serde::Serialize;

use super::MappingSettings;

/// Area, power, energy and time, all for the inference of one sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Area, m^2.
    pub area_m2: f64,
    /// Power, W: with the energy rule `always-on` what is drawn, with `active` the energy over the time of the whole inference.
    pub power_w: f64,
    /// Energy, J.
    pub energy_j: f64,
    /// Time, s.
    pub latency_s: f64,
}

/// One kind of component.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentCost {
    /// Name in the configuration; `crossbar` for the arrays.
    pub name: String,
    /// Units; of the arrays their cells.
    pub count: u64,
    /// Operations that follow each other.
    pub steps: u64,
    /// Time of one operation, s.
    pub unit_latency_s: f64,
    /// All units together.
    #[serde(flatten)]
    pub cost: Cost,
}

/// A component's part in a layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerComponent {
    /// Name of the component.
    pub name: String,
    /// The layer's part.
    #[serde(flatten)]
    pub cost: Cost,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerReport {
    /// Name in the network.
    pub name: String,
    /// `dense` or `staggered`.
    pub layout: &'static str,
    /// Arrays: one for each group and each part of its kernels.
    pub arrays: usize,
    /// Rows of its largest array.
    pub rows: usize,
    /// Columns of its largest array.
    pub columns: usize,
    /// Crossings of its arrays.
    pub cells: usize,
    /// Cells that belong to a weight or a bias; each is written once.
    pub programmed_cells: usize,
    /// All others.
    pub unprogrammed_cells: usize,
    /// `programmed_cells / cells`.
    pub density: f64,
    /// Pieces of a tile's size or less.
    pub slices: usize,
    /// Its share of the tiles: of each tile the part of the cells in use that are the layer's.
    pub tiles: f64,
    /// Reads one after another.
    pub passes: u64,
    /// Outputs that converters convert.
    pub conversions: u64,
    /// The parts of the costs that belong to it.
    #[serde(flatten)]
    pub cost: Cost,
    /// The same by component, those that have a part.
    pub components: Vec<LayerComponent>,
}

/// The whole network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Rows of all layers' arrays together.
    pub rows: usize,
    /// Columns of all layers' arrays together.
    pub columns: usize,
    /// Tiles.
    pub tiles: usize,
    /// Slices in them.
    pub slices: usize,
    /// Cells of all tiles.
    pub cells: usize,
    /// Cells that belong to a weight or a bias; each is written once.
    pub programmed_cells: usize,
    /// All others.
    pub unprogrammed_cells: usize,
    /// `programmed_cells / cells`.
    pub utilisation: f64,
    /// Reads one after another.
    pub passes: u64,
    /// Outputs that converters convert.
    pub conversions: u64,
    /// Weights and biases of the layers.
    pub parameters: usize,
    /// Sums over the components.
    #[serde(flatten)]
    pub cost: Cost,
}

/// The arrays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CrossbarReport {
    /// Mean power of the arrays while they are read, W, from their solution.
    pub read_power_w: f64,
    /// Energy of one pass of all that is read in it, J: power times one step.
    pub pass_energy_j: f64,
    /// Time of one step, s.
    pub step_s: f64,
    /// Reads that differ, each of them solved.
    pub solved_reads: usize,
}

/// What `ohmloom map` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappingReport {
    /// The network's file.
    pub network: String,
    /// The whole network.
    pub total: Totals,
    /// By component, the arrays first.
    pub components: Vec<ComponentCost>,
    /// The arrays.
    pub crossbar: CrossbarReport,
    /// By layer.
    pub layers: Vec<LayerReport>,
    /// The configuration, defaults filled in.
    pub settings: MappingSettings,
}
