//! Parameters that are expressions in the temperature: `is={1e-12*temper}`.

use ohmloom_devices::expression::{Binding, Expression, Program, Reference, Resolver};

use crate::elaborate::{ElementCard, FlatCircuit, Parameter, Value};

/// Knows the temperature and nothing else.
struct Ambient {
    celsius: f64,
}

impl Resolver for Ambient {
    fn resolve(&mut self, reference: Reference<'_>) -> Option<Binding> {
        match reference {
            Reference::Name("temper") => Some(Binding::Constant(self.celsius)),
            _ => None,
        }
    }
}

/// The value of an expression at an ambient temperature; `None` if it depends on anything else.
pub(super) fn value_at(expression: &Expression, celsius: f64) -> Option<f64> {
    Program::compile(expression, &mut Ambient { celsius })
        .ok()
        .and_then(|program| program.constant())
}

/// Whether a parameter of a model or of a device changes with the temperature, so that the circuit has to be built anew
/// for each one.
pub(super) fn matters(flat: &FlatCircuit) -> bool {
    let varies = |parameters: &[Parameter]| {
        parameters
            .iter()
            .any(|parameter| matches!(parameter.value, Value::Expression(_)))
    };
    flat.models.iter().any(|model| varies(&model.parameters))
        || flat.elements.iter().any(|element| match &element.card {
            ElementCard::Device(device) => {
                varies(&device.parameters) || matches!(device.area, Some(Value::Expression(_)))
            }
            ElementCard::Array(array) => varies(&array.parameters),
            ElementCard::Passive(passive) => passive
                .details
                .as_ref()
                .is_some_and(|details| varies(&details.parameters)),
            ElementCard::Source(source) => matches!(source.dc, Some(Value::Expression(_))),
            _ => false,
        })
}
