//! D, Q, J and M; hands N on.

use std::sync::Arc;

use ohmloom_devices::mosfets::{
    self, AnyTransistor, EkvModel, EkvMosfet, Level1, Level2, Level3, Mosfet, MosfetInstance,
    MosfetModel,
};
use ohmloom_devices::parameters::Parameters;
use ohmloom_devices::semiconductors::{
    Bipolar, BipolarInstance, BipolarModel, BipolarNodes, Diode, DiodeInstance, DiodeModel, Jfet,
    JfetInstance, JfetModel, JfetNodes, Polarity,
};
use ohmloom_solver::circuit::{CircuitError, Unknown};

use super::super::temperature::value_at;
use super::Assembly;
use super::parameters::instance;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{Device, FlatElement, Model, ModelId, Parameter, Value};

/// Finds a model's parameter set, or makes it on first use.
macro_rules! shared_model {
    ($assembly:ident, $table:ident, $element:ident, $id:expr, $skip:expr) => {{
        let id = $id;
        match $assembly.models.$table.get(&id.0) {
            Some(model) => Arc::clone(model),
            None => {
                let model = $assembly.model($element.span, id)?.clone();
                let made = Arc::new($assembly.card(&model, $skip)?);
                $assembly.models.$table.insert(id.0, Arc::clone(&made));
                made
            }
        }
    }};
}

impl Assembly<'_> {
    pub(super) fn device(
        &mut self,
        element: &FlatElement,
        card: &Device,
    ) -> Result<(), Diagnostic> {
        if card.thermal {
            return Err(Diagnostic::error(
                element.span,
                "self-heating (`thermal`) is not supported",
            ));
        }
        let model = self.model(element.span, card.model)?.clone();
        match (element.kind, model.kind.as_str()) {
            ('d', "d") => self.diode(element, card, &model),
            ('q', "npn") => self.bipolar(element, card, &model, Polarity::N),
            ('q', "pnp") => self.bipolar(element, card, &model, Polarity::P),
            ('j', "njf") => self.jfet(element, card, &model, Polarity::N),
            ('j', "pjf") => self.jfet(element, card, &model, Polarity::P),
            ('m', "nmos") => self.mosfet(element, card, &model, mosfets::Polarity::N),
            ('m', "pmos") => self.mosfet(element, card, &model, mosfets::Polarity::P),
            ('n' | 'y', _) => self.memristor(element, card, &model),
            (letter, kind) => Err(Diagnostic::error(
                element.span,
                format!(
                    "model `{}` is a `{kind}`, which an element `{letter}` cannot use",
                    model.name
                ),
            )),
        }
    }

    fn diode(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
    ) -> Result<(), Diagnostic> {
        level(model, &[1])?;
        let shared: Arc<DiodeModel> = shared_model!(self, diodes, element, card.model, &["level"]);
        let mut set = DiodeInstance::default();
        common(&mut set, element, card, &["ic"], self.celsius())?;
        let (anode, cathode) = self.pair(element)?;
        let made = Diode::new(self.name(element), anode, cathode, shared, set);
        self.put(element, made)
    }

    fn bipolar(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
        polarity: Polarity,
    ) -> Result<(), Diagnostic> {
        level(model, &[1])?;
        let shared: Arc<BipolarModel> =
            shared_model!(self, bipolars, element, card.model, &["level"]);
        let mut set = BipolarInstance::default();
        common(&mut set, element, card, &["icvbe", "icvce"], self.celsius())?;
        let nodes = BipolarNodes {
            collector: self.node_at(element, 0)?,
            base: self.node_at(element, 1)?,
            emitter: self.node_at(element, 2)?,
            substrate: self.node_at(element, 3).unwrap_or(Unknown::GROUND),
        };
        let made = Bipolar::new(self.name(element), polarity, nodes, shared, set);
        self.put(element, made)
    }

    fn jfet(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
        polarity: Polarity,
    ) -> Result<(), Diagnostic> {
        level(model, &[1])?;
        let shared: Arc<JfetModel> = shared_model!(self, jfets, element, card.model, &["level"]);
        let mut set = JfetInstance::default();
        common(&mut set, element, card, &["icvds", "icvgs"], self.celsius())?;
        let nodes = JfetNodes {
            drain: self.node_at(element, 0)?,
            gate: self.node_at(element, 1)?,
            source: self.node_at(element, 2)?,
        };
        let made = Jfet::new(self.name(element), polarity, nodes, shared, set);
        self.put(element, made)
    }

    fn mosfet(
        &mut self,
        element: &FlatElement,
        card: &Device,
        model: &Model,
        polarity: mosfets::Polarity,
    ) -> Result<(), Diagnostic> {
        let level = level(model, &[1, 2, 3, 44])?;
        let nodes = [
            self.node_at(element, 0)?,
            self.node_at(element, 1)?,
            self.node_at(element, 2)?,
            self.node_at(element, 3)?,
        ];
        let mut set = self.mosfet_defaults(model);
        common(
            &mut set,
            element,
            card,
            &["icvds", "icvgs", "icvbs"],
            self.celsius(),
        )?;
        let id = card.model;
        let name = self.name(element);
        if level == 44 {
            let shared: Arc<EkvModel> =
                shared_model!(self, ekvs, element, id, &["level", "l", "w"]);
            let made = EkvMosfet::new(name, nodes, polarity, shared, set);
            return self.put(element, made);
        }
        let shared: Arc<MosfetModel> =
            shared_model!(self, mosfets, element, id, &["level", "l", "w"]);
        match level {
            1 => {
                let made = Mosfet::<Level1>::new(name, nodes, polarity, shared, set);
                self.put(element, made)
            }
            2 => {
                let made = Mosfet::<Level2>::new(name, nodes, polarity, shared, set);
                self.put(element, made)
            }
            _ => {
                let made = Mosfet::<Level3>::new(name, nodes, polarity, shared, set);
                self.put(element, made)
            }
        }
    }
}

