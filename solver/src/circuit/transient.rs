//! Transients: implicit steps whose length follows the truncation error, cut at breakpoints.

use super::element::{Phase, Point, Start, Step, Unknown};
use super::error::CircuitError;
use super::integration::{Candidate, Integration};
use super::netlist::Circuit;
use super::newton::{Failure, Problem, Workspace};
use super::operating_point::{Guesses, accept, find};
use super::options::Options;

/// When a transient runs, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransientWindow {
    /// Printing step, which also bounds the time step.
    pub step: f64,
    /// End.
    pub stop: f64,
    /// Results before this time are not handed out.
    pub start: f64,
    /// Longest time step; the smaller of `step` and a fiftieth of the window when absent.
    pub largest_step: Option<f64>,
    /// Start from the initial conditions instead of an operating point.
    pub use_initial_conditions: bool,
}

/// What a transient took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransientStatistics {
    /// Accepted time points.
    pub accepted: usize,
    /// Steps rejected for their truncation error.
    pub rejected: usize,
    /// Steps on which Newton's method failed.
    pub failed: usize,
    /// Newton iterations.
    pub iterations: usize,
}

/// Steps below this part of the longest one count as too small.
const SMALLEST: f64 = 1e-11;

/// Simulates a time window and hands each accepted point to `output`, which may stop the run with an error.
///
/// `guesses.held` are the potentials of `.ic`: held during the operating point, or taken as they are with `use_initial_conditions`.
///
/// # Errors
/// An impossible window, no operating point, a step that became too small, or whatever `output` returns.
pub fn transient(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
    window: &TransientWindow,
    output: &mut dyn FnMut(&Circuit, &Point<'_>) -> Result<(), CircuitError>,
) -> Result<TransientStatistics, CircuitError> {
    check(window)?;
    for bank in &mut circuit.system.banks {
        bank.prepare_transient(window.step, window.stop);
    }
    Run::new(circuit, options, guesses, window)?.march(output)
}

fn check(window: &TransientWindow) -> Result<(), CircuitError> {
    let complain = |text: String| Err(CircuitError::Settings(text));
    if !(window.step > 0.0 && window.step.is_finite()) {
        return complain(format!(
            ".tran: the time step must be greater than zero, not {}",
            window.step
        ));
    }
    if !(window.stop > 0.0 && window.stop.is_finite()) {
        return complain(format!(
            ".tran: the end must be greater than zero, not {}",
            window.stop
        ));
    }
    if !(window.start >= 0.0 && window.start < window.stop) {
        return complain(format!(
            ".tran: the start {} must lie between 0 and the end {}",
            window.start, window.stop
        ));
    }
    if window
        .largest_step
        .is_some_and(|step| step.is_nan() || step <= 0.0)
    {
        return complain(".tran: the longest time step must be greater than zero".to_owned());
    }
    Ok(())
}

struct Run<'a> {
    circuit: &'a mut Circuit,
    options: &'a Options,
    window: &'a TransientWindow,
    workspace: Workspace,
    integration: Integration,
    statistics: TransientStatistics,
    time: f64,
    longest: f64,
    x: Vec<f64>,
    previous: Vec<f64>,
    candidate: Vec<f64>,
    last_step: f64,
}

impl<'a> Run<'a> {
    fn new(
        circuit: &'a mut Circuit,
        options: &'a Options,
        guesses: &Guesses,
        window: &'a TransientWindow,
    ) -> Result<Self, CircuitError> {
        let mut workspace = Workspace::new(circuit);
        let mut x = vec![0.0; circuit.unknown_count() + 1];
        if window.use_initial_conditions {
            for &(node, potential) in &guesses.held {
                x[node.index()] = potential;
            }
            let point = Point {
                x: &x,
                time: 0.0,
                phase: Phase::TransientStart,
                start: Start::InitialConditions,
                gmin: options.gmin,
                source_factor: 1.0,
                temperature: circuit.temperature,
                frequency: 0.0,
            };
            circuit.system.evaluate(&point);
            let charge = &mut circuit.system.charge;
            for bank in &circuit.system.banks {
                bank.initial_charge(&x, &mut |row, value| charge[row.index()] += value);
            }
        } else {
            find(
                circuit,
                options,
                &mut workspace,
                Phase::TransientStart,
                guesses,
                &mut x,
            )?;
        }
        let charge = circuit.system.charge.clone();
        accept(circuit, options, (Phase::TransientStart, 0.0), &x);
        workspace.forget_factors();
        let longest = window
            .largest_step
            .unwrap_or_else(|| window.step.min((window.stop - window.start) / 50.0))
            .min(window.stop);
        Ok(Self {
            integration: Integration::new(&charge),
            previous: x.clone(),
            candidate: x.clone(),
            circuit,
            options,
            window,
            workspace,
            statistics: TransientStatistics::default(),
            time: 0.0,
            longest,
            x,
            last_step: 0.0,
        })
    }

