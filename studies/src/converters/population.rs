//! The same measurements of many draws of one converter.

use ohmloom_peripherals::adc::AdcDescription;
use ohmloom_peripherals::dac::DacDescription;
use ohmloom_peripherals::metrology::{
    HistogramTest, Linearity, ReferenceLine, SineTest, Spectrum, characterize_adc, characterize_dac,
};
use ohmloom_peripherals::{ConverterError, InstanceKey, Noise};
use rayon::prelude::*;
use serde::Serialize;

/// How a figure differs between converters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; 0 for a single converter.
    pub deviation: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub greatest: f64,
}

impl Spread {
    /// The spread of some values; there is at least one.
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let squares: f64 = values.clone().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            deviation: (squares / (count - 1.0).max(1.0)).sqrt(),
            least: values.clone().fold(f64::INFINITY, f64::min),
            greatest: values.fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// What was measured of many draws of one converter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Population {
    /// Number of draws.
    pub draws: usize,
    /// Largest |INL| of a converter, LSB.
    pub worst_inl: Spread,
    /// Largest |DNL| of a converter, LSB.
    pub worst_dnl: Spread,
    /// Offset, LSB.
    pub offset: Spread,
    /// Relative gain error.
    pub gain_error: Spread,
    /// Signal to noise and distortion, dB.
    pub sndr: Spread,
    /// Spurious-free dynamic range, dB.
    pub sfdr: Spread,
    /// Effective number of bits.
    pub enob: Spread,
    /// Share of the converters whose transfer curve never falls.
    pub monotonic: f64,
    /// Share of the converters without missing codes; 1 for DACs.
    pub complete: f64,
}

/// Why there is no population.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PopulationError {
    /// No draws.
    #[error("a population needs at least one draw")]
    Empty,
    /// A converter could not be built or measured.
    #[error("draw {draw}: {source}")]
    Converter {
        /// Which one, from 0.
        draw: u64,
        /// What went wrong.
        source: ConverterError,
    },
}

/// The figures of one converter that enter a population.
struct Figures {
    linearity: Linearity,
    spectrum: Spectrum,
    monotonic: bool,
    complete: bool,
}

/// Measures `draws` ADCs: those of the trials 0 to `draws - 1` of `key`.
///
/// # Errors
/// [`PopulationError`].
pub fn adc_population(
    description: &AdcDescription,
    key: &InstanceKey,
    draws: u64,
    test: &HistogramTest,
    sine: &SineTest,
    line: ReferenceLine,
) -> Result<Population, PopulationError> {
    population(key, draws, |key| {
        let adc = description.instance(key)?;
        let found = characterize_adc(&adc, test, sine, line, &mut Noise::new(key, 0))?;
        Ok(Figures {
            monotonic: found.monotonic,
            complete: found.transitions.missing.is_empty(),
            linearity: found.linearity,
            spectrum: found.spectrum,
        })
    })
}

/// Measures `draws` DACs: those of the trials 0 to `draws - 1` of `key`.
///
/// # Errors
/// [`PopulationError`].
pub fn dac_population(
    description: &DacDescription,
    key: &InstanceKey,
    draws: u64,
    sine: &SineTest,
    line: ReferenceLine,
) -> Result<Population, PopulationError> {
    population(key, draws, |key| {
        let dac = description.instance(key)?;
        let found = characterize_dac(&dac, sine, line, &mut Noise::new(key, 0))?;
        Ok(Figures {
            monotonic: found.monotonic,
            complete: true,
            linearity: found.linearity,
            spectrum: found.spectrum,
        })
    })
}

fn population(
    key: &InstanceKey,
    draws: u64,
    measure: impl Fn(&InstanceKey) -> Result<Figures, ConverterError> + Sync,
) -> Result<Population, PopulationError> {
    let all = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let key = InstanceKey {
                trial: draw,
                ..*key
            };
            measure(&key).map_err(|source| PopulationError::Converter { draw, source })
        })
        .collect::<Result<Vec<Figures>, PopulationError>>()?;
    if all.is_empty() {
        return Err(PopulationError::Empty);
    }
    let spread = |figure: fn(&Figures) -> f64| Spread::of(all.iter().map(figure));
    let share = |good: fn(&Figures) -> bool| {
        all.iter().filter(|figures| good(figures)).count() as f64 / all.len() as f64
    };
    Ok(Population {
        draws: all.len(),
        worst_inl: spread(|f| f.linearity.worst_inl),
        worst_dnl: spread(|f| f.linearity.worst_dnl),
        offset: spread(|f| f.linearity.offset),
        gain_error: spread(|f| f.linearity.gain_error),
        sndr: spread(|f| f.spectrum.sndr),
        sfdr: spread(|f| f.spectrum.sfdr),
        enob: spread(|f| f.spectrum.enob),
        monotonic: share(|f| f.monotonic),
        complete: share(|f| f.complete),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_population_is_the_same_in_every_run_and_spreads_as_its_draws_do() {
        let description: DacDescription = toml::from_str(
            "kind = 'capacitive'\nbits = 6\nunit_capacitance = 1e-15\nunit_mismatch = 0.01",
        )
        .unwrap();
        let key = InstanceKey {
            seed: 4,
            ..InstanceKey::default()
        };
        let sine = SineTest {
            record: 1024,
            cycles: 61,
            amplitude: 1.0,
        };
        let run = || dac_population(&description, &key, 40, &sine, ReferenceLine::EndPoints);
        let found = run().unwrap();
        assert_eq!(run().unwrap(), found);
        assert_eq!(found.draws, 40);
        assert!(found.worst_dnl.least < found.worst_dnl.mean);
        assert!(found.worst_dnl.mean < found.worst_dnl.greatest);
        assert!(found.enob.deviation > 0.0 && found.enob.greatest < 6.1);
        assert_eq!(
            dac_population(&description, &key, 0, &sine, ReferenceLine::EndPoints),
            Err(PopulationError::Empty)
        );
    }
}
