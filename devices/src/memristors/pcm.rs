//! A phase-change cell as a circuit element: a conductance with the measured statistics of [`PcmModel`].

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Point, Unknown,
};

use super::draw::{Draw, seed_of};
use super::element::refuse;
use super::ranges::{finite, fraction, not_negative, positive, refuse as out_of_range, switch};
use crate::constants::BOLTZMANN;
use crate::nonidealities::PcmModel;
use crate::nonidealities::streams::{Purpose, Streams};
use crate::parameters::{ParameterError, Parameters, parameters};

parameters! {
    /// Parameters of [`PcmElement`].
    pub struct PcmParameters {
        /// Highest conductance, S; that of the measured cells when not given.
        gmax: Option<f64> = None, ["gmax"];
        /// Target as a part of the highest conductance, 0 to 1; 1 when no target is given.
        x0: Option<f64> = None, ["x0"];
        /// Target, S; instead of `x0`.
        g: Option<f64> = None, ["g"];
        /// Time from programming to time zero of the circuit, s.
        tread: f64 = 0.0, ["tread"];
        /// 1 if there is programming noise, else 0.
        programming: f64 = 1.0, ["programming"];
        /// 1 if there is drift, else 0.
        drift: f64 = 1.0, ["drift"];
        /// 1 if there is read noise, else 0.
        readnoise: f64 = 1.0, ["readnoise"];
        /// 1 if the time of a transient counts as time after programming, else 0.
        elapse: f64 = 0.0, ["elapse"];
        /// Seed of the draws; that of the run when not given.
        seed: Option<f64> = None, ["seed"];
    }
}

impl PcmParameters {
    /// Forgets the target, so that another one can be set as `x0` or as `g`.
    pub fn forget_target(&mut self) {
        (self.x0, self.g) = (None, None);
    }

    /// Checks every value; returns highest conductance and target, S.
    ///
    /// # Errors
    /// [`ParameterError::OutOfRange`] names the parameter that cannot be.
    pub fn check(&self, model: PcmModel) -> Result<(f64, f64), ParameterError> {
        finite(self)?;
        positive(self, &["gmax"])?;
        fraction(self, &["x0"])?;
        not_negative(self, &["g", "tread"])?;
        switch(self, &["programming", "drift", "readnoise", "elapse"])?;
        seed_of(self.seed, 0)?;
        let gmax = self.gmax.unwrap_or(model.g_max());
        let target = match (self.x0, self.g) {
            (Some(_), Some(g)) => {
                return Err(out_of_range("g", g, "x0 is given too; only one may be"));
            }
            (x0, None) => x0.unwrap_or(1.0) * gmax,
            (None, Some(g)) => g,
        };
        // `x0` is at most 1.
        if target > gmax {
            return Err(out_of_range("g", target, "must not exceed gmax"));
        }
        Ok((gmax, target))
    }
}

/// A phase-change cell (N, `pcm`) between two nodes: the conductance at a time `t` after programming is
///
/// `g(t) = g_prog ((t + t0)/t0)^-nu (1 + s(t) z)`,
///
/// not below 0, with `g_prog`, `nu` and `z` drawn once for each cell as [`PcmModel`] has it: programming noise and drift exponent depend on the
/// target, read noise on what was programmed (S. R. Nandakumar et al., ICECS 2019; M. Le Gallo et al., Nature Electronics 6, 680, 2023).
/// Read noise is that of one read: it stays the same while the circuit is simulated. `.noise` has it as a 1/f spectrum, besides thermal noise.
///
/// Values: `i` current, `p` power, `v` voltage, `g` conductance, `r` resistance, `x` conductance as a part of the highest one, `gprog`
/// what was programmed (S), `nu` the drift exponent, and the parameters.
#[derive(Clone, Debug)]
pub struct PcmElement {
    name: String,
    plus: Unknown,
    minus: Unknown,
    model: PcmModel,
    parameters: PcmParameters,
    multiplier: f64,
    draw: Draw,
    cell: Cell,
    slots: PairSlots,
    kelvin: f64,
}

/// What the draws have made of one cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    model: PcmModel,
    gmax: f64,
    /// Programmed, S.
    programmed: f64,
    /// Drift exponent; 0 without drift.
    nu: f64,
    /// Deviate of the read; 0 without read noise.
    read: f64,
    /// Time after programming at time zero, s.
    age: f64,
    elapses: bool,
    /// Conductance at time zero, S.
    at_start: f64,
}

