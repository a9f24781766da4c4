//! A front end at the end of an array's column: what it is for the array, and how it reads the current that the array then delivers.
//!
//! An amplifier with feedback resistor `R`, gain `A` and input offset `V_os` holds its input at `R I / (1 + A) + V_os A / (1 + A)`, so that the
//! array sees the second term behind a resistance `R / (1 + A)`; its output divided by `-R` is `(I - V_os / R) A / (1 + A)`. What
//! [`super::FrontEnd::voltage`] says of a source with a conductance follows from the same two equations; here the array is that source.

use ohmloom_devices::constants::BOLTZMANN;

use super::FrontEndDescription;
use crate::ConverterError;
use crate::draws::{InstanceKey, Mismatch, Part};

/// One front end between a column and a converter. Of the current `I` out of the column it reads `gain I + offset`, with noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColumnTerminal {
    /// Resistance between the column's end and `potential`, ohm.
    pub resistance: f64,
    /// V.
    pub potential: f64,
    /// Part of the current that is read.
    pub gain: f64,
    /// Added to what is read, A.
    pub offset: f64,
    /// Noise of what is read, A rms.
    pub noise: f64,
}

impl ColumnTerminal {
    const IDEAL: Self = Self {
        resistance: 0.0,
        potential: 0.0,
        gain: 1.0,
        offset: 0.0,
        noise: 0.0,
    };
}

impl FrontEndDescription {
    /// The front end that belongs to `key` at a column whose cells have this conductance (S) in sum, which sets the amplifier's noise gain and speed.
    ///
    /// # Errors
    /// A parameter out of range, and what is not known at the end of a column: a `source_conductance`, for the array itself is the source; a
    /// limited output (`swing`, `slew_rate`); an amplifier's `reference`; an integrator with a limited amplifier.
    pub fn at_column(
        &self,
        key: &InstanceKey,
        conductance: f64,
    ) -> Result<ColumnTerminal, ConverterError> {
        self.instance(key)?;
        self.check_column()?;
        Ok(match self {
            Self::VirtualGround(_) => ColumnTerminal::IDEAL,
            Self::Transimpedance(amplifier) => {
                let mut loaded = amplifier.clone();
                loaded.source_conductance = conductance;
                let held = amplifier.amplifier_gain / (1.0 + amplifier.amplifier_gain);
                let offset = amplifier.offset_sigma * Mismatch::new(key, Part::FrontEnd).normal(0);
                ColumnTerminal {
                    resistance: self.input_resistance(),
                    potential: held * offset,
                    gain: held * loaded.settled(),
                    offset: -held * offset / amplifier.feedback_resistance,
                    noise: loaded.output_noise() / amplifier.feedback_resistance,
                }
            }
            Self::Integrator(integrator) => {
                let volts_per_ampere = integrator.time / integrator.capacitance;
                let offset = integrator.offset_sigma * Mismatch::new(key, Part::FrontEnd).normal(0);
                let noise = integrator
                    .temperature
                    .map_or(0.0, |kelvin| BOLTZMANN * kelvin / integrator.capacitance);
                ColumnTerminal {
                    offset: integrator.leakage - offset / volts_per_ampere,
                    noise: noise.sqrt() / volts_per_ampere,
                    ..ColumnTerminal::IDEAL
                }
            }
            Self::SenseResistor(resistor) => {
                let ohm = resistor.resistance / (1.0 + resistor.resistance * conductance);
                let density = 4.0 * BOLTZMANN * resistor.temperature * ohm;
                let noise = resistor.noise_bandwidth.map_or(0.0, |band| density * band);
                ColumnTerminal {
                    resistance: resistor.resistance,
                    noise: noise.sqrt() / resistor.resistance,
                    ..ColumnTerminal::IDEAL
                }
            }
        })
    }

    /// What it adds to the resistance at the end of a column, ohm.
    pub fn input_resistance(&self) -> f64 {
        match self {
            Self::VirtualGround(_) | Self::Integrator(_) => 0.0,
            Self::Transimpedance(amplifier) => {
                amplifier.feedback_resistance / (1.0 + amplifier.amplifier_gain)
            }
            Self::SenseResistor(resistor) => resistor.resistance,
        }
    }

    /// Whether two of them differ, or two reads.
    pub fn is_random(&self) -> bool {
        match self {
            Self::VirtualGround(_) => false,
            Self::Transimpedance(amplifier) => {
                amplifier.offset_sigma > 0.0 || amplifier.output_noise() > 0.0
            }
            Self::Integrator(integrator) => {
                integrator.offset_sigma > 0.0 || integrator.temperature.is_some()
            }
            Self::SenseResistor(resistor) => resistor.noise_bandwidth.is_some(),
        }
    }

