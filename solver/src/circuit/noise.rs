//! Noise: the transfer from every physical source to the output by one adjoint solve at each frequency, and the integrals
//! over frequency.

use super::element::{NoiseSource, Phase, Point, Start, Unknown};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::options::Options;
use super::small_signal::SmallSignal;
use crate::lu::Complex;

/// One contribution to the noise: an element's source.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseContributor {
    /// The element.
    pub element: String,
    /// Which of its sources; empty if it has only one.
    pub label: &'static str,
}

/// Noise over frequency. Densities are powers (V^2/Hz at the output; V^2/Hz or A^2/Hz at the input).
#[derive(Clone, Debug, Default)]
pub struct NoiseSpectrum {
    /// Hertz.
    pub frequencies: Vec<f64>,
    /// Output noise density.
    pub output: Vec<f64>,
    /// Density of the equivalent noise of the input source.
    pub input: Vec<f64>,
    /// What each contributor adds to the output density: `[contributor][frequency]`.
    pub contributions: Vec<Vec<f64>>,
    /// The contributors, in the order of `contributions`.
    pub contributors: Vec<NoiseContributor>,
    /// Integral of the output density, V^2.
    pub output_total: f64,
    /// Integral of the input density.
    pub input_total: f64,
    /// For each contributor the integral of its output density and of its share of the input density.
    pub contribution_totals: Vec<(f64, f64)>,
}

/// Computes the noise of the voltage between two nodes, and refers it to the source `input`.
///
/// # Errors
/// An unknown input source or one without AC excitation, a singular matrix.
pub fn noise(
    circuit: &mut Circuit,
    options: &Options,
    operating_point: &[f64],
    (plus, minus): (Unknown, Unknown),
    input: &str,
    frequencies: &[f64],
) -> Result<NoiseSpectrum, CircuitError> {
    let mut small_signal = SmallSignal::new(circuit, options, operating_point);
    let point = Point {
        x: operating_point,
        time: 0.0,
        phase: Phase::SmallSignal,
        start: Start::Continue,
        gmin: options.gmin,
        source_factor: 1.0,
        temperature: circuit.temperature,
        frequency: 0.0,
    };
    let sources = circuit.noise_sources(&point);
    let excitation = unit_excitation(circuit, input)?;
    let n = circuit.unknown_count();
    let mut side = vec![Complex::default(); n];
    if !plus.is_ground() {
        side[plus.index() - 1] = Complex::new(1.0, 0.0);
    }
    if !minus.is_ground() {
        side[minus.index() - 1] -= Complex::new(1.0, 0.0);
    }
    let mut transfer = vec![Complex::default(); n + 1];
    let mut spectrum = NoiseSpectrum {
        contributions: vec![Vec::with_capacity(frequencies.len()); sources.len()],
        contributors: sources
            .iter()
            .map(|(element, source)| NoiseContributor {
                element: element.clone(),
                label: source.label,
            })
            .collect(),
        contribution_totals: vec![(0.0, 0.0); sources.len()],
        ..NoiseSpectrum::default()
    };
    for &frequency in frequencies {
        small_signal
            .factor(circuit, frequency)
            .map_err(|column| SmallSignal::explain(circuit, &column, frequency))?;
        small_signal.solve_transposed(circuit, &side, &mut transfer[1..]);
        let gain: Complex =
            excitation
                .iter()
                .fold(Complex::default(), |mut sum, &(row, re, im)| {
                    sum += transfer[row] * Complex::new(re, im);
                    sum
                });
        let gain = gain.norm_sqr();
        let mut total = 0.0;
        for ((_, source), contribution) in sources.iter().zip(&mut spectrum.contributions) {
            let path = transfer[source.to.index()] - transfer[source.from.index()];
            let density = path.norm_sqr() * density(source, frequency);
            contribution.push(density);
            total += density;
        }
        if !total.is_finite() {
            return Err(CircuitError::Settings(format!(
                ".noise: the noise is not finite at {frequency} Hz"
            )));
        }
        spectrum.frequencies.push(frequency);
        spectrum.output.push(total);
        spectrum.input.push(total / gain.max(1e-200));
    }
    let inverse_gain: Vec<f64> = spectrum
        .input
        .iter()
        .zip(&spectrum.output)
        .map(|(&input, &output)| if output > 0.0 { input / output } else { 0.0 })
        .collect();
    for (contribution, totals) in spectrum
        .contributions
        .iter()
        .zip(&mut spectrum.contribution_totals)
    {
        *totals = (
            integral(frequencies, contribution),
            referred(frequencies, contribution, &inverse_gain),
        );
        spectrum.output_total += totals.0;
        spectrum.input_total += totals.1;
    }
    Ok(spectrum)
}

fn density(source: &NoiseSource, frequency: f64) -> f64 {
    if source.flicker == 0.0 {
        source.white
    } else {
        source.white + source.flicker / frequency.powf(source.exponent)
    }
}

/// The right-hand side that the input source alone makes, scaled to a phasor of magnitude 1.
fn unit_excitation(
    circuit: &mut Circuit,
    input: &str,
) -> Result<Vec<(usize, f64, f64)>, CircuitError> {
    if !circuit.has_element(input) {
        return Err(CircuitError::UnknownElement {
            name: input.to_owned(),
        });
    }
    let before = circuit.ac_excitation();
    let magnitude = circuit.small_value(input, "acmag").unwrap_or(0.0);
    if magnitude == 0.0 {
        return Err(CircuitError::Parameter {
            element: input.to_owned(),
            reason: "the input source of .noise needs an AC magnitude; write `ac 1`".to_owned(),
        });
    }
    circuit.set(input, Some("acmag"), 2.0 * magnitude)?;
    let doubled = circuit.ac_excitation();
    circuit.set(input, Some("acmag"), magnitude)?;
    Ok(before
        .iter()
        .zip(&doubled)
        .enumerate()
        .filter(|(_, (one, two))| one != two)
        .map(|(row, (one, two))| {
            (
                row,
                (two.0 - one.0) / magnitude,
                (two.1 - one.1) / magnitude,
            )
        })
        .collect())
}

/// The integral of an output density referred to the input. As in ngspice, the gain of each interval is that of its upper end.
fn referred(frequencies: &[f64], density: &[f64], inverse_gain: &[f64]) -> f64 {
    frequencies
        .windows(2)
        .zip(density.windows(2))
        .zip(&inverse_gain[1.min(inverse_gain.len())..])
        .map(|((f, d), inverse)| integral(f, d) * inverse)
        .sum()
}

/// The integral of a density that is a power of the frequency between neighbouring points.
fn integral(frequencies: &[f64], density: &[f64]) -> f64 {
    frequencies
        .windows(2)
        .zip(density.windows(2))
        .map(|(f, d)| {
            let (f0, f1, d0, d1) = (f[0], f[1], d[0], d[1]);
            if f0 <= 0.0 || d0 <= 0.0 || d1 <= 0.0 || f1 <= f0 {
                return 0.5 * (d0 + d1) * (f1 - f0);
            }
            let exponent = (d1 / d0).ln() / (f1 / f0).ln();
            if (exponent + 1.0).abs() < 1e-6 {
                d0 * f0 * (f1 / f0).ln()
            } else {
                (d1 * f1 - d0 * f0) / (exponent + 1.0)
            }
        })
        .sum()
}
