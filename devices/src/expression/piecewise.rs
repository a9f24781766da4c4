//! Piecewise linear functions of one argument: `pwl(x, ...)` and `table(x, ...)`.

/// Why points make no piecewise linear function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PointError {
    /// There are none.
    Empty,
    /// The abscissae do not increase, or a value is not a number.
    Order,
}

/// A piecewise linear function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PiecewiseLinear {
    points: Vec<(f64, f64)>,
    /// Beyond the ends, whether the outermost segments go on; else their end values do.
    extrapolate: bool,
}

impl PiecewiseLinear {
    /// Makes the function through points with increasing abscissae.
    pub(super) fn new(points: Vec<(f64, f64)>, extrapolate: bool) -> Result<Self, PointError> {
        if points.is_empty() {
            return Err(PointError::Empty);
        }
        let finite = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        let increasing = points
            .iter()
            .zip(points.iter().skip(1))
            .all(|(before, after)| before.0 < after.0);
        if finite && increasing {
            Ok(Self {
                points,
                extrapolate,
            })
        } else {
            Err(PointError::Order)
        }
    }

    /// The value and the slope at `x`; at a corner the slope of the segment to the right.
    pub(super) fn evaluate(&self, x: f64) -> (f64, f64) {
        if x.is_nan() {
            return (x, 0.0);
        }
        let after = self.points.partition_point(|point| point.0 <= x);
        let last = self.points.len() - 1;
        let outside = after == 0 || after > last;
        let right = after.clamp(1.min(last), last);
        let (Some(&(x1, y1)), Some(&(x0, y0))) = (
            self.points.get(right),
            self.points.get(right.saturating_sub(1)),
        ) else {
            return (f64::NAN, 0.0);
        };
        if outside && (!self.extrapolate || last == 0) {
            return (if after == 0 { y0 } else { y1 }, 0.0);
        }
        let slope = (y1 - y0) / (x1 - x0);
        (y0 + slope * (x - x0), slope)
    }

    /// The abscissae of its corners.
    pub(super) fn corners(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().map(|point| point.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_go_on_or_end() {
        let points = vec![(0.0, 1.0), (1.0, 3.0), (3.0, 0.0)];
        let pwl = PiecewiseLinear::new(points.clone(), true).unwrap();
        let table = PiecewiseLinear::new(points, false).unwrap();
        for (x, inside) in [(0.0, 1.0), (0.5, 2.0), (1.0, 3.0), (2.0, 1.5)] {
            assert_eq!(
                (pwl.evaluate(x).0, table.evaluate(x).0),
                (inside, inside),
                "{x}"
            );
        }
        assert_eq!(pwl.evaluate(-1.0), (-1.0, 2.0));
        assert_eq!(pwl.evaluate(5.0), (-3.0, -1.5));
        assert_eq!(table.evaluate(-1.0), (1.0, 0.0));
        assert_eq!(table.evaluate(5.0), (0.0, 0.0));
    }

    #[test]
    fn one_point_is_a_constant() {
        for extrapolate in [false, true] {
            let one = PiecewiseLinear::new(vec![(2.0, 7.0)], extrapolate).unwrap();
            assert_eq!(
                [one.evaluate(1.0), one.evaluate(2.0), one.evaluate(3.0)],
                [(7.0, 0.0); 3]
            );
        }
    }

    #[test]
    fn points_must_increase() {
        assert_eq!(
            PiecewiseLinear::new(Vec::new(), true),
            Err(PointError::Empty)
        );
        assert_eq!(
            PiecewiseLinear::new(vec![(0.0, 0.0), (0.0, 1.0)], true),
            Err(PointError::Order)
        );
        assert_eq!(
            PiecewiseLinear::new(vec![(0.0, f64::NAN)], true),
            Err(PointError::Order)
        );
    }
}
