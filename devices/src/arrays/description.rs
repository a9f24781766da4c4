//! From what is known of an array to the element.

use ohmloom_solver::line_grid::{GridError, LineCapacitance, PortArray, PortWires};

use super::Inside;
use super::element::{ArrayElement, ArrayPorts};
use super::memristors::AnyMemristor;
use crate::cells::{
    CellError, Device, DynamicDevices, DynamicTransistorCells, GateLines, MemristorSide,
    StaticDevice,
};
use crate::conduction::{Conduction, Ohmic, Sinh};
use crate::mosfets::AnyTransistor;

/// The read law of cells that are programmed to conductances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReadLaw {
    /// `i = g v`.
    Ohmic(Ohmic),
    /// `i = g v0 sinh(v / v0)`.
    Sinh(Sinh),
}

impl Conduction for ReadLaw {
    #[inline(always)]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        match self {
            Self::Ohmic(law) => law.at(g, v),
            Self::Sinh(law) => law.at(g, v),
        }
    }
}

/// The two-terminal devices of an array, row by row.
#[allow(
    clippy::large_enum_variant,
    reason = "one value stands for all cells of an array"
)]
#[derive(Clone, Debug)]
pub enum CellDevices {
    /// Cells that are programmed to conductances.
    Law(StaticDevice<ReadLaw>),
    /// Memristors whose states move.
    Memristors(AnyMemristor),
}

/// What an array is made of, apart from its cells' two-terminal devices.
#[derive(Clone, Debug)]
pub struct ArrayDescription {
    /// The name of the element.
    pub name: String,
    /// What its terminals are connected to.
    pub ports: ArrayPorts,
    /// One row segment, ohm.
    pub row_ohm: f64,
    /// One column segment, ohm.
    pub column_ohm: f64,
    /// Capacitance of the lines to ground, at each crossing.
    pub capacitance: LineCapacitance,
    /// The transistor of each cell, where the memristor is, and along which lines the gates are.
    pub transistor: Option<(AnyTransistor, MemristorSide, GateLines)>,
    /// How many equal arrays are in parallel.
    pub multiplier: f64,
}

/// Why there is no array.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// Wires or sizes.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// Cells.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// Ports that do not fit the cells.
    #[error("{reason}")]
    Ports {
        /// What does not fit.
        reason: String,
    },
}

impl ArrayDescription {
    /// The array with cells of these devices, row by row.
    ///
    /// # Errors
    /// [`ArrayError`]: resistances or capacitances that cannot be; a transistor with drain or source resistance; gates without a
    /// transistor or a wrong number of them; a multiplier that is not positive.
    pub fn build(self, devices: CellDevices) -> Result<ArrayElement, ArrayError> {
        match devices {
            CellDevices::Law(devices) => self.build_with(devices),
            CellDevices::Memristors(devices) => self.build_with(devices),
        }
    }

    fn build_with<D: Device + 'static>(self, device: D) -> Result<ArrayElement, ArrayError> {
        let refuse = |reason: String| Err(ArrayError::Ports { reason });
        let (rows, columns) = (self.ports.rows.len(), self.ports.columns.len());
        let gates = self.ports.gates.len();
        if !(self.multiplier > 0.0 && self.multiplier.is_finite()) {
            return refuse(format!("m = {}: must be positive", self.multiplier));
        }
        let wires = PortWires {
            row: self.row_ohm,
            column: self.column_ohm,
            capacitance: self.capacitance,
        };
        let inside: Box<dyn Inside> = match self.transistor {
            None if gates > 0 => {
                return refuse("the cells have no transistor, so there are no gates".to_owned());
            }
            None => {
                let cells = DynamicDevices::new(device, columns);
                Box::new(PortArray::new((rows, columns), wires, cells)?)
            }
            Some((transistor, side, along)) => {
                let (expected, lines) = match along {
                    GateLines::AlongRows => (rows, "rows"),
                    GateLines::AlongColumns => (columns, "columns"),
                };
                if gates != expected {
                    return refuse(format!(
                        "gate lines run along the {lines}, so there must be {expected} gates, not {gates}"
                    ));
                }
                let cells = DynamicTransistorCells::with_free_gates(
                    (device, (rows, columns)),
                    (transistor, side),
                    along,
                )?;
                Box::new(PortArray::new((rows, columns), wires, cells)?)
            }
        };
        Ok(ArrayElement::new(
            self.name,
            self.ports,
            inside,
            self.multiplier,
        ))
    }
}
