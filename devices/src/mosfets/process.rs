//! From the parameters of a `.model` line to the electrical parameters at the temperature of a device.
//!
//! Parameters that were not given follow from the process (Sze, "Physics of Semiconductor Devices", chapter 8), in the
//! same order of precedence and with the same constants as in SPICE; the temperature dependence is that of SPICE 3
//! (Vladimirescu and Liu, "The Simulation of MOS Integrated Circuits Using SPICE2", UCB/ERL M80/7, 1980).

use super::bias::Polarity;
use super::cards::MosfetModel;
use super::channel::LevelRules;
use crate::constants::{
    BOLTZMANN, ELEMENTARY_CHARGE, OXIDE_PERMITTIVITY, SILICON_PERMITTIVITY, ZERO_CELSIUS,
};
use crate::parameters::ParameterError;

/// Temperature to which the temperature laws refer, K.
const REFERENCE_TEMPERATURE: f64 = 300.15;
/// Band gap of silicon at the reference temperature in the law of the junction potential, eV.
const REFERENCE_BAND_GAP: f64 = 1.115_087_7;
/// Intrinsic carrier density of silicon at 300 K, 1/m^3.
const INTRINSIC_CARRIERS: f64 = 1.45e16;
/// Electron affinity of silicon, eV.
const SILICON_AFFINITY: f64 = 3.25;
/// Work function of aluminium against silicon dioxide, eV.
const ALUMINIUM_WORK_FUNCTION: f64 = 3.2;
/// Relative change of a junction capacitance per kelvin.
const CAPACITANCE_SLOPE: f64 = 4e-4;
/// Surface potential, transconductance and mobility when nothing gives them.
const DEFAULT_PHI: f64 = 0.6;
const DEFAULT_TRANSCONDUCTANCE: f64 = 2e-5;
const DEFAULT_MOBILITY_CM2: f64 = 600.0;

/// Thermal voltage at an absolute temperature, V.
pub(super) fn thermal_voltage(kelvin: f64) -> f64 {
    BOLTZMANN * kelvin / ELEMENTARY_CHARGE
}

/// Band gap of silicon, eV (Thurmond, J. Electrochem. Soc. 122, 1975).
pub(super) fn band_gap(kelvin: f64) -> f64 {
    1.16 - 7.02e-4 * kelvin * kelvin / (kelvin + 1108.0)
}

/// What a built-in potential gains beyond its proportionality to the temperature, V.
fn potential_shift(kelvin: f64) -> f64 {
    let vt = thermal_voltage(kelvin);
    let gap = -band_gap(kelvin) / (2.0 * vt)
        + REFERENCE_BAND_GAP / (2.0 * thermal_voltage(REFERENCE_TEMPERATURE));
    -2.0 * vt * (1.5 * (kelvin / REFERENCE_TEMPERATURE).ln() + gap)
}

/// A built-in potential, known at `nominal`, at another temperature; also at the reference temperature.
fn potential_at(potential: f64, nominal: f64, kelvin: f64) -> (f64, f64) {
    let at_reference = (potential - potential_shift(nominal)) * REFERENCE_TEMPERATURE / nominal;
    let there = at_reference * kelvin / REFERENCE_TEMPERATURE + potential_shift(kelvin);
    (there, at_reference)
}

/// How junctions change between two temperatures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct JunctionTemperature {
    pub(super) thermal_voltage: f64,
    /// Factor of saturation currents.
    pub(super) saturation_factor: f64,
    /// Built-in potential at the device temperature, V.
    pub(super) potential: f64,
    nominal_drift: f64,
    drift: f64,
}

impl JunctionTemperature {
    /// For a built-in potential measured at `nominal` kelvin.
    pub(super) fn new(potential: f64, nominal: f64, kelvin: f64) -> Self {
        let (there, at_reference) = potential_at(potential, nominal, kelvin);
        let drift = |temperature: f64, potential: f64| {
            CAPACITANCE_SLOPE * (temperature - REFERENCE_TEMPERATURE)
                - (potential - at_reference) / at_reference
        };
        let exponent = band_gap(nominal) / thermal_voltage(nominal)
            - band_gap(kelvin) / thermal_voltage(kelvin);
        Self {
            thermal_voltage: thermal_voltage(kelvin),
            saturation_factor: exponent.exp(),
            potential: there,
            nominal_drift: drift(nominal, potential),
            drift: drift(kelvin, there),
        }
    }

