//! Stepping through time.

use std::ops::ControlFlow;

use super::super::error::GridError;
use super::super::nonlinear::{ArrayPoint, NonlinearArray, NonlinearSolution, Snapshot};
use super::super::solver::FieldRequest;
use super::accepted::{Accepted, Loaded};
use super::cells::{DynamicCells, TimeStep};

/// The first step after a corner as a part of the time to the next one.
const FIRST_STEP: f64 = 0.01;
/// How much longer than the last a step may be.
const GROWTH: f64 = 2.0;
/// Part of the step that the truncation error would allow.
const CAUTION: f64 = 0.9;

/// Potentials below this are measured against it, V.
const SMALLEST_SCALE: f64 = 0.1;

/// Capacitance of the lines to ground, farad at each crossing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LineCapacitance {
    /// Of a row.
    pub row: f64,
    /// Of a column.
    pub column: f64,
}

impl LineCapacitance {
    /// Whether the capacitances can be.
    pub(in super::super) fn check(self) -> Result<(), GridError> {
        match [self.row, self.column]
            .into_iter()
            .find(|farad| !(*farad >= 0.0 && farad.is_finite()))
        {
            None => Ok(()),
            Some(value) => Err(GridError::BadTransient {
                what: "line capacitance",
                value,
                reason: "must be finite and not negative (F)",
            }),
        }
    }
}

/// Voltages at the driven ends as functions of time.
pub trait Drives {
    /// Fills in the voltage of every driven end at `time` (s).
    fn voltages(&self, time: f64, volts: &mut [f64]);
    /// Times at which any of them, or anything else in the array, has a corner; any order.
    fn corners(&self) -> Vec<f64>;
}

/// Accuracy in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransientOptions {
    /// Largest truncation error of a step relative to the largest drive so far (at least 0.1 V), and to the states' scale; default 1e-3.
    pub reltol: f64,
    /// Longest step, s; default: a fiftieth of the time simulated.
    pub longest_step: Option<f64>,
    /// First step at the beginning and after each corner, s; default: a hundredth of the time to the next corner.
    pub first_step: Option<f64>,
}

impl Default for TransientOptions {
    fn default() -> Self {
        Self {
            reltol: 1e-3,
            longest_step: None,
            first_step: None,
        }
    }
}

/// One accepted point of time.
#[derive(Debug)]
pub struct Instant<'a> {
    /// Seconds.
    pub time: f64,
    /// Currents, powers, certificate, and the fields that were asked for.
    pub solution: &'a NonlinearSolution,
}

/// A transient of an array: it starts from rest and keeps what its cells accept, so that several may follow each other.
pub struct ArrayTransient<'a, C: DynamicCells> {
    array: &'a NonlinearArray,
    capacitance: LineCapacitance,
    options: TransientOptions,
    accepted: Vec<Accepted<C::History>>,
    point: ArrayPoint<C::Memory>,
    time: f64,
    /// Largest drive so far, V.
    scale: f64,
}

impl<'a, C: DynamicCells> ArrayTransient<'a, C> {
    /// Solves the array at rest at `drives`' voltages at time zero.
    ///
    /// # Errors
    /// As [`NonlinearArray::solve`]; a capacitance or tolerance that cannot be.
    pub fn new(
        array: &'a NonlinearArray,
        cells: &mut C,
        drives: &impl Drives,
        capacitance: LineCapacitance,
        options: TransientOptions,
    ) -> Result<Self, GridError> {
        capacitance.check()?;
        if !(1e-9..=0.1).contains(&options.reltol) {
            return Err(GridError::BadTolerance {
                value: options.reltol,
            });
        }
        let accepted = Accepted::fresh(cells, (array.rows(), array.columns()));
        let mut transient = Self {
            array,
            capacitance,
            options,
            accepted,
            point: array.point(),
            time: 0.0,
            scale: 0.0,
        };
        transient.rest(cells, drives)?;
        Ok(transient)
    }

    /// Changes the longest and the first step, see [`TransientOptions`].
    pub fn set_steps(&mut self, longest: Option<f64>, first: Option<f64>) {
        self.options.longest_step = longest;
        self.options.first_step = first;
    }

    /// Time that has been reached, s.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// What the cells have accepted, row by row.
    pub fn histories(&self) -> impl Iterator<Item = &C::History> {
        self.accepted.iter().map(|accepted| &accepted.cell)
    }

    /// What the cell of this index, counted row by row, has accepted.
    pub fn history(&self, index: usize) -> &C::History {
        &self.accepted[index].cell
    }

