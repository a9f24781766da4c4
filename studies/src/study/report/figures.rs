//! Which plots a study gets.

use super::summary::{PointSummary, Summary};
use crate::plots::{Axis, HeatmapSpec, LineChartSpec, Series, SeriesStyle};
use crate::study::description::Design;
use crate::study::manifest::Manifest;

/// Metrics that are plotted where there are any, with their names on the axis and their units.
const PLOTTED: [(&str, &str, &str); 8] = [
    ("accuracy", "accuracy", "%"),
    ("relative_error", "relative error of the worst layer", ""),
    (
        "output_difference",
        "difference of the network's outputs",
        "",
    ),
    ("tiles", "tiles", ""),
    ("power_w", "power", "W"),
    ("area_m2", "area", "m²"),
    ("energy_j", "energy", "J"),
    ("latency_s", "latency", "s"),
];

/// Figures of one metric; further combinations are left to the table.
const MOST_COMBINATIONS: usize = 6;

/// Values that span more than this are shown on a logarithmic axis.
const LOGARITHMIC_FROM: f64 = 30.0;

/// Axes with few values have ticks at these.
const MOST_TICKS: usize = 8;

/// Characters of a key in a legend.
const LONGEST_LEGEND: usize = 34;

/// A plot with the name of its files.
pub(super) struct Figure {
    pub name: String,
    pub caption: String,
    pub drawing: Drawing,
}

pub(super) enum Drawing {
    Lines(LineChartSpec),
    Map(HeatmapSpec),
}

/// A swept axis with more than one value.
struct Swept {
    label: String,
    unit: &'static str,
    /// Position of its first key.
    column: usize,
    /// Its values in the order of the study.
    texts: Vec<String>,
    /// The same as numbers, if all are.
    numbers: Option<Vec<f64>>,
}

impl Swept {
    /// One value in a legend, where long names are cut at their end.
    fn legend(&self, text: &str) -> String {
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
    fn place(&self, text: &str) -> f64 {
        if self.numbers.is_some() {
            return text.parse().unwrap_or(f64::NAN);
        }
        let position = self.texts.iter().position(|other| other == text);
        position.map_or(f64::NAN, |position| (position + 1) as f64)
    }

    fn axis(&self) -> Axis {
        let places: Vec<f64> = self.texts.iter().map(|text| self.place(text)).collect();
        let axis = match &self.numbers {
            Some(_) => Axis::new(&self.label, self.unit),
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
}

/// All figures of a study, as far as there are results for them.
pub(super) fn figures(manifest: &Manifest, summary: &Summary) -> Vec<Figure> {
    let swept = swept(manifest, summary);
    let mut figures = Vec::new();
    for (metric, label, unit) in PLOTTED {
        let Some(column) = summary.metric(metric) else {
            continue;
        };
        let value = Metric {
            name: metric,
            label,
            unit,
            column,
            summary,
        };
        if metric == "tiles" && value.is_constant() {
            continue;
        }
        match manifest.design {
            Design::Grid => value.grid(&swept, &mut figures),
            Design::List | Design::Random | Design::LatinHypercube => {
                value.scattered(&swept, &mut figures);
            }
        }
    }
    figures
}

fn swept(manifest: &Manifest, summary: &Summary) -> Vec<Swept> {
    let mut column = 0;
    let mut found = Vec::new();
    for axis in &manifest.axes {
        let mut texts: Vec<String> = Vec::new();
        let seen = summary.points.iter().map(|point| &point.values[column]);
        for text in axis.values.iter().chain(seen) {
            if !texts.contains(text) {
                texts.push(text.clone());
            }
        }
        let numbers = texts.iter().map(|text| text.parse().ok()).collect();
        if texts.len() > 1 {
            found.push(Swept {
                label: axis.keys.join(" + "),
                unit: unit(&axis.keys[0]),
                column,
                texts,
                numbers,
            });
        }
        column += axis.keys.len();
    }
    found
}

/// The unit of a configuration key.
fn unit(key: &str) -> &'static str {
    let name = key.rsplit('.').next().unwrap_or(key);
    match name {
        "r_on" | "r_off" | "r_lowest" => "Ω",
        _ if name.ends_with("resistance") => "Ω",
        _ if name.ends_with("voltage") => "V",
        "time" | "tau" | "reference_time" => "s",
        "temperature" => "K",
        _ => "",
    }
}

fn is_wide(values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(0.0, f64::max);
    least > 0.0 && greatest > LOGARITHMIC_FROM * least
}

/// One metric of all points.
struct Metric<'a> {
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    column: usize,
    summary: &'a Summary,
}

impl Metric<'_> {
    fn factor(&self) -> f64 {
        if self.unit == "%" { 100.0 } else { 1.0 }
    }

