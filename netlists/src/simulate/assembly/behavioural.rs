//! B sources, and E, F, G, H whose law is a polynomial, a table or an expression.

use ohmloom_devices::expression::{
    BehaviouralOptions, BehaviouralSource, CircuitNames, Expression, ExpressionError, polynomial,
    table,
};
use ohmloom_solver::circuit::{CircuitBuilder, Unknown};

use super::Assembly;
use super::parameters::number;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{
    Behavioural, ControlLaw, Controlled, FlatElement, Parameter, Quantity, Value,
};

/// Node names are those of the flat circuit; parameters were replaced by numbers before.
struct Names<'a>(&'a mut CircuitBuilder);

impl CircuitNames for Names<'_> {
    fn node(&mut self, name: &str) -> Option<Unknown> {
        Some(self.0.node(name))
    }

    fn parameter(&self, _name: &str) -> Option<f64> {
        None
    }
}

/// An expression, whether the value is one or a number.
pub(super) fn expression(value: &Value) -> Expression {
    match value {
        Value::Number(number) => Expression::Number(*number),
        Value::Expression(expression) => (**expression).clone(),
        Value::Word(word) => Expression::Name(word.to_string()),
    }
}

impl Assembly<'_> {
    pub(super) fn behavioural(
        &mut self,
        element: &FlatElement,
        card: &Behavioural,
    ) -> Result<(), Diagnostic> {
        let options = self.behavioural_options(card.multiplier, &card.parameters)?;
        self.law(element, card.quantity, &expression(&card.value), options)
    }

    /// A controlled source that is not linear in one input.
    pub(super) fn nonlinear_controlled(
        &mut self,
        element: &FlatElement,
        card: &Controlled,
    ) -> Result<(), Diagnostic> {
        let law = match &card.law {
            ControlLaw::PolynomialVoltage {
                inputs,
                coefficients,
            } => {
                let inputs: Vec<Expression> = inputs
                    .iter()
                    .map(|&(plus, minus)| self.voltage(plus, minus))
                    .collect();
                polynomial(coefficients, &inputs)
            }
            ControlLaw::PolynomialCurrent {
                inputs,
                coefficients,
            } => {
                let inputs: Vec<Expression> =
                    inputs.iter().map(|&name| self.current(name)).collect();
                polynomial(coefficients, &inputs)
            }
            ControlLaw::Table { input, points } => table(expression(input), points),
            ControlLaw::Expression(value) => expression(value),
            ControlLaw::LinearVoltage { plus, minus, gain } => Expression::Binary(
                ohmloom_devices::expression::BinaryOperator::Multiply,
                Box::new(expression(gain)),
                Box::new(self.voltage(*plus, *minus)),
            ),
            ControlLaw::LinearCurrent { element, gain } => Expression::Binary(
                ohmloom_devices::expression::BinaryOperator::Multiply,
                Box::new(expression(gain)),
                Box::new(self.current(*element)),
            ),
        };
        let quantity = match element.kind {
            'e' | 'h' => Quantity::Voltage,
            _ => Quantity::Current,
        };
        let options = self.behavioural_options(card.multiplier, &card.parameters)?;
        self.law(element, quantity, &law, options)
    }

    fn voltage(&self, plus: u32, minus: u32) -> Expression {
        let name = |number: u32| self.flat.nodes.name(number).to_owned();
        Expression::Voltage(name(plus), (minus != 0).then(|| name(minus)))
    }

    fn current(&self, element: u32) -> Expression {
        Expression::Current(self.current_carrier(element))
    }

    fn law(
        &mut self,
        element: &FlatElement,
        quantity: Quantity,
        law: &Expression,
        options: BehaviouralOptions,
    ) -> Result<(), Diagnostic> {
        let nodes = self.pair(element)?;
        let name = self.name(element);
        let law = &self.with_ammeters(law);
        let names = &mut Names(&mut self.builder);
        let made = match quantity {
            Quantity::Voltage => BehaviouralSource::voltage(&name, nodes, law, options, names),
            Quantity::Current => BehaviouralSource::current(&name, nodes, law, options, names),
        };
        self.put_behavioural(element, made)
    }

    /// A resistor, capacitor or inductor whose value is an expression.
    pub(super) fn passive_law(
        &mut self,
        element: &FlatElement,
        law: &Expression,
        is_charge: bool,
        (multiplier, parameters): (f64, &[Parameter]),
    ) -> Result<(), Diagnostic> {
        let options = self.behavioural_options(multiplier, parameters)?;
        let nodes = self.pair(element)?;
        let name = self.name(element);
        let law = &self.with_ammeters(law);
        let names = &mut Names(&mut self.builder);
        let made = match element.kind {
            'r' => BehaviouralSource::resistor(&name, nodes, law, options, names),
            'l' => BehaviouralSource::inductor(&name, nodes, law, options, names),
            _ if is_charge => BehaviouralSource::charge(&name, nodes, law, options, names),
            _ => BehaviouralSource::capacitor(&name, nodes, law, options, names),
        };
        self.put_behavioural(element, made)
    }

    fn put_behavioural(
        &mut self,
        element: &FlatElement,
        made: Result<BehaviouralSource, ExpressionError>,
    ) -> Result<(), Diagnostic> {
        let made = made.map_err(|error| Diagnostic::error(element.span, error.to_string()))?;
        self.put(element, Ok(made))
    }

    fn behavioural_options(
        &self,
        multiplier: f64,
        parameters: &[Parameter],
    ) -> Result<BehaviouralOptions, Diagnostic> {
        let mut options = BehaviouralOptions {
            multiplier,
            nominal_temperature: self.settings.tnom + 273.15,
            ..BehaviouralOptions::default()
        };
        for parameter in parameters {
            let value = number(parameter, self.celsius())?;
            match &*parameter.name {
                "tc1" => options.tc1 = value,
                "tc2" => options.tc2 = value,
                "temp" => options.temperature = Some(value + 273.15),
                "dtemp" => options.temperature_offset = value,
                // Noise of behavioural resistors is not modelled; initial conditions of sources mean nothing.
                "noisy" | "noise" | "ic" => {}
                name => {
                    return Err(Diagnostic::error(
                        parameter.span,
                        format!("unknown parameter `{name}`"),
                    ));
                }
            }
        }
        Ok(options)
    }
}
