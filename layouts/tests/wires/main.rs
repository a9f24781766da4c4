//! Wire parasitics from geometry.

mod capacitance;
mod delay;
mod resistance;
