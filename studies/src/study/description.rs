//! The study file.

use std::path::PathBuf;

use ohmloom_networks::Preprocessing;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::claim::Claim;

/// A study as its TOML file says it. Unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyDescription {
    /// Above the report.
    pub title: String,
    /// What the study asks, for the report.
    #[serde(default)]
    pub description: String,
    /// The network, an ONNX file. Without one the built-in network runs on the built-in images.
    pub network: Option<PathBuf>,
    /// What to classify, as `ohmloom eval --data` takes it.
    pub data: Option<String>,
    /// What calibrates the converters; default: the training set beside the data, else the data.
    pub calibration: Option<String>,
    /// How raw values become inputs; default: the JSON file beside the network.
    pub preprocessing: Option<Preprocessing>,
    /// Use only the first so many images.
    pub limit: Option<usize>,
    /// First seed of each point; default: that of the configuration, which has 1.
    pub seed: Option<u64>,
    /// Seeds of each point, one after another. Default 1.
    #[serde(default = "one")]
    pub repeats: usize,
    /// What all points have in common.
    #[serde(default)]
    pub config: BaseConfiguration,
    /// How the points are chosen from the values of the keys.
    #[serde(default)]
    pub design: Design,
    /// Points of a random or Latin-hypercube design.
    pub points: Option<usize>,
    /// Keys of the configuration with their values.
    #[serde(default)]
    pub sweep: Table,
    /// Networks that all sweeps run on, one after another.
    #[serde(default, rename = "case")]
    pub cases: Vec<CaseDescription>,
    /// Several sweeps, in the place of the study's own.
    #[serde(default, rename = "part")]
    pub parts: Vec<PartDescription>,
    /// What the report compares the results with.
    #[serde(default, rename = "claim")]
    pub claims: Vec<Claim>,
}

/// One of several networks; what it leaves out, the study says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseDescription {
    /// Its name in the column `case`.
    pub name: String,
    /// As in [`StudyDescription`].
    pub network: Option<PathBuf>,
    /// As in [`StudyDescription`].
    pub data: Option<String>,
    /// As in [`StudyDescription`].
    pub calibration: Option<String>,
    /// As in [`StudyDescription`].
    pub preprocessing: Option<Preprocessing>,
    /// As in [`StudyDescription`].
    pub limit: Option<usize>,
    /// What it has otherwise than the study's configuration.
    #[serde(default)]
    pub config: Table,
}

/// One of several sweeps; what it leaves out, the study says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartDescription {
    /// Its name in the column `part`.
    pub name: String,
    /// What it asks, for the report.
    #[serde(default)]
    pub description: String,
    /// Names of the cases that it runs on, `"built-in"` for the built-in network in the place of all; default: all.
    pub cases: Option<Vec<String>>,
    /// As in [`StudyDescription`].
    pub limit: Option<usize>,
    /// As in [`StudyDescription`].
    pub seed: Option<u64>,
    /// As in [`StudyDescription`].
    pub repeats: Option<usize>,
    /// What it has otherwise than the study's and the case's configuration.
    #[serde(default)]
    pub config: Table,
    /// As in [`StudyDescription`].
    #[serde(default)]
    pub design: Design,
    /// As in [`StudyDescription`].
    pub points: Option<usize>,
    /// As in [`StudyDescription`].
    #[serde(default)]
    pub sweep: Table,
}

fn one() -> usize {
    1
}

/// The configuration that points start from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum BaseConfiguration {
    /// A file as `ohmloom eval --config` takes it, beside the study file.
    File(PathBuf),
    /// The same keys in the study file.
    Table(Table),
}

impl Default for BaseConfiguration {
    fn default() -> Self {
        Self::Table(Table::new())
    }
}

/// How points are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Every value of each key with every value of all others.
    #[default]
    Grid,
    /// The first values of all keys, then the second ones, and so on.
    List,
    /// Each key drawn for itself.
    Random,
    /// Each key drawn so that each of as many equal parts of its range as there are points has one point (M. D. `McKay`, R. J. Beckman,
    /// W. J. Conover, Technometrics 21, 239, 1979).
    LatinHypercube,
}
