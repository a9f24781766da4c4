//! Random numbers of converters: mismatch, drawn once for each instance, and noise, drawn for each conversion.
//!
//! Both come from [`ohmloom_devices::nonidealities::streams`], so that neither depends on the order in which converters are made or
//! on what other converters convert.

use ohmloom_devices::nonidealities::streams::{Key, Purpose, Streams};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, StandardNormal};

/// Which converter it is: everything that its random numbers depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstanceKey {
    /// The seed of the study.
    pub seed: u64,
    /// Trial of a Monte Carlo study.
    pub trial: u64,
    /// Tile.
    pub tile: u64,
    /// Which converter of the tile, below 2^31.
    pub index: u32,
}

/// The parts of converters that have mismatch. Two parts never share a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Part {
    /// Capacitors, resistors or stages of an ADC.
    AdcElements = 1,
    /// Comparators of an ADC.
    AdcComparators = 2,
    /// Reference, ramp or charge of an ADC.
    AdcScale = 3,
    /// Capacitors, resistors or current sources of a DAC.
    DacElements = 4,
    /// Resistors between the taps of a ladder.
    DacLinks = 5,
    /// Amplitude and timing of a DAC.
    DacScale = 6,
    /// Offset of a front end.
    FrontEnd = 7,
    /// Offset of a decision circuit behind an array.
    Sense = 8,
}

/// The mismatch of one part of one converter: a standard normal deviate for each element.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    streams: Streams,
    row: usize,
}

impl Mismatch {
    pub(crate) fn new(key: &InstanceKey, part: Part) -> Self {
        Self {
            streams: Streams::new(&Key {
                seed: key.seed,
                purpose: Purpose::ConverterMismatch,
                occurrence: part as u16,
                repetition: 0,
                trial: key.trial,
                tile: key.tile,
            }),
            row: key.index as usize,
        }
    }

    pub(crate) fn normal(&mut self, element: usize) -> f64 {
        self.streams.cell(self.row, element).normal(0)
    }
}

/// The noise of one converter, one number after another.
///
/// ```
/// use ohmloom_peripherals::{InstanceKey, Noise};
///
/// let key = InstanceKey { seed: 7, ..InstanceKey::default() };
/// assert_eq!(Noise::new(&key, 0).normal(), Noise::new(&key, 0).normal());
/// assert_ne!(Noise::new(&key, 0).normal(), Noise::new(&key, 1).normal());
/// assert_eq!(Noise::silent().normal(), 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct Noise(Option<Source>);

#[derive(Clone, Debug)]
struct Source {
    key: Key,
    row: usize,
    /// Made when the first number is drawn.
    generator: Option<ChaCha8Rng>,
}

impl Noise {
    /// The noise of a converter; `repetition` distinguishes several runs of it.
    pub fn new(key: &InstanceKey, repetition: u32) -> Self {
        Self(Some(Source {
            key: Key {
                seed: key.seed,
                purpose: Purpose::ConverterNoise,
                occurrence: 0,
                repetition,
                trial: key.trial,
                tile: key.tile,
            },
            row: key.index as usize,
            generator: None,
        }))
    }

    /// No noise: every deviate is 0, every coin shows the same side.
    pub fn silent() -> Self {
        Self(None)
    }

    /// A standard normal deviate.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        self.0
            .as_mut()
            .map_or(0.0, |source| StandardNormal.sample(source.generator()))
    }

    /// True in half of the cases.
    #[inline]
    pub fn coin(&mut self) -> bool {
        self.0
            .as_mut()
            .is_some_and(|source| source.generator().next_u64() >> 63 == 1)
    }

    /// `sigma` times a deviate; none is drawn for a sigma of 0.
    #[inline]
    pub(crate) fn scaled(&mut self, sigma: f64) -> f64 {
        if sigma == 0.0 {
            0.0
        } else {
            sigma * self.normal()
        }
    }
}

impl Source {
    #[inline]
    fn generator(&mut self) -> &mut ChaCha8Rng {
        let Self {
            key,
            row,
            generator,
        } = self;
        generator.get_or_insert_with(|| Streams::new(key).generator(*row, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_standard_normal_and_mismatch_belongs_to_the_instance() {
        let key = InstanceKey::default();
        let mut noise = Noise::new(&key, 3);
        let count = 100_000;
        let (mut sum, mut squares, mut heads) = (0.0, 0.0, 0);
        for _ in 0..count {
            let value = noise.normal();
            sum += value;
            squares += value * value;
            heads += usize::from(noise.coin());
        }
        assert!((sum / f64::from(count)).abs() < 0.015);
        assert!((squares / f64::from(count) - 1.0).abs() < 0.02);
        assert!(heads.abs_diff(50_000) < 700);

        let draw = |key: &InstanceKey, part, element| Mismatch::new(key, part).normal(element);
        let first = draw(&key, Part::AdcElements, 5);
        let mut stream = Mismatch::new(&key, Part::AdcElements);
        let _ = stream.normal(9);
        assert_eq!(stream.normal(5), first);
        for other in [
            InstanceKey { seed: 1, ..key },
            InstanceKey { trial: 1, ..key },
            InstanceKey { tile: 1, ..key },
            InstanceKey { index: 1, ..key },
        ] {
            assert_ne!(draw(&other, Part::AdcElements, 5), first);
        }
        assert_ne!(draw(&key, Part::DacElements, 5), first);
    }
}
