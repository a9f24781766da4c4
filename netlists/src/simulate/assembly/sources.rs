//! V, I, linear E, F, G, H, and switches.

use std::sync::Arc;

use ohmloom_devices::sources::{
    Cccs, Ccvs, CurrentSource, CurrentSwitch, CurrentSwitchModel, PiecewiseLinear, Stimulus, Vccs,
    Vcvs, VoltageSource, VoltageSwitch, VoltageSwitchModel, Waveform,
};

use super::super::temperature::value_at;
use super::Assembly;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{
    self, ControlLaw, Controlled, FlatElement, Source, Switch, SwitchControl, Value, WaveformKind,
};

impl Assembly<'_> {
    pub(super) fn source(
        &mut self,
        element: &FlatElement,
        card: &Source,
    ) -> Result<(), Diagnostic> {
        let dc = match &card.dc {
            Some(Value::Word(_)) | None => None,
            Some(Value::Number(dc)) => Some(*dc),
            Some(Value::Expression(dc)) => Some(value_at(dc, self.celsius()).ok_or_else(|| {
                Diagnostic::error(
                    element.span,
                    "the DC value must be a number; use a B source for an expression",
                )
            })?),
        };
        let waveform = match &card.waveform {
            None => Waveform::Dc,
            Some(waveform) => Self::waveform(element, waveform)?,
        };
        let name = self.name(element);
        let (ac_magnitude, ac_phase) = card.ac.unwrap_or((0.0, 0.0));
        let stimulus = Stimulus {
            dc,
            ac_magnitude,
            ac_phase,
            waveform,
            ..Stimulus::default()
        };
        let (plus, minus) = self.pair(element)?;
        if element.kind == 'v' {
            let made = VoltageSource::new(name, plus, minus, stimulus);
            self.put(element, Ok(made))
        } else {
            let made = CurrentSource::new(name, plus, minus, stimulus, card.multiplier);
            self.put(element, made)
        }
    }

    fn waveform(element: &FlatElement, card: &elaborate::Waveform) -> Result<Waveform, Diagnostic> {
        let name = match card.kind {
            WaveformKind::Pulse => "pulse",
            WaveformKind::Sine => "sin",
            WaveformKind::Exponential => "exp",
            WaveformKind::PiecewiseLinear => "pwl",
            WaveformKind::FrequencyModulated => "sffm",
            WaveformKind::AmplitudeModulated => "am",
            WaveformKind::TransientNoise => "trnoise",
            WaveformKind::TransientRandom => "trrandom",
        };
        let named = |wanted: &str| {
            card.named
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| *value)
        };
        let made = if card.kind == WaveformKind::PiecewiseLinear {
            PiecewiseLinear::from_arguments(&card.arguments, named("r"), named("td").unwrap_or(0.0))
                .map(Waveform::PiecewiseLinear)
        } else {
            // Each source has noise of its own, the same in every run.
            let seed = u64::from(element.name);
            Waveform::from_arguments(name, &card.arguments, seed)
        };
        made.map_err(|error| Diagnostic::error(element.span, error.to_string()))
    }

    pub(super) fn controlled(
        &mut self,
        element: &FlatElement,
        card: &Controlled,
    ) -> Result<(), Diagnostic> {
        let name = self.name(element);
        let multiplier = card.multiplier;
        match &card.law {
            ControlLaw::LinearVoltage {
                plus,
                minus,
                gain: Value::Number(gain),
            } => {
                let control = (self.node(*plus), self.node(*minus));
                let ends = self.pair(element)?;
                if element.kind == 'e' {
                    let made = Vcvs::new(name, ends, control, *gain);
                    self.put(element, made)
                } else {
                    let made = Vccs::new(name, ends, control, *gain, multiplier);
                    self.put(element, made)
                }
            }
            ControlLaw::LinearCurrent {
                element: controlling,
                gain: Value::Number(gain),
            } => {
                let controlling = self.current_carrier(*controlling);
                let ends = self.pair(element)?;
                if element.kind == 'h' {
                    let made = Ccvs::new(name, ends, controlling, *gain);
                    self.put(element, made)
                } else {
                    let made = Cccs::new(name, ends, controlling, *gain, multiplier);
                    self.put(element, made)
                }
            }
            _ => self.nonlinear_controlled(element, card),
        }
    }

    pub(super) fn switch(
        &mut self,
        element: &FlatElement,
        card: &Switch,
    ) -> Result<(), Diagnostic> {
        if card.multiplier != 1.0 {
            return Err(Diagnostic::error(
                element.span,
                "switches in parallel (m) are not supported; divide ron and roff in the model",
            ));
        }
        let model = self.model(element.span, card.model)?.clone();
        let expected = match card.control {
            SwitchControl::Voltage(..) => "sw",
            SwitchControl::Current(_) => "csw",
        };
        if model.kind != expected {
            return Err(Diagnostic::error(
                element.span,
                format!(
                    "model `{}` is a `{}`; this switch needs a `{expected}`",
                    model.name, model.kind
                ),
            ));
        }
        let ends = self.pair(element)?;
        let name = self.name(element);
        let on = card.initially_on.unwrap_or(false);
        match card.control {
            SwitchControl::Voltage(plus, minus) => {
                let control = (self.node(plus), self.node(minus));
                let shared: Arc<VoltageSwitchModel> =
                    if let Some(shared) = self.models.voltage_switches.get(&card.model.0) {
                        Arc::clone(shared)
                    } else {
                        let made = Arc::new(self.card(&model, &["level"])?);
                        self.models
                            .voltage_switches
                            .insert(card.model.0, Arc::clone(&made));
                        made
                    };
                let made = VoltageSwitch::new(name, ends, control, &shared, on);
                self.put(element, made)
            }
            SwitchControl::Current(controlling) => {
                let controlling = self.current_carrier(controlling);
                let shared: Arc<CurrentSwitchModel> =
                    if let Some(shared) = self.models.current_switches.get(&card.model.0) {
                        Arc::clone(shared)
                    } else {
                        let made = Arc::new(self.card(&model, &["level"])?);
                        self.models
                            .current_switches
                            .insert(card.model.0, Arc::clone(&made));
                        made
                    };
                let made = CurrentSwitch::new(name, ends, controlling, &shared, on);
                self.put(element, made)
            }
        }
    }
}
