//! Building a circuit from its elements, and reaching into it by name.

use std::any::TypeId;
use std::collections::HashMap;

use super::banks::{AnyBank, AnyElement, Bank};
use super::element::{
    AcLoads, Element, Footprint, NoiseSource, Phase, Point, Quantity, Slot, Start, Unknown,
};
use super::error::CircuitError;
use super::names::Names;
use super::options::Options;
use super::pattern::{Branches, CollectingFootprint, PlacingFootprint, compress};
use super::registry::Registry;
use super::system::System;
use crate::lu::Pattern;

/// Nodes and elements on their way to a [`Circuit`].
#[derive(Default)]
pub struct CircuitBuilder {
    registry: Registry,
    banks: Vec<Box<dyn AnyBank>>,
    bank_of_type: HashMap<TypeId, usize>,
    /// How many elements of a type there will be, where that is known.
    expected: HashMap<TypeId, usize>,
    elements: Elements,
    /// There were more names than can be kept.
    is_full: bool,
}

/// The names of all elements, and where each is kept.
#[derive(Default)]
struct Elements {
    names: Names,
    places: Vec<Place>,
}

impl Elements {
    fn place(&self, name: &str) -> Option<Place> {
        let number = self.names.get(name)?;
        self.places.get(number as usize).copied()
    }
}

/// Where an element is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) bank: u32,
    pub(super) index: u32,
}

impl CircuitBuilder {
    /// An empty circuit.
    pub fn new() -> Self {
        Self::default()
    }

    /// A circuit with nodes that are known already. The first one must be ground, `0`.
    pub fn with_nodes(nodes: Names) -> Self {
        let mut builder = Self::new();
        if !nodes.is_empty() {
            builder.registry.quantities = vec![Quantity::Voltage; nodes.len()];
            builder.registry.nodes = nodes;
        }
        builder
    }

    /// Ground and all nodes so far, in the order of their names' numbers.
    pub fn nodes(&self) -> impl Iterator<Item = Unknown> {
        (0..self.registry.nodes.len() as u32).map(Unknown)
    }

    /// The node of that name, made on first use; `0` is ground.
    pub fn node(&mut self, name: &str) -> Unknown {
        let Some(number) = self.registry.nodes.intern(name) else {
            self.is_full = true;
            return Unknown::GROUND;
        };
        if number as usize == self.registry.quantities.len() {
            self.registry.quantities.push(Quantity::Voltage);
        }
        Unknown(number)
    }

    /// Announces how many elements of a type will be added.
    pub fn expect<E: Element>(&mut self, count: usize) {
        self.expected.insert(TypeId::of::<E>(), count);
    }

    /// Adds an element.
    ///
    /// # Errors
    /// [`CircuitError::DuplicateName`].
    pub fn add<E: Element>(&mut self, element: E) -> Result<(), CircuitError> {
        let banks = &mut self.banks;
        let expected = &self.expected;
        let bank = *self
            .bank_of_type
            .entry(TypeId::of::<E>())
            .or_insert_with_key(|of_type| {
                let count = expected.get(of_type).copied().unwrap_or(0);
                banks.push(Box::new(Bank::<E>(Vec::with_capacity(count))));
                banks.len() - 1
            });
        let place = Place {
            bank: bank as u32,
            index: banks[bank].len() as u32,
        };
        let known = self.elements.names.len();
        match self.elements.names.intern(element.name()) {
            Some(number) if (number as usize) < known => {
                return Err(CircuitError::DuplicateName {
                    name: element.name().to_owned(),
                });
            }
            Some(_) => self.elements.places.push(place),
            None => self.is_full = true,
        }
        let home: &mut dyn std::any::Any = banks[bank].as_any();
        if let Some(bank) = home.downcast_mut::<Bank<E>>() {
            bank.0.push(element);
        }
        Ok(())
    }

