//! An ADC without errors.

use serde::{Deserialize, Serialize};

use super::Adc;
use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;
use crate::span::{Span, clipped, largest_code};

/// Parameters of an ideal ADC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ideal {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
}

/// An ideal ADC.
#[derive(Clone, Debug, PartialEq)]
pub struct IdealAdc {
    bits: u32,
    span: Span,
    per_step: f64,
}

impl Ideal {
    /// The converter.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self) -> Result<IdealAdc, ConverterError> {
        let check = Check("ideal");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        Ok(IdealAdc {
            bits: self.bits,
            span: self.range,
            per_step: 1.0 / self.range.step(self.bits),
        })
    }
}

impl Adc for IdealAdc {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn sample(&self, input: f64, _: &mut Noise) -> u32 {
        clipped(
            (input - self.span.low) * self.per_step,
            largest_code(self.bits),
        )
    }
}
