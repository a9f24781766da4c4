//! Names and kinds of the unknowns of a circuit.

use std::collections::HashMap;

use super::element::{Quantity, Unknown, Unknowns};
use super::names::Names;
use super::pattern::Branches;

/// Names and kinds of the unknowns; entry 0 is ground.
#[derive(Clone)]
pub(super) struct Registry {
    /// Ground and the nodes, which come first among the unknowns.
    pub(super) nodes: Names,
    /// Names of the unknowns inside elements.
    inner: Vec<String>,
    pub(super) quantities: Vec<Quantity>,
    branches: HashMap<String, Unknown>,
}

impl Default for Registry {
    fn default() -> Self {
        let mut nodes = Names::default();
        // The table is empty, so that this is number 0.
        nodes.intern("0");
        Self {
            nodes,
            inner: Vec::new(),
            quantities: vec![Quantity::Voltage],
            branches: HashMap::new(),
        }
    }
}

impl Registry {
    /// The name of an unknown by its index.
    pub(super) fn name(&self, index: usize) -> &str {
        match index.checked_sub(self.nodes.len()) {
            None => self.nodes.name(index as u32),
            Some(inner) => &self.inner[inner],
        }
    }

    fn add(&mut self, name: String, quantity: Quantity) -> Unknown {
        let unknown = Unknown(self.quantities.len() as u32);
        self.inner.push(name);
        self.quantities.push(quantity);
        unknown
    }
}

impl Unknowns for Registry {
    fn internal_node(&mut self, element: &str, label: &str) -> Unknown {
        self.add(format!("{element}#{label}"), Quantity::Voltage)
    }

    fn branch_current(&mut self, element: &str) -> Unknown {
        let unknown = self.add(format!("{element}#branch"), Quantity::Current);
        self.branches.insert(element.to_owned(), unknown);
        unknown
    }

    fn state(&mut self, element: &str, label: &str) -> Unknown {
        self.add(format!("{element}#{label}"), Quantity::State)
    }

    fn derivative(&mut self, element: &str, label: &str) -> Unknown {
        self.add(format!("{element}#{label}"), Quantity::Derivative)
    }
}

impl Branches for Registry {
    fn branch(&self, element: &str) -> Option<Unknown> {
        self.branches.get(element).copied()
    }
}
