//! Newton's method on the assembled system.
//!
//! A point counts as converged when the last update and the residual are both within tolerance and no element
//! limited a voltage. After several iterations without success, steps that make the residual grow are halved.

use super::element::{Phase, Point, Quantity, Start, Unknown};
use super::linear_system::LinearSystem;
use super::netlist::Circuit;
use super::options::Options;
use super::reduction::SingularColumns;

/// Halvings of one step before it is taken as it is.
const MOST_HALVINGS: usize = 6;
/// Plain steps before steps that increase the residual are halved.
const PLAIN_STEPS: usize = 10;
/// Rounding of a sum of terms, relative to the largest: a few units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// One nonlinear system to solve.
pub(super) struct Problem<'a> {
    pub(super) phase: Phase,
    pub(super) start: Start,
    pub(super) time: f64,
    /// Conductance across junctions.
    pub(super) gmin: f64,
    pub(super) source_factor: f64,
    /// A conductance from every node to the given potentials: gmin stepping (to zero) or pseudo-transient.
    pub(super) shunt: f64,
    pub(super) shunt_to: Option<&'a [f64]>,
    /// Nodes kept at a potential.
    pub(super) held: &'a [(Unknown, f64)],
    /// `d/dt Q = alpha Q + history` in a transient.
    pub(super) dynamics: Option<(f64, &'a [f64])>,
    pub(super) most_iterations: usize,
}

impl Problem<'_> {
    /// An operating point from nothing.
    pub(super) fn operating_point(phase: Phase, options: &Options) -> Self {
        Self {
            phase,
            start: Start::Junctions,
            time: 0.0,
            gmin: options.gmin,
            source_factor: 1.0,
            shunt: options.gshunt,
            shunt_to: None,
            held: &[],
            dynamics: None,
            most_iterations: options.itl1,
        }
    }
}

/// Why Newton's method stopped without a solution.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// Nothing determines these unknowns.
    Singular(Vec<Unknown>),
    /// Too many iterations; the unknown farthest from its tolerance.
    NotConverged(Unknown),
    /// An equation or an unknown is not finite.
    NotFinite(Unknown),
}

impl Failure {
    pub(super) fn singular(columns: &SingularColumns) -> Self {
        Self::Singular(columns.0.iter().map(|column| Unknown(column + 1)).collect())
    }
}

/// How a solution was found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Convergence {
    pub(super) iterations: usize,
}

/// What Newton's method keeps from solve to solve.
pub(super) struct Workspace {
    pub(super) linear: LinearSystem,
    /// Values of the matrix that was factored last.
    pub(super) values: Vec<f64>,
    total: Vec<f64>,
    side: Vec<f64>,
    step: Vec<f64>,
    held: Vec<bool>,
    /// How far rounding alone can move the currents at a node, A.
    current_rounding: f64,
    factored_for: Option<(f64, f64)>,
}

impl Workspace {
    pub(super) fn new(circuit: &Circuit) -> Self {
        let unknowns = circuit.unknown_count();
        Self {
            linear: LinearSystem::new(&circuit.system.pattern),
            values: vec![0.0; circuit.system.pattern.rows().len()],
            total: vec![0.0; unknowns + 1],
            side: vec![0.0; unknowns],
            step: vec![0.0; unknowns + 1],
            held: vec![false; unknowns + 1],
            current_rounding: 0.0,
            factored_for: None,
        }
    }

    /// The matrix must be factored again even if the circuit is linear.
    pub(super) fn forget_factors(&mut self) {
        self.factored_for = None;
    }

