//! Studies that come with the program.

/// A study that needs no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its study file.
    pub text: &'static str,
}

/// All presets.
pub const PRESETS: [Preset; 3] = [
    Preset {
        name: "adc-ranges",
        text: include_str!("../../presets/adc-ranges.toml"),
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
