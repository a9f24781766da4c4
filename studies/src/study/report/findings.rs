//! The results in words: what each part found, and what became of the claims.

use std::fmt::Write;

use super::summary::{PointSummary, Summary};
use crate::study::claim::{Claim, Expectation, Statistic};
use crate::study::configuration::number_text;
use crate::study::manifest::{Manifest, ManifestSection};

/// A paragraph with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub heading: String,
    pub text: String,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Confirmed,
    Refuted,
    Mixed,
    Undecided,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "Confirmed",
            Self::Refuted => "Refuted",
            Self::Mixed => "Mixed",
            Self::Undecided => "Undecided",
        }
    }
}

/// All findings: sweeps first, then claims.
pub(super) fn findings(manifest: &Manifest, summary: &Summary) -> Vec<Finding> {
    let sections = manifest.sections.iter();
    let mut findings: Vec<Finding> = sections
        .filter_map(|section| of_section(section, summary))
        .collect();
    let claims = manifest.claims.iter();
    findings.extend(claims.map(|claim| of_claim(claim, manifest, summary)));
    findings
}

/// The findings as Markdown.
pub(super) fn markdown(manifest: &Manifest, findings: &[Finding]) -> String {
    let mut text = format!("# {}\n", manifest.title);
    if !manifest.description.is_empty() {
        let _ = write!(text, "\n{}\n", manifest.description);
    }
    for Finding {
        heading,
        text: body,
    } in findings
    {
        let _ = write!(text, "\n**{heading}.** {body}\n");
    }
    text
}

fn points_of<'s>(section: &ManifestSection, summary: &'s Summary) -> Vec<&'s PointSummary> {
    let own = section.points_before + 1..=section.points_before + section.points;
    let points = summary.points.iter();
    points.filter(|point| own.contains(&point.point)).collect()
}

