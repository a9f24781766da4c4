//! The element.

use std::fmt;

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, Phase, Point, Slot, Step, Unknown,
};
use ohmloom_solver::line_grid::{GridError, TimeStep};

use super::Inside;

/// Potentials of ports that moved by less, V or relative to them, are where they were.
const STANDS_STILL: f64 = 1e-9;
/// One iteration moves a port by at most so much beyond its own potential, V: what is inside may be exponential.
const LARGEST_MOVE: f64 = 5.0;
/// Derivatives are renewed when the step became this many times shorter ...
const SHORTER: f64 = 4.0;
/// ... and when a Newton step in the same time step is longer than this part of the one before.
const SLOW: f64 = 0.3;
/// Part of the step that the truncation error would allow.
const CAUTION: f64 = 0.9;

/// What the terminals of an array are connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayPorts {
    /// The left ends of the rows.
    pub rows: Vec<Unknown>,
    /// The bottom ends of the columns.
    pub columns: Vec<Unknown>,
    /// The gate lines; empty for cells without transistors.
    pub gates: Vec<Unknown>,
    /// The bulk of the transistors; of no meaning without gates.
    pub bulk: Unknown,
}

/// The derivatives that are in use, and where they hold.
#[derive(Clone, Debug)]
struct Derivatives {
    /// For each wanted port, one number for every port, S.
    values: Vec<Vec<f64>>,
    /// 1/s; 0 at rest.
    alpha: f64,
}

/// An array (`yarray`) whose rows, columns, gates and bulk are its terminals.
///
/// Currents are exact at every evaluation. Their derivatives are exact outside transients; in a transient they are kept from iteration to
/// iteration and from step to step as long as Newton's method converges well with them (never after a step that it did not solve), since
/// finding them costs a solution of the array for each port. Charges and states inside are integrated here, by backward Euler where the
/// analysis is of first order and by the trapezoidal rule otherwise, whatever the method of the analysis; their truncation error limits the
/// time step.
///
/// Values: `irow0`, `icolumn0`, `igate0`, ..., `ibulk`: the current into a terminal.
pub struct ArrayElement {
    name: String,
    ports: Vec<Unknown>,
    rows: usize,
    columns: usize,
    gates: usize,
    /// Ports that are not ground.
    wanted: Vec<usize>,
    /// For each wanted port as the column, a slot for every port as the row.
    slots: Vec<Vec<Slot>>,
    inside: Box<dyn Inside>,
    multiplier: f64,
    /// Potentials of the last solution and its currents.
    potentials: Vec<f64>,
    currents: Vec<f64>,
    /// How far the outer iteration wanted to go beyond them.
    beyond: Vec<f64>,
    /// Whether that solution is one, and whether at rest.
    solved: Option<bool>,
    accepted: Vec<f64>,
    derivatives: Option<Derivatives>,
    /// Evaluations of the present Newton iteration, and how far the last two moved the ports, V.
    evaluations: usize,
    moves: [f64; 2],
    step: Option<Step>,
    /// Whether Newton's method has not ended yet in that step.
    unfinished: bool,
    /// Whether a transient has begun since the states were last reset.
    begun: bool,
    /// Whether the array had no solution at the start of the transient.
    lost: bool,
    gmin: f64,
}

impl fmt::Debug for ArrayElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrayElement")
            .field("name", &self.name)
            .field("rows", &self.rows)
            .field("columns", &self.columns)
            .field("gates", &self.gates)
            .finish_non_exhaustive()
    }
}

fn inner_step(step: &Step) -> TimeStep {
    TimeStep {
        end: step.end,
        length: step.length,
        trapezoidal: step.order > 1,
    }
}

impl ArrayElement {
    pub(super) fn new(
        name: String,
        ports: ArrayPorts,
        inside: Box<dyn Inside>,
        multiplier: f64,
    ) -> Self {
        let (rows, columns, gates) = (ports.rows.len(), ports.columns.len(), ports.gates.len());
        let mut all = ports.rows;
        all.extend(ports.columns);
        if gates > 0 {
            all.extend(ports.gates);
            all.push(ports.bulk);
        }
        debug_assert_eq!(all.len(), inside.ports());
        let count = all.len();
        let wanted: Vec<usize> = (0..count).filter(|&port| !all[port].is_ground()).collect();
        Self {
            name,
            rows,
            columns,
            gates,
            slots: vec![vec![Slot::IGNORED; count]; wanted.len()],
            wanted,
            ports: all,
            inside,
            multiplier,
            potentials: vec![0.0; count],
            currents: vec![0.0; count],
            beyond: vec![0.0; count],
            solved: None,
            accepted: vec![0.0; count],
            derivatives: None,
            evaluations: 0,
            moves: [0.0; 2],
            step: None,
            unfinished: false,
            begun: false,
            lost: false,
            gmin: 1e-12,
        }
    }

