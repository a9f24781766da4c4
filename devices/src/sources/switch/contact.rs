//! The contact of a switch: two resistances and a memory.

use ohmloom_solver::circuit::{
    CircuitError, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Start, Unknown,
};

use super::position::{Position, Thresholds};
use crate::constants::BOLTZMANN;
use crate::passive::{refusal, require_finite};

/// Changes of position in one solution after which the position stays. If the control still asks for the other one, the
/// solution does not count as converged: a shorter time step may settle it; without one there may be no consistent position.
const CHANGES_MOST: u32 = 6;
/// The part of the way to the threshold that one time step may go.
const APPROACH: f64 = 0.75;
/// How far beyond the threshold a step may aim, in parts of the last step's change: keeps the approach from never ending.
const OVERSHOOT: f64 = 0.05;

/// Both switches, but for the origin of the control.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) name: String,
    ends: (Unknown, Unknown),
    pub(super) thresholds: Thresholds,
    closed_siemens: f64,
    open_siemens: f64,
    on: bool,
    position: Position,
    accepted: Position,
    changes: u32,
    /// Time and control of the last two accepted points, the newer first.
    history: [(f64, f64); 2],
    slots: PairSlots,
}

impl Contact {
    pub(super) fn new(
        name: String,
        ends: (Unknown, Unknown),
        thresholds: Thresholds,
        (ron, roff): (f64, f64),
        on: bool,
    ) -> Result<Self, CircuitError> {
        require_finite(&name, "threshold", thresholds.centre)?;
        require_finite(&name, "hysteresis", thresholds.hysteresis)?;
        let position = if on {
            Position::HeldClosed
        } else {
            Position::Open
        };
        let mut contact = Self {
            name,
            ends,
            thresholds,
            closed_siemens: 0.0,
            open_siemens: 0.0,
            on,
            position,
            accepted: position,
            changes: 0,
            history: [(0.0, 0.0); 2],
            slots: PairSlots::IGNORED,
        };
        contact.set_resistance(true, ron)?;
        contact.set_resistance(false, roff)?;
        Ok(contact)
    }

    pub(super) fn set_resistance(&mut self, closed: bool, ohms: f64) -> Result<(), CircuitError> {
        if ohms == 0.0 || !ohms.is_finite() {
            let name = if closed { "ron" } else { "roff" };
            return Err(refusal(
                &self.name,
                format!("{name} = {ohms}: must be finite and not zero"),
            ));
        }
        if closed {
            self.closed_siemens = 1.0 / ohms;
        } else {
            self.open_siemens = 1.0 / ohms;
        }
        Ok(())
    }

    pub(super) fn place(&mut self, footprint: &mut dyn Footprint) {
        self.slots = PairSlots::declare(footprint, self.ends, self.ends);
    }

    fn siemens(&self) -> f64 {
        if self.position.is_closed() {
            self.closed_siemens
        } else {
            self.open_siemens
        }
    }

    pub(super) fn load(&mut self, at: &Point<'_>, control: f64, loads: &mut Loads<'_>) {
        match (at.phase, at.start) {
            (Phase::SmallSignal, _) => {}
            (_, Start::Junctions | Start::InitialConditions) => {
                self.position = self.thresholds.first(control, self.on);
                self.accepted = self.position;
                self.changes = 0;
            }
            (_, Start::Continue) => self.follow(control, loads),
        }
        let conductance = self.siemens();
        let current = conductance * at.voltage(self.ends.0, self.ends.1);
        loads.current(self.ends.0, current);
        loads.current(self.ends.1, -current);
        loads.pair_conductance(&self.slots, conductance);
    }

    /// Takes the position that the control asks for; the iteration must go on if that changes the conductance.
    fn follow(&mut self, control: f64, loads: &mut Loads<'_>) {
        let next = self.thresholds.next(control, self.position, self.accepted);
        let changes = next.is_closed() != self.position.is_closed();
        if changes {
            loads.limited();
            self.changes += 1;
        }
        if !changes || self.changes <= CHANGES_MOST {
            self.position = next;
        }
    }

    pub(super) fn accept(&mut self, at: &Point<'_>, control: f64) {
        self.accepted = self.position;
        self.changes = 0;
        let now = (at.time, control);
        self.history = match at.phase {
            Phase::Transient => [now, self.history[0]],
            Phase::Dc | Phase::TransientStart | Phase::SmallSignal => [now; 2],
        };
    }

    pub(super) fn restart(&mut self) {
        self.position = self.accepted;
        self.changes = 0;
    }

    /// The time in which the control, if it goes on as in the last step, covers three quarters of its way to the threshold.
    pub(super) fn largest_step(&self) -> Option<f64> {
        let [(now, control), (before, previous)] = self.history;
        let change = control - previous;
        let remaining = self.thresholds.distance(control, change, self.accepted)?;
        let steps = APPROACH * remaining / change + OVERSHOOT;
        Some(steps * (now - before)).filter(|&step| step > 0.0)
    }

    /// Thermal noise `4 k T / R` of the present resistance.
    pub(super) fn noise(&self, at: &Point<'_>) -> NoiseSource {
        NoiseSource {
            label: "",
            from: self.ends.0,
            to: self.ends.1,
            white: 4.0 * BOLTZMANN * at.temperature * self.siemens().abs(),
            flicker: 0.0,
            exponent: 1.0,
        }
    }

    pub(super) fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let volts = at.voltage(self.ends.0, self.ends.1);
        let current = self.siemens() * volts;
        match quantity {
            "i" => Some(current),
            "v" => Some(volts),
            "p" => Some(current * volts),
            "g" => Some(self.siemens()),
            "on" => Some(f64::from(self.position.is_closed())),
            "ron" => Some(1.0 / self.closed_siemens),
            "roff" => Some(1.0 / self.open_siemens),
            _ => None,
        }
    }
}
