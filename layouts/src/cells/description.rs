//! Cells as written in configuration files.
//!
//! ```toml
//! law = { kind = "sinh", v0 = 0.25 }      # or "ohmic" (the default), { kind = "polynomial", coefficients = [0.1, 2.0], range = 1.0 },
//!                                         # { kind = "table", file = "curves.csv" }
//!
//! [transistor]                            # leave it out for cells without one
//! polarity = "n"
//! level = 1                               # 1, 2, 3, or 44 for EKV
//! gate_lines = "rows"                     # or "columns"
//! memristor_side = "row"                  # or "column"
//! gate = 1.5                              # volts on every word line, unless given otherwise
//! bulk = 0.0
//! parameters = { vto = 0.45, kp = 300e-6, w = 1e-6, l = 0.13e-6 }
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ohmloom_devices::conduction::{
    Conduction, ConductionError, ExponentialSelector, LookupTable, Ohmic, Polynomial, Sinh,
    WithSelector,
};
use ohmloom_devices::mosfets::{
    EkvModel, EkvMosfet, Level, Level1, Level2, Level3, Mosfet, MosfetInstance, MosfetModel,
    Polarity,
};
use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::circuit::{Element, Unknown};
use ohmloom_solver::line_grid::Cells;
use serde::{Deserialize, Serialize};

use super::{GateLines, MemristorSide, ResistorCells, TransistorCells};
use crate::LayoutError;

/// The cells of an array: how a programmed device conducts, and what is in series with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CellDescription {
    /// How a device that is programmed to a conductance conducts.
    pub law: LawDescription,
    /// A two-terminal selector in series.
    pub selector: Option<SelectorDescription>,
    /// A transistor in series.
    pub transistor: Option<TransistorDescription>,
}

impl CellDescription {
    /// Takes the files that the description names as lying in a folder, unless their paths are absolute: that of the file that it was
    /// read from.
    pub fn resolve_files(&mut self, folder: &Path) {
        if let LawDescription::Table { file } = &mut self.law {
            *file = folder.join(&*file);
        }
    }

    /// The file of measured curves, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.law {
            LawDescription::Table { file } => Some(file),
            _ => None,
        }
    }
}

/// How a device that is programmed to a conductance conducts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LawDescription {
    /// `i = g v`.
    #[default]
    Ohmic,
    /// `i = g v0 sinh(v / v0)`.
    Sinh {
        /// Volt.
        v0: f64,
    },
    /// `i = g (v + c2 v^2 + c3 v^3 + ...)`.
    Polynomial {
        /// `c2`, `c3`, ...
        coefficients: Vec<f64>,
        /// Largest voltage at which it is used, V.
        range: f64,
    },
    /// Measured curves, see [`LookupTable::from_file`].
    Table {
        /// The comma-separated file.
        file: PathBuf,
    },
}

/// A selector `i = 2 i_s sinh(v / v_s)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectorDescription {
    /// Saturation current, A.
    pub i_s: f64,
    /// Voltage for a factor of e, V.
    pub v_s: f64,
}

/// The transistor of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransistorDescription {
    /// `n` or `p`.
    #[serde(default)]
    pub polarity: PolarityName,
    /// 1, 2, 3 or 44 (EKV 2.6).
    #[serde(default = "level_one")]
    pub level: u8,
    /// Along which lines the word lines run.
    #[serde(default)]
    pub gate_lines: GateLines,
    /// On which side of the transistor the memristor lies.
    #[serde(default)]
    pub memristor_side: MemristorSide,
    /// Potential of every word line that has no other, V.
    pub gate: f64,
    /// Potential of the bulk, V.
    #[serde(default)]
    pub bulk: f64,
    /// Parameters of the `.model` card and of the instance, by their SPICE names.
    #[serde(default)]
    pub parameters: BTreeMap<String, f64>,
}

fn level_one() -> u8 {
    1
}

