//! The keys that a study sweeps, and their values.

use serde::Deserialize;
use toml::{Table, Value};

use super::configuration::text;

/// One dimension of a sweep: keys that take their values together.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// Keys of the configuration, with dots.
    pub keys: Vec<String>,
    /// What they become.
    pub values: AxisValues,
    /// Its one column in the results; without a name each key has a column.
    pub column: Option<String>,
    /// What the results say in the place of listed values.
    pub labels: Option<Vec<String>>,
}

/// Columns that results have in any case.
const RESERVED: [&str; 7] = [
    "point",
    "seed",
    "case",
    "part",
    "version",
    "configuration",
    "inputs",
];

/// The key whose values are tables of the configuration, all of whose keys are set.
pub(super) const WHOLE: &str = "config";

impl SweepAxis {
    /// Its columns in the results.
    pub fn columns(&self) -> Vec<&str> {
        match &self.column {
            Some(column) => vec![column],
            None => self.keys.iter().map(String::as_str).collect(),
        }
    }

    /// What the results say for a value.
    pub(super) fn text(&self, value: &Value) -> String {
        if let (Some(labels), AxisValues::List(values)) = (&self.labels, &self.values)
            && let Some(position) = values.iter().position(|other| other == value)
        {
            return labels[position].clone();
        }
        text(value)
    }

    /// What the results say for all values in their order; nothing where they are drawn from a range.
    pub(super) fn texts(&self) -> Vec<String> {
        let values = self.values.all();
        values
            .iter()
            .flatten()
            .map(|value| self.text(value))
            .collect()
    }
}

/// Listed values with a column of their own name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedList {
    column: Option<String>,
    values: Vec<Value>,
    labels: Option<Vec<Value>>,
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
    /// As [`SweepAxis::column`].
    pub column: Option<String>,
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
    let mut columns: Vec<&str> = Vec::new();
    for column in axes.iter().flat_map(SweepAxis::columns) {
        if column.is_empty() || RESERVED.contains(&column) {
            return Err(format!(
                "[sweep] column `{column}`: the results have another column of this name"
            ));
        }
        if columns.contains(&column) {
            return Err(format!("[sweep] column `{column}` is there twice"));
        }
        columns.push(column);
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
        let (values, column, labels) = match value {
            Value::Array(values) => (listed(values.clone()).map_err(|r| wrong(&r))?, None, None),
            Value::Table(named) if named.contains_key("values") => {
                let named: NamedList = named
                    .clone()
                    .try_into()
                    .map_err(|error| wrong(error.to_string().trim_end()))?;
                let labels = match &named.labels {
                    None => None,
                    Some(labels) => Some(labels_of(labels, &named.values).map_err(|r| wrong(&r))?),
                };
                (
                    listed(named.values).map_err(|r| wrong(&r))?,
                    named.column,
                    labels,
                )
            }
            Value::Table(range) if range.contains_key("from") || range.contains_key("to") => {
                let range: Range = range
                    .clone()
                    .try_into()
                    .map_err(|error| wrong(error.to_string().trim_end()))?;
                range.check().map_err(|reason| wrong(&reason))?;
                let column = range.column.clone();
                (AxisValues::Range(range), column, None)
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
        let keys: Vec<String> = path.split('+').map(|key| key.trim().to_owned()).collect();
        if keys.iter().any(|key| key == WHOLE) {
            let is_table = |value: &Value| value.is_table();
            let tables = matches!(&values, AxisValues::List(values) if values.iter().all(is_table));
            if !tables || labels.is_none() || column.is_none() || keys.len() > 1 {
                return Err(wrong(
                    "its values are tables of the configuration, with `labels` and a `column`",
                ));
            }
        }
        axes.push(SweepAxis {
            keys,
            values,
            column,
            labels,
        });
    }
    Ok(())
}

fn listed(values: Vec<Value>) -> Result<AxisValues, String> {
    if values.is_empty() {
        return Err("the list is empty".into());
    }
    if let Some(number) = values.iter().find(|value| is_not_finite(value)) {
        return Err(format!("{number} is not a finite number"));
    }
    Ok(AxisValues::List(values))
}

/// One label for each value, all different.
fn labels_of(labels: &[Value], values: &[Value]) -> Result<Vec<String>, String> {
    if labels.len() != values.len() {
        let (labels, values) = (labels.len(), values.len());
        return Err(format!("{labels} labels for {values} values"));
    }
    if let Some(label) = labels.iter().find(|l| l.is_table() || l.is_array()) {
        return Err(format!("the label {label} is neither a text nor a number"));
    }
    let labels: Vec<String> = labels.iter().map(text).collect();
    for (position, label) in labels.iter().enumerate() {
        if labels[..position].contains(label) {
            return Err(format!("the label `{label}` is there twice"));
        }
        if values[..position].contains(&values[position]) {
            return Err(format!(
                "the values of `{label}` and another label are equal"
            ));
        }
    }
    Ok(labels)
}

fn is_not_finite(value: &Value) -> bool {
    value.as_float().is_some_and(|number| !number.is_finite())
}
