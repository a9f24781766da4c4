//! Small signals: the linearised array with every node as an unknown, its inner nodes eliminated by a sparse factorisation.

use super::super::error::GridError;
use super::array::PortArray;
use super::cells::{CellConductances, PortedCells};
use crate::lu::{Complex, LuError, Pattern, SparseLu};

/// The nodes of an array with ports: inner ones first, then the ports.
#[derive(Clone, Copy, Debug)]
struct Nodes {
    rows: usize,
    columns: usize,
    /// Inner nodes of each row and of each column: 0 where the wires have no resistance.
    along_row: usize,
    along_column: usize,
}

impl Nodes {
    fn inner(self) -> usize {
        self.rows * self.along_row + self.columns * self.along_column
    }

    fn row(self, row: usize, column: usize) -> usize {
        if column == 0 || self.along_row == 0 {
            self.inner() + row
        } else {
            row * self.along_row + column - 1
        }
    }

    fn column(self, row: usize, column: usize) -> usize {
        if row + 1 == self.rows || self.along_column == 0 {
            self.inner() + self.rows + column
        } else {
            self.rows * self.along_row + column * self.along_column + row
        }
    }

    fn control(self, control: usize) -> usize {
        self.inner() + self.rows + self.columns + control
    }
}

/// The factored matrix, kept from frequency to frequency.
pub(super) struct SmallSignal {
    nodes: Nodes,
    /// Where each contribution between inner nodes goes, in the order of [`contributions`].
    slots: Vec<usize>,
    lu: Option<SparseLu<Complex>>,
    values: Vec<Complex>,
    cells: Vec<CellConductances<Complex>>,
}

fn failed(error: &LuError) -> GridError {
    GridError::Factorisation {
        reason: error.to_string(),
    }
}

impl SmallSignal {
    pub(super) fn new<C: PortedCells>(array: &PortArray<C>) -> Result<Self, GridError> {
        let (rows, columns) = (array.rows(), array.columns());
        let inner = |ohm: f64, crossings: usize| if ohm > 0.0 { crossings - 1 } else { 0 };
        let nodes = Nodes {
            rows,
            columns,
            along_row: inner(array.wires.row, columns),
            along_column: inner(array.wires.column, rows),
        };
        let cells = vec![[[Complex::default(); 4]; 4]; rows * columns];
        let mut positions = Vec::new();
        contributions(array, nodes, &cells, 0.0, &mut |row, column, _| {
            if row.max(column) < nodes.inner() {
                positions.push((row as u32, column as u32));
            }
        });
        let (mut slots, mut lu, mut entries) = (Vec::new(), None, 0);
        if nodes.inner() > 0 {
            let (pattern, found) =
                Pattern::from_positions(nodes.inner(), &positions).map_err(|e| failed(&e))?;
            entries = pattern.len();
            lu = Some(SparseLu::analyze(&pattern).map_err(|e| failed(&e))?);
            slots = found;
        }
        Ok(Self {
            nodes,
            slots,
            lu,
            values: vec![Complex::default(); entries],
            cells,
        })
    }

    /// See [`PortArray::admittances`].
    pub(super) fn solve<C: PortedCells>(
        &mut self,
        array: &mut PortArray<C>,
        omega: f64,
        wanted: &[usize],
    ) -> Result<Vec<Vec<Complex>>, GridError> {
        let nodes = self.nodes;
        let (cells, accepted) = (&array.cells, &array.accepted);
        array.array.visit(
            &array.volts,
            &mut array.point,
            &mut self.cells,
            |crossing, potentials, memory, admittance| {
                let history = &accepted[crossing.0 * nodes.columns + crossing.1].cell;
                *admittance =
                    cells.admittances(crossing, potentials, omega, history, &mut memory.cell);
                0.0
            },
        );
        let (inner, ports) = (nodes.inner(), array.ports());
        self.values.fill(Complex::default());
        let mut next = self.slots.iter();
        let mut between = vec![vec![Complex::default(); ports]; ports];
        // By port: how it drives inner nodes, and what inner nodes drive into it.
        let (mut drives, mut drains) = (vec![Vec::new(); ports], vec![Vec::new(); ports]);
        let values = &mut self.values;
        contributions(
            array,
            nodes,
            &self.cells,
            omega,
            &mut |row, column, y| match (row < inner, column < inner) {
                (true, true) => {
                    if let Some(&slot) = next.next() {
                        values[slot] += y;
                    }
                }
                (true, false) => drives[column - inner].push((row, y)),
                (false, true) => drains[row - inner].push((column, y)),
                (false, false) => between[column - inner][row - inner] += y,
            },
        );
        if let Some(lu) = &mut self.lu {
            lu.refactor(&self.values).map_err(|e| failed(&e))?;
        }
        let mut x = vec![Complex::default(); inner];
        let respond = |&port: &usize| {
            let mut column = between[port].clone();
            if let Some(lu) = &mut self.lu {
                x.fill(Complex::default());
                for &(node, y) in &drives[port] {
                    x[node] += y;
                }
                lu.solve_in_place(&mut x);
                for (value, drains) in column.iter_mut().zip(&drains) {
                    for &(node, y) in drains {
                        *value -= y * x[node];
                    }
                }
            }
            column
        };
        Ok(wanted.iter().map(respond).collect())
    }
}

/// Calls `add` with row, column and value of every contribution to the nodal matrix, always in the same order.
fn contributions<C: PortedCells>(
    array: &PortArray<C>,
    nodes: Nodes,
    cells: &[CellConductances<Complex>],
    omega: f64,
    add: &mut impl FnMut(usize, usize, Complex),
) {
    let gates = array.gates();
    let wires = array.wires;
    for row in 0..nodes.rows {
        for column in 0..nodes.columns {
            let index = row * nodes.columns + column;
            let (r, c) = (nodes.row(row, column), nodes.column(row, column));
            let mut terminals = [r, c, 0, 0];
            let count = if gates == 0 {
                2
            } else {
                terminals[2] = nodes.control(array.gate_line[index]);
                terminals[3] = nodes.control(gates);
                4
            };
            for (a, &to) in terminals[..count].iter().enumerate() {
                for (b, &from) in terminals[..count].iter().enumerate() {
                    add(to, from, cells[index][a][b]);
                }
            }
            add(r, r, Complex::new(0.0, omega * wires.capacitance.row));
            add(c, c, Complex::new(0.0, omega * wires.capacitance.column));
            let mut segment = |ohm: f64, a: usize, b: usize| {
                if ohm > 0.0 {
                    let g = Complex::new(1.0 / ohm, 0.0);
                    add(a, a, g);
                    add(b, b, g);
                    add(a, b, -g);
                    add(b, a, -g);
                }
            };
            if column + 1 < nodes.columns {
                segment(wires.row, r, nodes.row(row, column + 1));
            }
            if row + 1 < nodes.rows {
                segment(wires.column, c, nodes.column(row + 1, column));
            }
        }
    }
}
