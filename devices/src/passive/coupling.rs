//! Mutual inductance between windings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ohmloom_solver::circuit::{CircuitError, Element, Footprint, Loads, Point, Slot, Unknown};

use super::refusal;

/// What a coupling must know of an inductor: its name, its initial current, and its inductance. Clones share the inductance.
#[derive(Clone, Debug)]
pub struct Winding {
    name: String,
    initial_current: Option<f64>,
    henries: Arc<AtomicU64>,
}

impl Winding {
    pub(super) fn new(name: String, initial_current: Option<f64>) -> Self {
        Self {
            name,
            initial_current,
            henries: Arc::default(),
        }
    }

    /// The name of the inductor.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The inductance at the present temperature, H.
    pub fn henries(&self) -> f64 {
        f64::from_bits(self.henries.load(Ordering::Relaxed))
    }

    pub(super) fn set_henries(&self, henries: f64) {
        self.henries.store(henries.to_bits(), Ordering::Relaxed);
    }

    /// What the initial current exceeds the given one by, A; 0 without an initial current.
    pub(super) fn missing_current(&self, current: f64) -> f64 {
        self.initial_current.map_or(0.0, |ic| ic - current)
    }
}

/// Two windings of a coupling, by their places in its list, and the slots of their entries.
#[derive(Clone, Copy, Debug)]
struct Link {
    first: usize,
    second: usize,
    forward: Slot,
    backward: Slot,
}

/// A coupling (K): `M = k sqrt(|L1 L2|)` between every two of its windings, from their effective inductances, that is
/// after `m`, `scale` and temperature. Several couplings of the same two windings add up.
#[derive(Debug)]
pub struct MutualInductance {
    name: String,
    coefficient: f64,
    windings: Vec<Winding>,
    branches: Vec<Unknown>,
    links: Vec<Link>,
}

impl MutualInductance {
    /// Couples two or more different inductors.
    ///
    /// # Errors
    /// Fewer than two windings, one of them twice, or a coefficient that no coil can have: the energy in the magnetic field
    /// would become negative outside `-1/(n-1) <= k <= 1` for `n` windings.
    pub fn new(
        name: String,
        coefficient: f64,
        windings: Vec<Winding>,
    ) -> Result<Self, CircuitError> {
        if windings.len() < 2 {
            return Err(refusal(&name, "needs at least two inductors"));
        }
        for (place, winding) in windings.iter().enumerate() {
            if windings
                .iter()
                .take(place)
                .any(|other| other.name == winding.name)
            {
                return Err(refusal(
                    &name,
                    format!("couples `{}` with itself", winding.name),
                ));
            }
        }
        let coupling = Self {
            name,
            coefficient,
            branches: Vec::new(),
            links: Vec::new(),
            windings,
        };
        coupling.check(coefficient)?;
        Ok(coupling)
    }

    fn check(&self, coefficient: f64) -> Result<(), CircuitError> {
        let least = -1.0 / (self.windings.len() as f64 - 1.0);
        // -1/(n-1) is not a binary number.
        if coefficient >= least * (1.0 + 1e-12) && coefficient <= 1.0 {
            Ok(())
        } else {
            Err(refusal(
                &self.name,
                format!(
                    "k = {coefficient}: must lie between {least} and 1 for {} inductors",
                    self.windings.len()
                ),
            ))
        }
    }

    /// `M` of a link, H.
    fn mutual(&self, link: &Link) -> f64 {
        let product = self.windings[link.first].henries() * self.windings[link.second].henries();
        self.coefficient * product.abs().sqrt()
    }
}

impl Element for MutualInductance {
    const LINEAR: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.branches.clear();
        self.links.clear();
        for (second, winding) in self.windings.iter().enumerate() {
            let branch = footprint.branch_of(&self.name, winding.name())?;
            for (first, &other) in self.branches.iter().enumerate() {
                self.links.push(Link {
                    first,
                    second,
                    forward: footprint.entry(other, branch),
                    backward: footprint.entry(branch, other),
                });
            }
            self.branches.push(branch);
        }
        Ok(())
    }

    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }

    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        for link in &self.links {
            let mutual = self.mutual(link);
            loads.capacitance(link.forward, -mutual);
            loads.capacitance(link.backward, -mutual);
        }
    }

    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64)) {
        for link in &self.links {
            let mutual = self.mutual(link);
            for (row, other) in [(link.first, link.second), (link.second, link.first)] {
                let current = x[self.branches[other].index()];
                let missing = self.windings[other].missing_current(current);
                add(self.branches[row], -mutual * missing);
            }
        }
    }

    fn parameters(&self) -> Vec<&'static str> {
        vec!["k"]
    }

    fn value(&self, quantity: &str, _at: &Point<'_>) -> Option<f64> {
        matches!(quantity, "k" | "coefficient").then_some(self.coefficient)
    }

    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        if !matches!(parameter, "k" | "coefficient") {
            return Err(refusal(
                &self.name,
                format!("has no parameter `{parameter}` that can be changed"),
            ));
        }
        self.check(value)?;
        self.coefficient = value;
        Ok(())
    }
}
