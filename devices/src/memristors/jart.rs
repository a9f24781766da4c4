//! JART VCM v1b: oxygen vacancies in a disc beside a Schottky contact.

use std::f64::consts::{FRAC_PI_2, PI};

use super::cards::{Choices, ParameterSet, WordParameter};
use super::draw::Draw;
use super::evaluation::CellEvaluation;
use super::jart_variability::{self, Filaments};
use super::ranges::{between, finite, not_negative, positive, rising};
use super::{Memristor, StateKind};
use crate::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use crate::dual::Dual;
use crate::parameters::{ParameterError, parameters};

/// Permittivity of vacuum, F/m.
const VACUUM_PERMITTIVITY: f64 = 8.854_187_812_8e-12;
/// Planck's constant, J s.
const PLANCK: f64 = 6.626_070_15e-34;
/// Mass of the electron, kg.
const ELECTRON_MASS: f64 = 9.109_383_701_5e-31;
/// Richardson's constant of the electrode, A/(m^2 K^2).
const RICHARDSON: f64 = 6.01e5;
/// Charge number of a vacancy.
const CHARGE_NUMBER: f64 = 2.0;
/// The unit of concentrations, 1/m^3.
const CONCENTRATION: f64 = 1e26;
/// Band bending below which the fourth root of the barrier lowering is a straight line, V.
const BENDING_MIN: f64 = 1e-6;
/// Largest ratio of the field's energy to the hopping barrier.
const TILT_MAX: f64 = 0.999;
/// Least temperature of an evaluation, in units of the ambient temperature.
const TEMPERATURE_MIN: f64 = 0.3;

parameters! {
    /// Parameters of [`JartV1b`].
    pub struct JartParameters {
        /// Relative permittivity of the oxide.
        eps: f64 = 17.0, ["eps"];
        /// Relative permittivity in the lowering of the barrier.
        epsphib: f64 = 5.5, ["epsphib"];
        /// Barrier of the Schottky contact, V.
        phibn0: f64 = 0.18, ["phibn0"];
        /// Distance of the Fermi level from the conduction band, V.
        phin: f64 = 0.1, ["phin"];
        /// Mobility of electrons, m^2/(V s).
        un: f64 = 4e-6, ["un"];
        /// Largest concentration of vacancies in the disc, 1e26/m^3.
        ndmax: f64 = 20.0, ["ndmax"];
        /// Least concentration of vacancies in the disc, 1e26/m^3.
        ndmin: f64 = 0.008, ["ndmin"];
        /// Concentration of vacancies in the plug, 1e26/m^3.
        nplug: f64 = 20.0, ["nplug"];
        /// Hopping distance, m.
        a: f64 = 0.25e-9, ["a"];
        /// Attempt frequency, Hz.
        ny0: f64 = 2e13, ["ny0"];
        /// Hopping barrier, eV.
        dwa: f64 = 1.35, ["dwa"];
        /// Thermal resistance for negative voltages, K/W.
        rth0: f64 = 15.72e6, ["rth0"];
        /// Factor on the thermal resistance for positive voltages.
        rths: f64 = 0.27, ["rths"];
        /// Radius of the filament, m.
        rdet: f64 = 45e-9, ["rdet"];
        /// Length of disc and plug, m.
        lcell: f64 = 3e-9, ["lcell"];
        /// Length of the disc, m.
        ldet: f64 = 0.4e-9, ["ldet"];
        /// Series resistance of the oxide, ohm.
        rtiox: f64 = 650.0, ["rtiox"];
        /// Resistance of the lines, ohm.
        r0: f64 = 719.2437, ["r0"];
        /// Thermal resistance of the lines, K/W.
        rthline: f64 = 90471.47, ["rthline"];
        /// Temperature coefficient of the lines, 1/K.
        alphaline: f64 = 3.92e-3, ["alphaline"];
        /// Ambient temperature, K.
        t0: f64 = 293.0, ["t0"];
        /// Concentration of vacancies in the disc at the start, 1e26/m^3.
        ndisc0: f64 = 0.008, ["ndisc0"];
        /// Spread of `ndmin` between cells, relative standard deviation.
        sigma_nmin: f64 = 0.0, ["sigma_nmin"];
        /// Spread of `ndmax` between cells, relative standard deviation.
        sigma_nmax: f64 = 0.0, ["sigma_nmax"];
        /// Spread of `ldet` between cells, relative standard deviation.
        sigma_l: f64 = 0.0, ["sigma_l"];
        /// Spread of `rdet` between cells, relative standard deviation.
        sigma_r: f64 = 0.0, ["sigma_r"];
        /// Spread of `ndmin` between cycles around that of the cell, relative standard deviation.
        c2c_nmin: f64 = 0.0, ["c2c_nmin"];
        /// Spread of `ndmax` between cycles around that of the cell, relative standard deviation.
        c2c_nmax: f64 = 0.0, ["c2c_nmax"];
        /// Spread of `ldet` between cycles around that of the cell, relative standard deviation.
        c2c_l: f64 = 0.0, ["c2c_l"];
        /// Spread of `rdet` between cycles around that of the cell, relative standard deviation.
        c2c_r: f64 = 0.0, ["c2c_r"];
        /// Standard deviations from the mean at which all spreads are cut off.
        cut: f64 = 3.0, ["cut"];
        /// Seed of the draws; that of the run when not given.
        seed: Option<f64> = None, ["seed"];
    }
}

