//! Limiting of voltage steps between Newton iterations (Nagel, SPICE2, UCB/ERL M520, 1975, section 4; the branch for
//! reverse bias and the lower thresholds of field-effect transistors are Gillespie's).

/// The voltage above which a junction's exponential needs limiting: where its curvature is largest, V.
pub(super) fn critical_voltage(emission_voltage: f64, saturation_current: f64) -> f64 {
    emission_voltage * (emission_voltage / (std::f64::consts::SQRT_2 * saturation_current)).ln()
}

/// Limits the step of a junction voltage from `last` to `proposed`.
#[inline]
pub(super) fn junction_step(proposed: f64, last: f64, emission_voltage: f64, critical: f64) -> f64 {
    if proposed > critical && (proposed - last).abs() > 2.0 * emission_voltage {
        if last > 0.0 {
            let steps = (proposed - last) / emission_voltage;
            if steps > 0.0 {
                last + emission_voltage * (2.0 + (steps - 2.0).ln())
            } else {
                last - emission_voltage * (2.0 + (2.0 - steps).ln())
            }
        } else {
            emission_voltage * (proposed / emission_voltage).ln()
        }
    } else if proposed < 0.0 {
        let lowest = if last > 0.0 {
            -last - 1.0
        } else {
            2.0 * last - 1.0
        };
        proposed.max(lowest)
    } else {
        proposed
    }
}

/// Limits the step of a gate voltage from `last` to `proposed` around the threshold voltage.
#[inline]
pub(super) fn gate_step(proposed: f64, last: f64, threshold: f64) -> f64 {
    let rise_max = (2.0 * (last - threshold)).abs() + 2.0;
    let fall_max = (last - threshold).abs() + 1.0;
    let strong = threshold + 3.5;
    let step = proposed - last;
    if last >= strong {
        if step > 0.0 {
            proposed.min(last + rise_max)
        } else if proposed >= strong {
            proposed.max(last - fall_max)
        } else {
            proposed.max(threshold + 2.0)
        }
    } else if last >= threshold {
        if step > 0.0 {
            proposed.min(threshold + 4.0)
        } else {
            proposed.max(threshold - 0.5)
        }
    } else if step <= 0.0 {
        proposed.max(last - rise_max)
    } else if proposed <= threshold + 0.5 {
        proposed.min(last + fall_max)
    } else {
        threshold + 0.5
    }
}

/// Whether limiting moved a voltage by more than rounding.
#[inline]
pub(super) fn moved(proposed: f64, limited: f64) -> bool {
    (proposed - limited).abs() > 1e-12 * (1.0 + proposed.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junction_steps_end_at_the_proposed_voltage() {
        let (emission, critical) = (0.02585, critical_voltage(0.02585, 1e-14));
        for proposed in [-40.0, -1.0, 0.0, 0.3, 0.8, 3.0] {
            let mut v = 0.0;
            let mut steps = 0;
            while moved(proposed, v) {
                let next = junction_step(proposed, v, emission, critical);
                assert!(
                    (next - proposed).abs() <= (v - proposed).abs(),
                    "{v} -> {next} for {proposed}"
                );
                v = next;
                steps += 1;
                assert!(steps < 200, "stuck at {v} for {proposed}");
            }
        }
    }

    #[test]
    fn gate_steps_end_at_the_proposed_voltage() {
        for proposed in [-40.0, -2.5, -1.0, 0.3, 9.0, 60.0] {
            let mut v = 0.0;
            let mut steps = 0;
            while moved(proposed, v) {
                v = gate_step(proposed, v, -2.0);
                steps += 1;
                assert!(steps < 200, "stuck at {v} for {proposed}");
            }
        }
    }
}
