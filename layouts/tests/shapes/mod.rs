//! Random shapes of layers.

use ohmloom_layouts::placement::LayerShape;
use proptest::prelude::*;

prop_compose! {
    pub(crate) fn any_shape()(
        groups in 1_usize..4,
        inputs in 1_usize..4,
        outputs in 1_usize..5,
        kernel in [1_usize..4, 1..4],
        strides in [1_usize..3, 1..3],
        dilations in [1_usize..3, 1..3],
        pads_begin in [0_usize..3, 0..3],
        pads_end in [0_usize..3, 0..3],
        more in [0_usize..5, 0..5],
    ) -> LayerShape {
        let reach = [0, 1].map(|axis| (kernel[axis] - 1) * dilations[axis] + 1);
        LayerShape {
            in_channels: groups * inputs,
            out_channels: groups * outputs,
            groups,
            kernel,
            strides,
            dilations,
            pads_begin,
            pads_end,
            input: [0, 1].map(|axis| (reach[axis] + more[axis]).saturating_sub(pads_begin[axis] + pads_end[axis]).max(1)),
        }
    }
}
