//! Saying which nodes and elements make a circuit unsolvable.

use super::element::{Quantity, Unknown};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::newton::{Failure, Workspace};
use crate::lu::{LuError, Pattern, SparseLu};

/// Names given in a message, at most.
const MOST_NAMES: usize = 6;

impl Circuit {
    /// The largest KCL imbalance of the last evaluation, relative to the largest current.
    pub(super) fn imbalance(&self, held: &[(Unknown, f64)]) -> f64 {
        let mut imbalance = 0.0_f64;
        let mut largest = 0.0_f64;
        for unknown in self.unknowns() {
            if self.quantity_of(unknown) == Quantity::Voltage {
                largest = largest.max(self.system.flow[unknown.index()]);
                if !held.iter().any(|&(node, _)| node == unknown) {
                    imbalance = imbalance.max(self.system.residual[unknown.index()].abs());
                }
            }
        }
        if largest == 0.0 {
            0.0
        } else {
            imbalance / largest
        }
    }

    /// Turns a failure into an error that names nodes and elements.
    pub(super) fn explain(
        &mut self,
        values: &[f64],
        failure: &Failure,
        analysis: &'static str,
        at: String,
        tried: &'static str,
    ) -> CircuitError {
        match failure {
            Failure::Singular(unknowns) => {
                if let Some(floating) = self.floating(values) {
                    return floating;
                }
                let unknowns = &self.dependent(values).unwrap_or_else(|| unknowns.clone());
                let loop_of_sources = unknowns
                    .iter()
                    .all(|&unknown| self.quantity_of(unknown) == Quantity::Current);
                CircuitError::Singular {
                    elements: if loop_of_sources {
                        self.owners(unknowns)
                    } else {
                        self.elements_at(unknowns, MOST_NAMES)
                    },
                    unknowns: self.names(unknowns),
                    loop_of_sources,
                }
            }
            Failure::NotConverged(unknown) => CircuitError::NotConverged {
                analysis,
                at,
                unknown: self.name_of(*unknown).to_owned(),
                elements: self.elements_at(&[*unknown], MOST_NAMES),
                tried,
            },
            Failure::NotFinite(unknown) => CircuitError::NotFinite {
                analysis,
                at,
                unknown: self.name_of(*unknown).to_owned(),
                elements: self.elements_at(&[*unknown], MOST_NAMES),
            },
        }
    }

    /// The unknowns that can change together without any equation noticing, from a factorisation of the whole matrix.
    fn dependent(&self, values: &[f64]) -> Option<Vec<Unknown>> {
        let pattern = &self.system.pattern;
        // Without entries that happen to be zero, such as those of inductors at DC, the structure itself tells most.
        let (mut starts, mut rows, mut kept) = (vec![0], Vec::new(), Vec::new());
        for range in pattern.column_starts().windows(2) {
            let range = range[0]..range[1];
            for (&row, &value) in pattern.rows()[range.clone()].iter().zip(&values[range]) {
                if value != 0.0 {
                    rows.push(row);
                    kept.push(value);
                }
            }
            starts.push(rows.len());
        }
        let error = Pattern::new(starts, rows)
            .and_then(|pattern| SparseLu::analyze(&pattern))
            .and_then(|mut lu| lu.factor(&kept))
            .err()?;
        let columns = match error {
            LuError::Singular { dependent, .. } => dependent,
            LuError::StructurallySingular { columns, .. } => columns,
            _ => return None,
        };
        Some(columns.iter().map(|column| Unknown(column + 1)).collect())
    }

    /// An error if the conductances factored last leave nodes without a path to ground.
    pub(super) fn reject_floating(&mut self, workspace: &Workspace) -> Result<(), CircuitError> {
        self.floating(&workspace.values).map_or(Ok(()), Err)
    }

    fn names(&self, unknowns: &[Unknown]) -> Vec<String> {
        let mut names: Vec<String> = unknowns
            .iter()
            .take(MOST_NAMES)
            .map(|&unknown| self.name_of(unknown).to_owned())
            .collect();
        if unknowns.len() > MOST_NAMES {
            names.push(format!("and {} more", unknowns.len() - MOST_NAMES));
        }
        names
    }

    /// The elements whose branch currents these are.
    fn owners(&self, unknowns: &[Unknown]) -> Vec<String> {
        unknowns
            .iter()
            .take(MOST_NAMES)
            .map(|&unknown| {
                let name = self.name_of(unknown);
                name.strip_suffix("#branch").unwrap_or(name).to_owned()
            })
            .collect()
    }

    /// Nodes that no chain of conductances and sources joins to ground, for the given matrix values.
    fn floating(&mut self, values: &[f64]) -> Option<CircuitError> {
        let pattern = &self.system.pattern;
        let n = self.unknown_count();
        let voltage = |index: usize| self.registry.quantities[index + 1] == Quantity::Voltage;
        let mut groups = Groups::new(n + 1);
        let mut row_sum = vec![0.0; n];
        let mut row_scale = vec![0.0_f64; n];
        for column in 0..n {
            let range = pattern.column_starts()[column]..pattern.column_starts()[column + 1];
            if voltage(column) {
                for entry in range {
                    let row = pattern.rows()[entry] as usize;
                    if values[entry] != 0.0 && voltage(row) {
                        row_sum[row] += values[entry];
                        row_scale[row] = row_scale[row].max(values[entry].abs());
                        groups.join(row + 1, column + 1);
                    }
                }
            } else {
                // A current that enters one node and leaves no other comes from ground.
                let mut nodes = range
                    .filter(|&entry| values[entry] != 0.0)
                    .map(|entry| pattern.rows()[entry] as usize)
                    .filter(|&row| voltage(row));
                let first = nodes.next();
                match (first, nodes.next()) {
                    (Some(one), None) => groups.join(one + 1, 0),
                    (Some(one), Some(other)) => {
                        groups.join(one + 1, other + 1);
                        nodes.for_each(|row| groups.join(one + 1, row + 1));
                    }
                    (None, _) => {}
                }
            }
        }
        for row in 0..n {
            if voltage(row) && row_sum[row].abs() > 4e-15 * row_scale[row] {
                groups.join(row + 1, 0);
            }
        }
        let ground = groups.find(0);
        let first = (0..n).find(|&index| voltage(index) && groups.find(index + 1) != ground)?;
        let group = groups.find(first + 1);
        let nodes: Vec<Unknown> = (0..n)
            .filter(|&index| voltage(index) && groups.find(index + 1) == group)
            .map(|index| Unknown(index as u32 + 1))
            .collect();
        Some(CircuitError::Floating {
            nodes: self.names(&nodes),
            elements: self.elements_at(&nodes, MOST_NAMES),
        })
    }
}

/// Disjoint groups of nodes.
struct Groups(Vec<u32>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count as u32).collect())
    }

    fn find(&mut self, member: usize) -> usize {
        let mut root = member;
        while self.0[root] as usize != root {
            // Path halving keeps later searches short.
            self.0[root] = self.0[self.0[root] as usize];
            root = self.0[root] as usize;
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        if one != other {
            self.0[one.max(other)] = one.min(other) as u32;
        }
    }
}
