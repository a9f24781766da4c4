//! What `ohmloom array solve` prints.

use std::path::Path;

use ohmloom_solver::line_grid::{Certificate, LineGrid, Method, Power, ReadWires, Solution};
use serde::Serialize;

use crate::quantity::quantity;

/// The solution in numbers; as JSON, the object that `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct SolveReport {
    method: &'static str,
    iterations: usize,
    kcl_relative: f64,
    output_error: f64,
    power: PowerReport,
    inputs: usize,
    rows: usize,
    columns: usize,
    seconds: f64,
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
    /// Sums up a solution that took so many seconds.
    pub(super) fn new(grid: &LineGrid, solution: &Solution, seconds: f64) -> Self {
        let certificates = &solution.certificates;
        let largest =
            |value: fn(&Certificate) -> f64| certificates.iter().map(value).fold(0.0, f64::max);
        let direct = certificates
            .iter()
            .any(|certificate| certificate.method == Method::Cholesky);
        let method = if direct {
            Method::Cholesky
        } else {
            Method::ConjugateGradients
        };
        let currents = solution.output_currents.iter();
        Self {
            method: method.name(),
            iterations: certificates
                .iter()
                .map(|certificate| certificate.iterations)
                .max()
                .unwrap_or(0),
            kcl_relative: largest(|certificate| certificate.kcl_relative),
            output_error: largest(|certificate| certificate.output_error),
            power: PowerReport::mean(&solution.power),
            inputs: certificates.len(),
            rows: grid.rows(),
            columns: grid.columns(),
            seconds,
            currents: currents.fold(
                (f64::INFINITY, f64::NEG_INFINITY),
                |(least, greatest), &current| (least.min(current), greatest.max(current)),
            ),
        }
    }

    /// The report for a reader.
    pub(super) fn text<'a>(
        &self,
        wires: ReadWires,
        files: impl Iterator<Item = &'a Path>,
    ) -> String {
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
        [
            format!(
                "array            {} x {}, {} input{}",
                self.rows,
                self.columns,
                self.inputs,
                if several { "s" } else { "" }
            ),
            format!(
                "wires            {} per row segment, {} per column segment, source {}, sink {}",
                ohm(wires.row),
                ohm(wires.column),
                ohm(wires.source),
                ohm(wires.sink)
            ),
            format!(
                "solved           in {} by {}, {}{} {}",
                quantity(self.seconds, "s"),
                self.method,
                if several { "at most " } else { "" },
                self.iterations,
                if self.method == "cg" { "iterations" } else { "refinements" },
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
            format!("Kirchhoff        {:.1e} (largest relative imbalance)", self.kcl_relative),
            format!("output error     {:.1e} (estimate, relative to the largest current)", self.output_error),
            format!("written          {}", files.join(", ")),
        ]
        .join("\n")
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
