//! Branch currents of a solution: what Kirchhoff's current law, the powers and the terminals say.

use rayon::prelude::*;

use super::ladder::{LadderBlock, Ladders};
use super::lanes::{LANES, Lanes, read_transposed};
use super::schur::{SchurSystem, Workspace};
use super::solver::Method;
use super::terminals::{FamilyTerminals, Profile, Role, Terminal, Terminals};
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
    /// Estimated largest error of an output current, relative to the largest terminal current: for conjugate gradients a bound from
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

/// Sums over one block of lines.
#[derive(Debug, Clone, Copy, Default)]
struct LineSums {
    imbalance: Lanes,
    largest: Lanes,
    rounding: Lanes,
    power: Lanes,
    /// Current through all cells of each line.
    total: Lanes,
    /// Largest current through a cell without any drop.
    undropped: Lanes,
}

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
    let (mut cell_sums, row_sums): (Vec<_>, Vec<_>) = (work.exchange.par_chunks_mut(columns))
        .with_min_len(grain)
        .enumerate()
        .map(|(block, currents)| {
            let span = block * columns..(block + 1) * columns;
            let cells = simd::run(CellCurrents {
                cells: &system.cells[span.clone()],
                excitation: &work.excitation[span.clone()],
                row_deviation: &work.row_deviation[span.clone()],
                column_deviation: &work.column_deviation,
                column_positions: rows,
                block,
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
            for (other, tile) in currents.chunks_mut(LANES).enumerate() {
                let source = read_transposed(&work.exchange, columns, block, other);
                tile.copy_from_slice(&source[..tile.len()]);
            }
            simd::run(LineBranches {
                ends: BlockEnds::new(&terminals.columns, column_profile, -1.0, block),
                ladder: system.columns.block(block),
                deviation: &work.column_deviation[block * rows..(block + 1) * rows],
                currents,
            })
        })
        .collect();

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
        &system.rows,
        &work.row_deviation,
        &work.exchange,
        &row_sums,
    );
    let columns = family(
        &terminals.columns,
        column_profile,
        -1.0,
        &system.columns,
        &work.column_deviation,
        &work.residual,
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
    column_deviation: &'a [Lanes],
    column_positions: usize,
    block: usize,
    currents: &'a mut [Lanes],
}

impl Kernel for CellCurrents<'_> {
    type Output = LineSums;

    #[inline(always)]
    fn run<A: Arithmetic>(self) -> LineSums {
        let mut sums = LineSums::default();
        for (other, currents) in self.currents.chunks_mut(LANES).enumerate() {
            let column = read_transposed(
                self.column_deviation,
                self.column_positions,
                self.block,
                other,
            );
            for (offset, current) in currents.iter_mut().enumerate() {
                let k = other * LANES + offset;
                for lane in 0..LANES {
                    let (excitation, row) =
                        (self.excitation[k].0[lane], self.row_deviation[k].0[lane]);
                    let (column, cell) = (column[offset].0[lane], self.cells[k].0[lane]);
                    let voltage = excitation - row - column;
                    let value = cell * voltage;
                    let terms = excitation.abs() + row.abs() + column.abs();
                    sums.undropped.0[lane] =
                        larger(sums.undropped.0[lane], cell * excitation.abs());
                    sums.rounding.0[lane] = larger(sums.rounding.0[lane], cell * terms);
                    current.0[lane] = value;
                    sums.power.0[lane] = A::mul_add(value, voltage, sums.power.0[lane]);
                    sums.largest.0[lane] = larger(sums.largest.0[lane], value.abs());
                }
            }
        }
        sums
    }
}

/// The larger of two values; not a number if either is not.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

/// Terminal data of one block of lines.
struct BlockEnds {
    start: EndLanes,
    end: EndLanes,
    /// Current from terminal to terminal, in the sense of the deviations.
    through: Lanes,
}

/// One end of a block of lines.
#[derive(Default)]
struct EndLanes {
    conductance: Lanes,
    /// 0 where a terminal of zero resistance takes whatever current is left, else 1.
    checked: Lanes,
}

