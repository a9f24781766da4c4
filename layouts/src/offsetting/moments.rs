//! Second moments of a layer's inputs.

use crate::{LayoutError, TileSettings};

/// Second moments `E[x_i x_j]` of the inputs of a matrix, for inputs that share a tile. They are sums over samples in the order in which these come.
///
/// [`InputMoments::of_tile`] shrinks them towards a multiple of the identity as O. Ledoit and M. Wolf (Journal of Multivariate Analysis 88, 2004) do
/// for covariances, so that a few samples do not make directions that they never show look free of cost.
#[derive(Debug, Clone, PartialEq)]
pub struct InputMoments {
    inputs: usize,
    /// Inputs of a full tile.
    rows: usize,
    vectors: usize,
    /// Sums of `x_i x_j`, for each row of tiles a square matrix, row-major.
    products: Vec<Vec<f64>>,
    /// Sums of `|x|^4`, for each row of tiles.
    fourth: Vec<f64>,
}

impl InputMoments {
    /// Of no samples yet, for a matrix of this many inputs on such tiles.
    pub fn new(inputs: usize, settings: &TileSettings) -> Self {
        let rows = settings.rows.max(1);
        let blocks = inputs.div_ceil(rows);
        let products = (0..blocks)
            .map(|block| {
                let size = rows.min(inputs - block * rows);
                vec![0.0; size * size]
            })
            .collect();
        Self {
            inputs,
            rows,
            vectors: 0,
            products,
            fourth: vec![0.0; blocks],
        }
    }

    /// Inputs of the matrix.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Vectors seen.
    pub fn vectors(&self) -> usize {
        self.vectors
    }

    /// Whether these are moments of the inputs of a matrix on such tiles.
    pub(crate) fn check(&self, inputs: usize, settings: &TileSettings) -> Result<(), LayoutError> {
        if self.vectors == 0 {
            return Err(LayoutError::NoMoments);
        }
        if self.inputs == inputs && self.rows == settings.rows {
            return Ok(());
        }
        Err(LayoutError::WrongMoments {
            found: self.inputs,
            found_rows: self.rows,
            inputs,
            rows: settings.rows,
        })
    }

    /// Adds `vectors x inputs` activations.
    ///
    /// # Errors
    /// An input that is not finite; nothing is added then.
    ///
    /// # Panics
    /// If the slice does not hold whole vectors.
    pub fn observe(&mut self, vectors: &[f64]) -> Result<(), LayoutError> {
        assert_eq!(vectors.len() % self.inputs, 0, "inputs: whole vectors");
        if let Some(index) = vectors.iter().position(|value| !value.is_finite()) {
            return Err(LayoutError::BadInput {
                vector: index / self.inputs,
                input: index % self.inputs,
                value: vectors[index],
            });
        }
        for vector in vectors.chunks_exact(self.inputs) {
            let parts = vector.chunks(self.rows);
            let sums = self.products.iter_mut().zip(&mut self.fourth);
            for (part, (products, fourth)) in parts.zip(sums) {
                for (&x, sums) in part.iter().zip(products.chunks_exact_mut(part.len())) {
                    if x != 0.0 {
                        sums.iter_mut().zip(part).for_each(|(sum, y)| *sum += x * y);
                    }
                }
                let square: f64 = part.iter().map(|x| x * x).sum();
                *fourth += square * square;
            }
        }
        self.vectors += vectors.len() / self.inputs;
        Ok(())
    }

    /// The moments of the inputs of the tiles in one row of the grid, row-major: `(1 - c) M + c m I` with `m` the mean of the diagonal of the sample
    /// moments `M`, `c = min(1, b^2/d^2)`, `d^2 = |M - m I|^2` and `b^2 = (E|x|^4 - |M|^2)/n` (Frobenius norms). Zero where no vector was seen.
    ///
    /// # Panics
    /// If the matrix has no such row of tiles.
    pub fn of_tile(&self, grid_row: usize) -> Vec<f64> {
        let mut moments = self.products[grid_row].clone();
        if self.vectors == 0 {
            return moments;
        }
        let count = self.vectors as f64;
        for sum in &mut moments {
            *sum /= count;
        }
        let size = self.rows.min(self.inputs - grid_row * self.rows);
        let mean = (0..size).map(|i| moments[i * (size + 1)]).sum::<f64>() / size as f64;
        let norm: f64 = moments.iter().map(|m| m * m).sum();
        let distance = norm - size as f64 * mean * mean;
        let spread = (self.fourth[grid_row] / count - norm).max(0.0) / count;
        let shrinkage = if distance > spread {
            spread / distance
        } else {
            1.0
        };
        for moment in &mut moments {
            *moment *= 1.0 - shrinkage;
        }
        for i in 0..size {
            moments[i * (size + 1)] += shrinkage * mean;
        }
        moments
    }
}