impl Assembly<'_> {
    /// The size of transistors of a model whose lines say nothing.
    fn mosfet_defaults(&self, model: &Model) -> MosfetInstance {
        let mut set = MosfetInstance::default();
        for (name, value) in self.settings.defaults {
            if let Some(value) = value {
                // These four names are parameters of every transistor.
                let _ = set.set(name, value);
            }
        }
        for name in ["l", "w"] {
            // A model may give the default size of its transistors.
            if let Some(size) = model.number(name) {
                let _ = set.set(name, size);
            }
        }
        set
    }

    /// The transistor that every cell of an array has.
    pub(super) fn cell_transistor(
        &mut self,
        element: &FlatElement,
        id: ModelId,
        parameters: &[Parameter],
    ) -> Result<AnyTransistor, Diagnostic> {
        let model = self.model(element.span, id)?.clone();
        let polarity = match model.kind.as_str() {
            "nmos" => mosfets::Polarity::N,
            "pmos" => mosfets::Polarity::P,
            kind => {
                let message = format!(
                    "model `{}` is a `{kind}`; the cells of an array need an nmos or pmos",
                    model.name
                );
                return Err(Diagnostic::error(element.span, message));
            }
        };
        let level = level(&model, &[1, 2, 3, 44])?;
        let mut set = self.mosfet_defaults(&model);
        instance(&mut set, parameters, self.celsius())?;
        let name = format!("{}#transistor", self.name(element));
        let nodes = [Unknown::GROUND; 4];
        let refuse = |error: CircuitError| Diagnostic::error(element.span, error.to_string());
        if level == 44 {
            let shared: Arc<EkvModel> =
                shared_model!(self, ekvs, element, id, &["level", "l", "w"]);
            let made = EkvMosfet::new(name, nodes, polarity, shared, set);
            return made.map(AnyTransistor::Ekv).map_err(refuse);
        }
        let shared: Arc<MosfetModel> =
            shared_model!(self, mosfets, element, id, &["level", "l", "w"]);
        match level {
            1 => Mosfet::new(name, nodes, polarity, shared, set).map(AnyTransistor::Level1),
            2 => Mosfet::new(name, nodes, polarity, shared, set).map(AnyTransistor::Level2),
            _ => Mosfet::new(name, nodes, polarity, shared, set).map(AnyTransistor::Level3),
        }
        .map_err(refuse)
    }
}

/// The level of a model, which must be one of those that exist here.
fn level(model: &Model, known: &[i64]) -> Result<i64, Diagnostic> {
    let level = model.number("level").unwrap_or(1.0);
    known
        .iter()
        .copied()
        .find(|&known| known as f64 == level)
        .ok_or_else(|| {
            let list: Vec<String> = known.iter().map(ToString::to_string).collect();
            Diagnostic::error(
                model.span,
                format!(
                    "model `{}` ({}) has level {level}, which is not supported",
                    model.name, model.kind
                ),
            )
            .help(format!("supported: level {}", list.join(", ")))
        })
}

/// What all these devices have: parameters, area, multiplier, `off`, initial conditions under the given names.
fn common<P: Parameters>(
    set: &mut P,
    element: &FlatElement,
    card: &Device,
    conditions: &[&str],
    celsius: f64,
) -> Result<(), Diagnostic> {
    instance(set, &card.parameters, celsius)?;
    let refuse = |name: &str| {
        Diagnostic::error(
            element.span,
            format!("this device has no parameter `{name}`"),
        )
    };
    let mut give = |name: &str, value: f64| set.set(name, value).map_err(|_| refuse(name));
    match &card.area {
        Some(Value::Number(area)) => give("area", *area)?,
        Some(Value::Expression(area)) => {
            let area = value_at(area, celsius).ok_or_else(|| {
                Diagnostic::error(
                    element.span,
                    "the area must be a number, it cannot depend on voltages, currents or time",
                )
            })?;
            give("area", area)?;
        }
        Some(Value::Word(_)) | None => {}
    }
    if card.multiplier != 1.0 {
        give("m", card.multiplier)?;
    }
    if card.off {
        give("off", 1.0)?;
    }
    for (name, &value) in conditions.iter().zip(&card.initial_conditions) {
        give(name, value)?;
    }
    Ok(())
}
