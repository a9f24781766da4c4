//! A DAC without errors.

use serde::{Deserialize, Serialize};

use super::Dac;
use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;
use crate::span::Span;

/// Parameters of an ideal DAC, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdealDacDescription {
    /// Resolution, 1 to 16.
    pub bits: u32,
    /// Range, V.
    #[serde(default)]
    pub range: Span,
}

/// An ideal DAC.
#[derive(Clone, Debug, PartialEq)]
pub struct IdealDac {
    bits: u32,
    span: Span,
    step: f64,
}

impl IdealDacDescription {
    /// The converter.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self) -> Result<IdealDac, ConverterError> {
        let check = Check("ideal");
        check.bits(self.bits, 1, 16, "1 to 16")?;
        self.range.check(check)?;
        Ok(IdealDac {
            bits: self.bits,
            span: self.range,
            step: self.range.step(self.bits),
        })
    }
}

impl Dac for IdealDac {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn span(&self) -> Span {
        self.span
    }

    #[inline]
    fn level(&self, code: u32, _: &mut Noise) -> f64 {
        self.span.low + f64::from(code) * self.step
    }
}
