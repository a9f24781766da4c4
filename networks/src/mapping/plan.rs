//! Layers laid out and packed into tiles.

use ohmloom_layouts::LayoutError;
use ohmloom_layouts::placement::{
    ArrayLayout, CellWeight, LayerLayout, LayerShape, Placement, Station, TileSize, one_tile_each,
    pack_exactly, pack_first_fit,
};

use super::MappingError;
use super::quantities::{LayerQuantities, Quantities};
use super::settings::{BiasPlace, LayerSettings, MappingSettings, Packing, Schedule, Sensing};
use crate::layer::{LayerKind, WeightLayer, WeightMatrix};

/// A layer with its layout.
#[derive(Debug, Clone)]
pub struct MappedLayer {
    /// Name in the network.
    pub name: String,
    /// How it is laid out.
    pub layout: LayerLayout,
    /// Index of the set of concurrent layers that it works with, if any.
    pub(super) concurrent: Option<usize>,
    pub(super) arrays: Vec<ArrayLayout>,
    /// `[channel][input]`.
    weights: Vec<f64>,
    biases: Vec<f64>,
}

impl MappedLayer {
    /// The weight or bias that a pair of cells stands for.
    pub fn value(&self, cell: CellWeight) -> f64 {
        match cell {
            CellWeight::Weight { channel, input } => {
                self.weights
                    [channel * (self.weights.len() / self.layout.shape().out_channels) + input]
            }
            CellWeight::Bias { channel } => self.biases[channel],
        }
    }

    /// The largest magnitude of its weights and, where they lie in the array, biases.
    pub(super) fn largest(&self) -> f64 {
        let in_row = if self.has_bias_row() {
            &self.biases[..]
        } else {
            &[]
        };
        self.weights
            .iter()
            .chain(in_row)
            .fold(0.0, |largest, value| largest.max(value.abs()))
    }

    /// Weights and biases of the layer in the network.
    pub fn parameters(&self) -> usize {
        self.weights.len() + self.biases.len()
    }

    fn has_bias_row(&self) -> bool {
        self.arrays
            .first()
            .is_some_and(|array| matches!(array.weight(0, 0), Some(CellWeight::Bias { .. })))
    }
}

/// A network on tiles.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) settings: MappingSettings,
    layers: Vec<MappedLayer>,
    placement: Placement,
}

impl Mapping {
    /// Lays out the layers and packs their slices into tiles.
    ///
    /// # Errors
    /// Settings that make no sense or speak of layers that are not there; a layer that cannot be laid out; too many slices to pack.
    pub fn new(layers: &[WeightLayer], settings: &MappingSettings) -> Result<Self, MappingError> {
        settings.validate()?;
        let tile = TileSize::new(settings.tile.rows, settings.tile.columns)
            .map_err(MappingError::Packing)?;
        let find = |name: &String, place| find(layers, name, place);
        let mut own: Vec<Option<&LayerSettings>> = vec![None; layers.len()];
        for layer in &settings.layer {
            let index = find(&layer.name, "[[layer]]")?;
            if own[index].replace(layer).is_some() {
                let reason = format!("[[layer]] \"{}\" is there twice", layer.name);
                return Err(MappingError::Value { reason });
            }
        }
        let mut concurrent = vec![None; layers.len()];
        for (set, names) in settings.concurrent.iter().enumerate() {
            for name in names {
                if concurrent[find(name, "concurrent")?].replace(set).is_some() {
                    let reason = format!("concurrent: layer \"{name}\" is there twice");
                    return Err(MappingError::Value { reason });
                }
            }
        }
        let mut mapped = Vec::with_capacity(layers.len());
        let mut slices = Vec::new();
        for (index, layer) in layers.iter().enumerate() {
            let fail = |source| MappingError::Layer {
                layer: layer.name.clone(),
                source: Box::new(source),
            };
            let layout = lay_out(layer, settings, own[index]).map_err(fail)?;
            // Arrays that work at the same time have tiles of their own.
            let station = |part: usize| {
                let group = concurrent[index].map_or(settings.concurrent.len() + index, |set| set);
                let apart = concurrent[index].is_some() || layout.splits() > 1;
                // Parts of several layers of a set must all differ.
                let place = index + part * layers.len();
                apart.then_some(Station { group, place })
            };
            slices.extend(layout.slices(index, tile, station).map_err(fail)?);
            mapped.push(MappedLayer {
                name: layer.name.clone(),
                layout,
                concurrent: concurrent[index],
                arrays: layout.arrays().collect(),
                weights: layer
                    .matrices
                    .iter()
                    .flat_map(WeightMatrix::values)
                    .copied()
                    .collect(),
                biases: layer.bias.clone().unwrap_or_default(),
            });
        }
        let pack = match settings.packing {
            Packing::None => one_tile_each,
            Packing::FirstFit => pack_first_fit,
            Packing::Exact => pack_exactly,
        };
        Ok(Self {
            settings: settings.clone(),
            placement: pack(&slices, tile).map_err(MappingError::Packing)?,
            layers: mapped,
        })
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &MappingSettings {
        &self.settings
    }

    /// The layers, in the order of the network.
    pub fn layers(&self) -> &[MappedLayer] {
        &self.layers
    }

    /// Where the slices lie.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Counts of the mapping, see [`super::Quantity`].
    pub(super) fn quantities(&self) -> Quantities {
        let settings = &self.settings;
        let layers = (0..self.layers.len())
            .map(|index| self.layer_quantities(index))
            .collect();
        let mut quantities = Quantities {
            rows: settings.tile.rows,
            columns: settings.tile.columns,
            input_bits: settings.input_bits,
            output_bits: settings.output_bits,
            total: LayerQuantities::default(),
            layers,
        };
        let total = &mut quantities.total;
        for layer in &quantities.layers {
            total.conversions += layer.conversions;
            total.drives += layer.drives;
            total.sums += layer.sums;
            total.outputs += layer.outputs;
            total.layers += layer.layers;
        }
        total.tiles = self.placement.tiles as f64;
        total.passes = self
            .stages()
            .iter()
            .map(|stage| self.passes_of(|layer| stage.contains(&layer)))
            .sum::<usize>() as f64;
        quantities
    }

    /// Layers that work at the same time: sets of concurrent layers, and all others one by one.
    pub(super) fn stages(&self) -> Vec<Vec<usize>> {
        let mut stages: Vec<Vec<usize>> = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let same = |stage: &&mut Vec<usize>| {
                layer.concurrent.is_some() && self.layers[stage[0]].concurrent == layer.concurrent
            };
            match stages.iter_mut().find(same) {
                Some(stage) => stage.push(index),
                None => stages.push(vec![index]),
            }
        }
        stages
    }

