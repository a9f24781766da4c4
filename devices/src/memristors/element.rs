//! A memristor of any model as a circuit element.

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Slot, Start,
    Unknown, Unknowns,
};

use super::bounded::Standing;
use super::{CellEvaluation, Choices, Draw, Memristor};
use crate::constants::BOLTZMANN;
use crate::parameters::{ParameterError, Parameters};

/// Matrix entries between the nodes and the states.
#[derive(Clone, Debug)]
struct Slots<const K: usize> {
    branch: PairSlots,
    /// Rows of the two nodes against the column of each state.
    current: [[Slot; 2]; K],
    /// Row of each state against the columns of the two nodes.
    voltage: [[Slot; 2]; K],
    /// Rows of the states against their columns.
    states: [[Slot; K]; K],
}

/// A memristor (N) between two nodes.
///
/// In a transient the states obey their equations. At operating points and in DC sweeps dynamic states are held at their initial
/// values, while algebraic ones are solved. Small-signal analyses linearise the equations of the states there.
///
/// Values: `i` current, `p` power, `v` voltage, `g` its derivative `di/dv` at constant states, `r` the resistance `v/i`, `x` the
/// first state as the paper defines it, each state under its own label, and the parameters, as they are in this cell.
#[derive(Clone, Debug)]
pub struct MemristorElement<M: Memristor<K>, const K: usize> {
    name: String,
    plus: Unknown,
    minus: Unknown,
    parameters: M::Parameters,
    choices: Choices,
    multiplier: f64,
    draw: Draw,
    model: M,
    states: [Unknown; K],
    slots: Slots<K>,
    standing: [Standing; K],
    /// The voltage and the unknowns of the last evaluation, which limits the next one.
    last: (f64, [f64; K]),
    accepted: (f64, [f64; K]),
    kelvin: f64,
}

impl<M: Memristor<K>, const K: usize> MemristorElement<M, K> {
    /// `multiplier` equal memristors in parallel. Where cells of the model differ, this is the draw of [`Draw::default`].
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is out of range.
    pub fn new(
        name: String,
        (plus, minus): (Unknown, Unknown),
        parameters: M::Parameters,
        choices: Choices,
        multiplier: f64,
    ) -> Result<Self, CircuitError> {
        let draw = Draw::default();
        let model = M::new(&parameters, choices)
            .map_err(|error| refuse(&name, &error))?
            .individual(&name, draw);
        if !(multiplier > 0.0 && multiplier.is_finite()) {
            return Err(CircuitError::Parameter {
                element: name,
                reason: format!("m = {multiplier}: must be positive"),
            });
        }
        let start = (0.0, model.initial());
        Ok(Self {
            name,
            plus,
            minus,
            parameters,
            choices,
            multiplier,
            draw,
            model,
            states: [Unknown::GROUND; K],
            slots: Slots {
                branch: PairSlots::IGNORED,
                current: [[Slot::IGNORED; 2]; K],
                voltage: [[Slot::IGNORED; 2]; K],
                states: [[Slot::IGNORED; K]; K],
            },
            standing: [Standing::default(); K],
            last: start,
            accepted: start,
            kelvin: 300.15,
        })
    }

