//! Which plots a study gets.

use super::pareto;
use super::summary::{PointSummary, Summary};
use super::swept::{Swept, is_wide, swept};
use crate::plots::{Axis, BoxGroup, BoxPlotSpec, HeatmapSpec, LineChartSpec, Series, SeriesStyle};
use crate::study::description::Design;
use crate::study::manifest::{Manifest, ManifestSection};

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
    ("area_m2", "area", "mm²"),
    ("energy_j", "energy", "J"),
    ("latency_s", "latency", "s"),
];

/// Of these, those with maps.
const MAPPED: [&str; 3] = ["accuracy", "relative_error", "output_difference"];

/// Figures of one metric; further combinations are left to the table.
const MOST_COMBINATIONS: usize = 6;

/// Points with fewer seeds have no box.
const FEWEST_IN_A_BOX: usize = 3;

/// A plot with the name of its files.
pub(super) struct Figure {
    /// The part that it belongs to, where the study has several.
    pub part: Option<String>,
    pub name: String,
    pub caption: String,
    pub drawing: Drawing,
}

pub(super) enum Drawing {
    Lines(LineChartSpec),
    Map(HeatmapSpec),
    Boxes(BoxPlotSpec),
}

/// All figures of a study, as far as there are results for them: part by part.
pub(super) fn figures(manifest: &Manifest, summary: &Summary) -> Vec<Figure> {
    let mut parts: Vec<(Option<&String>, Vec<&ManifestSection>)> = Vec::new();
    for section in &manifest.sections {
        let part = section.part.as_ref();
        match parts.iter_mut().find(|(other, _)| *other == part) {
            Some((_, sections)) => sections.push(section),
            None => parts.push((part, vec![section])),
        }
    }
    let mut figures = Vec::new();
    for (number, (part, sections)) in parts.iter().enumerate() {
        let is_own = |point: &&PointSummary| {
            let own = |s: &&ManifestSection| {
                (s.points_before + 1..=s.points_before + s.points).contains(&point.point)
            };
            sections.iter().any(own)
        };
        let points: Vec<&PointSummary> = summary.points.iter().filter(is_own).collect();
        let prefix = part.map_or(String::new(), |_| format!("part{}-", number + 1));
        let first = figures.len();
        of_part(sections, summary, &points, &mut figures);
        for figure in &mut figures[first..] {
            figure.part = part.cloned();
            figure.name.insert_str(0, &prefix);
        }
    }
    figures
}

fn of_part(
    sections: &[&ManifestSection],
    summary: &Summary,
    points: &[&PointSummary],
    figures: &mut Vec<Figure>,
) {
    let swept = swept(sections, summary, points);
    for (name, label, unit) in PLOTTED {
        let Some(column) = summary.metric(name) else {
            continue;
        };
        let metric = Metric {
            name,
            label,
            unit,
            column,
            summary,
            points,
        };
        let says_nothing = name != "accuracy" && metric.is_constant(&swept);
        if says_nothing || metric.means().is_empty() {
            continue;
        }
        match sections[0].design {
            Design::Grid => metric.grid(&swept, figures),
            Design::List | Design::Random | Design::LatinHypercube => {
                metric.scattered(&swept, figures);
            }
        }
    }
    figures.extend(pareto::figures(summary, points, &swept));
}

/// How many of a plot's unit are one of the results'.
pub(super) fn factor(unit: &str) -> f64 {
    match unit {
        "%" => 100.0,
        "mm²" => 1e6,
        _ => 1.0,
    }
}

/// One metric of the points of a part.
struct Metric<'a> {
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    column: usize,
    summary: &'a Summary,
    points: &'a [&'a PointSummary],
}

