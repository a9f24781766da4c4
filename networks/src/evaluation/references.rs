//! What evaluations of one network on the same data have in common.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ohmloom_layouts::ArrangementSettings;
use ohmloom_layouts::offsetting::{InputMoments, OffsettingMethod};

use super::correction::Correction;
use super::hardware;
use super::{
    AnalogNetwork, BATCH, EvaluationData, EvaluationError, EvaluationReport, EvaluationSettings,
    Progress, SolvedCells, run,
};
use crate::inference::{Inference, Logits};
use crate::mapping::{MappingReport, MappingSettings};
use crate::network::Network;

/// What evaluations of one network on the same data are compared with, each computed once: the digital reference, the network on tiles that are as
/// programmed, and the cost of hardware. Evaluations through it give the same figures as [`AnalogNetwork::evaluate`].
///
/// It may be used from several threads. What two of them need at the same moment for the first time, both compute.
pub struct References<'a> {
    network: &'a Network,
    data: EvaluationData<'a>,
    digital: Mutex<Option<Arc<Logits>>>,
    /// Of tiles as programmed, by their settings.
    programmed: Mutex<Vec<(EvaluationSettings, Arc<Logits>)>>,
    /// The last such tiles themselves: those of all settings would take much memory.
    tiles: Mutex<Option<ProgrammedTiles<'a>>>,
    costs: Mutex<Vec<(MappingSettings, Arc<MappingReport>)>>,
}

/// Tiles as programmed.
#[derive(Clone)]
struct ProgrammedTiles<'a> {
    network: Arc<AnalogNetwork<'a>>,
    /// Statistics of the layers' inputs, with the number of calibration images.
    moments: Option<(usize, Arc<Vec<InputMoments>>)>,
}

/// Locks, also if another thread panicked meanwhile: what is behind these locks is valid at all times.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value for a key, if there is one.
fn found<K: PartialEq, V>(known: &Mutex<Vec<(K, Arc<V>)>>, key: &K) -> Option<Arc<V>> {
    let known = lock(known);
    let entry = known.iter().find(|(other, _)| other == key);
    entry.map(|(_, value)| Arc::clone(value))
}

impl<'a> References<'a> {
    /// Nothing is computed yet.
    pub fn new(network: &'a Network, data: EvaluationData<'a>) -> Self {
        Self {
            network,
            data,
            digital: Mutex::default(),
            programmed: Mutex::default(),
            tiles: Mutex::default(),
            costs: Mutex::default(),
        }
    }

    /// As [`AnalogNetwork::for_data`].
    ///
    /// # Errors
    /// As [`AnalogNetwork::for_data`].
    pub fn analog(
        &self,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<AnalogNetwork<'a>, EvaluationError> {
        settings.validate()?;
        let moments = if settings.offsetting.needs_moments() {
            Some(self.moments(settings, progress)?)
        } else {
            None
        };
        let moments = moments.as_ref().map_or(&[][..], |moments| moments);
        AnalogNetwork::program(self.network, settings, None, moments, progress)
    }

    /// As [`AnalogNetwork::evaluate`].
    ///
    /// # Errors
    /// As [`AnalogNetwork::evaluate`].
    pub fn evaluate(
        &self,
        analog: &AnalogNetwork<'_>,
        verify: usize,
        progress: &dyn Progress,
    ) -> Result<EvaluationReport, EvaluationError> {
        analog.evaluate_beside(self, verify, progress)
    }

