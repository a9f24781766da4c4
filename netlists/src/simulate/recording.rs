//! Collecting the solutions of an analysis into the vectors of a plot.

use std::collections::HashSet;

use ohmloom_solver::circuit::{Circuit, CircuitError, Point, Quantity, Unknown};

use crate::results::{Complex64, Plot, Vector, VectorData, VectorKind};

/// Which quantities of a solution are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Every node voltage and every branch current.
    pub all: bool,
    /// Nodes and branches by their vector names: `out`, `v1#branch`.
    pub unknowns: Vec<String>,
    /// Quantities of elements, in analyses with real results.
    pub quantities: Vec<Recorded>,
}

/// A vector made of quantities of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub kind: VectorKind,
    /// The quantities that add up to it: (`m1`, `gm`).
    pub terms: Vec<(String, String)>,
}

impl Recorded {
    /// One quantity of an element, `@m1[gm]`.
    pub fn quantity(element: &str, quantity: &str) -> Self {
        Self {
            name: format!("@{element}[{quantity}]"),
            kind: kind_of_quantity(quantity),
            terms: vec![(element.to_owned(), quantity.to_owned())],
        }
    }

    /// The current into the first terminal of an element, `i(r1)`.
    pub fn current(element: &str) -> Self {
        Self {
            name: format!("{element}#branch"),
            kind: VectorKind::Current,
            terms: vec![(element.to_owned(), "i".to_owned())],
        }
    }

    /// The power that elements take up together, `q1:power`.
    pub fn power(name: &str, elements: Vec<String>) -> Self {
        Self {
            name: format!("{name}:power"),
            kind: VectorKind::Power,
            terms: elements
                .into_iter()
                .map(|element| (element, "p".to_owned()))
                .collect(),
        }
    }
}

impl Selection {
    /// All node voltages and branch currents.
    pub fn everything() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }
}

/// Vectors that grow point by point.
pub(super) struct Recorder {
    unknowns: Vec<Unknown>,
    quantities: Vec<Recorded>,
    vectors: Vec<Vector>,
}

impl Recorder {
    /// Prepares vectors for a selection, with the scale first where there is one.
    pub(super) fn new(
        circuit: &Circuit,
        selection: &Selection,
        scale: Option<(&str, VectorKind)>,
        complex: bool,
    ) -> Self {
        let wanted: HashSet<&str> = selection.unknowns.iter().map(String::as_str).collect();
        let node_count = circuit.node_count();
        let unknowns: Vec<Unknown> = circuit
            .unknowns()
            .enumerate()
            .filter(|&(index, unknown)| {
                let name = circuit.name_of(unknown);
                // Nodes inside devices and internal states only on request, as in ngspice.
                let ordinary =
                    index < node_count || circuit.quantity_of(unknown) == Quantity::Current;
                (selection.all && ordinary) || wanted.contains(name)
            })
            .map(|(_, unknown)| unknown)
            .collect();
        // Without a scale there will be one point.
        let points = usize::from(scale.is_none());
        let empty = || {
            if complex {
                VectorData::Complex(Vec::with_capacity(points))
            } else {
                VectorData::Real(Vec::with_capacity(points))
            }
        };
        let mut vectors = Vec::with_capacity(unknowns.len() + selection.quantities.len() + 1);
        if let Some((name, kind)) = scale {
            vectors.push(Vector {
                name: name.to_owned(),
                kind,
                data: empty(),
                logarithmic: false,
            });
        }
        vectors.extend(unknowns.iter().map(|&unknown| Vector {
            name: circuit.name_of(unknown).to_owned(),
            kind: match circuit.quantity_of(unknown) {
                Quantity::Voltage => VectorKind::Voltage,
                Quantity::Current => VectorKind::Current,
                Quantity::State | Quantity::Derivative => VectorKind::NoType,
            },
            data: empty(),
            logarithmic: false,
        }));
        let quantities = if complex {
            Vec::new()
        } else {
            selection.quantities.clone()
        };
        vectors.extend(quantities.iter().map(|recorded| Vector {
            name: recorded.name.clone(),
            kind: recorded.kind.clone(),
            data: empty(),
            logarithmic: false,
        }));
        Self {
            unknowns,
            quantities,
            vectors,
        }
    }

    /// Adds a real solution.
    pub(super) fn record(
        &mut self,
        circuit: &Circuit,
        scale: Option<f64>,
        point: &Point<'_>,
    ) -> Result<(), CircuitError> {
        let solution = self.unknowns.iter().map(|&unknown| point.value(unknown));
        let mut values = scale.into_iter().chain(solution);
        let plain = self.vectors.len() - self.quantities.len();
        for vector in &mut self.vectors[..plain] {
            if let (VectorData::Real(data), Some(value)) = (&mut vector.data, values.next()) {
                data.push(value);
            }
        }
        for (recorded, vector) in self.quantities.iter().zip(&mut self.vectors[plain..]) {
            let mut value = 0.0;
            for (element, quantity) in &recorded.terms {
                value += circuit.value(element, quantity, point)?.ok_or_else(|| {
                    CircuitError::Settings(format!(
                        "element `{element}` has no quantity `{quantity}`"
                    ))
                })?;
            }
            if let VectorData::Real(data) = &mut vector.data {
                data.push(value);
            }
        }
        Ok(())
    }

    /// Adds a complex solution.
    pub(super) fn record_phasors(
        &mut self,
        scale: f64,
        phasors: &[ohmloom_solver::circuit::Complex],
    ) {
        let solution = self
            .unknowns
            .iter()
            .map(|&unknown| phasors[unknown.index()])
            .map(|value| Complex64::new(value.re, value.im));
        let mut values = std::iter::once(Complex64::new(scale, 0.0)).chain(solution);
        for vector in &mut self.vectors {
            if let (VectorData::Complex(data), Some(value)) = (&mut vector.data, values.next()) {
                data.push(value);
            }
        }
    }

    /// The finished plot.
    pub(super) fn into_plot(self, title: &str, name: &str) -> Plot {
        let mut plot = Plot::new(title, name);
        plot.vectors = self.vectors;
        plot
    }
}

/// What a quantity of an element measures, by the first letter that SPICE gives it.
fn kind_of_quantity(quantity: &str) -> VectorKind {
    match quantity {
        "p" => VectorKind::Power,
        "gm" | "gds" | "gmbs" | "gd" | "gpi" | "gmu" | "go" => VectorKind::Admittance,
        _ if quantity.starts_with('i') => VectorKind::Current,
        _ if quantity.starts_with('v') => VectorKind::Voltage,
        _ if quantity.starts_with('c') => VectorKind::Capacitance,
        _ => VectorKind::NoType,
    }
}