    /// The same memristor with other random numbers.
    #[must_use]
    pub fn with_draw(mut self, draw: Draw) -> Self {
        self.draw = draw;
        self.model = self.model.individual(&self.name, draw);
        self.last = (0.0, self.model.initial());
        self.accepted = self.last;
        self
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    fn state_values(&self, at: &Point<'_>) -> [f64; K] {
        self.states.map(|state| at.value(state))
    }

    /// The point at which this iteration evaluates the model: steps of the unknowns are limited, states are within their bounds.
    fn limit(&self, at: &Point<'_>, v: f64, s: &[f64; K]) -> (f64, [f64; K]) {
        if at.phase == Phase::SmallSignal {
            return (v, *s);
        }
        let (last_v, last_s) = &self.last;
        let step = |last: f64, proposed: f64, most: f64| {
            if (proposed - last).abs() > most {
                last + most.copysign(proposed - last)
            } else {
                proposed
            }
        };
        let v = step(*last_v, v, self.model.voltage_step_max());
        (
            v,
            std::array::from_fn(|k| step(last_s[k], s[k], M::STATES[k].step_max)),
        )
    }

    /// The model at a solution.
    fn solution(&self, at: &Point<'_>) -> (f64, CellEvaluation<K>) {
        let bounds = self.model.bounds();
        let s = self.state_values(at);
        let inside = std::array::from_fn(|k| s[k].clamp(bounds[k].0, bounds[k].1));
        let v = at.voltage(self.plus, self.minus);
        (v, self.model.evaluate(v, &inside))
    }

    fn load_current(
        &self,
        cell: &CellEvaluation<K>,
        (dv, ds): (f64, &[f64; K]),
        loads: &mut Loads<'_>,
    ) {
        let m = self.multiplier;
        let moved: f64 = (0..K).map(|k| cell.current_by_state[k] * ds[k]).sum();
        let current = m * (cell.current + cell.conductance * dv + moved);
        loads.current(self.plus, current);
        loads.current(self.minus, -current);
        loads.pair_conductance(&self.slots.branch, m * cell.conductance);
        for (slots, by_state) in self.slots.current.iter().zip(cell.current_by_state) {
            loads.conductance(slots[0], m * by_state);
            loads.conductance(slots[1], -m * by_state);
        }
    }

    /// The row of unknown `k`: `-f`, linearised at the point of the evaluation.
    fn load_rate(
        &self,
        k: usize,
        cell: &CellEvaluation<K>,
        (dv, ds): (f64, &[f64; K]),
        loads: &mut Loads<'_>,
    ) {
        let row = self.states[k];
        let moved: f64 = (0..K).map(|l| cell.rate_by_state[k][l] * ds[l]).sum();
        loads.current(row, -(cell.rate[k] + cell.rate_by_voltage[k] * dv + moved));
        loads.conductance(self.slots.voltage[k][0], -cell.rate_by_voltage[k]);
        loads.conductance(self.slots.voltage[k][1], cell.rate_by_voltage[k]);
        for (slot, by_state) in self.slots.states[k].iter().zip(cell.rate_by_state[k]) {
            loads.conductance(*slot, -by_state);
        }
    }

    /// The row `s = value` of a state that stands still.
    fn load_held(&self, k: usize, s: f64, value: f64, loads: &mut Loads<'_>) {
        let row = self.states[k];
        loads.current(row, s - value);
        loads.conductance(self.slots.states[k][k], 1.0);
        loads.charge(row, value);
        loads.at_rest(row);
    }
}

/// The error about a parameter of an element.
pub(super) fn refuse(element: &str, error: &ParameterError) -> CircuitError {
    CircuitError::Parameter {
        element: element.to_owned(),
        reason: error.to_string(),
    }
}

impl<M: Memristor<K>, const K: usize> Element for MemristorElement<M, K> {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        for (state, kind) in self.states.iter_mut().zip(M::STATES) {
            *state = unknowns.state(&self.name, kind.label);
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let nodes = [self.plus, self.minus];
        let ends = (self.plus, self.minus);
        let mut entry = |row, column| footprint.entry(row, column);
        self.slots.current = self
            .states
            .map(|state| nodes.map(|node| entry(node, state)));
        self.slots.voltage = self
            .states
            .map(|state| nodes.map(|node| entry(state, node)));
        let states = self.states;
        self.slots.states = states.map(|row| states.map(|column| entry(row, column)));
        self.slots.branch = PairSlots::declare(footprint, ends, ends);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.kelvin = ambient_kelvin;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let proposed_v = at.voltage(self.plus, self.minus);
        if at.start != Start::Continue {
            self.model.begin();
        }
        let initial = self.model.initial();
        let proposed = match at.start {
            // Nothing has put the states into the solution yet.
            Start::InitialConditions | Start::Junctions => initial,
            Start::Continue => self.state_values(at),
        };
        let (v, s) = self.limit(at, proposed_v, &proposed);
        self.last = (v, s);
        let bounds = self.model.bounds();
        let inside: [f64; K] = std::array::from_fn(|k| s[k].clamp(bounds[k].0, bounds[k].1));
        if v != proposed_v || s != proposed {
            loads.limited();
        }
        let cell = self.model.evaluate(v, &inside);
        let from_evaluation = |x: [f64; K]| std::array::from_fn(|k| x[k] - s[k]);
        let step = (proposed_v - v, &from_evaluation(self.state_values(at)));
        self.load_current(&cell, step, loads);
        let moves = matches!(at.phase, Phase::Transient | Phase::SmallSignal);
        for k in 0..K {
            let value = at.value(self.states[k]);
            if !M::STATES[k].dynamic {
                self.load_rate(k, &cell, step, loads);
                continue;
            }
            if !moves {
                self.load_held(k, value, initial[k], loads);
                continue;
            }
            if let Some(bound) = self.standing[k].at(s[k], cell.rate[k], bounds[k]) {
                self.load_held(k, value, bound, loads);
                continue;
            }
            if self.standing[k].may_cross(s[k], bounds[k]) {
                loads.limited();
            }
            self.load_rate(k, &cell, step, loads);
            loads.charge(self.states[k], value);
            loads.capacitance(self.slots.states[k][k], 1.0);
        }
    }

