//! The assembled system: `F`, `Q` and their Jacobians at a point, the linear part of them computed once.

use super::banks::AnyBank;
use super::element::{Loads, Point, Quantity, Slot, Unknown};
use crate::lu::Pattern;

/// The pattern, the elements, and what they loaded last. Vectors over unknowns have ground as entry 0, vectors over
/// matrix entries the ignored slot.
pub(super) struct System {
    pub(super) pattern: Pattern,
    pub(super) banks: Vec<Box<dyn AnyBank>>,
    /// Whether any element is nonlinear.
    pub(super) nonlinear: bool,
    voltage: Vec<bool>,
    diagonal: Vec<Slot>,
    linear: Linear,
    /// `F`, currents leaving each node.
    pub(super) residual: Vec<f64>,
    /// Sum of the magnitudes of the terms of `F`.
    pub(super) flow: Vec<f64>,
    /// `Q`.
    pub(super) charge: Vec<f64>,
    /// `dF/dx` by slots.
    pub(super) conductance: Vec<f64>,
    /// `dQ/dx` by slots.
    pub(super) capacitance: Vec<f64>,
    /// Rows whose `d/dt Q` is zero because an element says so.
    pub(super) at_rest: Vec<bool>,
    /// Whether an element limited a voltage in the last evaluation.
    pub(super) limited: bool,
}

/// Matrix entries of the linear elements.
struct Linear {
    valid: bool,
    conductance: Vec<f64>,
    capacitance: Vec<f64>,
    /// For each node, the sum of its row over all nodes: the conductance to ground.
    to_ground: Vec<f64>,
}

impl System {
    pub(super) fn new(
        pattern: Pattern,
        banks: Vec<Box<dyn AnyBank>>,
        quantities: &[Quantity],
    ) -> Self {
        let unknowns = quantities.len();
        let slots = pattern.rows().len() + 1;
        let diagonal = (0..unknowns)
            .map(|index| match index.checked_sub(1) {
                None => Slot::IGNORED,
                Some(column) => pattern
                    .entry(column as u32, column as u32)
                    .map_or(Slot::IGNORED, |at| Slot(at as u32 + 1)),
            })
            .collect();
        Self {
            nonlinear: banks.iter().any(|bank| !bank.linear()),
            voltage: quantities
                .iter()
                .map(|&quantity| quantity == Quantity::Voltage)
                .collect(),
            diagonal,
            linear: Linear {
                valid: false,
                conductance: vec![0.0; slots],
                capacitance: vec![0.0; slots],
                to_ground: vec![0.0; unknowns],
            },
            residual: vec![0.0; unknowns],
            flow: vec![0.0; unknowns],
            charge: vec![0.0; unknowns],
            conductance: vec![0.0; slots],
            capacitance: vec![0.0; slots],
            at_rest: vec![false; unknowns],
            limited: false,
            pattern,
            banks,
        }
    }

    /// A linear element or the temperature has changed.
    pub(super) fn linear_changed(&mut self) {
        self.linear.valid = false;
    }

    /// The slot of an unknown's diagonal entry.
    pub(super) fn diagonal(&self, unknown: Unknown) -> Slot {
        self.diagonal[unknown.index()]
    }

    /// Evaluates every element at a point.
    pub(super) fn evaluate(&mut self, at: &Point<'_>) {
        if !self.linear.valid {
            self.load_linear(at);
        }
        if self.nonlinear {
            self.conductance.copy_from_slice(&self.linear.conductance);
            self.capacitance.copy_from_slice(&self.linear.capacitance);
        }
        self.multiply_linear(at.x);
        self.at_rest.fill(false);
        self.limited = false;
        let mut loads = Loads {
            residual: &mut self.residual,
            flow: &mut self.flow,
            charge: &mut self.charge,
            conductance: &mut self.conductance,
            capacitance: &mut self.capacitance,
            at_rest: &mut self.at_rest,
            limited: &mut self.limited,
        };
        for bank in &mut self.banks {
            if !bank.linear() {
                bank.load(at, &mut loads);
            } else if bank.excites() {
                bank.excite(at, &mut loads);
            }
        }
    }

    fn load_linear(&mut self, at: &Point<'_>) {
        let Linear {
            valid,
            conductance,
            capacitance,
            to_ground,
        } = &mut self.linear;
        conductance.fill(0.0);
        capacitance.fill(0.0);
        let mut loads = Loads {
            residual: &mut self.residual,
            flow: &mut self.flow,
            charge: &mut self.charge,
            conductance,
            capacitance,
            at_rest: &mut self.at_rest,
            limited: &mut self.limited,
        };
        for bank in &mut self.banks {
            if bank.linear() {
                bank.load(at, &mut loads);
            }
        }
        to_ground.fill(0.0);
        for column in 0..self.pattern.column_starts().len() - 1 {
            if !self.voltage[column + 1] {
                continue;
            }
            for at in self.pattern.column_starts()[column]..self.pattern.column_starts()[column + 1]
            {
                to_ground[self.pattern.rows()[at] as usize + 1] += conductance[at + 1];
            }
        }
        self.conductance.copy_from_slice(conductance);
        self.capacitance.copy_from_slice(capacitance);
        *valid = true;
    }

    /// `F`, its flow and `Q` of the linear elements. Currents between nodes are formed from voltage differences, so that
    /// wires of a milliohm at a volt do not drown the currents of nanoampere beside them.
    fn multiply_linear(&mut self, x: &[f64]) {
        for (index, &value) in x.iter().enumerate() {
            let leak = if self.voltage[index] {
                self.linear.to_ground[index] * value
            } else {
                0.0
            };
            self.residual[index] = leak;
            self.flow[index] = leak.abs();
            self.charge[index] = 0.0;
        }
        let starts = &self.pattern.column_starts();
        for (column, range) in starts.windows(2).enumerate() {
            let value = x[column + 1];
            let of_node = self.voltage[column + 1];
            let rows = &self.pattern.rows()[range[0]..range[1]];
            let conductances = &self.linear.conductance[range[0] + 1..=range[1]];
            let capacitances = &self.linear.capacitance[range[0] + 1..=range[1]];
            for ((&row, &g), &c) in rows.iter().zip(conductances).zip(capacitances) {
                let row = row as usize + 1;
                let drop = if of_node && self.voltage[row] {
                    value - x[row]
                } else {
                    value
                };
                let term = g * drop;
                self.residual[row] += term;
                self.flow[row] += term.abs();
                self.charge[row] += c * value;
            }
        }
    }

    /// Adds to each charge row what its `dQ/dx` makes of a step `dx`.
    pub(super) fn advance_charge(&mut self, dx: &[f64]) {
        for (column, range) in self.pattern.column_starts().windows(2).enumerate() {
            let step = dx[column + 1];
            if step == 0.0 {
                continue;
            }
            let rows = &self.pattern.rows()[range[0]..range[1]];
            let capacitances = &self.capacitance[range[0] + 1..=range[1]];
            for (&row, &c) in rows.iter().zip(capacitances) {
                self.charge[row as usize + 1] += c * step;
            }
        }
    }
}
