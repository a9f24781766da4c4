//! An evaluation's figures by name.

use ohmloom_networks::evaluation::{EvaluationReport, Seconds};

/// The figures of one job. Ratios, counts, and costs in SI units; `relative_error` is that of the worst layer.
pub(super) fn metrics(report: &EvaluationReport) -> Vec<(String, f64)> {
    let share = |count: usize| count as f64 / report.images as f64;
    let worst = report
        .layers
        .iter()
        .fold(0.0, |worst: f64, layer| worst.max(layer.relative_error));
    let mut metrics = vec![
        ("images".to_owned(), report.images as f64),
        ("accuracy".to_owned(), share(report.analog_correct)),
        ("digital_accuracy".to_owned(), share(report.digital_correct)),
        ("agreement".to_owned(), share(report.agree)),
        ("relative_error".to_owned(), worst),
        ("tiles".to_owned(), report.tiles as f64),
        ("utilisation".to_owned(), report.utilisation),
        ("kcl_relative".to_owned(), report.kcl_relative),
    ];
    if let Some(nonideal) = &report.nonideal {
        let programmed = share(nonideal.programmed_correct);
        metrics.push(("programmed_accuracy".to_owned(), programmed));
        metrics.push(("output_difference".to_owned(), nonideal.output_difference));
    }
    if let Some(nonlinear) = &report.nonlinear {
        let linear = share(nonlinear.linear_correct);
        metrics.push(("linear_accuracy".to_owned(), linear));
        metrics.push(("output_difference".to_owned(), nonlinear.output_difference));
        metrics.push(("clipped_cells".to_owned(), nonlinear.clipped_cells as f64));
    }
    if let Some(hardware) = &report.hardware {
        let cost = &hardware.total.cost;
        metrics.extend(
            [
                ("hardware_tiles", hardware.total.tiles as f64),
                ("power_w", cost.power_w),
                ("area_m2", cost.area_m2),
                ("energy_j", cost.energy_j),
                ("latency_s", cost.latency_s),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        for component in &hardware.components {
            let cost = &component.cost;
            let figures = [
                ("units", component.count as f64),
                ("power_w", cost.power_w),
                ("area_m2", cost.area_m2),
                ("energy_j", cost.energy_j),
                ("latency_s", cost.latency_s),
            ];
            let name = |figure: &str| format!("{figure}.{}", component.name);
            metrics.extend(figures.map(|(figure, value)| (name(figure), value)));
        }
    }
    for layer in &report.layers {
        let name = format!("relative_error.{}", layer.name);
        metrics.push((name, layer.relative_error));
    }
    metrics
}

/// Wall times by stage.
pub(super) fn times(seconds: &Seconds) -> Vec<(String, f64)> {
    [
        ("programming", seconds.programming),
        ("solving", seconds.solving),
        ("calibrating", seconds.calibrating),
        ("digital", seconds.digital),
        ("evaluating", seconds.evaluating),
        ("linear", seconds.linear),
        ("as_programmed", seconds.as_programmed),
    ]
    .map(|(stage, seconds)| (stage.to_owned(), seconds))
    .to_vec()
}
