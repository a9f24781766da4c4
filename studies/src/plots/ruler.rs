//! An axis with its range and its ticks settled.

use std::ops::Range;

use plotters::coord::combinators::LogCoord;
use plotters::coord::ranged1d::{
    BoldPoints, KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter,
};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::IntoLogRange;

use super::axis::{Axis, LARGEST_MAGNITUDE, Scale, refuse};
use super::error::PlotError;
use super::numbers::{Magnitude, fixed, is_plain, power, scientific, superscript};

/// Ranges narrower than this share of their values are shown as constant: tick labels could not tell them apart.
const NARROWEST_RANGE: f64 = 1e-9;

/// Empty space between the outermost data and the frame, as a share of the axis.
const MARGIN: f64 = 0.04;

/// Which ticks an axis has.
#[derive(Clone, Debug)]
enum Ticks {
    /// Round numbers with so many digits after the point.
    Even(usize),
    /// Multiples of powers of ten, or whatever was asked for.
    Listed,
    /// Powers of ten, written as such.
    Powers,
    /// The middles between whole numbers, with the numbers.
    Counted,
    /// The same with names.
    Named(Vec<String>),
    /// Names at the ticks.
    Labelled(Vec<(f64, String)>),
}

/// An axis with its range settled: a coordinate of the plotting library, in the unit of the tick labels.
#[derive(Clone, Debug)]
pub(super) struct Ruler {
    scale: Scale,
    from: f64,
    to: f64,
    factor: f64,
    caption: String,
    ticks: Ticks,
    labelled: Vec<f64>,
    small: Vec<f64>,
}

impl Ruler {
    /// Makes room for the values from `least` to `greatest`, both of which [`refuse`] has let pass.
    ///
    /// `margin` says whether there is some empty space outside them, `count` about how many ticks there are.
    pub(super) fn new(
        axis: &Axis,
        (least, greatest): (f64, f64),
        margin: bool,
        count: usize,
        title: &str,
    ) -> Result<Self, PlotError> {
        let (from, to) = match axis.range {
            Some(range) => checked_range(axis, range, title)?,
            None => widened(axis.scale, least, greatest, margin),
        };
        let magnitude = match axis.scale {
            Scale::Linear => Magnitude::of(from.abs().max(to.abs()), &axis.unit),
            Scale::Logarithmic => Magnitude::plain(&axis.unit),
        };
        let caption = match (axis.label.is_empty(), magnitude.unit.is_empty()) {
            (_, true) => axis.label.clone(),
            (true, false) => magnitude.unit.clone(),
            (false, false) => format!("{} ({})", axis.label, magnitude.unit),
        };
        let mut ruler = Self {
            scale: axis.scale,
            from: from / magnitude.factor,
            to: to / magnitude.factor,
            factor: magnitude.factor,
            caption,
            ticks: Ticks::Listed,
            labelled: Vec::new(),
            small: Vec::new(),
        };
        ruler.place_ticks(&axis.ticks, count.max(2));
        if !axis.names.is_empty() {
            let names = axis.ticks.iter().zip(&axis.names);
            let names = names.map(|(tick, name)| (tick / magnitude.factor, name.clone()));
            ruler.ticks = Ticks::Labelled(names.collect());
        }
        Ok(ruler)
    }

    /// An axis of rows or columns, each one unit wide, with ticks at the middles of some of them; the ticks show the names, or the numbers
    /// where there are no names.
    pub(super) fn naming(from: usize, to: usize, numbers: &[usize], names: &[String]) -> Self {
        let mut ruler = Self::counting(from, to, numbers);
        if !names.is_empty() {
            ruler.ticks = Ticks::Named(names.to_vec());
        }
        ruler
    }

    /// The same with numbers.
    pub(super) fn counting(from: usize, to: usize, numbers: &[usize]) -> Self {
        Self {
            scale: Scale::Linear,
            from: from as f64,
            to: to as f64,
            factor: 1.0,
            caption: String::new(),
            ticks: Ticks::Counted,
            labelled: numbers.iter().map(|&number| number as f64 + 0.5).collect(),
            small: Vec::new(),
        }
    }

    /// The axis' label and, in brackets, the unit of its tick labels.
    pub(super) fn caption(&self) -> &str {
        &self.caption
    }

