//! Equations of Ohmloom, and how they are solved.
//!
//! This crate knows conductances, currents and matrices; it knows no device by name and no file format.
//!
//! * [`line_grid`]: exact solution of resistive crossbar arrays with wire resistance.
//! * [`circuit`]: circuits of arbitrary elements, their operating points, sweeps, transients and small-signal analyses.
//! * [`lu`]: sparse LU factorisation of real and complex circuit matrices.
//! * [`dense`]: blocked products of dense matrices, for transfer matrices applied to many inputs.
//!
//! # Example
//!
//! A 2 x 3 array with 1 ohm of wire between neighbouring cells, its rows driven at the left end and its
//! columns grounded at the bottom:
//!
//! ```
//! use ohmloom_solver::line_grid::{ArraySolver, LineGrid, ReadWires, SolveOptions};
//!
//! let conductance = [1e-4, 2e-5, 5e-5, 3e-5, 1e-4, 1e-5]; // siemens, row-major
//! let grid = LineGrid::read_array(2, 3, &conductance, ReadWires::uniform(1.0))?;
//! let solver = ArraySolver::new(&grid, SolveOptions::default())?;
//! let solution = solver.solve(&[0.2, 0.1])?; // volts at the two row drivers
//! assert_eq!(solution.output_currents.len(), 3);
//! assert!(solution.certificates[0].kcl_relative < 1e-12);
//! # Ok::<(), ohmloom_solver::line_grid::GridError>(())
//! ```

pub mod circuit;
pub mod dense;
pub mod line_grid;
pub mod lu;
mod simd;
mod sparse;
