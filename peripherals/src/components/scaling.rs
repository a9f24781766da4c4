//! Parts moved from one technology to another.

use serde::{Deserialize, Serialize};

use super::{ComponentError, Part};

/// How voltages follow the feature size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScalingRule {
    /// Voltages in proportion to lengths: R. H. Dennard et al., IEEE JSSC 9:256 (1974).
    ConstantField,
    /// The same voltages: the other limit of generalised scaling.
    ConstantVoltage,
    /// Voltages by a ratio of their own: G. Baccarani, M. R. Wordeman and R. H. Dennard, IEEE TED 31:452 (1984).
    Generalised,
}

/// A change of technology. With lengths in the ratio `s` and voltages in the ratio `u` (new to old), area goes as `s^2`, delay as
/// `s^2 / u`, power as `u^3 / s` and energy as `s u^2` (Baccarani et al. 1984, where `s = 1/lambda` and `u = 1/kappa`). These are laws of
/// digital circuits; analog ones, bound by noise and matching, gain less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Feature size to scale to, m.
    pub technology_m: f64,
    /// `"constant-field"`, `"constant-voltage"` or `"generalised"`.
    pub rule: ScalingRule,
    /// New voltages over old ones; for the generalised rule only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voltage_ratio: Option<f64>,
}

impl Scaling {
    /// Checks that sizes and ratios are positive, and that a voltage ratio is given exactly where the rule needs one.
    ///
    /// # Errors
    /// What is wrong.
    pub fn validate(&self) -> Result<(), ComponentError> {
        let fail = |reason: String| Err(ComponentError::BadScaling { reason });
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if !positive(self.technology_m) {
            return fail(format!(
                "technology_m = {} must be finite and > 0",
                self.technology_m
            ));
        }
        match (self.rule, self.voltage_ratio) {
            (ScalingRule::Generalised, None) => {
                fail("rule = \"generalised\" needs voltage_ratio".into())
            }
            (ScalingRule::Generalised, Some(ratio)) if !positive(ratio) => {
                fail(format!("voltage_ratio = {ratio} must be finite and > 0"))
            }
            (ScalingRule::ConstantField | ScalingRule::ConstantVoltage, Some(_)) => {
                fail("voltage_ratio is only for rule = \"generalised\"".into())
            }
            _ => Ok(()),
        }
    }

    /// The part in the new technology.
    ///
    /// # Errors
    /// A scaling that makes no sense; a part whose technology is not known.
    pub fn apply(&self, part: &Part) -> Result<Part, ComponentError> {
        self.validate()?;
        let Some(technology) = part.technology_m else {
            return Err(ComponentError::BadPart {
                part: part.name.clone(),
                reason: "cannot be scaled: its technology is not known".into(),
            });
        };
        let s = self.technology_m / technology;
        let u = match self.rule {
            ScalingRule::ConstantField => s,
            ScalingRule::ConstantVoltage => 1.0,
            ScalingRule::Generalised => self.voltage_ratio.unwrap_or(1.0),
        };
        let by = |value: Option<f64>, factor: f64| value.map(|value| value * factor);
        Ok(Part {
            technology_m: Some(self.technology_m),
            area_m2: by(part.area_m2, s * s),
            power_w: by(part.power_w, u * u * u / s),
            energy_j: by(part.energy_j, s * u * u),
            energy_per_step_j: by(part.energy_per_step_j, s * u * u),
            latency_s: by(part.latency_s, s * s / u),
            ..part.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Part {
        Part {
            name: "p".into(),
            description: None,
            source: None,
            technology_m: Some(90e-9),
            area_m2: Some(1.0),
            power_w: Some(1.0),
            energy_j: None,
            energy_per_step_j: None,
            latency_s: Some(1.0),
        }
    }

    fn scaled(rule: ScalingRule, voltage_ratio: Option<f64>) -> [f64; 4] {
        let scaling = Scaling {
            technology_m: 45e-9,
            rule,
            voltage_ratio,
        };
        let powered = scaling.apply(&part()).unwrap();
        let energy = Part {
            power_w: None,
            energy_j: Some(1.0),
            ..part()
        };
        let energy = scaling.apply(&energy).unwrap().energy_j.unwrap();
        [
            powered.area_m2.unwrap(),
            powered.latency_s.unwrap(),
            powered.power_w.unwrap(),
            energy,
        ]
    }

    #[test]
    fn halved_lengths_by_the_published_tables() {
        // Dennard 1974, table I: area 1/k^2, delay 1/k, power 1/k^2, power-delay 1/k^3.
        assert_eq!(
            scaled(ScalingRule::ConstantField, None),
            [0.25, 0.5, 0.25, 0.125]
        );
        // Constant voltage: delay 1/k^2, power k.
        assert_eq!(
            scaled(ScalingRule::ConstantVoltage, None),
            [0.25, 0.25, 2.0, 0.5]
        );
        let between = scaled(ScalingRule::Generalised, Some(0.7));
        for (value, expected) in between.iter().zip([0.25, 0.25 / 0.7, 0.686, 0.245]) {
            assert!((value - expected).abs() < 1e-12);
        }
        // Power times delay is energy, whatever the voltages.
        assert!((between[1] * between[2] - between[3]).abs() < 1e-12);
    }

    #[test]
    fn senseless_scalings_are_refused() {
        let with = |technology_m, rule, voltage_ratio| {
            Scaling {
                technology_m,
                rule,
                voltage_ratio,
            }
            .apply(&part())
            .unwrap_err()
            .to_string()
        };
        assert!(with(0.0, ScalingRule::ConstantField, None).contains("technology_m = 0"));
        assert!(with(1e-8, ScalingRule::Generalised, None).contains("needs voltage_ratio"));
        assert!(with(1e-8, ScalingRule::Generalised, Some(-1.0)).contains("voltage_ratio = -1"));
        assert!(with(1e-8, ScalingRule::ConstantField, Some(1.0)).contains("only for"));
        let anonymous = Part {
            technology_m: None,
            ..part()
        };
        let scaling = Scaling {
            technology_m: 1e-8,
            rule: ScalingRule::ConstantField,
            voltage_ratio: None,
        };
        assert!(
            scaling
                .apply(&anonymous)
                .unwrap_err()
                .to_string()
                .contains("not known")
        );
    }
}
