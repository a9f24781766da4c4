//! How large the values are that a converter has to convert.

/// Bits of the significand that tell bins apart: 32 bins for each factor of two, so that a bin is at most 3 % wide.
const SIGNIFICANT: u32 = 5;

/// A histogram of magnitudes on a logarithmic scale. It holds counts only, so that what comes of it does not depend on the order in which
/// values were added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Magnitudes {
    largest: f64,
    zeros: u64,
    /// Bin of the first count.
    first: usize,
    counts: Vec<u64>,
}

/// Bin of a positive number: its bits without the lower ones of the significand.
fn bin(magnitude: f64) -> usize {
    (magnitude.to_bits() >> (52 - SIGNIFICANT)) as usize
}

/// The smallest number of a bin.
fn lower_end(bin: usize) -> f64 {
    f64::from_bits((bin as u64) << (52 - SIGNIFICANT))
}

/// The middle of a bin.
fn middle(bin: usize) -> f64 {
    lower_end(bin).midpoint(lower_end(bin + 1))
}

impl Magnitudes {
    /// Counts the magnitude of a finite value.
    pub fn add(&mut self, value: f64) {
        let magnitude = value.abs();
        if magnitude == 0.0 {
            self.zeros += 1;
            return;
        }
        self.largest = self.largest.max(magnitude);
        *self.at(bin(magnitude)) += 1;
    }

    /// The count of a bin, with room made for it.
    fn at(&mut self, bin: usize) -> &mut u64 {
        if self.counts.is_empty() {
            self.first = bin;
        }
        if bin < self.first {
            let more = self.first - bin;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = bin;
        }
        let index = bin - self.first;
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        &mut self.counts[index]
    }

