//! How the full scale of a converter is chosen.

use serde::{Deserialize, Serialize};

use crate::{Magnitudes, Resolution};

/// How the full scale of a layer's converters is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RangePolicy {
    /// The same for every layer, as given.
    Fixed,
    /// For each layer the largest magnitude that a calibration set produces.
    #[default]
    Calibrated,
    /// For each layer a percentile of the magnitudes that a calibration set produces: what lies beyond is clipped.
    Percentile,
    /// For each layer the full scale with the least mean squared error of quantisation and clipping together, over a calibration set.
    LeastSquares,
    /// For each input vector the largest magnitude in it.
    Dynamic,
}

/// Settings of one kind of converter, as written in configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConverterSettings {
    /// 1 to 24 bits, or `"ideal"`. Default 8.
    pub bits: Resolution,
    /// `"fixed"`, `"calibrated"`, `"percentile"`, `"least-squares"` or `"dynamic"`. Default calibrated.
    pub range: RangePolicy,
    /// Full scale when the range is fixed: for a DAC in units of the network's activations, for an ADC in ampere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_scale: Option<f64>,
    /// Percentile of the magnitudes when that is the range, above 0 up to 100. Default 99.9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
}

/// [`ConverterSettings::percentile`] where none is given.
const PERCENTILE: f64 = 99.9;

impl Default for ConverterSettings {
    fn default() -> Self {
        Self {
            bits: Resolution::Bits(8),
            range: RangePolicy::Calibrated,
            full_scale: None,
            percentile: None,
        }
    }
}

impl ConverterSettings {
    /// No quantisation and no clipping.
    pub fn ideal() -> Self {
        Self {
            bits: Resolution::Ideal,
            ..Self::default()
        }
    }

    /// Checks that a full scale is given exactly when the range is fixed, and is positive.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        if let Some(percentile) = self.percentile {
            if self.range != RangePolicy::Percentile {
                return Err("percentile is only for range = \"percentile\"".into());
            }
            if !(percentile > 0.0 && percentile <= 100.0) {
                return Err(format!(
                    "percentile = {percentile} must be above 0 and at most 100"
                ));
            }
        }
        match (self.range, self.full_scale) {
            (RangePolicy::Fixed, None) => Err("range = \"fixed\" needs full_scale".into()),
            (RangePolicy::Fixed, Some(value)) if !(value > 0.0 && value.is_finite()) => {
                Err(format!("full_scale = {value} must be a finite value > 0"))
            }
            (
                RangePolicy::Calibrated
                | RangePolicy::Percentile
                | RangePolicy::LeastSquares
                | RangePolicy::Dynamic,
                Some(_),
            ) => Err("full_scale is only for range = \"fixed\"".into()),
            _ => Ok(()),
        }
    }

    /// Codes on each side of zero of a signed converter; infinite for an ideal one.
    pub fn codes(&self) -> f64 {
        match self.bits {
            Resolution::Ideal => f64::INFINITY,
            Resolution::Bits(bits) => f64::from(((1_u32 << (bits - 1)) - 1).max(1)),
        }
    }

    /// The full scale that a calibration set asks for, in the unit of the magnitudes; 0 where all of these are zero. For a range that does
    /// not come from there, the largest magnitude.
    pub fn calibrated_full_scale(&self, magnitudes: &Magnitudes) -> f64 {
        match (self.range, self.bits) {
            (RangePolicy::Percentile, _) => {
                let percentile = magnitudes.percentile(self.percentile.unwrap_or(PERCENTILE));
                // So many zeros that the percentile is one: the rest still has to be told apart.
                if percentile > 0.0 {
                    percentile
                } else {
                    magnitudes.largest()
                }
            }
            (RangePolicy::LeastSquares, Resolution::Bits(_)) => {
                magnitudes.best_full_scale(self.codes())
            }
            _ => magnitudes.largest(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_belongs_to_a_fixed_range() {
        let fixed = ConverterSettings {
            range: RangePolicy::Fixed,
            ..ConverterSettings::default()
        };
        assert!(fixed.validate().unwrap_err().contains("needs full_scale"));
        assert!(
            ConverterSettings {
                full_scale: Some(1.0),
                ..fixed
            }
            .validate()
            .is_ok()
        );
        assert!(
            ConverterSettings {
                full_scale: Some(-1.0),
                ..fixed
            }
            .validate()
            .is_err()
        );
        assert!(
            ConverterSettings {
                full_scale: Some(1.0),
                ..ConverterSettings::default()
            }
            .validate()
            .is_err()
        );
    }
}
