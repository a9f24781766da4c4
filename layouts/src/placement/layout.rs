//! A layer on differential arrays as large as it needs: the dense, the staggered and the parallel layout.

use std::ops::Range;

use super::LayerShape;
use crate::LayoutError;

/// How a convolution lies on an array.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Each kernel is one pair of columns; one pass for each output position (im2col).
    #[default]
    Dense,
    /// A copy of each kernel for each output position, on a diagonal; one pass gives every output (Toeplitz). Crossings outside the
    /// diagonal are cells without a weight.
    Staggered,
}

impl Scheme {
    /// The rule of Li et al. (IEEE Trans. Biomed. Circuits Syst. 2022, arXiv 2206.09951): staggered where the input less the kernel is longer than there are
    /// kernels, for convolutions of one input channel, else dense. Here `n_in` and `l_ker` are the elements of one channel.
    pub fn by_rule(shape: &LayerShape) -> Self {
        if shape.input_elements().saturating_sub(shape.taps()) > shape.out_channels {
            Self::Staggered
        } else {
            Self::Dense
        }
    }

    /// Name as in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Staggered => "staggered",
        }
    }
}

/// What the pair of cells at a crossing of a row and a pair of columns stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellWeight {
    /// A weight: `[channel][input]` in the layer's matrices, inputs of the channel's group in the order channel, kernel row, kernel column.
    Weight {
        /// Output channel, all groups counted.
        channel: usize,
        /// Index into the channel's weights.
        input: usize,
    },
    /// The bias of an output channel.
    Bias {
        /// Output channel, all groups counted.
        channel: usize,
    },
}

/// What drives a row in a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowDrive {
    /// An element of the layer's input `[channel][y][x]`.
    Input(usize),
    /// The constant 1 of the bias row.
    Bias,
    /// 0: the row lies under the padding.
    Zero,
}

/// A layer on its arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerLayout {
    shape: LayerShape,
    scheme: Scheme,
    splits: usize,
    bias_row: bool,
    banded: bool,
}

impl LayerLayout {
    /// A layer without a bias row, each group on one array.
    ///
    /// # Errors
    /// A shape that makes no sense.
    pub fn new(shape: LayerShape, scheme: Scheme) -> Result<Self, LayoutError> {
        shape.validate()?;
        Ok(Self {
            shape,
            scheme,
            splits: 1,
            bias_row: false,
            banded: false,
        })
    }

    /// The same with one more row, the first, for the biases.
    #[must_use]
    pub fn with_bias_row(self) -> Self {
        Self {
            bias_row: true,
            ..self
        }
    }

    /// The same with only those tiles that hold a programmed cell (block-banded; it matters for the staggered layout).
    #[must_use]
    pub fn banded(self) -> Self {
        Self {
            banded: true,
            ..self
        }
    }

    /// The parallel layout: the kernels of each group spread over this many arrays that work at the same time.
    ///
    /// # Errors
    /// No array, or more arrays than kernels.
    pub fn split(self, splits: usize) -> Result<Self, LayoutError> {
        let kernels = self.shape.group_outputs();
        if splits == 0 || splits > kernels {
            let reason =
                format!("{kernels} kernels of a group cannot be spread over {splits} arrays");
            return Err(LayoutError::BadShape { reason });
        }
        Ok(Self { splits, ..self })
    }

    /// The layer's shape.
    pub fn shape(&self) -> &LayerShape {
        &self.shape
    }

    /// Dense or staggered.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Arrays over which the kernels of a group are spread.
    pub fn splits(&self) -> usize {
        self.splits
    }

    /// Whether the first row holds the biases.
    pub fn has_bias_row(&self) -> bool {
        self.bias_row
    }

    /// Whether only tiles with programmed cells exist.
    pub fn is_banded(&self) -> bool {
        self.banded
    }

    /// The arrays, group after group.
    pub fn arrays(&self) -> impl Iterator<Item = ArrayLayout> + use<> {
        let layout = *self;
        (0..layout.shape.groups * layout.splits).map(move |index| layout.array(index))
    }

    /// Array `index`.
    pub(super) fn array(&self, index: usize) -> ArrayLayout {
        let (group, split) = (index / self.splits, index % self.splits);
        let kernels = self.shape.group_outputs();
        // The first arrays get one kernel more where they cannot be alike.
        let first =
            |split: usize| split * (kernels / self.splits) + split.min(kernels % self.splits);
        ArrayLayout {
            shape: self.shape,
            scheme: self.scheme,
            bias_row: self.bias_row,
            index,
            group,
            split,
            channels: group * kernels + first(split)..group * kernels + first(split + 1),
        }
    }

    /// Passes for one sample: input vectors that each array gets.
    pub fn passes(&self) -> usize {
        match self.scheme {
            Scheme::Dense => self.shape.positions(),
            Scheme::Staggered => 1,
        }
    }

    /// Crossings of all arrays.
    pub fn cells(&self) -> usize {
        self.arrays()
            .map(|array| array.rows() * array.columns())
            .sum()
    }

    /// Cells that belong to a weight or a bias, two for each.
    pub fn programmed_cells(&self) -> usize {
        self.arrays().map(|array| array.programmed_cells()).sum()
    }

