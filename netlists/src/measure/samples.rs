//! A signal over a scale: interpolation, crossings, windows.

use super::statement::{Count, Edge, Window};

/// A signal sampled over a scale that grows or falls, in one or more sweeps. Between two points of a sweep it is linear.
pub(super) struct Samples {
    points: Vec<(f64, f64)>,
    /// 1 for a scale that grows, -1 for one that falls.
    direction: f64,
}

impl Samples {
    /// Pairs of scale and signal; none when there is no point.
    pub(super) fn new(scale: &[f64], signal: &[f64]) -> Option<Self> {
        let points: Vec<_> = scale.iter().copied().zip(signal.iter().copied()).collect();
        let falls = points.windows(2).find_map(|pair| match pair {
            [a, b] if a.0 != b.0 => Some(b.0 < a.0),
            _ => None,
        });
        (!points.is_empty()).then_some(Self {
            points,
            direction: if falls == Some(true) { -1.0 } else { 1.0 },
        })
    }

    /// Neighbouring points of the same sweep. A step back of the scale is where a nested sweep starts again.
    fn segments(&self) -> impl Iterator<Item = ((f64, f64), (f64, f64))> + '_ {
        self.points.windows(2).filter_map(|pair| match pair {
            [a, b] if (b.0 - a.0) * self.direction >= 0.0 => Some((*a, *b)),
            _ => None,
        })
    }

    /// The value at a place of the scale, in the first sweep that has it.
    pub(super) fn at(&self, place: f64) -> Option<f64> {
        let slack = 1e-12 * place.abs();
        if let [only] = self.points.as_slice() {
            return ((only.0 - place).abs() <= slack).then_some(only.1);
        }
        self.segments().find_map(|(a, b)| {
            let (low, high) = if a.0 <= b.0 { (a, b) } else { (b, a) };
            if place < low.0 - slack || place > high.0 + slack || low.0 == high.0 {
                return None;
            }
            let part = ((place - low.0) / (high.0 - low.0)).clamp(0.0, 1.0);
            Some(low.1 + part * (high.1 - low.1))
        })
    }

    /// The places where the signal goes through zero, in the order of the sweep. A rise comes from below and reaches or
    /// passes zero; a fall likewise from above. As in ngspice, data that start at zero and grow start with a rise, data that
    /// start at zero and fall do not start with a fall.
    fn zeros(&self, edge: Edge) -> impl Iterator<Item = f64> + '_ {
        self.segments()
            .enumerate()
            .filter_map(move |(number, ((x0, y0), (x1, y1)))| {
                let rises = y0 < 0.0 && y1 >= 0.0 || number == 0 && y0 == 0.0 && y1 > 0.0;
                let falls = y0 > 0.0 && y1 <= 0.0;
                let wanted = match edge {
                    Edge::Rise => rises,
                    Edge::Fall => falls,
                    Edge::Cross => rises || falls,
                };
                wanted.then(|| x0 + (x1 - x0) * (y0 / (y0 - y1)))
            })
    }

    /// One of the zeros, within bounds.
    pub(super) fn zero(
        &self,
        edge: Edge,
        count: Count,
        delay: Option<f64>,
        window: Window,
    ) -> Option<f64> {
        let mut places = self.zeros(edge).filter(|&place| {
            delay.is_none_or(|delay| place >= delay)
                && window.from.is_none_or(|from| place >= from)
                && window.to.is_none_or(|to| place <= to)
        });
        match count {
            Count::Nth(number) => places.nth(number.checked_sub(1)?),
            Count::Last => places.last(),
        }
    }

    /// The part of the signal in a window, its ends interpolated, on a growing scale; none when the window is empty or
    /// beside the data.
    pub(super) fn part(&self, window: Window) -> Option<Vec<(f64, f64)>> {
        let mut sweep: Vec<(f64, f64)> = Vec::new();
        for &point in &self.points {
            if sweep
                .last()
                .is_some_and(|last| (point.0 - last.0) * self.direction < 0.0)
            {
                // Only the first sweep of nested ones.
                break;
            }
            sweep.push(point);
        }
        if self.direction < 0.0 {
            sweep.reverse();
        }
        let (first, last) = (sweep.first()?.0, sweep.last()?.0);
        let from = window.from.map_or(first, |from| from.max(first));
        let to = window.to.map_or(last, |to| to.min(last));
        if from > to
            || window
                .from
                .is_some_and(|from| window.to.is_some_and(|to| from > to))
        {
            return None;
        }
        let inside = sweep
            .iter()
            .copied()
            .filter(|point| point.0 > from && point.0 < to);
        let single = Self {
            points: sweep.clone(),
            direction: 1.0,
        };
        let mut part = vec![(from, single.at(from)?)];
        part.extend(inside);
        if to > from {
            part.push((to, single.at(to)?));
        }
        Some(part)
    }
}

/// The integral of a function of a signal, by the trapezoidal rule.
pub(super) fn trapezoid(part: &[(f64, f64)], of: impl Fn(f64) -> f64) -> f64 {
    part.windows(2)
        .map(|pair| match pair {
            [a, b] => 0.5 * (of(a.1) + of(b.1)) * (b.0 - a.0),
            _ => 0.0,
        })
        .sum()
}
