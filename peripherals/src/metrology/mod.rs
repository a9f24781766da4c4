//! Measuring converters as IEEE Std 1241 (ADCs) and 1658 (DACs) do: static errors from ramps and sine histograms, dynamic ones from spectra.

mod characterize;
mod histogram;
mod linearity;
mod spectrum;

pub use characterize::{
    AdcCharacterization, DacCharacterization, SineTest, characterize_adc, characterize_dac,
};
pub use histogram::{HistogramTest, ramp_transitions, sine_transitions};
pub use linearity::{Linearity, ReferenceLine, Transitions};
pub use spectrum::{Spectrum, coherent_cycles};
