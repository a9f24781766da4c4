//! Noise with a power spectral density proportional to `1/f^alpha`, from white noise.
//!
//! N. J. Kasdin, Discrete simulation of colored noise and stochastic processes and 1/f^alpha power law noise generation,
//! Proc. IEEE 83 (1995) 802: white noise is convolved with the impulse response of `(1 - 1/z)^(-alpha/2)`.

use std::f64::consts::PI;

type Complex = (f64, f64);

/// Turns white noise into power-law noise of the same length.
pub(super) fn power_law(white: &[f64], alpha: f64) -> Vec<f64> {
    let length = (2 * white.len()).next_power_of_two();
    // The real sequences share one transform: the response is the real part, the noise the imaginary part.
    let mut packed: Vec<Complex> = vec![(0.0, 0.0); length];
    let mut response = 1.0;
    for (k, (entry, &noise)) in packed.iter_mut().zip(white).enumerate() {
        if k > 0 {
            response *= (alpha / 2.0 + k as f64 - 1.0) / k as f64;
        }
        *entry = (response, noise);
    }
    transform(&mut packed, 1.0);
    let mirrored: Vec<Complex> = (0..length).map(|k| packed[(length - k) % length]).collect();
    // With z = h + i w: h = (z + conj(z'))/2 and w = (z - conj(z'))/2i, so h w = (z^2 - conj(z')^2)/4i.
    let mut product: Vec<Complex> = packed
        .iter()
        .zip(&mirrored)
        .map(|(&(a, b), &(c, d))| {
            let (real, imaginary) = (a * a - b * b - (c * c - d * d), 2.0 * (a * b + c * d));
            (imaginary / 4.0, -real / 4.0)
        })
        .collect();
    transform(&mut product, -1.0);
    product
        .iter()
        .take(white.len())
        .map(|&(value, _)| value / length as f64)
        .collect()
}

/// The discrete Fourier transform in place, for lengths that are powers of two; `sign` is -1 for its inverse but for the
/// factor.
fn transform(values: &mut [Complex], sign: f64) {
    let length = values.len();
    let mut reversed = 0;
    for k in 1..length {
        let mut bit = length >> 1;
        while reversed & bit != 0 {
            reversed ^= bit;
            bit >>= 1;
        }
        reversed |= bit;
        if k < reversed {
            values.swap(k, reversed);
        }
    }
    let mut span = 2;
    while span <= length {
        let half = span / 2;
        let angle = -sign * 2.0 * PI / span as f64;
        let roots: Vec<Complex> = (0..half)
            .map(|k| {
                let (sine, cosine) = (angle * k as f64).sin_cos();
                (cosine, sine)
            })
            .collect();
        for block in values.chunks_exact_mut(span) {
            let (low, high) = block.split_at_mut(half);
            for ((low, high), &(c, s)) in low.iter_mut().zip(high).zip(&roots) {
                let turned = (high.0 * c - high.1 * s, high.0 * s + high.1 * c);
                *high = (low.0 - turned.0, low.1 - turned.1);
                *low = (low.0 + turned.0, low.1 + turned.1);
            }
        }
        span *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::power_law;

    /// The definition of the filter, term by term.
    fn convolution(white: &[f64], alpha: f64) -> Vec<f64> {
        let mut response = vec![1.0];
        for k in 1..white.len() {
            let last = response[k - 1];
            response.push(last * (alpha / 2.0 + k as f64 - 1.0) / k as f64);
        }
        (0..white.len())
            .map(|n| (0..=n).map(|k| response[k] * white[n - k]).sum())
            .collect()
    }

    #[test]
    fn fast_convolution_is_the_convolution() {
        for length in [1, 2, 7, 64, 100] {
            let white: Vec<f64> = (0..length).map(|k| (f64::from(k) * 1.7).sin()).collect();
            for alpha in [0.5, 1.0, 1.9] {
                for (fast, slow) in power_law(&white, alpha)
                    .iter()
                    .zip(convolution(&white, alpha))
                {
                    assert!(
                        (fast - slow).abs() < 1e-12,
                        "{length} {alpha}: {fast} {slow}"
                    );
                }
            }
        }
    }

    #[test]
    fn exponent_two_is_a_random_walk() {
        let white = [1.0, -2.0, 0.5, 3.0];
        let walk = power_law(&white, 2.0);
        for (value, expected) in walk.iter().zip([1.0, -1.0, -0.5, 2.5]) {
            assert!((value - expected).abs() < 1e-12);
        }
    }
}
