//! The shape of a layer.

use crate::LayoutError;

/// A convolution over one or two axes. Lists are height and width; a convolution over one axis has height 1. Inputs are indexed
/// `[channel][y][x]`, outputs likewise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LayerShape {
    /// Input channels, all groups together.
    pub in_channels: usize,
    /// Output channels (kernels), all groups together.
    pub out_channels: usize,
    /// Groups: each has its own part of the input and of the output channels.
    pub groups: usize,
    /// Size of the kernel.
    pub kernel: [usize; 2],
    /// Distance between neighbouring output positions in the input.
    pub strides: [usize; 2],
    /// Distance between neighbouring taps of the kernel.
    pub dilations: [usize; 2],
    /// Zeros before the first input element.
    pub pads_begin: [usize; 2],
    /// Zeros after the last input element.
    pub pads_end: [usize; 2],
    /// Size of the input.
    pub input: [usize; 2],
}

impl LayerShape {
    /// A matrix `[outputs][inputs]` that multiplies this many vectors for each sample.
    pub fn matrix(inputs: usize, outputs: usize, vectors: usize) -> Self {
        Self {
            in_channels: inputs,
            out_channels: outputs,
            groups: 1,
            kernel: [1, 1],
            strides: [1, 1],
            dilations: [1, 1],
            pads_begin: [0, 0],
            pads_end: [0, 0],
            input: [1, vectors],
        }
    }

    /// A convolution over one axis, without padding.
    pub fn line(in_channels: usize, out_channels: usize, kernel: usize, input: usize) -> Self {
        Self {
            in_channels,
            out_channels,
            kernel: [1, kernel],
            input: [1, input],
            ..Self::matrix(1, 1, 1)
        }
    }

    /// A convolution with a square kernel over a square input, padded by `pad` on all sides.
    pub fn square(
        in_channels: usize,
        out_channels: usize,
        kernel: usize,
        pad: usize,
        input: usize,
    ) -> Self {
        Self {
            in_channels,
            out_channels,
            kernel: [kernel; 2],
            pads_begin: [pad; 2],
            pads_end: [pad; 2],
            input: [input; 2],
            ..Self::matrix(1, 1, 1)
        }
    }

    /// Checks that the layer has outputs, and counts that fit into a machine word.
    ///
    /// # Errors
    /// What is wrong with the shape.
    pub fn validate(&self) -> Result<(), LayoutError> {
        let fail = |reason: String| Err(LayoutError::BadShape { reason });
        for (name, value) in [
            ("input channels", self.in_channels),
            ("output channels", self.out_channels),
            ("groups", self.groups),
        ] {
            if value == 0 {
                return fail(format!("0 {name}"));
            }
        }
        for (name, channels) in [("input", self.in_channels), ("output", self.out_channels)] {
            if !channels.is_multiple_of(self.groups) {
                let groups = self.groups;
                return fail(format!(
                    "{channels} {name} channels cannot be shared by {groups} groups"
                ));
            }
        }
        for axis in 0..2 {
            for (name, list) in [
                ("kernel", self.kernel),
                ("stride", self.strides),
                ("dilation", self.dilations),
                ("input", self.input),
            ] {
                if list[axis] == 0 {
                    return fail(format!("{name} of 0"));
                }
            }
            let reach = (self.kernel[axis] - 1)
                .checked_mul(self.dilations[axis])
                .and_then(|reach| reach.checked_add(1));
            let padded = self.input[axis]
                .checked_add(self.pads_begin[axis])
                .and_then(|size| size.checked_add(self.pads_end[axis]));
            match (reach, padded) {
                (Some(reach), Some(padded)) if reach <= padded => {}
                (Some(reach), Some(padded)) => {
                    return fail(format!(
                        "a kernel that reaches over {reach} of {padded} padded inputs"
                    ));
                }
                _ => return fail("sizes beyond the range of integers".into()),
            }
        }
        // Rows and columns of the staggered layout bound all other counts; their product must not overflow.
        let product = [
            self.in_channels,
            self.input[0],
            self.input[1],
            2,
            self.out_channels,
            self.output()[0],
            self.output()[1],
            self.kernel[0],
            self.kernel[1],
        ]
        .iter()
        .try_fold(4_usize, |product, &factor| product.checked_mul(factor));
        if product.is_none() {
            return fail("more crossings than integers can count".into());
        }
        Ok(())
    }

