//! Branch currents of a solution: what Kirchhoff's current law, the powers and the terminals say.

use rayon::prelude::*;

use super::ladder::Ladders;
use super::lanes::{LANES, Lanes, Transpose, Transposed};
use super::schur::{SchurSystem, Workspace};
use super::solver::Method;
use super::terminals::{FamilyTerminals, Profile, Role, Terminal, Terminals};
use super::wires::{BlockEnds, LineBranches, LineSums};
use crate::simd::{self, Arithmetic, Kernel};

/// How good a solution is, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// Method that produced the solution.
    pub method: Method,
    /// Iterations of conjugate gradients; for [`Method::Cholesky`], steps of iterative refinement.
    pub iterations: usize,
    /// Largest violation of Kirchhoff's current law at any node, relative to the largest branch current.
    pub kcl_relative: f64,
    /// Estimated largest error of an output current, relative to the largest terminal current: for conjugate gradients from
    /// the energy of the error, for the direct method the change that the last step of refinement made.
    pub output_error: f64,
}

/// Where the power goes, in watt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Power {
    /// Dissipated in the cells.
    pub cells: f64,
    /// Dissipated in the row segments.
    pub row_wires: f64,
    /// Dissipated in the column segments.
    pub column_wires: f64,
    /// Dissipated in the terminal resistances of both families.
    pub terminals: f64,
    /// Delivered by the voltage sources; the sum of the four others up to rounding.
    pub delivered: f64,
}

impl Power {
    /// Relative difference between the power delivered and the power dissipated.
    pub fn imbalance(&self) -> f64 {
        let dissipated = self.cells + self.row_wires + self.column_wires + self.terminals;
        let scale = self.delivered.abs().max(dissipated);
        if scale == 0.0 {
            0.0
        } else {
            (self.delivered - dissipated).abs() / scale
        }
    }
}

/// Everything that is known of one solution besides its voltages.
#[derive(Debug, Clone)]
pub(super) struct Branches {
    /// Largest Kirchhoff violation relative to the largest branch current.
    pub kcl_relative: f64,
    /// How much of it the rounding of the deviations alone can explain.
    pub rounding: f64,
    pub power: Power,
    /// Amperes from each grounded terminal into ground.
    pub output_currents: Vec<f64>,
    /// Amperes from each source into the array.
    pub drive_currents: Vec<f64>,
    /// The terminal current that relative errors refer to: the largest, or [`NOTHING_FLOWS`] if that is larger.
    pub terminal_scale: f64,
}

/// Where next to no current flows (all sources alike, no ground), only rounding is left of every current. Relative figures then
/// refer to this share of what the cells would carry at their voltages without any drop.
const NOTHING_FLOWS: f64 = 1e-6;

/// Evaluates the branch currents of the deviations in `work`; leaves the cell currents in `work.exchange`. `volts` gives
/// each terminal's voltage.
pub(super) fn evaluate(
    system: &SchurSystem,
    terminals: &Terminals,
    (row_profile, column_profile): &(Profile, Profile),
    volts: impl Fn(Role) -> f64,
    work: &mut Workspace,
    parallel: bool,
) -> Branches {
    let grain = if parallel { 1 } else { usize::MAX };
    let (columns, rows) = (system.rows.shape.positions, system.columns.shape.positions);
    let (cell_sums, row_sums): (Vec<_>, Vec<_>) = (work.exchange.par_chunks_mut(columns))
        .with_min_len(grain)
        .enumerate()
        .map(|(block, currents)| {
            let span = block * columns..(block + 1) * columns;
            let cells = simd::run(CellCurrents {
                cells: &system.cells[span.clone()],
                excitation: &work.excitation[span.clone()],
                row_deviation: &work.row_deviation[span.clone()],
                column_deviation: Transposed::new(&work.column_deviation, rows, block),
                currents,
            });
            let wires = simd::run(LineBranches {
                ends: BlockEnds::new(&terminals.rows, row_profile, 1.0, block),
                ladder: system.rows.block(block),
                deviation: &work.row_deviation[span],
                currents,
            });
            (cells, wires)
        })
        .unzip();
    let column_sums: Vec<_> = (work.residual.par_chunks_mut(rows))
        .with_min_len(grain)
        .enumerate()
        .map(|(block, currents)| {
            simd::run(Transpose {
                source: Transposed::new(&work.exchange, columns, block),
                target: currents,
            });
            simd::run(LineBranches {
                ends: BlockEnds::new(&terminals.columns, column_profile, -1.0, block),
                ladder: system.columns.block(block),
                deviation: &work.column_deviation[block * rows..(block + 1) * rows],
                currents,
            })
        })
        .collect();

    combine(
        (&system.rows, &system.columns),
        terminals,
        (row_profile, column_profile),
        volts,
        &Fields {
            row_currents: &work.exchange,
            column_currents: &work.residual,
            row_deviation: &work.row_deviation,
            column_deviation: &work.column_deviation,
        },
        (cell_sums, row_sums, column_sums),
    )
}

