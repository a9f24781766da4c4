//! Clocked latch (`StrongARM`): transistor sizes give the offset and the speed of a [`Comparator`].
//!
//! The offset of the input pair has the standard deviation `A_VT / sqrt(W L)`; the cross-coupled pair regenerates with the time constant
//! `C / g_m` (B. Razavi, IEEE Solid-State Circuits Magazine 7(2), 12, 2015).

use serde::{Deserialize, Serialize};

use crate::adc::check_finite;
use crate::comparator::ComparatorInstance;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;
use crate::{Comparator, ConverterError};

/// Parameters of a latch, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latch {
    /// Channel width of an input transistor, m.
    pub width: f64,
    /// Channel length of an input transistor, m.
    pub length: f64,
    /// `A_VT`, V m (1 mV um is 1e-9).
    #[serde(default)]
    pub threshold_matching: f64,
    /// Input-referred noise, V rms.
    #[serde(default)]
    pub noise: f64,
    /// Capacitance of an output node, F.
    pub capacitance: f64,
    /// Transconductance of the cross-coupled pair, S.
    pub transconductance: f64,
    /// Time given to a decision, s.
    pub decision_time: f64,
    /// Difference of the outputs that counts as decided, V.
    pub logic_level: f64,
}

impl Latch {
    /// The same as a comparator of a converter.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn comparator(&self) -> Result<Comparator, ConverterError> {
        let check = Check("latch");
        check.positive("width", self.width)?;
        check.positive("length", self.length)?;
        check.not_negative("threshold_matching", self.threshold_matching)?;
        check.not_negative("noise", self.noise)?;
        check.positive("capacitance", self.capacitance)?;
        check.positive("transconductance", self.transconductance)?;
        check.positive("decision_time", self.decision_time)?;
        check.positive("logic_level", self.logic_level)?;
        Ok(Comparator {
            offset: 0.0,
            offset_sigma: self.threshold_matching / (self.width * self.length).sqrt(),
            noise: self.noise,
            time_constant: self.capacitance / self.transconductance,
            decision_time: self.decision_time,
            logic_level: self.logic_level,
        })
    }

    /// The latch with the offset that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<LatchInstance, ConverterError> {
        let deviate = Mismatch::new(key, Part::Sense).normal(0);
        Ok(LatchInstance(self.comparator()?.instance(deviate)))
    }
}

/// A latch.
#[derive(Clone, Debug, PartialEq)]
pub struct LatchInstance(ComparatorInstance);

impl LatchInstance {
    /// What is added to the difference of the inputs, V.
    pub fn offset(&self) -> f64 {
        self.0.offset
    }

    /// Whether each difference counts as positive. What is undecided when the time is up is a coin's decision.
    ///
    /// # Errors
    /// A difference that is not finite, slices of different lengths.
    pub fn decide(
        &self,
        differences: &[f64],
        decisions: &mut [bool],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if differences.len() != decisions.len() {
            return Err(ConverterError::Lengths {
                inputs: differences.len(),
                outputs: decisions.len(),
            });
        }
        check_finite(differences)?;
        for (decision, &difference) in decisions.iter_mut().zip(differences) {
            *decision = self.0.decide(difference, noise);
        }
        Ok(())
    }
}
