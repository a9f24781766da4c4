//! The HTML page.

use std::fmt::Write;

use super::figures::Figure;
use super::findings::Finding;
use super::hardware;
use super::summary::{PointSummary, Summary};
use crate::study::description::Design;
use crate::study::manifest::{Manifest, ManifestSection};
use crate::study::results::Results;

/// Points in the page's table; all are in `summary.csv`.
const MOST_ROWS: usize = 400;

/// Metrics in the page's table.
const SHOWN: [&str; 9] = [
    "accuracy",
    "agreement",
    "relative_error",
    "output_difference",
    "tiles",
    "power_w",
    "area_m2",
    "energy_j",
    "latency_s",
];

/// Those of them with units, which are far from 1.
const COSTS: [&str; 4] = ["power_w", "area_m2", "energy_j", "latency_s"];

const STYLE: &str = "\
body { font: 15px/1.45 sans-serif; color: #262626; max-width: 62em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse; font-size: 0.9em } td, th { padding: 0.2em 0.8em; border-bottom: 1px solid #ddd; text-align: left }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
figure { margin: 1.5em 0 } figcaption { color: #6e6e6e; font-size: 0.9em } svg { max-width: 100%; height: auto }
pre { background: #f5f5f5; padding: 0.8em; overflow-x: auto; font-size: 0.85em } .hash { font-family: monospace; font-size: 0.85em; word-break: break-all }";

/// The whole page; figures come with their SVG text.
pub(super) fn page(
    manifest: &Manifest,
    results: &Results,
    summary: &Summary,
    findings: &[Finding],
    figures: &[(Figure, String)],
) -> String {
    let title = escaped(&manifest.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    if !manifest.description.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", escaped(&manifest.description));
    }
    let (done, jobs) = (results.rows.len(), manifest.jobs());
    let of = if done == jobs {
        format!("{jobs}")
    } else {
        format!("<strong>{done} of {jobs}</strong>")
    };
    let _ = writeln!(
        page,
        "<p>{of} evaluations: {} points, {} each.</p>",
        manifest.points(),
        seeds(&manifest.sections)
    );
    for Finding { heading, text } in findings {
        let (heading, text) = (escaped(heading), escaped(text));
        let _ = writeln!(page, "<p><strong>{heading}.</strong> {text}</p>");
    }
    let mut part = None;
    for (figure, svg) in figures {
        if figure.part != part {
            part.clone_from(&figure.part);
            heading(&mut page, manifest, part.as_deref());
        }
        let caption = escaped(&figure.caption);
        let _ = writeln!(
            page,
            "<figure>\n{}\n<figcaption>{caption}</figcaption>\n</figure>",
            svg.trim()
        );
    }
    if figures.is_empty() {
        page.push_str("<p>Nothing to plot: there are no results, or nothing is swept.</p>\n");
    }
    page.push_str(&hardware::tables(summary));
    table(&mut page, summary);
    provenance(&mut page, manifest, results);
    page.push_str("</body>\n</html>\n");
    page
}

fn table(page: &mut String, summary: &Summary) {
    let metrics: Vec<(usize, &str)> = SHOWN
        .iter()
        .filter_map(|name| Some((summary.metric(name)?, *name)))
        .collect();
    page.push_str("<h2>Points</h2>\n<table>\n<tr><th class=\"n\">point</th>");
    for key in &summary.keys {
        let _ = write!(page, "<th>{}</th>", escaped(key));
    }
    for (_, name) in &metrics {
        let _ = write!(page, "<th class=\"n\">{}</th>", escaped(name));
    }
    page.push_str("</tr>\n");
    let row = |page: &mut String, point: &PointSummary| {
        let _ = write!(page, "<tr><td class=\"n\">{}</td>", point.point);
        for value in &point.values {
            let _ = write!(page, "<td>{}</td>", escaped(value));
        }
        for (column, name) in &metrics {
            let text = point.metrics[*column].map_or(String::new(), |found| {
                let is_share = matches!(*name, "accuracy" | "agreement");
                let text = |value: f64| {
                    if is_share {
                        format!("{:.2} %", 100.0 * value)
                    } else if value.fract() == 0.0 {
                        format!("{value}")
                    } else if COSTS.contains(name) {
                        format!("{value:.3e}")
                    } else {
                        format!("{value:.4}")
                    }
                };
                match found.confidence() {
                    Some(width) if width > 0.0 => format!("{} ± {}", text(found.mean), text(width)),
                    _ => text(found.mean),
                }
            });
            let _ = write!(page, "<td class=\"n\">{text}</td>");
        }
        page.push_str("</tr>\n");
    };
    for point in summary.points.iter().take(MOST_ROWS) {
        row(page, point);
    }
    page.push_str(
        "</table>\n<p>Means; ± is half the 95 % confidence interval of the mean over the seeds.",
    );
    if summary.points.len() > MOST_ROWS {
        let _ = write!(
            page,
            " {} more points are in summary.csv.",
            summary.points.len() - MOST_ROWS
        );
    }
    page.push_str("</p>\n");
}

fn provenance(page: &mut String, manifest: &Manifest, results: &Results) {
    page.push_str("<h2>Provenance</h2>\n<table>\n");
    let mut line = |name: &str, value: &str, class: &str| {
        let (name, value) = (escaped(name), escaped(value));
        let _ = writeln!(
            page,
            "<tr><th>{name}</th><td class=\"{class}\">{value}</td></tr>"
        );
    };
    line("Ohmloom", &manifest.version, "");
    for case in &manifest.cases {
        let of = |what: &str| match &case.name {
            Some(name) => format!("{what} of {name}"),
            None => what.to_owned(),
        };
        line(&of("network"), &case.network, "");
        line(&of("data"), &case.data, "");
    }
    for section in &manifest.sections {
        let names = [&section.case, &section.part];
        let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let name = match &names[..] {
            [] => "design".to_owned(),
            names => format!("design of {}", names.join(", ")),
        };
        line(&name, &design(section), "");
    }
    line("shard", &manifest.shard.to_string(), "");
    for file in &manifest.inputs {
        line(&format!("SHA-256 of {}", file.name), &file.sha256, "hash");
    }
    if let (Some(column), Some(row)) = (results.column("inputs"), results.rows.first()) {
        line("inputs, as in results.csv", &row[column], "hash");
    }
    page.push_str("</table>\n");
    for (name, text) in [
        (
            "Configuration that all points start from",
            &manifest.configuration,
        ),
        ("Study file", &manifest.study),
    ] {
        let _ = writeln!(page, "<h2>{name}</h2>\n<pre>{}</pre>", escaped(text));
    }
}

/// The heading above the figures of a part.
fn heading(page: &mut String, manifest: &Manifest, part: Option<&str>) {
    let Some(part) = part else {
        return;
    };
    let _ = writeln!(page, "<h2>{}</h2>", escaped(part));
    let mut sections = manifest.sections.iter();
    let section = sections.find(|section| section.part.as_deref() == Some(part));
    if let Some(section) = section.filter(|section| !section.description.is_empty()) {
        let _ = writeln!(page, "<p>{}</p>", escaped(&section.description));
    }
}

/// How many seeds the points of all sections have.
fn seeds(sections: &[ManifestSection]) -> String {
    let repeats = || sections.iter().map(|section| section.repeats);
    match (repeats().min().unwrap_or(0), repeats().max().unwrap_or(0)) {
        (_, 1) => "one seed".to_owned(),
        (fewest, most) if fewest == most => format!("{most} seeds"),
        (fewest, most) => format!("{fewest} to {most} seeds"),
    }
}

/// Design, seeds and images of a section.
fn design(section: &ManifestSection) -> String {
    let design = match section.design {
        Design::Grid => "grid",
        Design::List => "list",
        Design::Random => "random",
        Design::LatinHypercube => "latin-hypercube",
    };
    let last = section.seed + section.repeats as u64 - 1;
    let images = section.limit.map_or("all images".to_owned(), |limit| {
        format!("the first {limit} images")
    });
    format!("{design}, seeds {} to {last}, {images}", section.seed)
}

/// Text as HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
