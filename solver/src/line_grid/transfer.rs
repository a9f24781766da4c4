//! The transfer matrix of a linear array: output currents as a product with the input voltages, wires and all.

use super::branches::Certificate;
use crate::dense;

/// `I_out = T V_in`: exact for linear cells. In siemens.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferMatrix {
    /// Number of outputs: the rows of the matrix.
    pub outputs: usize,
    /// Number of inputs: its columns.
    pub inputs: usize,
    /// `outputs x inputs`, row-major.
    pub values: Vec<f64>,
    /// The worst certificate of the solves behind it.
    pub certificate: Certificate,
}

impl TransferMatrix {
    /// Output currents of many input vectors: `voltages` is `vectors x inputs`, the result `vectors x outputs`. Runs on the
    /// calling thread alone.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn apply(&self, voltages: &[f64], currents: &mut [f64]) {
        dense::multiply_transposed(voltages, &self.values, currents, self.inputs);
    }
}
