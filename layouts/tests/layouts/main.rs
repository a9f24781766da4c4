//! Layers on tiles in every layout and every scheme for signed weights: against the convolution itself where hardware is ideal, and against circuits made by hand
//! where it is not.

mod arrangement;
mod circuits;
mod ideal;
mod layers;
mod offsetting;
#[path = "../shapes/mod.rs"]
mod shapes;
