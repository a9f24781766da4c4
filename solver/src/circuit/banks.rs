//! Elements of one type side by side, so that dynamic dispatch happens once for each type and not for each element.

use std::any::Any;

use super::element::{
    AcLoads, Element, Footprint, Loads, NoiseSource, Point, Step, Unknown, Unknowns,
};
use super::error::CircuitError;

/// One element, whatever its type.
pub(super) trait AnyElement {
    fn name(&self) -> &str;
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError>;
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError>;
    fn excite_ac(&self, loads: &mut dyn AcLoads);
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>);
    fn parameters(&self) -> Vec<&'static str>;
    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64>;
    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError>;
}

impl<E: Element> AnyElement for E {
    fn name(&self) -> &str {
        Element::name(self)
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        Element::footprint(self, footprint)
    }
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        Element::set_temperature(self, ambient_kelvin)
    }
    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        Element::excite_ac(self, loads);
    }
    fn noise(&self, at: &Point<'_>, sources: &mut Vec<NoiseSource>) {
        Element::noise(self, at, sources);
    }
    fn parameters(&self) -> Vec<&'static str> {
        Element::parameters(self)
    }
    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        Element::value(self, quantity, at)
    }
    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        Element::set(self, parameter, value)
    }
}

/// All elements of one type.
pub(super) trait AnyBank: Send {
    fn as_any(&mut self) -> &mut dyn Any;
    fn linear(&self) -> bool;
    fn excites(&self) -> bool;
    fn len(&self) -> usize;
    fn element(&self, index: usize) -> &dyn AnyElement;
    fn element_mut(&mut self, index: usize) -> &mut dyn AnyElement;
    fn unknowns(&mut self, unknowns: &mut dyn Unknowns);
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError>;
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError>;
    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>);
    fn excite(&mut self, at: &Point<'_>, loads: &mut Loads<'_>);
    fn accept(&mut self, at: &Point<'_>);
    fn restart(&mut self);
    fn begin_step(&mut self, step: &Step);
    /// The smallest answer, and which element gave it.
    fn end_step(&mut self, at: &Point<'_>) -> (f64, usize);
    fn prepare_transient(&mut self, step: f64, stop: f64);
    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64));
    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>);
    fn largest_step(&self, at: &Point<'_>) -> Option<f64>;
    fn excite_ac(&self, loads: &mut dyn AcLoads);
}

/// The elements of type `E`.
pub(super) struct Bank<E>(pub(super) Vec<E>);

impl<E: Element> AnyBank for Bank<E> {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
    fn linear(&self) -> bool {
        E::LINEAR
    }
    fn excites(&self) -> bool {
        E::EXCITES
    }
    fn len(&self) -> usize {
        self.0.len()
    }
    fn element(&self, index: usize) -> &dyn AnyElement {
        &self.0[index]
    }
    fn element_mut(&mut self, index: usize) -> &mut dyn AnyElement {
        &mut self.0[index]
    }
    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        for element in &mut self.0 {
            Element::unknowns(element, unknowns);
        }
    }
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        self.0
            .iter_mut()
            .try_for_each(|element| Element::footprint(element, footprint))
    }
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.0
            .iter_mut()
            .try_for_each(|element| Element::set_temperature(element, ambient_kelvin))
    }
    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        for element in &mut self.0 {
            Element::load(element, at, loads);
        }
    }
    fn excite(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        for element in &mut self.0 {
            Element::excite(element, at, loads);
        }
    }
    fn accept(&mut self, at: &Point<'_>) {
        for element in &mut self.0 {
            element.accept(at);
        }
    }
    fn restart(&mut self) {
        for element in &mut self.0 {
            element.restart();
        }
    }
    fn begin_step(&mut self, step: &Step) {
        for element in &mut self.0 {
            element.begin_step(step);
        }
    }
    fn end_step(&mut self, at: &Point<'_>) -> (f64, usize) {
        let mut shortest = (f64::INFINITY, 0);
        for (index, element) in self.0.iter_mut().enumerate() {
            let longest = element.end_step(at);
            if longest < shortest.0 {
                shortest = (longest, index);
            }
        }
        shortest
    }
    fn prepare_transient(&mut self, step: f64, stop: f64) {
        for element in &mut self.0 {
            element.prepare_transient(step, stop);
        }
    }
    fn initial_charge(&self, x: &[f64], add: &mut dyn FnMut(Unknown, f64)) {
        for element in &self.0 {
            element.initial_charge(x, add);
        }
    }
    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        for element in &self.0 {
            element.breakpoints(after, until, times);
        }
    }
    fn largest_step(&self, at: &Point<'_>) -> Option<f64> {
        self.0
            .iter()
            .filter_map(|element| element.largest_step(at))
            .reduce(f64::min)
    }
    fn excite_ac(&self, loads: &mut dyn AcLoads) {
        for element in &self.0 {
            element.excite_ac(loads);
        }
    }
}
