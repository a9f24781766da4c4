//! What can go wrong with a mapping.

use ohmloom_layouts::LayoutError;
use ohmloom_peripherals::components::ComponentError;

/// Why a network could not be mapped or its cost not be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// A configuration file that cannot be used.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value of the configuration that makes no sense.
    #[error("{reason}")]
    Value {
        /// What is wrong.
        reason: String,
    },
    /// The configuration speaks of a layer that the network does not have.
    #[error("the network has no layer \"{name}\" (in {place}); it has {known}")]
    NoSuchLayer {
        /// The name in the configuration.
        name: String,
        /// Where in the configuration.
        place: &'static str,
        /// The layers there are.
        known: String,
    },
    /// A layer that cannot be laid out, or an array that cannot be solved.
    #[error("layer \"{layer}\": {source}")]
    Layer {
        /// Name of the layer.
        layer: String,
        /// What is wrong.
        source: Box<LayoutError>,
    },
    /// Slices that cannot be packed.
    #[error("packing: {0}")]
    Packing(LayoutError),
    /// A component library or one of its parts.
    #[error(transparent)]
    Component(#[from] ComponentError),
}
