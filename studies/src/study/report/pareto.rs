//! Accuracy against cost: all points, and those that no other is better than in both.

use super::figures::{Drawing, Figure, factor};
use super::summary::{PointSummary, Summary};
use super::swept::{Swept, is_wide};
use crate::plots::{Axis, LineChartSpec, Series, SeriesStyle};

/// What an inference costs, with names and units.
const COSTS: [(&str, &str, &str); 4] = [
    ("power_w", "power", "W"),
    ("area_m2", "area", "mm²"),
    ("latency_s", "latency", "s"),
    ("energy_j", "energy", "J"),
];

/// Series of points; where there would be more, all points are alike.
const MOST_SERIES: usize = 7;

/// A figure for each cost that differs between points, for each network on its own: networks of different tasks have no common front.
pub(super) fn figures(summary: &Summary, points: &[&PointSummary], swept: &[Swept]) -> Vec<Figure> {
    let Some(accuracy) = summary.metric("accuracy") else {
        return Vec::new();
    };
    let case = swept.iter().find(|axis| axis.label == "case");
    let cases: Vec<Option<&String>> = match case {
        Some(case) => case.texts.iter().map(Some).collect(),
        None => vec![None],
    };
    // Points are told apart by the axis with fewest values.
    let by = swept
        .iter()
        .filter(|axis| axis.label != "case" && axis.texts.len() <= MOST_SERIES)
        .min_by_key(|axis| axis.texts.len());
    let mut figures = Vec::new();
    for (name, label, unit) in COSTS {
        let Some(cost) = summary.metric(name) else {
            continue;
        };
        for (number, text) in cases.iter().enumerate() {
            let own = points.iter().filter(|point| {
                case.zip(*text)
                    .is_none_or(|(case, text)| point.values[case.column] == *text)
            });
            let found: Vec<(&PointSummary, (f64, f64))> = own
                .filter_map(|&point| {
                    let cost = point.metrics[cost]?.mean * factor(unit);
                    Some((point, (cost, point.metrics[accuracy]?.mean)))
                })
                .collect();
            let places: Vec<(f64, f64)> = found.iter().map(|(_, place)| *place).collect();
            let differs = |of: fn(&(f64, f64)) -> f64| {
                places.windows(2).any(|pair| of(&pair[0]) != of(&pair[1]))
            };
            if !differs(|place| place.0) || !differs(|place| place.1) {
                continue;
            }
            let suffix = if cases.len() > 1 {
                format!("-{}", number + 1)
            } else {
                String::new()
            };
            let of = text.map_or(String::new(), |text| format!("; {text}"));
            let costs: Vec<f64> = places.iter().map(|place| place.0).collect();
            let axis = Axis::new(label, unit);
            let axis = if is_wide(&costs) {
                axis.logarithmic()
            } else {
                axis
            };
            let title = format!("Accuracy against {label}{of}");
            let mut chart = LineChartSpec::new(title, axis, Axis::new("accuracy", "%"));
            let percent = |place: &(f64, f64)| (place.0, 100.0 * place.1);
            match by {
                None => chart.series.push(
                    Series::new("points", places.iter().map(percent)).styled(SeriesStyle::Markers),
                ),
                Some(by) => chart.series.extend(by.texts.iter().map(|text| {
                    let of = found
                        .iter()
                        .filter(|(point, _)| point.values[by.column] == *text);
                    let of = of.map(|(_, place)| percent(place));
                    Series::new(by.legend(text), of).styled(SeriesStyle::Markers)
                })),
            }
            let most = costs.iter().copied().fold(0.0, f64::max);
            let steps = steps(&front(&places), most);
            let steps = Series::new("Pareto front", steps.iter().map(percent));
            chart.series.push(steps.styled(SeriesStyle::DashedLine));
            figures.push(Figure {
                part: None,
                name: format!("pareto_{name}{suffix}"),
                caption: format!(
                    "Means over the seeds. No point left of and above the front: nothing has more accuracy for the same {label}."
                ),
                drawing: Drawing::Lines(chart),
            });
        }
    }
    figures
}

/// The points than which no other has as much accuracy for as little cost, by rising cost: (cost, accuracy).
pub(super) fn front(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = places.to_vec();
    // By cost, and of equal cost the most accurate first.
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut front: Vec<(f64, f64)> = Vec::new();
    for place in sorted {
        if front.last().is_none_or(|last| place.1 > last.1) {
            front.push(place);
        }
    }
    front
}

/// The line below which all points lie, up to the greatest cost: accuracy rises at each point of the front.
fn steps(front: &[(f64, f64)], most: f64) -> Vec<(f64, f64)> {
    let mut steps = Vec::new();
    for (number, place) in front.iter().enumerate() {
        if number > 0 {
            steps.push((place.0, front[number - 1].1));
        }
        steps.push(*place);
    }
    steps.extend(front.last().map(|last| (most, last.1)));
    steps
}

#[cfg(test)]
mod tests {
    use super::{front, steps};

    #[test]
    fn nothing_dominates_the_front_and_the_front_dominates_all_else() {
        let places = [
            (3.0, 0.9),
            (1.0, 0.5),
            (2.0, 0.4),
            (1.0, 0.3),
            (3.0, 0.95),
            (4.0, 0.95),
            (2.5, 0.7),
        ];
        assert_eq!(front(&places), [(1.0, 0.5), (2.5, 0.7), (3.0, 0.95)]);
        for place in places {
            let by = |other: &(f64, f64)| other.0 <= place.0 && other.1 >= place.1;
            assert!(front(&places).iter().any(by));
        }
        assert!(front(&[]).is_empty());
        assert_eq!(
            steps(&[(1.0, 0.5), (2.5, 0.7)], 4.0),
            [(1.0, 0.5), (2.5, 0.5), (2.5, 0.7), (4.0, 0.7)]
        );
    }
}