    /// Factor of a capacitance with the given grading coefficient.
    pub(super) fn capacitance_factor(&self, grading: f64) -> f64 {
        (1.0 + grading * self.drift) / (1.0 + grading * self.nominal_drift)
    }
}

/// Temperatures of a device, K: (parameter measurement, device).
pub(super) fn temperatures(
    tnom: Option<f64>,
    temp: Option<f64>,
    dtemp: f64,
    ambient: f64,
) -> Result<(f64, f64), ParameterError> {
    let nominal = tnom.map_or(REFERENCE_TEMPERATURE, |celsius| celsius + ZERO_CELSIUS);
    let device = temp.map_or(ambient + dtemp, |celsius| celsius + ZERO_CELSIUS);
    for (name, kelvin) in [("tnom", nominal), ("temp", device)] {
        if !(kelvin > 0.0 && kelvin.is_finite()) {
            return Err(ParameterError::OutOfRange {
                name: name.to_owned(),
                value: kelvin - ZERO_CELSIUS,
                reason: "must be above -273.15 degrees Celsius",
            });
        }
    }
    Ok((nominal, device))
}

/// Electrical parameters of a process at the temperature of a device, normalised to an n-channel device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// Device temperature, K.
    pub temperature: f64,
    /// Thermal voltage, V.
    pub thermal_voltage: f64,
    /// Oxide capacitance, F/m^2; 0 when there is no oxide thickness.
    pub oxide_capacitance: f64,
    /// Transconductance parameter, A/V^2.
    pub transconductance: f64,
    /// Surface mobility at the nominal temperature, m^2/(V s).
    pub nominal_mobility: f64,
    /// Surface mobility, m^2/(V s).
    pub mobility: f64,
    /// Body effect, V^0.5.
    pub gamma: f64,
    /// Surface potential at strong inversion, V.
    pub phi: f64,
    /// Threshold voltage without the body effect, V.
    pub vbi: f64,
    /// Threshold voltage at zero bulk bias, V.
    pub threshold: f64,
    /// `2 eps_si / (q N)`, m^2/V: the square of a depletion width is this times the voltage across it; 0 when the
    /// doping is not given.
    pub depletion: f64,
    /// Built-in potential of the bulk junctions, V.
    pub junction_potential: f64,
    /// What the parameters that may be derived are at the nominal temperature.
    pub(super) nominal: Nominal,
}

/// Given or derived parameters at the temperature of measurement, with their signs as on the `.model` line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nominal {
    pub(super) vto: f64,
    pub(super) kp: f64,
    pub(super) gamma: f64,
    pub(super) phi: f64,
    pub(super) uo_cm2: f64,
}

impl Nominal {
    fn derive(
        model: &MosfetModel,
        polarity: Polarity,
        rules: &LevelRules,
        oxide: f64,
        kelvin: f64,
    ) -> Result<Self, ParameterError> {
        let uo_cm2 = model.uo.unwrap_or(DEFAULT_MOBILITY_CM2);
        let mut nominal = Self {
            vto: model.vto.unwrap_or(0.0),
            kp: model.kp.unwrap_or(if oxide > 0.0 {
                uo_cm2 * 1e-4 * oxide
            } else {
                DEFAULT_TRANSCONDUCTANCE
            }),
            gamma: model.gamma.unwrap_or(0.0),
            phi: model.phi.unwrap_or(DEFAULT_PHI),
            uo_cm2,
        };
        let Some(doping_cm3) = model.nsub.filter(|_| oxide > 0.0) else {
            return Ok(nominal);
        };
        let doping = doping_cm3 * 1e6;
        let gap = band_gap(kelvin);
        let carriers = if rules.carriers_follow_temperature {
            let ratio = kelvin / 300.0;
            INTRINSIC_CARRIERS
                * ratio
                * ratio.sqrt()
                * (0.5 * gap * (1.0 / 300.0 - 1.0 / kelvin) * ELEMENTARY_CHARGE / BOLTZMANN).exp()
        } else {
            INTRINSIC_CARRIERS
        };
        if doping <= carriers {
            return Err(ParameterError::OutOfRange {
                name: "nsub".to_owned(),
                value: doping_cm3,
                reason: "must be above the intrinsic carrier density of silicon, 1.45e10 per cm^3",
            });
        }
        if model.phi.is_none() {
            nominal.phi = (2.0 * thermal_voltage(kelvin) * (doping / carriers).ln()).max(0.1);
        }
        if model.gamma.is_none() {
            nominal.gamma =
                (2.0 * SILICON_PERMITTIVITY * ELEMENTARY_CHARGE * doping).sqrt() / oxide;
        }
        if model.vto.is_none() {
            let sign = polarity.sign();
            let bulk = SILICON_AFFINITY + 0.5 * gap + sign * 0.5 * nominal.phi;
            let gate = if model.tpg == 0.0 {
                ALUMINIUM_WORK_FUNCTION
            } else {
                SILICON_AFFINITY + 0.5 * gap - sign * model.tpg * 0.5 * gap
            };
            let flat_band = gate - bulk - model.nss * 1e4 * ELEMENTARY_CHARGE / oxide;
            nominal.vto = flat_band + sign * (nominal.gamma * nominal.phi.sqrt() + nominal.phi);
        }
        Ok(nominal)
    }
}

