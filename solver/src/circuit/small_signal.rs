//! The linearised circuit `(G + j omega C) x = b` around an operating point.

use super::element::{Phase, Point, Start};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::newton::Failure;
use super::options::Options;
use super::reduction::{Reduction, SingularColumns};
use crate::lu::{Complex, SparseLu};

/// `G` and `C` at an operating point, and what is needed to solve with them.
pub(super) struct SmallSignal {
    x: Vec<f64>,
    gmin: f64,
    evaluated: bool,
    reduction: Reduction,
    lu: Option<SparseLu<Complex>>,
    values: Vec<Complex>,
    core_values: Vec<Complex>,
    scratch: Vec<Complex>,
}

impl SmallSignal {
    /// Prepares for the circuit at the solution `x` of its operating point.
    pub(super) fn new(circuit: &Circuit, options: &Options, x: &[f64]) -> Self {
        let reduction = Reduction::new(&circuit.system.pattern);
        Self {
            x: x.to_vec(),
            gmin: options.gmin,
            evaluated: false,
            lu: None,
            values: vec![Complex::default(); circuit.system.pattern.rows().len()],
            core_values: vec![Complex::default(); reduction.core_entries.len()],
            scratch: Vec::new(),
            reduction,
        }
    }

    /// Linearises the circuit and factors the matrix at a frequency in hertz. Nonlinear elements are evaluated at each
    /// frequency, because some depend on it: `hertz` in expressions, the excess phase of bipolar transistors.
    pub(super) fn factor(
        &mut self,
        circuit: &mut Circuit,
        frequency: f64,
    ) -> Result<(), SingularColumns> {
        if circuit.system.nonlinear || !self.evaluated {
            let point = Point {
                x: &self.x,
                time: 0.0,
                phase: Phase::SmallSignal,
                start: Start::Continue,
                gmin: self.gmin,
                source_factor: 1.0,
                temperature: circuit.temperature,
                frequency,
            };
            circuit.system.evaluate(&point);
            self.evaluated = true;
        }
        let omega = 2.0 * std::f64::consts::PI * frequency;
        let system = &circuit.system;
        for ((value, &g), &c) in self
            .values
            .iter_mut()
            .zip(&system.conductance[1..])
            .zip(&system.capacitance[1..])
        {
            *value = Complex::new(g, omega * c);
        }
        for (column, entry) in self.reduction.pivots() {
            let value = self.values[entry];
            if value == Complex::default() || !value.re.is_finite() || !value.im.is_finite() {
                return Err(SingularColumns(vec![column]));
            }
        }
        if self.reduction.core_columns.is_empty() {
            return Ok(());
        }
        for (core, &entry) in self
            .core_values
            .iter_mut()
            .zip(&self.reduction.core_entries)
        {
            *core = self.values[entry as usize];
        }
        let outcome = match &mut self.lu {
            Some(lu) => lu.refactor(&self.core_values),
            None => self.reduction.analyze_core().and_then(|mut lu| {
                let outcome = lu.factor(&self.core_values);
                self.lu = Some(lu);
                outcome
            }),
        };
        outcome.map_err(|error| {
            self.lu = None;
            self.reduction.columns_of(&error)
        })
    }

    /// Solves for a right-hand side, which is used up.
    pub(super) fn solve(&mut self, circuit: &Circuit, b: &mut [Complex], x: &mut [Complex]) {
        let Self {
            reduction,
            lu,
            values,
            scratch,
            ..
        } = self;
        reduction.solve(
            &circuit.system.pattern,
            values,
            b,
            x,
            scratch,
            &mut |side| {
                if let Some(lu) = lu.as_mut() {
                    lu.solve_in_place(side);
                }
            },
        );
    }

    /// Solves the transposed system.
    pub(super) fn solve_transposed(&mut self, circuit: &Circuit, b: &[Complex], y: &mut [Complex]) {
        let Self {
            reduction,
            lu,
            values,
            scratch,
            ..
        } = self;
        reduction.solve_transposed(
            &circuit.system.pattern,
            values,
            b,
            y,
            scratch,
            &mut |side| {
                if let Some(lu) = lu.as_mut() {
                    lu.solve_transposed_in_place(side);
                }
            },
        );
    }

