//! The plots of a programmed array.

use std::path::Path;

use anyhow::Result;
use ohmloom_layouts::write_verify::{CellStatus, ProgrammingOutcome};
use ohmloom_studies::plots::{
    Axis, HeatmapSpec, LineChartSpec, Series, SeriesStyle, heatmap, lines,
};

use crate::output_file::plot_error;

type Draw = fn(&Path, (usize, usize), &ProgrammingOutcome) -> Result<()>;

/// Names of the plots, and what draws them.
pub(super) const ALL: [(&str, Draw); 4] = [
    ("reached", reached),
    ("pulses", pulses),
    ("error", error),
    ("disturb", disturb),
];

/// The most points that a plot of single cells shows of one kind.
const MOST_POINTS: usize = 4000;

fn array(size: (usize, usize)) -> String {
    format!("{} x {} array", size.0, size.1)
}

/// Target against what was reached.
fn reached(path: &Path, size: (usize, usize), outcome: &ProgrammingOutcome) -> Result<()> {
    let targets = || outcome.cells.iter().map(|cell| cell.target);
    let (low, high) = (
        targets().fold(f64::INFINITY, f64::min),
        targets().fold(0.0, f64::max),
    );
    let mut chart = LineChartSpec::new(
        format!("Programmed conductances, {}", array(size)),
        Axis::new("target", "S"),
        Axis::new("reached", "S"),
    )
    .with(Series::new("target", [(low, low), (high, high)]).styled(SeriesStyle::DashedLine));
    for (status, name) in [
        (CellStatus::Reached, "within tolerance when verified"),
        (CellStatus::PulseLimit, "pulse limit"),
        (CellStatus::OutOfReach, "out of reach"),
        (CellStatus::Stuck, "stuck"),
    ] {
        let cells: Vec<_> = outcome
            .cells
            .iter()
            .filter(|cell| cell.status == status)
            .map(|cell| (cell.target, cell.conductance))
            .collect();
        if cells.is_empty() {
            continue;
        }
        let every = cells.len().div_ceil(MOST_POINTS);
        let name = if every == 1 {
            name.to_owned()
        } else {
            format!("{name} (one in {every})")
        };
        chart = chart
            .with(Series::new(name, cells.into_iter().step_by(every)).styled(SeriesStyle::Markers));
    }
    lines(path, &chart).map_err(plot_error)
}

/// How many cells took how many pulses to reach their targets.
fn pulses(path: &Path, size: (usize, usize), outcome: &ProgrammingOutcome) -> Result<()> {
    let counts = |of: fn(usize, usize) -> usize| {
        let numbers = outcome
            .cells
            .iter()
            .filter(|cell| cell.status == CellStatus::Reached)
            .map(|cell| of(cell.set_pulses, cell.reset_pulses));
        let most = numbers.clone().max().unwrap_or(0);
        let mut counts = vec![0_usize; most + 1];
        for number in numbers {
            counts[number] += 1;
        }
        counts
    };
    // Steps, one for each number of pulses.
    let steps = |counts: Vec<usize>| {
        let mut points = vec![(-0.5, 0.0)];
        for (number, count) in counts.into_iter().enumerate() {
            let (number, count) = (number as f64, count as f64);
            points.extend([(number - 0.5, count), (number + 0.5, count)]);
        }
        let end = points.last().map_or(0.5, |last| last.0);
        points.push((end, 0.0));
        points
    };
    let chart = [
        ("all pulses", counts(|set, reset| set + reset)),
        ("set pulses", counts(|set, _| set)),
        ("reset pulses", counts(|_, reset| reset)),
    ]
    .into_iter()
    .fold(
        LineChartSpec::new(
            format!("Pulses until the target is reached, {}", array(size)),
            Axis::new("pulses", ""),
            Axis::new("cells", ""),
        ),
        |chart, (name, counts)| {
            chart.with(Series::new(name, steps(counts)).styled(SeriesStyle::Line))
        },
    );
    lines(path, &chart).map_err(plot_error)
}

fn map(
    (path, size): (&Path, (usize, usize)),
    (title, label): (&str, &str),
    values: Vec<f64>,
) -> Result<()> {
    let most = values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    // An even map has a range, too.
    let most = if most > 0.0 { most } else { 1e-12 };
    let title = format!("{title}, {}", array(size));
    let spec = HeatmapSpec::new(title, size.0, size.1, values)
        .quantity(label, "")
        .between(-most, most);
    heatmap(path, &spec).map_err(plot_error)
}

/// Final errors, cell by cell; cells that did not reach their targets are left blank.
fn error(path: &Path, size: (usize, usize), outcome: &ProgrammingOutcome) -> Result<()> {
    let value = |cell: &ohmloom_layouts::write_verify::CellOutcome| {
        if cell.status == CellStatus::Reached {
            cell.error()
        } else {
            f64::NAN
        }
    };
    let values: Vec<f64> = outcome.cells.iter().map(value).collect();
    if values.iter().all(|value| value.is_nan()) {
        return map(
            (path, size),
            ("Final error", "no cell reached its target"),
            vec![0.0; values.len()],
        );
    }
    map(
        (path, size),
        ("Final error", "conductance / target - 1"),
        values,
    )
}

/// What the writing of others has done to each memristor.
fn disturb(path: &Path, size: (usize, usize), outcome: &ProgrammingOutcome) -> Result<()> {
    let values = outcome.cells.iter().map(|cell| cell.disturb).collect();
    map(
        (path, size),
        (
            "Change while other cells were written",
            "relative change of the memristor",
        ),
        values,
    )
}
