//! R, C, L and K.

use std::sync::Arc;

use ohmloom_devices::parameters::Parameters;
use ohmloom_devices::passive::{
    AcResistor, Capacitor, CapacitorInstance, CapacitorModel, Inductor, InductorInstance,
    InductorModel, MutualInductance, Resistor, ResistorInstance, ResistorModel,
};

use super::Assembly;
use super::parameters::instance;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{Coupling, FlatElement, ModelId, Passive, PassiveDetails, Value};

impl Assembly<'_> {
    pub(super) fn passive(
        &mut self,
        element: &FlatElement,
        card: &Passive,
    ) -> Result<(), Diagnostic> {
        let details = card.details.as_deref();
        let rest = |details: Option<&PassiveDetails>| {
            details.map_or((1.0, Vec::new()), |details| {
                (details.multiplier, details.parameters.clone())
            })
        };
        if let Some(Value::Expression(law)) = &card.value {
            let (multiplier, parameters) = rest(details);
            return self.passive_law(element, law, false, (multiplier, &parameters));
        }
        if let Some(details) = details
            && let Some(charge) = details
                .parameters
                .iter()
                .find(|parameter| &*parameter.name == "q")
        {
            let law = super::behavioural::expression(&charge.value);
            let mut parameters = details.parameters.clone();
            parameters.retain(|parameter| &*parameter.name != "q");
            return self.passive_law(element, &law, true, (details.multiplier, &parameters));
        }
        let value = card.value.as_ref().and_then(Value::number);
        match element.kind {
            'r' => self.resistor(element, value, details),
            'c' => self.capacitor(element, value, details),
            _ => self.inductor(element, value, details),
        }
    }

    fn resistor(
        &mut self,
        element: &FlatElement,
        value: Option<f64>,
        details: Option<&PassiveDetails>,
    ) -> Result<(), Diagnostic> {
        let model = match details.and_then(|details| details.model) {
            Some(id) => Some(self.resistor_model(element, id)?),
            None => None,
        };
        let mut set = ResistorInstance {
            resistance: value,
            ..ResistorInstance::default()
        };
        common(&mut set, details, self.celsius())?;
        let (plus, minus) = self.pair(element)?;
        let name = self.name(element);
        if set.ac.is_some() {
            let made = AcResistor::new(name, plus, minus, model, set);
            self.put(element, made)
        } else {
            let made = Resistor::new(name, plus, minus, model, set);
            self.put(element, made)
        }
    }

    fn capacitor(
        &mut self,
        element: &FlatElement,
        value: Option<f64>,
        details: Option<&PassiveDetails>,
    ) -> Result<(), Diagnostic> {
        let model = match details.and_then(|details| details.model) {
            Some(id) => Some(self.capacitor_model(element, id)?),
            None => None,
        };
        let mut set = CapacitorInstance {
            capacitance: value,
            ..CapacitorInstance::default()
        };
        common(&mut set, details, self.celsius())?;
        let (plus, minus) = self.pair(element)?;
        let made = Capacitor::new(self.name(element), plus, minus, model, set);
        self.put(element, made)
    }

    fn inductor(
        &mut self,
        element: &FlatElement,
        value: Option<f64>,
        details: Option<&PassiveDetails>,
    ) -> Result<(), Diagnostic> {
        let model = match details.and_then(|details| details.model) {
            Some(id) => Some(self.inductor_model(element, id)?),
            None => None,
        };
        let mut set = InductorInstance {
            inductance: value,
            ..InductorInstance::default()
        };
        common(&mut set, details, self.celsius())?;
        let (plus, minus) = self.pair(element)?;
        let made = Inductor::new(self.name(element), plus, minus, model, set);
        if let Ok(inductor) = &made {
            self.windings.insert(element.name, inductor.winding());
        }
        self.put(element, made)
    }

    /// Couplings are added after all inductors, wherever their lines stand.
    pub(super) fn coupling(
        &mut self,
        element: &FlatElement,
        card: &Coupling,
    ) -> Result<(), Diagnostic> {
        let windings = card
            .inductors
            .iter()
            .map(|number| {
                self.windings.get(number).cloned().ok_or_else(|| {
                    Diagnostic::error(
                        element.span,
                        format!(
                            "there is no inductor called `{}`",
                            self.flat.element_names.name(*number)
                        ),
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let made = MutualInductance::new(self.name(element), card.coefficient, windings);
        self.put(element, made)
    }

    fn resistor_model(
        &mut self,
        element: &FlatElement,
        id: ModelId,
    ) -> Result<Arc<ResistorModel>, Diagnostic> {
        if let Some(model) = self.models.resistors.get(&id.0) {
            return Ok(Arc::clone(model));
        }
        let made = Arc::new(self.passive_model(element, id, &["r", "res"])?);
        self.models.resistors.insert(id.0, Arc::clone(&made));
        Ok(made)
    }

    fn capacitor_model(
        &mut self,
        element: &FlatElement,
        id: ModelId,
    ) -> Result<Arc<CapacitorModel>, Diagnostic> {
        if let Some(model) = self.models.capacitors.get(&id.0) {
            return Ok(Arc::clone(model));
        }
        let made = Arc::new(self.passive_model(element, id, &["c", "cap"])?);
        self.models.capacitors.insert(id.0, Arc::clone(&made));
        Ok(made)
    }

    fn inductor_model(
        &mut self,
        element: &FlatElement,
        id: ModelId,
    ) -> Result<Arc<InductorModel>, Diagnostic> {
        if let Some(model) = self.models.inductors.get(&id.0) {
            return Ok(Arc::clone(model));
        }
        let made = Arc::new(self.passive_model(element, id, &["l", "ind"])?);
        self.models.inductors.insert(id.0, Arc::clone(&made));
        Ok(made)
    }

    fn passive_model<P: Parameters>(
        &mut self,
        element: &FlatElement,
        id: ModelId,
        kinds: &[&str],
    ) -> Result<P, Diagnostic> {
        let model = self.model(element.span, id)?.clone();
        if !kinds.contains(&model.kind.as_str()) {
            return Err(Diagnostic::error(
                element.span,
                format!(
                    "model `{}` is a `{}`, which an element `{}` cannot use",
                    model.name, model.kind, element.kind
                ),
            ));
        }
        self.card(&model, &["level"])
    }
}

/// Multiplier and parameters of an element line.
fn common<P: Parameters>(
    set: &mut P,
    details: Option<&PassiveDetails>,
    celsius: f64,
) -> Result<(), Diagnostic> {
    let Some(details) = details else {
        return Ok(());
    };
    instance(set, &details.parameters, celsius)?;
    if details.multiplier != 1.0 {
        // Every passive element has a multiplier.
        let _ = set.set("m", details.multiplier);
    }
    Ok(())
}