    /// Solves a problem, starting from `x` (entry 0 is ground) and leaving the solution there. Afterwards the charges of
    /// the system are those of the solution.
    pub(super) fn solve(
        &mut self,
        circuit: &mut Circuit,
        options: &Options,
        problem: &Problem<'_>,
        x: &mut [f64],
    ) -> Result<Convergence, Failure> {
        let temperature = circuit.temperature;
        for bank in &mut circuit.system.banks {
            bank.restart();
        }
        self.held.fill(false);
        for &(node, potential) in problem.held {
            self.held[node.index()] = true;
            self.total[node.index()] = 0.0;
            x[node.index()] = potential;
        }
        let nonlinear = circuit.system.nonlinear;
        let mut small_update = false;
        let mut previous_norm = f64::INFINITY;
        let mut previous_limited = true;
        let mut halvings = 0;
        let mut worst = Unknown(1);
        for iteration in 0..problem.most_iterations {
            let start = if iteration == 0 {
                problem.start
            } else {
                Start::Continue
            };
            let point = Point {
                x,
                time: problem.time,
                phase: problem.phase,
                start,
                gmin: problem.gmin,
                source_factor: problem.source_factor,
                temperature,
                frequency: 0.0,
            };
            circuit.system.evaluate(&point);
            if x.len() == 1 {
                // Every terminal is grounded: there is nothing to solve, whatever the elements limit.
                return Ok(Convergence { iterations: 0 });
            }
            let norm = self.assemble_residual(circuit, options, problem, x);
            let limited = circuit.system.limited;

            let grew = !norm.value.is_finite() || norm.value > 1.5 * previous_norm;
            let may_halve = iteration > 0
                && halvings < MOST_HALVINGS
                && (!norm.value.is_finite()
                    || (iteration > PLAIN_STEPS && !limited && !previous_limited));
            if grew && may_halve {
                halvings += 1;
                for (value, step) in x.iter_mut().zip(&mut self.step) {
                    *step *= 0.5;
                    *value -= *step;
                }
                continue;
            }
            halvings = 0;
            if !norm.value.is_finite() {
                return Err(Failure::NotFinite(norm.worst));
            }
            previous_norm = norm.value;
            previous_limited = limited;
            let residual_small = !limited && norm.value <= 1.0;
            if iteration > 0 && small_update && residual_small {
                return Ok(Convergence {
                    iterations: iteration,
                });
            }

            self.factor(circuit, problem, nonlinear)?;
            for (side, total) in self.side.iter_mut().zip(&self.total[1..]) {
                *side = -total;
            }
            self.linear.solve(
                &circuit.system.pattern,
                &self.values,
                &mut self.side,
                &mut self.step[1..],
            );
            small_update = true;
            let mut largest = 0.0;
            for (index, (value, &step)) in x.iter_mut().zip(&self.step).enumerate().skip(1) {
                let next = *value + step;
                let quantity = circuit.registry.quantities[index];
                let mut allowed =
                    options.reltol * value.abs().max(next.abs()) + options.absolute(quantity);
                if quantity == Quantity::Current {
                    // The current of a source balances everything at its nodes, with all their rounding.
                    allowed += self.current_rounding;
                }
                let ratio = step.abs() / allowed;
                if ratio.is_nan() || ratio > largest {
                    largest = ratio;
                    worst = Unknown(index as u32);
                }
                *value = next;
            }
            if !largest.is_finite() {
                return Err(Failure::NotFinite(worst));
            }
            small_update &= largest <= 1.0;
            let first_counts = start == Start::Continue && problem.phase == Phase::Transient;
            let converged =
                !nonlinear || (small_update && residual_small && (iteration > 0 || first_counts));
            if converged {
                circuit.system.advance_charge(&self.step);
                return Ok(Convergence {
                    iterations: iteration + 1,
                });
            }
        }
        Err(Failure::NotConverged(worst))
    }

    /// Evaluates the circuit at `x` and factors its Jacobian there.
    pub(super) fn linearise(
        &mut self,
        circuit: &mut Circuit,
        options: &Options,
        problem: &Problem<'_>,
        x: &[f64],
    ) -> Result<(), Failure> {
        let point = Point {
            x,
            time: problem.time,
            phase: problem.phase,
            start: Start::Continue,
            gmin: options.gmin,
            source_factor: 1.0,
            temperature: circuit.temperature,
            frequency: 0.0,
        };
        circuit.system.evaluate(&point);
        self.forget_factors();
        self.factor(circuit, problem, true)
    }