    /// Size of the output. The shape must be valid.
    pub fn output(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            let padded = self.input[axis] + self.pads_begin[axis] + self.pads_end[axis];
            (padded - (self.kernel[axis] - 1) * self.dilations[axis] - 1) / self.strides[axis] + 1
        })
    }

    /// Output positions.
    pub fn positions(&self) -> usize {
        self.output().iter().product()
    }

    /// Input elements of one channel.
    pub fn input_elements(&self) -> usize {
        self.input.iter().product()
    }

    /// Taps of a kernel over one input channel.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Input channels of one group.
    pub fn group_inputs(&self) -> usize {
        self.in_channels / self.groups
    }

    /// Output channels of one group.
    pub fn group_outputs(&self) -> usize {
        self.out_channels / self.groups
    }

    /// Weights of the layer, without biases.
    pub fn weights(&self) -> usize {
        self.out_channels * self.group_inputs() * self.taps()
    }

    /// The input element (within its channel) under this tap of the kernel at this output position; `None` in the padding.
    pub fn element_under(&self, position: usize, tap: usize) -> Option<usize> {
        let width = self.output()[1];
        let at = [position / width, position % width];
        let taps = [tap / self.kernel[1], tap % self.kernel[1]];
        let mut element = [0; 2];
        for axis in 0..2 {
            let padded = at[axis] * self.strides[axis] + taps[axis] * self.dilations[axis];
            let index = padded.checked_sub(self.pads_begin[axis])?;
            if index >= self.input[axis] {
                return None;
            }
            element[axis] = index;
        }
        Some(element[0] * self.input[1] + element[1])
    }

    /// The tap of the kernel at this output position that lies over an input element, if one does.
    pub fn tap_over(&self, position: usize, element: usize) -> Option<usize> {
        let width = self.output()[1];
        let at = [position / width, position % width];
        let element = [element / self.input[1], element % self.input[1]];
        let mut taps = [0; 2];
        for axis in 0..2 {
            let distance = (element[axis] + self.pads_begin[axis])
                .checked_sub(at[axis] * self.strides[axis])?;
            if !distance.is_multiple_of(self.dilations[axis]) {
                return None;
            }
            taps[axis] = distance / self.dilations[axis];
            if taps[axis] >= self.kernel[axis] {
                return None;
            }
        }
        Some(taps[0] * self.kernel[1] + taps[1])
    }

    /// Pairs of an output position and a tap over an input element (not over the padding): the weights that a staggered layout
    /// programs for one kernel and one input channel.
    pub(crate) fn covered_taps(&self) -> usize {
        let output = self.output();
        // The axes are independent.
        [0, 1]
            .map(|axis| {
                let covers = |position: usize, tap: usize| {
                    let padded = position * self.strides[axis] + tap * self.dilations[axis];
                    (self.pads_begin[axis]..self.pads_begin[axis] + self.input[axis])
                        .contains(&padded)
                };
                (0..output[axis])
                    .map(|position| {
                        (0..self.kernel[axis])
                            .filter(|&tap| covers(position, tap))
                            .count()
                    })
                    .sum::<usize>()
            })
            .iter()
            .product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_and_elements_are_each_other_s_inverse() {
        let shape = LayerShape {
            strides: [2, 1],
            dilations: [1, 2],
            pads_begin: [1, 2],
            pads_end: [0, 1],
            kernel: [3, 2],
            input: [5, 6],
            ..LayerShape::matrix(1, 1, 1)
        };
        assert!(shape.validate().is_ok());
        assert_eq!(shape.output(), [2, 7]);
        let mut pairs = 0;
        for position in 0..shape.positions() {
            for element in 0..shape.input_elements() {
                if let Some(tap) = shape.tap_over(position, element) {
                    assert_eq!(shape.element_under(position, tap), Some(element));
                    pairs += 1;
                }
            }
        }
        let taps =
            |position| (0..6).filter(move |&tap| shape.element_under(position, tap).is_some());
        assert_eq!(pairs, (0..14).flat_map(taps).count());
        assert_eq!(pairs, shape.covered_taps());
    }

    #[test]
    fn impossible_shapes_are_named() {
        let good = LayerShape::square(4, 6, 3, 1, 8);
        assert!(good.validate().is_ok());
        for (shape, message) in [
            (LayerShape { groups: 3, ..good }, "4 input channels"),
            (LayerShape { groups: 4, ..good }, "6 output channels"),
            (
                LayerShape {
                    kernel: [11, 1],
                    ..good
                },
                "reaches over 11 of 10",
            ),
            (
                LayerShape {
                    strides: [0, 1],
                    ..good
                },
                "stride of 0",
            ),
            (
                LayerShape {
                    out_channels: 0,
                    ..good
                },
                "0 output channels",
            ),
            (
                LayerShape {
                    in_channels: usize::MAX / 8,
                    ..good
                },
                "more crossings",
            ),
            (
                LayerShape {
                    dilations: [usize::MAX, 1],
                    ..good
                },
                "range of integers",
            ),
        ] {
            let error = shape.validate().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