    fn march(
        mut self,
        output: &mut dyn FnMut(&Circuit, &Point<'_>) -> Result<(), CircuitError>,
    ) -> Result<TransientStatistics, CircuitError> {
        // With `uic` the potentials at time zero are only as consistent as the conditions; ngspice leaves them out.
        if self.window.start == 0.0 && !self.window.use_initial_conditions {
            self.hand_out(Phase::TransientStart, output)?;
        }
        let stop = self.window.stop;
        let smallest = SMALLEST * self.longest;
        let mut h = (stop / 100.0).min(self.window.step).min(self.longest) / 100.0;
        if self.window.use_initial_conditions {
            h *= 0.1;
        }
        let mut breakpoint = self.next_breakpoint(smallest);
        while self.time < stop {
            h = h.min(self.longest);
            // A step that would end just before a corner is cut in two equal ones.
            let gap = breakpoint - self.time;
            let reaches = h >= gap * (1.0 - 1e-9) || gap - h < smallest;
            if reaches {
                h = gap;
            } else if gap < 2.0 * h {
                h = gap / 2.0;
            }
            let (taken, next) = self.step(h, reaches.then_some(breakpoint), smallest)?;
            h = next;
            if !taken {
                continue;
            }
            if self.time >= self.window.start {
                self.hand_out(Phase::Transient, output)?;
            }
            if reaches && self.time < stop {
                let last = self.last_step;
                breakpoint = self.next_breakpoint(smallest);
                self.integration.restart();
                // Currents jump at corners; a short step shows that, and the truncation error is unknown.
                h = 0.003 * last.max(next.min(self.longest)).min(breakpoint - self.time);
            }
        }
        Ok(self.statistics)
    }

    /// Tries one step; whether it was taken, and the length to try next.
    fn step(
        &mut self,
        h: f64,
        target: Option<f64>,
        smallest: f64,
    ) -> Result<(bool, f64), CircuitError> {
        let time = target.unwrap_or(self.time + h);
        self.integration.prepare(self.options, h);
        self.predict(h);
        let step = Step {
            end: time,
            length: h,
            order: self.integration.order,
            ends_at_corner: target.is_some(),
            reltol: self.options.reltol,
        };
        for bank in &mut self.circuit.system.banks {
            bank.begin_step(&step);
        }
        let problem = Problem {
            phase: Phase::Transient,
            start: Start::Continue,
            time,
            dynamics: Some((self.integration.alpha, &self.integration.history)),
            most_iterations: self.options.itl4,
            ..Problem::operating_point(Phase::Transient, self.options)
        };
        let outcome =
            self.workspace
                .solve(self.circuit, self.options, &problem, &mut self.candidate);
        match outcome {
            Ok(convergence) => self.statistics.iterations += convergence.iterations,
            Err(failure) => {
                self.statistics.failed += 1;
                let shorter = h / 8.0;
                if shorter < smallest {
                    return Err(self.too_small(&failure, shorter));
                }
                self.integration.order = 1;
                return Ok((false, shorter));
            }
        }
        let (own_limit, strictest) = self.end_step(time);
        let candidate = Candidate {
            charge: &self.circuit.system.charge,
            at_rest: &self.circuit.system.at_rest,
            quantities: &self.circuit.registry.quantities,
        };
        let order = self.integration.order;
        let (mut limit, worst) = self
            .integration
            .largest_step(self.options, order, h, candidate);
        if limit.min(own_limit) < 0.9 * h {
            self.statistics.rejected += 1;
            if own_limit < smallest {
                return Err(CircuitError::TimestepTooSmall {
                    time: self.time,
                    step: own_limit,
                    unknown: self.name_at(strictest),
                    elements: vec![self.name_at(strictest)],
                });
            }
            if limit < smallest {
                return Err(CircuitError::TimestepTooSmall {
                    time: self.time,
                    step: limit,
                    unknown: self.circuit.registry.name(worst).to_owned(),
                    elements: self.circuit.elements_at(&[Unknown(worst as u32)], 6),
                });
            }
            return Ok((false, limit.min(own_limit)));
        }
        if order == 1 && self.options.maxord > 1 && self.integration.depth() >= 2 {
            let (second, _) = self.integration.largest_step(self.options, 2, h, candidate);
            if second > 1.05 * h {
                self.integration.order = 2;
                limit = second;
            }
        }
        self.integration.accept(h, candidate);
        std::mem::swap(&mut self.previous, &mut self.x);
        self.x.copy_from_slice(&self.candidate);
        self.last_step = h;
        self.time = time;
        self.statistics.accepted += 1;
        accept(
            self.circuit,
            self.options,
            (Phase::Transient, time),
            &self.x,
        );
        let mut next = limit.min(own_limit).min(2.0 * h);
        let point = self.point(Phase::Transient);
        for bank in &self.circuit.system.banks {
            if let Some(step) = bank.largest_step(&point) {
                next = next.min(step.max(100.0 * smallest));
            }
        }
        Ok((true, next))
    }

    /// Tells the elements that Newton's method has converged; the shortest of the steps that they would have allowed, and bank and index
    /// of the element that gave it.
    fn end_step(&mut self, time: f64) -> (f64, (usize, usize)) {
        let point = Point {
            x: &self.candidate,
            time,
            phase: Phase::Transient,
            start: Start::Continue,
            gmin: self.options.gmin,
            source_factor: 1.0,
            temperature: self.circuit.temperature,
            frequency: 0.0,
        };
        let mut strictest = (f64::INFINITY, (0, 0));
        for (bank, elements) in self.circuit.system.banks.iter_mut().enumerate() {
            let (longest, index) = elements.end_step(&point);
            if longest < strictest.0 {
                strictest = (longest, (bank, index));
            }
        }
        strictest
    }

    fn name_at(&self, (bank, index): (usize, usize)) -> String {
        let elements = &self.circuit.system.banks[bank];
        elements.element(index).name().to_owned()
    }

    /// Extrapolates the last two points to where the next one will be.
    fn predict(&mut self, h: f64) {
        if self.integration.depth() == 0 {
            self.candidate.copy_from_slice(&self.x);
            return;
        }
        let ratio = h / self.last_step;
        for ((candidate, &new), &old) in self.candidate.iter_mut().zip(&self.x).zip(&self.previous)
        {
            *candidate = new + ratio * (new - old);
        }
    }

    /// The next time after the present one at which an element has a corner, or the end.
    fn next_breakpoint(&self, smallest: f64) -> f64 {
        let stop = self.window.stop;
        let from = self.time + smallest;
        let mut times = Vec::new();
        // A short horizon first: fast clocks have millions of corners.
        let mut horizon = 100.0 * self.longest;
        loop {
            let until = (from + horizon).min(stop);
            for bank in &self.circuit.system.banks {
                bank.breakpoints(from, until, &mut times);
            }
            let earliest = times
                .drain(..)
                .filter(|&time| time > from && time < stop - smallest)
                .reduce(f64::min);
            if let Some(earliest) = earliest {
                return earliest;
            }
            if until >= stop {
                return stop;
            }
            horizon *= 4.0;
        }
    }

    fn point(&self, phase: Phase) -> Point<'_> {
        Point {
            x: &self.x,
            time: self.time,
            phase,
            start: Start::Continue,
            gmin: self.options.gmin,
            source_factor: 1.0,
            temperature: self.circuit.temperature,
            frequency: 0.0,
        }
    }

    fn hand_out(
        &self,
        phase: Phase,
        output: &mut dyn FnMut(&Circuit, &Point<'_>) -> Result<(), CircuitError>,
    ) -> Result<(), CircuitError> {
        output(self.circuit, &self.point(phase))
    }

    fn too_small(&mut self, failure: &Failure, step: f64) -> CircuitError {
        match failure {
            Failure::NotConverged(unknown) => CircuitError::TimestepTooSmall {
                time: self.time,
                step,
                unknown: self.circuit.name_of(*unknown).to_owned(),
                elements: self.circuit.elements_at(&[*unknown], 6),
            },
            other => self.circuit.explain(
                &self.workspace.values,
                other,
                "transient",
                format!(" at t = {:e} s", self.time),
                "shorter time steps",
            ),
        }
    }
}
