//! What a part of a study sweeps, as its figures need it.

use super::summary::{PointSummary, Summary};
use crate::plots::Axis;
use crate::study::manifest::{ManifestAxis, ManifestSection};

/// Values that span more than this are shown on a logarithmic axis.
const LOGARITHMIC_FROM: f64 = 30.0;

/// Axes with few values have ticks at these.
const MOST_TICKS: usize = 8;

/// Characters of all names that fit below an axis.
const MOST_NAMES: usize = 56;

/// Characters of a key in a legend.
const LONGEST_LEGEND: usize = 34;

/// A swept axis with more than one value.
pub(super) struct Swept {
    pub label: String,
    pub unit: &'static str,
    /// Position of its first key.
    pub column: usize,
    /// Its values in the order of the study.
    pub texts: Vec<String>,
    /// The same as numbers, if all are.
    pub numbers: Option<Vec<f64>>,
}

impl Swept {
    /// One value in a legend, where long names are cut at their end.
    pub(super) fn legend(&self, text: &str) -> String {
        let name: Vec<char> = self.label.chars().collect();
        let name: String = if name.len() > LONGEST_LEGEND {
            let end = &name[..LONGEST_LEGEND];
            end.iter().chain(&['…']).collect()
        } else {
            self.label.clone()
        };
        match self.unit {
            "" => format!("{name} = {text}"),
            unit => format!("{name} = {text} {unit}"),
        }
    }

    /// Where a value is along the axis: the number itself, or its position from 1.
    pub(super) fn place(&self, text: &str) -> f64 {
        if self.numbers.is_some() {
            return text.parse().unwrap_or(f64::NAN);
        }
        let position = self.texts.iter().position(|other| other == text);
        position.map_or(f64::NAN, |position| (position + 1) as f64)
    }

    pub(super) fn axis(&self) -> Axis {
        let places: Vec<f64> = self.texts.iter().map(|text| self.place(text)).collect();
        let axis = match &self.numbers {
            Some(_) => Axis::new(&self.label, self.unit),
            None if self
                .texts
                .iter()
                .map(|text| text.chars().count() + 2)
                .sum::<usize>()
                <= MOST_NAMES =>
            {
                let names = places.iter().copied().zip(self.texts.iter().cloned());
                return Axis::new(&self.label, "")
                    .with_names(names)
                    .between(0.5, places.len() as f64 + 0.5);
            }
            None => Axis::new(format!("{}: {}", self.label, self.texts.join(", ")), ""),
        };
        let axis = if self.numbers.is_some() && is_wide(&places) {
            axis.logarithmic()
        } else {
            axis
        };
        if places.len() <= MOST_TICKS {
            axis.with_ticks(places)
        } else {
            axis
        }
    }

    /// Its name with its unit.
    pub(super) fn captioned(&self) -> String {
        match self.unit {
            "" => self.label.clone(),
            unit => format!("{} ({unit})", self.label),
        }
    }
}

/// The axes of a part with more than one value, and at the end its networks if there are several. The sections are those of the part: one for
/// each network.
pub(super) fn swept(
    sections: &[&ManifestSection],
    summary: &Summary,
    points: &[&PointSummary],
) -> Vec<Swept> {
    let axes = sections.first().map_or(&[][..], |section| &section.axes);
    let mut found = Vec::new();
    for axis in axes {
        let Some(column) = axis.columns.first().and_then(|name| summary.key(name)) else {
            continue;
        };
        let seen = points.iter().map(|point| &point.values[column]);
        let texts = unique(axis.values.iter().chain(seen));
        let numbers = texts.iter().map(|text| text.parse().ok()).collect();
        if texts.len() > 1 {
            found.push(Swept {
                label: axis.columns.join(" + "),
                unit: unit_of(axis),
                column,
                texts,
                numbers,
            });
        }
    }
    let cases = unique(sections.iter().filter_map(|section| section.case.as_ref()));
    if let Some(column) = summary.key("case").filter(|_| cases.len() > 1) {
        found.push(Swept {
            label: "case".to_owned(),
            unit: "",
            column,
            texts: cases,
            numbers: None,
        });
    }
    found
}

fn unique<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(text) {
            found.push(text.clone());
        }
    }
    found
}

/// The unit of what is swept: that of its column, or of its first key if it has no column of its own name.
fn unit_of(axis: &ManifestAxis) -> &'static str {
    match &axis.columns[..] {
        [column] => unit(column),
        _ => unit(&axis.keys[0]),
    }
}

/// The unit of a configuration key.
fn unit(key: &str) -> &'static str {
    let name = key.rsplit('.').next().unwrap_or(key);
    match name {
        _ if name.starts_with("r_") || name.ends_with("resistance") => "Ω",
        _ if name.ends_with("voltage") => "V",
        "time" | "tau" | "reference_time" => "s",
        "temperature" => "K",
        _ => "",
    }
}

pub(super) fn is_wide(values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(0.0, f64::max);
    least > 0.0 && greatest > LOGARITHMIC_FROM * least
}
