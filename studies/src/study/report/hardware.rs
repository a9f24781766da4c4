//! The hardware of a study as tables: what each component costs.

use std::fmt::Write;

use super::html::escaped;
use super::summary::{PointSummary, Summary};

/// Different hardware that is shown; the rest is in `results.csv`.
const MOST_TABLES: usize = 6;

/// The columns: metric, heading, factor to the unit in the heading.
const COLUMNS: [(&str, &str, f64); 5] = [
    ("units", "units", 1.0),
    ("area_m2", "area (mm²)", 1e6),
    ("power_w", "power (mW)", 1e3),
    ("energy_j", "energy (µJ)", 1e6),
    ("latency_s", "latency (µs)", 1e6),
];

/// Positions of a component's metrics, in the order of the columns.
struct Component<'s> {
    name: &'s str,
    metrics: Vec<Option<usize>>,
}

/// Tables of all hardware that differs, each below the first point that has it.
pub(super) fn tables(summary: &Summary) -> String {
    let names = summary
        .metrics
        .iter()
        .filter_map(|m| m.strip_prefix("units."));
    let mut components: Vec<Component<'_>> = names
        .map(|name| Component {
            name,
            metrics: COLUMNS
                .iter()
                .map(|(metric, ..)| summary.metric(&format!("{metric}.{name}")))
                .collect(),
        })
        .collect();
    if components.is_empty() {
        return String::new();
    }
    components.push(Component {
        name: "total",
        metrics: COLUMNS.iter().map(|(m, ..)| summary.metric(m)).collect(),
    });
    let figures = |point: &PointSummary| -> Vec<Vec<Option<f64>>> {
        let value = |metric: &Option<usize>| Some(point.metrics[(*metric)?]?.mean);
        let row = |component: &Component<'_>| component.metrics.iter().map(value).collect();
        components.iter().map(row).collect()
    };
    let mut shown: Vec<Vec<Vec<Option<f64>>>> = Vec::new();
    let mut page = String::from("<h2>Hardware</h2>\n");
    let mut left_out = 0;
    for point in &summary.points {
        let found = figures(point);
        if found.iter().flatten().all(Option::is_none) || shown.contains(&found) {
            continue;
        }
        if shown.len() >= MOST_TABLES {
            left_out += 1;
        } else {
            table(&mut page, summary, point, &components, &found);
        }
        shown.push(found);
    }
    if left_out > 0 {
        let _ = writeln!(
            page,
            "<p>{left_out} more, with other costs, are in results.csv.</p>"
        );
    }
    page
}

fn table(
    page: &mut String,
    summary: &Summary,
    point: &PointSummary,
    components: &[Component<'_>],
    found: &[Vec<Option<f64>>],
) {
    let named = summary.keys.iter().zip(&point.values);
    let words: Vec<String> = named
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let words = escaped(&words.join(", "));
    let _ = writeln!(page, "<p>Point {}: {words}</p>\n<table>", point.point);
    page.push_str("<tr><th>component</th>");
    for (_, heading, _) in COLUMNS {
        let _ = write!(page, "<th class=\"n\">{heading}</th>");
    }
    page.push_str("</tr>\n");
    for (component, row) in components.iter().zip(found) {
        if row.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(page, "<tr><td>{}</td>", escaped(component.name));
        for (value, (_, _, factor)) in row.iter().zip(COLUMNS) {
            let text = value.map_or(String::new(), |value| figure(value * factor));
            let _ = write!(page, "<td class=\"n\">{text}</td>");
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

/// A number with three or four significant digits.
fn figure(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || value.fract() == 0.0 && size < 1e6 {
        format!("{value}")
    } else if (1e-3..1e5).contains(&size) {
        let decimals = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.2e}")
    }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_three_digits_or_more() {
        for (value, text) in [
            (448.0, "448"),
            (0.0, "0"),
            (31.2612, "31.26"),
            (2791.54, "2792"),
            (0.012_345_6, "0.01235"),
            (8.98e-6, "8.98e-6"),
            (4.2e7 + 0.5, "4.20e7"),
        ] {
            assert_eq!(figure(value), text);
        }
    }
}
