//! The simplest elements that exercise every part of the engine.

use ohmloom_solver::circuit::{
    AcLoads, CircuitError, Element, Footprint, Loads, NoiseSource, PairSlots, Phase, Point, Slot,
    Start, Unknown, Unknowns,
};

pub(crate) const BOLTZMANN: f64 = 1.380_649e-23;

pub(crate) struct Resistor {
    pub(crate) name: String,
    pub(crate) nodes: (Unknown, Unknown),
    pub(crate) ohm: f64,
    slots: PairSlots,
    kelvin: f64,
}

pub(crate) fn resistor(name: &str, plus: Unknown, minus: Unknown, ohm: f64) -> Resistor {
    Resistor {
        name: name.to_owned(),
        nodes: (plus, minus),
        ohm,
        slots: PairSlots::IGNORED,
        kelvin: 300.0,
    }
}

impl Element for Resistor {
    const LINEAR: bool = true;
    fn name(&self) -> &str {
        &self.name
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots = PairSlots::declare(footprint, self.nodes, self.nodes);
        Ok(())
    }
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.kelvin = ambient_kelvin;
        Ok(())
    }
    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.pair_conductance(&self.slots, 1.0 / self.ohm);
    }
    fn noise(&self, _at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        sources.push(NoiseSource {
            label: "",
            from: self.nodes.0,
            to: self.nodes.1,
            white: 4.0 * BOLTZMANN * self.kelvin / self.ohm,
            flicker: 0.0,
            exponent: 1.0,
        });
    }
    fn parameters(&self) -> Vec<&'static str> {
        vec!["resistance"]
    }
    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        match quantity {
            "resistance" => Some(self.ohm),
            "i" => Some(at.voltage(self.nodes.0, self.nodes.1) / self.ohm),
            _ => None,
        }
    }
    fn set(&mut self, _parameter: &str, value: f64) -> Result<(), CircuitError> {
        self.ohm = value;
        Ok(())
    }
}

pub(crate) struct Capacitor {
    pub(crate) name: String,
    pub(crate) nodes: (Unknown, Unknown),
    pub(crate) farad: f64,
    pub(crate) initial: Option<f64>,
    slots: PairSlots,
}

pub(crate) fn capacitor(name: &str, plus: Unknown, minus: Unknown, farad: f64) -> Capacitor {
    Capacitor {
        name: name.to_owned(),
        nodes: (plus, minus),
        farad,
        initial: None,
        slots: PairSlots::IGNORED,
    }
}

impl Element for Capacitor {
    const LINEAR: bool = true;
    fn name(&self) -> &str {
        &self.name
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots = PairSlots::declare(footprint, self.nodes, self.nodes);
        Ok(())
    }
    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }
    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        loads.pair_capacitance(&self.slots, self.farad);
    }
    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64)) {
        if let Some(initial) = self.initial {
            let present = x[self.nodes.0.index()] - x[self.nodes.1.index()];
            add(self.nodes.0, self.farad * (initial - present));
            add(self.nodes.1, -self.farad * (initial - present));
        }
    }
}

pub(crate) struct Inductor {
    pub(crate) name: String,
    pub(crate) nodes: (Unknown, Unknown),
    pub(crate) henry: f64,
    branch: Unknown,
    slots: [Slot; 5],
}

pub(crate) fn inductor(name: &str, plus: Unknown, minus: Unknown, henry: f64) -> Inductor {
    Inductor {
        name: name.to_owned(),
        nodes: (plus, minus),
        henry,
        branch: Unknown::GROUND,
        slots: [Slot::IGNORED; 5],
    }
}

impl Element for Inductor {
    const LINEAR: bool = true;
    fn name(&self) -> &str {
        &self.name
    }
    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.branch = unknowns.branch_current(&self.name);
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let (p, n) = self.nodes;
        self.slots = [
            footprint.entry(p, self.branch),
            footprint.entry(n, self.branch),
            footprint.entry(self.branch, p),
            footprint.entry(self.branch, n),
            footprint.entry(self.branch, self.branch),
        ];
        Ok(())
    }
    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }
    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        for (&slot, value) in self.slots.iter().zip([1.0, -1.0, 1.0, -1.0]) {
            loads.conductance(slot, value);
        }
        loads.capacitance(self.slots[4], -self.henry);
    }
}

pub(crate) type Waveform = Box<dyn Fn(f64) -> f64 + Send>;

