//! D, Q, J, M, N, S and W lines: devices with a model.

use super::elements::{Head, Multiplier};
use super::words::Words;
use super::{Device, Elaborator, ElementCard, Failed, Parameter, Switch, SwitchControl};
use crate::deck::TokenKind;
use crate::diagnostics::Diagnostic;
use crate::numbers::parse_number;

const DIODE_PARAMETERS: [&str; 12] = [
    "area", "pj", "l", "w", "perim", "temp", "dtemp", "lm", "lp", "wm", "wp", "ic",
];
const BIPOLAR_PARAMETERS: [&str; 6] = ["area", "areab", "areac", "temp", "dtemp", "ic"];
const JUNCTION_FET_PARAMETERS: [&str; 4] = ["area", "temp", "dtemp", "ic"];
const MOSFET_PARAMETERS: [&str; 23] = [
    "l", "w", "ad", "as", "pd", "ps", "nrd", "nrs", "temp", "dtemp", "ic", "nf", "sa", "sb", "sd",
    "geo", "min", "delvto", "mulu0", "nfs", "area", "rgeomod", "trnqsmod",
];

/// Initial states: which of them a memristor has depends on its model.
pub(crate) const MEMRISTOR_STATES: [&str; 6] = ["x0", "gap0", "r0", "ndisc0", "xo", "ivrelation"];

/// Initial states and targets of single memristors.
const MEMRISTOR_PARAMETERS: [&str; 7] = ["x0", "gap0", "r0", "ndisc0", "g", "xo", "ivrelation"];

/// How Xyce's lines for memristors begin: `ymemristor mr1 a b model`.
pub(super) const XYCE_MEMRISTOR: &str = "ymemristor";

/// How a device line looks.
struct Shape {
    least_nodes: usize,
    most_nodes: usize,
    known: &'static [&'static str],
    has_area: bool,
}

fn shape(letter: char) -> Shape {
    match letter {
        'd' => Shape {
            least_nodes: 2,
            most_nodes: 3,
            known: &DIODE_PARAMETERS,
            has_area: true,
        },
        'q' => Shape {
            least_nodes: 3,
            most_nodes: 5,
            known: &BIPOLAR_PARAMETERS,
            has_area: true,
        },
        'j' => Shape {
            least_nodes: 3,
            most_nodes: 3,
            known: &JUNCTION_FET_PARAMETERS,
            has_area: true,
        },
        'n' | 'y' => Shape {
            least_nodes: 2,
            most_nodes: 2,
            known: &MEMRISTOR_PARAMETERS,
            has_area: false,
        },
        _ => Shape {
            least_nodes: 3,
            most_nodes: 7,
            known: &MOSFET_PARAMETERS,
            has_area: false,
        },
    }
}

