//! When two simulators agree.

use ohmloom_netlists::results::{Plot, Vector, VectorKind};

/// What differs: static results by more than 1e-3 of a vector's largest value (plus 1 uV or 1 pA), transients by more than
/// 1 % rms.
pub(crate) fn disagreements(expected: &[Plot], found: &[Plot]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (index, plot) in expected.iter().enumerate() {
        let same_before = expected[..index]
            .iter()
            .filter(|other| other.name.eq_ignore_ascii_case(&plot.name))
            .count();
        let Some(own) = found
            .iter()
            .filter(|other| other.name.eq_ignore_ascii_case(&plot.name))
            .nth(same_before)
        else {
            complaints.push(format!("no plot {}", plot.name));
            continue;
        };
        for (position, vector) in plot.vectors.iter().enumerate() {
            let is_scale = position == 0 && plot.points() > 1;
            let transient = plot.name.to_ascii_lowercase().contains("transient");
            if is_scale && transient {
                continue;
            }
            let Some(own_vector) = own.stored(&vector.name) else {
                complaints.push(format!("{}: no vector {}", plot.name, vector.name));
                continue;
            };
            let difference = if transient {
                transient_difference(plot, vector, own, own_vector)
            } else {
                static_difference(vector, own_vector)
            };
            if let Some(difference) = difference {
                complaints.push(format!("{}: {}: {difference}", plot.name, vector.name));
            }
        }
    }
    complaints
}

fn floor(kind: &VectorKind) -> f64 {
    match kind {
        VectorKind::Current => 1e-12,
        VectorKind::VoltageDensity | VectorKind::CurrentDensity => 0.0,
        _ => 1e-6,
    }
}

fn static_difference(expected: &Vector, found: &Vector) -> Option<String> {
    if expected.len() != found.len() {
        return Some(format!("{} points, expected {}", found.len(), expected.len()));
    }
    let (expected_values, found_values) = (expected.data.to_complex(), found.data.to_complex());
    let most = expected_values.iter().map(|z| z.norm()).fold(0.0, f64::max);
    let allowed = floor(&expected.kind) + 1e-3 * most;
    expected_values
        .iter()
        .zip(&found_values)
        .enumerate()
        .find(|(_, (expected, found))| (**expected - **found).norm() > allowed)
        .map(|(point, (expected, found))| format!("{found} at point {point}, expected {expected}"))
}

fn transient_difference(
    plot: &Plot,
    expected: &Vector,
    own: &Plot,
    found: &Vector,
) -> Option<String> {
    let times = plot.scale()?.data.to_real();
    let own_times = own.scale()?.data.to_real();
    let (expected_values, found_values) = (expected.data.to_real(), found.data.to_real());
    let most = expected_values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let mut sum = 0.0;
    for (&time, &value) in times.iter().zip(&expected_values) {
        let after = own_times
            .partition_point(|&own| own < time)
            .clamp(1, own_times.len() - 1);
        let (t0, t1) = (own_times[after - 1], own_times[after]);
        let (v0, v1) = (found_values[after - 1], found_values[after]);
        let between = v0 + (v1 - v0) * ((time - t0) / (t1 - t0)).clamp(0.0, 1.0);
        sum += (between - value) * (between - value);
    }
    let rms = (sum / times.len() as f64).sqrt();
    (rms > 1e-2 * most + floor(&expected.kind)).then(|| format!("rms {rms:.3e} of {most:.3e}"))
}
