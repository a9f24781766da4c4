//! What programming needs to know, as written in configuration files.

use ohmloom_devices::nonidealities::Stuck;
use ohmloom_solver::line_grid::ReadWires;
use serde::{Deserialize, Serialize};

use super::selection::Selection;
use crate::LayoutError;
use crate::cells::{GateLines, MemristorDescription, PolarityName, TransistorDescription};

/// An array of memristors and how its cells are programmed.
///
/// ```toml
/// tolerance = 0.02                        # of the target conductance
/// pulse_limit = 60
///
/// [memristor]
/// model = "vteam:tcas2015"
/// parameters = { ron = 1e4, roff = 1e5 }
///
/// [transistor]                            # as in cell files; leave it out for passive arrays
/// level = 1
/// gate = 2.0
/// parameters = { vto = 0.45, kp = 300e-6, w = 1e-6, l = 0.13e-6 }
///
/// [wires]
/// row = 1.0
/// column = 1.0
///
/// [read]
/// voltage = 0.1
/// time = 10e-9
///
/// [set]                                   # makes cells conduct more
/// voltage = -0.8                          # row to column, first pulse
/// step = 0.02                             # volts more with each further pulse in the same direction
/// limit = 1.6                             # largest magnitude
/// width = 10e-9
///
/// [reset]                                 # makes them conduct less
/// voltage = 0.8
/// step = 0.02
/// limit = 1.6
/// width = 10e-9
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammingSettings {
    /// Model of all memristors, and the state in which they start.
    pub memristor: MemristorDescription,
    /// The transistor in series, if there is one.
    #[serde(default)]
    pub transistor: Option<TransistorDescription>,
    /// What the unselected lines are connected to; by default `transistor` where there is one, otherwise `half`.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// What is solved for each pulse; by default `line` with transistors, otherwise `array`.
    #[serde(default)]
    pub extent: Option<Extent>,
    /// Wires and terminals.
    #[serde(default)]
    pub wires: WireSettings,
    /// How cells are read.
    pub read: ReadSettings,
    /// Pulses that make a cell conduct more.
    pub set: PulseTrain,
    /// Pulses that make a cell conduct less.
    pub reset: PulseTrain,
    /// Largest difference between a cell's conductance, as read through the wires, and its target, relative to the target.
    pub tolerance: f64,
    /// Most pulses for one cell in one pass.
    pub pulse_limit: usize,
    /// How often all cells are visited: later passes mend what the writing of others has disturbed.
    #[serde(default = "one")]
    pub passes: usize,
    /// Cells that do not respond to pulses.
    #[serde(default)]
    pub stuck: Option<Stuck>,
    /// Seed of what is drawn at random.
    #[serde(default)]
    pub seed: u64,
    /// Relative tolerance of the time steps.
    #[serde(default = "time_tolerance")]
    pub reltol: f64,
}

fn one() -> usize {
    1
}

fn time_tolerance() -> f64 {
    1e-3
}

/// What is solved for each pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// The cells on the selected word line with their wires. The transistors on all other word lines are off; what they would leak is left
    /// out, and bounded in the report.
    Line,
    /// All cells with all wires.
    Array,
}

/// Wires of the array and resistances of its terminals, ohm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireSettings {
    /// One row segment.
    pub row: f64,
    /// One column segment.
    pub column: f64,
    /// Between each row's driver and its first cell; by default one row segment.
    pub source: Option<f64>,
    /// Between each column's last cell and its driver; by default one column segment.
    pub sink: Option<f64>,
}

impl Default for WireSettings {
    fn default() -> Self {
        Self {
            row: 1.0,
            column: 1.0,
            source: None,
            sink: None,
        }
    }
}

impl WireSettings {
    /// With the defaults of the terminals.
    pub fn read_wires(&self) -> ReadWires {
        ReadWires {
            row: self.row,
            column: self.column,
            source: self.source.unwrap_or(self.row),
            sink: self.sink.unwrap_or(self.column),
        }
    }
}

/// How a cell is read: its row at a voltage, all else at 0 V; the current out of its column counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadSettings {
    /// Volt.
    pub voltage: f64,
    /// How long a read takes, s. States do not move in it.
    pub time: f64,
    /// Potential of the selected word line, V; by default the transistor's `gate`.
    #[serde(default)]
    pub gate: Option<f64>,
}

/// Rectangular pulses whose amplitude rises with each further one in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseTrain {
    /// Of the selected row against the selected column in the first pulse, V.
    pub voltage: f64,
    /// How much larger each further pulse in the same direction is, V.
    #[serde(default)]
    pub step: f64,
    /// Largest amplitude (its magnitude), V.
    pub limit: f64,
    /// Length of a pulse, s.
    pub width: f64,
    /// Potential of the selected word line, V; by default the transistor's `gate`.
    #[serde(default)]
    pub gate: Option<f64>,
}

