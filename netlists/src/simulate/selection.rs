//! Which vectors a deck wants: `.save`, `.probe`, and the quantities of elements that `.print` and `.meas` name.

use ohmloom_solver::circuit::Circuit;

use super::recording::{Recorded, Selection};
use crate::elaborate::{FlatCircuit, OutputKind, OutputRequest};

/// The selection of a deck: everything when there is no `.save`, or when one says `all`.
pub(super) fn of(flat: &FlatCircuit, circuit: &Circuit) -> Selection {
    let of_kind = |wanted: &'static [OutputKind]| {
        flat.outputs
            .iter()
            .filter(|request| wanted.contains(&request.kind))
            .flat_map(|request: &OutputRequest| request.items.iter().map(|item| item.text.as_str()))
    };
    let saves: Vec<&str> = of_kind(&[OutputKind::Save]).collect();
    let mut selection = Selection {
        all: saves.is_empty() || saves.contains(&"all"),
        ..Selection::default()
    };
    for text in saves {
        select(&mut selection, text, circuit);
    }
    for text in of_kind(&[OutputKind::Probe]) {
        probe(&mut selection, text, flat, circuit);
    }
    let named = of_kind(&[OutputKind::Print, OutputKind::Plot])
        .chain(flat.measures.iter().map(|line| line.text.as_str()))
        .chain(
            flat.fourier
                .iter()
                .flat_map(|fourier| fourier.items.iter().map(|item| item.text.as_str())),
        );
    for text in named {
        for recorded in quantities_in(text, circuit) {
            add(&mut selection, recorded);
        }
    }
    selection
}

fn add(selection: &mut Selection, recorded: Recorded) {
    if !selection.quantities.contains(&recorded) {
        selection.quantities.push(recorded);
    }
}

/// Adds what one word of `.save` names: `all`, `v(a)`, `v(a,b)`, `i(v1)`, `v1#branch`, `@m1[gm]`, a node.
pub(super) fn select(selection: &mut Selection, text: &str, circuit: &Circuit) {
    if text == "all" {
        selection.all = true;
        return;
    }
    let quantities = quantities_in(text, circuit);
    if !quantities.is_empty() {
        for recorded in quantities {
            add(selection, recorded);
        }
        return;
    }
    if let Some(element) = inside(text, "i(") {
        selection.unknowns.push(format!("{element}#branch"));
    } else if let Some(nodes) = inside(text, "v(") {
        selection
            .unknowns
            .extend(nodes.split(',').map(|node| node.trim().to_owned()));
    } else {
        selection.unknowns.push(text.to_owned());
    }
}

/// Adds what one word of `.probe` names: `alli`, `i(r1)`, `p(q1)`, `p(x1)`; voltages are there anyway.
fn probe(selection: &mut Selection, text: &str, flat: &FlatCircuit, circuit: &Circuit) {
    if text == "alli" {
        for name in circuit.element_names() {
            if circuit.branch(name).is_none() {
                add(selection, Recorded::current(name));
            }
        }
    } else if let Some(name) = inside(text, "p(") {
        let elements = if circuit.has_element(name) {
            vec![name.to_owned()]
        } else {
            // An instance takes up what its elements do: `q.x1.q1` belongs to `x1`.
            let path = format!(".{name}.");
            flat.elements
                .iter()
                .map(|element| flat.name_of(element))
                .filter(|element| element.contains(&path))
                .map(str::to_owned)
                .collect()
        };
        if !elements.is_empty() {
            add(selection, Recorded::power(name, elements));
        }
    } else {
        for recorded in quantities_in(text, circuit) {
            add(selection, recorded);
        }
    }
}

fn inside<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(')'))
        .map(str::trim)
}

/// Every `@element[quantity]` of a text, and every `i(element)` of an element whose current is no unknown.
fn quantities_in(text: &str, circuit: &Circuit) -> Vec<Recorded> {
    let mut found: Vec<Recorded> = text
        .split('@')
        .skip(1)
        .filter_map(|rest| {
            let (element, rest) = rest.split_once('[')?;
            let (quantity, _) = rest.split_once(']')?;
            Some(Recorded::quantity(element.trim(), quantity.trim()))
        })
        .collect();
    for (at, _) in text.match_indices("i(") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let Some((name, _)) = text[at + 2..].split_once(')') else {
            continue;
        };
        let name = name.trim();
        let has_current = circuit.has_element(name)
            && circuit.branch(name).is_none()
            && !name.starts_with(['c', 'k']);
        if has_current {
            found.push(Recorded::current(name));
        }
    }
    found
}
