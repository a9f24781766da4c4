//! How the layers of an evaluation lie on tiles.

use ohmloom_layouts::placement::{LayerLayout, Scheme, TileSize};
use ohmloom_layouts::{BitSlices, SignedScheme, Unsensed};
use serde::{Deserialize, Serialize};

use super::EvaluationError;
use super::settings::{Bias, EvaluationSettings};
use crate::layer::WeightLayer;
use crate::mapping::{LayoutChoice, Packing, shape_of};

/// Tiles of one layer, at most.
const MOST_TILES: usize = 1_000_000;

/// How layers are laid out unless they say otherwise, and how all of them have signs and share tiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutSettings {
    /// `"dense"`, `"staggered"` or `"rule"`. Default dense.
    pub scheme: LayoutChoice,
    /// Keep the tiles of a staggered layout that hold no weight. Default false: only the diagonal band has tiles.
    pub full: bool,
    /// `"columns"`, `"arrays"`, `"offset-column"` or `"midpoint"`. Default columns.
    pub signed: SignedScheme,
    /// Digits into which weights are cut. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_slices: Option<BitSlices>,
    /// `"none"`, `"first-fit"` or `"exact"`. Default none: a tile for each slice.
    pub packing: Packing,
    /// With packing, sets of layers by name that work at the same time and so share no tile.
    pub concurrent: Vec<Vec<String>>,
    /// What the columns are connected to that a read does not sense: `"grounded"` or `"floating"`. Default grounded.
    pub unsensed: Unsensed,
}

impl Default for LayoutSettings {
    fn default() -> Self {
        Self {
            scheme: LayoutChoice::Dense,
            full: false,
            signed: SignedScheme::Columns,
            bit_slices: None,
            packing: Packing::None,
            concurrent: Vec::new(),
            unsensed: Unsensed::Grounded,
        }
    }
}

/// What one layer does otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerLayoutSettings {
    /// Name of the layer in the network.
    pub name: String,
    /// As in `[layout]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<LayoutChoice>,
    /// As in `[layout]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<bool>,
    /// As `bias` of the whole evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<Bias>,
    /// The parallel layout: arrays over which the kernels of each group are spread. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<usize>,
}

/// The layout of one layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedLayer {
    /// Without a bias row.
    pub layout: LayerLayout,
    /// Whether tiles without a weight exist.
    pub full: bool,
    /// Where its bias goes.
    pub bias: Bias,
    /// The set of arrays that work at the same time, if it belongs to one.
    pub concurrent: Option<usize>,
}

/// The layouts of these layers.
pub(super) fn plan(
    layers: &[WeightLayer],
    settings: &EvaluationSettings,
) -> Result<Vec<PlannedLayer>, EvaluationError> {
    let fail = |reason: String| EvaluationError::Value { reason };
    let find = |name: &String, place: &str| {
        let found = layers.iter().position(|layer| layer.name == *name);
        found.ok_or_else(|| {
            let known: Vec<_> = layers.iter().map(|layer| layer.name.as_str()).collect();
            fail(format!(
                "{place}: the network has no layer \"{name}\"; it has {}",
                known.join(", ")
            ))
        })
    };
    let mut own: Vec<Option<&LayerLayoutSettings>> = vec![None; layers.len()];
    for layer in &settings.layer {
        let index = find(&layer.name, "[[layer]]")?;
        if own[index].replace(layer).is_some() {
            let reason = format!("[[layer]] \"{}\" is there twice", layer.name);
            return Err(fail(reason));
        }
    }
    let general = &settings.layout;
    let mut concurrent = vec![None; layers.len()];
    for (set, names) in general.concurrent.iter().enumerate() {
        for name in names {
            if concurrent[find(name, "concurrent")?].replace(set).is_some() {
                let reason = format!("concurrent: layer \"{name}\" is there twice");
                return Err(fail(reason));
            }
        }
    }
    let of_layer = |(index, layer): (usize, &WeightLayer)| {
        let own = own[index];
        let choice = own.and_then(|own| own.scheme).unwrap_or(general.scheme);
        let splits = own.and_then(|own| own.splits).unwrap_or(1);
        let full = own.and_then(|own| own.full).unwrap_or(general.full);
        let shape = shape_of(layer);
        let layout = LayerLayout::new(shape, choice.scheme(&shape))
            .and_then(|layout| layout.split(splits))
            .map_err(|source| EvaluationError::Layout {
                layer: layer.name.clone(),
                source: Box::new(source),
            })?;
        let full = full && layout.scheme() == Scheme::Staggered;
        // What tiles hold as pairs of columns.
        let pairs = 2 * general.signed.outputs(settings.tile.columns);
        let counted = if full { layout } else { layout.banded() };
        let tiles = TileSize::new(settings.tile.rows, pairs).map(|tile| counted.tiles(tile));
        if tiles.is_ok_and(|tiles| tiles > MOST_TILES) {
            return Err(fail(format!(
                "layer {}: the {} layout takes more than {MOST_TILES} tiles",
                layer.name,
                layout.scheme().name()
            )));
        }
        Ok(PlannedLayer {
            layout,
            full,
            bias: own.and_then(|own| own.bias).unwrap_or(settings.bias),
            concurrent: concurrent[index]
                .or((splits > 1).then_some(general.concurrent.len() + index)),
        })
    };
    layers.iter().enumerate().map(of_layer).collect()
}

impl EvaluationSettings {
    /// Whether a layer may have its bias as a row of its crossbar.
    pub(super) fn has_bias_rows(&self) -> bool {
        let own = self.layer.iter().filter_map(|layer| layer.bias);
        own.chain([self.bias]).any(|bias| bias == Bias::Row)
    }

    /// Checks what is wrong with a layout in any network.
    pub(super) fn check_layout(&self) -> Result<(), EvaluationError> {
        let fail = |reason: String| EvaluationError::Value { reason };
        let offset = self.offsetting != ohmloom_layouts::offsetting::OffsettingMethod::None;
        let layout = &self.layout;
        layout
            .signed
            .check(self.cell.is_some(), offset)
            .and_then(|()| layout.bit_slices.map_or(Ok(()), BitSlices::validate))
            .map_err(|error| fail(format!("[layout] {error}")))?;
        self.arrangement
            .check(layout.signed, self.tile.columns)
            .map_err(|error| fail(format!("[arrangement] {error}")))?;
        for layer in &self.layer {
            if layer.splits == Some(0) {
                let reason = format!("[[layer]] \"{}\": splits = 0 is no array", layer.name);
                return Err(fail(reason));
            }
        }
        if layout.packing == Packing::None && !layout.concurrent.is_empty() {
            let reason = "[layout] concurrent: without packing no layers share a tile".into();
            return Err(fail(reason));
        }
        Ok(())
    }
}
