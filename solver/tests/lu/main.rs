//! The sparse LU factorisation against dense and sparse oracles, and against what circuits demand of it.

mod matrices;
mod oracles;
mod pivots;
mod singular;
mod structure;
