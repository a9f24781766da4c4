//! Studies: a network evaluated on tiles at many points, each a configuration with swept keys.
//!
//! [`Study::open`] reads a study file or a preset and checks every point; [`run()`] evaluates the points, appends each to a journal as
//! soon as it is done and writes `results.csv`; [`merge`] puts shards together; [`report::write`] makes plots and one HTML page.

mod axes;
mod claim;
mod configuration;
mod csv;
mod description;
mod error;
mod inputs;
mod journal;
mod manifest;
mod merge;
mod metrics;
mod plan;
mod points;
mod presets;
pub mod report;
mod results;
mod run;
mod sections;

pub use axes::{AxisValues, Range, RangeScale, SweepAxis};
pub use claim::{Claim, Expectation, Statistic};
pub use description::{
    BaseConfiguration, CaseDescription, Design, PartDescription, StudyDescription,
};
pub use error::StudyError;
pub use inputs::InputFile;
pub use manifest::{Manifest, ManifestAxis, ManifestCase, ManifestSection, Shard};
pub use merge::{MergeOutcome, merge};
pub use plan::{Job, Study};
pub use presets::{HARDWARE, PRESETS, Preset, hardware, preset};
pub use results::Results;
pub use run::{RunOptions, RunOutcome, Watch, run};
