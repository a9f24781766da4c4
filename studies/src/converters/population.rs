//! The same measurements of many draws of one converter.

use ohmloom_peripherals::adc::AdcDescription;
use ohmloom_peripherals::dac::DacDescription;
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_peripherals::metrology::{
    FrontEndTest, HistogramTest, Linearity, ReferenceLine, SineTest, Spectrum, characterize_adc,
    characterize_dac, characterize_front_end,
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

/// What was measured of many draws of one front end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrontEndPopulation {
    /// Number of draws.
    pub draws: usize,
    /// Output without a current less the nominal one, V.
    pub offset: Spread,
    /// The same as a current at the input, A.
    pub input_offset: Spread,
    /// Relative gain error.
    pub gain_error: Spread,
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

/// Measures `draws` front ends: those of the trials 0 to `draws - 1` of `key`.
///
/// # Errors
/// [`PopulationError`].
pub fn front_end_population(
    description: &FrontEndDescription,
    key: &InstanceKey,
    draws: u64,
    test: &FrontEndTest,
) -> Result<FrontEndPopulation, PopulationError> {
    let all = each_draw(key, draws, |key| {
        let found = characterize_front_end(description, key, test)?;
        Ok([found.offset, found.input_offset, found.gain_error])
    })?;
    let spread = |figure: usize| Spread::of(all.iter().map(move |figures| figures[figure]));
    Ok(FrontEndPopulation {
        draws: all.len(),
        offset: spread(0),
        input_offset: spread(1),
        gain_error: spread(2),
    })
}

/// Measures every draw; there is at least one.
fn each_draw<T: Send>(
    key: &InstanceKey,
    draws: u64,
    measure: impl Fn(&InstanceKey) -> Result<T, ConverterError> + Sync,
) -> Result<Vec<T>, PopulationError> {
    let all = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let key = InstanceKey {
                trial: draw,
                ..*key
            };
            measure(&key).map_err(|source| PopulationError::Converter { draw, source })
        })
        .collect::<Result<Vec<T>, PopulationError>>()?;
    if all.is_empty() {
        return Err(PopulationError::Empty);
    }
    Ok(all)
}

fn population(
    key: &InstanceKey,
    draws: u64,
    measure: impl Fn(&InstanceKey) -> Result<Figures, ConverterError> + Sync,
) -> Result<Population, PopulationError> {
    let all = each_draw(key, draws, measure)?;
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

    #[test]
    fn offsets_of_front_ends_spread_as_their_deviation() {
        let description: FrontEndDescription = toml::from_str(
            "kind = 'transimpedance'\nfeedback_resistance = 1e4\namplifier_gain = 1e3\noffset_sigma = 2e-3",
        )
        .unwrap();
        let test = FrontEndTest::new([0.0, 1e-5]);
        let key = InstanceKey::default();
        let found = front_end_population(&description, &key, 400, &test).unwrap();
        assert_eq!(found.draws, 400);
        let expected = 2e-3 / (1.0 + 1e-3);
        // The deviation of 400 draws is known to 3.5 %.
        assert!((found.offset.deviation / expected - 1.0).abs() < 0.14);
        assert!(found.offset.mean.abs() < 4.0 * expected / 20.0);
        assert!(found.gain_error.deviation < 1e-9);
    }
}
