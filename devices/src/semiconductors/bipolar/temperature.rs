//! The parameters of a bipolar transistor at its temperature, scaled by its areas.

use ohmloom_solver::circuit::CircuitError;

use super::super::Polarity;
use super::super::junction::{Depletion, JunctionTemperature, thermal_voltage};
use super::super::limiting::critical_voltage;
use super::super::ranges::{Ranges, SATURATION_CURRENT_MIN, positive_at, refuse, temperatures};
use super::model::{BipolarInstance, BipolarModel};

/// Leakage parameters above this are factors on the saturation current, as SPICE2's `c2` and `c4` were.
const LEAKAGE_FACTOR_MIN: f64 = 1e-4;
/// Largest fraction `fc`.
const FORWARD_FRACTION_MAX: f64 = 0.9999;
/// The factor between `vtf` and the voltage of the exponential that it stands for.
const VTF_FACTOR: f64 = 1.44;
/// Critical voltage of a substrate without a junction, V: no limiting.
const NO_CRITICAL_VOLTAGE: f64 = 50.0;

/// A junction's saturation current in A and emission voltage in V.
pub(super) type Exponential = (f64, f64);

/// The transistor at one temperature, one of `m` in parallel.
#[derive(Clone, Copy, Debug)]
pub(super) struct BipolarAtTemperature {
    /// Kelvin.
    pub(super) temperature: f64,
    pub(super) emitter: Exponential,
    pub(super) collector: Exponential,
    pub(super) emitter_leakage: Exponential,
    pub(super) collector_leakage: Exponential,
    /// Substrate junction, where there is one.
    pub(super) substrate: Option<Exponential>,
    pub(super) forward_gain: f64,
    pub(super) reverse_gain: f64,
    /// Inverse Early voltages, 1/V.
    pub(super) inverse_forward_early: f64,
    pub(super) inverse_reverse_early: f64,
    /// Inverse knee currents, 1/A.
    pub(super) inverse_forward_knee: f64,
    pub(super) inverse_reverse_knee: f64,
    pub(super) roll_off: f64,
    /// Base resistance that bias modulates, ohm.
    pub(super) base_resistance_variable: f64,
    /// Base resistance that stays, ohm.
    pub(super) base_resistance_minimum: f64,
    /// `irb`, A; 0 when the base resistance follows the base charge.
    pub(super) base_resistance_current: f64,
    /// Conductances of the collector and emitter resistances, S; 0 when there are none.
    pub(super) collector_conductance: f64,
    pub(super) emitter_conductance: f64,
    pub(super) emitter_depletion: Depletion,
    /// Base-collector depletion charge at the internal base.
    pub(super) collector_depletion: Depletion,
    /// Base-collector depletion charge at the base terminal.
    pub(super) outer_depletion: Depletion,
    pub(super) substrate_depletion: Depletion,
    pub(super) forward_transit: f64,
    pub(super) transit_bias: f64,
    /// `1 / (1.44 vtf)`, 1/V.
    pub(super) transit_inverse_voltage: f64,
    pub(super) transit_current: f64,
    pub(super) reverse_transit: f64,
    /// Delay of the transport current, s.
    pub(super) delay: f64,
    /// Constant capacitances between terminals, F: base-collector, base-emitter, substrate.
    pub(super) fixed: [f64; 3],
    /// Limiting begins here, V.
    pub(super) critical: f64,
    pub(super) substrate_critical: f64,
    pub(super) thermal_voltage: f64,
}

fn check(name: &str, model: &BipolarModel, instance: &BipolarInstance) -> Result<(), CircuitError> {
    let ranges = Ranges::new(name, model)?;
    ranges.check(
        &["level"],
        |level| level == 1.0,
        "only level 1 (Gummel-Poon) is supported",
    )?;
    ranges.check(
        &["rco"],
        |_| false,
        "quasi-saturation is not supported; leave `rco` out",
    )?;
    ranges.check(
        &["tlev"],
        |law| [0.0, 1.0, 3.0].contains(&law),
        "must be 0, 1 or 3",
    )?;
    ranges.check(&["tlevc"], |law| law == 0.0 || law == 1.0, "must be 0 or 1")?;
    ranges.check(
        &["subs"],
        |place| place.abs() == 1.0,
        "must be 1 (vertical) or -1 (lateral)",
    )?;
    ranges.positive(&[
        "bf", "br", "nf", "nr", "ne", "nc", "ns", "vje", "vjc", "vjs", "nkf",
    ])?;
    ranges.not_negative(&[
        "is", "ibe", "ibc", "vaf", "ikf", "ise", "var", "ikr", "isc", "rb", "irb", "rbm", "re",
        "rc", "cje", "tf", "xtf", "vtf", "itf", "cjc", "tr", "cjs", "iss", "cbcp", "cbep", "ccsp",
        "kf", "ptf",
    ])?;
    ranges.check(
        &["mje", "mjc", "mjs", "xcjc"],
        |part| (0.0..=1.0).contains(&part),
        "must be between 0 and 1",
    )?;
    ranges.fraction(&["fc"])?;
    let ranges = Ranges::new(name, instance)?;
    ranges.positive(&["area", "areab", "areac", "m"])
}

