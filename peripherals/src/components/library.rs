//! Libraries of parts.

use serde::{Deserialize, Serialize};

/// The libraries that are built in: name and text.
const BUILTIN: [(&str, &str); 2] = [
    (
        "tbiocas2022-22nm",
        include_str!("../../components/tbiocas2022-22nm.toml"),
    ),
    (
        "adc-survey-2025",
        include_str!("../../components/adc-survey-2025.toml"),
    ),
];

/// What can go wrong with a library.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// Not TOML, or an unknown key, or a wrong type.
    #[error("component library:\n{0}")]
    Syntax(String),
    /// No library of that name is built in.
    #[error("no component library \"{name}\" is built in; there are {known}")]
    UnknownLibrary {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The library has no such part.
    #[error("the component library \"{library}\" has no part \"{part}\"; it has {known}")]
    UnknownPart {
        /// Name of the library.
        library: String,
        /// The name asked for.
        part: String,
        /// The names there are.
        known: String,
    },
    /// A part that makes no sense, or that does not say what is needed.
    #[error("part \"{part}\": {reason}")]
    BadPart {
        /// Name of the part.
        part: String,
        /// What is wrong.
        reason: String,
    },
    /// A scaling that makes no sense.
    #[error("scaling: {reason}")]
    BadScaling {
        /// What is wrong.
        reason: String,
    },
}

/// One component. What a source does not state is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name by which configurations ask for it.
    pub name: String,
    /// What it is, where the name does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the figures are from; by default the library's source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Feature size, m; by default the library's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technology_m: Option<f64>,
    /// Area of one unit, m^2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<f64>,
    /// Power of one unit, W. A part has this or one of the two energies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
    /// Energy of one operation, J.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_j: Option<f64>,
    /// Energy of one conversion step, J: a conversion of `b` bits takes `2^b` (Walden's figure of merit).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_per_step_j: Option<f64>,
    /// Time that one operation (where the description says so, one bit of it) takes, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_s: Option<f64>,
}

impl Part {
    fn bad(&self, reason: impl Into<String>) -> ComponentError {
        ComponentError::BadPart {
            part: self.name.clone(),
            reason: reason.into(),
        }
    }

    /// Checks that values are finite and not negative, and that at most one of power and the energies is given.
    ///
    /// # Errors
    /// The first key that is wrong.
    pub fn validate(&self) -> Result<(), ComponentError> {
        for (key, value) in [
            ("technology_m", self.technology_m),
            ("area_m2", self.area_m2),
            ("power_w", self.power_w),
            ("energy_j", self.energy_j),
            ("energy_per_step_j", self.energy_per_step_j),
            ("latency_s", self.latency_s),
        ] {
            if let Some(value) = value.filter(|value| !(*value >= 0.0 && value.is_finite())) {
                return Err(self.bad(format!("{key} = {value} must be finite and >= 0")));
            }
        }
        if self.technology_m == Some(0.0) {
            return Err(self.bad("technology_m = 0 must be > 0"));
        }
        let given = [self.power_w, self.energy_j, self.energy_per_step_j];
        if given.iter().flatten().count() > 1 {
            return Err(
                self.bad("only one of power_w, energy_j and energy_per_step_j can be given")
            );
        }
        Ok(())
    }

    /// Area of one unit, m^2.
    ///
    /// # Errors
    /// The part does not state it.
    pub fn area(&self) -> Result<f64, ComponentError> {
        self.area_m2.ok_or_else(|| self.bad("has no area_m2"))
    }

    /// Time of one operation, s.
    ///
    /// # Errors
    /// The part does not state it.
    pub fn latency(&self) -> Result<f64, ComponentError> {
        self.latency_s.ok_or_else(|| self.bad("has no latency_s"))
    }

    /// Energy of one operation of this many bits, J; `None` for a part that draws a constant power.
    pub fn operation_energy(&self, bits: u32) -> Option<f64> {
        self.energy_j.or_else(|| {
            self.energy_per_step_j
                .map(|step| step * 2.0_f64.powf(bits.into()))
        })
    }
}

/// A list of parts.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentLibrary {
    name: String,
    source: String,
    parts: Vec<Part>,
}

