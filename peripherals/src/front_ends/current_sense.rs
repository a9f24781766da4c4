//! Current sense amplifier: a clamp holds the line, a mirror copies its current, and a comparison with a reference gives one bit.
//!
//! The mirror's current differs by a relative deviation of `sqrt(A_beta^2 + 4 A_VT^2 / V_ov^2) / sqrt(W L)` (M. J. M. Pelgrom,
//! A. C. J. Duinmaijer and A. P. G. Welbers, IEEE JSSC 24, 1433, 1989).

use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::adc::check_finite;
use crate::draws::{InstanceKey, Mismatch, Noise, Part};
use crate::error::Check;

/// Parameters of a current sense amplifier, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentSense {
    /// Current to compare with, A.
    pub reference: f64,
    /// Ratio of the mirror.
    #[serde(default = "one")]
    pub mirror_ratio: f64,
    /// Channel width of a mirror transistor, m.
    pub width: f64,
    /// Channel length of a mirror transistor, m.
    pub length: f64,
    /// Overdrive of the mirror's transistors, V.
    pub overdrive: f64,
    /// `A_VT`, V m (1 mV um is 1e-9).
    #[serde(default)]
    pub threshold_matching: f64,
    /// `A_beta`, m (1 % um is 1e-8).
    #[serde(default)]
    pub gain_matching: f64,
    /// Noise of the comparison, A rms.
    #[serde(default)]
    pub noise: f64,
}

fn one() -> f64 {
    1.0
}

impl CurrentSense {
    /// Relative standard deviation of the mirror's ratio.
    pub fn mirror_mismatch(&self) -> f64 {
        let threshold = 2.0 * self.threshold_matching / self.overdrive;
        self.gain_matching.hypot(threshold) / (self.width * self.length).sqrt()
    }

    /// The amplifier with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<CurrentSenseAmplifier, ConverterError> {
        let check = Check("current-sense");
        check.positive("reference", self.reference)?;
        check.positive("mirror_ratio", self.mirror_ratio)?;
        check.positive("width", self.width)?;
        check.positive("length", self.length)?;
        check.positive("overdrive", self.overdrive)?;
        check.not_negative("threshold_matching", self.threshold_matching)?;
        check.not_negative("gain_matching", self.gain_matching)?;
        check.not_negative("noise", self.noise)?;
        check.deviation("mirror mismatch", self.mirror_mismatch())?;
        let deviate = Mismatch::new(key, Part::Sense).normal(0);
        let ratio = self.mirror_ratio * (1.0 + self.mirror_mismatch() * deviate);
        Ok(CurrentSenseAmplifier {
            threshold: self.reference / ratio,
            noise: self.noise / ratio,
        })
    }
}

/// A current sense amplifier.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentSenseAmplifier {
    threshold: f64,
    noise: f64,
}

impl CurrentSenseAmplifier {
    /// Current at which the decision changes, A.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Whether each current is above the reference.
    ///
    /// # Errors
    /// A current that is not finite, slices of different lengths.
    pub fn decide(
        &self,
        currents: &[f64],
        decisions: &mut [bool],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if currents.len() != decisions.len() {
            return Err(ConverterError::Lengths {
                inputs: currents.len(),
                outputs: decisions.len(),
            });
        }
        check_finite(currents)?;
        for (decision, &current) in decisions.iter_mut().zip(currents) {
            *decision = current + noise.scaled(self.noise) > self.threshold;
        }
        Ok(())
    }
}
