//! Behavioural elements: sources, resistors, capacitors and inductors whose value is an expression.
//!
//! Every one of them is a current `i(x, t)` between two nodes, or a voltage `v(x, t)` with a branch current. `ddt(y)` in an
//! expression is an unknown `d` of the element with the row `d - dy/dt = 0`, so that it is exact in every analysis: 0 at an
//! operating point, `j omega y` in a small-signal analysis, and subject to the error control of a transient.

use ohmloom_solver::circuit::{
    CircuitError, Element, Footprint, Loads, PairSlots, Point, Slot, Unknown, Unknowns,
};

use super::error::ExpressionError;
use super::inputs::{CircuitNames, Input, Inputs};
use super::program::{Program, Workspace};
use super::tree::Expression;
use crate::constants::ZERO_CELSIUS;

/// What an element line says besides the expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BehaviouralOptions {
    /// `m`: the number of elements in parallel. It multiplies the value of a source, voltages included, as in ngspice.
    pub multiplier: f64,
    /// `tc1`, 1/K: the value is multiplied by `1 + tc1 dT + tc2 dT^2`, `dT` being the distance from `nominal_temperature`.
    pub tc1: f64,
    /// `tc2`, 1/K^2.
    pub tc2: f64,
    /// `temp`, kelvin; the ambient temperature when absent.
    pub temperature: Option<f64>,
    /// `dtemp`, kelvin above the ambient temperature; without effect when `temperature` is given.
    pub temperature_offset: f64,
    /// `tnom`, kelvin.
    pub nominal_temperature: f64,
}

impl Default for BehaviouralOptions {
    fn default() -> Self {
        Self {
            multiplier: 1.0,
            tc1: 0.0,
            tc2: 0.0,
            temperature: None,
            temperature_offset: 0.0,
            nominal_temperature: ZERO_CELSIUS + 27.0,
        }
    }
}

/// The unit of the derivatives as unknowns, seconds: they count in volts per microsecond, so that roundoff divided by a short
/// time step stays below the absolute tolerance.
const DERIVATIVE_TIME: f64 = 1e-6;

/// What the expression of an element gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The current from plus to minus.
    Current,
    /// The voltage between plus and minus.
    Voltage,
}

/// The matrix column of an input that is an unknown.
#[derive(Clone, Debug)]
struct Column {
    input: usize,
    unknown: Unknown,
    /// The value of the input for one unit of the unknown.
    unit: f64,
    /// The rows of plus and minus, or that of the branch twice.
    rows: [Slot; 2],
    /// The rows of the derivatives.
    derivatives: Vec<Slot>,
}

/// An element whose current or voltage is an expression: `B`, `E` and `G` with `value=`, `vol=`, `cur=`, `poly` or `table`, and
/// `R`, `C`, `L` with an expression as their value.
///
/// Where the expression is undefined (`ln` of a negative number), the element continues with its last linearisation and the
/// point does not count as converged.
#[derive(Debug)]
pub struct BehaviouralSource {
    name: String,
    kind: Kind,
    plus: Unknown,
    minus: Unknown,
    /// Whether source stepping scales the value.
    pub(super) independent: bool,
    /// Whether temperature divides the value instead of multiplying it: the current of a resistor.
    pub(super) reciprocal: bool,
    options: BehaviouralOptions,
    /// The factor of multiplier and temperature.
    scale: f64,
    program: Program,
    inputs: Vec<Input>,
    branch: Unknown,
    states: Vec<Unknown>,
    columns: Vec<Column>,
    branch_slots: PairSlots,
    state_slots: Vec<Slot>,
    workspace: Workspace,
    arguments: Vec<f64>,
    gradient: Vec<f64>,
    held: Linearisation,
}

/// The value of the program at the last point where it was defined.
#[derive(Debug)]
struct Linearisation {
    value: f64,
    arguments: Vec<f64>,
    gradient: Vec<f64>,
}

impl BehaviouralSource {
    /// A source of current from `plus` through the source to `minus`: `B i=`, `G value=`, `G cur=`.
    ///
    /// # Errors
    /// [`ExpressionError`] when the expression cannot be compiled.
    pub fn current(
        name: &str,
        nodes: (Unknown, Unknown),
        current: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        Self::new(name, Kind::Current, nodes, current, options, names)
    }

    /// A source of voltage: `B v=`, `E value=`, `E vol=`.
    ///
    /// # Errors
    /// As [`BehaviouralSource::current`].
    pub fn voltage(
        name: &str,
        nodes: (Unknown, Unknown),
        voltage: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        Self::new(name, Kind::Voltage, nodes, voltage, options, names)
    }

