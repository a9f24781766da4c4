//! Junction devices against finite differences, closed forms and ngspice.

mod analytic;
mod bench;
mod jacobians;
mod ngspice;
mod parameters;