/// A library as written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LibraryText {
    library: Header,
    part: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    source: String,
    technology_m: Option<f64>,
}

impl ComponentLibrary {
    /// Reads a library from the text of a TOML file.
    ///
    /// # Errors
    /// Text that is not such a file; a part that makes no sense, or two of one name.
    pub fn parse(text: &str) -> Result<Self, ComponentError> {
        let file: LibraryText =
            toml::from_str(text).map_err(|error| ComponentError::Syntax(error.to_string()))?;
        let mut parts = file.part;
        for part in &mut parts {
            part.technology_m = part.technology_m.or(file.library.technology_m);
            part.source
                .get_or_insert_with(|| file.library.source.clone());
            part.validate()?;
        }
        for (index, part) in parts.iter().enumerate() {
            if parts[..index].iter().any(|other| other.name == part.name) {
                return Err(part.bad("is there twice"));
            }
        }
        Ok(Self {
            name: file.library.name,
            source: file.library.source,
            parts,
        })
    }

    /// A built-in library: `tbiocas2022-22nm` or `adc-survey-2025`.
    ///
    /// # Errors
    /// Another name.
    pub fn builtin(name: &str) -> Result<Self, ComponentError> {
        match BUILTIN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(text),
            None => Err(ComponentError::UnknownLibrary {
                name: name.into(),
                known: BUILTIN.map(|(name, _)| name).join(", "),
            }),
        }
    }

    /// Name of the library.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its figures are from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The part of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn part(&self, name: &str) -> Result<&Part, ComponentError> {
        let names = || {
            let names: Vec<_> = self.parts.iter().map(|part| part.name.as_str()).collect();
            names.join(", ")
        };
        self.parts
            .iter()
            .find(|part| part.name == name)
            .ok_or_else(|| ComponentError::UnknownPart {
                library: self.name.clone(),
                part: name.into(),
                known: names(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_libraries_are_sound_and_cite_their_source() {
        for (name, _) in BUILTIN {
            let library = ComponentLibrary::builtin(name).unwrap();
            assert_eq!(library.name(), name);
            assert!(library.parts().len() > 10 && library.source().len() > 20);
            for part in library.parts() {
                assert!(part.source.is_some());
                assert!(
                    part.power_w.is_some() || part.operation_energy(6).is_some(),
                    "{}",
                    part.name
                );
            }
        }
    }

    #[test]
    fn a_figure_of_merit_is_for_each_code() {
        let library = ComponentLibrary::builtin("adc-survey-2025").unwrap();
        let energy = library
            .part("sar-fom-p50")
            .unwrap()
            .operation_energy(6)
            .unwrap();
        assert!((energy / (64.0 * 30.5e-15) - 1.0).abs() < 1e-12);
        assert_eq!(
            library.part("sar-4-8b-p50").unwrap().operation_energy(6),
            Some(5.4e-12)
        );
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| ComponentLibrary::parse(text).unwrap_err().to_string();
        let with = |part: &str| {
            message(&format!(
                "[library]\nname = 'x'\nsource = 'y'\n[[part]]\nname = 'p'\n{part}"
            ))
        };
        assert!(with("aera_m2 = 1").contains("unknown field `aera_m2`"));
        assert!(with("area_m2 = -1").contains("part \"p\": area_m2 = -1"));
        assert!(with("latency_s = nan").contains("latency_s"));
        assert!(with("power_w = 1\nenergy_j = 1").contains("only one"));
        assert!(with("[[part]]\nname = 'p'").contains("twice"));
        assert!(message("[library]").contains("name"));
        let library = ComponentLibrary::builtin("adc-survey-2025").unwrap();
        let missing = library.part("tia").unwrap_err().to_string();
        assert!(
            missing.contains("\"tia\"") && missing.contains("sar-fom-p50"),
            "{missing}"
        );
        let no_area = library
            .part("sar-4-8b-p90")
            .unwrap()
            .area()
            .unwrap_err()
            .to_string();
        assert!(no_area.contains("sar-4-8b-p90") && no_area.contains("area_m2"));
        let unknown = ComponentLibrary::builtin("none").unwrap_err().to_string();
        assert!(unknown.contains("tbiocas2022-22nm"), "{unknown}");
    }
}
