//! Analog-to-digital converters.
//!
//! Code `k` of an ideal converter stands for the interval from `low + k step` to `low + (k + 1) step`.

mod flash;
mod ideal;
mod oscillator;
mod pipeline;
mod ramp;
mod sar;
mod sigma_delta;

pub use flash::{Encoder, Flash, FlashAdc};
pub use ideal::{Ideal, IdealAdc};
pub use oscillator::{Oscillator, OscillatorAdc};
pub use pipeline::{Pipeline, PipelineAdc};
pub use ramp::{Ramp, RampAdc};
pub use sar::{Sar, SarAdc};
pub use sigma_delta::{SigmaDelta, SigmaDeltaAdc};

use serde::{Deserialize, Serialize};

use crate::draws::{InstanceKey, Noise};
use crate::span::Span;
use crate::{ConverterError, span::largest_code};

/// An analog-to-digital converter with its own mismatch.
pub trait Adc {
    /// Resolution.
    fn bits(&self) -> u32;

    /// Nominal range.
    fn span(&self) -> Span;

    /// The code for one finite input.
    fn sample(&self, input: f64, noise: &mut Noise) -> u32;

    /// The codes for many inputs; allocates nothing.
    ///
    /// # Errors
    /// An input that is not finite, slices of different lengths.
    fn convert(
        &self,
        inputs: &[f64],
        codes: &mut [u32],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        if inputs.len() != codes.len() {
            return Err(ConverterError::Lengths {
                inputs: inputs.len(),
                outputs: codes.len(),
            });
        }
        check_finite(inputs)?;
        for (code, &input) in codes.iter_mut().zip(inputs) {
            *code = self.sample(input, noise);
        }
        Ok(())
    }

    /// Nominal distance between neighbouring codes.
    fn step(&self) -> f64 {
        self.span().step(self.bits())
    }

    /// Largest code.
    fn largest_code(&self) -> u32 {
        largest_code(self.bits())
    }

    /// The middle of the inputs that an ideal converter of this range gives the code.
    fn value(&self, code: u32) -> f64 {
        self.span().low + (f64::from(code) + 0.5) * self.step()
    }
}

pub(crate) fn check_finite(inputs: &[f64]) -> Result<(), ConverterError> {
    match inputs.iter().position(|input| !input.is_finite()) {
        None => Ok(()),
        Some(index) => Err(ConverterError::Input {
            index,
            value: inputs[index],
        }),
    }
}

/// An ADC as written in a file, `kind = "sar"` and so on.
///
/// ```
/// use ohmloom_peripherals::adc::{Adc, AdcDescription};
/// use ohmloom_peripherals::{InstanceKey, Noise};
///
/// let description: AdcDescription = toml::from_str("
///     kind = 'sar'
///     bits = 8
///     range = [0.0, 1.0]
///     unit_mismatch = 0.01
/// ").unwrap();
/// let column = InstanceKey { seed: 1, index: 3, ..InstanceKey::default() };
/// let adc = description.instance(&column)?;
/// let mut codes = [0; 2];
/// adc.convert(&[0.1, 0.9], &mut codes, &mut Noise::new(&column, 0))?;
/// assert!(codes[0].abs_diff(25) < 3 && codes[1].abs_diff(230) < 3);
/// # Ok::<(), ohmloom_peripherals::ConverterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AdcDescription {
    /// No errors but quantisation.
    Ideal(Ideal),
    /// Successive approximation.
    Sar(Sar),
    /// All comparators at once.
    Flash(Flash),
    /// Single slope.
    Ramp(Ramp),
    /// First-order incremental sigma-delta.
    SigmaDelta(SigmaDelta),
    /// Current-controlled oscillator and counter.
    Oscillator(Oscillator),
    /// 1.5-bit stages, in a row or one used cyclically.
    Pipeline(Pipeline),
}

/// Any ADC. Which one it is is decided once for each slice.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyAdc {
    /// See [`AdcDescription::Ideal`].
    Ideal(IdealAdc),
    /// See [`AdcDescription::Sar`].
    Sar(SarAdc),
    /// See [`AdcDescription::Flash`].
    Flash(FlashAdc),
    /// See [`AdcDescription::Ramp`].
    Ramp(RampAdc),
    /// See [`AdcDescription::SigmaDelta`].
    SigmaDelta(SigmaDeltaAdc),
    /// See [`AdcDescription::Oscillator`].
    Oscillator(OscillatorAdc),
    /// See [`AdcDescription::Pipeline`].
    Pipeline(PipelineAdc),
}

impl AdcDescription {
    /// The converter with the mismatch that belongs to `key`.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self, key: &InstanceKey) -> Result<AnyAdc, ConverterError> {
        Ok(match self {
            Self::Ideal(ideal) => AnyAdc::Ideal(ideal.instance()?),
            Self::Sar(sar) => AnyAdc::Sar(sar.instance(key)?),
            Self::Flash(flash) => AnyAdc::Flash(flash.instance(key)?),
            Self::Ramp(ramp) => AnyAdc::Ramp(ramp.instance(key)?),
            Self::SigmaDelta(sigma_delta) => AnyAdc::SigmaDelta(sigma_delta.instance(key)?),
            Self::Oscillator(oscillator) => AnyAdc::Oscillator(oscillator.instance(key)?),
            Self::Pipeline(pipeline) => AnyAdc::Pipeline(pipeline.instance(key)?),
        })
    }

    /// Its name in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ideal(_) => "ideal",
            Self::Sar(_) => "sar",
            Self::Flash(_) => "flash",
            Self::Ramp(_) => "ramp",
            Self::SigmaDelta(_) => "sigma-delta",
            Self::Oscillator(_) => "oscillator",
            Self::Pipeline(_) => "pipeline",
        }
    }

    /// Unit of what it converts.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Oscillator(_) => "A",
            _ => "V",
        }
    }
}

/// Calls the same function of whatever converter it is.
macro_rules! of_any {
    ($self:expr, $adc:ident => $call:expr) => {
        match $self {
            AnyAdc::Ideal($adc) => $call,
            AnyAdc::Sar($adc) => $call,
            AnyAdc::Flash($adc) => $call,
            AnyAdc::Ramp($adc) => $call,
            AnyAdc::SigmaDelta($adc) => $call,
            AnyAdc::Oscillator($adc) => $call,
            AnyAdc::Pipeline($adc) => $call,
        }
    };
}

impl Adc for AnyAdc {
    fn bits(&self) -> u32 {
        of_any!(self, adc => adc.bits())
    }

    fn span(&self) -> Span {
        of_any!(self, adc => adc.span())
    }

    #[inline]
    fn sample(&self, input: f64, noise: &mut Noise) -> u32 {
        of_any!(self, adc => adc.sample(input, noise))
    }

    fn convert(
        &self,
        inputs: &[f64],
        codes: &mut [u32],
        noise: &mut Noise,
    ) -> Result<(), ConverterError> {
        of_any!(self, adc => adc.convert(inputs, codes, noise))
    }
}
