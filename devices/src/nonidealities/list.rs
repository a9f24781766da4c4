//! Lists of non-idealities, and their application.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::ageing::{Drift, Retention};
use super::array::{ProgrammedArray, check_conductances};
use super::levels::Levels;
use super::lines::{BrokenLines, LineFaults};
use super::pcm::Pcm;
use super::read_noise::{FlickerNoise, RandomTelegraphNoise, ShotNoise, ThermalNoise};
use super::streams::{Key, Purpose};
use super::stuck::Stuck;
use super::temperature::Temperature;
use super::variability::{CycleToCycle, DeviceToDevice, RangeVariation, WriteError};

/// One non-ideality, told apart by `kind` in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Nonideality {
    /// Spread between devices.
    DeviceToDevice(DeviceToDevice),
    /// Spread of the ends of the conductance range.
    RangeVariation(RangeVariation),
    /// Spread between programming cycles.
    CycleToCycle(CycleToCycle),
    /// Errors of writing.
    WriteError(WriteError),
    /// A finite number of conductance levels.
    Levels(Levels),
    /// Stuck cells.
    Stuck(Stuck),
    /// Open and bridged lines.
    BrokenLines(BrokenLines),
    /// Drift by a power law.
    Drift(Drift),
    /// Loss of retention.
    Retention(Retention),
    /// Temperature.
    Temperature(Temperature),
    /// Phase-change cells.
    Pcm(Pcm),
    /// Thermal noise of a read.
    ThermalNoise(ThermalNoise),
    /// Shot noise of a read.
    ShotNoise(ShotNoise),
    /// 1/f noise of a read.
    FlickerNoise(FlickerNoise),
    /// Random telegraph noise of a read.
    RandomTelegraphNoise(RandomTelegraphNoise),
}

/// Which draw of all random numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Seed of the study.
    pub seed: u64,
    /// Trial of a Monte Carlo study.
    pub trial: u64,
    /// Tile.
    pub tile: u64,
    /// Programming cycle.
    pub cycle: u32,
}

impl Instance {
    pub(super) fn key(&self, purpose: Purpose, occurrence: u16, repetition: u32) -> Key {
        Key {
            seed: self.seed,
            purpose,
            occurrence,
            repetition,
            trial: self.trial,
            tile: self.tile,
        }
    }
}

/// What one non-ideality did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Its kind, as written in files.
    pub kind: &'static str,
    /// Cells whose value was moved to a limit (zero conductance, or an end of a range).
    pub clipped: usize,
    /// Cells that became stuck on.
    pub stuck_on: usize,
    /// Cells that became stuck off.
    pub stuck_off: usize,
    /// Cells that were to be stuck and were so already.
    pub stuck_already: usize,
    /// Faults of lines, for the wires.
    pub line_faults: LineFaults,
}

impl Applied {
    pub(super) fn of(kind: &'static str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    pub(super) fn clipped(kind: &'static str, clipped: usize) -> Self {
        Self {
            clipped,
            ..Self::of(kind)
        }
    }
}

/// A list of non-idealities; in files a list of tables `[[nonideality]]`.
///
/// [`Nonidealities::program`] applies all but read noise, in the order of the list. [`Nonidealities::read`] then applies read noise, in the
/// order of the list as well, anew for each read.
///
/// Random numbers do not depend on the other entries of the list, but for earlier entries of the same kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nonidealities {
    /// The entries.
    #[serde(default, rename = "nonideality", skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Nonideality>,
}

impl Nonidealities {
    /// Checks every value.
    ///
    /// # Errors
    /// The first entry with a value out of range.
    pub fn validate(&self) -> Result<(), NonidealityError> {
        for (index, entry) in self.entries.iter().enumerate() {
            entry.validate().map_err(|source| at(index, source))?;
        }
        Ok(())
    }

    /// Applies everything that concerns programming, faults, ageing and temperature to an array that holds its target conductances. Returns what each
    /// entry did, in the order of the list.
    ///
    /// # Errors
    /// An entry with a value out of range, or one that does not fit the array (a fault outside of it, more stuck cells than there are); a
    /// conductance that overflows. After an error the array is of no use.
    pub fn program(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
    ) -> Result<Vec<Applied>, NonidealityError> {
        self.validate()?;
        let mut report = Vec::with_capacity(self.entries.len());
        for (index, entry) in self.entries.iter().enumerate() {
            let applied = entry
                .program(array, instance, self.occurrence(index))
                .and_then(|applied| array.validate().map(|()| applied))
                .map_err(|source| at(index, source))?;
            report.push(applied);
        }
        Ok(report)
    }

    /// The conductances that read number `read` sees, into `conductance` (row-major, S). Returns what each entry did, in the order of the list.
    ///
    /// # Errors
    /// An entry with a value out of range; a list of the wrong length; a conductance that overflows.
    pub fn read(
        &self,
        array: &ProgrammedArray,
        instance: &Instance,
        read: u32,
        conductance: &mut [f64],
    ) -> Result<Vec<Applied>, NonidealityError> {
        self.validate()?;
        if conductance.len() != array.conductance().len() {
            return Err(NonidealityError::WrongLength {
                what: "conductances",
                expected: array.conductance().len(),
                found: conductance.len(),
            });
        }
        conductance.copy_from_slice(array.conductance());
        let entries = self.entries.iter().enumerate();
        let report = entries
            .map(|(index, entry)| {
                entry.read(array, conductance, instance, self.occurrence(index), read)
            })
            .collect();
        check_conductances(conductance, array.columns())?;
        Ok(report)
    }

