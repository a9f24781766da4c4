//! What digital logic behind the converters makes up for: a scale and an offset for each output, and one factor for drift.
//!
//! The scale and offset are those with the least squared difference to exact arithmetic, over the calibration images. In fixed point they are numbers of the near-memory
//! processing of arXiv 2402.07549. The factor for drift is the projection of the layer's transfer matrices as programmed on those it has now, `sum T_0^2 / sum T_0 T`: reads
//! of single rows tell both (a global drift compensation as in V. Joshi et al., Nat. Commun. 11, 2473, 2020, there from sums of currents).

use ohmloom_peripherals::digital::{ColumnAffine, DigitalError, QFormat};
use serde::{Deserialize, Serialize};

/// What is fitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Nothing.
    #[default]
    None,
    /// A scale for each output.
    Gain,
    /// An offset for each output.
    Offset,
    /// Both.
    Affine,
}

/// What is done to the numbers of each layer's converters, as written in configuration files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Correction {
    /// `"none"`, `"gain"`, `"offset"` or `"affine"`, fitted over the calibration images. Default none.
    pub fit: Fit,
    /// One factor for each layer that makes up for drift of its cells. Default no.
    pub drift: bool,
    /// Integer and fraction bits of the scales, unsigned; default: floating point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_format: Option<[u32; 2]>,
    /// Integer (with sign) and fraction bits of the offsets, in steps of the layer's ADCs; default: floating point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_format: Option<[u32; 2]>,
}

impl Correction {
    /// Checks every value.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.formats().map_err(|error| error.to_string())?;
        if self.drift && matches!(self.fit, Fit::Gain | Fit::Affine) {
            return Err("drift = true has no effect beside fit = \"gain\" or \"affine\", which fit a scale to the cells as they are: leave one out".into());
        }
        if self.scale_format.is_some() && matches!(self.fit, Fit::None | Fit::Offset) && !self.drift
        {
            return Err(
                "scale_format is for fit = \"gain\" or \"affine\", or for drift = true".into(),
            );
        }
        if self.offset_format.is_some() && matches!(self.fit, Fit::None | Fit::Gain) {
            return Err("offset_format is for fit = \"offset\" or \"affine\"".into());
        }
        Ok(())
    }

    /// Formats of scales and offsets.
    fn formats(&self) -> Result<(Option<QFormat>, Option<QFormat>), DigitalError> {
        let scale = self.scale_format.map(|[i, f]| QFormat::unsigned(i, f));
        let offset = self.offset_format.map(|[i, f]| QFormat::signed(i, f));
        Ok((scale.transpose()?, offset.transpose()?))
    }

    /// The scales and offsets in their formats; `step` is that of the ADCs in units of the outputs.
    pub(super) fn rounded(
        &self,
        affine: &ColumnAffine,
        step: Option<f64>,
    ) -> Result<ColumnAffine, DigitalError> {
        let (scale_format, offset_format) = self.formats()?;
        let round = |format: Option<QFormat>,
                     unit: f64,
                     values: &[f64]|
         -> Result<Vec<f64>, DigitalError> {
            match format {
                None => Ok(values.to_vec()),
                Some(format) => values
                    .iter()
                    .map(|value| Ok(format.decode(format.encode(value / unit)?) * unit))
                    .collect(),
            }
        };
        let scale = round(scale_format, 1.0, affine.scale())?;
        // A matrix of zeros has no step, and no offsets either.
        let unit = step.filter(|&step| step > 0.0).unwrap_or(1.0);
        ColumnAffine::new(scale, round(offset_format, unit, affine.offset())?)
    }
}

/// Sums over vectors for one output: how many, of the result and of the exact one, of the result's square and of the product of both.
pub(super) type FitSums = [f64; 5];

/// Adds one block of `vectors x sums.len()` results.
pub(super) fn add_to_sums(sums: &mut [FitSums], results: &[f64], exact: &[f64]) {
    let width = sums.len();
    for (results, exact) in results.chunks_exact(width).zip(exact.chunks_exact(width)) {
        for (sums, (x, y)) in sums.iter_mut().zip(results.iter().zip(exact)) {
            for (sum, term) in sums.iter_mut().zip([1.0, *x, *y, x * x, x * y]) {
                *sum += term;
            }
        }
    }
}