    pub(super) fn data(&self) -> EvaluationData<'a> {
        self.data
    }

    /// Makes known what has been solved already.
    pub(super) fn keep(&self, network: Arc<AnalogNetwork<'a>>) {
        *lock(&self.tiles) = Some(ProgrammedTiles {
            network,
            moments: None,
        });
    }

    /// Outputs of the digital network.
    pub(super) fn digital(&self, progress: &dyn Progress) -> Result<Arc<Logits>, EvaluationError> {
        if let Some(logits) = &*lock(&self.digital) {
            return Ok(Arc::clone(logits));
        }
        let EvaluationData {
            test,
            preprocessing,
            ..
        } = self.data;
        let inference = Inference::digital(self.network, test.len(), BATCH)?;
        let logits = run(
            &inference,
            test,
            preprocessing,
            "digital reference",
            progress,
        )?;
        let logits = Arc::new(logits);
        *lock(&self.digital) = Some(Arc::clone(&logits));
        Ok(logits)
    }

    /// Outputs on tiles that are as programmed, behind converters that are calibrated on those.
    pub(super) fn programmed(
        &self,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<Arc<Logits>, EvaluationError> {
        let settings = as_programmed(settings);
        if let Some(logits) = found(&self.programmed, &settings) {
            return Ok(logits);
        }
        let network = self.tiles(&settings, progress)?.network;
        let calibration = network.calibrate(self, progress)?;
        let (logits, _) =
            network.classify(self.data, &calibration, SolvedCells::Linear, progress)?;
        let logits = Arc::new(logits);
        lock(&self.programmed).push((settings, Arc::clone(&logits)));
        Ok(logits)
    }

    /// The tiles as programmed themselves.
    pub(super) fn programmed_tiles(
        &self,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<Arc<AnalogNetwork<'a>>, EvaluationError> {
        Ok(self.tiles(&as_programmed(settings), progress)?.network)
    }

    /// The cost of the hardware, if the settings ask for it.
    pub(super) fn cost(
        &self,
        settings: &EvaluationSettings,
    ) -> Result<Option<MappingReport>, EvaluationError> {
        let Some(settings) = settings.mapping()? else {
            return Ok(None);
        };
        if let Some(report) = found(&self.costs, &settings) {
            return Ok(Some(report.as_ref().clone()));
        }
        let report = hardware::cost(self.network, &settings)?;
        lock(&self.costs).push((settings, Arc::new(report.clone())));
        Ok(Some(report))
    }

    fn moments(
        &self,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<Arc<Vec<InputMoments>>, EvaluationError> {
        let settings = as_programmed(settings);
        let tiles = self.tiles(&settings, progress)?;
        if let Some((images, moments)) = tiles.moments
            && images == settings.calibration_images
        {
            return Ok(moments);
        }
        let moments = Arc::new(tiles.network.input_moments(self.data, progress)?);
        *lock(&self.tiles) = Some(ProgrammedTiles {
            network: tiles.network,
            moments: Some((settings.calibration_images, Arc::clone(&moments))),
        });
        Ok(moments)
    }

    /// Tiles with these settings, which have no non-idealities.
    fn tiles(
        &self,
        settings: &EvaluationSettings,
        progress: &dyn Progress,
    ) -> Result<ProgrammedTiles<'a>, EvaluationError> {
        let kept = lock(&self.tiles).clone();
        let tiles = match kept {
            Some(kept) if kept.network.settings.of_tiles() == settings.of_tiles() => {
                ProgrammedTiles {
                    network: Arc::new(kept.network.with_settings(settings)?),
                    moments: kept.moments,
                }
            }
            _ => ProgrammedTiles {
                network: Arc::new(AnalogNetwork::new(self.network, settings, progress)?),
                moments: None,
            },
        };
        *lock(&self.tiles) = Some(tiles.clone());
        Ok(tiles)
    }
}

/// The same without non-idealities, and with a default for everything that does not matter then.
pub(super) fn as_programmed(settings: &EvaluationSettings) -> EvaluationSettings {
    let defaults = EvaluationSettings::default();
    EvaluationSettings {
        nonidealities: Vec::new(),
        offsetting: OffsettingMethod::None,
        arrangement: ArrangementSettings::default(),
        correction: Correction {
            drift: false,
            ..settings.correction
        },
        // Circuits around the tiles are random also then.
        seed: if settings.signal_path == defaults.signal_path {
            defaults.seed
        } else {
            settings.seed
        },
        error_images: defaults.error_images,
        hardware: None,
        ..settings.clone()
    }
}