impl<'d> Elaborator<'d> {
    /// A diode or transistor: nodes, model, area, parameters. The first word that is a model ends the nodes.
    pub(super) fn device(
        &mut self,
        letter: char,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, shape(letter).least_nodes)?;
        self.device_behind(letter, head, words)
    }

    /// Xyce's `ymemristor mr1 a b model`, which is called `ymemristor!mr1`.
    pub(super) fn xyce_memristor(
        &mut self,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        words.skip(1);
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(words.here(), "an element needs a name"));
        };
        let full_name = format!("{XYCE_MEMRISTOR}!{}", name.text);
        let head = self.head_named(&full_name, name.span, words, 2)?;
        self.device_behind('y', head, words)
    }

    /// What follows the first nodes of a device.
    fn device_behind(
        &mut self,
        letter: char,
        head: Head,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let shape = shape(letter);
        let extra = self.nodes_before_model(words, shape.most_nodes - shape.least_nodes);
        for _ in 0..extra {
            self.add_node(words)?;
        }
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(
                words.here(),
                "the name of the model is missing",
            ));
        };
        let mut device = Device {
            model: super::ModelId(0),
            area: None,
            off: false,
            thermal: false,
            initial_conditions: Vec::new(),
            multiplier: 1.0,
            parameters: Vec::new(),
        };
        let mut multiplier = Multiplier::default();
        self.device_words(words, &shape, &mut device, &mut multiplier)?;
        let size = |name: &str| {
            let found = device
                .parameters
                .iter()
                .rev()
                .find(|parameter| &*parameter.name == name);
            found.and_then(|parameter| parameter.value.number())
        };
        device.model = if letter == 'm' {
            self.binned_model(name, size("l"), size("w"))?
        } else {
            self.model(name)?
        };
        device.multiplier = self.multiplicity(multiplier);
        Ok((head, ElementCard::Device(Box::new(device))))
    }

    /// How many more nodes stand before the first word that is a model; none if no word is one.
    fn nodes_before_model(&mut self, words: &Words<'_, 'd>, most: usize) -> usize {
        let mut ahead = words.clone();
        for extra in 0..=most {
            if ahead.at_named() {
                break;
            }
            match ahead.word() {
                Some(word) if self.is_model(word.text) => return extra,
                Some(_) => {}
                None => break,
            }
        }
        Self::default_extra_nodes(words, most)
    }

    /// Where no word is a model: the last word that is no number and no flag is the misspelt model, if it is in reach.
    fn default_extra_nodes(words: &Words<'_, 'd>, most: usize) -> usize {
        let mut ahead = words.clone();
        let mut last = 0;
        for extra in 0..=most {
            if ahead.at_named() {
                break;
            }
            match ahead.word() {
                Some(word) if matches!(word.text, "off" | "thermal") => break,
                Some(word) if parse_number(word.text).is_none() => last = extra,
                Some(_) => {}
                None => break,
            }
        }
        last
    }

    fn device_words(
        &mut self,
        words: &mut Words<'_, 'd>,
        shape: &Shape,
        device: &mut Device,
        multiplier: &mut Multiplier,
    ) -> Result<(), Failed> {
        loop {
            words.skip_separators();
            let Some(token) = words.peek() else {
                return Ok(());
            };
            if let Some(name) = words.named() {
                if name.text == "ic" {
                    self.initial_conditions(words, &mut device.initial_conditions)?;
                } else if name.text == "off" {
                    device.off = self.next_number(words, "the value of `off`")? != 0.0;
                } else if name.text == "area" && shape.has_area {
                    device.area = Some(self.next_value(words, "the area")?);
                } else {
                    self.named_value(words, name, shape.known, &mut device.parameters, multiplier)?;
                }
                continue;
            }
            match words.peek_word() {
                Some("off") => {
                    words.skip(1);
                    device.off = true;
                }
                Some("thermal") => {
                    words.skip(1);
                    device.thermal = true;
                }
                Some(word) if word.starts_with(char::is_alphabetic) && !self.is_parameter(word) => {
                    return self.unexpected(words, shape.known);
                }
                _ if shape.has_area && device.area.is_none() && token.kind != TokenKind::Text => {
                    device.area = Some(self.next_value(words, "the area")?);
                }
                _ => return self.unexpected(words, shape.known),
            }
        }
    }

    /// `ic=1,0`
    fn initial_conditions(
        &mut self,
        words: &mut Words<'_, 'd>,
        values: &mut Vec<f64>,
    ) -> Result<(), Failed> {
        values.push(self.next_number(words, "the initial condition")?);
        while words.peek().is_some_and(|token| {
            token.kind == TokenKind::Comma
                || token.kind == TokenKind::Expression
                || token.kind == TokenKind::Word && parse_number(words.line.slice(token)).is_some()
        }) {
            if words.clone().at_named() {
                break;
            }
            values.push(self.next_number(words, "the initial condition")?);
        }
        Ok(())
    }

    /// `s1 a b c d model on` and `w1 a b vname model off`
    pub(super) fn switch(
        &mut self,
        letter: char,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let head = self.head(words, 2)?;
        let control = if letter == 's' {
            let plus = self.next_node(words)?;
            SwitchControl::Voltage(plus, self.next_node(words)?)
        } else {
            match words.word() {
                Some(name) => SwitchControl::Current(self.element_reference(name, name.text)?),
                None => {
                    return self.fail(Diagnostic::error(
                        words.here(),
                        "the controlling source is missing",
                    ));
                }
            }
        };
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(
                words.here(),
                "the name of the model is missing",
            ));
        };
        let model = self.model(name)?;
        let mut initially_on = None;
        let mut multiplier = Multiplier::default();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            if let Some(name) = words.named() {
                let mut parameters: Vec<Parameter> = Vec::new();
                self.named_value(words, name, &[], &mut parameters, &mut multiplier)?;
                continue;
            }
            initially_on = match words.peek_word() {
                Some("on") => Some(true),
                Some("off") => Some(false),
                _ => return self.unexpected(words, &["on", "off"]),
            };
            words.skip(1);
        }
        let multiplier = self.multiplicity(multiplier);
        Ok((
            head,
            ElementCard::Switch(Box::new(Switch {
                control,
                model,
                initially_on,
                multiplier,
            })),
        ))
    }
}
