//! Programming all cells of an array.

use ohmloom_devices::mosfets::Transistor;
use ohmloom_devices::nonidealities::{
    ConductanceRange, Instance, Nonidealities, Nonideality, ProgrammedArray, StuckState,
};
use ohmloom_solver::line_grid::{DynamicCells, GridError, Trace};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::outcome::{
    CellOutcome, CellStatus, LeftOut, Observer, ProgrammedPart, ProgrammingOutcome,
};
use super::part::{Effort, Part, Window, WritableCells};
use super::selection::Selector;
use super::settings::{Extent, ProgrammingSettings};
use super::stuck::WithStuck;
use super::visit::{RESET, SET, Writer};
use crate::LayoutError;
use crate::cells::{
    AnyMemristor, Device, DynamicDevices, DynamicTransistorCells, GateLines, TransistorDescription,
    UseTransistor,
};

/// The memristors of a part of an array.
type Memristors = WithStuck<AnyMemristor>;

/// Makes cells around memristors.
trait MakeCells: Sync {
    type Cells: WritableCells<Device = Memristors>;
    fn make(
        &self,
        memristors: Memristors,
        size: (usize, usize),
    ) -> Result<Self::Cells, LayoutError>;
}

struct Passive;

impl MakeCells for Passive {
    type Cells = DynamicDevices<Memristors>;

    fn make(
        &self,
        memristors: Memristors,
        (_, columns): (usize, usize),
    ) -> Result<Self::Cells, LayoutError> {
        Ok(DynamicDevices::new(memristors, columns))
    }
}

struct WithTransistor<'a, T> {
    transistor: T,
    description: &'a TransistorDescription,
}

impl<T: Transistor + Clone> MakeCells for WithTransistor<'_, T> {
    type Cells = DynamicTransistorCells<Memristors, T>;

    fn make(
        &self,
        memristors: Memristors,
        size: (usize, usize),
    ) -> Result<Self::Cells, LayoutError> {
        Ok(DynamicTransistorCells::new(
            (memristors, size),
            (self.transistor.clone(), self.description.memristor_side),
            (
                self.description.gate_lines,
                Box::new(|_, gates| gates.fill(0.0)),
            ),
            self.description.bulk,
        )?)
    }
}

/// Programs an array of `(rows, columns)` cells to `targets` (S, row-major): every cell in turn, row by row, by pulses that are each
/// followed by a read. `known` are parts that an earlier run with the same settings and targets has finished.
///
/// Cells on different word lines are independent of each other in the extent [`Extent::Line`], and are then programmed on several threads; results
/// do not depend on their number.
///
/// # Errors
/// Settings that cannot be; targets that are not positive, or not as many as cells; solutions that are not found.
pub fn program(
    settings: &ProgrammingSettings,
    targets: &[f64],
    size: (usize, usize),
    known: Vec<ProgrammedPart>,
    observer: &dyn Observer,
) -> Result<ProgrammingOutcome, LayoutError> {
    settings.validate()?;
    if targets.len() != size.0 * size.1 || targets.is_empty() {
        return Err(LayoutError::BadSetting {
            key: "targets",
            value: targets.len() as f64,
            reason: "there must be one for each cell, and at least one",
        });
    }
    if let Some(&value) = targets.iter().find(|g| !(**g > 0.0 && g.is_finite())) {
        return Err(LayoutError::BadSetting {
            key: "target conductance",
            value,
            reason: "must be finite and > 0 (S)",
        });
    }
    let job = Job {
        settings,
        targets,
        size,
        starts: Starts::new(settings, size)?,
        known,
        observer,
    };
    match &settings.transistor {
        None => job.run(&Passive),
        Some(description) => description.choose(job),
    }
}

impl UseTransistor for Job<'_> {
    type Output = Result<ProgrammingOutcome, LayoutError>;

    fn with<T: Transistor + Clone + 'static>(
        self,
        transistor: T,
        description: &TransistorDescription,
    ) -> Self::Output {
        self.run(&WithTransistor {
            transistor,
            description,
        })
    }
}

/// In which states the memristors start.
struct Starts {
    /// `None` where the parameters of the model say it.
    states: Vec<Option<[f64; 3]>>,
    stuck: Vec<bool>,
}

