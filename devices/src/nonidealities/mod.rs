//! What makes a programmed array differ from its targets: variability, faults, ageing, temperature and noise.
//!
//! A [`ProgrammedArray`] starts with target conductances; [`Nonidealities`] is a list, as a study file holds it, that changes them in order and
//! reports what it did. All random numbers come from [`streams`]: they depend on the seed, the trial, the tile and the cell, and on
//! nothing else.
//!
//! ```
//! use ohmloom_devices::nonidealities::{
//!     ConductanceRange, DeviceToDevice, Distribution, Instance, Nonidealities, Nonideality, ProgrammedArray, Stuck,
//! };
//!
//! let list = Nonidealities {
//!     entries: vec![
//!         Nonideality::DeviceToDevice(DeviceToDevice { sigma: 0.1, distribution: Distribution::Lognormal }),
//!         Nonideality::Stuck(Stuck::independent(0.01, 0.02)),
//!     ],
//! };
//! let range = ConductanceRange::from_resistances(1e4, 1e5);
//! let mut array = ProgrammedArray::new(64, 64, vec![5e-5; 64 * 64], range)?;
//! let report = list.program(&mut array, &Instance { seed: 1, ..Instance::default() })?;
//! assert!(report[1].stuck_on > 10 && report[1].stuck_off > 40);
//! # Ok::<(), ohmloom_devices::nonidealities::NonidealityError>(())
//! ```

mod ageing;
mod array;
mod effect;
mod error;
mod levels;
mod lines;
mod list;
mod normal;
mod pcm;
mod read_noise;
pub mod streams;
mod stuck;
mod temperature;
mod variability;

pub use ageing::{Drift, Retention, RetentionLaw};
pub use array::{ConductanceRange, ProgrammedArray, StuckState};
pub use effect::Effect;
pub use error::NonidealityError;
pub use levels::{Levels, Spacing};
pub use lines::{BrokenLines, LineFaults, Open, Short, Side};
pub use list::{Applied, Instance, Nonidealities, Nonideality};
pub use pcm::{Pcm, PcmModel};
pub use read_noise::{FlickerNoise, RandomTelegraphNoise, ShotNoise, ThermalNoise};
pub use stuck::{Placement, Stuck, StuckCell};
pub use temperature::Temperature;
pub use variability::{
    CycleToCycle, DeviceToDevice, Distribution, RangeOf, RangeSpread, RangeVariation, WriteError,
};