    /// Where a value in the plain unit lies: 0 at the start of the axis, 1 at its end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = value / self.factor;
        match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            // Parts of error bars can reach below zero: that is far below the axis.
            Scale::Logarithmic if value <= 0.0 => -1e6,
            Scale::Logarithmic => (value / self.from).log10() / (self.to / self.from).log10(),
        }
    }

    /// The coordinate at a share of the axis.
    pub(super) fn at(&self, share: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.from + share * (self.to - self.from),
            Scale::Logarithmic => self.from * (self.to / self.from).powf(share),
        }
    }

    /// What stands beside the ticks.
    pub(super) fn labels(&self) -> impl Iterator<Item = String> {
        self.labelled.iter().map(|value| self.format_ext(value))
    }

    fn place_ticks(&mut self, wanted: &[f64], count: usize) {
        // A little more than the axis: a tick at its very end must not be lost to rounding.
        let slack = 1e-9 * (self.to - self.from);
        let range = self.from - slack..self.to + slack;
        let even = RangedCoordf64::from(range).key_points(BoldPoints(count));
        if !wanted.is_empty() {
            let scaled = wanted.iter().map(|value| value / self.factor);
            self.labelled = scaled.filter(|value| self.contains(*value)).collect();
            return;
        }
        if self.scale == Scale::Logarithmic {
            let decades = self.multiples(&[1.0]);
            let few = self.multiples(&[1.0, 2.0, 5.0]);
            if decades.len() >= 3 {
                let every = decades.len().div_ceil(count);
                if every == 1 {
                    self.small = self.multiples(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
                }
                self.labelled = decades.into_iter().step_by(every).collect();
                if !self.labelled.iter().copied().all(is_plain) {
                    self.ticks = Ticks::Powers;
                }
                return;
            }
            if few.len() >= 3 {
                self.labelled = few;
                return;
            }
        }
        let is_exact = |decimals: &usize| {
            let rounded = |value: &f64| format!("{value:.decimals$}").parse().unwrap_or(*value);
            let is_close =
                |value: &f64| (rounded(value) - value).abs() < 1e-3 * (self.to - self.from);
            even.iter().all(is_close)
        };
        self.ticks = Ticks::Even((0..12).find(is_exact).unwrap_or(12));
        self.labelled = even;
    }

    fn contains(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.share(value * self.factor))
    }

    /// The given multiples of all powers of ten that are on the axis.
    fn multiples(&self, of: &[f64]) -> Vec<f64> {
        let first = self.from.log10().floor() as i32;
        let last = self.to.log10().ceil() as i32;
        (first..=last)
            .flat_map(|exponent| of.iter().map(move |digit| digit * power(exponent)))
            .filter(|value| self.contains(*value))
            .collect()
    }
}

impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let range = self.from..self.to;
        match self.scale {
            Scale::Linear => RangedCoordf64::from(range).map(value, limit),
            Scale::Logarithmic => LogCoord::from(range.log_scale()).map(value, limit),
        }
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => self.labelled.clone(),
            KeyPointWeight::Any => self.small.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        match &self.ticks {
            Ticks::Even(decimals) => fixed(*value, *decimals),
            Ticks::Listed => scientific(*value),
            Ticks::Labelled(names) => {
                let named = names.iter().find(|(tick, _)| tick == value);
                named.map_or(String::new(), |(_, name)| name.clone())
            }
            Ticks::Powers => format!("10{}", superscript(value.log10().round() as i32)),
            Ticks::Counted => value.floor().to_string(),
            Ticks::Named(names) => names
                .get(value.floor() as usize)
                .cloned()
                .unwrap_or_default(),
        }
    }
}

fn checked_range(
    axis: &Axis,
    (from, to): (f64, f64),
    title: &str,
) -> Result<(f64, f64), PlotError> {
    let refused = |value, reason: &str| PlotError::BadValue {
        title: title.to_owned(),
        place: format!("an end of the axis `{}`", axis.label),
        value,
        reason: reason.to_owned(),
    };
    for end in [from, to] {
        if let Some(reason) = refuse(end, axis.scale) {
            return Err(refused(end, reason));
        }
    }
    if to - from <= NARROWEST_RANGE * from.abs().max(to.abs()) {
        return Err(refused(to, "it must be larger than the axis' other end"));
    }
    Ok((from, to))
}