impl Starts {
    fn new(
        settings: &ProgrammingSettings,
        (rows, columns): (usize, usize),
    ) -> Result<Self, LayoutError> {
        let Some(stuck) = &settings.stuck else {
            // An impossible memristor is an error here already.
            settings.memristor.build(1)?;
            return Ok(Self {
                states: vec![None; rows * columns],
                stuck: vec![false; rows * columns],
            });
        };
        if stuck.g_on.is_some() || stuck.g_off.is_some() {
            return Err(LayoutError::BadCell {
                reason: "stuck cells stay at the ends of the memristor's states; leave out g_on and g_off".to_owned(),
            });
        }
        let range = settings.memristor.range(settings.read.voltage)?;
        let (g_min, g_max) = range.conductance;
        let bad = |error: &dyn std::fmt::Display| LayoutError::BadCell {
            reason: error.to_string(),
        };
        let mut map = ProgrammedArray::new(
            rows,
            columns,
            vec![g_min; rows * columns],
            ConductanceRange { g_min, g_max },
        )
        .map_err(|error| bad(&error))?;
        let faults = Nonidealities {
            entries: vec![Nonideality::Stuck(stuck.clone())],
        };
        let instance = Instance {
            seed: settings.seed,
            ..Instance::default()
        };
        faults
            .program(&mut map, &instance)
            .map_err(|error| bad(&error))?;
        let state = |stuck: &Option<StuckState>| {
            stuck.map(|stuck| match stuck {
                StuckState::On => range.on,
                StuckState::Off => range.off,
            })
        };
        Ok(Self {
            states: map.stuck().iter().map(state).collect(),
            stuck: map.stuck().iter().map(Option::is_some).collect(),
        })
    }
}

struct Job<'a> {
    settings: &'a ProgrammingSettings,
    targets: &'a [f64],
    size: (usize, usize),
    starts: Starts,
    known: Vec<ProgrammedPart>,
    observer: &'a dyn Observer,
}

