//! The layout of each layer with the least of something.

use std::slice;

use serde::{Deserialize, Serialize};

use super::settings::{LayerSettings, LayoutChoice, MappingSettings, Packing};
use super::{Mapping, MappingError, MappingReport};
use crate::layer::{LayerKind, WeightLayer};

/// What a search for layouts makes small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// Tiles.
    Tiles,
    /// Area of all components.
    Area,
    /// Energy of an inference.
    Energy,
    /// Time of an inference.
    Latency,
}

impl Objective {
    fn of(self, report: &MappingReport) -> f64 {
        let total = &report.total;
        match self {
            Self::Tiles => total.tiles as f64,
            Self::Area => total.cost.area_m2,
            Self::Energy => total.cost.energy_j,
            Self::Latency => total.cost.latency_s,
        }
    }
}

impl MappingSettings {
    /// The same with a `[[layer]]` entry for each convolution that says dense or staggered (with the tiles of its band only), whichever makes the objective
    /// smaller for the layer alone, on tiles of its own; dense where both are the same. A layer whose staggered layout takes too many tiles is dense.
    ///
    /// # Errors
    /// As [`Mapping::new`] and [`Mapping::report`], for the dense layouts.
    pub fn search(
        &self,
        layers: &[WeightLayer],
        objective: Objective,
    ) -> Result<Self, MappingError> {
        // Wrong names are told before anything is searched.
        Mapping::new(layers, self)?;
        let mut chosen = Vec::new();
        for layer in layers {
            let own = self.layer.iter().find(|own| own.name == layer.name);
            let entry = LayerSettings {
                name: layer.name.clone(),
                scheme: None,
                banded: None,
                bias: own.and_then(|own| own.bias),
                arrays: own.and_then(|own| own.arrays),
            };
            if !matches!(layer.kind, LayerKind::Conv(_)) {
                chosen.extend(own.cloned());
                continue;
            }
            let with = |scheme, banded| LayerSettings {
                scheme: Some(scheme),
                banded,
                ..entry.clone()
            };
            let dense = with(LayoutChoice::Dense, None);
            let staggered = with(LayoutChoice::Staggered, Some(true));
            let alone = |own: &LayerSettings| {
                let settings = Self {
                    layer: vec![own.clone()],
                    packing: Packing::None,
                    concurrent: Vec::new(),
                    ..self.clone()
                };
                let report =
                    Mapping::new(slice::from_ref(layer), &settings)?.report(&layer.name)?;
                Ok::<f64, MappingError>(objective.of(&report))
            };
            let least = alone(&dense)?;
            let is_better = match alone(&staggered) {
                Ok(value) => value < least,
                Err(MappingError::Layer { .. }) => false,
                Err(error) => return Err(error),
            };
            chosen.push(if is_better { staggered } else { dense });
        }
        Ok(Self {
            layer: chosen,
            ..self.clone()
        })
    }
}
