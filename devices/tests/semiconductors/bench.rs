//! Devices built from `name=value` lists, and their terminal currents and admittances under ideal sources.

use std::sync::Arc;

use ohmloom_devices::parameters::Parameters;
use ohmloom_devices::semiconductors::{
    Bipolar, BipolarInstance, BipolarModel, BipolarNodes, Diode, DiodeInstance, DiodeModel, Jfet,
    JfetInstance, JfetModel, JfetNodes, Polarity,
};
use ohmloom_solver::circuit::{CircuitError, Element, ElementProbe, Evaluation, Phase, Start};

/// Parses `name=value name=value`.
pub(crate) fn set<P: Parameters>(text: &str) -> P {
    let mut parameters = P::default();
    for pair in text.split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        parameters.set(name, value.parse().unwrap()).unwrap();
    }
    parameters
}

pub(crate) fn diode(model: &str, instance: &str) -> Result<Diode, CircuitError> {
    let node = ElementProbe::<Diode>::node;
    let (model, instance) = (set::<DiodeModel>(model), set::<DiodeInstance>(instance));
    Diode::new("d1".to_owned(), node(1), node(2), Arc::new(model), instance)
}

/// Terminals in the order of the element line: collector, base, emitter, substrate.
pub(crate) fn bipolar(
    polarity: Polarity,
    model: &str,
    instance: &str,
) -> Result<Bipolar, CircuitError> {
    let node = ElementProbe::<Bipolar>::node;
    let nodes = BipolarNodes {
        collector: node(1),
        base: node(2),
        emitter: node(3),
        substrate: node(4),
    };
    let (model, instance) = (set::<BipolarModel>(model), set::<BipolarInstance>(instance));
    Bipolar::new("q1".to_owned(), polarity, nodes, Arc::new(model), instance)
}

/// Terminals in the order of the element line: drain, gate, source.
pub(crate) fn jfet(polarity: Polarity, model: &str, instance: &str) -> Result<Jfet, CircuitError> {
    let node = ElementProbe::<Jfet>::node;
    let nodes = JfetNodes {
        drain: node(1),
        gate: node(2),
        source: node(3),
    };
    let (model, instance) = (set::<JfetModel>(model), set::<JfetInstance>(instance));
    Jfet::new("j1".to_owned(), polarity, nodes, Arc::new(model), instance)
}

/// One element with an ideal voltage source at each terminal.
pub(crate) struct Driven<E> {
    pub(crate) probe: ElementProbe<E>,
    terminals: usize,
}

impl<E: Element> Driven<E> {
    pub(crate) fn new(element: E, terminals: usize, celsius: f64) -> Self {
        let mut probe = ElementProbe::new(element, terminals).unwrap();
        probe
            .element_mut()
            .set_temperature(celsius + 273.15)
            .unwrap();
        Self { probe, terminals }
    }

    /// The unknowns, inner nodes included, that satisfy Kirchhoff's law inside.
    pub(crate) fn solve(&mut self, terminals: &[f64]) -> Vec<f64> {
        let n = self.probe.unknown_count();
        // The solution's inner voltages are found by damped Newton steps from the terminals they hang on.
        let mut x = terminals.to_vec();
        x.resize(n, 0.0);
        for step in 0..400 {
            let now = self.probe.evaluate(&x, Phase::Dc, Start::Continue);
            let rows = self.terminals..n;
            let matrix: Vec<Vec<f64>> = rows
                .clone()
                .map(|row| now.conductance[row][rows.clone()].to_vec())
                .collect();
            let right: Vec<f64> = rows.clone().map(|row| -now.residual[row]).collect();
            let update = solve_dense(matrix, right);
            let largest = update.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            let damping = (0.05 / largest).min(1.0);
            for (row, change) in rows.zip(&update) {
                x[row] += damping * change;
            }
            if largest < 1e-13 {
                return x;
            }
            assert!(step < 399, "inner nodes do not converge: {largest}");
        }
        x
    }

    /// Currents into the terminals.
    pub(crate) fn currents(&mut self, terminals: &[f64]) -> Vec<f64> {
        let x = self.solve(terminals);
        self.at(&x, Phase::Dc).residual[..self.terminals].to_vec()
    }

    pub(crate) fn at(&mut self, x: &[f64], phase: Phase) -> Evaluation {
        let evaluation = self.probe.evaluate(x, phase, Start::Continue);
        assert!(!evaluation.limited);
        evaluation
    }

    /// Small-signal admittance matrix between the terminals: `(re, im)` of current `row` over voltage `column`.
    pub(crate) fn admittance(&mut self, terminals: &[f64], frequency: f64) -> Vec<Vec<(f64, f64)>> {
        let x = self.solve(terminals);
        let point = self.at(&x, Phase::SmallSignal);
        let (n, t) = (x.len(), self.terminals);
        let omega = std::f64::consts::TAU * frequency;
        let inner = n - t;
        let entry = |row: usize, column: usize| {
            (
                point.conductance[row][column],
                omega * point.capacitance[row][column],
            )
        };
        let currents_for_one_volt_at = |column: usize| -> Vec<(f64, f64)> {
            // Inner voltages, as real and imaginary halves.
            let mut matrix = vec![vec![0.0; 2 * inner]; 2 * inner];
            let mut right = vec![0.0; 2 * inner];
            for i in 0..inner {
                for j in 0..inner {
                    let (g, b) = entry(t + i, t + j);
                    matrix[i][j] = g;
                    matrix[inner + i][inner + j] = g;
                    matrix[i][inner + j] = -b;
                    matrix[inner + i][j] = b;
                }
                let (g, b) = entry(t + i, column);
                right[i] = -g;
                right[inner + i] = -b;
            }
            let v = solve_dense(matrix, right);
            let through_inner = |row: usize| {
                (0..inner).fold(entry(row, column), |(re, im), j| {
                    let (g, b) = entry(row, t + j);
                    (
                        re + g * v[j] - b * v[inner + j],
                        im + g * v[inner + j] + b * v[j],
                    )
                })
            };
            (0..t).map(through_inner).collect()
        };
        let columns: Vec<_> = (0..t).map(currents_for_one_volt_at).collect();
        (0..t)
            .map(|row| columns.iter().map(|column| column[row]).collect())
            .collect()
    }

    /// A quantity of the element at the solution.
    pub(crate) fn value(&mut self, quantity: &str, terminals: &[f64]) -> f64 {
        let mut x = self.solve(terminals);
        x.insert(0, 0.0);
        let at = point(&x);
        self.probe.element().value(quantity, &at).unwrap()
    }
}

pub(crate) fn point(x: &[f64]) -> ohmloom_solver::circuit::Point<'_> {
    ohmloom_solver::circuit::Point {
        x,
        time: 0.0,
        phase: Phase::Dc,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    }
}

/// Gaussian elimination with partial pivoting.
fn solve_dense(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for k in 0..n {
        let pivot = (k..n)
            .max_by(|&a, &b| matrix[a][k].abs().total_cmp(&matrix[b][k].abs()))
            .unwrap();
        matrix.swap(k, pivot);
        right.swap(k, pivot);
        for i in k + 1..n {
            let factor = matrix[i][k] / matrix[k][k];
            let pivot_row = matrix[k].clone();
            for (entry, above) in matrix[i].iter_mut().zip(&pivot_row).skip(k) {
                *entry -= factor * above;
            }
            right[i] -= factor * right[k];
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            right[k] -= matrix[k][j] * right[j];
        }
        right[k] /= matrix[k][k];
    }
    right
}