    /// Share of the crossings that belong to a weight or a bias.
    pub fn density(&self) -> f64 {
        self.programmed_cells() as f64 / self.cells() as f64
    }
}

/// One array of a layer, as large as it needs to be. Output `o` is the pair of columns `2o` (positive) and `2o + 1` (negative).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayLayout {
    shape: LayerShape,
    scheme: Scheme,
    bias_row: bool,
    index: usize,
    group: usize,
    split: usize,
    channels: Range<usize>,
}

impl ArrayLayout {
    /// Index among the layer's arrays.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Which part of its group's kernels the array holds, counted from 0.
    pub fn part(&self) -> usize {
        self.split
    }

    /// Output channels that the array computes.
    pub fn channels(&self) -> Range<usize> {
        self.channels.clone()
    }

    /// Rows, the bias row included.
    pub fn rows(&self) -> usize {
        let inputs = match self.scheme {
            Scheme::Dense => self.shape.taps(),
            Scheme::Staggered => self.shape.input_elements(),
        };
        self.shape.group_inputs() * inputs + usize::from(self.bias_row)
    }

    /// Outputs of one pass: pairs of columns.
    pub fn outputs(&self) -> usize {
        let copies = match self.scheme {
            Scheme::Dense => 1,
            Scheme::Staggered => self.shape.positions(),
        };
        self.channels.len() * copies
    }

    /// Columns: two for each output.
    pub fn columns(&self) -> usize {
        2 * self.outputs()
    }

    /// Cells that belong to a weight or a bias, two for each.
    pub fn programmed_cells(&self) -> usize {
        let weights = match self.scheme {
            Scheme::Dense => self.shape.taps(),
            Scheme::Staggered => self.shape.covered_taps(),
        };
        let weights = self.shape.group_inputs() * weights * self.channels.len();
        2 * (weights + usize::from(self.bias_row) * self.outputs())
    }

    /// What drives `row` in a pass.
    pub fn drive(&self, row: usize, pass: usize) -> RowDrive {
        let Some(row) = self.below_bias(row) else {
            return RowDrive::Bias;
        };
        let (channel, element) = match self.scheme {
            Scheme::Dense => {
                let (channel, tap) = (row / self.shape.taps(), row % self.shape.taps());
                (channel, self.shape.element_under(pass, tap))
            }
            Scheme::Staggered => {
                let channels = self.shape.group_inputs();
                (row % channels, Some(row / channels))
            }
        };
        let channel = self.group * self.shape.group_inputs() + channel;
        element.map_or(RowDrive::Zero, |element| {
            RowDrive::Input(channel * self.shape.input_elements() + element)
        })
    }

    /// Element of the layer's output `[channel][y][x]` that output `output` of a pass is.
    pub fn output(&self, output: usize, pass: usize) -> usize {
        let (channel, position) = match self.scheme {
            Scheme::Dense => (self.channels.start + output, pass),
            Scheme::Staggered => self.copy(output),
        };
        channel * self.shape.positions() + position
    }

    /// What the crossing of a row and an output's pair of columns stands for; `None` for cells without a weight.
    pub fn weight(&self, row: usize, output: usize) -> Option<CellWeight> {
        let (channel, position) = match self.scheme {
            Scheme::Dense => (self.channels.start + output, 0),
            Scheme::Staggered => self.copy(output),
        };
        let Some(row) = self.below_bias(row) else {
            return Some(CellWeight::Bias { channel });
        };
        let input = match self.scheme {
            Scheme::Dense => row,
            Scheme::Staggered => {
                let channels = self.shape.group_inputs();
                let tap = self.shape.tap_over(position, row / channels)?;
                row % channels * self.shape.taps() + tap
            }
        };
        Some(CellWeight::Weight { channel, input })
    }

    /// Kernel and position of an output of the staggered layout: copies for one position lie side by side, so that a pass of
    /// neighbouring outputs needs neighbouring rows.
    fn copy(&self, output: usize) -> (usize, usize) {
        let kernels = self.channels.len();
        (self.channels.start + output % kernels, output / kernels)
    }

    /// Row counted below the bias row, which is the first.
    fn below_bias(&self, row: usize) -> Option<usize> {
        row.checked_sub(usize::from(self.bias_row))
    }

    /// For each row of tiles of this height whether it holds programmed cells in these outputs.
    pub(crate) fn occupied(&self, outputs: Range<usize>, tile_rows: usize) -> Vec<bool> {
        let mut occupied = vec![self.scheme == Scheme::Dense; self.rows().div_ceil(tile_rows)];
        if self.scheme == Scheme::Dense {
            return occupied;
        }
        if self.bias_row {
            occupied[0] = true;
        }
        let (kernels, inputs) = (self.channels.len(), self.shape.group_inputs());
        let first = usize::from(self.bias_row);
        for position in outputs.start / kernels..=(outputs.end - 1) / kernels {
            for element in
                (0..self.shape.taps()).filter_map(|tap| self.shape.element_under(position, tap))
            {
                let rows = first + element * inputs..first + (element + 1) * inputs;
                occupied[rows.start / tile_rows..=(rows.end - 1) / tile_rows].fill(true);
            }
        }
        occupied
    }
}
