//! Currents of elements that have none of their own: `i(r1)` in an expression. As in ngspice, an ammeter `v_r1` goes
//! between the first node of the element and a new node, `node_vmeas_0`.

use std::collections::HashMap;

use ohmloom_devices::expression::Expression;
use ohmloom_devices::sources::{Stimulus, VoltageSource};

use super::Assembly;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{ControlLaw, ElementCard, FlatCircuit, FlatElement, Quantity, Value};

/// An element whose current somebody asks for.
#[derive(Clone, Debug)]
pub(super) struct Ammeter {
    /// The voltage source that measures.
    pub(super) name: String,
    /// The node between it and the element.
    pub(super) node: String,
}

/// Finds the elements that need an ammeter, by the numbers of their names.
pub(super) fn needed(flat: &FlatCircuit) -> HashMap<u32, Ammeter> {
    let mut asked: Vec<u32> = Vec::new();
    for element in &flat.elements {
        let mut names = Vec::new();
        currents_of(element, &mut names);
        for number in names.iter().filter_map(|name| flat.element_names.get(name)) {
            if !asked.contains(&number) {
                asked.push(number);
            }
        }
    }
    let mut ammeters = HashMap::new();
    for number in asked {
        let Some(element) = flat.element(flat.element_names.name(number)) else {
            continue;
        };
        if has_branch(element) {
            continue;
        }
        let Some(&node) = flat.nodes_of(element).first() else {
            continue;
        };
        let count = ammeters.len();
        ammeters.insert(
            number,
            Ammeter {
                name: format!("v_{}", flat.element_names.name(number)),
                node: format!("{}_vmeas_{count}", flat.nodes.name(node)),
            },
        );
    }
    ammeters
}

/// Whether the current of an element is an unknown anyway.
fn has_branch(element: &FlatElement) -> bool {
    match &element.card {
        ElementCard::Behavioural(card) => card.quantity == Quantity::Voltage,
        _ => matches!(element.kind, 'v' | 'l' | 'e' | 'h'),
    }
}

/// The elements whose currents the expressions of an element ask for. F, H and W elements that name a controlling
/// element need one with a current of its own, as in ngspice.
fn currents_of(element: &FlatElement, names: &mut Vec<String>) {
    let value = match &element.card {
        ElementCard::Behavioural(card) => Some(&card.value),
        ElementCard::Passive(card) => card.value.as_ref(),
        ElementCard::Controlled(card) => match &card.law {
            ControlLaw::LinearCurrent { gain: value, .. }
            | ControlLaw::LinearVoltage { gain: value, .. }
            | ControlLaw::Table { input: value, .. }
            | ControlLaw::Expression(value) => Some(value),
            ControlLaw::PolynomialCurrent { .. } | ControlLaw::PolynomialVoltage { .. } => None,
        },
        _ => None,
    };
    if let Some(Value::Expression(expression)) = value {
        currents_in(expression, names);
    }
}

fn currents_in(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Current(name) => names.push(name.clone()),
        _ => for_each_part(expression, &mut |part| currents_in(part, names)),
    }
}

fn for_each_part(expression: &Expression, visit: &mut dyn FnMut(&Expression)) {
    match expression {
        Expression::Unary(_, operand) => visit(operand),
        Expression::Binary(_, left, right) | Expression::Index(left, right) => {
            visit(left);
            visit(right);
        }
        Expression::Conditional(condition, yes, no) => {
            visit(condition);
            visit(yes);
            visit(no);
        }
        Expression::Call(_, arguments) => arguments.iter().for_each(visit),
        _ => {}
    }
}

impl Assembly<'_> {
    /// The element whose branch carries the current of the element with this name number.
    pub(super) fn current_carrier(&self, number: u32) -> String {
        self.ammeters.get(&number).map_or_else(
            || self.flat.element_names.name(number).to_owned(),
            |ammeter| ammeter.name.clone(),
        )
    }

    /// An expression in which currents are those of ammeters where elements have none.
    pub(super) fn with_ammeters(&self, expression: &Expression) -> Expression {
        if self.ammeters.is_empty() {
            return expression.clone();
        }
        let of = |part: &Expression| Box::new(self.with_ammeters(part));
        match expression {
            Expression::Current(name) => match self.flat.element_names.get(name) {
                Some(number) => Expression::Current(self.current_carrier(number)),
                None => expression.clone(),
            },
            Expression::Unary(operator, operand) => Expression::Unary(*operator, of(operand)),
            Expression::Binary(operator, left, right) => {
                Expression::Binary(*operator, of(left), of(right))
            }
            Expression::Index(left, right) => Expression::Index(of(left), of(right)),
            Expression::Conditional(condition, yes, no) => {
                Expression::Conditional(of(condition), of(yes), of(no))
            }
            Expression::Call(name, arguments) => Expression::Call(
                name.clone(),
                arguments
                    .iter()
                    .map(|argument| self.with_ammeters(argument))
                    .collect(),
            ),
            _ => expression.clone(),
        }
    }

    /// Puts the ammeter of an element, if it needs one, before the element is added.
    pub(super) fn insert_ammeter(&mut self, element: &FlatElement) -> Result<(), Diagnostic> {
        let Some(ammeter) = self.ammeters.get(&element.name).cloned() else {
            return Ok(());
        };
        let Some(&outer) = self.flat.nodes_of(element).first() else {
            return Ok(());
        };
        let outer = self.node(outer);
        let inner = self.builder.node(&ammeter.node);
        let made = VoltageSource::new(ammeter.name, outer, inner, Stimulus::constant(0.0));
        self.put(element, Ok(made))
    }
}
