//! When two simulators agree.

use ohmloom_netlists::results::{Plot, Vector, VectorKind};

/// What differs: static results by more than 1e-3 of a vector's largest value (plus 1 uV or 1 pA), transients by more than
/// 1 % rms or three times what the reference itself moves when its tolerances are tightened.
pub(crate) fn disagreements(expected: &[Plot], tight: &[Plot], found: &[Plot]) -> Vec<String> {
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
            if is_scale {
                // ngspice leaves rubbish in the imaginary part of frequencies.
                let (own, reference) = (own_vector.data.to_real(), vector.data.to_real());
                let close = own.len() == reference.len()
                    && own
                        .iter()
                        .zip(&reference)
                        .all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs() + 1e-12);
                if !close {
                    complaints.push(format!("{}: another scale", plot.name));
                }
                continue;
            }
            let difference = if transient {
                let own_movement = tight
                    .get(index)
                    .and_then(|tight| rms(plot, vector, tight, tight.stored(&vector.name)?));
                let allowed = f64::max(1e-2 * largest(vector), 3.0 * own_movement.unwrap_or(0.0));
                rms(plot, vector, own, own_vector)
                    .filter(|rms| *rms > allowed + floor(&vector.kind))
                    .map(|rms| format!("rms {rms:.3e}, allowed {allowed:.3e}"))
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
        return Some(format!(
            "{} points, expected {}",
            found.len(),
            expected.len()
        ));
    }
    let (expected_values, found_values) = (expected.data.to_complex(), found.data.to_complex());
    let allowed = floor(&expected.kind) + 1e-3 * largest(expected);
    expected_values
        .iter()
        .zip(&found_values)
        .enumerate()
        .find(|(_, (expected, found))| (**expected - **found).norm() > allowed)
        .map(|(point, (expected, found))| format!("{found} at point {point}, expected {expected}"))
}

fn largest(vector: &Vector) -> f64 {
    let values = vector.data.to_complex();
    values.iter().map(|z| z.norm()).fold(0.0, f64::max)
}

/// The root of the mean squared difference at the points in time of the first plot.
fn rms(plot: &Plot, vector: &Vector, other: &Plot, other_vector: &Vector) -> Option<f64> {
    let times = plot.scale()?.data.to_real();
    let other_times = other.scale()?.data.to_real();
    let (values, other_values) = (vector.data.to_real(), other_vector.data.to_real());
    let mut sum = 0.0;
    for (&time, &value) in times.iter().zip(&values) {
        let after = other_times
            .partition_point(|&other| other < time)
            .clamp(1, other_times.len() - 1);
        let (t0, t1) = (other_times[after - 1], other_times[after]);
        let (v0, v1) = (other_values[after - 1], other_values[after]);
        let between = v0 + (v1 - v0) * ((time - t0) / (t1 - t0)).clamp(0.0, 1.0);
        sum += (between - value) * (between - value);
    }
    Some((sum / times.len() as f64).sqrt())
}