    /// Programs an array as [`Self::program`] does and reads it once (read 0): the conductances of that read, row-major in S, and what each
    /// entry did in both.
    ///
    /// # Errors
    /// As [`Self::program`].
    pub fn program_and_read(
        &self,
        mut array: ProgrammedArray,
        instance: &Instance,
    ) -> Result<(Vec<f64>, Vec<Applied>), NonidealityError> {
        let mut report = self.program(&mut array, instance)?;
        if !self.has_read_noise() {
            return Ok((array.into_conductance(), report));
        }
        let mut conductance = vec![0.0; array.conductance().len()];
        let read = self.read(&array, instance, 0, &mut conductance)?;
        for (applied, read) in report.iter_mut().zip(read) {
            applied.clipped += read.clipped;
        }
        Ok((conductance, report))
    }

    /// Whether reads differ from each other.
    pub fn has_read_noise(&self) -> bool {
        self.entries.iter().any(|entry| match entry {
            Nonideality::Pcm(pcm) => pcm.read_noise,
            _ => entry.is_read_noise(),
        })
    }

    /// How many earlier entries have the same kind.
    fn occurrence(&self, index: usize) -> u16 {
        let kind = std::mem::discriminant(&self.entries[index]);
        let earlier = self.entries[..index].iter();
        let count = earlier
            .filter(|other| std::mem::discriminant(*other) == kind)
            .count();
        count as u16
    }
}

fn at(index: usize, source: NonidealityError) -> NonidealityError {
    NonidealityError::Entry {
        number: index + 1,
        source: Box::new(source),
    }
}

impl Nonideality {
    fn validate(&self) -> Result<(), NonidealityError> {
        match self {
            Self::DeviceToDevice(it) => it.validate(),
            Self::RangeVariation(it) => it.validate(),
            Self::CycleToCycle(it) => it.validate(),
            Self::WriteError(it) => it.validate(),
            Self::Levels(it) => it.validate(),
            Self::Stuck(it) => it.validate(),
            Self::BrokenLines(it) => it.validate(),
            Self::Drift(it) => it.validate(),
            Self::Retention(it) => it.validate(),
            Self::Temperature(it) => it.validate(),
            Self::Pcm(it) => it.validate(),
            Self::ThermalNoise(it) => it.validate(),
            Self::ShotNoise(it) => it.validate(),
            Self::FlickerNoise(it) => it.validate(),
            Self::RandomTelegraphNoise(it) => it.validate(),
        }
    }

    /// The kind, as written in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DeviceToDevice(_) => DeviceToDevice::KIND,
            Self::RangeVariation(_) => RangeVariation::KIND,
            Self::CycleToCycle(_) => CycleToCycle::KIND,
            Self::WriteError(_) => WriteError::KIND,
            Self::Levels(_) => Levels::KIND,
            Self::Stuck(_) => Stuck::KIND,
            Self::BrokenLines(_) => BrokenLines::KIND,
            Self::Drift(_) => Drift::KIND,
            Self::Retention(_) => Retention::KIND,
            Self::Temperature(_) => Temperature::KIND,
            Self::Pcm(_) => Pcm::KIND,
            Self::ThermalNoise(_) => ThermalNoise::KIND,
            Self::ShotNoise(_) => ShotNoise::KIND,
            Self::FlickerNoise(_) => FlickerNoise::KIND,
            Self::RandomTelegraphNoise(_) => RandomTelegraphNoise::KIND,
        }
    }

    /// Whether it acts on reads only.
    fn is_read_noise(&self) -> bool {
        matches!(
            self,
            Self::ThermalNoise(_)
                | Self::ShotNoise(_)
                | Self::FlickerNoise(_)
                | Self::RandomTelegraphNoise(_)
        )
    }

    fn program(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Result<Applied, NonidealityError> {
        match self {
            Self::DeviceToDevice(it) => Ok(it.apply(array, instance, occurrence)),
            Self::RangeVariation(it) => it.apply(array, instance, occurrence),
            Self::CycleToCycle(it) => Ok(it.apply(array, instance, occurrence)),
            Self::WriteError(it) => Ok(it.apply(array, instance, occurrence)),
            Self::Levels(it) => it.apply(array),
            Self::Stuck(it) => it.apply(array, instance, occurrence),
            Self::BrokenLines(it) => it.apply(array, instance, occurrence),
            Self::Drift(it) => Ok(it.apply(array, instance, occurrence)),
            Self::Retention(it) => Ok(it.apply(array, instance, occurrence)),
            Self::Temperature(it) => Ok(it.apply(array)),
            Self::Pcm(it) => Ok(it.apply(array, instance, occurrence)),
            Self::ThermalNoise(_)
            | Self::ShotNoise(_)
            | Self::FlickerNoise(_)
            | Self::RandomTelegraphNoise(_) => Ok(Applied::of(self.kind())),
        }
    }

    fn read(
        &self,
        array: &ProgrammedArray,
        g: &mut [f64],
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        let columns = array.columns();
        match self {
            Self::Pcm(it) => it.read(array, g, instance, occurrence, read),
            Self::ThermalNoise(it) => it.apply(g, columns, instance, occurrence, read),
            Self::ShotNoise(it) => it.apply(g, columns, instance, occurrence, read),
            Self::FlickerNoise(it) => it.apply(g, columns, instance, occurrence, read),
            Self::RandomTelegraphNoise(it) => it.apply(g, columns, instance, occurrence, read),
            _ => Applied::of(self.kind()),
        }
    }
}
