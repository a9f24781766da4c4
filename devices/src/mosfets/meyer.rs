//! Gate capacitances of Meyer ("MOS models and circuit simulation", RCA Review 32, 1971), with the transition through
//! weak inversion that SPICE uses.

/// Smallest saturation voltage that enters the capacitances, V: below it the transition between the triode and the
/// saturation region would be too abrupt.
const SMALLEST_SATURATION_VOLTAGE: f64 = 0.025;

/// Halves of the gate capacitances of the channel, F. A half enters at each end of a time step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct HalfCapacitances {
    /// Gate to source.
    pub(super) source: f64,
    /// Gate to drain.
    pub(super) drain: f64,
    /// Gate to bulk.
    pub(super) bulk: f64,
}

/// The halves at a gate overdrive `vgst = vgs - von` and a drain voltage `vds >= 0`; `oxide` is the capacitance of the
/// whole gate, F, `phi` the surface potential at strong inversion, V.
#[inline]
pub(super) fn half_capacitances(
    vgst: f64,
    vds: f64,
    vdsat: f64,
    phi: f64,
    oxide: f64,
) -> HalfCapacitances {
    if vgst <= -phi {
        return HalfCapacitances {
            source: 0.0,
            drain: 0.0,
            bulk: 0.5 * oxide,
        };
    }
    let bulk = if vgst < 0.0 {
        -vgst * oxide / (2.0 * phi)
    } else {
        0.0
    };
    if vgst <= -0.5 * phi {
        return HalfCapacitances {
            source: 0.0,
            drain: 0.0,
            bulk,
        };
    }
    let channel = if vgst <= 0.0 {
        oxide * (vgst / (1.5 * phi) + 1.0 / 3.0)
    } else {
        oxide / 3.0
    };
    let vdsat = vdsat.max(SMALLEST_SATURATION_VOLTAGE);
    if vds >= vdsat {
        return HalfCapacitances {
            source: channel,
            drain: 0.0,
            bulk,
        };
    }
    let span = 1.0 / (2.0 * vdsat - vds);
    let at_source = (vdsat - vds) * span;
    let at_drain = vdsat * span;
    HalfCapacitances {
        source: channel * (1.0 - at_source * at_source),
        drain: channel * (1.0 - at_drain * at_drain),
        bulk,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_the_regions() {
        let (phi, oxide) = (0.7, 1e-14);
        let off = half_capacitances(-1.0, 0.5, 0.0, phi, oxide);
        assert_eq!(
            off,
            HalfCapacitances {
                source: 0.0,
                drain: 0.0,
                bulk: 0.5 * oxide
            }
        );
        let triode = half_capacitances(2.0, 0.0, 2.0, phi, oxide);
        assert!((2.0 * triode.source - 0.5 * oxide).abs() < 1e-20);
        assert!((2.0 * triode.drain - 0.5 * oxide).abs() < 1e-20);
        let saturated = half_capacitances(2.0, 3.0, 2.0, phi, oxide);
        assert!((2.0 * saturated.source - oxide * 2.0 / 3.0).abs() < 1e-20);
        assert_eq!(saturated.drain, 0.0);
    }

    #[test]
    fn capacitances_are_continuous_in_the_overdrive() {
        let (phi, oxide) = (0.7, 1e-14);
        for edge in [-phi, -0.5 * phi, 0.0] {
            let below = half_capacitances(edge - 1e-9, 0.01, 0.0, phi, oxide);
            let above = half_capacitances(edge + 1e-9, 0.01, 0.0, phi, oxide);
            assert!((below.source - above.source).abs() < 1e-8 * oxide);
            assert!((below.drain - above.drain).abs() < 1e-8 * oxide);
            assert!((below.bulk - above.bulk).abs() < 1e-8 * oxide);
        }
    }
}