impl Cell {
    fn new(
        model: PcmModel,
        p: &PcmParameters,
        draw: Draw,
        name: &str,
    ) -> Result<Self, ParameterError> {
        let (gmax, target) = p.check(model)?;
        let seed = seed_of(p.seed, draw.seed)?;
        let normal = |purpose| {
            let key = Draw { seed, ..draw }.key(purpose, (0, 0), name);
            Streams::new(&key).cell(0, 0).normal(0)
        };
        let x = target / gmax;
        let programmed = if p.programming == 0.0 {
            target
        } else {
            let sigma = model.programming_sigma(x) * gmax;
            (target + sigma * normal(Purpose::PcmProgramming)).max(0.0)
        };
        let nu = if p.drift == 0.0 {
            0.0
        } else {
            let (mean, sigma) = model.drift_exponent(x);
            (mean + sigma * normal(Purpose::PcmDrift)).abs()
        };
        let read = if p.readnoise == 0.0 {
            0.0
        } else {
            normal(Purpose::PcmRead)
        };
        let mut cell = Self {
            model,
            gmax,
            programmed,
            nu,
            read,
            age: p.tread,
            elapses: p.elapse != 0.0,
            at_start: 0.0,
        };
        cell.at_start = cell.aged(p.tread);
        Ok(cell)
    }

    /// The conductance at a time after programming, s.
    fn aged(&self, age: f64) -> f64 {
        let mut g = self.programmed;
        if self.nu != 0.0 {
            g *= self.model.drift(age, self.nu);
        }
        if self.read != 0.0 {
            let sigma = self.model.read_sigma(self.programmed / self.gmax, age);
            g *= 1.0 + sigma * self.read;
        }
        g.max(0.0)
    }

    /// The conductance at a time of the circuit, s.
    fn at(&self, time: f64) -> f64 {
        if self.elapses && time > 0.0 {
            self.aged(self.age + time)
        } else {
            self.at_start
        }
    }
}

impl PcmElement {
    /// The type on `.model` cards.
    pub const KIND: &'static str = "pcm";

    /// `multiplier` equal cells in parallel. The numbers drawn depend on the seed of the parameters (else of `draw`), the trial of
    /// `draw` and the name, and on nothing else.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is out of range.
    pub fn new(
        name: String,
        (plus, minus): (Unknown, Unknown),
        (model, parameters): (PcmModel, PcmParameters),
        multiplier: f64,
        draw: Draw,
    ) -> Result<Self, CircuitError> {
        let cell =
            Cell::new(model, &parameters, draw, &name).map_err(|error| refuse(&name, &error))?;
        if !(multiplier > 0.0 && multiplier.is_finite()) {
            return Err(refuse(
                &name,
                &out_of_range("m", multiplier, "must be positive"),
            ));
        }
        Ok(Self {
            name,
            plus,
            minus,
            model,
            parameters,
            multiplier,
            draw,
            cell,
            slots: PairSlots::IGNORED,
            kelvin: 300.15,
        })
    }
}

impl Element for PcmElement {
    /// The conductance depends on time.
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let ends = (self.plus, self.minus);
        self.slots = PairSlots::declare(footprint, ends, ends);
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.kelvin = ambient_kelvin;
        Ok(())
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let g = self.multiplier * self.cell.at(at.time);
        let current = g * at.voltage(self.plus, self.minus);
        loads.current(self.plus, current);
        loads.current(self.minus, -current);
        loads.pair_conductance(&self.slots, g);
    }

    /// Thermal noise `4 k T g`, and read noise of the relative density `Q^2/f`.
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        let g = self.cell.at(at.time);
        let q = if self.parameters.readnoise == 0.0 {
            0.0
        } else {
            self.model
                .read_noise_amplitude(self.cell.programmed / self.cell.gmax)
        };
        let current = q * g * at.voltage(self.plus, self.minus);
        sources.push(NoiseSource {
            label: "",
            from: self.plus,
            to: self.minus,
            white: 4.0 * BOLTZMANN * self.kelvin * self.multiplier * g,
            flicker: self.multiplier * current * current,
            exponent: 1.0,
        });
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let v = at.voltage(self.plus, self.minus);
        let g = self.cell.at(at.time);
        let all = self.multiplier * g;
        match quantity {
            "i" => Some(all * v),
            "p" => Some(all * v * v),
            "v" => Some(v),
            "g" => Some(all),
            "r" => Some(all.recip()),
            "x" => Some(g / self.cell.gmax),
            "gprog" => Some(self.cell.programmed),
            "nu" => Some(self.cell.nu),
            "gmax" => Some(self.cell.gmax),
            "m" => Some(self.multiplier),
            _ => self.parameters.get(quantity),
        }
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        let mut parameters = self.parameters.clone();
        if matches!(parameter, "x0" | "g") {
            parameters.forget_target();
        }
        let made = parameters
            .set(parameter, value)
            .and_then(|()| Cell::new(self.model, &parameters, self.draw, &self.name));
        self.cell = made.map_err(|error| refuse(&self.name, &error))?;
        self.parameters = parameters;
        Ok(())
    }
}
