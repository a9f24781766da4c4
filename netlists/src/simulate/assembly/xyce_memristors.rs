//! Xyce's memristor models (`.model m memristor level=2|3`) in the words of this simulator.

use crate::diagnostics::Diagnostic;
use crate::elaborate::{Model, Parameter, Value};

/// The type on Xyce's model cards.
pub(super) const XYCE_KIND: &str = "memristor";

/// Xyce's numbers of windows.
const WINDOWS: [&str; 5] = ["none", "joglekar", "biolek", "prodromakis", "kvatinsky"];

/// Level 2, TEAM: Xyce calls exponents alpha, and points of the window a.
const TEAM: [(&str, &str); 16] = [
    ("alphaon", "aon"),
    ("alphaoff", "aoff"),
    ("aon", "awon"),
    ("aoff", "awoff"),
    ("ron", "ron"),
    ("roff", "roff"),
    ("kon", "kon"),
    ("koff", "koff"),
    ("ion", "ion"),
    ("ioff", "ioff"),
    ("xon", "xon"),
    ("xoff", "xoff"),
    ("wc", "wc"),
    ("p", "p"),
    ("j", "j"),
    ("xo", "x0"),
];

/// Level 3, Yakopcic.
const YAKOPCIC: [(&str, &str); 13] = [
    ("a1", "a1"),
    ("a2", "a2"),
    ("b", "b"),
    ("vp", "vp"),
    ("vn", "vn"),
    ("ap", "ap"),
    ("an", "an"),
    ("xp", "xp"),
    ("xn", "xn"),
    ("alphap", "alphap"),
    ("alphan", "alphan"),
    ("eta", "eta"),
    ("xo", "x0"),
];

/// A model card of Xyce and the parameters of an element's line as those of the same model here.
pub(super) fn from_xyce(
    model: &Model,
    instance: &[Parameter],
) -> Result<(Model, Vec<Parameter>), Diagnostic> {
    let level = model.number("level").unwrap_or(1.0);
    let (kind, names): (&str, &[(&str, &str)]) = if level == 2.0 {
        ("team", &TEAM)
    } else if level == 3.0 {
        ("yakopcic", &YAKOPCIC)
    } else {
        let message = format!(
            "model `{}` ({XYCE_KIND}) has level {level}, which is not supported",
            model.name
        );
        return Err(Diagnostic::error(model.span, message).help("supported: level 2, 3"));
    };
    let mut made = Model {
        kind: kind.to_owned(),
        parameters: Vec::new(),
        ..model.clone()
    };
    let mut of_line = Vec::new();
    for parameter in &model.parameters {
        made.parameters
            .extend(translated(parameter, names, &model.name, level)?);
    }
    for parameter in instance {
        match translated(parameter, names, &model.name, level)? {
            Some(word) if word.value.word().is_some() => made.parameters.push(word),
            other => of_line.extend(other),
        }
    }
    Ok((made, of_line))
}

/// One parameter under its name here; none if it has no effect here.
fn translated(
    parameter: &Parameter,
    names: &[(&str, &str)],
    model: &str,
    level: f64,
) -> Result<Option<Parameter>, Diagnostic> {
    let named = |name: &str, value: Value| Parameter {
        name: name.into(),
        value,
        span: parameter.span,
    };
    let name = &*parameter.name;
    if let Some((_, own)) = names.iter().find(|(theirs, _)| *theirs == name) {
        return Ok(Some(named(own, parameter.value.clone())));
    }
    let choice = |words: &[&'static str]| {
        let number = parameter.value.number();
        let index = words
            .iter()
            .enumerate()
            .position(|(index, _)| number == Some(index as f64));
        index.and_then(|index| words.get(index)).copied()
    };
    let word = match name {
        // Xyce scales its unknown with it; here the state is scaled anyway.
        "level" | "xscaling" => return Ok(None),
        "wt" if level == 2.0 => choice(&WINDOWS).map(|word| ("window", word)),
        "ivrelation" if level == 2.0 => choice(&["linear", "exponential"]).map(|word| ("rx", word)),
        "resnoise" if parameter.value.number() == Some(0.0) => return Ok(None),
        _ => None,
    };
    if let Some((name, word)) = word {
        return Ok(Some(named(name, Value::Word(word.into()))));
    }
    let known = names.iter().map(|(theirs, _)| *theirs);
    Err(Diagnostic::error(
        parameter.span,
        format!("model `{model}` ({XYCE_KIND} level {level}) has no `{name}` with this value here"),
    )
    .did_you_mean(name, known))
}
