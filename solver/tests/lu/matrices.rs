//! Matrices for the tests, and dense versions of them.

use nalgebra::{ComplexField, DMatrix, DVector};
use ohmloom_solver::lu::{Complex, Pattern, Scalar, SparseLu};
use proptest::prelude::*;

/// A matrix in its own pattern.
#[derive(Clone, Debug)]
pub(crate) struct Matrix<T> {
    pub(crate) pattern: Pattern,
    pub(crate) values: Vec<T>,
}

impl<T: Scalar + ComplexField> Matrix<T> {
    /// The sum of entries (row, column, value).
    pub(crate) fn new(order: usize, entries: &[(u32, u32, T)]) -> Self {
        let positions: Vec<(u32, u32)> = entries.iter().map(|entry| (entry.0, entry.1)).collect();
        let (pattern, slots) = Pattern::from_positions(order, &positions).unwrap();
        let mut values = vec![<T as Default>::default(); pattern.len()];
        for (&slot, &(_, _, value)) in slots.iter().zip(entries) {
            add_to(&mut values[slot], value);
        }
        Self { pattern, values }
    }

    pub(crate) fn entries(&self) -> Vec<(u32, u32, T)> {
        let starts = self.pattern.column_starts();
        (0..self.pattern.order())
            .flat_map(|column| {
                (starts[column]..starts[column + 1]).map(move |entry| {
                    (
                        self.pattern.rows()[entry],
                        column as u32,
                        self.values[entry],
                    )
                })
            })
            .collect()
    }

    pub(crate) fn dense(&self) -> DMatrix<T> {
        let order = self.pattern.order();
        let mut dense = DMatrix::from_element(order, order, T::zero());
        for (row, column, value) in self.entries() {
            dense[(row as usize, column as usize)] = value;
        }
        dense
    }

    pub(crate) fn factored(&self) -> SparseLu<T> {
        let mut lu = SparseLu::analyze(&self.pattern).unwrap();
        lu.factor(&self.values).unwrap();
        lu
    }
}

/// Both traits of `T` have an addition; this is the one of [`Scalar`].
fn add_to<T: Scalar>(target: &mut T, value: T) {
    *target += value;
}

/// Solution with the factors.
pub(crate) fn solve<T: Scalar>(lu: &mut SparseLu<T>, b: &[T]) -> Vec<T> {
    let mut x = b.to_vec();
    lu.solve_in_place(&mut x);
    x
}

/// The largest part of `|A| |x| + |b|` that `b - A x` is of, over all rows.
pub(crate) fn backward_error<T: Scalar + ComplexField<RealField = f64>>(
    a: &DMatrix<T>,
    x: &[T],
    b: &[T],
) -> f64 {
    let (x, b) = (DVector::from_row_slice(x), DVector::from_row_slice(b));
    let residual = &b - a * &x;
    let reference = a.map(ComplexField::abs) * x.map(ComplexField::abs) + b.map(ComplexField::abs);
    residual
        .iter()
        .zip(&reference)
        .map(|(residual, reference)| {
            ComplexField::abs(*residual) / reference.max(f64::MIN_POSITIVE)
        })
        .fold(0.0, f64::max)
}

/// Values of ordinary size, not near zero.
fn value() -> impl Strategy<Value = f64> {
    (0.1..2.0f64, any::<bool>()).prop_map(|(size, negative)| if negative { -size } else { size })
}

/// Random entries off the diagonal, and a diagonal that is zero, small, or dominant. Some are singular.
pub(crate) fn random_matrix(largest_order: usize) -> impl Strategy<Value = Matrix<f64>> {
    (1..=largest_order).prop_flat_map(|order| {
        let index = 0..order as u32;
        let entries = prop::collection::vec((index.clone(), index, value()), 0..4 * order);
        let diagonal = prop::collection::vec(
            prop_oneof![1 => Just(None), 1 => value().prop_map(|v| Some(1e-3 * v)), 4 => value().prop_map(|v| Some(4.0 * v))],
            order,
        );
        (entries, diagonal).prop_map(move |(mut entries, diagonal)| {
            let diagonal = diagonal.into_iter().enumerate();
            entries.extend(
                diagonal.filter_map(|(index, value)| Some((index as u32, index as u32, value?))),
            );
            Matrix::new(order, &entries)
        })
    })
}

