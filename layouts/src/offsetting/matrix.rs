//! Weight matrices on tiles with stuck cells that are made up for.

use super::Offsetting;
use crate::{
    Conditions, GroupMatrix, Imperfections, LayoutError, MappedMatrix, MatrixLayout, TileSettings,
};

impl MappedMatrix {
    /// Programs `weights` as [`Self::with_imperfections`] does, to targets that make up for the stuck cells ([`crate::offsetting`]). The fault map is
    /// that of each tile; the other non-idealities are not known beforehand.
    ///
    /// # Errors
    /// As [`Self::with_imperfections`]; moments that are not those of this matrix's inputs; with moments, a tile that has no solution.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn with_offsetting(
        weights: &[f64],
        (outputs, inputs): (usize, usize),
        settings: &TileSettings,
        imperfections: &Imperfections<'_>,
        offsetting: &Offsetting<'_>,
    ) -> Result<Self, LayoutError> {
        assert_eq!(weights.len(), outputs * inputs, "weights: outputs x inputs");
        let conditions = Conditions {
            imperfections: Some(imperfections),
            ..Conditions::default()
        };
        let matrix = GroupMatrix::dense(weights, outputs, inputs)?;
        Self::lay_out(
            &MatrixLayout::new(matrix, settings),
            &conditions,
            Some(offsetting),
        )
    }
}
