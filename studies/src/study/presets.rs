//! Studies and hardware that come with the program.

use std::path::Path;

use ohmloom_networks::evaluation::HardwareSettings;
use ohmloom_networks::mapping::{MappingError, MappingSettings};

/// A study or a hardware that needs no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// All studies.
pub const PRESETS: [Preset; 5] = [
    Preset {
        name: "adc-ranges",
        text: include_str!("../../presets/adc-ranges.toml"),
    },
    Preset {
        name: "dense-sparse-dse",
        text: include_str!("../../presets/dense-sparse-dse.toml"),
    },
    Preset {
        name: "seizure-offsetting",
        text: include_str!("../../presets/seizure-offsetting.toml"),
    },
    Preset {
        name: "variation-aware-binary",
        text: include_str!("../../presets/variation-aware-binary.toml"),
    },
    Preset {
        name: "wires-and-bits",
        text: include_str!("../../presets/wires-and-bits.toml"),
    },
];

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    PRESETS.into_iter().find(|preset| preset.name == name)
}

/// All hardware, as `ohmloom map` takes it.
pub const HARDWARE: [Preset; 3] = [
    Preset {
        name: "column-adc",
        text: include_str!("../../presets/column-adc.toml"),
    },
    Preset {
        name: "seizure-parallel",
        text: include_str!("../../presets/seizure-parallel.toml"),
    },
    Preset {
        name: "seizure-tdm",
        text: include_str!("../../presets/seizure-tdm.toml"),
    },
];

/// The hardware of this name, or in a file in `folder` whose name ends in `.toml`. Tile, read voltage, bits and layouts that it says do not
/// count: an evaluation has its own.
///
/// # Errors
/// Neither a preset nor a file of this name; a file that no mapping could use.
pub fn hardware(name: &str, folder: &Path) -> Result<HardwareSettings, MappingError> {
    if let Some(preset) = HARDWARE.iter().find(|preset| preset.name == name) {
        return Ok(MappingSettings::parse(preset.text)?.into());
    }
    let is_file = Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    if !is_file {
        return Err(MappingError::Value {
            reason: format!(
                "hardware = \"{name}\": neither a file (.toml) nor one of {}",
                HARDWARE.map(|preset| preset.name).join(", ")
            ),
        });
    }
    Ok(MappingSettings::load(folder.join(name))?.into())
}