    pub(super) fn new(
        name: &str,
        kind: Kind,
        (plus, minus): (Unknown, Unknown),
        expression: &Expression,
        options: BehaviouralOptions,
        names: &mut dyn CircuitNames,
    ) -> Result<Self, ExpressionError> {
        let own = (kind == Kind::Voltage).then_some(name);
        let mut inputs = Inputs {
            names,
            own,
            found: Vec::new(),
        };
        let program = Program::compile(expression, &mut inputs)?;
        let count = inputs.found.len();
        Ok(Self {
            name: name.to_owned(),
            kind,
            plus,
            minus,
            independent: true,
            reciprocal: false,
            options,
            scale: 1.0,
            inputs: inputs.found,
            branch: Unknown::GROUND,
            states: vec![Unknown::GROUND; program.derivatives()],
            columns: Vec::new(),
            branch_slots: PairSlots::IGNORED,
            state_slots: Vec::new(),
            workspace: program.workspace(),
            arguments: vec![0.0; count],
            gradient: vec![0.0; count],
            held: Linearisation {
                value: 0.0,
                arguments: vec![0.0; count],
                gradient: vec![0.0; count],
            },
            program,
        })
    }

    /// The value of an input at a point, 0 for a current whose element is not known yet.
    fn argument(&self, input: usize, at: &Point<'_>) -> f64 {
        match self.inputs.get(input) {
            Some(Input::Time) => at.time,
            Some(Input::Temperature) => at.temperature - ZERO_CELSIUS,
            Some(Input::Frequency) => at.frequency,
            _ => 0.0,
        }
    }

    fn collect(&self, at: &Point<'_>, arguments: &mut [f64]) {
        for (input, argument) in arguments.iter_mut().enumerate() {
            *argument = self.argument(input, at);
        }
        for column in &self.columns {
            if let Some(argument) = arguments.get_mut(column.input) {
                *argument = column.unit * at.value(column.unknown);
            }
        }
    }

    /// The factor on the value at a point.
    fn factor(&self, at: &Point<'_>) -> f64 {
        if self.independent {
            self.scale * at.source_factor
        } else {
            self.scale
        }
    }

    /// Evaluates value and gradient; falls back to the last linearisation where the value is undefined.
    fn evaluate(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) -> f64 {
        let mut arguments = std::mem::take(&mut self.arguments);
        self.collect(at, &mut arguments);
        let mut value = self.program.evaluate_with_gradient(
            &arguments,
            &mut self.workspace,
            &mut self.gradient,
        );
        if value.is_finite() {
            for slope in &mut self.gradient {
                if !slope.is_finite() {
                    *slope = 0.0;
                }
            }
            self.held.value = value;
            self.held.arguments.copy_from_slice(&arguments);
            self.held.gradient.copy_from_slice(&self.gradient);
        } else {
            loads.limited();
            self.gradient.copy_from_slice(&self.held.gradient);
            let moved = arguments
                .iter()
                .zip(&self.held.arguments)
                .map(|(now, then)| now - then);
            value = self.held.value
                + moved
                    .zip(&self.gradient)
                    .map(|(step, slope)| step * slope)
                    .sum::<f64>();
        }
        self.arguments = arguments;
        value
    }

    /// The rows `d - dy/dt = 0` of the derivatives.
    fn load_derivatives(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        for k in 0..self.states.len() {
            let (Some(&state), Some(&diagonal)) = (self.states.get(k), self.state_slots.get(k))
            else {
                continue;
            };
            let y = self
                .program
                .derivative_argument(k, &mut self.workspace, &mut self.gradient);
            loads.current(state, at.value(state));
            loads.conductance(diagonal, 1.0);
            if !y.is_finite() {
                loads.limited();
                continue;
            }
            loads.charge(state, -DERIVATIVE_TIME * y);
            for column in &self.columns {
                if let (Some(&slope), Some(&slot)) =
                    (self.gradient.get(column.input), column.derivatives.get(k))
                {
                    let slope = if slope.is_finite() { slope } else { 0.0 };
                    loads.capacitance(slot, -DERIVATIVE_TIME * column.unit * slope);
                }
            }
        }
    }

    /// The value of the expression at a point, scaled; in memory of its own.
    fn output(&self, at: &Point<'_>) -> f64 {
        let mut arguments = vec![0.0; self.inputs.len()];
        self.collect(at, &mut arguments);
        self.factor(at)
            * self
                .program
                .evaluate(&arguments, &mut self.program.workspace())
    }
}

impl Element for BehaviouralSource {
    const LINEAR: bool = false;