impl BlockEnds {
    fn new(terminals: &FamilyTerminals, profile: &Profile, sign: f64, block: usize) -> Self {
        let lanes = |ends: &[Option<Terminal>]| {
            let mut lanes = EndLanes {
                conductance: Lanes::default(),
                checked: Lanes::splat(1.0),
            };
            for (lane, terminal) in ends.iter().skip(block * LANES).take(LANES).enumerate() {
                match terminal {
                    Some(terminal) if terminal.resistance == 0.0 => lanes.checked.0[lane] = 0.0,
                    Some(terminal) => lanes.conductance.0[lane] = 1.0 / terminal.resistance,
                    None => {}
                }
            }
            lanes
        };
        let mut through = Lanes::default();
        for (lane, value) in profile
            .through
            .iter()
            .skip(block * LANES)
            .take(LANES)
            .enumerate()
        {
            through.0[lane] = sign * value;
        }
        Self {
            start: lanes(&terminals.start),
            end: lanes(&terminals.end),
            through,
        }
    }
}

/// Kirchhoff's current law along the lines of one block. Crossings that zero resistance joins are one node.
struct LineBranches<'a> {
    ends: BlockEnds,
    ladder: LadderBlock<'a>,
    deviation: &'a [Lanes],
    currents: &'a [Lanes],
}

impl Kernel for LineBranches<'_> {
    type Output = LineSums;

    #[inline(always)]
    fn run<A: Arithmetic>(self) -> LineSums {
        let Self {
            ends,
            ladder,
            deviation,
            currents,
        } = self;
        let mut sums = LineSums::default();
        let last = deviation.len() - 1;
        // Current that has flowed into the present node, less what its cells have taken.
        let mut left = Lanes::default();
        let mut checked = ends.start.checked;
        for lane in 0..LANES {
            let conductance = ends.start.conductance.0[lane];
            left.0[lane] = deviation[0].0[lane] * conductance;
            sums.rounding.0[lane] = deviation[0].0[lane].abs() * conductance;
            sums.largest.0[lane] = ends.through.0[lane].abs();
        }
        for k in 0..last {
            let (here, next) = (&deviation[k], &deviation[k + 1]);
            let (conductance, resistance) = (ladder.segment_conductance(k), ladder.segment(k));
            for lane in 0..LANES {
                let cell = currents[k].0[lane];
                let segment = conductance.0[lane];
                let onward = (next.0[lane] - here.0[lane]) * segment;
                sums.total.0[lane] += cell;
                left.0[lane] -= cell;
                let closed = segment > 0.0;
                let imbalance = (left.0[lane] - onward).abs() * checked.0[lane];
                sums.imbalance.0[lane] = if closed {
                    larger(sums.imbalance.0[lane], imbalance)
                } else {
                    sums.imbalance.0[lane]
                };
                left.0[lane] = if closed { onward } else { left.0[lane] };
                checked.0[lane] = if closed { 1.0 } else { checked.0[lane] };
                let current = onward + ends.through.0[lane];
                sums.power.0[lane] =
                    A::mul_add(current * current, resistance.0[lane], sums.power.0[lane]);
                sums.largest.0[lane] = larger(sums.largest.0[lane], onward.abs());
                let rounding = (here.0[lane].abs() + next.0[lane].abs()) * segment;
                sums.rounding.0[lane] = larger(sums.rounding.0[lane], rounding);
            }
        }
        for lane in 0..LANES {
            let cell = currents[last].0[lane];
            let conductance = ends.end.conductance.0[lane];
            let onward = -deviation[last].0[lane] * conductance;
            sums.total.0[lane] += cell;
            let imbalance =
                (left.0[lane] - cell - onward).abs() * checked.0[lane] * ends.end.checked.0[lane];
            sums.imbalance.0[lane] = larger(sums.imbalance.0[lane], imbalance);
            sums.rounding.0[lane] = larger(
                sums.rounding.0[lane],
                deviation[last].0[lane].abs() * conductance,
            );
        }
        sums
    }
}