    /// Forms the whole residual; its largest entry in units of its tolerance.
    fn assemble_residual(
        &mut self,
        circuit: &Circuit,
        options: &Options,
        problem: &Problem<'_>,
        x: &[f64],
    ) -> Norm {
        let system = &circuit.system;
        let quantities = &circuit.registry.quantities;
        let mut current_rounding = 0.0_f64;
        let mut norm = Norm {
            value: 0.0,
            worst: Unknown(1),
        };
        for index in 1..x.len() {
            let mut total = system.residual[index];
            let mut flow = system.flow[index];
            let diagonal = system.conductance[system.diagonal(Unknown(index as u32)).0 as usize];
            let mut rounding = (diagonal * x[index]).abs();
            if let Some((alpha, history)) = problem.dynamics
                && !system.at_rest[index]
            {
                let now = alpha * system.charge[index];
                let rate = now + history[index];
                total += rate;
                flow += rate.abs();
                rounding += now.abs();
            }
            let rounding = ROUNDING * rounding;
            if problem.shunt != 0.0 && quantities[index] == Quantity::Voltage {
                let reference = problem.shunt_to.map_or(0.0, |all| all[index]);
                total += problem.shunt * (x[index] - reference);
            }
            if self.held[index] {
                // Whatever holds the node supplies its current; its row is replaced by x = potential.
                continue;
            }
            self.total[index] = total;
            let allowed =
                options.reltol * flow + options.absolute_residual(quantities[index]) + rounding;
            if quantities[index] == Quantity::Voltage {
                current_rounding = current_rounding.max(rounding);
            }
            let ratio = total.abs() / allowed;
            if ratio.is_nan() || ratio > norm.value {
                norm.value = ratio;
                norm.worst = Unknown(index as u32);
                if !ratio.is_finite() {
                    return norm;
                }
            }
        }
        self.current_rounding = current_rounding;
        norm
    }

    /// Forms and factors the Jacobian; a linear circuit's only when its coefficients have changed.
    fn factor(
        &mut self,
        circuit: &Circuit,
        problem: &Problem<'_>,
        nonlinear: bool,
    ) -> Result<(), Failure> {
        let alpha = problem.dynamics.map_or(0.0, |(alpha, _)| alpha);
        let key = (alpha, problem.shunt);
        if !nonlinear && self.factored_for == Some(key) && problem.held.is_empty() {
            return Ok(());
        }
        self.factored_for = None;
        let system = &circuit.system;
        if alpha == 0.0 {
            self.values.copy_from_slice(&system.conductance[1..]);
        } else {
            for ((value, g), c) in self
                .values
                .iter_mut()
                .zip(&system.conductance[1..])
                .zip(&system.capacitance[1..])
            {
                *value = g + alpha * c;
            }
        }
        if problem.shunt != 0.0 {
            for unknown in circuit.unknowns() {
                if circuit.quantity_of(unknown) == Quantity::Voltage {
                    self.values[system.diagonal(unknown).0 as usize - 1] += problem.shunt;
                }
            }
        }
        for &(node, _) in problem.held {
            let row = node.0 - 1;
            for (value, &of_row) in self.values.iter_mut().zip(system.pattern.rows()) {
                if of_row == row {
                    *value = 0.0;
                }
            }
            self.values[system.diagonal(node).0 as usize - 1] = 1.0;
        }
        self.linear
            .factor(&self.values)
            .map_err(|columns| Failure::singular(&columns))?;
        // With rows replaced by held potentials the factors serve this problem only.
        self.factored_for = problem.held.is_empty().then_some(key);
        Ok(())
    }
}

/// The largest entry of a residual in units of its tolerance.
struct Norm {
    value: f64,
    worst: Unknown,
}