fn widened(scale: Scale, least: f64, greatest: f64, margin: bool) -> (f64, f64) {
    let magnitude = least.abs().max(greatest.abs());
    let is_constant = greatest - least <= NARROWEST_RANGE * magnitude;
    match scale {
        Scale::Linear if magnitude < 1.0 / LARGEST_MAGNITUDE => (-1.0, 1.0),
        Scale::Linear if is_constant => (least - 0.1 * magnitude, greatest + 0.1 * magnitude),
        Scale::Linear => {
            let space = if margin {
                MARGIN * (greatest - least)
            } else {
                0.0
            };
            (least - space, greatest + space)
        }
        Scale::Logarithmic if is_constant => (least / 2.0, greatest * 2.0),
        Scale::Logarithmic => {
            let space = if margin {
                (greatest / least).powf(MARGIN)
            } else {
                1.0
            };
            (least / space, greatest * space)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, range: (f64, f64)) -> Vec<String> {
        let ruler = Ruler::new(axis, range, false, 6, "").unwrap();
        ruler.labels().collect()
    }

    fn caption(unit: &str, range: (f64, f64)) -> String {
        let ruler = Ruler::new(&Axis::new("x", unit), range, false, 6, "").unwrap();
        ruler.caption().to_owned()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(
            labels(&Axis::new("", ""), (0.0, 1.0)),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(&Axis::new("", ""), (-10.0, 10.0)),
            ["−10", "−5", "0", "5", "10"]
        );
        assert_eq!(
            labels(&Axis::new("", "V"), (0.0, 2.1e-3)),
            ["0.0", "0.5", "1.0", "1.5", "2.0"]
        );
        assert_eq!(
            labels(&Axis::new("", "%"), (97.9, 98.1)),
            ["97.90", "97.95", "98.00", "98.05", "98.10"]
        );
    }

    #[test]
    fn logarithmic_ticks_are_powers_or_their_multiples() {
        let axis = Axis::new("", "").logarithmic();
        assert_eq!(
            labels(&axis, (0.1, 1000.0)),
            ["0.1", "1", "10", "100", "1000"]
        );
        assert_eq!(labels(&axis, (1e-7, 1e-5)), ["10⁻⁷", "10⁻⁶", "10⁻⁵"]);
        assert_eq!(labels(&axis, (1e-3, 0.1)), ["10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(labels(&axis, (60.0, 1100.0)), ["100", "200", "500", "1000"]);
        assert!(labels(&axis, (1e-12, 1e12)).len() <= 5);
        assert!(labels(&axis, (3.1, 3.4)).len() >= 3);
    }

    #[test]
    fn units_get_prefixes_and_numbers_powers_of_ten() {
        assert_eq!(caption("S", (0.0, 1e-4)), "x (µS)");
        assert_eq!(caption("V", (0.0, 1.0)), "x (V)");
        assert_eq!(caption("Ω", (0.0, 1e6)), "x (MΩ)");
        assert_eq!(caption("V", (0.0, 1e-25)), "x (aV)");
        assert_eq!(caption("%", (0.0, 100.0)), "x (%)");
        assert_eq!(caption("", (0.0, 3e-8)), "x (10⁻⁹)");
        assert_eq!(caption("", (0.0, 30.0)), "x");
    }

    #[test]
    fn wanted_ticks_are_kept_if_they_are_on_the_axis() {
        let axis = Axis::new("", "")
            .logarithmic()
            .with_ticks([64.0, 128.0, 256.0, 4096.0]);
        assert_eq!(labels(&axis, (64.0, 256.0)), ["64", "128", "256"]);
    }

    #[test]
    fn ticks_can_have_names() {
        let names = [(1.0, "one"), (2.0, "two"), (3.0, "beyond")];
        let axis = Axis::new("", "").with_names(names.map(|(at, name)| (at, name.to_owned())));
        assert_eq!(labels(&axis, (1.0, 2.0)), ["one", "two"]);
    }

    #[test]
    fn extreme_ranges_do_not_break_anything() {
        for range in [
            (0.0, 0.0),
            (1e-310, 1e-310),
            (-1e100, 1e100),
            (1.0, 1.0 + 1e-15),
            (-3.0, -3.0),
        ] {
            let count = labels(&Axis::new("", "V"), range).len();
            assert!((1..20).contains(&count), "{count} ticks for {range:?}");
        }
    }

    #[test]
    fn a_range_must_rise_and_fit_the_scale() {
        for axis in [
            Axis::new("", "").between(1.0, 1.0),
            Axis::new("", "").between(0.0, f64::NAN),
            Axis::new("", "").logarithmic().between(0.0, 1.0),
        ] {
            assert!(matches!(
                Ruler::new(&axis, (1.0, 2.0), true, 6, ""),
                Err(PlotError::BadValue { .. })
            ));
        }
    }
}
