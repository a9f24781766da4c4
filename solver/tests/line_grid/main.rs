//! The array solver against independent oracles and against physics.

mod arrays;
mod convergence;
mod dense_oracle;
mod errors;
mod ngspice;
mod nonlinear;
mod properties;
mod reference;
mod threads;