/// JART VCM v1b (C. Bengel et al., IEEE Trans. CAS I 67:4618, 2020; F. Cueppers et al., APL Mater. 7:091105, 2019): vacancies of concentration `N` in a disc of oxide between a Schottky contact and a plug, in series with both and
/// with the lines, heated by its current.
///
/// The states are `ln N`, the voltage of the Schottky contact and the temperature, of which the last two are algebraic. The
/// state in the sense of the paper is `N` in 1e26/m^3. Negative voltages set (`N` grows).
///
/// [`Memristor::new`] makes the nominal cell; [`Memristor::individual`] draws limits of `N`, length of the disc and radius of the filament for
/// one cell, and [`Memristor::accept`] draws new ones when the voltage is reversed after the cell was switched. Length and radius then go over to
/// the new ones linearly in `N`, while `N` goes to its limit; the thermal resistance goes with the inverse square of the radius.
#[derive(Clone, Debug)]
pub struct JartV1b {
    parameters: JartParameters,
    filaments: Filaments,
    /// Conductivity of the disc at `N` = 1e26/m^3, S/m.
    conductivity: f64,
    /// Fourth power of the barrier lowering at 1 V and `N` = 1e26/m^3, V^4.
    lowering: f64,
    /// The characteristic energy of tunnelling at `N` = 1e26/m^3, J.
    tunnelling: f64,
}

impl JartV1b {
    /// The current density in A/m^2 through the Schottky contact at the voltage `vs`, with `N` in 1e26/m^3 and `T` in K.
    #[inline(always)]
    fn schottky(&self, vs: Dual<4>, n: Dual<4>, kelvin: Dual<4>) -> Dual<4> {
        let thermal = kelvin * BOLTZMANN;
        let barrier = self.barrier(vs, n);
        if vs.value >= 0.0 {
            let per_volt = Dual::from(ELEMENTARY_CHARGE) / thermal;
            let emission = (-(barrier * per_volt)).exp() * ((vs * per_volt).exp() - 1.0);
            return kelvin.square() * emission * RICHARDSON;
        }
        let w00 = n.sqrt() * self.tunnelling;
        let ratio = w00 / thermal;
        let tanh = ratio.tanh();
        let w0 = w00 / tanh;
        let slope = w00 / (ratio - tanh);
        let narrowed = barrier * (-tanh.square() + 1.0);
        let root = (w00 * (narrowed - vs) * (PI * ELEMENTARY_CHARGE)).sqrt();
        let emission = (barrier * -ELEMENTARY_CHARGE / w0).exp()
            * ((vs * -ELEMENTARY_CHARGE / slope).exp() - 1.0);
        kelvin * root * emission * (-RICHARDSON / BOLTZMANN)
    }