    /// Whether the last solution was as this one would be, at these potentials.
    fn is_solved_at(&self, potentials: &[f64], at_rest: bool) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= STANDS_STILL * (1.0 + b.abs());
        self.solved == Some(at_rest) && self.potentials.iter().zip(potentials).all(near)
    }

    fn set_gmin(&mut self, gmin: f64) {
        if gmin != self.gmin {
            self.gmin = gmin;
            self.inside.set_gmin(gmin);
            self.solved = None;
            self.derivatives = None;
        }
    }

    /// Solves the array at `self.potentials`.
    fn solve(&mut self, step: Option<&Step>) -> Result<(), GridError> {
        let inner = step.map(inner_step);
        self.solved = None;
        let mut found = (self.inside).solve(&self.potentials, inner.as_ref(), &mut self.currents);
        if found.is_err() && step.is_some() {
            // From the accepted point instead of where the array was expected or has got to.
            self.inside.begin_step(0.0);
            found = (self.inside).solve(&self.potentials, inner.as_ref(), &mut self.currents);
        }
        found?;
        self.solved = Some(step.is_none());
        Ok(())
    }

    /// Renews the derivatives where they are needed.
    fn renew(&mut self, step: Option<&Step>) -> Result<(), GridError> {
        let alpha = step.map_or(0.0, |step| inner_step(step).alpha());
        if let (Some(_), Some(kept)) = (step, &self.derivatives) {
            let [before, last] = self.moves;
            let slow = self.evaluations > 2 && last > SLOW * before && last > STANDS_STILL;
            if kept.alpha > 0.0 && alpha <= SHORTER * kept.alpha && !slow {
                return Ok(());
            }
        }
        self.derivatives = None;
        let inner = step.map(inner_step);
        let values = self.inside.conductances(inner.as_ref(), &self.wanted)?;
        self.derivatives = Some(Derivatives { values, alpha });
        Ok(())
    }

    /// Nothing could be found here: the residual is not a number, so that the iteration goes elsewhere.
    fn load_nothing(&self, loads: &mut Loads<'_>) {
        for &port in &self.wanted {
            loads.current(self.ports[port], f64::NAN);
        }
    }

    fn load_small_signal(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let wanted: Vec<f64> = self.ports.iter().map(|&port| at.value(port)).collect();
        if !self.is_solved_at(&wanted, true) {
            self.potentials = wanted;
            if self.solve(None).is_err() {
                return self.load_nothing_ac(loads);
            }
        }
        let m = self.multiplier;
        if at.frequency == 0.0 {
            let Ok(columns) = self.inside.conductances(None, &self.wanted) else {
                return self.load_nothing_ac(loads);
            };
            for (slots, column) in self.slots.iter().zip(&columns) {
                for (&slot, g) in slots.iter().zip(column) {
                    loads.conductance(slot, m * g);
                }
            }
            return;
        }
        let omega = 2.0 * std::f64::consts::PI * at.frequency;
        let Ok(columns) = self.inside.admittances(omega, &self.wanted) else {
            return self.load_nothing_ac(loads);
        };
        for (slots, column) in self.slots.iter().zip(&columns) {
            for (&slot, y) in slots.iter().zip(column) {
                loads.conductance(slot, m * y.re);
                loads.capacitance(slot, m * y.im / omega);
            }
        }
    }

    /// A matrix that is not a number cannot be factored.
    fn load_nothing_ac(&self, loads: &mut Loads<'_>) {
        for slots in &self.slots {
            for &slot in slots {
                loads.conductance(slot, f64::NAN);
            }
        }
    }

    /// Solves at exactly the point that the outer iteration has found, since whatever is left out would be a jump at the beginning of the next
    /// step; whether there is a solution.
    fn settle(&mut self, at: &Point<'_>, step: Option<&Step>) -> bool {
        let wanted: Vec<f64> = self.ports.iter().map(|&port| at.value(port)).collect();
        if self.is_solved_at(&wanted, step.is_none()) {
            return true;
        }
        self.potentials = wanted;
        self.solve(step).is_ok()
    }
}