impl Metric<'_> {
    fn factor(&self) -> f64 {
        factor(self.unit)
    }

    /// Mean and half width of the confidence interval, in the plot's unit.
    fn at(&self, point: &PointSummary) -> Option<(f64, Option<f64>)> {
        let statistics = point.metrics[self.column]?;
        let confidence = statistics.confidence().map(|width| width * self.factor());
        Some((statistics.mean * self.factor(), confidence))
    }

    fn means(&self) -> Vec<f64> {
        let points = self.points.iter();
        points.filter_map(|point| Some(self.at(point)?.0)).collect()
    }

    /// Whether all points have the same, those of each network for themselves where anything else is swept.
    fn is_constant(&self, swept: &[Swept]) -> bool {
        let case = swept.iter().find(|axis| axis.label == "case");
        let case = case.filter(|_| swept.len() > 1);
        let mut seen: Vec<(&str, f64)> = Vec::new();
        self.points.iter().all(|point| {
            let Some((mean, _)) = self.at(point) else {
                return true;
            };
            let own = case.map_or("", |case| point.values[case.column].as_str());
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == own) {
                return *first == mean;
            }
            seen.push((own, mean));
            true
        })
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
        series.style = if x.numbers.is_some() {
            SeriesStyle::LineWithBand
        } else {
            SeriesStyle::Markers
        };
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
        for &point in self.points {
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
            let shape = if x.numbers.is_some() { "Bands" } else { "Bars" };
            figures.push(Figure {
                part: None,
                name: format!("{}{suffix}", self.name),
                caption: format!("{shape} are 95 % confidence intervals of the mean over the seeds, where there are several.{left_out}"),
                drawing: Drawing::Lines(chart),
            });
            if let Some(by) = by.filter(|_| MAPPED.contains(&self.name)) {
                figures.push(Figure {
                    part: None,
                    name: format!("{}_map{suffix}", self.name),
                    caption: format!("Means over the seeds.{left_out}"),
                    drawing: Drawing::Map(self.map(x, by, &points, &words)),
                });
            }
            if let Some(spread) = self.spread(x, by, &points, &words) {
                figures.push(Figure {
                    part: None,
                    name: format!("{}_spread{suffix}", self.name),
                    caption: format!("Boxes are quartiles of the seeds, lines medians; whiskers end at the last value within 1.5 heights of the box, dots lie beyond.{left_out}"),
                    drawing: Drawing::Boxes(spread),
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
        .named_rows(by.captioned(), by.texts.clone())
        .named_columns(x.captioned(), x.texts.clone());
        map.value_axis = self.axis();
        map
    }

    /// Boxes over the seeds, where points have enough of them and they differ.
    fn spread(
        &self,
        x: &Swept,
        by: Option<&Swept>,
        points: &[&PointSummary],
        fixed: &str,
    ) -> Option<BoxPlotSpec> {
        let samples = |point: &&PointSummary| point.samples[self.column].clone();
        let differs = |samples: &Vec<f64>| samples.windows(2).any(|pair| pair[0] != pair[1]);
        let all: Vec<Vec<f64>> = points.iter().map(samples).collect();
        if all.iter().any(|own| own.len() < FEWEST_IN_A_BOX) || !all.iter().any(differs) {
            return None;
        }
        let at = |category: &String, group: Option<&String>| {
            let is_there = |point: &&&PointSummary| {
                point.values[x.column] == *category
                    && by
                        .zip(group)
                        .is_none_or(|(by, text)| point.values[by.column] == *text)
            };
            let found = points.iter().find(is_there).map(samples);
            let found = found.unwrap_or_default().into_iter();
            found.map(|sample| sample * self.factor()).collect()
        };
        let group = |name: String, text: Option<&String>| BoxGroup {
            name,
            samples: x.texts.iter().map(|category| at(category, text)).collect(),
        };
        Some(BoxPlotSpec {
            title: self.title(&x.label, fixed),
            category_label: x.captioned(),
            categories: x.texts.clone(),
            y: self.axis(),
            groups: match by {
                None => vec![group(String::new(), None)],
                Some(by) => {
                    let texts = by.texts.iter();
                    texts
                        .map(|text| group(by.legend(text), Some(text)))
                        .collect()
                }
            },
        })
    }

    /// One chart of points over each axis of numbers.
    fn scattered(&self, swept: &[Swept], figures: &mut Vec<Figure>) {
        for (number, x) in swept
            .iter()
            .filter(|axis| axis.numbers.is_some())
            .enumerate()
        {
            let series = self
                .series(String::new(), x, self.points)
                .styled(SeriesStyle::Markers);
            if series.points.is_empty() {
                continue;
            }
            let chart = LineChartSpec::new(self.title(&x.label, ""), x.axis(), self.axis());
            figures.push(Figure {
                part: None,
                name: format!("{}-{}", self.name, number + 1),
                caption: "Each marker is a point of the design; the other keys differ as well. Bars are 95 % confidence intervals of the mean over the seeds, where there are several.".to_owned(),
                drawing: Drawing::Lines(chart.with(series)),
            });
        }
    }
}