/// Polarity of a transistor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolarityName {
    /// n-channel.
    #[default]
    #[serde(rename = "n")]
    N,
    /// p-channel.
    #[serde(rename = "p")]
    P,
}

/// What is done with cells of whatever type they turn out to be.
pub trait UseCells {
    /// What comes out.
    type Output;
    /// Does it.
    fn with<C: Cells<Memory: 'static> + Send + 'static>(self, cells: C) -> Self::Output;
}

/// What is done with a transistor of whatever model it turns out to be.
pub trait UseTransistor {
    /// What comes out.
    type Output;
    /// Does it.
    fn with<T: ohmloom_devices::mosfets::Transistor + Clone + 'static>(
        self,
        transistor: T,
        description: &TransistorDescription,
    ) -> Self::Output;
}

/// A law that is chosen at run time.
#[derive(Clone, Debug)]
enum AnyLaw {
    Ohmic(Ohmic),
    Sinh(Sinh),
    Polynomial(Polynomial),
    Table(LookupTable),
}

impl Conduction for AnyLaw {
    #[inline(always)]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        match self {
            Self::Ohmic(law) => law.at(g, v),
            Self::Sinh(law) => law.at(g, v),
            Self::Polynomial(law) => law.at(g, v),
            Self::Table(law) => law.at(g, v),
        }
    }
}

/// Law, conductances and number of columns; gate potentials where they are given; number of word lines.
type Programmed = ((AnyLaw, Vec<f64>, usize), Option<Vec<f64>>, usize);

impl CellDescription {
    /// Number of word lines of an array of so many rows and columns; 0 without a transistor.
    pub fn word_lines(&self, rows: usize, columns: usize) -> usize {
        match &self.transistor {
            None => 0,
            Some(transistor) => match transistor.gate_lines {
                GateLines::AlongRows => rows,
                GateLines::AlongColumns => columns,
            },
        }
    }

    /// Builds the cells for an array programmed to `conductance` (S, row-major) and hands them on. `gates` are the potentials of the
    /// word lines; without it all are at the description's.
    ///
    /// # Errors
    /// [`LayoutError`]: parameters that cannot be or are not known, wrong lengths.
    pub fn build<U: UseCells>(
        &self,
        (conductance, columns): (Vec<f64>, usize),
        gates: Option<Vec<f64>>,
        then: U,
    ) -> Result<U::Output, LayoutError> {
        let law = self.law.build()?;
        match (&self.selector, &self.transistor) {
            (Some(_), Some(_)) => Err(LayoutError::BadCell {
                reason: "a cell has either a selector or a transistor, not both".to_owned(),
            }),
            (None, None) => Ok(then.with(ResistorCells::new(law, conductance, columns)?)),
            (Some(selector), None) => {
                let law = WithSelector {
                    cell: law,
                    selector: ExponentialSelector::new(selector.i_s, selector.v_s)?,
                };
                Ok(then.with(ResistorCells::new(law, conductance, columns)?))
            }
            (None, Some(transistor)) => {
                let rows = conductance.len() / columns.max(1);
                let lines = self.word_lines(rows, columns);
                let cells = ((law, conductance, columns), gates, lines);
                transistor.choose(AroundTransistor { cells, then })
            }
        }
    }
}

impl LawDescription {
    fn build(&self) -> Result<AnyLaw, LayoutError> {
        Ok(match self {
            Self::Ohmic => AnyLaw::Ohmic(Ohmic),
            Self::Sinh { v0 } => AnyLaw::Sinh(Sinh::new(*v0)?),
            Self::Polynomial {
                coefficients,
                range,
            } => AnyLaw::Polynomial(Polynomial::new(coefficients, *range)?),
            Self::Table { file } => AnyLaw::Table(LookupTable::from_file(file)?),
        })
    }
}

/// Makes cells with transistors, and hands them on.
struct AroundTransistor<U> {
    cells: Programmed,
    then: U,
}

