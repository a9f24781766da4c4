//! A macro as written in files.

use ohmloom_peripherals::adc::{AdcDescription, Sar};
use ohmloom_peripherals::dac::DacDescription;
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_solver::line_grid::{LineCapacitance, ReadWires};
use serde::{Deserialize, Serialize};

use crate::LayoutError;

/// The circuits around an array, and its wires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MacroDescription {
    /// The DAC of each row: `ideal`, `r2r`, `current-steering` or `capacitive`.
    pub dac: DacDescription,
    /// The front end of each column: `virtual-ground`, `transimpedance` or `sense-resistor`, without a source conductance, which is the array's.
    pub front_end: FrontEndDescription,
    /// The ADC, `sar`.
    pub adc: AdcDescription,
    /// Period of the ADC's clock, s.
    pub clock: f64,
    /// Time from the step of the inputs to the first sampling, s.
    pub settling: f64,
    /// One row segment between neighbouring columns, ohm. Default 1.
    #[serde(default = "one")]
    pub row_resistance: f64,
    /// One column segment between neighbouring rows, ohm. Default 1.
    #[serde(default = "one")]
    pub column_resistance: f64,
    /// Between a row's buffer and its first cell, ohm. Default: one row segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_resistance: Option<f64>,
    /// Between a column's last cell and its front end, ohm. Default: one column segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink_resistance: Option<f64>,
    /// Of the rows' wires to ground at each crossing, F.
    #[serde(default)]
    pub row_capacitance: f64,
    /// Of the columns' wires to ground at each crossing, F.
    #[serde(default)]
    pub column_capacitance: f64,
    /// A closed switch of the multiplexer, ohm. Default 100.
    #[serde(default = "hundred")]
    pub multiplexer_resistance: f64,
}

fn one() -> f64 {
    1.0
}

fn hundred() -> f64 {
    100.0
}

impl MacroDescription {
    /// Checks what is not a converter's own.
    ///
    /// # Errors
    /// A value outside its range; a kind of converter that a macro cannot have.
    pub fn validate(&self) -> Result<(), LayoutError> {
        let positive = [
            ("clock", self.clock),
            ("settling", self.settling),
            ("multiplexer_resistance", self.multiplexer_resistance),
        ];
        let not_negative = [
            ("row_resistance", self.row_resistance),
            ("column_resistance", self.column_resistance),
            ("source_resistance", self.source_resistance.unwrap_or(0.0)),
            ("sink_resistance", self.sink_resistance.unwrap_or(0.0)),
            ("row_capacitance", self.row_capacitance),
            ("column_capacitance", self.column_capacitance),
        ];
        let wrong = |key, value, reason| Err(LayoutError::BadSetting { key, value, reason });
        for (key, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return wrong(key, value, "must be finite and > 0");
            }
        }
        for (key, value) in not_negative {
            if !(value >= 0.0 && value.is_finite()) {
                return wrong(key, value, "must be finite and >= 0");
            }
        }
        self.sar()?;
        self.check_dac()?;
        self.check_front_end()
    }

    /// The ADC.
    pub(super) fn sar(&self) -> Result<&Sar, LayoutError> {
        match &self.adc {
            AdcDescription::Sar(sar) => Ok(sar),
            other => Err(LayoutError::BadMacro {
                reason: format!("the ADC must be of the kind sar, not {}", other.kind()),
            }),
        }
    }

    fn check_dac(&self) -> Result<(), LayoutError> {
        match &self.dac {
            DacDescription::Ideal(_)
            | DacDescription::R2r(_)
            | DacDescription::CurrentSteering(_)
            | DacDescription::Capacitive(_) => Ok(()),
            DacDescription::PulseWidth(_) | DacDescription::BitSerial(_) => {
                Err(LayoutError::BadMacro {
                    reason: format!(
                        "a DAC of the kind {} gives no steady voltage for the rows: use ideal, r2r, current-steering or capacitive",
                        self.dac.kind()
                    ),
                })
            }
        }
    }

    fn check_front_end(&self) -> Result<(), LayoutError> {
        let (conductance, settling) = match &self.front_end {
            FrontEndDescription::VirtualGround(_) => (0.0, None),
            FrontEndDescription::Transimpedance(tia) => (tia.source_conductance, tia.settling_time),
            FrontEndDescription::SenseResistor(resistor) => (resistor.source_conductance, None),
            FrontEndDescription::Integrator(_) => {
                return Err(LayoutError::BadMacro {
                    reason: "an integrator has no steady output: use virtual-ground, transimpedance or sense-resistor".to_owned(),
                });
            }
        };
        let given = [
            (
                "source_conductance",
                conductance != 0.0,
                "the array is the source",
            ),
            (
                "settling_time",
                settling.is_some(),
                "`settling` of the macro says when the output is used",
            ),
        ];
        match given.into_iter().find(|(_, given, _)| *given) {
            None => Ok(()),
            Some((key, _, reason)) => Err(LayoutError::BadMacro {
                reason: format!("front_end: {key} must be left out: {reason}"),
            }),
        }
    }

    /// The wires of the array, with defaults filled in.
    pub fn wires(&self) -> ReadWires {
        ReadWires {
            row: self.row_resistance,
            column: self.column_resistance,
            source: self.source_resistance.unwrap_or(self.row_resistance),
            sink: self.sink_resistance.unwrap_or(self.column_resistance),
        }
    }

    /// Capacitances of the wires at each crossing.
    pub fn capacitance(&self) -> LineCapacitance {
        LineCapacitance {
            row: self.row_capacitance,
            column: self.column_capacitance,
        }
    }
}