    fn accept(&mut self, at: &Point<'_>) {
        self.last = (at.voltage(self.plus, self.minus), self.state_values(at));
        self.accepted = self.last;
        if at.phase == Phase::Transient {
            let (v, s) = &self.accepted;
            self.model.accept(*v, s);
        }
    }

    fn restart(&mut self) {
        self.last = self.accepted;
        for standing in &mut self.standing {
            standing.restart();
        }
    }

    fn prepare_transient(&mut self, _step: f64, _stop: f64) {
        self.model.begin();
        self.accepted = (0.0, self.model.initial());
        self.last = self.accepted;
    }

    /// Thermal noise `4 k T |i/v|` of the cell's resistance at its operating point.
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let (v, cell) = self.solution(at);
        let conductance = if v == 0.0 {
            cell.conductance
        } else {
            (cell.current / v).abs()
        };
        sources.push(NoiseSource {
            label: "",
            from: self.plus,
            to: self.minus,
            white: 4.0 * BOLTZMANN * self.kelvin * self.multiplier * conductance,
            flicker: 0.0,
            exponent: 1.0,
        });
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let (v, cell) = self.solution(at);
        let current = self.multiplier * cell.current;
        let state = |k: usize| self.model.physical(k, at.value(self.states[k]));
        match quantity {
            "i" => return Some(current),
            "p" => return Some(current * v),
            "v" => return Some(v),
            "g" => return Some(self.multiplier * cell.conductance),
            "r" if v == 0.0 => return Some((self.multiplier * cell.conductance).recip()),
            "r" => return Some(v / current),
            "x" => return Some(state(0)),
            "m" => return Some(self.multiplier),
            _ => {}
        }
        let label = M::STATES.iter().position(|kind| kind.label == quantity);
        label
            .map(state)
            .or_else(|| self.model.own(quantity, &self.state_values(at)))
            .or_else(|| self.parameters.get(quantity))
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let mut parameters = self.parameters.clone();
        let made = parameters
            .set(parameter, value)
            .and_then(|()| M::new(&parameters, self.choices));
        self.model = made
            .map_err(|error| refuse(&self.name, &error))?
            .individual(&self.name, self.draw);
        self.parameters = parameters;
        Ok(())
    }
}