impl Process {
    /// Derives what was not given and carries everything from `nominal` to `kelvin`.
    ///
    /// # Errors
    /// Which parameter makes the device impossible.
    pub(super) fn new(
        model: &MosfetModel,
        polarity: Polarity,
        rules: &LevelRules,
        (nominal_kelvin, kelvin): (f64, f64),
    ) -> Result<Self, ParameterError> {
        let oxide = match model.tox.or(rules.oxide_thickness) {
            Some(thickness) if thickness != 0.0 || rules.oxide_thickness.is_some() => {
                require("tox", thickness, thickness > 0.0, "must be above 0")?;
                OXIDE_PERMITTIVITY / thickness
            }
            _ => 0.0,
        };
        let nominal = Nominal::derive(model, polarity, rules, oxide, nominal_kelvin)?;
        require("phi", nominal.phi, nominal.phi > 0.0, "must be above 0")?;
        require(
            "gamma",
            nominal.gamma,
            nominal.gamma >= 0.0,
            "must not be negative",
        )?;
        require("kp", nominal.kp, nominal.kp >= 0.0, "must not be negative")?;
        require(
            "uo",
            nominal.uo_cm2,
            nominal.uo_cm2 > 0.0,
            "must be above 0",
        )?;

        let sign = polarity.sign();
        let (phi, _) = potential_at(nominal.phi, nominal_kelvin, kelvin);
        require(
            "phi",
            nominal.phi,
            phi > 0.0,
            "is not above 0 at the device temperature",
        )?;
        let (junction_potential, _) = potential_at(model.pb, nominal_kelvin, kelvin);
        let shift = if rules.dimension_corrections {
            model.delvto
        } else {
            0.0
        };
        let vbi = sign * (shift + nominal.vto) - nominal.gamma * nominal.phi.sqrt()
            + sign * 0.5 * (band_gap(nominal_kelvin) - band_gap(kelvin))
            + 0.5 * (phi - nominal.phi);
        let ratio = kelvin / nominal_kelvin;
        let mobility_loss = ratio * ratio.sqrt();
        let nominal_mobility = nominal.uo_cm2 * 1e-4;
        let depletion = model.nsub.map_or(0.0, |doping_cm3| {
            2.0 * SILICON_PERMITTIVITY / (ELEMENTARY_CHARGE * doping_cm3 * 1e6)
        });
        Ok(Self {
            temperature: kelvin,
            thermal_voltage: thermal_voltage(kelvin),
            oxide_capacitance: oxide,
            transconductance: nominal.kp / mobility_loss,
            nominal_mobility,
            mobility: nominal_mobility / mobility_loss,
            gamma: nominal.gamma,
            phi,
            vbi,
            threshold: vbi + nominal.gamma * phi.sqrt(),
            depletion,
            junction_potential,
            nominal,
        })
    }
}

/// An error unless a parameter is in range. `NaN` never is: write the condition so that it fails.
pub(super) fn require(
    name: &str,
    value: f64,
    in_range: bool,
    reason: &'static str,
) -> Result<(), ParameterError> {
    if in_range && value.is_finite() {
        Ok(())
    } else {
        Err(ParameterError::OutOfRange {
            name: name.to_owned(),
            value,
            reason,
        })
    }
}