    /// Gives every element its unknowns and its places in the matrix, at the ambient temperature in kelvin.
    ///
    /// # Errors
    /// References to branches that do not exist; parameters that are impossible; more than 4 GiB of names.
    pub fn build(mut self, ambient_kelvin: f64) -> Result<Circuit, CircuitError> {
        if self.is_full {
            return Err(CircuitError::Settings(
                "the names of the circuit take more than 4 GiB".to_owned(),
            ));
        }
        for bank in &mut self.banks {
            bank.unknowns(&mut self.registry);
        }
        let n = self.registry.quantities.len() - 1;
        // Most elements lie between two unknowns.
        let most_entries = n + 4 * self.elements.places.len();
        let mut collecting = CollectingFootprint {
            entries: Vec::with_capacity(most_entries),
            branches: &self.registry,
        };
        for bank in &mut self.banks {
            bank.footprint(&mut collecting)?;
        }
        for row in 1..=n {
            // Conductances to ground during gmin stepping and at nodes held by `.ic` need a diagonal.
            if self.registry.quantities[row] != Quantity::Current {
                let unknown = Unknown(row as u32);
                collecting.entry(unknown, unknown);
            }
        }
        let entries = collecting.entries;
        let pattern =
            compress(n, &entries).map_err(|error| CircuitError::Settings(error.to_string()))?;
        drop(entries);
        let mut placing = PlacingFootprint {
            pattern: &pattern,
            branches: &self.registry,
        };
        for bank in &mut self.banks {
            bank.footprint(&mut placing)?;
        }
        let system = System::new(pattern, self.banks, &self.registry.quantities);
        let mut circuit = Circuit {
            registry: self.registry,
            elements: self.elements,
            system,
            temperature: ambient_kelvin,
        };
        circuit.set_temperature(ambient_kelvin)?;
        Ok(circuit)
    }
}

/// A circuit: elements with their unknowns, ready for analyses.
pub struct Circuit {
    pub(super) registry: Registry,
    elements: Elements,
    pub(super) system: System,
    pub(super) temperature: f64,
}

impl Circuit {
    /// Number of unknowns, ground not counted.
    pub fn unknown_count(&self) -> usize {
        self.registry.quantities.len() - 1
    }

    /// Number of the nodes that elements were connected to, which come first among the unknowns.
    pub fn node_count(&self) -> usize {
        self.registry.nodes.len() - 1
    }

    /// All unknowns in order.
    pub fn unknowns(&self) -> impl Iterator<Item = Unknown> {
        (1..self.registry.quantities.len()).map(|index| Unknown(index as u32))
    }

    /// The name of an unknown: a node's name, `m1#drain`, `v1#branch`.
    pub fn name_of(&self, unknown: Unknown) -> &str {
        self.registry.name(unknown.index())
    }

    /// What an unknown measures.
    pub fn quantity_of(&self, unknown: Unknown) -> Quantity {
        self.registry.quantities[unknown.index()]
    }

    /// The node of that name.
    ///
    /// # Errors
    /// [`CircuitError::UnknownNode`].
    pub fn node(&self, name: &str) -> Result<Unknown, CircuitError> {
        self.registry
            .nodes
            .get(name)
            .map(Unknown)
            .ok_or_else(|| CircuitError::UnknownNode {
                name: name.to_owned(),
            })
    }

    /// The current unknown of an element, if it has one.
    pub fn branch(&self, element: &str) -> Option<Unknown> {
        self.registry.branch(element)
    }

    /// Whether there is an element of that name.
    pub fn has_element(&self, name: &str) -> bool {
        self.elements.names.get(name).is_some()
    }

