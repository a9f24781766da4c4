//! What somebody says of the results before there are any.

use serde::{Deserialize, Serialize};

use super::sections::Section;

/// A comparison of points that differ in one column only: a metric is higher (or lower) with one value than with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The claim in words.
    pub text: String,
    /// The part whose points are compared, where the study has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// A metric of the results.
    pub metric: String,
    /// What of the metric's values over the seeds.
    #[serde(default)]
    pub statistic: Statistic,
    /// The column in which points differ.
    pub column: String,
    /// Its value in the points that the claim is about.
    pub of: String,
    /// Its value in the points that they are compared with.
    pub than: String,
    /// What the claim expects.
    pub expect: Expectation,
}

/// A number that stands for several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// Their mean.
    #[default]
    Mean,
    /// Their standard deviation.
    Deviation,
}

/// What a claim expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// A higher value.
    Higher,
    /// A lower value.
    Lower,
}

impl Claim {
    /// Checks that the study has what the claim speaks of.
    pub(super) fn check(&self, sections: &[Section]) -> Result<(), String> {
        let wrong = |reason: String| Err(format!("[[claim]] \"{}\": {reason}", self.text));
        let own = || {
            let is_own = |section: &&Section| self.part == section.part;
            sections.iter().filter(is_own)
        };
        if own().next().is_none() && !sections.is_empty() {
            let part = self.part.as_deref().unwrap_or("(none)");
            return wrong(format!("part {part}: no sweep has this name"));
        }
        let known: Vec<String> = if self.column == "case" {
            own().filter_map(|section| section.case.clone()).collect()
        } else {
            let axes = own().flat_map(|section| &section.axes);
            let axes = axes.filter(|axis| axis.columns().contains(&self.column.as_str()));
            axes.flat_map(super::axes::SweepAxis::texts).collect()
        };
        for value in [&self.of, &self.than] {
            if !known.contains(value) {
                return wrong(format!("no point has {} = {value}", self.column));
            }
        }
        Ok(())
    }
}
