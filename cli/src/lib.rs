//! Ohmloom, a circuit-level simulator for memristor crossbars, in one crate.
//!
//! Each module is one of the project's libraries; the command-line tool `ohmloom` is built from the same ones.
//!
//! ```
//! use ohmloom::solver::line_grid::{ArraySolver, LineGrid, ReadWires, SolveOptions};
//!
//! // One cell of 1 mS behind 500 ohm of source and 500 ohm of sink.
//! let wires = ReadWires { row: 1.0, column: 1.0, source: 500.0, sink: 500.0 };
//! let grid = LineGrid::read_array(1, 1, &[1e-3], wires)?;
//! let solution = ArraySolver::new(&grid, SolveOptions::default())?.solve(&[1.0])?;
//! assert!((solution.output_currents[0] - 0.5e-3).abs() < 1e-15);
//! # Ok::<(), ohmloom::solver::line_grid::GridError>(())
//! ```

pub use ohmloom_layouts as layouts;
pub use ohmloom_networks as networks;
pub use ohmloom_peripherals as peripherals;
pub use ohmloom_solver as solver;
pub use ohmloom_studies as studies;