    fn check_column(&self) -> Result<(), ConverterError> {
        let refused = |parameter, value, requirement| {
            Err(ConverterError::Parameter {
                converter: self.kind(),
                parameter,
                value,
                requirement,
            })
        };
        let (source, swing, rest) = match self {
            Self::VirtualGround(_) => return Ok(()),
            Self::Transimpedance(amplifier) => {
                let rest = ("reference", Some(amplifier.reference).filter(|&v| v != 0.0));
                (amplifier.source_conductance, amplifier.swing, [rest; 2])
            }
            Self::Integrator(integrator) => {
                let rest = [
                    ("amplifier_gain", integrator.amplifier_gain),
                    ("slew_rate", integrator.slew_rate),
                ];
                (integrator.source_conductance, integrator.swing, rest)
            }
            Self::SenseResistor(resistor) => (resistor.source_conductance, None, [("", None); 2]),
        };
        if source != 0.0 {
            let requirement = "left out at a column: the array itself is the source";
            return refused("source_conductance", source, requirement);
        }
        if let Some([low, _]) = swing {
            return refused("swing", low, "left out at a column");
        }
        for (parameter, value) in rest {
            if let Some(value) = value {
                return refused(parameter, value, "left out at a column");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Noise;
    use crate::front_ends::{FrontEnd, Integrator, SenseResistor, Transimpedance};

    /// What a front end at a source of current `short` and conductance `g` reads, from its terminal.
    fn read(terminal: &ColumnTerminal, short: f64, g: f64) -> f64 {
        let current = (short - g * terminal.potential) / (1.0 + g * terminal.resistance);
        terminal.gain * current + terminal.offset
    }

    #[test]
    fn a_source_with_a_conductance_gives_the_voltages_of_the_models() {
        let (g, short) = (2.3e-3, 37e-6);
        let key = InstanceKey {
            seed: 5,
            ..InstanceKey::default()
        };
        let amplifier = Transimpedance {
            offset_sigma: 1e-3,
            ..Transimpedance::new(3e3, 200.0, 0.0)
        };
        let resistor = SenseResistor {
            resistance: 150.0,
            source_conductance: 0.0,
            noise_bandwidth: None,
            temperature: 300.0,
        };
        let cases = [
            (
                FrontEndDescription::Transimpedance(amplifier.clone()),
                FrontEndDescription::Transimpedance(Transimpedance {
                    source_conductance: g,
                    ..amplifier
                }),
                -3e3,
            ),
            (
                FrontEndDescription::SenseResistor(resistor.clone()),
                FrontEndDescription::SenseResistor(SenseResistor {
                    source_conductance: g,
                    ..resistor
                }),
                150.0,
            ),
            (
                FrontEndDescription::Integrator(Integrator {
                    leakage: 1e-7,
                    offset_sigma: 2e-3,
                    ..Integrator::new(1e-12, 1e-8)
                }),
                FrontEndDescription::Integrator(Integrator {
                    leakage: 1e-7,
                    offset_sigma: 2e-3,
                    ..Integrator::new(1e-12, 1e-8)
                }),
                -1e4,
            ),
        ];
        for (at_column, with_source, ohm) in cases {
            let terminal = at_column.at_column(&key, g).unwrap();
            let expected = with_source
                .instance(&key)
                .unwrap()
                .voltage(short, &mut Noise::silent());
            let found = ohm * read(&terminal, short, g);
            assert!(
                (found - expected).abs() < 1e-12 * expected.abs(),
                "{}: {found} {expected}",
                at_column.kind()
            );
        }
    }

    #[test]
    fn what_a_column_cannot_have_is_an_error() {
        let key = InstanceKey::default();
        let refused = |front_end: FrontEndDescription, word: &str| {
            let error = front_end.at_column(&key, 1e-3).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        };
        let amplifier = Transimpedance::new(1e3, 100.0, 0.0);
        refused(
            FrontEndDescription::Transimpedance(Transimpedance::new(1e3, 100.0, 1e-3)),
            "source_conductance",
        );
        refused(
            FrontEndDescription::Transimpedance(Transimpedance {
                swing: Some([-1.0, 1.0]),
                ..amplifier.clone()
            }),
            "swing",
        );
        refused(
            FrontEndDescription::Transimpedance(Transimpedance {
                reference: 0.5,
                ..amplifier
            }),
            "reference",
        );
        refused(
            FrontEndDescription::Integrator(Integrator {
                slew_rate: Some(1e6),
                ..Integrator::new(1e-12, 1e-8)
            }),
            "slew_rate",
        );
    }
}