impl PulseTrain {
    /// Voltage of a pulse after so many in the same direction.
    pub fn amplitude(&self, earlier: usize) -> f64 {
        let magnitude = (self.voltage.abs() + earlier as f64 * self.step).min(self.limit);
        magnitude.copysign(self.voltage)
    }
}

impl ProgrammingSettings {
    /// What the unselected lines are connected to.
    pub fn selection(&self) -> Selection {
        self.selection.unwrap_or(if self.transistor.is_some() {
            Selection::Transistor
        } else {
            Selection::Half
        })
    }

    /// What is solved for each pulse.
    pub fn extent(&self) -> Extent {
        self.extent.unwrap_or(if self.transistor.is_some() {
            Extent::Line
        } else {
            Extent::Array
        })
    }

    /// Along which lines the word lines run, if there are transistors.
    pub fn gate_lines(&self) -> Option<GateLines> {
        self.transistor
            .as_ref()
            .map(|transistor| transistor.gate_lines)
    }

    /// The potential of the selected word line when this one is not given, V.
    pub(super) fn gate(&self, given: Option<f64>) -> f64 {
        let usual = self
            .transistor
            .as_ref()
            .map_or(0.0, |transistor| transistor.gate);
        given.unwrap_or(usual)
    }

    /// Checks everything that does not need the array.
    ///
    /// # Errors
    /// [`LayoutError::BadSetting`] or [`LayoutError::BadCell`] names what cannot be.
    pub fn validate(&self) -> Result<(), LayoutError> {
        let positive = [
            ("tolerance", self.tolerance),
            ("read.voltage", self.read.voltage),
            ("set.limit", self.set.limit),
            ("set.width", self.set.width),
            ("reset.limit", self.reset.limit),
            ("reset.width", self.reset.width),
        ];
        let wires = self.wires.read_wires();
        let not_negative = [
            ("read.time", self.read.time),
            ("set.step", self.set.step),
            ("reset.step", self.reset.step),
            ("wires.row", wires.row),
            ("wires.column", wires.column),
            ("wires.source", wires.source),
            ("wires.sink", wires.sink),
        ];
        for (key, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                let reason = "must be finite and > 0";
                return Err(LayoutError::BadSetting { key, value, reason });
            }
        }
        for (key, value) in not_negative {
            if !(value >= 0.0 && value.is_finite()) {
                let reason = "must be finite and not negative";
                return Err(LayoutError::BadSetting { key, value, reason });
            }
        }
        for (key, train) in [("set.voltage", self.set), ("reset.voltage", self.reset)] {
            let value = train.voltage;
            if !(value != 0.0 && value.abs() <= train.limit) {
                let reason = "must not be zero, and not beyond the limit";
                return Err(LayoutError::BadSetting { key, value, reason });
            }
        }
        if (self.set.voltage > 0.0) == (self.reset.voltage > 0.0) {
            return Err(LayoutError::BadSetting {
                key: "reset.voltage",
                value: self.reset.voltage,
                reason: "must have the opposite sign of set.voltage",
            });
        }
        for (key, value) in [("pulse_limit", self.pulse_limit), ("passes", self.passes)] {
            if value == 0 {
                let reason = "must be at least 1";
                return Err(LayoutError::BadSetting {
                    key,
                    value: 0.0,
                    reason,
                });
            }
        }
        for (key, gate) in [
            ("read.gate", self.read.gate),
            ("set.gate", self.set.gate),
            ("reset.gate", self.reset.gate),
        ] {
            if let Some(value) = gate
                && (self.transistor.is_none() || !value.is_finite())
            {
                let reason = "must be finite, and needs a [transistor]";
                return Err(LayoutError::BadSetting { key, value, reason });
            }
        }
        if let Some(transistor) = &self.transistor
            && transistor.polarity == PolarityName::P
        {
            let reason =
                "programming needs n-channel transistors: unselected word lines are at 0 V"
                    .to_owned();
            return Err(LayoutError::BadCell { reason });
        }
        if self.transistor.is_none() && self.selection() == Selection::Transistor {
            let reason = "selection = \"transistor\" needs a [transistor]".to_owned();
            return Err(LayoutError::BadCell { reason });
        }
        if self.extent() == Extent::Line && self.selection() != Selection::Transistor {
            let reason =
                "extent = \"line\" needs selection = \"transistor\": other cells are not off"
                    .to_owned();
            return Err(LayoutError::BadCell { reason });
        }
        Ok(())
    }
}
