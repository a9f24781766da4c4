//! Measuring converters as IEEE Std 1241 (ADCs) and 1658 (DACs) do: static errors from ramps and sine histograms, dynamic ones from spectra and sine fits.

mod characterize;
mod front_end;
mod histogram;
mod linearity;
mod sine_fit;
mod spectrum;

pub use characterize::{
    AdcCharacterization, DacCharacterization, SineTest, characterize_adc, characterize_dac,
};
pub use front_end::{FrontEndCharacterization, FrontEndTest, characterize_front_end};
pub use histogram::{HistogramTest, ramp_transitions, sine_transitions};
pub use linearity::{Linearity, ReferenceLine, Transitions};
pub use sine_fit::SineFit;
pub use spectrum::{Spectrum, coherent_cycles};