/// `1 / value`, 0 for a quantity that is infinite by being zero or absent.
fn inverse(
    name: &str,
    parameter: &str,
    value: Option<f64>,
    factor: f64,
) -> Result<f64, CircuitError> {
    match value {
        Some(value) if value > 0.0 => Ok(1.0 / positive_at(name, parameter, value * factor)?),
        _ => Ok(0.0),
    }
}

impl BipolarAtTemperature {
    pub(super) fn new(
        name: &str,
        polarity: Polarity,
        model: &BipolarModel,
        instance: &BipolarInstance,
        ambient_kelvin: f64,
    ) -> Result<Self, CircuitError> {
        check(name, model, instance)?;
        let (temperature, nominal) = temperatures(
            name,
            ambient_kelvin,
            (instance.temp, instance.dtemp),
            model.tnom,
        )?;
        let law = JunctionTemperature::new(temperature, nominal);
        let rise = law.rise();
        let quadratic = |first: f64, second: f64| 1.0 + rise * (first + rise * second);
        let scaled = |parameter: &str, value: f64, first: f64, second: f64| {
            positive_at(name, parameter, value * quadratic(first, second))
        };
        let area = instance.area;
        let vertical = is_vertical(polarity, model);
        // The plate of the base-collector junction, and that of the substrate junction.
        let (base_area, collector_area) = (
            instance.areab.unwrap_or(area),
            instance.areac.unwrap_or(area),
        );
        let (junction_area, substrate_area) = if vertical {
            (base_area, collector_area)
        } else {
            (collector_area, base_area)
        };

        let vt = thermal_voltage(temperature);
        let nf = scaled("nf", model.nf, model.tnf1, model.tnf2)?;
        let nr = scaled("nr", model.nr, model.tnr1, model.tnr2)?;
        let ne = scaled("ne", model.ne, model.tne1, model.tne2)?;
        let nc = scaled("nc", model.nc, model.tnc1, model.tnc2)?;
        let ns = scaled("ns", model.ns, model.tns1, model.tns2)?;
        let exponent = law.saturation_exponent(model.eg, model.xti);
        let gain_factor = match model.tlev {
            0.0 => law.ratio().powf(model.xtb),
            1.0 => positive_at(name, "xtb", 1.0 + model.xtb * rise)?,
            _ => 1.0,
        };
        let powers = model.tlev == 3.0;
        // A current at temperature: `I exp(exponent / emission)`, or `I^(1 + t1 dT + t2 dT^2)`.
        let current = |value: f64, emission: f64, (first, second): (f64, f64)| {
            if value == 0.0 {
                0.0
            } else if powers {
                value.powf(quadratic(first, second))
            } else {
                value * (exponent / emission).exp()
            }
        };
        let saturation_slopes = (model.tis1, model.tis2);
        let is = model.is.max(SATURATION_CURRENT_MIN);
        let transport = area * current(is, 1.0, saturation_slopes);
        let (emitter, collector) = match (model.ibe, model.ibc) {
            (Some(ibe), Some(ibc)) => (
                area * current(ibe.max(SATURATION_CURRENT_MIN), model.nf, saturation_slopes),
                junction_area
                    * current(ibc.max(SATURATION_CURRENT_MIN), model.nr, saturation_slopes),
            ),
            _ => (transport, transport),
        };
        let leakage = |value: f64, emission: f64, slopes: (f64, f64)| {
            let value = if value > LEAKAGE_FACTOR_MIN {
                value * is
            } else {
                value
            };
            current(value, emission, slopes) / if powers { 1.0 } else { gain_factor }
        };
        let substrate = model.iss.filter(|&iss| iss > 0.0).map(|iss| {
            let area = if model.ibe.is_some() && model.ibc.is_some() {
                substrate_area
            } else {
                area
            };
            let slopes = (model.tiss1, model.tiss2);
            (
                area * current(iss, model.ns, slopes) / if powers { 1.0 } else { gain_factor },
                ns * vt,
            )
        });
        let gain = |value: f64, first: Option<f64>, second: Option<f64>| match (first, second) {
            (None, None) => value * gain_factor,
            _ => value * quadratic(first.unwrap_or(0.0), second.unwrap_or(0.0)),
        };
        let conductance = |parameter: &str, value: f64, first: f64, second: f64| {
            inverse(name, parameter, Some(value), quadratic(first, second)).map(|g| g * area)
        };
        let base_resistance = model.rb * quadratic(model.trb1, model.trb2) / area;
        let base_resistance_minimum =
            model.rbm.unwrap_or(model.rb) * quadratic(model.trm1, model.trm2) / area;
        if model.rb > 0.0 {
            positive_at(name, "rb", base_resistance)?;
        }
        let fc = model.fc.min(FORWARD_FRACTION_MAX);
        let depletion = |(parameter, potential): (&str, f64),
                         (grading, first, second): (f64, f64, f64),
                         slopes: (f64, f64)| {
            let grading = (grading * quadratic(first, second)).min(1.0);
            if grading < 0.0 {
                let reason = "must stay between 0 and 1 at the element's temperature";
                return Err(refuse(name, parameter, grading, reason));
            }
            let (ratio, potential) = if model.tlevc == 1.0 {
                (1.0 + slopes.0 * rise, potential - slopes.1 * rise)
            } else {
                (
                    law.capacitance_ratio(potential, grading),
                    law.potential(potential),
                )
            };
            Ok((ratio, positive_at(name, parameter, potential)?, grading))
        };
        let (ratio, potential, grading) = depletion(
            ("vje", model.vje),
            (model.mje, model.tmje1, model.tmje2),
            (model.cte, model.tvje),
        )?;
        let emitter_depletion = Depletion::new(model.cje * ratio * area, potential, grading, fc);
        let (ratio, potential, grading) = depletion(
            ("vjc", model.vjc),
            (model.mjc, model.tmjc1, model.tmjc2),
            (model.ctc, model.tvjc),
        )?;
        let collector_capacitance = model.cjc * ratio * junction_area;
        let collector_depletion =
            Depletion::new(collector_capacitance * model.xcjc, potential, grading, fc);
        let outer_depletion = Depletion::new(
            collector_capacitance * (1.0 - model.xcjc),
            potential,
            grading,
            fc,
        );
        let (ratio, potential, grading) = depletion(
            ("vjs", model.vjs),
            (model.mjs, model.tmjs1, model.tmjs2),
            (model.cts, model.tvjs),
        )?;
        let substrate_depletion =
            Depletion::new(model.cjs * ratio * substrate_area, potential, grading, 0.0);
        Ok(Self {
            temperature,
            emitter: (emitter, nf * vt),
            collector: (collector, nr * vt),
            emitter_leakage: (
                area * leakage(model.ise, model.ne, (model.tise1, model.tise2)),
                ne * vt,
            ),
            collector_leakage: (
                junction_area * leakage(model.isc, model.nc, (model.tisc1, model.tisc2)),
                nc * vt,
            ),
            substrate,
            forward_gain: positive_at(name, "bf", gain(model.bf, model.tbf1, model.tbf2))?,
            reverse_gain: positive_at(name, "br", gain(model.br, model.tbr1, model.tbr2))?,
            inverse_forward_early: inverse(
                name,
                "vaf",
                model.vaf,
                quadratic(model.tvaf1, model.tvaf2),
            )?,
            inverse_reverse_early: inverse(
                name,
                "var",
                model.var,
                quadratic(model.tvar1, model.tvar2),
            )?,
            inverse_forward_knee: inverse(
                name,
                "ikf",
                model.ikf,
                quadratic(model.tikf1, model.tikf2),
            )? / area,
            inverse_reverse_knee: inverse(
                name,
                "ikr",
                model.ikr,
                quadratic(model.tikr1, model.tikr2),
            )? / area,
            roll_off: model.nkf,
            base_resistance_variable: base_resistance - base_resistance_minimum,
            base_resistance_minimum,
            base_resistance_current: model.irb * quadratic(model.tirb1, model.tirb2) * area,
            collector_conductance: conductance("rc", model.rc, model.trc1, model.trc2)?,
            emitter_conductance: conductance("re", model.re, model.tre1, model.tre2)?,
            emitter_depletion,
            collector_depletion,
            outer_depletion,
            substrate_depletion,
            forward_transit: model.tf * quadratic(model.ttf1, model.ttf2),
            transit_bias: model.xtf,
            transit_inverse_voltage: inverse(name, "vtf", model.vtf, VTF_FACTOR)?,
            transit_current: model.itf * quadratic(model.titf1, model.titf2) * area,
            reverse_transit: model.tr * quadratic(model.ttr1, model.ttr2),
            delay: model.ptf.to_radians() * model.tf,
            fixed: [model.cbcp * area, model.cbep * area, model.ccsp * area],
            critical: critical_voltage(vt, transport),
            substrate_critical: substrate.map_or(NO_CRITICAL_VOLTAGE, |(saturation, _)| {
                critical_voltage(vt, saturation)
            }),
            thermal_voltage: vt,
        })
    }
}

/// Whether the substrate junction lies at the collector.
pub(super) fn is_vertical(polarity: Polarity, model: &BipolarModel) -> bool {
    model.subs.unwrap_or(polarity.sign()) > 0.0
}