impl Fit {
    /// The scales and offsets with the least squared error; `scale` where there is nothing to tell a scale from.
    pub(super) fn solve(self, sums: &[FitSums], scale: f64) -> Result<ColumnAffine, DigitalError> {
        let (scales, offsets) = sums
            .iter()
            .map(|&[n, x, y, xx, xy]| {
                // What rounding leaves of a difference of squares is no variance.
                let told = |value: f64, of: f64| value > 1e-12 * of;
                match self {
                    Self::Gain if told(xx, 0.0) => (xy / xx, 0.0),
                    Self::Affine if told(n * xx - x * x, n * xx) => {
                        let slope = (n * xy - x * y) / (n * xx - x * x);
                        (slope, (y - slope * x) / n)
                    }
                    Self::Offset | Self::Affine if n > 0.0 => (scale, (y - scale * x) / n),
                    Self::None | Self::Gain | Self::Offset | Self::Affine => (scale, 0.0),
                }
            })
            .unzip();
        ColumnAffine::new(scales, offsets)
    }
}

/// The corrections of a layer's outputs, over all groups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CorrectionReport {
    /// Smallest scale.
    pub least_scale: f64,
    /// Mean of the scales.
    pub mean_scale: f64,
    /// Largest scale.
    pub largest_scale: f64,
    /// Root of the mean square of the offsets, in units of the layer's outputs.
    pub rms_offset: f64,
}

impl CorrectionReport {
    pub(super) fn of<'a>(corrections: impl Iterator<Item = &'a ColumnAffine>) -> Option<Self> {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
        for affine in corrections {
            for (&scale, offset) in affine.scale().iter().zip(affine.offset()) {
                count += 1.0;
                sum += scale;
                squares += offset * offset;
                least = least.min(scale);
                largest = largest.max(scale);
            }
        }
        (count > 0.0).then(|| Self {
            least_scale: least,
            mean_scale: sum / count,
            largest_scale: largest,
            rms_offset: (squares / count).sqrt(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_and_a_constant_output_gets_an_offset() {
        let results = [1.0, 5.0, 2.0, 5.0, 4.0, 5.0];
        let exact = [2.5, 7.0, 4.5, 7.0, 8.5, 7.0];
        let mut sums = vec![[0.0; 5]; 2];
        add_to_sums(&mut sums, &results, &exact);
        let affine = Fit::Affine.solve(&sums, 1.0).unwrap();
        assert!(
            (affine.scale()[0] - 2.0).abs() < 1e-12 && (affine.offset()[0] - 0.5).abs() < 1e-12
        );
        assert_eq!((affine.scale()[1], affine.offset()[1]), (1.0, 2.0));
        let gain = Fit::Gain.solve(&sums, 1.0).unwrap();
        assert!((gain.scale()[0] - 45.5 / 21.0).abs() < 1e-12);
        assert_eq!(gain.offset(), [0.0, 0.0]);
        let offset = Fit::Offset.solve(&sums, 2.0).unwrap();
        assert!((offset.offset()[0] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn formats_round_scales_and_offsets() {
        let correction = Correction {
            fit: Fit::Affine,
            scale_format: Some([1, 7]),
            offset_format: Some([7, 1]),
            ..Correction::default()
        };
        assert!(correction.validate().is_ok());
        let affine = ColumnAffine::new(vec![0.7512, 3.0], vec![0.033, -9.0]).unwrap();
        let rounded = correction.rounded(&affine, Some(0.01)).unwrap();
        assert_eq!(rounded.scale(), [96.0 / 128.0, 255.0 / 128.0]);
        assert!((rounded.offset()[0] - 0.035).abs() < 1e-15);
        assert!((rounded.offset()[1] + 0.64).abs() < 1e-15);
    }
}