    /// Mean and half width of the confidence interval, in the plot's unit.
    fn at(&self, point: &PointSummary) -> Option<(f64, Option<f64>)> {
        let statistics = point.metrics[self.column]?;
        let confidence = statistics.confidence().map(|width| width * self.factor());
        Some((statistics.mean * self.factor(), confidence))
    }

    fn means(&self) -> Vec<f64> {
        let points = self.summary.points.iter();
        points.filter_map(|point| Some(self.at(point)?.0)).collect()
    }

    fn is_constant(&self) -> bool {
        let means = self.means();
        means.iter().all(|mean| *mean == means[0])
    }

    fn axis(&self) -> Axis {
        let axis = Axis::new(self.label, self.unit);
        if self.unit != "%" && is_wide(&self.means()) {
            axis.logarithmic()
        } else {
            axis
        }
    }

    fn title(&self, over: &str, fixed: &str) -> String {
        let mut label = self.label.to_owned();
        label[..1].make_ascii_uppercase();
        match fixed {
            "" => format!("{label} over {over}"),
            _ => format!("{label} over {over}; {fixed}"),
        }
    }

    /// A series with error bars where points have several seeds.
    fn series(&self, name: String, x: &Swept, points: &[&PointSummary]) -> Series {
        let mut series = Series::new(name, []);
        for point in points {
            if let Some((y, error)) = self.at(point) {
                let x = x.place(&point.values[x.column]);
                series.points.push(crate::plots::Point { x, y, error });
            }
        }
        series.points.sort_by(|a, b| a.x.total_cmp(&b.x));
        series
    }

    /// Lines over the longest axis of numbers, one for each value of another; maps over both; figures for values of the others.
    fn grid(&self, swept: &[Swept], figures: &mut Vec<Figure>) {
        let longest = swept
            .iter()
            .enumerate()
            .filter(|(_, axis)| axis.numbers.is_some())
            .max_by_key(|(number, axis)| (axis.texts.len(), std::cmp::Reverse(*number)));
        let Some(first) = longest
            .map(|(number, _)| number)
            .or((!swept.is_empty()).then_some(0))
        else {
            return;
        };
        let x = &swept[first];
        let others: Vec<&Swept> = (0..swept.len())
            .filter(|&number| number != first)
            .map(|number| &swept[number])
            .collect();
        let (by, fixed) = match others.split_first() {
            None => (None, &[][..]),
            Some((by, fixed)) => (Some(*by), fixed),
        };
        let mut combinations: Vec<(Vec<&str>, Vec<&PointSummary>)> = Vec::new();
        for point in &self.summary.points {
            let values: Vec<&str> = fixed
                .iter()
                .map(|axis| point.values[axis.column].as_str())
                .collect();
            match combinations.iter_mut().find(|(other, _)| *other == values) {
                Some((_, points)) => points.push(point),
                None => combinations.push((values, vec![point])),
            }
        }
        let count = combinations.len();
        for (number, (values, points)) in
            combinations.into_iter().take(MOST_COMBINATIONS).enumerate()
        {
            if !points.iter().any(|point| self.at(point).is_some()) {
                continue;
            }
            let suffix = if count > 1 {
                format!("-{}", number + 1)
            } else {
                String::new()
            };
            let words = fixed
                .iter()
                .zip(&values)
                .map(|(axis, value)| format!("{} = {value}", axis.label));
            let words = words.collect::<Vec<_>>().join(", ");
            let left_out = match count.saturating_sub(MOST_COMBINATIONS) {
                0 => String::new(),
                more => format!(" {more} more combinations of the other keys are in the table."),
            };
            let chart = self.chart(x, by, &points, &words);
            figures.push(Figure {
                name: format!("{}{suffix}", self.name),
                caption: format!("Bars are 95 % confidence intervals of the mean over the seeds, where there are several.{left_out}"),
                drawing: Drawing::Lines(chart),
            });
            if let Some(by) = by {
                figures.push(Figure {
                    name: format!("{}_map{suffix}", self.name),
                    caption: format!("Means over the seeds.{left_out}"),
                    drawing: Drawing::Map(self.map(x, by, &points, &words)),
                });
            }
        }
    }

