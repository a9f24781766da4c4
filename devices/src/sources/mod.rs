//! Independent sources with their waveforms, controlled sources, switches.

mod controlled;
mod current_source;
mod stimulus;
mod switch;
mod voltage_source;
mod waveform;

pub use controlled::{Cccs, Ccvs, Vccs, Vcvs};
pub use current_source::CurrentSource;
pub use stimulus::Stimulus;
pub use switch::{CurrentSwitch, CurrentSwitchModel, VoltageSwitch, VoltageSwitchModel};
pub use voltage_source::VoltageSource;
pub use waveform::{
    AmplitudeModulation, Distribution, Exponential, PiecewiseLinear, Pulse, Random, Sine,
    SingleFrequencyFm, TimeWindow, TransientNoise, Waveform, WaveformError,
};
