//! One element alone: what its author needs to check equations and Jacobians.

use std::cell::RefCell;

use super::element::{Element, Footprint, Loads, Phase, Point, Slot, Start, Unknown, Unknowns};
use super::error::CircuitError;

/// Calls of `load` after which limiting counts as stuck.
const LOADS_MAX: usize = 200;
/// 27 degrees Celsius, the ambient temperature at construction, kelvin.
const AMBIENT: f64 = 300.15;
/// Junction conductance, siemens: the default of every analysis.
const GMIN: f64 = 1e-12;

/// Evaluates one element alone, at a given vector of unknowns: residual, charge, and dense Jacobians.
///
/// The element is built on the nodes `ElementProbe::<E>::node(1)`, `node(2)`, ... (and [`Unknown::GROUND`]); unknowns that it
/// asks for follow the nodes, then the branch currents of the other elements that it names, in the order in which it
/// first asks for them. The ambient temperature is 27 degrees Celsius until the caller sets another with
/// [`Element::set_temperature`], gmin is 1 pS, time is zero.
#[derive(Debug)]
pub struct ElementProbe<E> {
    element: E,
    unknowns: usize,
    slots: Vec<(u32, u32)>,
}

/// The equations of one element at one point. Rows and columns count without ground.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Resistive residual `F`.
    pub residual: Vec<f64>,
    /// Reactive part `Q`.
    pub charge: Vec<f64>,
    /// `dF/dx` as `[row][column]`.
    pub conductance: Vec<Vec<f64>>,
    /// `dQ/dx` as `[row][column]`.
    pub capacitance: Vec<Vec<f64>>,
    /// Rows whose `d/dt Q` the element says to be zero.
    pub at_rest: Vec<bool>,
    /// Whether the element still limited its voltages after two hundred evaluations at the same point.
    pub limited: bool,
}

struct Counter(u32);

impl Counter {
    fn next(&mut self) -> Unknown {
        self.0 += 1;
        Unknown(self.0)
    }
}

impl Unknowns for Counter {
    fn internal_node(&mut self, _element: &str, _label: &str) -> Unknown {
        self.next()
    }

    fn branch_current(&mut self, _element: &str) -> Unknown {
        self.next()
    }

    fn state(&mut self, _element: &str, _label: &str) -> Unknown {
        self.next()
    }

    fn derivative(&mut self, _element: &str, _label: &str) -> Unknown {
        self.next()
    }
}

/// Row and column of every slot, slot 0 being ground's, and the branches of other elements that were asked for.
struct Pattern {
    slots: Vec<(u32, u32)>,
    own_unknowns: u32,
    branches: RefCell<Vec<String>>,
}

impl Footprint for Pattern {
    fn entry(&mut self, row: Unknown, column: Unknown) -> Slot {
        if row.is_ground() || column.is_ground() {
            return Slot::IGNORED;
        }
        let place = (row.0, column.0);
        let index = self
            .slots
            .iter()
            .position(|&known| known == place)
            .unwrap_or_else(|| {
                self.slots.push(place);
                self.slots.len() - 1
            });
        Slot(index as u32)
    }

    fn branch_of(&self, _asking: &str, element: &str) -> Result<Unknown, CircuitError> {
        let mut branches = self.branches.borrow_mut();
        let known = branches.iter().position(|name| name == element);
        let index = known.unwrap_or_else(|| {
            branches.push(element.to_owned());
            branches.len() - 1
        });
        Ok(Unknown(self.own_unknowns + 1 + index as u32))
    }
}

impl<E: Element> ElementProbe<E> {
    /// Builds the element's equations; it may use the nodes 1 to `nodes`.
    ///
    /// # Errors
    /// Those of [`Element::footprint`] and [`Element::set_temperature`].
    pub fn new(mut element: E, nodes: usize) -> Result<Self, CircuitError> {
        let mut unknowns = Counter(nodes as u32);
        element.unknowns(&mut unknowns);
        let mut pattern = Pattern {
            slots: vec![(0, 0)],
            own_unknowns: unknowns.0,
            branches: RefCell::default(),
        };
        element.footprint(&mut pattern)?;
        element.set_temperature(AMBIENT)?;
        Ok(Self {
            element,
            unknowns: unknowns.0 as usize + pattern.branches.into_inner().len(),
            slots: pattern.slots,
        })
    }

    /// The unknown of node `k`, counted from 1; 0 is ground.
    pub fn node(k: usize) -> Unknown {
        Unknown(k as u32)
    }

    /// The nodes, the unknowns of the element itself and the branches of others that it uses, without ground.
    pub fn unknown_count(&self) -> usize {
        self.unknowns
    }

    /// The element.
    pub fn element(&self) -> &E {
        &self.element
    }

    /// The element, to change its parameters or its temperature.
    pub fn element_mut(&mut self) -> &mut E {
        &mut self.element
    }

    /// The equations at `x` (without ground; missing entries are zero). The first evaluation has the given start, the
    /// others continue from it until the element no longer limits.
    pub fn evaluate(&mut self, x: &[f64], phase: Phase, start: Start) -> Evaluation {
        let mut padded = vec![0.0; self.unknowns + 1];
        for (entry, value) in padded.iter_mut().skip(1).zip(x) {
            *entry = *value;
        }
        let mut evaluation = self.load_once(&padded, phase, start);
        for _ in 1..LOADS_MAX {
            if !evaluation.limited {
                break;
            }
            evaluation = self.load_once(&padded, phase, Start::Continue);
        }
        evaluation
    }

    fn load_once(&mut self, x: &[f64], phase: Phase, start: Start) -> Evaluation {
        let rows = self.unknowns + 1;
        let mut residual = vec![0.0; rows];
        let mut flow = vec![0.0; rows];
        let mut charge = vec![0.0; rows];
        let mut conductance = vec![0.0; self.slots.len()];
        let mut capacitance = vec![0.0; self.slots.len()];
        let mut at_rest = vec![false; rows];
        let mut limited = false;
        let at = Point {
            x,
            time: 0.0,
            phase,
            start,
            gmin: GMIN,
            source_factor: 1.0,
            temperature: AMBIENT,
            frequency: 0.0,
        };
        let mut loads = Loads {
            residual: &mut residual,
            flow: &mut flow,
            charge: &mut charge,
            conductance: &mut conductance,
            capacitance: &mut capacitance,
            at_rest: &mut at_rest,
            limited: &mut limited,
        };
        self.element.load(&at, &mut loads);
        self.element.excite(&at, &mut loads);
        if E::LINEAR {
            for ((&(row, column), g), c) in self.slots.iter().zip(&conductance).zip(&capacitance) {
                residual[row as usize] += g * x[column as usize];
                charge[row as usize] += c * x[column as usize];
            }
        }
        let dense = |values: &[f64]| {
            let mut matrix = vec![vec![0.0; self.unknowns]; self.unknowns];
            for (&(row, column), value) in self.slots.iter().zip(values).skip(1) {
                matrix[row as usize - 1][column as usize - 1] += value;
            }
            matrix
        };
        Evaluation {
            conductance: dense(&conductance),
            capacitance: dense(&capacitance),
            residual: residual.split_off(1),
            charge: charge.split_off(1),
            at_rest: at_rest.split_off(1),
            limited,
        }
    }
}