    /// Ambient temperature, kelvin.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// Changes the ambient temperature.
    ///
    /// # Errors
    /// Parameters that are impossible at that temperature.
    pub fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        self.temperature = ambient_kelvin;
        for bank in &mut self.system.banks {
            bank.set_temperature(ambient_kelvin)?;
        }
        self.system.linear_changed();
        Ok(())
    }

    fn place(&self, element: &str) -> Result<Place, CircuitError> {
        self.elements
            .place(element)
            .ok_or_else(|| CircuitError::UnknownElement {
                name: element.to_owned(),
            })
    }

    pub(super) fn element(&self, place: Place) -> &dyn AnyElement {
        self.system.banks[place.bank as usize].element(place.index as usize)
    }

    /// Names of the parameters of an element that can be changed, the principal one first.
    ///
    /// # Errors
    /// [`CircuitError::UnknownElement`].
    pub fn parameters(&self, element: &str) -> Result<Vec<&'static str>, CircuitError> {
        Ok(self.element(self.place(element)?).parameters())
    }

    /// Changes a parameter of an element; `None` means its principal one.
    ///
    /// # Errors
    /// Unknown elements and parameters, values out of range.
    pub fn set(
        &mut self,
        element: &str,
        parameter: Option<&str>,
        value: f64,
    ) -> Result<(), CircuitError> {
        let place = self.place(element)?;
        let temperature = self.temperature;
        let bank = &mut self.system.banks[place.bank as usize];
        let linear = bank.linear();
        let target = bank.element_mut(place.index as usize);
        let parameter = match parameter {
            Some(name) => name,
            None => {
                target
                    .parameters()
                    .first()
                    .copied()
                    .ok_or_else(|| CircuitError::Parameter {
                        element: element.to_owned(),
                        reason: "has no value that can be changed".to_owned(),
                    })?
            }
        };
        target.set(parameter, value)?;
        target.set_temperature(temperature)?;
        if linear {
            self.system.linear_changed();
        }
        Ok(())
    }

    /// The point of a static solution, for [`Circuit::value`].
    pub fn at<'a>(&self, x: &'a [f64], options: &Options) -> Point<'a> {
        Point {
            x,
            time: 0.0,
            phase: Phase::Dc,
            start: Start::Continue,
            gmin: options.gmin,
            source_factor: 1.0,
            temperature: self.temperature,
            frequency: 0.0,
        }
    }

    /// A parameter or a quantity of an element at a solution; `None` when it has none of that name.
    ///
    /// # Errors
    /// [`CircuitError::UnknownElement`].
    pub fn value(
        &self,
        element: &str,
        quantity: &str,
        at: &Point<'_>,
    ) -> Result<Option<f64>, CircuitError> {
        Ok(self.element(self.place(element)?).value(quantity, at))
    }

    /// Names of all elements, sorted.
    pub fn element_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.elements.names.iter().collect();
        names.sort_unstable();
        names
    }

    /// Every element's place, in the order of banks.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.system
            .banks
            .iter()
            .enumerate()
            .flat_map(|(bank, elements)| {
                (0..elements.len()).map(move |index| Place {
                    bank: bank as u32,
                    index: index as u32,
                })
            })
    }

    /// All noise sources at an operating point, each with the name of its element.
    pub(super) fn noise_sources(&self, at: &Point<'_>) -> Vec<(String, NoiseSource)> {
        let mut all = Vec::new();
        let mut of_one = Vec::new();
        for place in self.places() {
            let element = self.element(place);
            element.noise(at, &mut of_one);
            all.extend(
                of_one
                    .drain(..)
                    .map(|source| (element.name().to_owned(), source)),
            );
        }
        all
    }

    /// The small-signal excitation by all independent sources, entry 0 being ground's.
    pub(super) fn ac_excitation(&self) -> Vec<(f64, f64)> {
        let mut phasors = Phasors(vec![(0.0, 0.0); self.registry.quantities.len()]);
        for bank in &self.system.banks {
            bank.excite_ac(&mut phasors);
        }
        phasors.0
    }

    /// Names of the elements that load the rows of the given unknowns, at most `most` of them.
    pub(super) fn elements_at(&mut self, unknowns: &[Unknown], most: usize) -> Vec<String> {
        let mut found = Vec::new();
        let registry = &self.registry;
        for bank in &mut self.system.banks {
            for index in 0..bank.len() {
                let mut tracing = TracingFootprint {
                    wanted: unknowns,
                    touched: false,
                    pattern: &self.system.pattern,
                    branches: registry,
                };
                let element = bank.element_mut(index);
                let placed = element.footprint(&mut tracing).is_ok();
                // Current sources have no matrix entries; their rows show in small signals.
                let mut rows = TracingRows {
                    wanted: unknowns,
                    touched: false,
                };
                element.excite_ac(&mut rows);
                if (placed && tracing.touched) || rows.touched {
                    found.push(element.name().to_owned());
                    if found.len() == most {
                        return found;
                    }
                }
            }
        }
        found
    }
}

struct Phasors(Vec<(f64, f64)>);

impl AcLoads for Phasors {
    fn excite(&mut self, row: Unknown, phasor: (f64, f64)) {
        let entry = &mut self.0[row.index()];
        entry.0 += phasor.0;
        entry.1 += phasor.1;
    }
}

/// Notes whether a source drives a wanted row.
struct TracingRows<'a> {
    wanted: &'a [Unknown],
    touched: bool,
}

impl AcLoads for TracingRows<'_> {
    fn excite(&mut self, row: Unknown, _phasor: (f64, f64)) {
        self.touched |= self.wanted.contains(&row);
    }
}

/// Places entries again, and notes whether any of them lies in a wanted row.
struct TracingFootprint<'a> {
    wanted: &'a [Unknown],
    touched: bool,
    pattern: &'a Pattern,
    branches: &'a Registry,
}

impl Footprint for TracingFootprint<'_> {
    fn entry(&mut self, row: Unknown, column: Unknown) -> Slot {
        self.touched |= self.wanted.contains(&row) || self.wanted.contains(&column);
        PlacingFootprint {
            pattern: self.pattern,
            branches: self.branches,
        }
        .entry(row, column)
    }

    fn branch_of(&self, asking: &str, element: &str) -> Result<Unknown, CircuitError> {
        PlacingFootprint {
            pattern: self.pattern,
            branches: self.branches,
        }
        .branch_of(asking, element)
    }
}