impl Job<'_> {
    fn run<B: MakeCells>(&self, make: &B) -> Result<ProgrammingOutcome, LayoutError> {
        let windows = self.windows();
        let parts: Vec<ProgrammedPart> = windows
            .into_par_iter()
            .map(|window| match self.known(&window) {
                Some(part) => Ok(part.clone()),
                None => self.part(&window, make),
            })
            .collect::<Result<_, _>>()?;
        let effort = parts
            .iter()
            .fold(Effort::default(), |sum, part| sum.and(part.effort));
        let mut cells: Vec<CellOutcome> = parts.into_iter().flat_map(|part| part.cells).collect();
        cells.sort_by_key(|cell| (cell.row, cell.column));
        let left_out = match self.settings.extent() {
            Extent::Line => Some(self.left_out(make, &effort)?),
            Extent::Array => None,
        };
        Ok(ProgrammingOutcome {
            cells,
            effort,
            left_out,
        })
    }

    /// A window that has been programmed before.
    fn known(&self, window: &Window) -> Option<&ProgrammedPart> {
        self.known.iter().find(|part| {
            let cells = part.cells.iter().map(|cell| (cell.row, cell.column));
            cells.eq(window.cells())
        })
    }

    /// The parts that do not know of each other.
    fn windows(&self) -> Vec<Window> {
        let (rows, columns) = self.size;
        match (self.settings.extent(), self.settings.gate_lines()) {
            (Extent::Line, Some(GateLines::AlongColumns)) => (0..columns)
                .map(|column| Window {
                    rows: 0..rows,
                    columns: column..column + 1,
                })
                .collect(),
            (Extent::Line, _) => (0..rows)
                .map(|row| Window {
                    rows: row..row + 1,
                    columns: 0..columns,
                })
                .collect(),
            (Extent::Array, _) => vec![Window {
                rows: 0..rows,
                columns: 0..columns,
            }],
        }
    }

    fn memristors(&self, window: &Window) -> Result<Memristors, LayoutError> {
        let cells: Vec<usize> = window
            .cells()
            .map(|(row, column)| row * self.size.1 + column)
            .collect();
        let states: Vec<_> = cells.iter().map(|&cell| self.starts.states[cell]).collect();
        Ok(WithStuck {
            device: self
                .settings
                .memristor
                .build(cells.len())?
                .starting_at(&states),
            stuck: cells.iter().map(|&cell| self.starts.stuck[cell]).collect(),
        })
    }

    /// Programs the cells of a window.
    fn part<B: MakeCells>(&self, window: &Window, make: &B) -> Result<ProgrammedPart, LayoutError> {
        let settings = self.settings;
        let memristors = self.memristors(window)?;
        let size = (window.rows.len(), window.columns.len());
        let array = window
            .array(self.size, settings.wires.read_wires())
            .map_err(LayoutError::Array)?;
        let gates = match settings.gate_lines() {
            None => 0..0,
            Some(GateLines::AlongRows) => window.rows.clone(),
            Some(GateLines::AlongColumns) => window.columns.clone(),
        };
        let cells = make.make(memristors.clone(), size)?;
        let in_array = |place: &Window| {
            let (row, column) = (place.rows.start, place.columns.start);
            move |source: GridError| LayoutError::Programming {
                row,
                column,
                source,
            }
        };
        let mut part = Part::new((window.clone(), &array), cells, (gates, settings.reltol))
            .map_err(in_array(window))?;
        let volts = settings.read.voltage;
        let alone = |part: &Part<'_, B::Cells>, index: usize| {
            let history = part.memristor(index);
            memristors.at_rest(index, volts, history, &mut None).0 / volts
        };
        // What each memristor conducts when its cell is left alone.
        let mut resting: Vec<f64> = (0..size.0 * size.1)
            .map(|index| alone(&part, index))
            .collect();
        let writer = Writer {
            settings,
            selector: Selector {
                size: self.size,
                selection: settings.selection(),
                gate_lines: settings.gate_lines(),
            },
        };
        let mut outcomes: Vec<CellOutcome> = Vec::with_capacity(size.0 * size.1);
        for pass in 0..settings.passes {
            for cell in window.cells() {
                let target = self.targets[cell.0 * self.size.1 + cell.1];
                let index = window.index(cell);
                let known = outcomes.get(index).map(|outcome| outcome.status);
                if known == Some(CellStatus::Stuck) {
                    // More of the strongest pulses would only disturb others.
                    self.observer.visited();
                    continue;
                }
                let failed = |source| LayoutError::Programming {
                    row: cell.0,
                    column: cell.1,
                    source,
                };
                let found = alone(&part, index);
                let disturb = found / resting[index] - 1.0;
                let visit = writer.visit(&mut part, cell, target).map_err(failed)?;
                if pass == 0 {
                    outcomes.push(CellOutcome {
                        row: cell.0,
                        column: cell.1,
                        target,
                        initial: visit.first,
                        verified: visit.last,
                        conductance: visit.last,
                        memristor: 0.0,
                        disturb: 0.0,
                        set_pulses: 0,
                        reset_pulses: 0,
                        status: CellStatus::Reached,
                    });
                }
                let outcome = &mut outcomes[index];
                outcome.verified = visit.last;
                outcome.set_pulses += visit.pulses[SET];
                outcome.reset_pulses += visit.pulses[RESET];
                outcome.status = visit.status;
                outcome.disturb += disturb;
                resting[index] = alone(&part, index);
                self.observer.visited();
            }
        }
        let effort = part.effort;
        for (index, cell) in window.cells().enumerate() {
            let failed = |source| LayoutError::Programming {
                row: cell.0,
                column: cell.1,
                source,
            };
            outcomes[index].conductance = writer.read(&mut part, cell).map_err(failed)?;
        }
        for (index, outcome) in outcomes.iter_mut().enumerate() {
            outcome.memristor = alone(&part, index);
            outcome.disturb += outcome.memristor / resting[index] - 1.0;
        }
        let part = ProgrammedPart {
            cells: outcomes,
            effort,
        };
        self.observer.finished(&part);
        Ok(part)
    }

    /// What cells on unselected word lines take at worst, with their memristors at either end.
    fn left_out<B: MakeCells>(&self, make: &B, effort: &Effort) -> Result<LeftOut, LayoutError> {
        let settings = self.settings;
        let range = settings.memristor.range(settings.read.voltage)?;
        let high = settings.set.limit.max(settings.reset.limit);
        let mut left_out = LeftOut::default();
        let mut read_current: f64 = 0.0;
        for state in [range.on, range.off] {
            let memristors = WithStuck {
                device: settings.memristor.build(1)?.starting_at(&[Some(state)]),
                stuck: vec![false],
            };
            let device = memristors.clone();
            let mut cells = make.make(memristors, (1, 1))?;
            cells.set_gates(&[0.0]);
            for (row, column) in [(0.0, high), (high, 0.0), (settings.read.voltage, 0.0)] {
                let history = cells.fresh((0, 0));
                let branch = cells.rest((0, 0), (row, column), &history, &mut Default::default());
                // Bulk junctions make the two differ; the larger one counts.
                let current = branch.row_current.abs().max(branch.column_current.abs());
                if row == settings.read.voltage {
                    read_current = read_current.max(current);
                    continue;
                }
                let mut own = device.fresh(0);
                let (_, conductance) = device.at_rest(0, 0.0, &own, &mut None);
                // A memristor that conducts less than a transistor that is off has all of the voltage.
                let across = (current / conductance).min(high);
                for v in [across, -across] {
                    device.begin(0, v, &mut own, &mut None);
                    let rate: f64 = own
                        .device
                        .iter()
                        .map(|t: &Trace| t.rate.abs())
                        .fold(0.0, f64::max);
                    left_out.off_state_change = left_out.off_state_change.max(rate * effort.time);
                }
                left_out.off_current = left_out.off_current.max(current);
                left_out.off_voltage = left_out.off_voltage.max(across);
            }
        }
        let least = self.targets.iter().copied().fold(f64::INFINITY, f64::min);
        let others = match settings.gate_lines() {
            Some(GateLines::AlongColumns) => self.size.1 - 1,
            _ => self.size.0 - 1,
        };
        left_out.read_error = others as f64 * read_current / (settings.read.voltage * least);
        Ok(left_out)
    }
}