/// The same with complex values.
pub(crate) fn random_complex_matrix(
    largest_order: usize,
) -> impl Strategy<Value = Matrix<Complex>> {
    random_matrix(largest_order).prop_flat_map(|matrix| {
        let phases = prop::collection::vec(0.0..std::f64::consts::TAU, matrix.values.len());
        phases.prop_map(move |phases| Matrix {
            pattern: matrix.pattern.clone(),
            values: matrix
                .values
                .iter()
                .zip(phases)
                .map(|(&size, phase)| Complex::from_polar(size, phase))
                .collect(),
        })
    })
}

/// Numbers between -1 and 1 from a linear congruential generator: enough for right-hand sides.
pub(crate) fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// Modified nodal analysis by hand: node 0 is ground and has no unknown.
#[derive(Default)]
pub(crate) struct Circuit {
    entries: Vec<(u32, u32, f64)>,
    nodes: u32,
    sources: u32,
}

impl Circuit {
    /// A circuit with the given number of nodes besides ground.
    pub(crate) fn new(nodes: u32) -> Self {
        Self {
            nodes,
            ..Self::default()
        }
    }

    /// A conductance between two nodes.
    pub(crate) fn conductance(&mut self, a: u32, b: u32, siemens: f64) -> &mut Self {
        self.add(a, a, siemens);
        self.add(b, b, siemens);
        self.add(a, b, -siemens);
        self.add(b, a, -siemens);
        self
    }

    /// A voltage source, which adds an unknown. Returns its index.
    pub(crate) fn source(&mut self, plus: u32, minus: u32) -> usize {
        self.sources += 1;
        let branch = self.nodes + self.sources;
        for (node, sign) in [(plus, 1.0), (minus, -1.0)] {
            self.add(node, branch, sign);
            self.add(branch, node, sign);
        }
        branch as usize - 1
    }

    fn add(&mut self, row: u32, column: u32, value: f64) {
        if row > 0 && column > 0 {
            self.entries.push((row - 1, column - 1, value));
        }
    }

    pub(crate) fn matrix(&self) -> Matrix<f64> {
        Matrix::new((self.nodes + self.sources) as usize, &self.entries)
    }
}

/// A crossbar of `size` x `size` cells with wires: 1 S segments, cells of 10 to 100 microsiemens, drivers of 1 S at the
/// rows and voltage sources as ammeters at the columns. Unknowns of rows, of columns, then of sources.
pub(crate) fn crossbar(size: u32, seed: u64) -> Circuit {
    let mut circuit = Circuit::new(2 * size * size + size);
    let node = |layer: u32, row: u32, column: u32| 1 + (layer * size + row) * size + column;
    let cells = numbers((size * size) as usize, seed);
    for row in 0..size {
        for column in 0..size {
            let cell = 5.5e-5 + 4.5e-5 * cells[(row * size + column) as usize];
            circuit.conductance(node(0, row, column), node(1, row, column), cell);
            if column + 1 < size {
                circuit.conductance(node(0, row, column), node(0, row, column + 1), 1.0);
            }
            if row + 1 < size {
                circuit.conductance(node(1, row, column), node(1, row + 1, column), 1.0);
            }
        }
    }
    for line in 0..size {
        let driver = 1 + 2 * size * size + line;
        circuit.source(driver, 0);
        circuit.conductance(driver, node(0, line, 0), 1.0);
        circuit.source(node(1, size - 1, line), 0);
    }
    circuit
}