    /// The counts of both.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.largest = self.largest.max(other.largest);
        self.zeros += other.zeros;
        for (index, &count) in other.counts.iter().enumerate() {
            if count > 0 {
                *self.at(other.first + index) += count;
            }
        }
        self
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.zeros + self.counts.iter().sum::<u64>()
    }

    /// The largest magnitude, exactly; 0 of nothing.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// Counts of bins with the middles of the bins, smallest first; without zeros.
    fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        let counts = self.counts.iter().enumerate();
        counts
            .filter(|(_, count)| **count > 0)
            .map(|(index, &count)| (middle(self.first + index).min(self.largest), count))
    }

    /// The magnitude below which `percent` of all values lie, within the width of a bin; the largest one for 100.
    pub fn percentile(&self, percent: f64) -> f64 {
        if percent >= 100.0 {
            return self.largest;
        }
        let wanted = percent / 100.0 * self.count() as f64;
        let mut below = self.zeros;
        if below as f64 >= wanted {
            return 0.0;
        }
        for (magnitude, count) in self.bins() {
            below += count;
            if below as f64 >= wanted {
                return magnitude;
            }
        }
        self.largest
    }

    /// Mean of the squares, within the width of the bins.
    pub fn mean_square(&self) -> f64 {
        let sum: f64 = self
            .bins()
            .map(|(magnitude, count)| count as f64 * magnitude * magnitude)
            .sum();
        sum / self.count().max(1) as f64
    }

    /// Share of the values beyond a full scale, within the width of a bin.
    pub fn clipped(&self, full_scale: f64) -> f64 {
        let beyond: u64 = self
            .bins()
            .rev()
            .take_while(|(magnitude, _)| *magnitude > full_scale)
            .map(|(_, count)| count)
            .sum();
        beyond as f64 / self.count().max(1) as f64
    }

    /// Mean square of the error of a signed converter with this many codes on each side of zero: what is beyond the full scale is clipped,
    /// what is below half a step becomes zero, the rest is off by a step uniformly.
    pub fn mean_square_error(&self, full_scale: f64, codes: f64) -> f64 {
        let step = full_scale / codes;
        let error = |magnitude: f64| {
            if magnitude > full_scale {
                (magnitude - full_scale) * (magnitude - full_scale)
            } else if magnitude < 0.5 * step {
                magnitude * magnitude
            } else {
                step * step / 12.0
            }
        };
        let sum: f64 = self
            .bins()
            .map(|(magnitude, count)| count as f64 * error(magnitude))
            .sum();
        sum / self.count().max(1) as f64
    }

    /// The full scale with the least [`Self::mean_square_error`]; 0 of nothing but zeros.
    pub fn best_full_scale(&self, codes: f64) -> f64 {
        let mut best = (f64::INFINITY, self.largest);
        // Empty bins too: the best place may be between the bulk and a few outliers.
        let middles = (0..self.counts.len()).map(|index| middle(self.first + index));
        for full_scale in middles
            .filter(|middle| *middle < self.largest)
            .chain([self.largest])
        {
            let error = self.mean_square_error(full_scale, codes);
            if error < best.0 {
                best = (error, full_scale);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FullScale, Resolution, UniformQuantiser};

    /// A triangular distribution with a few large values.
    fn values() -> Vec<f64> {
        let mut values: Vec<f64> = (0..40_000)
            .map(|k| {
                let u = (f64::from(k) + 0.5) / 40_000.0;
                1e-6 * (1.0 - (1.0 - u).sqrt()) * if k % 2 == 0 { 1.0 } else { -1.0 }
            })
            .collect();
        values.extend([0.0, 5e-6, -4e-6]);
        values
    }

    fn magnitudes(values: &[f64]) -> Magnitudes {
        let mut found = Magnitudes::default();
        for &value in values {
            found.add(value);
        }
        found
    }

    #[test]
    fn order_and_parts_do_not_matter() {
        let values = values();
        let whole = magnitudes(&values);
        let (a, b) = values.split_at(123);
        assert_eq!(magnitudes(b).merge(&magnitudes(a)), whole);
        let mut reversed = values.clone();
        reversed.reverse();
        assert_eq!(magnitudes(&reversed), whole);
        assert_eq!(whole.count(), values.len() as u64);
        assert_eq!(whole.largest(), 5e-6);
    }

    #[test]
    fn percentiles_are_within_a_bin_of_sorted_values() {
        let values = values();
        let found = magnitudes(&values);
        let mut sorted: Vec<f64> = values.iter().map(|v| v.abs()).collect();
        sorted.sort_by(f64::total_cmp);
        for percent in [1.0, 50.0, 90.0, 99.9] {
            let index = (percent / 100.0 * sorted.len() as f64).ceil() as usize - 1;
            let apart = found.percentile(percent) / sorted[index] - 1.0;
            assert!(apart.abs() < 0.032, "{percent}: {apart}");
        }
        assert_eq!(found.percentile(100.0), 5e-6);
        assert_eq!(Magnitudes::default().percentile(50.0), 0.0);
        let square: f64 = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
        assert!((found.mean_square() / square - 1.0).abs() < 0.01);
        assert!((found.clipped(2e-6) - 2.0 / values.len() as f64).abs() < 1e-12);
    }

    #[test]
    fn the_best_full_scale_quantises_best() {
        let values = values();
        let found = magnitudes(&values);
        for bits in [4, 6, 8] {
            let error = |full_scale: f64| {
                let adc =
                    UniformQuantiser::new(Resolution::Bits(bits), FullScale::Signed(full_scale));
                let squares = values.iter().map(|&v| (adc.convert(v) - v).powi(2));
                squares.sum::<f64>() / values.len() as f64
            };
            let codes = f64::from((1_u32 << (bits - 1)) - 1);
            let best = found.best_full_scale(codes);
            let estimate = found.mean_square_error(best, codes);
            assert!((error(best) / estimate - 1.0).abs() < 0.15, "{bits}");
            // No other full scale, tried with the quantiser itself, is clearly better.
            let other = (1..=400).map(|k| error(5e-6 * f64::from(k) / 400.0));
            let least = other.fold(f64::INFINITY, f64::min);
            assert!(
                error(best) < 1.05 * least,
                "{bits}: {} {least}",
                error(best)
            );
        }
    }
}
