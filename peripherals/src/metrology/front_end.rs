//! What is measured of a front end: transfer curve, gain, offset, range, noise.

use serde::Serialize;

use crate::ConverterError;
use crate::draws::{InstanceKey, Noise};
use crate::front_ends::{FrontEnd, FrontEndDescription};

/// How a front end is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrontEndTest {
    /// Lowest and highest current, A.
    pub currents: [f64; 2],
    /// Points of the transfer curve.
    pub points: usize,
    /// Readings in the middle of the currents from which the noise is found.
    pub readings: usize,
}

impl FrontEndTest {
    /// 201 points and 10,000 readings.
    pub fn new(currents: [f64; 2]) -> Self {
        Self {
            currents,
            points: 201,
            readings: 10_000,
        }
    }

    fn check(&self) -> Result<(), ConverterError> {
        let refuse = |reason: String| Err(ConverterError::Measurement(reason));
        let [low, high] = self.currents;
        if !(low < high && low.is_finite() && (high - low).is_finite()) {
            return refuse(format!(
                "the currents {low} A to {high} A must be two finite values, the first below the second"
            ));
        }
        if !(3..=1 << 20).contains(&self.points) {
            return refuse(format!("{} points must be 3 to 2^20", self.points));
        }
        if !(2..=1 << 24).contains(&self.readings) {
            return refuse(format!("{} readings must be 2 to 2^24", self.readings));
        }
        Ok(())
    }

    fn current(&self, point: usize) -> f64 {
        let [low, high] = self.currents;
        low + (high - low) * point as f64 / (self.points - 1) as f64
    }
}

/// What is measured of a front end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrontEndCharacterization {
    /// Currents of the transfer curve, A.
    pub currents: Vec<f64>,
    /// Outputs without noise, V.
    pub voltages: Vec<f64>,
    /// Output volts for each ampere of an ideal one: negative where the output falls.
    pub nominal_gain: f64,
    /// Output of an ideal one without a current, V.
    pub nominal_rest: f64,
    /// Slope of the curve, V/A: the median of those between neighbouring points, so that limits of the output do not count.
    pub gain: f64,
    /// Relative deviation of the slope from the nominal one.
    pub gain_error: f64,
    /// Output without a current on the line of that slope, less the nominal one, V.
    pub offset: f64,
    /// The same as a current at the input, A.
    pub input_offset: f64,
    /// Lowest and highest output over the currents, V.
    pub outputs: [f64; 2],
    /// Lowest and highest current of the curve whose output is within 1 % of the line's span from the line, A.
    pub linear_currents: [f64; 2],
    /// Resistance of the input at rest, ohm; none of an integrator.
    pub input_resistance: Option<f64>,
    /// Where the line at the input rests without a current, V; none of an integrator.
    pub input_potential: Option<f64>,
    /// Bandwidth, Hz, where the description has one.
    pub bandwidth: Option<f64>,
    /// Time until a step has settled to 0.1 %, s, where there is a bandwidth.
    pub settling_time: Option<f64>,
    /// Noise of the output, V rms.
    pub noise: f64,
    /// The same as a current at the input, A rms.
    pub input_noise: f64,
}

/// Part of the line's span by which the output may be off where the curve counts as linear.
const LINEAR: f64 = 0.01;
/// What a settled step may lack.
const SETTLED: f64 = 1e-3;

/// Measures the instance of a front end that belongs to `key`.
///
/// # Errors
/// Parameters or settings out of range; an output that stays at a limit for most of the currents.
pub fn characterize_front_end(
    description: &FrontEndDescription,
    key: &InstanceKey,
    test: &FrontEndTest,
) -> Result<FrontEndCharacterization, ConverterError> {
    test.check()?;
    let front_end = description.instance(key)?;
    let currents: Vec<f64> = (0..test.points).map(|point| test.current(point)).collect();
    let mut voltages = vec![0.0; test.points];
    front_end.convert(&currents, &mut voltages, &mut Noise::silent())?;

    let (points, outputs) = (currents.windows(2), voltages.windows(2));
    let slopes = points
        .zip(outputs)
        .map(|(i, v)| (v[1] - v[0]) / (i[1] - i[0]));
    let gain = median(slopes.collect());
    if gain == 0.0 {
        return Err(ConverterError::Measurement(
            "the output of the front end is at a limit for most of the currents".into(),
        ));
    }
    let at_rest = median(
        (currents.iter().zip(&voltages))
            .map(|(i, v)| v - gain * i)
            .collect(),
    );
    let allowed = LINEAR * (gain * (test.currents[1] - test.currents[0])).abs();
    let linear =
        |(current, voltage): &(&f64, &f64)| (*voltage - at_rest - gain * *current).abs() <= allowed;
    let mut straight = currents.iter().zip(&voltages).filter(linear);
    let first = straight.next().map_or(f64::NAN, |(current, _)| *current);
    let last = straight.next_back().map_or(first, |(current, _)| *current);

    let middle = 0.5 * (test.currents[0] + test.currents[1]);
    let mut readings = vec![0.0; test.readings];
    front_end.convert(
        &vec![middle; test.readings],
        &mut readings,
        &mut Noise::new(key, 0),
    )?;
    let noise = deviation(&readings);

    let (nominal_gain, nominal_rest) = description.nominal();
    let port = front_end.input_port();
    let bandwidth = match description {
        FrontEndDescription::Transimpedance(amplifier) => amplifier.bandwidth(),
        _ => None,
    };
    let lowest = voltages.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = voltages.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(FrontEndCharacterization {
        nominal_gain,
        nominal_rest,
        gain,
        gain_error: gain / nominal_gain - 1.0,
        offset: at_rest - nominal_rest,
        input_offset: (at_rest - nominal_rest) / gain,
        outputs: [lowest, highest],
        linear_currents: [first, last],
        input_resistance: port.map(|port| port.resistance),
        input_potential: port.map(|port| port.potential),
        bandwidth,
        settling_time: bandwidth.map(|hertz| -SETTLED.ln() / (std::f64::consts::TAU * hertz)),
        noise,
        input_noise: noise / gain.abs(),
        currents,
        voltages,
    })
}

/// The middle one of some values, of which there is at least one.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The standard deviation of at least two values; exactly 0 if they are all the same.
fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value - values[0]).sum::<f64>() / count;
    let squares = values
        .iter()
        .map(|value| (value - values[0] - mean).powi(2));
    (squares.sum::<f64>() / (count - 1.0)).sqrt()
}
