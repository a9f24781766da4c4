//! The keys that a study sweeps, and their values.

use serde::Deserialize;
use toml::{Table, Value};

/// One dimension of a sweep: keys that take their values together.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// Keys of the configuration, with dots.
    pub keys: Vec<String>,
    /// What they become.
    pub values: AxisValues,
}

/// The values of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisValues {
    /// These.
    List(Vec<Value>),
    /// Numbers between two ends.
    Range(Range),
}

/// Numbers between two ends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// One end.
    pub from: f64,
    /// The other end.
    pub to: f64,
    /// Values of a grid or list, both ends among them.
    pub count: Option<usize>,
    /// Whether equal differences or equal ratios weigh the same.
    #[serde(default)]
    pub scale: RangeScale,
    /// Whether values are rounded to whole numbers.
    #[serde(default)]
    pub integer: bool,
}

/// How values are spread over a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RangeScale {
    /// Equal differences weigh the same.
    #[default]
    Linear,
    /// Equal ratios weigh the same.
    Logarithmic,
}

impl Range {
    fn check(&self) -> Result<(), String> {
        if !(self.from.is_finite() && self.to.is_finite() && self.from < self.to) {
            return Err(format!(
                "from = {}, to = {}: must be finite, and `from` below `to`",
                self.from, self.to
            ));
        }
        if self.scale == RangeScale::Logarithmic && self.from <= 0.0 {
            return Err(format!(
                "from = {}: must be > 0 on a logarithmic scale",
                self.from
            ));
        }
        if let Some(count) = self.count.filter(|count| !(2..=1_000_000).contains(count)) {
            return Err(format!("count = {count}: must be 2 to 1000000"));
        }
        if self.integer && (self.from.ceil() > self.to.floor() || self.to - self.from > 1e15) {
            return Err(format!(
                "no usable whole numbers from {} to {}",
                self.from, self.to
            ));
        }
        Ok(())
    }

    /// The number at a share of the range.
    fn at(&self, share: f64) -> Value {
        if self.integer {
            // Each whole number of the range is equally likely on a linear scale.
            let (low, high) = (self.from.ceil() - 0.5, self.to.floor() + 0.5);
            let value = between(low.max(f64::MIN_POSITIVE), high, share, self.scale, low);
            return Value::Integer(value.round().clamp(low + 0.5, high - 0.5) as i64);
        }
        Value::Float(between(self.from, self.to, share, self.scale, self.from))
    }

    /// The number at a step of `count` from one end to the other.
    fn step(&self, step: usize, count: usize) -> Value {
        let share = step as f64 / (count - 1) as f64;
        let value = match step {
            0 => self.from,
            _ if step == count - 1 => self.to,
            _ => between(self.from, self.to, share, self.scale, self.from),
        };
        if self.integer {
            Value::Integer(value.round() as i64)
        } else {
            Value::Float(value)
        }
    }
}

/// Between `from` and `to`; `linear_from` replaces `from` on a linear scale.
fn between(from: f64, to: f64, share: f64, scale: RangeScale, linear_from: f64) -> f64 {
    match scale {
        RangeScale::Linear => linear_from + share * (to - linear_from),
        RangeScale::Logarithmic => from * (to / from).powf(share),
    }
}

impl AxisValues {
    /// The values one after another; `None` for a range without a count.
    pub(super) fn all(&self) -> Option<Vec<Value>> {
        match self {
            Self::List(values) => Some(values.clone()),
            Self::Range(range) => {
                let count = range.count?;
                let mut values: Vec<_> = (0..count).map(|step| range.step(step, count)).collect();
                values.dedup();
                Some(values)
            }
        }
    }

    /// The value at a share (from 0, below 1) of all.
    pub(super) fn at(&self, share: f64) -> Value {
        match self {
            Self::List(values) => {
                let index = (share * values.len() as f64) as usize;
                values[index.min(values.len() - 1)].clone()
            }
            Self::Range(range) => range.at(share),
        }
    }
}

/// The axes of a `[sweep]` table, in alphabetical order. Keys with dots and nested tables mean the same; several keys joined by `+` move
/// together.
pub(super) fn axes(sweep: &Table) -> Result<Vec<SweepAxis>, String> {
    let mut axes = Vec::new();
    collect(sweep, "", &mut axes)?;
    let mut seen = Vec::new();
    for key in axes.iter().flat_map(|axis: &SweepAxis| &axis.keys) {
        if key == "seed" {
            return Err("[sweep] seed: seeds come from `seed` and `repeats`".into());
        }
        if key.split('.').any(str::is_empty) {
            return Err(format!(
                "[sweep] `{key}`: a key has a name between its dots"
            ));
        }
        let clash = seen.iter().find(|other: &&&str| {
            let within = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
            within(key, other) || within(other, key)
        });
        if let Some(other) = clash {
            return Err(format!("[sweep] `{key}` and `{other}` set the same"));
        }
        seen.push(key.as_str());
    }
    Ok(axes)
}

fn collect(table: &Table, prefix: &str, axes: &mut Vec<SweepAxis>) -> Result<(), String> {
    for (name, value) in table {
        let path = match prefix {
            "" => name.clone(),
            _ => format!("{prefix}.{name}"),
        };
        let wrong = |reason: &str| format!("[sweep] `{path}`: {reason}");
        let values = match value {
            Value::Array(values) if values.is_empty() => return Err(wrong("the list is empty")),
            Value::Array(values) => {
                if let Some(number) = values.iter().find(|value| is_not_finite(value)) {
                    return Err(wrong(&format!("{number} is not a finite number")));
                }
                AxisValues::List(values.clone())
            }
            Value::Table(range) if range.contains_key("from") || range.contains_key("to") => {
                let range: Range = range
                    .clone()
                    .try_into()
                    .map_err(|error| wrong(error.to_string().trim_end()))?;
                range.check().map_err(|reason| wrong(&reason))?;
                AxisValues::Range(range)
            }
            Value::Table(nested) => {
                collect(nested, &path, axes)?;
                continue;
            }
            _ => {
                return Err(wrong(
                    "a list or a range is needed; one value belongs to [config]",
                ));
            }
        };
        let keys = path.split('+').map(|key| key.trim().to_owned()).collect();
        axes.push(SweepAxis { keys, values });
    }
    Ok(())
}

fn is_not_finite(value: &Value) -> bool {
    value.as_float().is_some_and(|number| !number.is_finite())
}