impl Element for ArrayElement {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        for (slots, &column) in self.slots.iter_mut().zip(&self.wanted) {
            for (slot, &row) in slots.iter_mut().zip(&self.ports) {
                *slot = footprint.entry(row, self.ports[column]);
            }
        }
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.solved = None;
        self.derivatives = None;
        self.inside.set_temperature(ambient_kelvin)
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        self.set_gmin(at.gmin);
        if at.phase == Phase::SmallSignal {
            return self.load_small_signal(at, loads);
        }
        let step = if at.phase == Phase::Transient {
            self.step
        } else {
            None
        };
        if step.is_none() && self.begun {
            self.inside.reset();
            self.begun = false;
            self.solved = None;
        }
        let mut limited = false;
        let (mut farthest, mut largest) = (0.0_f64, 0.0_f64);
        let ports = self.ports.iter().zip(&mut self.potentials);
        for ((port, last), beyond) in ports.zip(&mut self.beyond) {
            let wanted = at.value(*port);
            let most = LARGEST_MOVE + last.abs();
            let next = if (wanted - *last).abs() > most {
                limited = true;
                *last + most.copysign(wanted - *last)
            } else {
                wanted
            };
            farthest = farthest.max((next - *last).abs());
            largest = largest.max(next.abs());
            *beyond = wanted - next;
            *last = next;
        }
        if limited {
            loads.limited();
        }
        let stands = farthest <= STANDS_STILL * 1e-3 * (1.0 + largest);
        let kept = stands && self.solved == Some(step.is_none()) && step.is_none();
        self.moves = [self.moves[1], farthest];
        self.evaluations += 1;
        if self.lost && step.is_some() {
            return self.load_nothing(loads);
        }
        let at_rest_already = kept && self.derivatives.as_ref().is_some_and(|d| d.alpha == 0.0);
        if !at_rest_already
            && (self.solve(step.as_ref()).is_err() || self.renew(step.as_ref()).is_err())
        {
            return self.load_nothing(loads);
        }
        let Some(derivatives) = &self.derivatives else {
            return self.load_nothing(loads);
        };
        let m = self.multiplier;
        for (&port, current) in self.ports.iter().zip(&self.currents) {
            loads.current(port, m * current);
        }
        let columns = derivatives.values.iter().zip(&self.slots);
        for (&from, (column, slots)) in self.wanted.iter().zip(columns) {
            let beyond = self.beyond[from];
            for ((&port, &slot), g) in self.ports.iter().zip(slots).zip(column) {
                loads.conductance(slot, m * g);
                if limited {
                    loads.current(port, m * g * beyond);
                }
            }
        }
    }

    fn begin_step(&mut self, step: &Step) {
        if self.unfinished {
            // The step before had no solution, perhaps for the derivatives: those of a much shorter step hold the ports where they are.
            self.derivatives = None;
        }
        self.unfinished = true;
        self.step = Some(*step);
        self.inside.begin_step(step.length);
    }

    fn end_step(&mut self, at: &Point<'_>) -> f64 {
        self.unfinished = false;
        let Some(step) = self.step else {
            return f64::INFINITY;
        };
        let h = step.length;
        if !self.settle(at, Some(&step)) {
            return 0.1 * h;
        }
        let inner = inner_step(&step);
        let error = self.inside.truncation(&inner, step.reltol);
        if error == 0.0 {
            return f64::INFINITY;
        }
        let power = if inner.trapezoidal { 1.0 / 3.0 } else { 0.5 };
        let factor = CAUTION * error.powf(-power);
        h * if factor.is_nan() {
            0.1
        } else {
            factor.max(0.1)
        }
    }

    fn accept(&mut self, at: &Point<'_>) {
        match (at.phase, self.step) {
            (Phase::Transient, Some(step)) => {
                self.inside.accept(&inner_step(&step), step.ends_at_corner);
            }
            (Phase::TransientStart, _) => {
                self.lost = !self.settle(at, None);
                self.inside.begin();
                self.begun = true;
            }
            _ => {}
        }
        for (accepted, &port) in self.accepted.iter_mut().zip(&self.ports) {
            *accepted = at.value(port);
        }
    }

    fn restart(&mut self) {
        // Only how far an iteration may move counts from here; the array's own point is where it solves from.
        if self.potentials != self.accepted {
            self.potentials.copy_from_slice(&self.accepted);
            self.solved = None;
        }
        self.evaluations = 0;
        self.moves = [0.0; 2];
    }

    fn value(&self, quantity: &str, _: &Point<'_>) -> Option<f64> {
        let first = self.rows + self.columns;
        let within = |family: &str, from: usize, count: usize| {
            let index: usize = quantity.strip_prefix(family)?.parse().ok()?;
            (index < count).then_some(from + index)
        };
        let port = if quantity == "ibulk" && self.gates > 0 {
            first + self.gates
        } else {
            within("irow", 0, self.rows)
                .or_else(|| within("icolumn", self.rows, self.columns))
                .or_else(|| within("igate", first, self.gates))?
        };
        Some(self.multiplier * self.currents[port])
    }
}
