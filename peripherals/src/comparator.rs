//! A comparator: offset, noise and the time that it needs to make up its mind.

use serde::{Deserialize, Serialize};

use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;

/// A clocked comparator with regeneration, as written in files.
///
/// A difference `v` grows as `v exp(t / time_constant)`. It is decided if it reaches `logic_level` within `decision_time`; below
/// `logic_level exp(-decision_time / time_constant)` the outcome is a coin's (metastability; H. J. M. Veendrick, IEEE JSSC 15, 169,
/// 1980).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Comparator {
    /// Offset common to all instances, V: what is added to the input.
    pub offset: f64,
    /// Standard deviation of the offset between instances, V.
    pub offset_sigma: f64,
    /// Input-referred noise, V rms, new in each decision.
    pub noise: f64,
    /// Time constant of regeneration, s; 0 for an immediate decision.
    pub time_constant: f64,
    /// Time given to a decision, s.
    pub decision_time: f64,
    /// Difference that counts as decided, V.
    pub logic_level: f64,
}

impl Default for Comparator {
    /// An ideal comparator; its logic level of 1 V has no effect without a time constant.
    fn default() -> Self {
        Self {
            offset: 0.0,
            offset_sigma: 0.0,
            noise: 0.0,
            time_constant: 0.0,
            decision_time: 0.0,
            logic_level: 1.0,
        }
    }
}

impl Comparator {
    pub(crate) fn check(&self, converter: Check) -> Result<(), ConverterError> {
        converter.finite("comparator.offset", self.offset)?;
        converter.not_negative("comparator.offset_sigma", self.offset_sigma)?;
        converter.not_negative("comparator.noise", self.noise)?;
        converter.not_negative("comparator.time_constant", self.time_constant)?;
        converter.not_negative("comparator.decision_time", self.decision_time)?;
        converter.positive("comparator.logic_level", self.logic_level)
    }

    /// Half the width of the interval of undecided differences, V.
    pub fn undecided(&self) -> f64 {
        if self.time_constant == 0.0 {
            0.0
        } else {
            self.logic_level * (-self.decision_time / self.time_constant).exp()
        }
    }

    /// Time until a difference of `volts` is decided, s; infinite for 0.
    pub fn time_to_decide(&self, volts: f64) -> f64 {
        if self.time_constant == 0.0 {
            0.0
        } else {
            self.time_constant * (self.logic_level / volts.abs()).ln().max(0.0)
        }
    }

    /// The instance whose offset is `deviate` standard deviations from the common one.
    pub(crate) fn instance(&self, deviate: f64) -> ComparatorInstance {
        ComparatorInstance {
            offset: self.offset + self.offset_sigma * deviate,
            noise: self.noise,
            undecided: self.undecided(),
            certain: LARGEST_DEVIATE * self.noise + self.undecided(),
        }
    }
}

/// A standard normal deviate is larger in 3 of 10^12 draws.
const LARGEST_DEVIATE: f64 = 7.0;

/// One comparator with its own offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ComparatorInstance {
    /// Volt, added to the input.
    pub(crate) offset: f64,
    /// Volt, rms.
    pub(crate) noise: f64,
    /// Differences below this are undecided, V.
    pub(crate) undecided: f64,
    /// No noise changes the decision on a difference beyond this, V: none is drawn.
    pub(crate) certain: f64,
}

impl ComparatorInstance {
    /// Whether a difference counts as positive.
    #[inline]
    pub(crate) fn decide(&self, volts: f64, noise: &mut Noise) -> bool {
        let without_noise = volts + self.offset;
        if without_noise.abs() > self.certain {
            return without_noise > 0.0;
        }
        let seen = without_noise + noise.scaled(self.noise);
        if seen.abs() < self.undecided {
            noise.coin()
        } else {
            seen >= 0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InstanceKey;

    #[test]
    fn metastable_decisions_follow_the_exponential_law() {
        let comparator = Comparator {
            time_constant: 10e-12,
            decision_time: 50e-12,
            ..Comparator::default()
        };
        let window = (-5.0_f64).exp();
        assert!((comparator.undecided() - window).abs() < 1e-15);
        assert!((comparator.time_to_decide(window) - 50e-12).abs() < 1e-22);
        let instance = comparator.instance(0.0);
        let mut noise = Noise::new(&InstanceKey::default(), 0);
        let count = |volts: f64, noise: &mut Noise| {
            (0..20_000)
                .filter(|_| instance.decide(volts, noise))
                .count()
        };
        assert_eq!(count(1.01 * window, &mut noise), 20_000);
        assert_eq!(count(-1.01 * window, &mut noise), 0);
        assert!(count(0.99 * window, &mut noise).abs_diff(10_000) < 300);
    }

    #[test]
    fn noise_makes_a_decision_a_normal_distribution_function() {
        let comparator = Comparator {
            noise: 1e-3,
            offset: 0.5e-3,
            ..Comparator::default()
        };
        let instance = comparator.instance(0.0);
        let mut noise = Noise::new(&InstanceKey::default(), 0);
        // One standard deviation above the threshold: 84.13 %.
        let ones = (0..20_000)
            .filter(|_| instance.decide(0.5e-3, &mut noise))
            .count();
        assert!(ones.abs_diff(16_827) < 210, "{ones}");
    }
}
