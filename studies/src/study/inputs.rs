//! The network and the data of a study, with their checksums.

use std::path::Path;
use std::sync::Arc;

use ohmloom_networks::evaluation::{EvaluationData, References};
use ohmloom_networks::{DataSource, Dataset, Network, Preprocessing};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::description::CaseDescription;
use super::error::StudyError;
use super::plan::Study;
use super::sections::Section;
use crate::demo::{self, NETWORK_JSON, NETWORK_ONNX};

/// A file that a study reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its name, without the folder.
    pub name: String,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// Everything that evaluations need beside their settings.
pub(super) struct Inputs {
    cases: Vec<CaseInputs>,
    /// The test sets of the sections, in their order.
    tests: Vec<Arc<Dataset>>,
    pub files: Vec<InputFile>,
}

/// The same for one network.
struct CaseInputs {
    network: Network,
    test: Dataset,
    calibration: Option<Dataset>,
    preprocessing: Preprocessing,
    files: Vec<InputFile>,
}

impl Inputs {
    /// `out` takes the built-in network's files.
    pub(super) fn load(study: &Study, out: &Path) -> Result<Self, StudyError> {
        let mut cases = Vec::with_capacity(study.cases.len());
        for case in &study.cases {
            let inputs = CaseInputs::load(study, case, out)?;
            inputs.check_labels()?;
            cases.push(inputs);
        }
        let mut files: Vec<InputFile> = Vec::new();
        let named = study.named_files()?;
        let named = named.iter().map(|path| checked(path));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        for file in cases.iter().flat_map(|case| &case.files).chain(&named) {
            // Several networks may have the same data.
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        let mut tests: Vec<Arc<Dataset>> = Vec::new();
        for (number, section) in study.sections.iter().enumerate() {
            let same =
                |other: &Section| (other.network, other.limit) == (section.network, section.limit);
            let before = study.sections[..number].iter().position(same);
            let test = if let Some(before) = before {
                Arc::clone(&tests[before])
            } else {
                let test = cases[section.network].test.clone();
                Arc::new(match section.limit {
                    Some(limit) => test.truncated(limit),
                    None => test,
                })
            };
            tests.push(test);
        }
        Ok(Self {
            cases,
            tests,
            files,
        })
    }

    /// What evaluations are compared with, for each section; sections of the same network and images have the same.
    pub(super) fn references<'i>(&'i self, study: &Study) -> Vec<Arc<References<'i>>> {
        let mut references: Vec<Arc<References<'i>>> = Vec::new();
        for (number, section) in study.sections.iter().enumerate() {
            let test = &self.tests[number];
            let before = self.tests[..number]
                .iter()
                .position(|other| Arc::ptr_eq(other, test));
            let own = if let Some(before) = before {
                Arc::clone(&references[before])
            } else {
                let case = &self.cases[section.network];
                let data = EvaluationData {
                    test,
                    calibration: case.calibration.as_ref(),
                    preprocessing: &case.preprocessing,
                };
                Arc::new(References::new(&case.network, data))
            };
            references.push(own);
        }
        references
    }
}

impl CaseInputs {
    fn load(study: &Study, case: &CaseDescription, out: &Path) -> Result<Self, StudyError> {
        match (&study.folder, &case.network, &case.data) {
            (Some(folder), Some(network), Some(data)) => Self::named(case, folder, network, data),
            _ => Self::built_in(out),
        }
    }

    fn check_labels(&self) -> Result<(), StudyError> {
        let classes = self.network.classes();
        let labels = self.test.labels();
        match labels.iter().position(|&label| label >= classes) {
            None => Ok(()),
            Some(sample) => Err(StudyError::Inputs(format!(
                "{}: label {} of sample {sample}: labels must lie below the network's {classes} outputs",
                self.network.path().display(),
                labels[sample]
            ))),
        }
    }

    fn named(
        case: &CaseDescription,
        folder: &Path,
        network: &Path,
        data: &str,
    ) -> Result<Self, StudyError> {
        let path = folder.join(network);
        let preprocessing = match &case.preprocessing {
            Some(given) => given.clone(),
            None => Preprocessing::beside(&path)?.ok_or_else(|| {
                StudyError::Inputs(format!(
                    "{}: no JSON file beside it says how raw values become inputs; give `preprocessing`",
                    path.display()
                ))
            })?,
        };
        let source = data.parse::<DataSource>()?.within(folder);
        let test = source.load()?;
        let calibration = match &case.calibration {
            Some(source) => Some(source.parse::<DataSource>()?.within(folder).load()?),
            None => source.load_training()?,
        };
        let mut files = vec![path.clone()];
        if case.preprocessing.is_none() {
            files.push(path.with_extension("json"));
        }
        files.extend_from_slice(test.files());
        files.extend(calibration.iter().flat_map(|data| data.files().to_vec()));
        Ok(Self {
            network: Network::load(&path)?,
            test,
            calibration,
            preprocessing,
            files: files
                .iter()
                .map(|path| checked(path))
                .collect::<Result<_, _>>()?,
        })
    }

    fn built_in(out: &Path) -> Result<Self, StudyError> {
        let folder = out.join("network");
        std::fs::create_dir_all(&folder).map_err(StudyError::file(&folder))?;
        let path = folder.join("glyphs_cnn.onnx");
        for (path, bytes) in [
            (&path, NETWORK_ONNX),
            (&path.with_extension("json"), NETWORK_JSON.as_bytes()),
        ] {
            std::fs::write(path, bytes).map_err(StudyError::file(path))?;
        }
        let (test, calibration) = demo::images()?;
        let file = |name: &str, bytes: &[u8]| InputFile {
            name: name.to_owned(),
            sha256: sha256(bytes),
        };
        Ok(Self {
            network: Network::load(&path)?,
            preprocessing: Preprocessing::beside(&path)?.unwrap_or_default(),
            files: vec![
                file("built-in glyphs_cnn.onnx", NETWORK_ONNX),
                file("built-in glyphs_cnn.json", NETWORK_JSON.as_bytes()),
                file("built-in test images", &bytes(&test)),
                file("built-in calibration images", &bytes(&calibration)),
            ],
            test,
            calibration: Some(calibration),
        })
    }
}

/// Pixels and labels of the built-in images.
fn bytes(data: &Dataset) -> Vec<u8> {
    let pixels = data.samples().values(0..data.samples().len());
    let pixels = pixels.into_iter().map(|pixel| pixel as u8);
    pixels
        .chain(data.labels().iter().map(|&label| label as u8))
        .collect()
}

fn checked(path: &Path) -> Result<InputFile, StudyError> {
    let bytes = std::fs::read(path).map_err(StudyError::file(path))?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(InputFile {
        name: name.to_string_lossy().into_owned(),
        sha256: sha256(&bytes),
    })
}

/// SHA-256 (FIPS 180-4) in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_that_of_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::sha256(b"abc"), abc);
    }
}
