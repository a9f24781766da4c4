//! The configuration of a mapping.

use std::path::{Path, PathBuf};

use ohmloom_layouts::placement::Scheme;
use ohmloom_layouts::{TileSettings, Unsensed};
use ohmloom_peripherals::components::{ComponentLibrary, Part, Scaling};
use serde::{Deserialize, Serialize};

use super::MappingError;
use super::quantities::{Factor, Quantity, check};

/// How a layer's scheme is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutChoice {
    /// One pair of columns for each kernel.
    #[default]
    Dense,
    /// One pair of columns for each output.
    Staggered,
    /// Staggered where the input less the kernel is longer than there are kernels, else dense.
    Rule,
}

/// Where a bias is added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BiasPlace {
    /// As a number.
    #[default]
    Digital,
    /// As the first row of the array.
    Row,
}

/// How layers are laid out unless they say otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutSettings {
    /// `"dense"`, `"staggered"` or `"rule"`. Default dense.
    pub scheme: LayoutChoice,
    /// Leave out the tiles of a staggered layout that hold no programmed cell. Default false.
    pub banded: bool,
    /// `"digital"` or `"row"`. Default digital.
    pub bias: BiasPlace,
}

/// What one layer does otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSettings {
    /// Name of the layer in the network.
    pub name: String,
    /// As in `[layout]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<LayoutChoice>,
    /// As in `[layout]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banded: Option<bool>,
    /// As in `[layout]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<BiasPlace>,
    /// The parallel layout: arrays over which the kernels are spread, in tiles of their own. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrays: Option<usize>,
}

/// How slices share tiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// Each slice has a tile.
    #[default]
    None,
    /// Each slice goes to the first tile with room.
    FirstFit,
    /// The least number of tiles; for small networks.
    Exact,
}

/// How energy follows from power.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnergyRule {
    /// A component draws its power while it works.
    #[default]
    Active,
    /// Every component draws its power during the whole inference.
    AlwaysOn,
}

/// What the programmed cells are taken to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Programmed {
    /// All at `r_on`.
    #[default]
    On,
    /// All at the mean of `r_on` and `r_off`.
    Mid,
    /// What the weights say: one cell of each pair at `G_off`, the other above it in proportion to the weight.
    Weights,
}

/// Whether tiles are read one after another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// One slice at a time.
    Sequential,
    /// All tiles of a layer (or of a set of concurrent layers) at a time, the slices of each tile one after another.
    #[default]
    Parallel,
}

/// What one converter converts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sensing {
    /// The difference of a pair of columns.
    #[default]
    Pair,
    /// One column; pairs are subtracted as numbers.
    Column,
}

/// How long an array takes to settle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Delay {
    /// `fixed_s + capacitance_f R`, with `R` the resistance of a programmed cell (`r_off` where cells have their weights).
    Cell {
        /// The part that does not depend on the cell, s.
        fixed_s: f64,
        /// Capacitance that a cell charges, F.
        capacitance_f: f64,
    },
    /// The largest Elmore delay of a read, from the solution of the array, times `ln 2^(bits+1)` with the bits of the output: settled to
    /// half a step.
    Elmore {
        /// Capacitance to ground of a row's wire from one cell to the next, with its share of the cell, F.
        row_f: f64,
        /// The same of a column's wire.
        column_f: f64,
    },
}

/// The arrays themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrossbarSettings {
    /// Area of a cell, m^2. Default 1e-14.
    pub cell_area_m2: f64,
    /// `"on"`, `"mid"` or `"weights"`. Default on.
    pub programmed: Programmed,
    /// What columns that a read does not sense are connected to: `"floating"` or `"grounded"`. Default floating.
    pub unsensed: Unsensed,
    /// `"sequential"` or `"parallel"`. Default parallel.
    pub schedule: Schedule,
    /// `"pair"` or `"column"`. Default pair.
    pub sensing: Sensing,
    /// How long a step takes. Default: no time.
    pub delay: Option<Delay>,
    /// How many steps follow each other. Default: passes.
    pub steps: Vec<Factor>,
}

