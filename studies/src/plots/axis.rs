//! What an axis says, and which values have a place on it.

/// Larger numbers are not plotted: they are mistakes, and differences of them overflow.
pub(super) const LARGEST_MAGNITUDE: f64 = 1e100;

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    #[default]
    Linear,
    /// Equal ratios are equally long; values must be positive.
    Logarithmic,
}

/// One axis of a chart. Values are given in the plain unit; the chart chooses a prefix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What is shown, such as "array size".
    pub label: String,
    /// Its unit, such as "V"; empty for a plain number.
    pub unit: String,
    /// How values are spread along the axis.
    pub scale: Scale,
    /// First and last value; when absent, what the data need.
    pub range: Option<(f64, f64)>,
    /// Values to put ticks at; when empty, round numbers.
    pub ticks: Vec<f64>,
    /// What stands at the ticks in the place of their values; one for each of `ticks`, or none.
    pub names: Vec<String>,
}

impl Axis {
    /// A linear axis.
    pub fn new(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            unit: unit.into(),
            ..Self::default()
        }
    }

    /// The same axis with a logarithmic scale.
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        self.scale = Scale::Logarithmic;
        self
    }

    /// The same axis from one value to another, whatever the data; what lies outside is cut off.
    #[must_use]
    pub fn between(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }

    /// The same axis with a name at each of these values, and no other ticks.
    #[must_use]
    pub fn with_names(mut self, names: impl IntoIterator<Item = (f64, String)>) -> Self {
        (self.ticks, self.names) = names.into_iter().unzip();
        self
    }

    /// The same axis with ticks at these values only.
    #[must_use]
    pub fn with_ticks(mut self, ticks: impl IntoIterator<Item = f64>) -> Self {
        self.ticks = ticks.into_iter().collect();
        self
    }
}

/// Says why a number has no place on an axis of the given scale, if it has none.
pub(super) fn refuse(value: f64, scale: Scale) -> Option<&'static str> {
    if !value.is_finite() {
        Some("it is not a finite number")
    } else if value.abs() > LARGEST_MAGNITUDE {
        Some("it is larger than 1e100")
    } else if scale == Scale::Logarithmic && value < 1.0 / LARGEST_MAGNITUDE {
        Some("a logarithmic axis shows positive numbers only, from 1e-100")
    } else {
        None
    }
}
