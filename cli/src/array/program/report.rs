//! What `ohmloom array program` prints.

use std::fmt::Write as _;
use std::path::PathBuf;

use ohmloom_layouts::write_verify::{
    CellOutcome, CellStatus, Extent, LeftOut, ProgrammingOutcome, ProgrammingSettings,
};
use serde::Serialize;

use crate::quantity::quantity;

/// The outcome in numbers; as JSON, the object that `--json` prints and `report.json` holds.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    version: &'static str,
    settings: &'a ProgrammingSettings,
    rows: usize,
    columns: usize,
    reached: usize,
    pulse_limit: usize,
    out_of_reach: usize,
    /// Row and column of the cells that do not respond.
    stuck: Vec<(usize, usize)>,
    /// Relative differences from the targets in the end, of the cells that reached theirs.
    error_rms: f64,
    error_max: f64,
    /// Cells that reached their targets and are outside the tolerance in the end.
    left_tolerance: usize,
    pulses: usize,
    pulses_mean: f64,
    pulses_max: usize,
    reads: usize,
    /// Relative changes of memristors while other cells were written, summed up for each.
    disturb_rms: f64,
    disturb_max: f64,
    time_s: f64,
    energy_j: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
    solves: usize,
    newton_iterations: usize,
    kcl_relative: f64,
    seconds: f64,
    /// Files written.
    pub(super) files: Vec<PathBuf>,
}

/// Root of the mean square, and the largest magnitude; 0 of nothing.
fn rms_and_max(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let squares: f64 = values.clone().map(|value| value * value).sum();
    (
        (squares / count).sqrt(),
        values.fold(0.0, |most, value| most.max(value.abs())),
    )
}

impl<'a> Report<'a> {
    pub(super) fn new(
        settings: &'a ProgrammingSettings,
        (rows, columns): (usize, usize),
        outcome: &ProgrammingOutcome,
        seconds: f64,
    ) -> Self {
        let cells = &outcome.cells;
        let reached = || {
            cells
                .iter()
                .filter(|cell| cell.status == CellStatus::Reached)
        };
        let (error_rms, error_max) = rms_and_max(reached().map(CellOutcome::error));
        let (disturb_rms, disturb_max) = rms_and_max(cells.iter().map(|cell| cell.disturb));
        let pulses =
            |cell: &ohmloom_layouts::write_verify::CellOutcome| cell.set_pulses + cell.reset_pulses;
        let effort = &outcome.effort;
        Self {
            version: env!("CARGO_PKG_VERSION"),
            settings,
            rows,
            columns,
            reached: outcome.count(CellStatus::Reached),
            pulse_limit: outcome.count(CellStatus::PulseLimit),
            out_of_reach: outcome.count(CellStatus::OutOfReach),
            stuck: cells
                .iter()
                .filter(|cell| cell.status == CellStatus::Stuck)
                .map(|cell| (cell.row, cell.column))
                .collect(),
            error_rms,
            error_max,
            left_tolerance: reached()
                .filter(|cell| cell.error().abs() > settings.tolerance)
                .count(),
            pulses: effort.pulses,
            pulses_mean: effort.pulses as f64 / cells.len() as f64,
            pulses_max: cells.iter().map(pulses).max().unwrap_or(0),
            reads: effort.reads,
            disturb_rms,
            disturb_max,
            time_s: effort.time,
            energy_j: effort.energy,
            left_out: outcome.left_out,
            solves: effort.solves,
            newton_iterations: effort.newton_iterations,
            kcl_relative: effort.kcl_relative,
            seconds,
            files: Vec::new(),
        }
    }

    /// The report for a reader.
    pub(super) fn text(&self) -> String {
        let percent = |share: f64| format!("{:.3} %", 100.0 * share);
        let mut text = String::new();
        let mut line = |name: &str, what: String| {
            let _ = writeln!(text, "{name:<17}{what}");
        };
        let cells = self.rows * self.columns;
        line(
            "array",
            format!(
                "{} x {}, memristor {}, {}",
                self.rows,
                self.columns,
                self.settings.memristor.model,
                match self.settings.extent() {
                    Extent::Line => "selected word line solved for each pulse",
                    Extent::Array => "whole array solved for each pulse",
                }
            ),
        );
        line(
            "reached",
            format!(
                "{} of {cells} cells within {}",
                self.reached,
                percent(self.settings.tolerance)
            ),
        );
        if self.pulse_limit > 0 {
            line(
                "pulse limit",
                format!(
                    "{} cells took all {} pulses",
                    self.pulse_limit, self.settings.pulse_limit
                ),
            );
        }
        if self.out_of_reach > 0 {
            line(
                "out of reach",
                format!("{} cells respond, but not that far", self.out_of_reach),
            );
        }
        if !self.stuck.is_empty() {
            let mut shown: Vec<String> = self
                .stuck
                .iter()
                .take(8)
                .map(|(row, column)| format!("({row}, {column})"))
                .collect();
            if self.stuck.len() > shown.len() {
                shown.push("...".to_owned());
            }
            line(
                "stuck",
                format!("{} cells: {}", self.stuck.len(), shown.join(" ")),
            );
        }
        line(
            "final error",
            format!(
                "{} rms, {} at most, of cells that reached their targets",
                percent(self.error_rms),
                percent(self.error_max)
            ),
        );
        if self.left_tolerance > 0 {
            line(
                "",
                format!(
                    "{} of them have left the tolerance since: as others change, so does what the wires take{}",
                    self.left_tolerance,
                    if self.settings.passes == 1 {
                        " (more passes mend that)"
                    } else {
                        ""
                    }
                ),
            );
        }
        line(
            "disturb",
            format!(
                "{} rms, {} at most: memristors while other cells were written",
                percent(self.disturb_rms),
                percent(self.disturb_max)
            ),
        );
        line(
            "pulses",
            format!(
                "{} in all, {:.2} for each cell, {} at most; {} reads",
                self.pulses, self.pulses_mean, self.pulses_max, self.reads
            ),
        );
        line(
            "takes",
            format!(
                "{}, {}",
                quantity(self.time_s, "s"),
                quantity(self.energy_j, "J")
            ),
        );
        if let Some(left_out) = &self.left_out {
            line(
                "left out",
                format!(
                    "cells on other word lines: at most {} each, {} across the memristor",
                    quantity(left_out.off_current, "A"),
                    quantity(left_out.off_voltage, "V")
                ),
            );
            line(
                "",
                format!(
                    "states moved by at most {:.1e}, reads wrong by at most {:.1e}",
                    left_out.off_state_change, left_out.read_error
                ),
            );
        }
        line(
            "Kirchhoff",
            format!("{:.1e} (largest relative imbalance)", self.kcl_relative),
        );
        line(
            "solved",
            format!(
                "{} arrays, {:.2} Newton iterations each, {:.2} s",
                self.solves,
                self.newton_iterations as f64 / self.solves.max(1) as f64,
                self.seconds
            ),
        );
        for (index, file) in self.files.iter().enumerate() {
            line(
                if index == 0 { "written" } else { "" },
                file.display().to_string(),
            );
        }
        text.trim_end().to_owned()
    }
}