impl Default for CrossbarSettings {
    fn default() -> Self {
        Self {
            cell_area_m2: 1e-14,
            programmed: Programmed::On,
            unsensed: Unsensed::Floating,
            schedule: Schedule::Parallel,
            sensing: Sensing::Pair,
            delay: None,
            steps: vec![Factor::Quantity(Quantity::Passes)],
        }
    }
}

/// One kind of component beside the arrays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentSettings {
    /// Name in the report.
    pub name: String,
    /// Part of the library. Without it the figures below are all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Units: the product of these factors.
    pub count: Vec<Factor>,
    /// Operations that follow each other in one inference: the product of these factors. Default: none, the component takes no time.
    #[serde(default)]
    pub steps: Vec<Factor>,
    /// Operations of all units together: the product of these factors; for parts whose energy is that of an operation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Factor>,
    /// Instead of the part's area, m^2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<f64>,
    /// Instead of the part's power, W, or its energies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
    /// Instead of the part's energy of one operation, J, or its power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_j: Option<f64>,
    /// Instead of the part's latency, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_s: Option<f64>,
}

/// Everything that decides where a network lies and what that costs. In a TOML file every key is optional; unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MappingSettings {
    /// Volts of a driven row. Default 0.2.
    pub read_voltage: f64,
    /// Bits of a row's input, 1 to 24. Default 8.
    pub input_bits: u32,
    /// Bits of a column's output, 1 to 24. Default 8.
    pub output_bits: u32,
    /// `"active"` or `"always-on"`. Default active.
    pub energy: EnergyRule,
    /// `"none"`, `"first-fit"` or `"exact"`. Default none.
    pub packing: Packing,
    /// Sets of layers that work at the same time, as parallel branches do: they share no tile.
    pub concurrent: Vec<Vec<String>>,
    /// Where the components' parts are: a built-in library, or a TOML file (a name that ends in `.toml`, from the configuration's folder).
    pub library: Option<String>,
    /// Scales the library's parts to another technology.
    pub scaling: Option<Scaling>,
    /// Cells, wires and size of the tiles.
    pub tile: TileSettings,
    /// How layers are laid out.
    pub layout: LayoutSettings,
    /// The arrays.
    pub crossbar: CrossbarSettings,
    /// Layers that are laid out otherwise.
    pub layer: Vec<LayerSettings>,
    /// The components beside the arrays.
    pub component: Vec<ComponentSettings>,
    /// Folder that the library's file name starts from.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Default for MappingSettings {
    fn default() -> Self {
        Self {
            read_voltage: 0.2,
            input_bits: 8,
            output_bits: 8,
            energy: EnergyRule::default(),
            packing: Packing::default(),
            concurrent: Vec::new(),
            library: None,
            scaling: None,
            tile: TileSettings::default(),
            layout: LayoutSettings::default(),
            crossbar: CrossbarSettings::default(),
            layer: Vec::new(),
            component: Vec::new(),
            folder: PathBuf::new(),
        }
    }
}

