//! Mean, spread and confidence of a few numbers.

/// Quantiles 0.975 of Student's t distribution for 1 to 30 degrees of freedom.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// Some numbers in short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Statistics {
    pub count: usize,
    pub mean: f64,
    /// Standard deviation of the population that the numbers are a sample of; absent for a single one.
    pub deviation: Option<f64>,
}

impl Statistics {
    /// `None` without numbers.
    pub(super) fn of(numbers: &[f64]) -> Option<Self> {
        let count = numbers.len();
        if count == 0 {
            return None;
        }
        // Equal numbers have exactly their own mean and no deviation.
        let first = numbers[0];
        let mean = first + numbers.iter().map(|number| number - first).sum::<f64>() / count as f64;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Some(Self {
            count,
            mean,
            deviation: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
        })
    }

    /// Half the width of the 95 % confidence interval of the mean; absent for a single number.
    pub(super) fn confidence(&self) -> Option<f64> {
        let freedom = self.count - 1;
        // Beyond the table, the first term of the Cornish-Fisher expansion around the normal quantile.
        let quantile = STUDENT
            .get(freedom.checked_sub(1)?)
            .copied()
            .unwrap_or(1.96 + 2.372 / freedom as f64);
        Some(quantile * self.deviation? / (self.count as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::Statistics;

    #[test]
    fn a_known_sample() {
        let found = Statistics::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((found.count, found.mean), (8, 5.0));
        let deviation = (32.0_f64 / 7.0).sqrt();
        assert!((found.deviation.unwrap() - deviation).abs() < 1e-12);
        // t(7) = 2.365
        assert!((found.confidence().unwrap() - 2.365 * deviation / 8f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn few_and_many_numbers() {
        assert_eq!(Statistics::of(&[]), None);
        let single = Statistics::of(&[0.3]).unwrap();
        assert_eq!(
            (single.mean, single.deviation, single.confidence()),
            (0.3, None, None)
        );
        let equal = Statistics::of(&[0.3; 7]).unwrap();
        assert_eq!((equal.mean, equal.confidence()), (0.3, Some(0.0)));
        // t(60) = 2.0003
        let many: Vec<f64> = (0..61).map(|number| f64::from(number % 2)).collect();
        let many = Statistics::of(&many).unwrap();
        let quantile = many.confidence().unwrap() / many.deviation.unwrap() * 61f64.sqrt();
        assert!((quantile - 2.0003).abs() < 1e-3);
    }
}