    fn name(&self) -> &str {
        &self.name
    }

    fn unknowns(&mut self, unknowns: &mut dyn Unknowns) {
        if self.kind == Kind::Voltage {
            self.branch = unknowns.branch_current(&self.name);
        }
        for (k, state) in self.states.iter_mut().enumerate() {
            *state = unknowns.derivative(&self.name, &format!("ddt{}", k + 1));
        }
    }

    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError> {
        let rows = match self.kind {
            Kind::Current => [self.plus, self.minus],
            Kind::Voltage => [self.branch, Unknown::GROUND],
        };
        self.columns.clear();
        for (input, source) in self.inputs.iter().enumerate() {
            let (unknown, unit) = match source {
                Input::Unknown(unknown) => (*unknown, 1.0),
                Input::Branch(element) => (footprint.branch_of(&self.name, element)?, 1.0),
                Input::OwnBranch => (self.branch, 1.0),
                Input::Derivative(k) => {
                    let state = self.states.get(*k).copied().unwrap_or(Unknown::GROUND);
                    (state, DERIVATIVE_TIME.recip())
                }
                Input::Time | Input::Temperature | Input::Frequency => continue,
            };
            let derivatives = self
                .states
                .iter()
                .map(|state| footprint.entry(*state, unknown))
                .collect();
            let rows = rows.map(|row| footprint.entry(row, unknown));
            self.columns.push(Column {
                input,
                unknown,
                unit,
                rows,
                derivatives,
            });
        }
        if self.kind == Kind::Voltage {
            self.branch_slots = PairSlots {
                pp: footprint.entry(self.plus, self.branch),
                pn: footprint.entry(self.minus, self.branch),
                np: footprint.entry(self.branch, self.plus),
                nn: footprint.entry(self.branch, self.minus),
            };
        }
        self.state_slots = self
            .states
            .iter()
            .map(|state| footprint.entry(*state, *state))
            .collect();
        Ok(())
    }

    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError> {
        let options = &self.options;
        let temperature = options
            .temperature
            .unwrap_or(ambient_kelvin + options.temperature_offset);
        let above = temperature - options.nominal_temperature;
        let factor = 1.0 + above * (options.tc1 + above * options.tc2);
        self.scale = options.multiplier
            * if self.reciprocal {
                factor.recip()
            } else {
                factor
            };
        if self.scale.is_finite() {
            return Ok(());
        }
        Err(CircuitError::Parameter {
            element: self.name.clone(),
            reason: format!(
                "m = {}, tc1 = {}, tc2 = {} make no finite value at {} K above the nominal temperature",
                options.multiplier, options.tc1, options.tc2, above
            ),
        })
    }

    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>) {
        let value = self.evaluate(at, loads);
        let factor = self.factor(at);
        match self.kind {
            Kind::Current => {
                loads.current(self.plus, factor * value);
                loads.current(self.minus, -factor * value);
            }
            Kind::Voltage => {
                let current = at.value(self.branch);
                loads.current(self.plus, current);
                loads.current(self.minus, -current);
                loads.current(self.branch, at.voltage(self.plus, self.minus));
                loads.current(self.branch, -factor * value);
                loads.conductance(self.branch_slots.pp, 1.0);
                loads.conductance(self.branch_slots.pn, -1.0);
                loads.conductance(self.branch_slots.np, 1.0);
                loads.conductance(self.branch_slots.nn, -1.0);
            }
        }
        let sign = if self.kind == Kind::Current {
            factor
        } else {
            -factor
        };
        for column in &self.columns {
            if let Some(slope) = self.gradient.get(column.input) {
                let [plus, minus] = column.rows;
                let entry = sign * column.unit * slope;
                loads.conductance(plus, entry);
                loads.conductance(minus, -entry);
            }
        }
        self.load_derivatives(at, loads);
    }

    fn breakpoints(&self, after: f64, until: f64, times: &mut Vec<f64>) {
        if let Some(time) = self.inputs.iter().position(|input| *input == Input::Time) {
            self.program.corners(time, |corner| {
                if corner > after && corner <= until {
                    times.push(corner);
                }
            });
        }
    }

    fn value(&self, quantity: &str, at: &Point<'_>) -> Option<f64> {
        let current = match self.kind {
            Kind::Current => self.output(at),
            Kind::Voltage => at.value(self.branch),
        };
        let voltage = at.voltage(self.plus, self.minus);
        match quantity {
            "i" => Some(current),
            "v" => Some(voltage),
            "p" => Some(current * voltage),
            _ => None,
        }
    }
}