pub(crate) struct VoltageSource {
    pub(crate) name: String,
    pub(crate) nodes: (Unknown, Unknown),
    pub(crate) dc: f64,
    pub(crate) ac: f64,
    pub(crate) wave: Option<Waveform>,
    pub(crate) corners: Vec<f64>,
    branch: Unknown,
    slots: [Slot; 4],
}

pub(crate) fn voltage_source(name: &str, plus: Unknown, minus: Unknown, dc: f64) -> VoltageSource {
    VoltageSource {
        name: name.to_owned(),
        nodes: (plus, minus),
        dc,
        ac: 1.0,
        wave: None,
        corners: Vec::new(),
        branch: Unknown::GROUND,
        slots: [Slot::IGNORED; 4],
    }
}

impl Element for VoltageSource {
    const LINEAR: bool = true;
    const EXCITES: bool = true;
    fn name(&self) -> &str {
        &self.name
    }
    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        self.branch = unknowns.branch_current(&self.name);
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let (p, n) = self.nodes;
        self.slots = [
            footprint.entry(p, self.branch),
            footprint.entry(n, self.branch),
            footprint.entry(self.branch, p),
            footprint.entry(self.branch, n),
        ];
        Ok(())
    }
    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }
    fn load(&mut self, _at: &Point<'_>, loads: &mut Loads<'_>) {
        for (&slot, value) in self.slots.iter().zip([1.0, -1.0, 1.0, -1.0]) {
            loads.conductance(slot, value);
        }
    }
    fn excite(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let value = match (&self.wave, at.phase) {
            (Some(wave), Phase::Transient | Phase::TransientStart) => wave(at.time),
            _ => self.dc,
        };
        loads.current(self.branch, -at.source_factor * value);
    }
    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        times.extend(
            self.corners
                .iter()
                .filter(|&&time| time > after && time <= until),
        );
    }
    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        loads.excite(self.branch, (self.ac, 0.0));
    }
    fn parameters(&self) -> Vec<&'static str> {
        vec!["dc"]
    }
    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        match quantity {
            "dc" => Some(self.dc),
            "acmag" => Some(self.ac),
            "i" => Some(at.value(self.branch)),
            _ => None,
        }
    }
    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        match parameter {
            "acmag" => self.ac = value,
            _ => self.dc = value,
        }
        Ok(())
    }
}

/// `i = saturation (exp(v / thermal) - 1) + gmin v` with junction limiting.
pub(crate) struct Diode {
    pub(crate) name: String,
    pub(crate) nodes: (Unknown, Unknown),
    pub(crate) saturation: f64,
    pub(crate) thermal: f64,
    pub(crate) transit: f64,
    last: f64,
    slots: PairSlots,
}

pub(crate) fn diode(name: &str, plus: Unknown, minus: Unknown) -> Diode {
    Diode {
        name: name.to_owned(),
        nodes: (plus, minus),
        saturation: 1e-14,
        thermal: 0.025_85,
        transit: 0.0,
        last: 0.0,
        slots: PairSlots::IGNORED,
    }
}

impl Element for Diode {
    const LINEAR: bool = false;
    fn name(&self) -> &str {
        &self.name
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.slots = PairSlots::declare(footprint, self.nodes, self.nodes);
        Ok(())
    }
    fn set_temperature(&mut self, _ambient_kelvin: f64) -> Result<(), CircuitError> {
        Ok(())
    }
    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let (p, n) = self.nodes;
        let wanted = at.voltage(p, n);
        let critical = self.thermal * (self.thermal / (2f64.sqrt() * self.saturation)).ln();
        let v = if at.start == Start::Junctions {
            critical
        } else if wanted > critical && wanted - self.last > 2.0 * self.thermal {
            self.last.max(critical)
                + self.thermal * (1.0 + (wanted - self.last) / self.thermal).ln()
        } else {
            wanted
        };
        if (v - wanted).abs() > 1e-9 {
            loads.limited();
        }
        self.last = v;
        let exponential = (v / self.thermal).exp();
        let g = self.saturation / self.thermal * exponential + at.gmin;
        let i = self.saturation * (exponential - 1.0) + at.gmin * v + g * (wanted - v);
        loads.current(p, i);
        loads.current(n, -i);
        loads.pair_conductance(&self.slots, g);
        if self.transit > 0.0 {
            let c = self.transit * g;
            let q = self.transit * self.saturation * (exponential - 1.0) + c * (wanted - v);
            loads.charge(p, q);
            loads.charge(n, -q);
            loads.pair_capacitance(&self.slots, c);
        }
    }
}