    fn chart(
        &self,
        x: &Swept,
        by: Option<&Swept>,
        points: &[&PointSummary],
        fixed: &str,
    ) -> LineChartSpec {
        let mut chart = LineChartSpec::new(self.title(&x.label, fixed), x.axis(), self.axis());
        match by {
            None => chart.series.push(self.series(String::new(), x, points)),
            Some(by) => {
                for text in &by.texts {
                    let of = points
                        .iter()
                        .copied()
                        .filter(|point| point.values[by.column] == *text);
                    let of: Vec<&PointSummary> = of.collect();
                    chart.series.push(self.series(by.legend(text), x, &of));
                }
            }
        }
        if self.name == "accuracy" {
            chart.series.extend(self.reference(x, points));
        }
        chart
    }

    /// The digital network's accuracy, where it is the same everywhere.
    fn reference(&self, x: &Swept, points: &[&PointSummary]) -> Option<Series> {
        let column = self.summary.metric("digital_accuracy")?;
        let level = points.first()?.metrics[column]?.mean;
        let is_level =
            |point: &&&PointSummary| point.metrics[column].is_some_and(|found| found.mean == level);
        if points.iter().filter(is_level).count() < points.len() {
            return None;
        }
        let mut places: Vec<f64> = points
            .iter()
            .map(|point| x.place(&point.values[x.column]))
            .collect();
        places.sort_by(f64::total_cmp);
        let level = |place: &f64| (*place, level * self.factor());
        let ends = [places.first().map(level)?, places.last().map(level)?];
        Some(Series::new("digital (32-bit float)", ends).styled(SeriesStyle::DashedLine))
    }

    fn map(&self, x: &Swept, by: &Swept, points: &[&PointSummary], fixed: &str) -> HeatmapSpec {
        let value = |row: &String, column: &String| {
            let found = points
                .iter()
                .find(|point| point.values[by.column] == *row && point.values[x.column] == *column);
            found
                .and_then(|point| self.at(point))
                .map_or(f64::NAN, |(mean, _)| mean)
        };
        let rows = by.texts.iter();
        let values = rows
            .flat_map(|row| x.texts.iter().map(move |column| value(row, column)))
            .collect();
        let over = format!("{} and {}", x.label, by.label);
        let mut map = HeatmapSpec::new(
            self.title(&over, fixed),
            by.texts.len(),
            x.texts.len(),
            values,
        )
        .named_rows(captioned(by), by.texts.clone())
        .named_columns(captioned(x), x.texts.clone());
        map.value_axis = self.axis();
        map
    }

    /// One chart of points over each axis of numbers.
    fn scattered(&self, swept: &[Swept], figures: &mut Vec<Figure>) {
        let points: Vec<&PointSummary> = self.summary.points.iter().collect();
        for (number, x) in swept
            .iter()
            .filter(|axis| axis.numbers.is_some())
            .enumerate()
        {
            let series = self
                .series(String::new(), x, &points)
                .styled(SeriesStyle::Markers);
            if series.points.is_empty() {
                continue;
            }
            let chart = LineChartSpec::new(self.title(&x.label, ""), x.axis(), self.axis());
            figures.push(Figure {
                name: format!("{}-{}", self.name, number + 1),
                caption: "Each marker is a point of the design; the other keys differ as well. Bars are 95 % confidence intervals of the mean over the seeds, where there are several.".to_owned(),
                drawing: Drawing::Lines(chart.with(series)),
            });
        }
    }
}

fn captioned(axis: &Swept) -> String {
    match axis.unit {
        "" => axis.label.clone(),
        unit => format!("{} ({unit})", axis.label),
    }
}
