//! What the hardware of an evaluation costs.
//!
//! Tile, wires, read voltage, resolutions and layout are those of the evaluation; [`HardwareSettings`] says what a mapping
//! ([`crate::mapping`]) needs beyond them.

use std::path::{Path, PathBuf};

use ohmloom_layouts::SignedScheme;
use ohmloom_peripherals::Resolution;
use ohmloom_peripherals::components::Scaling;
use serde::{Deserialize, Serialize};

use super::EvaluationError;
use super::layout::LayerLayoutSettings;
use super::settings::{Bias, EvaluationSettings};
use crate::mapping::{
    BiasPlace, ComponentSettings, CrossbarSettings, EnergyRule, LayerSettings, LayoutSettings,
    Mapping, MappingReport, MappingSettings, Packing,
};
use crate::network::Network;

/// The table `[hardware]` of an evaluation: the keys of a mapping's configuration that the evaluation does not have itself. In a TOML file every
/// key is optional; unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HardwareSettings {
    /// As [`MappingSettings::energy`].
    pub energy: EnergyRule,
    /// As [`MappingSettings::packing`]; where the evaluation itself packs, its packing and `concurrent` count.
    pub packing: Packing,
    /// As [`MappingSettings::concurrent`].
    pub concurrent: Vec<Vec<String>>,
    /// As [`MappingSettings::library`].
    pub library: Option<String>,
    /// As [`MappingSettings::scaling`].
    pub scaling: Option<Scaling>,
    /// As [`MappingSettings::crossbar`].
    pub crossbar: CrossbarSettings,
    /// As [`MappingSettings::component`].
    pub component: Vec<ComponentSettings>,
    /// Folder that the library's file name starts from.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Default for HardwareSettings {
    fn default() -> Self {
        MappingSettings::default().into()
    }
}

/// Leaves out what an evaluation says itself: tile, read voltage, bits and layouts.
impl From<MappingSettings> for HardwareSettings {
    fn from(settings: MappingSettings) -> Self {
        let MappingSettings {
            energy,
            packing,
            concurrent,
            library,
            scaling,
            crossbar,
            component,
            folder,
            ..
        } = settings;
        Self {
            energy,
            packing,
            concurrent,
            library,
            scaling,
            crossbar,
            component,
            folder,
        }
    }
}

impl HardwareSettings {
    /// Makes the library's file name start from this folder.
    pub fn resolve_files(&mut self, folder: &Path) {
        folder.clone_into(&mut self.folder);
    }

    /// The file of the component library, if that is a file.
    pub fn library_file(&self) -> Option<PathBuf> {
        let name = Path::new(self.library.as_ref()?);
        let is_file = name
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("toml"));
        is_file.then(|| self.folder.join(name))
    }
}

impl EvaluationSettings {
    /// The mapping whose cost the evaluation reports; `None` without `[hardware]`.
    ///
    /// # Errors
    /// Ideal converters, which no component stands for; a value that a mapping cannot have.
    pub fn mapping(&self) -> Result<Option<MappingSettings>, EvaluationError> {
        let Some(hardware) = &self.hardware else {
            return Ok(None);
        };
        let bits = |table: &str, resolution: Resolution| match resolution {
            Resolution::Bits(bits) => Ok(bits),
            Resolution::Ideal => Err(EvaluationError::Value {
                reason: format!(
                    "[hardware] needs converters with a number of bits: [{table}] bits = \"ideal\" has no cost"
                ),
            }),
        };
        if self.arrangement.spare_outputs > 0 {
            let reason = "[hardware] does not know the cost of spare outputs: leave out [arrangement] spare_outputs".into();
            return Err(EvaluationError::Value { reason });
        }
        if self.layout.signed != SignedScheme::Columns || self.layout.bit_slices.is_some() {
            let reason = "[hardware] knows the cost of pairs of neighbouring columns only: leave out [layout] signed and bit_slices".into();
            return Err(EvaluationError::Value { reason });
        }
        let place = |bias: Bias| match bias {
            Bias::Digital => BiasPlace::Digital,
            Bias::Row => BiasPlace::Row,
        };
        let own = |layer: &LayerLayoutSettings| LayerSettings {
            name: layer.name.clone(),
            scheme: layer.scheme,
            banded: layer.full.map(|full| !full),
            bias: layer.bias.map(place),
            arrays: layer.splits,
        };
        let hardware = hardware.clone();
        // Tiles that the evaluation shares are shared here too.
        let (packing, concurrent) = match self.layout.packing {
            Packing::None => (hardware.packing, hardware.concurrent),
            packing => (packing, self.layout.concurrent.clone()),
        };
        let settings = MappingSettings {
            read_voltage: self.read_voltage,
            input_bits: bits("dac", self.dac.bits)?,
            output_bits: bits("adc", self.adc.bits)?,
            tile: self.tile.clone(),
            layout: LayoutSettings {
                scheme: self.layout.scheme,
                banded: !self.layout.full,
                bias: place(self.bias),
            },
            layer: self.layer.iter().map(own).collect(),
            energy: hardware.energy,
            packing,
            concurrent,
            library: hardware.library,
            scaling: hardware.scaling,
            crossbar: hardware.crossbar,
            component: hardware.component,
            folder: hardware.folder,
        };
        settings.validate().map_err(in_hardware)?;
        Ok(Some(settings))
    }
}

/// The cost of a network's hardware.
pub(super) fn cost(
    network: &Network,
    settings: &MappingSettings,
) -> Result<MappingReport, EvaluationError> {
    let name = network.path().display().to_string();
    Mapping::new(network.layers(), settings)
        .and_then(|mapping| mapping.report(&name))
        .map_err(in_hardware)
}

fn in_hardware(error: impl std::fmt::Display) -> EvaluationError {
    EvaluationError::Value {
        reason: format!("[hardware] {error}"),
    }
}