    /// Reads one after another of the layers wanted.
    fn passes_of(&self, wanted: impl Fn(usize) -> bool) -> usize {
        let mut busy = vec![0; self.placement.tiles];
        for placed in self
            .placement
            .slices
            .iter()
            .filter(|placed| wanted(placed.slice.layer))
        {
            busy[placed.tile] += self.layers[placed.slice.layer].layout.passes();
        }
        match self.settings.crossbar.schedule {
            Schedule::Sequential => busy.iter().sum(),
            Schedule::Parallel => busy.into_iter().max().unwrap_or(0),
        }
    }

    fn layer_quantities(&self, index: usize) -> LayerQuantities {
        let layer = &self.layers[index];
        let passes = layer.layout.passes();
        let sensed = match self.settings.crossbar.sensing {
            Sensing::Pair => 1,
            Sensing::Column => 2,
        };
        let mut used = vec![(0_usize, 0_usize); self.placement.tiles];
        let (mut rows, mut outputs) = (0, 0);
        for placed in &self.placement.slices {
            let slice = placed.slice;
            let cells = slice.rows * slice.columns();
            used[placed.tile].1 += cells;
            if slice.layer == index {
                used[placed.tile].0 += cells;
                rows += slice.rows;
                outputs += slice.outputs;
            }
        }
        let tiles = used
            .iter()
            .filter(|(own, _)| *own > 0)
            .map(|&(own, all)| own as f64 / all as f64)
            .sum();
        let arrays_outputs: usize = layer.arrays.iter().map(ArrayLayout::outputs).sum();
        LayerQuantities {
            tiles,
            passes: self.passes_of(|layer| layer == index) as f64,
            conversions: (passes * outputs * sensed) as f64,
            drives: (passes * rows) as f64,
            sums: (passes * outputs.saturating_sub(arrays_outputs)) as f64,
            outputs: (layer.layout.shape().out_channels * layer.layout.shape().positions()) as f64,
            layers: 1.0,
        }
    }
}

/// Index of a layer by name.
fn find(layers: &[WeightLayer], name: &str, place: &'static str) -> Result<usize, MappingError> {
    layers
        .iter()
        .position(|layer| layer.name == name)
        .ok_or_else(|| {
            let names: Vec<_> = layers.iter().map(|layer| layer.name.as_str()).collect();
            MappingError::NoSuchLayer {
                name: name.into(),
                place,
                known: names.join(", "),
            }
        })
}

fn lay_out(
    layer: &WeightLayer,
    settings: &MappingSettings,
    own: Option<&LayerSettings>,
) -> Result<LayerLayout, LayoutError> {
    let shape = shape_of(layer);
    let general = &settings.layout;
    let scheme = own.and_then(|own| own.scheme).unwrap_or(general.scheme);
    let banded = own.and_then(|own| own.banded).unwrap_or(general.banded);
    let bias = own.and_then(|own| own.bias).unwrap_or(general.bias);
    let arrays = own.and_then(|own| own.arrays).unwrap_or(1);
    let mut layout = LayerLayout::new(shape, scheme.scheme(&shape))?.split(arrays)?;
    if banded {
        layout = layout.banded();
    }
    if bias == BiasPlace::Row && layer.bias.is_some() {
        layout = layout.with_bias_row();
    }
    Ok(layout)
}

/// The layer for one sample, as a layout sees it.
pub(crate) fn shape_of(layer: &WeightLayer) -> LayerShape {
    let matrix = &layer.matrices[0];
    match &layer.kind {
        LayerKind::Conv(conv) => {
            let plane = |list: &[usize], fill: usize| match list {
                [height, width] => [*height, *width],
                _ => [fill, list.first().copied().unwrap_or(fill)],
            };
            LayerShape {
                in_channels: conv.in_channels,
                out_channels: conv.out_channels,
                groups: conv.groups,
                kernel: plane(&conv.kernel, 1),
                strides: plane(&conv.strides, 1),
                dilations: plane(&conv.dilations, 1),
                pads_begin: plane(&conv.pads_begin, 0),
                pads_end: plane(&conv.pads_end, 0),
                input: plane(&conv.input_size, 1),
            }
        }
        LayerKind::Dense(dense) => {
            let shape = &layer.input_shape;
            let vectors = if dense.transposed_input {
                1 // rows are features, columns the batch
            } else {
                shape[1.min(shape.len())..shape.len().saturating_sub(1).max(1)]
                    .iter()
                    .product()
            };
            LayerShape::matrix(matrix.inputs(), matrix.outputs(), vectors)
        }
    }
}