    /// Lets the array come to rest with the drives of time zero, states held, and starts time at zero again. Returns the solution at rest.
    ///
    /// # Errors
    /// As [`NonlinearArray::solve`].
    pub fn rest(
        &mut self,
        cells: &mut C,
        drives: &impl Drives,
    ) -> Result<NonlinearSolution, GridError> {
        let mut volts = vec![0.0; self.array.drive_count()];
        drives.voltages(0.0, &mut volts);
        cells.set_time(0.0);
        let at_rest = Loaded {
            cells: &*cells,
            accepted: &self.accepted,
            columns: self.array.columns(),
            step: None,
            capacitance: self.capacitance,
        };
        let solution =
            self.array
                .solve(&at_rest, &volts, &mut self.point, FieldRequest::default())?;
        let cells = &*cells;
        self.scale = volts.iter().fold(0.0, |a: f64, v| a.max(v.abs()));
        self.array.visit(
            &volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.begin(cells, crossing, potentials, memory);
                0.0
            },
        );
        self.time = 0.0;
        Ok(solution)
    }

    /// Goes on to `until` (s). `observe` sees every accepted point and may end the run early.
    ///
    /// # Errors
    /// As [`NonlinearArray::solve`], and [`GridError::TimeStep`] where steps became too short.
    pub fn run(
        &mut self,
        cells: &mut C,
        drives: &impl Drives,
        until: f64,
        request: FieldRequest,
        observe: &mut dyn FnMut(&Instant<'_>) -> ControlFlow<()>,
    ) -> Result<(), GridError> {
        let span = until - self.time;
        if !(span > 0.0 && span.is_finite()) {
            return Err(GridError::BadTransient {
                what: "end of the transient",
                value: until,
                reason: "must be finite and after the present time (s)",
            });
        }
        let longest = self.options.longest_step.unwrap_or(span / 50.0);
        let first_step = self.options.first_step;
        for (what, value) in [("longest step", Some(longest)), ("first step", first_step)] {
            if let Some(value) = value.filter(|value| value.is_nan() || *value <= 0.0) {
                return Err(GridError::BadTransient {
                    what,
                    value,
                    reason: "must be above 0 (s)",
                });
            }
        }
        let shortest = 1e-12 * span;
        let mut corners = drives.corners();
        corners.retain(|corner| *corner > self.time + shortest && *corner < until - shortest);
        corners.push(until);
        corners.sort_by(f64::total_cmp);
        let mut next = 0;
        let first = |gap: f64| first_step.unwrap_or(FIRST_STEP * gap).min(longest);
        let mut length = first(corners[0] - self.time);
        let mut fresh = true;
        let mut volts = vec![0.0; self.array.drive_count()];
        let mut good = self.point.snapshot();
        let mut before: Option<(Snapshot, f64)> = None;
        while next < corners.len() {
            let gap = corners[next] - self.time;
            let mut h = length.min(longest);
            let reaches = h >= gap * (1.0 - 1e-9);
            if reaches {
                h = gap;
            } else if h > 0.5 * gap {
                // Two steps of the same length rather than a long and a tiny one.
                h = 0.5 * gap;
            }
            let end = if reaches {
                corners[next]
            } else {
                self.time + h
            };
            let step = TimeStep {
                end,
                length: h,
                trapezoidal: !fresh,
            };
            drives.voltages(end, &mut volts);
            cells.set_time(end);
            if let Some((earlier, length)) = &before {
                self.point.extrapolate(earlier, h / length);
            }
            let solved = self.solve_step(cells, &step, &volts, request);
            let error = match &solved {
                Ok(_) => self.truncation(cells, &step, &volts),
                Err(_) => 512.0,
            };
            if (error > 1.0 || error.is_nan()) && h > shortest {
                let shrink = CAUTION * error.max(1.0).powf(-1.0 / 3.0);
                length = h * if shrink.is_finite() {
                    shrink.max(0.1)
                } else {
                    0.1
                };
                self.point.restore(&good);
                continue;
            }
            let solution = match solved {
                Ok(solution) => solution,
                Err(error) => {
                    return Err(GridError::TimeStep {
                        time: self.time,
                        reason: error.to_string(),
                    });
                }
            };
            self.accept(cells, &step, &volts, reaches);
            self.time = end;
            let snapshot = self.point.snapshot();
            before = (!reaches).then(|| (std::mem::replace(&mut good, snapshot.clone()), h));
            if reaches {
                good = snapshot;
                next += 1;
                if next < corners.len() {
                    length = first(corners[next] - self.time);
                }
                fresh = true;
            } else {
                fresh = false;
                let grow = CAUTION * error.max(1e-9).powf(-1.0 / 3.0);
                length = h * grow.clamp(0.3, GROWTH);
            }
            let instant = Instant {
                time: end,
                solution: &solution,
            };
            if observe(&instant).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn solve_step(
        &mut self,
        cells: &C,
        step: &TimeStep,
        volts: &[f64],
        request: FieldRequest,
    ) -> Result<NonlinearSolution, GridError> {
        let in_step = Loaded {
            cells,
            accepted: &self.accepted,
            columns: self.array.columns(),
            step: Some(*step),
            capacitance: self.capacitance,
        };
        self.array
            .solve_here(&in_step, volts, &mut self.point, request)
    }

    /// Largest truncation error of the step relative to what is allowed.
    fn truncation(&mut self, cells: &C, step: &TimeStep, volts: &[f64]) -> f64 {
        let reltol = self.options.reltol;
        self.scale = volts.iter().fold(self.scale, |a, v| a.max(v.abs()));
        let allowed = reltol * self.scale.max(SMALLEST_SCALE);
        let limits = (self.capacitance, allowed, reltol);
        self.array.visit(
            volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.truncation(cells, (crossing, potentials), step, memory, limits)
            },
        )
    }

    fn accept(&mut self, cells: &C, step: &TimeStep, volts: &[f64], corner: bool) {
        self.array.visit(
            volts,
            &mut self.point,
            &mut self.accepted,
            |crossing, potentials, memory, accepted| {
                accepted.accept(cells, (crossing, potentials), step, memory, corner);
                0.0
            },
        );
    }
}
