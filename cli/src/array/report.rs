//! What `ohmloom array solve` prints.

use std::path::Path;

use ohmloom_devices::nonidealities::Effect;
use ohmloom_solver::line_grid::Power;
use serde::Serialize;

use super::problem::Problem;
use super::solution::{Quality, Selected, Solved};
use crate::quantity::quantity;

/// The solution in numbers; as JSON, the object that `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct SolveReport {
    method: &'static str,
    iterations: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    newton_iterations: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linear_iterations: Option<usize>,
    kcl_relative: f64,
    output_error: f64,
    power: PowerReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<Selected>,
    inputs: usize,
    rows: usize,
    columns: usize,
    seconds: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nonidealities: Vec<Effect>,
    /// Smallest and largest output current.
    #[serde(skip)]
    currents: (f64, f64),
}

/// Mean power over the inputs, in watt.
#[derive(Debug, Serialize)]
struct PowerReport {
    cells: f64,
    row_wires: f64,
    column_wires: f64,
    terminals: f64,
    delivered: f64,
}

impl SolveReport {
    /// Sums up a solution.
    pub(super) fn new(problem: &Problem, solved: &Solved) -> Self {
        let Quality {
            method,
            iterations,
            linear_iterations,
            kcl_relative,
            output_error,
        } = solved.quality;
        Self {
            method,
            iterations,
            newton_iterations: linear_iterations.map(|_| iterations),
            linear_iterations,
            kcl_relative,
            output_error,
            power: PowerReport::mean(&solved.power),
            selected: solved.selected,
            inputs: solved.power.len(),
            rows: problem.grid.rows(),
            columns: problem.grid.columns(),
            seconds: solved.seconds,
            nonidealities: problem.effects.clone(),
            currents: solved.column_currents.iter().fold(
                (f64::INFINITY, f64::NEG_INFINITY),
                |(least, greatest), &current| (least.min(current), greatest.max(current)),
            ),
        }
    }

    /// The report for a reader.
    pub(super) fn text<'a>(
        &self,
        problem: &Problem,
        files: impl Iterator<Item = &'a Path>,
    ) -> String {
        let wires = problem.wires;
        let several = self.inputs > 1;
        let ohm = |value| quantity(value, "Ω");
        let power = &self.power;
        let share = |part: f64| {
            let percent = if power.delivered == 0.0 {
                0.0
            } else {
                100.0 * part / power.delivered
            };
            format!("{percent:.1} %")
        };
        let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
        let excitation = match &problem.selected {
            Some((bias, _)) => format!("{} selects one cell", quantity(bias.voltage, "V")),
            None => format!("{} input{}", self.inputs, if several { "s" } else { "" }),
        };
        let effort = match (self.method, self.linear_iterations) {
            (_, Some(linear)) => format!("iterations, {linear} of gmres in them"),
            ("cg", None) => "iterations".to_owned(),
            (_, None) => "refinements".to_owned(),
        };
        let mut lines = vec![
            format!(
                "array            {} x {}, {excitation}",
                self.rows, self.columns
            ),
            format!(
                "wires            {} per row segment, {} per column segment, source {}, sink {}",
                ohm(wires.row),
                ohm(wires.column),
                ohm(wires.source),
                ohm(wires.sink)
            ),
            format!(
                "solved           in {} by {}, {}{} {effort}",
                quantity(self.seconds, "s"),
                self.method,
                if several { "at most " } else { "" },
                self.iterations,
            ),
            format!(
                "column currents  {} to {}",
                quantity(self.currents.0, "A"),
                quantity(self.currents.1, "A")
            ),
            format!(
                "power            {}{}: cells {}, row wires {}, column wires {}, sources and sinks {}",
                quantity(power.delivered, "W"),
                if several { " (mean)" } else { "" },
                share(power.cells),
                share(power.row_wires),
                share(power.column_wires),
                share(power.terminals)
            ),
            format!(
                "Kirchhoff        {:.1e} (largest relative imbalance)",
                self.kcl_relative
            ),
            format!(
                "output error     {:.1e} (estimate, relative to the largest current)",
                self.output_error
            ),
            format!("written          {}", files.join(", ")),
        ];
        let effects = self.nonidealities.iter();
        lines.splice(
            2..2,
            effects.map(|effect| format!("non-ideality     {}", effect.text())),
        );
        if let Some(selected) = &self.selected {
            let text = format!(
                "selected         row {}, column {}: {} at {}; its column {}",
                selected.row,
                selected.column,
                quantity(selected.cell_current, "A"),
                quantity(selected.cell_voltage, "V"),
                quantity(selected.column_current, "A")
            );
            lines.insert(3 + self.nonidealities.len(), text);
        }
        lines.join("\n")
    }
}

impl PowerReport {
    fn mean(powers: &[Power]) -> Self {
        let mean =
            |part: fn(&Power) -> f64| powers.iter().map(part).sum::<f64>() / powers.len() as f64;
        Self {
            cells: mean(|power| power.cells),
            row_wires: mean(|power| power.row_wires),
            column_wires: mean(|power| power.column_wires),
            terminals: mean(|power| power.terminals),
            delivered: mean(|power| power.delivered),
        }
    }
}
