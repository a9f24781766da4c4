//! Arrays of nonlinear cells: Newton's method on the line grid.
//!
//! A cell takes the current `i_r(v_r, v_c)` from its row and gives `i_c(v_r, v_c)` to its column. For a two-terminal
//! branch the two are one; where a transistor leaks into its bulk, or a capacitance takes charge, they differ, and so do
//! the derivatives by the two potentials. Whatever a cell has inside (the node between memristor and transistor, the
//! state of a memristor during a time step) it eliminates itself ([`Cells::branch`]).
//!
//! In the deviations of the [parent module](super), `v_r = p_r - d_r` and `v_c = p_c + d_c`, one step of Newton's method solves
//!
//! ```text
//! (L_r + A) d_r + B d_c = i_r + A d_r0 + B d_c0          A =  di_r/dv_r     B = -di_r/dv_c
//! C d_r + (L_c + D) d_c = i_c + C d_r0 + D d_c0          C =  di_c/dv_r     D = -di_c/dv_c
//! ```
//!
//! with `d_r0`, `d_c0` where the currents were evaluated. `T_r = L_r + A` and `T_c = L_c + D` are ladders again. Eliminating the rows
//! leaves `(T_c - C T_r^-1 B) d_c = ...`, not symmetric in general, solved by GMRES preconditioned with `T_c`; a last sweep over
//! rows and columns then satisfies both families' equations for given currents exactly, so the wires' part `L d` of the next residual is
//! known without a subtraction of potentials. Steps that make the residual grow are halved; where that does not help, the drives
//! are raised step by step.

mod cells;
mod fields;
mod gmres;
mod newton;
mod response;
mod snapshot;
mod solver;
mod tangent;

pub use cells::{Branch, Cells};
pub use newton::ArrayPoint;
pub(super) use response::Controls;
pub(super) use snapshot::Snapshot;
pub use solver::{NonlinearArray, NonlinearCertificate, NonlinearOptions, NonlinearSolution};