    /// The error for a matrix without a pivot at some frequency.
    pub(super) fn explain(
        circuit: &mut Circuit,
        columns: &SingularColumns,
        frequency: f64,
    ) -> CircuitError {
        let omega = 2.0 * std::f64::consts::PI * frequency;
        let system = &circuit.system;
        let values: Vec<f64> = (system.conductance[1..].iter())
            .zip(&system.capacitance[1..])
            .map(|(g, c)| g + omega * c)
            .collect();
        circuit.explain(
            &values,
            &Failure::singular(columns),
            "small-signal analysis",
            format!(" at {frequency} Hz"),
            "LU factorisation",
        )
    }
}

/// Frequencies of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FrequencySweep {
    /// So many points in each decade.
    Decade(usize),
    /// So many points in each octave.
    Octave(usize),
    /// So many points in all, equally spaced.
    Linear(usize),
}

/// How a logarithmic sweep ends when its span is not a whole number of steps. ngspice has both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// The steps become longer, so that the last point is the end: `.ac`.
    Stretched,
    /// The steps are exact and the last point lies before the end: `.noise`.
    Exact,
}

impl FrequencySweep {
    /// The frequencies from `start` to `stop`, in hertz.
    ///
    /// # Errors
    /// Frequencies that are not positive or not in order, zero points, more than ten million points.
    pub fn frequencies(self, start: f64, stop: f64, grid: Grid) -> Result<Vec<f64>, CircuitError> {
        let points = match self {
            Self::Decade(points) | Self::Octave(points) | Self::Linear(points) => points,
        };
        let logarithmic = !matches!(self, Self::Linear(_));
        if points == 0 {
            return Err(CircuitError::Settings(
                "a frequency sweep needs at least one point".to_owned(),
            ));
        }
        if !(start.is_finite() && stop.is_finite() && stop >= start)
            || start < 0.0
            || (logarithmic && start <= 0.0)
        {
            return Err(CircuitError::Settings(format!(
                "a frequency sweep cannot go from {start} Hz to {stop} Hz; both must be positive and in order"
            )));
        }
        let ratio: f64 = match self {
            Self::Linear(_) => {
                let step = if points > 1 {
                    (stop - start) / (points - 1) as f64
                } else {
                    0.0
                };
                return Ok((0..points)
                    .map(|index| start + step * index as f64)
                    .collect());
            }
            Self::Decade(_) => 10.0,
            Self::Octave(_) => 2.0,
        };
        let span = (stop / start).ln();
        let count = (span / ratio.ln() * points as f64 + 1e-9).floor();
        if count > 1e7 {
            return Err(CircuitError::Settings(
                "a frequency sweep with more than ten million points".to_owned(),
            ));
        }
        Ok((0..=count as usize)
            .map(|index| match grid {
                // The points are moved apart a little, so that the last one is the end.
                Grid::Stretched if count > 0.0 => start * (span * index as f64 / count).exp(),
                _ => start * (ratio.ln() * index as f64 / points as f64).exp(),
            })
            .collect())
    }
}

/// Receives the circuit, a frequency in hertz and the phasors of all unknowns (entry 0 is ground).
pub type PhasorOutput<'a> =
    &'a mut dyn FnMut(&Circuit, f64, &[Complex]) -> Result<(), CircuitError>;

/// Computes the response to all AC sources at each frequency, and hands the phasors (entry 0 is ground) to `output`.
///
/// # Errors
/// A singular matrix, or whatever `output` returns.
pub fn ac(
    circuit: &mut Circuit,
    options: &Options,
    operating_point: &[f64],
    frequencies: &[f64],
    output: PhasorOutput<'_>,
) -> Result<(), CircuitError> {
    let mut small_signal = SmallSignal::new(circuit, options, operating_point);
    let excitation: Vec<Complex> = circuit
        .ac_excitation()
        .into_iter()
        .map(|(re, im)| Complex::new(re, im))
        .collect();
    let mut side = vec![Complex::default(); excitation.len() - 1];
    let mut phasors = vec![Complex::default(); excitation.len()];
    for &frequency in frequencies {
        small_signal
            .factor(circuit, frequency)
            .map_err(|column| SmallSignal::explain(circuit, &column, frequency))?;
        side.copy_from_slice(&excitation[1..]);
        small_signal.solve(circuit, &mut side, &mut phasors[1..]);
        output(circuit, frequency, &phasors)?;
    }
    Ok(())
}
