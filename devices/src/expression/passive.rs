//! Resistors, capacitors and inductors whose value is an expression.

use ohmloom_solver::circuit::Unknown;

use super::behavioural::{BehaviouralOptions, BehaviouralSource, Kind};
use super::construct::binary;
use super::error::ExpressionError;
use super::inputs::{CircuitNames, WithTerminals, across};
use super::tree::{BinaryOperator, Expression};

/// The time derivative of an expression.
fn ddt(of: Expression) -> Expression {
    Expression::Call("ddt".to_owned(), vec![of])
}

impl BehaviouralSource {
    /// A resistor `R={resistance}`: the current `v / (m^-1 resistance)`, the resistance multiplied by the temperature factor.
    ///
    /// # Errors
    /// As [`BehaviouralSource::current`].
    pub fn resistor(
        name: &str,
        nodes: (Unknown, Unknown),
        resistance: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        let current = binary(BinaryOperator::Divide, across(), resistance.clone());
        let mut element = Self::passive(name, Kind::Current, nodes, &current, options, names)?;
        element.reciprocal = true;
        Ok(element)
    }

    /// A capacitor `C={capacitance}`: the current `capacitance dv/dt`, whatever the capacitance depends on.
    ///
    /// # Errors
    /// As [`BehaviouralSource::current`].
    pub fn capacitor(
        name: &str,
        nodes: (Unknown, Unknown),
        capacitance: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        let current = binary(BinaryOperator::Multiply, capacitance.clone(), ddt(across()));
        Self::passive(name, Kind::Current, nodes, &current, options, names)
    }

    /// A capacitor `Q={charge}`: the current `d charge/dt`.
    ///
    /// # Errors
    /// As [`BehaviouralSource::current`].
    pub fn charge(
        name: &str,
        nodes: (Unknown, Unknown),
        charge: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        Self::passive(
            name,
            Kind::Current,
            nodes,
            &ddt(charge.clone()),
            options,
            names,
        )
    }

    /// An inductor `L={inductance}`: the voltage `inductance di/dt`, divided by `m`.
    ///
    /// # Errors
    /// As [`BehaviouralSource::current`].
    pub fn inductor(
        name: &str,
        nodes: (Unknown, Unknown),
        inductance: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        let voltage = binary(
            BinaryOperator::Multiply,
            inductance.clone(),
            ddt(Expression::Current(name.to_owned())),
        );
        let parallel = BehaviouralOptions {
            multiplier: options.multiplier.recip(),
            ..options
        };
        Self::passive(name, Kind::Voltage, nodes, &voltage, parallel, names)
    }

    fn passive(
        name: &str,
        kind: Kind,
        nodes: (Unknown, Unknown),
        expression: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        let mut names = WithTerminals { names, nodes };
        let mut element = Self::new(name, kind, nodes, expression, options, &mut names)?;
        element.independent = false;
        Ok(element)
    }
}