impl MappingSettings {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// A file that cannot be read; text that is not TOML, an unknown key or a wrong type, with line and column; a value out of range.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, MappingError> {
        let path = path.as_ref();
        let fail = |reason: String| MappingError::File {
            path: path.display().to_string(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        let mut settings = Self::parse(&text).map_err(|error| fail(error.to_string()))?;
        settings.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(settings)
    }

    /// Reads the text of a TOML file.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let settings: Self = toml::from_str(text).map_err(|error| MappingError::Value {
            reason: format!("\n{error}"),
        })?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), MappingError> {
        let fail = |reason: String| Err(MappingError::Value { reason });
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let not_negative = |value: f64| value >= 0.0 && value.is_finite();
        if !positive(self.read_voltage) {
            return fail(format!(
                "read_voltage = {}: must be finite and > 0",
                self.read_voltage
            ));
        }
        for (key, bits) in [
            ("input_bits", self.input_bits),
            ("output_bits", self.output_bits),
        ] {
            if !(1..=24).contains(&bits) {
                return fail(format!("{key} = {bits}: must be 1 to 24"));
            }
        }
        let wrong = |reason| MappingError::Value { reason };
        self.tile
            .validate()
            .map_err(|error| wrong(format!("[tile] {error}")))?;
        let crossbar = &self.crossbar;
        let delays: &[(&str, f64)] = match &crossbar.delay {
            None => &[],
            Some(Delay::Cell {
                fixed_s,
                capacitance_f,
            }) => &[("fixed_s", *fixed_s), ("capacitance_f", *capacitance_f)],
            Some(Delay::Elmore { row_f, column_f }) => {
                &[("row_f", *row_f), ("column_f", *column_f)]
            }
        };
        for &(key, value) in [("cell_area_m2", crossbar.cell_area_m2)]
            .iter()
            .chain(delays)
        {
            if !not_negative(value) {
                return fail(format!(
                    "[crossbar] {key} = {value}: must be finite and >= 0"
                ));
            }
        }
        check("[crossbar] steps", &crossbar.steps).map_err(wrong)?;
        for (index, component) in self.component.iter().enumerate() {
            let place = format!("[[component]] \"{}\"", component.name);
            let twice = self.component[..index]
                .iter()
                .any(|other| other.name == component.name);
            if twice || component.name == CROSSBAR {
                return fail(format!("{place}: the name is taken"));
            }
            if component.count.is_empty() {
                return fail(format!("{place}: count = [] is no number of units"));
            }
            for factors in [&component.count, &component.steps, &component.operations] {
                check(&place, factors).map_err(wrong)?;
            }
        }
        if let Some(scaling) = &self.scaling {
            scaling.validate()?;
        }
        Ok(())
    }

    /// The component library, if the configuration names one.
    ///
    /// # Errors
    /// A file that cannot be read; a library that makes no sense.
    pub fn component_library(&self) -> Result<Option<ComponentLibrary>, MappingError> {
        let Some(name) = &self.library else {
            return Ok(None);
        };
        if !Path::new(name)
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("toml"))
        {
            return Ok(Some(ComponentLibrary::builtin(name)?));
        }
        let path = self.folder.join(name);
        let fail = |reason: String| MappingError::File {
            path: path.display().to_string(),
            reason,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
        let library = ComponentLibrary::parse(&text).map_err(|error| fail(error.to_string()))?;
        Ok(Some(library))
    }

    /// The part of a component: from the library, scaled, with the component's own figures instead.
    pub(super) fn part_of(
        &self,
        component: &ComponentSettings,
        library: Option<&ComponentLibrary>,
    ) -> Result<Part, MappingError> {
        let mut part = match (&component.part, library) {
            (None, _) => Part {
                name: component.name.clone(),
                description: None,
                source: None,
                technology_m: None,
                area_m2: None,
                power_w: None,
                energy_j: None,
                energy_per_step_j: None,
                latency_s: None,
            },
            (Some(name), Some(library)) => {
                let part = library.part(name)?;
                match &self.scaling {
                    Some(scaling) => scaling.apply(part)?,
                    None => part.clone(),
                }
            }
            (Some(name), None) => {
                let reason = format!(
                    "[[component]] \"{}\" has the part \"{name}\", but no library is named",
                    component.name
                );
                return Err(MappingError::Value { reason });
            }
        };
        part.area_m2 = component.area_m2.or(part.area_m2);
        part.latency_s = component.latency_s.or(part.latency_s);
        if component.power_w.is_some() || component.energy_j.is_some() {
            part.power_w = component.power_w;
            part.energy_j = component.energy_j;
            part.energy_per_step_j = None;
        }
        part.validate()?;
        Ok(part)
    }
}

/// Name of the arrays in reports.
pub(super) const CROSSBAR: &str = "crossbar";

impl LayoutChoice {
    /// The scheme for a layer.
    pub(crate) fn scheme(self, shape: &ohmloom_layouts::placement::LayerShape) -> Scheme {
        match self {
            Self::Dense => Scheme::Dense,
            Self::Staggered => Scheme::Staggered,
            Self::Rule => Scheme::by_rule(shape),
        }
    }
}