    /// The barrier with its lowering by the image force, V.
    #[inline(always)]
    fn barrier(&self, vs: Dual<4>, n: Dual<4>) -> Dual<4> {
        let p = &self.parameters;
        let bending = -vs + (p.phibn0 - p.phin);
        let root = if bending.value <= 0.0 {
            return Dual::from(p.phibn0);
        } else if bending.value < BENDING_MIN {
            bending * BENDING_MIN.powf(-0.75)
        } else {
            bending.abs_powf(0.25)
        };
        let barrier = -(root * (n * self.lowering).abs_powf(0.25)) + p.phibn0;
        if barrier.value > 0.0 {
            barrier
        } else {
            Dual::from(0.0)
        }
    }

    /// `d(ln N)/dt` in a field in V/m.
    #[inline(always)]
    fn hopping(
        &self,
        (field, length): (Dual<4>, Dual<4>),
        n: Dual<4>,
        kelvin: Dual<4>,
        depletes: bool,
    ) -> Dual<4> {
        let p = &self.parameters;
        let (ndmin, ndmax) = self.filaments.limits();
        let tilt = field * (CHARGE_NUMBER * p.a / (PI * p.dwa));
        let tilt = if tilt.value.abs() < TILT_MAX {
            tilt
        } else {
            Dual::from(TILT_MAX.copysign(tilt.value))
        };
        let middle = (-tilt.square() + 1.0).sqrt() + tilt * tilt.asin();
        let beta = Dual::from(p.dwa * ELEMENTARY_CHARGE / BOLTZMANN) / kelvin;
        let forward = (-(beta * (middle - tilt * FRAC_PI_2))).exp();
        let backward = (-(beta * (middle + tilt * FRAC_PI_2))).exp();
        let ratio = if depletes {
            Dual::from(ndmin) / n
        } else {
            n * ndmax.recip()
        };
        let window = -ratio.abs_powf(10.0) + 1.0;
        let mean = (n + p.nplug) * 0.5;
        mean / n * (forward - backward) * window / length * (-p.a * p.ny0)
    }
}

