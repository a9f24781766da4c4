//! Arrays that are not what they were programmed to: non-idealities of the cells, broken lines.

use ohmloom_devices::nonidealities::{
    ConductanceRange, Effect, Instance, LineFaults, Nonidealities, Nonideality, ProgrammedArray,
    Side,
};
use ohmloom_solver::line_grid::{GridError, LineGrid, ReadWires};

use crate::LayoutError;

/// Resistance of an open segment, ohm.
const OPEN: f64 = 1e12;

/// What makes arrays imperfect, and which draw of its random numbers they get.
#[derive(Clone, Copy, Debug)]
pub struct Imperfections<'a> {
    /// The list.
    pub list: &'a Nonidealities,
    /// The draw; for a matrix of several tiles that of the first position of its grid, the others are numbered from there row by row.
    pub instance: Instance,
}

/// An array after its non-idealities.
#[derive(Clone, Debug, PartialEq)]
pub struct ImperfectArray {
    /// Conductances, row-major, S.
    pub conductance: Vec<f64>,
    /// Faults of its lines.
    pub faults: LineFaults,
    /// What each entry of the list did.
    pub effects: Vec<Effect>,
}

impl Imperfections<'_> {
    /// Those of the tile that follows the first one at a distance.
    #[must_use]
    pub fn at(&self, distance: u64) -> Self {
        Self {
            instance: Instance {
                tile: self.instance.tile + distance,
                ..self.instance
            },
            ..*self
        }
    }

    /// The fault map of an array: the conductance of each stuck cell (row-major, S), `None` for healthy ones. It is what the `stuck` entries of the list
    /// do alone, and does not depend on what the cells are programmed to.
    ///
    /// # Errors
    /// As [`Imperfections::apply`].
    pub fn stuck_cells(
        &self,
        (rows, columns): (usize, usize),
        range: ConductanceRange,
    ) -> Result<Vec<Option<f64>>, LayoutError> {
        let is_stuck = |entry: &&Nonideality| matches!(entry, Nonideality::Stuck(_));
        let faults = Nonidealities {
            entries: self.list.entries.iter().filter(is_stuck).cloned().collect(),
        };
        let cells = vec![range.g_min; rows * columns];
        let mut array = ProgrammedArray::new(rows, columns, cells, range)?;
        faults.program(&mut array, &self.instance)?;
        let cells = array.stuck().iter().zip(array.conductance());
        Ok(cells.map(|(stuck, &g)| stuck.map(|_| g)).collect())
    }

    /// Applies the list to `rows x columns` target conductances (row-major, S) that were programmed between the ends of `range`. Read noise is
    /// that of one read.
    ///
    /// # Errors
    /// An entry that is out of range or does not fit the array; bridges between lines, which the array solver does not have.
    pub fn apply(
        &self,
        (rows, columns): (usize, usize),
        targets: Vec<f64>,
        range: ConductanceRange,
    ) -> Result<ImperfectArray, LayoutError> {
        let array = ProgrammedArray::new(rows, columns, targets, range)?;
        let (conductance, report) = self.list.program_and_read(array, &self.instance)?;
        let faults = LineFaults::of_all(&report);
        if let Some(bridge) = faults.shorts.first() {
            return Err(LayoutError::BridgedLines {
                side: match bridge.side {
                    Side::Row => "rows",
                    Side::Column => "columns",
                },
                line: bridge.line,
                count: faults.shorts.len(),
            });
        }
        Ok(ImperfectArray {
            conductance,
            faults,
            effects: report.iter().map(Effect::of).collect(),
        })
    }
}

impl ImperfectArray {
    /// The same array with its broken lines, given the wires that it has been made with: 1e12 ohm in the place of each open segment.
    ///
    /// # Errors
    /// As [`LineGrid::new`].
    pub fn with_broken_lines(
        &self,
        grid: LineGrid,
        wires: ReadWires,
    ) -> Result<LineGrid, GridError> {
        if self.faults.opens.is_empty() {
            return Ok(grid);
        }
        let (rows, columns) = (grid.rows(), grid.columns());
        let (mut row_lines, mut column_lines) =
            (grid.row_lines().clone(), grid.column_lines().clone());
        let faults = &self.faults;
        row_lines.segments = faults.segments(Side::Row, rows, columns, wires.row, OPEN);
        column_lines.segments = faults.segments(Side::Column, columns, rows, wires.column, OPEN);
        let conductance = grid.conductance().to_vec();
        LineGrid::new(rows, columns, conductance, row_lines, column_lines)
    }
}
