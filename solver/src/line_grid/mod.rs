//! Line-grid arrays: two families of parallel wires with a two-terminal cell at each crossing.
//!
//! # The equations
//!
//! An array has `N` rows and `M` columns. At the crossing of row `i` and column `j` a cell of conductance
//! `g_ij` joins the row's wire to the column's. Each wire is a chain of segments, so every wire alone is a
//! *ladder*: series segments, and at each crossing a shunt. Each end of a wire is driven through a resistance,
//! grounded through one, or floating.
//!
//! The unknowns are *deviations*, not node voltages. With every cell removed a wire has a trivial profile `p`
//! (constant, or a straight divider between its two terminals). The cells then pull each row down by `d_r` and
//! each column up by `d_c`:
//!
//! ```text
//! v_row = p_row - d_r        v_column = p_column + d_c        E = p_row - p_column
//! L_r d_r = i                L_c d_c = i                      i = g (E - d_r - d_c)
//! ```
//!
//! where `L` holds the wire segments and terminals of each line. Deviations keep full relative accuracy where
//! node voltages cannot: with 0.01 ohm wires and nanosiemens cells the drop along a wire is below the rounding
//! of the voltage itself. Zero resistances need no special case either.
//!
//! Adding the cells to the diagonals, `T = L + G`, and eliminating the rows leaves a symmetric positive definite
//! system for the columns, `(T_c - G T_r^-1 G) d_c = G (E - T_r^-1 G E)`, solved by conjugate gradients with `T_c`
//! as the preconditioner ([`Method::ConjugateGradients`]), or the whole `2NM` system is factored
//! ([`Method::Cholesky`]).
//!
//! # What is certified
//!
//! Each solution carries a [`Certificate`]: the largest violation of Kirchhoff's current law over all nodes,
//! computed afterwards from the branch currents, relative to the largest branch current.

mod accuracy;
mod branches;
mod cholesky;
mod connectivity;
mod error;
mod grid;
mod ladder;
mod lanes;
mod lines;
mod nonlinear;
mod ports;
mod schur;
mod solver;
mod spectrum;
mod terminals;
mod transfer;
mod transient;
mod wires;

pub use branches::{Certificate, Power};
pub use error::GridError;
pub use grid::{LineGrid, ReadWires};
pub use lines::{End, Lines, SegmentResistance, Side};
pub use nonlinear::{
    ArrayPoint, Branch, Cells, NonlinearArray, NonlinearCertificate, NonlinearOptions,
    NonlinearSolution,
};
pub use ports::{CellConductances, PortArray, PortWires, PortedCells};
pub use solver::{ArraySolver, FieldRequest, Method, MethodChoice, Solution, SolveOptions};
pub use transfer::TransferMatrix;
pub use transient::{
    ArrayTransient, Drives, DynamicCells, Instant, LineCapacitance, TimeStep, Trace,
    TransientOptions,
};