impl Memristor<3> for JartV1b {
    type Parameters = JartParameters;
    const KIND: &'static str = "jart_v1b";
    const INITIAL: &'static str = "ndisc0";
    const WORDS: &'static [WordParameter] = &[];
    const SETS: &'static [ParameterSet] = &[ParameterSet {
        name: "tcas2020",
        source: "C. Bengel et al., IEEE Trans. CAS I 67:4618, 2020",
        values: &[],
        words: &[],
    }];
    const STATES: [StateKind; 3] = [
        StateKind {
            label: "n",
            dynamic: true,
            step_max: 2.0,
        },
        StateKind {
            label: "vs",
            dynamic: false,
            step_max: 0.1,
        },
        StateKind {
            label: "t",
            dynamic: false,
            step_max: 0.3,
        },
    ];

    fn new(parameters: &Self::Parameters, _choices: Choices) -> Result<Self, ParameterError> {
        finite(parameters)?;
        positive(
            parameters,
            &[
                "eps", "epsphib", "phibn0", "un", "ndmin", "nplug", "a", "ny0", "dwa", "rdet",
                "ldet", "t0",
            ],
        )?;
        not_negative(
            parameters,
            &["rth0", "rths", "rtiox", "r0", "rthline", "alphaline"],
        )?;
        rising(
            parameters,
            &[
                ("ndmin", "ndmax", "must be greater than ndmin"),
                ("ldet", "lcell", "must be greater than ldet"),
            ],
        )?;
        let range = (parameters.ndmin, parameters.ndmax);
        between(
            "ndisc0",
            parameters.ndisc0,
            range,
            "must lie between ndmin and ndmax",
        )?;
        jart_variability::check(parameters)?;
        let p = parameters;
        let barrier_permittivity = p.epsphib * VACUUM_PERMITTIVITY;
        let charge = CHARGE_NUMBER * CONCENTRATION;
        Ok(Self {
            filaments: Filaments::nominal(p),
            conductivity: CONCENTRATION * CHARGE_NUMBER * ELEMENTARY_CHARGE * p.un,
            lowering: ELEMENTARY_CHARGE.powi(3) * charge
                / (8.0 * PI * PI * barrier_permittivity.powi(3)),
            tunnelling: ELEMENTARY_CHARGE * PLANCK / (4.0 * PI)
                * (charge / (ELECTRON_MASS * p.eps * VACUUM_PERMITTIVITY)).sqrt(),
            parameters: parameters.clone(),
        })
    }

    fn initial(&self) -> [f64; 3] {
        let (ndmin, ndmax) = self.filaments.own_limits();
        [self.parameters.ndisc0.clamp(ndmin, ndmax).ln(), 0.0, 1.0]
    }

    fn bounds(&self) -> [(f64, f64); 3] {
        let (ndmin, ndmax) = self.filaments.limits();
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        [(ndmin.ln(), ndmax.ln()), free, free]
    }

    #[inline]
    fn evaluate(&self, v: f64, &[n, vs, theta]: &[f64; 3]) -> CellEvaluation<3> {
        let p = &self.parameters;
        let positive = v >= 0.0;
        let v = Dual::variable(v, 0);
        let n = Dual::variable(n, 1).exp();
        let vs = Dual::variable(vs, 2);
        let theta = Dual::variable(theta, 3);
        let kelvin = if theta.value > TEMPERATURE_MIN {
            theta * p.t0
        } else {
            Dual::from(TEMPERATURE_MIN * p.t0)
        };
        let (length, radius) = self.filaments.geometry(n);
        let area = radius.square() * PI;
        let density = self.schottky(vs, n, kelvin);
        let current = density * area;
        // Ohm's law along the filament.
        let field_at_unity = density * self.conductivity.recip();
        let field_in_disc = field_at_unity / n;
        let v_disc = field_in_disc * length;
        let v_plug = field_at_unity * (-length + p.lcell) * p.nplug.recip();
        let heated_line = current.square() * (p.r0 * p.alphaline * p.rthline) + 1.0;
        let v_series = current * (heated_line * p.r0 + p.rtiox);
        let inner = vs + v_disc + v_plug;
        let side = if positive { p.rths } else { 1.0 };
        let narrow = Dual::from(p.rdet * p.rdet) / radius.square();
        let heating = current * inner * narrow * (p.rth0 * side / p.t0);
        let field = if positive {
            inner * p.lcell.recip()
        } else {
            field_in_disc
        };
        let rates = [
            self.hopping((field, length), n, kelvin, positive),
            v - inner - v_series,
            heating + 1.0 - theta,
        ];
        CellEvaluation::of_three(current, rates)
    }

    fn physical(&self, index: usize, s: f64) -> f64 {
        match index {
            0 => s.exp(),
            1 => s,
            _ => s * self.parameters.t0,
        }
    }

    fn individual(mut self, name: &str, draw: Draw) -> Self {
        self.filaments = Filaments::of_cell(&self.parameters, name, draw);
        self.begin();
        self
    }

    fn begin(&mut self) {
        let [ln_n, ..] = self.initial();
        self.filaments.begin(ln_n);
    }

    fn accept(&mut self, v: f64, &[ln_n, ..]: &[f64; 3]) {
        self.filaments.accept(v, ln_n);
    }

    /// `ndmin`, `ndmax`, `ldet` and `rdet` of this cell in this cycle, and `cycle`, how often they were drawn anew.
    fn own(&self, quantity: &str, &[ln_n, ..]: &[f64; 3]) -> Option<f64> {
        let geometry = || self.filaments.geometry(ln_n.exp().into());
        match quantity {
            "ndmin" => Some(self.filaments.limits().0),
            "ndmax" => Some(self.filaments.limits().1),
            "ldet" => Some(geometry().0.value),
            "rdet" => Some(geometry().1.value),
            "cycle" => Some(f64::from(self.filaments.cycle())),
            _ => None,
        }
    }
}