/// A solution at every crossing.
pub(super) struct Fields<'a> {
    /// Current out of each row into its cell; a row field.
    pub row_currents: &'a [Lanes],
    /// Current into each column from its cell; a column field.
    pub column_currents: &'a [Lanes],
    /// A row field.
    pub row_deviation: &'a [Lanes],
    /// A column field.
    pub column_deviation: &'a [Lanes],
}

/// What all cells together carry.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CellTotals {
    /// Watts into the cells.
    pub power: f64,
    /// Largest current, A.
    pub largest: f64,
    /// Largest current without any drop along the wires, A.
    pub undropped: f64,
}

/// Evaluates the wires around cells whose currents are known.
pub(super) fn evaluate_wires(
    (rows, columns): (&Ladders, &Ladders),
    terminals: &Terminals,
    (row_profile, column_profile): &(Profile, Profile),
    volts: impl Fn(Role) -> f64,
    fields: &Fields<'_>,
    cells: CellTotals,
) -> Branches {
    let sums =
        |ladders: &Ladders, family, profile, sign, deviation: &[Lanes], currents: &[Lanes]| {
            let positions = ladders.shape.positions;
            (deviation.chunks_exact(positions))
                .zip(currents.chunks_exact(positions))
                .enumerate()
                .map(|(block, (deviation, currents))| {
                    simd::run(LineBranches {
                        ends: BlockEnds::new(family, profile, sign, block),
                        ladder: ladders.block(block),
                        deviation,
                        currents,
                    })
                })
                .collect()
        };
    let row_sums: Vec<LineSums> = sums(
        rows,
        &terminals.rows,
        row_profile,
        1.0,
        fields.row_deviation,
        fields.row_currents,
    );
    let column_sums: Vec<LineSums> = sums(
        columns,
        &terminals.columns,
        column_profile,
        -1.0,
        fields.column_deviation,
        fields.column_currents,
    );
    let one = |value: f64| {
        let mut lanes = Lanes::default();
        lanes.0[0] = value;
        lanes
    };
    let cell_sums = vec![LineSums {
        power: one(cells.power),
        largest: one(cells.largest),
        undropped: one(cells.undropped),
        ..LineSums::default()
    }];
    combine(
        (rows, columns),
        terminals,
        (row_profile, column_profile),
        volts,
        fields,
        (cell_sums, row_sums, column_sums),
    )
}

/// Terminal currents, powers and the largest imbalance from the sums over cells, rows and columns.
fn combine(
    (rows, columns): (&Ladders, &Ladders),
    terminals: &Terminals,
    (row_profile, column_profile): (&Profile, &Profile),
    volts: impl Fn(Role) -> f64,
    fields: &Fields<'_>,
    (mut cell_sums, row_sums, column_sums): (Vec<LineSums>, Vec<LineSums>, Vec<LineSums>),
) -> Branches {
    let power = |sums: &[LineSums]| sums.iter().map(|sums| sums.power.sum()).sum();
    let mut branches = Branches {
        kcl_relative: 0.0,
        rounding: 0.0,
        power: Power {
            cells: power(&cell_sums),
            row_wires: power(&row_sums),
            column_wires: power(&column_sums),
            ..Power::default()
        },
        output_currents: vec![0.0; terminals.outputs.len()],
        drive_currents: vec![0.0; terminals.drives.len()],
        terminal_scale: 0.0,
    };
    let family = |family, profile, sign, ladders, deviation, currents, sums| Family {
        terminals: family,
        profile,
        sign,
        ladders,
        deviation,
        currents,
        sums,
    };
    let rows = family(
        &terminals.rows,
        row_profile,
        1.0,
        rows,
        fields.row_deviation,
        fields.row_currents,
        &row_sums,
    );
    let columns = family(
        &terminals.columns,
        column_profile,
        -1.0,
        columns,
        fields.column_deviation,
        fields.column_currents,
        &column_sums,
    );
    let mut largest_terminal: f64 = 0.0;
    for (terminal, current) in rows.terminal_currents().chain(columns.terminal_currents()) {
        largest_terminal = largest_terminal.max(current.abs());
        branches.power.terminals += terminal.resistance * current * current;
        branches.power.delivered += volts(terminal.role) * current;
        match terminal.role {
            Role::Drive(index) => branches.drive_currents[index] = current,
            Role::Output(index) => branches.output_currents[index] = -current,
        }
    }
    cell_sums.extend(row_sums.iter().chain(&column_sums));
    // A NaN must survive into the certificate, so that it fails there.
    let largest_of = |part: fn(&LineSums) -> &Lanes| {
        cell_sums
            .iter()
            .flat_map(|sums| part(sums).0)
            .fold(0.0, larger)
    };
    let floor = NOTHING_FLOWS * largest_of(|sums| &sums.undropped);
    let scale = largest_of(|sums| &sums.largest)
        .max(largest_terminal)
        .max(floor);
    branches.terminal_scale = largest_terminal.max(floor);
    let imbalance = largest_of(|sums| &sums.imbalance);
    if imbalance != 0.0 {
        branches.kcl_relative = imbalance / scale;
        branches.rounding = 4.0 * f64::EPSILON * largest_of(|sums| &sums.rounding) / scale;
    }
    branches
}

