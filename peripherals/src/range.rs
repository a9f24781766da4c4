//! How the full scale of a converter is chosen.

use serde::{Deserialize, Serialize};

use crate::Resolution;

/// How the full scale of a layer's converters is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RangePolicy {
    /// The same for every layer, as given.
    Fixed,
    /// For each layer the largest magnitude that a calibration set produces.
    #[default]
    Calibrated,
    /// For each input vector the largest magnitude in it.
    Dynamic,
}

/// Settings of one kind of converter, as written in configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConverterSettings {
    /// 1 to 24 bits, or `"ideal"`. Default 8.
    pub bits: Resolution,
    /// `"fixed"`, `"calibrated"` or `"dynamic"`. Default calibrated.
    pub range: RangePolicy,
    /// Full scale when the range is fixed: for a DAC in units of the network's activations, for an ADC in ampere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_scale: Option<f64>,
}

impl Default for ConverterSettings {
    fn default() -> Self {
        Self {
            bits: Resolution::Bits(8),
            range: RangePolicy::Calibrated,
            full_scale: None,
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
        match (self.range, self.full_scale) {
            (RangePolicy::Fixed, None) => Err("range = \"fixed\" needs full_scale".into()),
            (RangePolicy::Fixed, Some(value)) if !(value > 0.0 && value.is_finite()) => {
                Err(format!("full_scale = {value} must be a finite value > 0"))
            }
            (RangePolicy::Calibrated | RangePolicy::Dynamic, Some(_)) => {
                Err("full_scale is only for range = \"fixed\"".into())
            }
            _ => Ok(()),
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
