//! How far the voltages of a transistor may move between two Newton iterations.
//!
//! The rules of SPICE 3 as amended by Gillespie: they keep exponentials in range and keep a device from jumping across
//! its threshold, and they let any voltage be reached in a few iterations.

use super::bias::Bias;

/// Differences below this fraction of a volt, or of the voltage, are rounding.
const ROUNDING: f64 = 1e-12;

/// What limiting needs to know of a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Thermal voltage, V.
    pub(super) thermal_voltage: f64,
    /// Voltage of the source junction above which its current grows too fast, V.
    pub(super) source_critical: f64,
    /// The same for the drain junction.
    pub(super) drain_critical: f64,
}

/// The voltages at which to evaluate, given where the iteration wants to go and where it was.
/// `turn_on` is the threshold at the previous evaluation. Returns the voltages and whether any was changed.
#[inline]
pub(super) fn limit(wanted: Bias, previous: Bias, turn_on: f64, limits: &Limits) -> (Bias, bool) {
    let vgs;
    let vds;
    if previous.vds >= 0.0 {
        vgs = gate(wanted.vgs, previous.vgs, turn_on);
        vds = drain(vgs - wanted.vgd(), previous.vds);
    } else {
        let vgd = gate(wanted.vgd(), previous.vgd(), turn_on);
        vds = -drain(vgd - wanted.vgs, -previous.vds);
        vgs = vgd + vds;
    }
    let vbs = if vds >= 0.0 {
        junction(
            wanted.vbs,
            previous.vbs,
            limits.thermal_voltage,
            limits.source_critical,
        )
    } else {
        vds + junction(
            wanted.vbd(),
            previous.vbd(),
            limits.thermal_voltage,
            limits.drain_critical,
        )
    };
    let mut changed = false;
    let mut settle = |limited: f64, wanted: f64| {
        if (limited - wanted).abs() <= ROUNDING * (1.0 + wanted.abs()) {
            wanted
        } else {
            changed = true;
            limited
        }
    };
    let bias = Bias {
        vgs: settle(vgs, wanted.vgs),
        vds: settle(vds, wanted.vds),
        vbs: settle(vbs, wanted.vbs),
    };
    (bias, changed)
}

/// A gate voltage that may not move far from `old`, less so near the threshold.
#[inline]
fn gate(new: f64, old: f64, threshold: f64) -> f64 {
    let overdrive = old - threshold;
    let rising = 2.0 * overdrive.abs() + 2.0;
    let falling = overdrive.abs() + 1.0;
    let step = new - old;
    if overdrive >= 3.5 {
        if step > 0.0 {
            new.min(old + rising)
        } else if new >= threshold + 3.5 {
            new.max(old - falling)
        } else {
            new.max(threshold + 2.0)
        }
    } else if overdrive >= 0.0 {
        if step > 0.0 {
            new.min(threshold + 4.0)
        } else {
            new.max(threshold - 0.5)
        }
    } else if step > 0.0 {
        if new <= threshold + 0.5 {
            new.min(old + falling)
        } else {
            threshold + 0.5
        }
    } else {
        new.max(old - rising)
    }
}

/// A drain voltage that may not leave or enter the range of a few volts in one step.
#[inline]
fn drain(new: f64, old: f64) -> f64 {
    if old >= 3.5 {
        if new > old {
            new.min(3.0 * old + 2.0)
        } else if new < 3.5 {
            new.max(2.0)
        } else {
            new
        }
    } else if new > old {
        new.min(4.0)
    } else {
        new.max(-0.5)
    }
}

/// A junction voltage whose current may not grow by more than the logarithm of the wanted step.
#[inline]
fn junction(new: f64, old: f64, thermal_voltage: f64, critical: f64) -> f64 {
    if new > critical && (new - old).abs() > 2.0 * thermal_voltage {
        if old > 0.0 {
            let steps = (new - old) / thermal_voltage;
            if steps > 0.0 {
                old + thermal_voltage * (2.0 + (steps - 2.0).ln())
            } else {
                old - thermal_voltage * (2.0 + (2.0 - steps).ln())
            }
        } else {
            thermal_voltage * (new / thermal_voltage).ln()
        }
    } else if new < 0.0 {
        new.max(if old > 0.0 {
            -old - 1.0
        } else {
            2.0 * old - 1.0
        })
    } else {
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        thermal_voltage: 0.025_85,
        source_critical: 0.73,
        drain_critical: 0.73,
    };

    #[test]
    fn every_bias_is_reached_in_a_few_steps() {
        for vgs in [-20.0, -1.0, 0.9, 5.0, 40.0] {
            for vds in [-30.0, -1.0, 0.0, 3.0, 25.0] {
                for bulk in [-15.0, 0.0, 0.6] {
                    let vbs = bulk + f64::min(vds, 0.0);
                    let wanted = Bias { vgs, vds, vbs };
                    let mut bias = Bias::default();
                    let mut steps = 0;
                    loop {
                        let (next, changed) = limit(wanted, bias, 0.8, &LIMITS);
                        bias = next;
                        steps += 1;
                        if !changed {
                            break;
                        }
                        assert!(steps < 60, "{wanted:?} not reached: {bias:?}");
                    }
                    assert_eq!(bias, wanted);
                }
            }
        }
    }

    #[test]
    fn a_step_within_the_safe_range_is_left_alone() {
        let from = Bias {
            vgs: 2.0,
            vds: 1.0,
            vbs: -0.5,
        };
        let to = Bias {
            vgs: 2.1,
            vds: 1.3,
            vbs: -0.4,
        };
        assert_eq!(limit(to, from, 0.8, &LIMITS), (to, false));
    }
}
