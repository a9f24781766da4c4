//! Straight lines between points.

use super::{Corners, PERIODS_MOST, WaveformError};

/// How close to the end of a cycle a time counts as lying at it, in parts of the cycle.
const AT_END: f64 = 1e-9;

/// `PWL(t1 v1 t2 v2 ...) r=... td=...`: constant before the first point; after the last one constant, or again what came
/// from the point `r` on. Two points at the same time are a jump.
#[derive(Clone, Debug, PartialEq)]
pub struct PiecewiseLinear {
    points: Vec<(f64, f64)>,
    repeat: Option<usize>,
    delay: f64,
}

impl PiecewiseLinear {
    /// From alternating times (s) and values. `repeat_from` is the time of the point from which on the waveform repeats; a
    /// negative one means that it does not. `delay` shifts everything.
    ///
    /// # Errors
    /// No points, half a point, times that decrease or are infinite, a repetition that does not start at an earlier point.
    pub fn from_arguments(
        values: &[f64],
        repeat_from: Option<f64>,
        delay: f64,
    ) -> Result<Self, WaveformError> {
        if values.is_empty() || !values.len().is_multiple_of(2) {
            return Err(WaveformError::NotPairs {
                found: values.len(),
            });
        }
        if let Some(&value) = values
            .iter()
            .chain(&[delay])
            .find(|value| !value.is_finite())
        {
            return Err(WaveformError::OutOfRange {
                waveform: "pwl",
                argument: "argument",
                value,
                reason: "must be finite",
            });
        }
        let (pairs, _) = values.as_chunks::<2>();
        let points: Vec<(f64, f64)> = pairs.iter().map(|&[time, value]| (time, value)).collect();
        let mut previous = f64::NEG_INFINITY;
        for &(time, _) in &points {
            if time < previous {
                return Err(WaveformError::TimesDecrease { previous, time });
            }
            previous = time;
        }
        let repeat = match repeat_from {
            None => None,
            Some(start) if start < 0.0 => None,
            Some(start) => Some(
                points
                    .iter()
                    .position(|&(time, _)| time == start && time < previous)
                    .ok_or(WaveformError::RepeatStart { start })?,
            ),
        };
        Ok(Self {
            points,
            repeat,
            delay,
        })
    }

    /// The time of the last point, and the start and length of the repeated part.
    fn cycle(&self) -> (f64, Option<(f64, f64)>) {
        let end = self.points.last().map_or(0.0, |point| point.0);
        let cycle = self
            .repeat
            .and_then(|place| self.points.get(place))
            .map(|&(start, _)| (start, end - start));
        (end, cycle)
    }

    /// The value at a time in seconds. At a jump it is still the value before.
    pub fn value(&self, time: f64) -> f64 {
        let mut time = time - self.delay;
        let (end, cycle) = self.cycle();
        if let Some((start, period)) = cycle.filter(|_| time > end) {
            // Up to a rounding error after the end of a cycle it is still the end.
            let cycles = ((time - start) / period - AT_END).floor();
            time -= cycles * period;
        }
        let next = self.points.partition_point(|&(at, _)| at < time);
        let after = self.points.get(next);
        let before = next
            .checked_sub(1)
            .and_then(|previous| self.points.get(previous));
        match (before, after) {
            (Some(&(t0, v0)), Some(&(t1, v1))) => v0 + (time - t0) / (t1 - t0) * (v1 - v0),
            (Some(&(_, only)), None) | (None, Some(&(_, only))) => only,
            (None, None) => 0.0,
        }
    }

    pub(super) fn breakpoints(&self, corners: &mut Corners<'_>) {
        let (_, cycle) = self.cycle();
        let first = self
            .points
            .partition_point(|&(at, _)| at + self.delay <= corners.after);
        for &(at, _) in self.points.iter().skip(first) {
            if corners.done(at + self.delay) {
                return;
            }
            corners.add(at + self.delay);
        }
        let (Some((start, period)), Some(place)) = (cycle, self.repeat) else {
            return;
        };
        let mut count = corners.first_period(self.delay + start, period).max(1.0);
        while count < PERIODS_MOST {
            let shift = self.delay + count * period;
            for &(at, _) in self.points.iter().skip(place) {
                if corners.done(at + shift) {
                    return;
                }
                corners.add(at + shift);
            }
            count += 1.0;
        }
    }
}
