//! What can be wrong with a converter and its use.

use thiserror::Error;

/// Why a converter cannot be built, used or characterised.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ConverterError {
    /// A parameter is out of range.
    #[error("{converter}: {parameter} = {value} must be {requirement}")]
    Parameter {
        /// Kind of converter, as in files.
        converter: &'static str,
        /// Name of the parameter, as in files.
        parameter: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        requirement: &'static str,
    },
    /// The lower end of a range is not below its upper end.
    #[error(
        "{converter}: range = [{low}, {high}] must be two finite values, the first below the second by at least 1e-100"
    )]
    Range {
        /// Kind of converter, as in files.
        converter: &'static str,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// An input is not a finite number.
    #[error("input {index} of a converter is {value}, which is not a finite number")]
    Input {
        /// Position in the slice.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A code has more bits than the converter.
    #[error("code {code} at position {index} is above {largest}, the converter's largest")]
    Code {
        /// Position in the slice.
        index: usize,
        /// What it is.
        code: u32,
        /// Largest code.
        largest: u32,
    },
    /// Two slices that belong together differ in length.
    #[error("a converter was given {inputs} inputs and room for {outputs} outputs")]
    Lengths {
        /// Inputs.
        inputs: usize,
        /// Outputs.
        outputs: usize,
    },
    /// A name that a subcircuit cannot have.
    #[error("{0:?} is no name for a subcircuit: letters, digits and underscores, a letter first")]
    Name(String),
    /// There is no circuit of this converter.
    #[error("there is no circuit of a converter of the kind {0}")]
    NoCircuit(&'static str),
    /// A measurement is impossible.
    #[error("{0}")]
    Measurement(String),
}

/// Checks the parameters of one kind of converter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check(pub(crate) &'static str);

impl Check {
    fn that(
        self,
        good: bool,
        parameter: &'static str,
        value: f64,
        requirement: &'static str,
    ) -> Result<(), ConverterError> {
        if good {
            Ok(())
        } else {
            Err(ConverterError::Parameter {
                converter: self.0,
                parameter,
                value,
                requirement,
            })
        }
    }

    pub(crate) fn positive(
        self,
        parameter: &'static str,
        value: f64,
    ) -> Result<(), ConverterError> {
        let good = value > 0.0 && value.is_finite();
        self.that(good, parameter, value, "a finite value above 0")
    }

    pub(crate) fn not_negative(
        self,
        parameter: &'static str,
        value: f64,
    ) -> Result<(), ConverterError> {
        let good = value >= 0.0 && value.is_finite();
        self.that(good, parameter, value, "a finite value of at least 0")
    }

    pub(crate) fn finite(self, parameter: &'static str, value: f64) -> Result<(), ConverterError> {
        self.that(value.is_finite(), parameter, value, "a finite value")
    }

    /// A relative deviation. No deviate is beyond 8.3, so that what deviates stays positive.
    pub(crate) fn deviation(
        self,
        parameter: &'static str,
        value: f64,
    ) -> Result<(), ConverterError> {
        let good = (0.0..=0.1).contains(&value);
        self.that(good, parameter, value, "a relative deviation from 0 to 0.1")
    }

    pub(crate) fn positive_if_given(
        self,
        parameter: &'static str,
        value: Option<f64>,
    ) -> Result<(), ConverterError> {
        value.map_or(Ok(()), |value| self.positive(parameter, value))
    }

    /// The gain of an amplifier; infinite if not given.
    pub(crate) fn gain(
        self,
        parameter: &'static str,
        value: Option<f64>,
    ) -> Result<(), ConverterError> {
        value.map_or(Ok(()), |value| {
            let good = value > 1.0 && value.is_finite();
            self.that(good, parameter, value, "a finite value above 1")
        })
    }

    pub(crate) fn bits(
        self,
        bits: u32,
        from: u32,
        to: u32,
        requirement: &'static str,
    ) -> Result<(), ConverterError> {
        let good = (from..=to).contains(&bits);
        self.that(good, "bits", f64::from(bits), requirement)
    }
}