/// Where accuracy is highest and lowest, beside the digital network's.
fn of_section(section: &ManifestSection, summary: &Summary) -> Option<Finding> {
    let column = summary.metric("accuracy")?;
    let mut found: Vec<(f64, &PointSummary)> = points_of(section, summary)
        .into_iter()
        .filter_map(|point| Some((point.metrics[column]?.mean, point)))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (worst, best) = (found.first()?, found.last()?);
    let names: Vec<&str> = [&section.case, &section.part]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let heading = if names.is_empty() {
        "Accuracy".to_owned()
    } else {
        names.join(", ")
    };
    let at = |point: &PointSummary| {
        let columns = section.axes.iter().flat_map(|axis| &axis.columns);
        let words = columns.filter_map(|name| {
            let value = &point.values[summary.key(name)?];
            Some(format!("{name} = {value}"))
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let mut text = if found.len() == 1 || best.0 == worst.0 {
        let points = found.len();
        format!("Accuracy is {} at all {points} points", percent(best.0))
    } else {
        format!(
            "Accuracy is between {} ({}) and {} ({})",
            percent(worst.0),
            at(worst.1),
            percent(best.0),
            at(best.1)
        )
    };
    let digital = summary
        .metric("digital_accuracy")
        .and_then(|column| best.1.metrics[column]);
    if let Some(digital) = digital {
        let _ = write!(text, "; the digital network has {}", percent(digital.mean));
    }
    text.push('.');
    Some(Finding { heading, text })
}

/// Two points that differ in the claim's column only: the value that it is about, and the one that that is compared with.
struct Pair {
    case: Option<String>,
    of: f64,
    than: f64,
    /// Whether the difference is more than the uncertainty of both.
    is_clear: bool,
}

fn of_claim(claim: &Claim, manifest: &Manifest, summary: &Summary) -> Finding {
    let pairs = pairs(claim, manifest, summary);
    let holds = |pair: &&Pair| match claim.expect {
        Expectation::Higher => pair.of > pair.than,
        Expectation::Lower => pair.of < pair.than,
    };
    let clear = || pairs.iter().filter(|pair| pair.is_clear);
    let (all, agree) = (clear().count(), clear().filter(holds).count());
    let verdict = match (all, agree) {
        (0, _) => Verdict::Undecided,
        _ if agree == all => Verdict::Confirmed,
        (_, 0) => Verdict::Refuted,
        _ => Verdict::Mixed,
    };
    let name = match claim.statistic {
        Statistic::Mean => claim.metric.clone(),
        Statistic::Deviation => format!("the standard deviation of {}", claim.metric),
    };
    let than = match claim.expect {
        Expectation::Higher => "higher",
        Expectation::Lower => "lower",
    };
    let mut text = format!(
        "{} {} pairs of points differ only in {} ({} and {})",
        claim.text,
        pairs.len(),
        claim.column,
        claim.of,
        claim.than
    );
    if pairs.is_empty() {
        text += ": nothing can be said.";
    } else {
        let _ = write!(
            text,
            "; in {all} the difference is clear, and in {agree} of these {name} is {than} with {}.",
            claim.of
        );
        for case in cases(&pairs) {
            let own: Vec<&Pair> = pairs.iter().filter(|pair| pair.case == case).collect();
            let mean = |value: fn(&Pair) -> f64| {
                own.iter().map(|pair| value(pair)).sum::<f64>() / own.len() as f64
            };
            let who = case.map_or("On average".to_owned(), |case| {
                format!("{case}, on average")
            });
            let shown = |value: f64| shown(&claim.metric, value);
            let _ = write!(
                text,
                " {who}: {} with {}, {} with {}.",
                shown(mean(|pair| pair.of)),
                claim.of,
                shown(mean(|pair| pair.than)),
                claim.than
            );
        }
    }
    Finding {
        heading: verdict.name().to_owned(),
        text,
    }
}

fn cases(pairs: &[Pair]) -> Vec<Option<String>> {
    let mut cases = Vec::new();
    for pair in pairs {
        if !cases.contains(&pair.case) {
            cases.push(pair.case.clone());
        }
    }
    cases
}

fn pairs(claim: &Claim, manifest: &Manifest, summary: &Summary) -> Vec<Pair> {
    let (Some(metric), Some(column)) = (summary.metric(&claim.metric), summary.key(&claim.column))
    else {
        return Vec::new();
    };
    let sections = manifest.sections.iter();
    let own = sections.filter(|section| section.part == claim.part);
    let points: Vec<&PointSummary> = own.flat_map(|own| points_of(own, summary)).collect();
    let mut pairs = Vec::new();
    for &point in points
        .iter()
        .filter(|point| point.values[column] == claim.of)
    {
        let is_other = |other: &&&PointSummary| {
            let mut columns = other.values.iter().zip(&point.values).enumerate();
            other.values[column] == claim.than
                && columns.all(|(number, (a, b))| number == column || a == b)
        };
        let Some(&other) = points.iter().find(is_other) else {
            continue;
        };
        let (Some(of), Some(than)) = (point.metrics[metric], other.metrics[metric]) else {
            continue;
        };
        let (of, than, uncertainty) = match claim.statistic {
            Statistic::Mean => {
                let width = [(point, of), (other, than)]
                    .into_iter()
                    .filter_map(|(point, own)| {
                        let images = summary.metric("images").and_then(|at| point.metrics[at]);
                        own.confidence()
                            .or_else(|| sampling(claim, own.mean, images?.mean))
                    })
                    .fold(0.0_f64, f64::hypot);
                (of.mean, than.mean, width)
            }
            Statistic::Deviation => match (of.deviation, than.deviation) {
                (Some(of), Some(than)) => (of, than, 0.0),
                _ => continue,
            },
        };
        let case = summary.key("case").filter(|key| *key != column);
        pairs.push(Pair {
            case: case.map(|key| point.values[key].clone()),
            of,
            than,
            is_clear: (of - than).abs() > uncertainty,
        });
    }
    pairs
}

/// Half the 95 % confidence interval of a share of so many images, for a single seed, which has no other uncertainty.
fn sampling(claim: &Claim, share: f64, images: f64) -> Option<f64> {
    is_share(&claim.metric).then(|| 1.96 * (share * (1.0 - share) / images).sqrt())
}

fn is_share(metric: &str) -> bool {
    metric.ends_with("accuracy") || metric == "agreement"
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn shown(metric: &str, value: f64) -> String {
    if is_share(metric) {
        return percent(value);
    }
    let (value, unit) = match metric {
        "power_w" => (value, " W"),
        "area_m2" => (1e6 * value, " mm²"),
        "energy_j" => (value, " J"),
        "latency_s" => (value, " s"),
        _ => (value, ""),
    };
    if value == 0.0 || (0.01..1e4).contains(&value.abs()) {
        format!("{}{unit}", number_text((value * 1e4).round() / 1e4))
    } else {
        format!("{value:.3e}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, findings};
    use crate::study::manifest::Manifest;
    use crate::study::report::summary::Summary;
    use crate::study::results::Results;

    /// Two wires with two methods each, three seeds; accuracies are given in this order.
    fn of_claim(expect: &str, statistic: &str, accuracies: [[f64; 3]; 4]) -> Finding {
        let axis = |name: &str, values: [&str; 2]| serde_json::json!({ "keys": [name], "columns": [name], "values": values });
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "title": "t", "description": "", "version": "0", "cases": [], "inputs": [],
            "columns": ["wires", "method"], "configuration": "", "study": "", "shard": "1/1",
            "sections": [{
                "case": null, "part": null, "description": "", "design": "grid",
                "axes": [axis("wires", ["1", "2"]), axis("method", ["a", "b"])],
                "points_before": 0, "points": 4, "repeats": 3, "seed": 1, "limit": null,
            }],
            "claims": [{
                "text": "A beats b.", "metric": "accuracy", "statistic": statistic,
                "column": "method", "of": "a", "than": "b", "expect": expect,
            }],
        }))
        .unwrap();
        let names = "point seed wires method images accuracy version configuration inputs";
        let mut results = Results {
            columns: names.split(' ').map(str::to_owned).collect(),
            rows: Vec::new(),
        };
        for (point, seeds) in accuracies.iter().enumerate() {
            let (wires, method) = (point / 2 + 1, ["a", "b"][point % 2]);
            for (seed, accuracy) in seeds.iter().enumerate() {
                let row = format!("{} {seed} {wires} {method} 100 {accuracy} 0 c i", point + 1);
                results
                    .rows
                    .push(row.split(' ').map(str::to_owned).collect());
            }
        }
        let summary = Summary::new(&manifest, &results).unwrap();
        let mut found = findings(&manifest, &summary);
        assert_eq!(found.len(), 2);
        assert!(
            found[0].text.starts_with("Accuracy is between"),
            "{found:?}"
        );
        found.remove(1)
    }

    #[test]
    fn claims_are_judged_by_pairs_with_a_clear_difference() {
        let near = |mean: f64| [mean - 0.001, mean, mean + 0.001];
        let wide = [0.2, 0.5, 0.8];
        for (expect, accuracies, verdict, text) in [
            (
                "higher",
                [near(0.9), near(0.8), near(0.7), near(0.6)],
                "Confirmed",
                "in 2 the difference is clear, and in 2",
            ),
            (
                "lower",
                [near(0.9), near(0.8), near(0.7), near(0.6)],
                "Refuted",
                "in 2 the difference is clear, and in 0",
            ),
            (
                "higher",
                [near(0.9), near(0.8), near(0.6), near(0.7)],
                "Mixed",
                "in 2 the difference is clear, and in 1",
            ),
            (
                "higher",
                [near(0.9), near(0.8), wide, near(0.7)],
                "Confirmed",
                "in 1 the difference is clear, and in 1",
            ),
            (
                "higher",
                [wide, near(0.8), wide, near(0.7)],
                "Undecided",
                "in 0 the difference is clear",
            ),
        ] {
            let found = of_claim(expect, "mean", accuracies);
            assert_eq!(found.heading, verdict, "{found:?}");
            assert!(found.text.contains(text), "{found:?}");
        }
        let found = of_claim("lower", "deviation", [near(0.9), wide, near(0.2), wide]);
        assert_eq!(found.heading, "Confirmed", "{found:?}");
        let text = "On average: 55.00 % with a, 70.00 % with b.";
        let found = of_claim(
            "lower",
            "mean",
            [near(0.4), near(0.6), near(0.7), near(0.8)],
        );
        assert!(found.text.ends_with(text), "{found:?}");
    }
}
