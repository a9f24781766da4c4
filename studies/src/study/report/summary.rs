//! Results of each point over its seeds.

use super::statistics::Statistics;
use crate::study::configuration::number_text;
use crate::study::manifest::Manifest;
use crate::study::results::Results;

/// Columns that are no metrics.
const PROVENANCE: [&str; 3] = ["version", "configuration", "inputs"];

/// All points that have results.
pub(super) struct Summary {
    /// Columns that tell the points apart.
    pub keys: Vec<String>,
    /// Names of the metrics.
    pub metrics: Vec<String>,
    pub points: Vec<PointSummary>,
}

/// One point.
pub(super) struct PointSummary {
    pub point: usize,
    /// One for each key.
    pub values: Vec<String>,
    /// One for each metric; absent where no seed has it.
    pub metrics: Vec<Option<Statistics>>,
    /// What each seed has, metric by metric.
    pub samples: Vec<Vec<f64>>,
}

impl Summary {
    pub(super) fn new(manifest: &Manifest, results: &Results) -> Result<Self, String> {
        let keys = manifest.columns.clone();
        let names = &results.columns;
        let start = 2 + keys.len();
        let end = names.len().saturating_sub(PROVENANCE.len());
        if names.len() < start + PROVENANCE.len()
            || names[..2] != ["point", "seed"]
            || names[2..start] != keys[..]
            || names[end..] != PROVENANCE
        {
            return Err("its columns are not those of the study in study.json".into());
        }
        let mut points: Vec<(usize, Vec<&[String]>)> = Vec::new();
        for (number, row) in results.rows.iter().enumerate() {
            let point = row[0].parse().map_err(|_| {
                format!(
                    "row {}: `{}` is not the number of a point",
                    number + 1,
                    row[0]
                )
            })?;
            match points.last_mut() {
                Some((last, rows)) if *last == point => rows.push(row),
                _ => points.push((point, vec![row])),
            }
        }
        let summarise = |(point, rows): (usize, Vec<&[String]>)| {
            let samples = |column: usize| {
                let texts = rows
                    .iter()
                    .map(|row| &row[column])
                    .filter(|text| !text.is_empty());
                texts
                    .map(|text| {
                        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                        number.ok_or_else(|| {
                            format!(
                                "point {point}, column {}: `{text}` is not a finite number",
                                names[column]
                            )
                        })
                    })
                    .collect::<Result<Vec<f64>, String>>()
            };
            let samples: Vec<Vec<f64>> =
                (start..end).map(samples).collect::<Result<_, String>>()?;
            Ok(PointSummary {
                point,
                values: rows[0][2..start].to_vec(),
                metrics: samples.iter().map(|own| Statistics::of(own)).collect(),
                samples,
            })
        };
        Ok(Self {
            metrics: names[start..end].to_vec(),
            points: points
                .into_iter()
                .map(summarise)
                .collect::<Result<_, String>>()?,
            keys,
        })
    }

    /// The position of a column that tells points apart.
    pub(super) fn key(&self, name: &str) -> Option<usize> {
        self.keys.iter().position(|key| key == name)
    }

    /// The position of a metric.
    pub(super) fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric == name)
    }

    /// Mean and standard deviation of each metric, a row for each point.
    pub(super) fn table(&self) -> Results {
        let mut columns = vec!["point".to_owned()];
        columns.extend_from_slice(&self.keys);
        columns.push("seeds".to_owned());
        columns.extend(
            self.metrics
                .iter()
                .flat_map(|name| [name.clone(), format!("{name}_std")]),
        );
        let row = |point: &PointSummary| {
            let seeds = point
                .metrics
                .iter()
                .flatten()
                .map(|metric| metric.count)
                .max();
            let mut row = vec![point.point.to_string()];
            row.extend_from_slice(&point.values);
            row.push(seeds.unwrap_or(0).to_string());
            for metric in &point.metrics {
                let text = |number: Option<f64>| number.map_or(String::new(), number_text);
                row.push(text(metric.map(|metric| metric.mean)));
                row.push(text(metric.and_then(|metric| metric.deviation)));
            }
            row
        };
        Results {
            columns,
            rows: self.points.iter().map(row).collect(),
        }
    }
}