/// One family's lines, for the currents of their terminals.
struct Family<'a> {
    terminals: &'a FamilyTerminals,
    profile: &'a Profile,
    /// Cell currents leave the rows (1) and enter the columns (-1).
    sign: f64,
    ladders: &'a Ladders,
    deviation: &'a [Lanes],
    currents: &'a [Lanes],
    sums: &'a [LineSums],
}

impl<'a> Family<'a> {
    /// Each terminal with the current that flows from it into its line.
    fn terminal_currents(&'a self) -> impl Iterator<Item = (Terminal, f64)> + 'a {
        (0..self.ladders.shape.lines).flat_map(move |line| {
            let total = self.sums[line / LANES].total.0[line % LANES];
            let through = self.profile.through[line];
            let (start, end) = (self.terminals.start[line], self.terminals.end[line]);
            let (from_start, from_end) = match (start, end) {
                (Some(start), Some(end)) => {
                    self.split(line, total, start.resistance, end.resistance)
                }
                (Some(_), None) => (total, 0.0),
                _ => (0.0, total),
            };
            let start = start.map(|terminal| (terminal, through + self.sign * from_start));
            start
                .into_iter()
                .chain(end.map(|terminal| (terminal, -through + self.sign * from_end)))
        })
    }

    /// How the cells' total current divides between the two terminals of a line.
    fn split(&self, line: usize, total: f64, start: f64, end: f64) -> (f64, f64) {
        let shape = self.ladders.shape;
        let deviation = |position| shape.at(self.deviation, line, position);
        if start > 0.0 && end > 0.0 {
            (deviation(0) / start, deviation(shape.positions - 1) / end)
        } else if start > 0.0 {
            (deviation(0) / start, total - deviation(0) / start)
        } else if end > 0.0 {
            let from_end = deviation(shape.positions - 1) / end;
            (total - from_end, from_end)
        } else {
            // Both held: the first segment with a resistance tells. The grid has made sure that there is one.
            let block = self.ladders.block(line / LANES);
            let (mut before, mut position) = (shape.at(self.currents, line, 0), 0);
            while block.segment_conductance(position).0[line % LANES] == 0.0 {
                position += 1;
                before += shape.at(self.currents, line, position);
            }
            let step = deviation(position + 1) - deviation(position);
            let from_start = before + step * block.segment_conductance(position).0[line % LANES];
            (from_start, total - from_start)
        }
    }
}

struct CellCurrents<'a> {
    cells: &'a [Lanes],
    excitation: &'a [Lanes],
    row_deviation: &'a [Lanes],
    column_deviation: Transposed<'a>,
    currents: &'a mut [Lanes],
}

impl Kernel for CellCurrents<'_> {
    type Output = LineSums;

    #[inline(always)]
    fn run<A: Arithmetic>(self, simd: A) -> LineSums {
        let positions = self.currents.len();
        let (cells, excitation) = (&self.cells[..positions], &self.excitation[..positions]);
        let row_deviation = &self.row_deviation[..positions];
        let currents = &mut self.currents[..positions];
        let zero = simd.splat(0.0);
        let (mut undropped, mut rounding, mut power, mut largest) = (zero, zero, zero, zero);
        self.column_deviation.for_each(
            simd,
            positions,
            #[inline(always)]
            |k, column| {
                let cell = simd.load(&cells[k].0);
                let (excitation, row) =
                    (simd.load(&excitation[k].0), simd.load(&row_deviation[k].0));
                let voltage = simd.sub(simd.sub(excitation, row), column);
                let current = simd.mul(cell, voltage);
                simd.store(current, &mut currents[k].0);
                let drops = simd.add(simd.abs(row), simd.abs(column));
                let terms = simd.add(simd.abs(excitation), drops);
                undropped = simd.larger(undropped, simd.mul(cell, excitation));
                rounding = simd.larger(rounding, simd.mul(cell, terms));
                power = simd.mul_add(current, voltage, power);
                largest = simd.larger(largest, current);
            },
        );
        LineSums {
            undropped: Lanes::from_vector(simd, undropped),
            rounding: Lanes::from_vector(simd, rounding),
            power: Lanes::from_vector(simd, power),
            largest: Lanes::from_vector(simd, largest),
            ..LineSums::default()
        }
    }
}

/// The larger of two values; not a number if either is not.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}