impl<U: UseCells> UseTransistor for AroundTransistor<U> {
    type Output = Result<U::Output, LayoutError>;

    fn with<T: ohmloom_devices::mosfets::Transistor + Clone + 'static>(
        self,
        transistor: T,
        description: &TransistorDescription,
    ) -> Self::Output {
        let (device, gates, lines) = self.cells;
        let gates = gates.unwrap_or_else(|| vec![description.gate; lines]);
        let cells = TransistorCells::new(
            device,
            (transistor, description.memristor_side),
            (description.gate_lines, gates),
        )?;
        Ok(self.then.with(cells.with_bulk(description.bulk)))
    }
}

impl TransistorDescription {
    /// Makes the transistor of the model that the description names.
    pub(crate) fn choose<T, U>(&self, then: U) -> Result<T, LayoutError>
    where
        U: UseTransistor<Output = Result<T, LayoutError>>,
    {
        match self.level {
            1 => then.with(self.mosfet::<Level1>()?, self),
            2 => then.with(self.mosfet::<Level2>()?, self),
            3 => then.with(self.mosfet::<Level3>()?, self),
            44 => then.with(self.ekv()?, self),
            level => Err(LayoutError::BadSetting {
                key: "level",
                value: f64::from(level),
                reason: "must be 1, 2, 3 or 44 (EKV)",
            }),
        }
    }

    /// The parameters, for the `.model` card and for the instance.
    pub(crate) fn split<M: Parameters>(&self) -> Result<(M, MosfetInstance), LayoutError> {
        let (mut model, mut instance) = (M::default(), MosfetInstance::default());
        for (name, &value) in &self.parameters {
            let name = name.to_ascii_lowercase();
            let done = if !value.is_finite() {
                Err("is not finite".to_owned())
            } else if Self::on_instance(&name) {
                instance
                    .set(&name, value)
                    .map_err(|error| error.to_string())
            } else {
                model.set(&name, value).map_err(|error| error.to_string())
            };
            done.map_err(|reason| LayoutError::BadCell {
                reason: format!("transistor parameter {name} = {value}: {reason}"),
            })?;
        }
        Ok((model, instance))
    }

    /// Whether a parameter belongs to the instance rather than to the model.
    pub(crate) fn on_instance(name: &str) -> bool {
        MosfetInstance::names().contains(&name)
    }

    fn polarity(&self) -> Polarity {
        match self.polarity {
            PolarityName::N => Polarity::N,
            PolarityName::P => Polarity::P,
        }
    }

    fn mosfet<L: Level>(&self) -> Result<Mosfet<L>, LayoutError> {
        let (model, instance) = self.split::<MosfetModel>()?;
        let mut mosfet = Mosfet::new(
            "cell transistor".to_owned(),
            [Unknown::GROUND; 4],
            self.polarity(),
            model.into(),
            instance,
        )?;
        mosfet.set_temperature(AMBIENT)?;
        Ok(mosfet)
    }

    fn ekv(&self) -> Result<EkvMosfet, LayoutError> {
        let (model, instance) = self.split::<EkvModel>()?;
        let mut mosfet = EkvMosfet::new(
            "cell transistor".to_owned(),
            [Unknown::GROUND; 4],
            self.polarity(),
            model.into(),
            instance,
        )?;
        mosfet.set_temperature(AMBIENT)?;
        Ok(mosfet)
    }
}

/// Temperature of the cells, K: 27 Celsius, as in SPICE.
const AMBIENT: f64 = 300.15;

impl From<ConductionError> for LayoutError {
    fn from(error: ConductionError) -> Self {
        Self::BadCell {
            reason: error.to_string(),
        }
    }
}

impl From<ohmloom_solver::circuit::CircuitError> for LayoutError {
    fn from(error: ohmloom_solver::circuit::CircuitError) -> Self {
        Self::BadCell {
            reason: error.to_string(),
        }
    }
}
