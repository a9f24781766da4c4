//! YARRAY lines: whole arrays as elements.

use super::devices::MEMRISTOR_STATES;
use super::elements::{Head, Multiplier};
use super::words::Words;
use super::{Array, Elaborator, ElementCard, Failed, ModelId, Parameter, Value};
use crate::deck::{LineText, Span, Token, TokenKind};
use crate::diagnostics::Diagnostic;

/// How the lines begin: `yarray a1 rows=(r[0:7]) columns=(c[0:7]) model`.
pub(super) const ARRAY: &str = "yarray";
/// The type on model cards.
pub(crate) const ARRAY_KIND: &str = "array";

/// Parameters that are numbers, besides those with which memristors start.
const NUMBERS: [&str; 15] = [
    "rrow", "rcolumn", "crow", "ccolumn", "g", "r", "v0", "w", "l", "ad", "as", "pd", "ps", "nrd",
    "nrs",
];
/// Parameters that are words.
const WORDS: [&str; 5] = ["law", "memristor", "transistor", "side", "gatelines"];
/// Parameters that are names of files.
const FILES: [&str; 3] = ["gfile", "rfile", "statefile"];
/// What only a line has.
const ON_LINES: [&str; 5] = ["rows", "columns", "gates", "bulk", "gcells"];
/// The most ports of one array: each of them has an entry with every other one in the matrix.
const PORT_LIMIT: usize = 8192;

/// Everything that a card or line of an array knows.
pub(crate) fn array_parameters() -> impl Iterator<Item = &'static str> {
    let numbers = NUMBERS.into_iter().chain(MEMRISTOR_STATES);
    numbers.chain(WORDS).chain(FILES)
}

/// The value of a parameter of an array that is a word or the name of a file; none for other parameters.
pub(super) fn word_value<'d>(name: &str, words: &mut Words<'_, 'd>) -> Option<LineText<'d>> {
    if WORDS.contains(&name) || FILES.contains(&name) {
        words.text()
    } else {
        None
    }
}

/// The nodes of a list: `r[0:3]` stands for `r0 r1 r2 r3`.
fn expand(word: &str) -> Result<Vec<String>, String> {
    let range = word.split_once('[').and_then(|(before, rest)| {
        let (range, after) = rest.split_once(']')?;
        let (first, last) = range.split_once(':')?;
        Some((before, first, last, after))
    });
    let Some((before, first, last, after)) = range else {
        return Ok(vec![word.to_owned()]);
    };
    let number = |text: &str| {
        text.parse::<u32>()
            .map_err(|_| format!("`{word}`: `{text}` is not a whole number, as in `r[0:7]`"))
    };
    let (first, last) = (number(first)?, number(last)?);
    if first.abs_diff(last) as usize >= PORT_LIMIT {
        return Err(format!("`{word}` stands for more than {PORT_LIMIT} nodes"));
    }
    let name = |number: u32| format!("{before}{number}{after}");
    Ok(if first <= last {
        (first..=last).map(name).collect()
    } else {
        (last..=first).rev().map(name).collect()
    })
}

impl<'d> Elaborator<'d> {
    /// `yarray a1 rows=(...) columns=(...) [gates=(...)] [bulk=node] model [parameters]`, which is called `yarray!a1`.
    pub(super) fn array(
        &mut self,
        words: &mut Words<'_, 'd>,
    ) -> Result<(Head, ElementCard), Failed> {
        let line = words.line.span;
        words.skip(1);
        let Some(name) = words.word() else {
            return self.fail(Diagnostic::error(words.here(), "an element needs a name"));
        };
        let full_name = format!("{ARRAY}!{}", name.text);
        let head = self.head_named(&full_name, name.span, words, 0)?;
        let mut array = Array {
            rows: Vec::new(),
            columns: Vec::new(),
            gates: Vec::new(),
            bulk: 0,
            conductances: None,
            model: ModelId(0),
            memristor: None,
            transistor: None,
            multiplier: 1.0,
            parameters: Vec::new(),
        };
        let mut model = None;
        let mut multiplier = Multiplier::default();
        loop {
            words.skip_separators();
            if words.is_done() {
                break;
            }
            let Some(name) = words.named() else {
                match words.word() {
                    Some(word) if model.is_none() => model = Some(word),
                    Some(word) => {
                        let message = format!(
                            "unexpected `{}`: the model is `{}` already",
                            word.text,
                            model.map_or("", |model| model.text)
                        );
                        return self.fail(Diagnostic::error(word.span, message));
                    }
                    None => return self.unexpected(words, &ON_LINES),
                }
                continue;
            };
            let given = match name.text {
                "rows" => !array.rows.is_empty(),
                "columns" => !array.columns.is_empty(),
                "gates" => !array.gates.is_empty(),
                "gcells" => array.conductances.is_some(),
                _ => false,
            };
            if given {
                let message = format!("`{}` is given twice", name.text);
                return self.fail(Diagnostic::error(name.span, message));
            }
            match name.text {
                "rows" => array.rows = self.node_list(name, words)?,
                "columns" => array.columns = self.node_list(name, words)?,
                "gates" => array.gates = self.node_list(name, words)?,
                "bulk" => array.bulk = self.next_node(words)?,
                "gcells" => {
                    let listed = self.number_list(name, words)?;
                    array.conductances = Some((listed.into(), name.span));
                }
                _ => self.array_parameter(name, words, &mut array.parameters, &mut multiplier)?,
            }
        }
        for (what, nodes) in [("rows", &array.rows), ("columns", &array.columns)] {
            if nodes.is_empty() {
                let message = format!("an array needs the nodes of its {what}");
                return self.fail(
                    Diagnostic::error(line, message).help(format!("write `{what}=(x[0:7])`")),
                );
            }
        }
        if array.rows.len() + array.columns.len() + array.gates.len() > PORT_LIMIT {
            let message = format!("an array has at most {PORT_LIMIT} rows, columns and gates");
            return self.fail(Diagnostic::error(line, message));
        }
        let Some(model) = model else {
            let message = "the name of the model is missing";
            return self.fail(Diagnostic::error(line, message));
        };
        array.model = self.model(model)?;
        array.memristor = self.model_of("memristor", &array)?;
        array.transistor = self.model_of("transistor", &array)?;
        array.multiplier = self.multiplicity(multiplier);
        Ok((head, ElementCard::Array(Box::new(array))))
    }

    fn array_parameter(
        &mut self,
        name: LineText<'d>,
        words: &mut Words<'_, 'd>,
        parameters: &mut Vec<Parameter>,
        multiplier: &mut Multiplier,
    ) -> Result<(), Failed> {
        if let Some(text) = word_value(name.text, words) {
            parameters.push(self.array_word(name, text));
            return Ok(());
        }
        let known: Vec<&str> = ON_LINES.into_iter().chain(array_parameters()).collect();
        self.named_value(words, name, &known, parameters, multiplier)
    }

    /// A parameter whose value is a word, or the name of a file as it is written.
    pub(super) fn array_word(&self, name: LineText<'d>, text: LineText<'d>) -> Parameter {
        let value = if FILES.contains(&name.text) {
            self.deck.sources.original(text.span)
        } else {
            text.text
        };
        Parameter {
            name: name.text.into(),
            value: Value::Word(value.into()),
            span: name.span,
        }
    }

    /// `(r[0:7])`, `(a b c)` or one word.
    fn node_list(
        &mut self,
        name: LineText<'d>,
        words: &mut Words<'_, 'd>,
    ) -> Result<Vec<u32>, Failed> {
        let listed = words
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Open);
        words.skip(usize::from(listed));
        let mut nodes = Vec::new();
        while let Some(token) = words.peek() {
            words.skip(1);
            let span = words.line.place(token);
            match token.kind {
                TokenKind::Comma => {}
                TokenKind::Close if listed => return Ok(nodes),
                TokenKind::Word => {
                    self.add_nodes(words.line.slice(token), span, &mut nodes)?;
                    if !listed {
                        return Ok(nodes);
                    }
                }
                _ => return self.fail(Diagnostic::error(span, "expected a node")),
            }
        }
        let message = format!("the list of `{}` does not end: `)` is missing", name.text);
        self.fail(Diagnostic::error(name.span, message))
    }

    /// Numbers in parentheses.
    fn number_list(
        &mut self,
        name: LineText<'d>,
        words: &mut Words<'_, 'd>,
    ) -> Result<Vec<f64>, Failed> {
        let what = format!("a number in the list of `{}`", name.text);
        let open = |token: &Token| token.kind == TokenKind::Open;
        if !words.peek().as_ref().is_some_and(open) {
            let message = format!("`{}` needs a list of numbers in parentheses", name.text);
            return self.fail(Diagnostic::error(name.span, message));
        }
        words.skip(1);
        let mut numbers = Vec::new();
        while let Some(token) = words.peek() {
            match token.kind {
                TokenKind::Comma => words.skip(1),
                TokenKind::Close => {
                    words.skip(1);
                    return Ok(numbers);
                }
                _ => numbers.push(self.next_number(words, &what)?),
            }
        }
        let message = format!("the list of `{}` does not end: `)` is missing", name.text);
        self.fail(Diagnostic::error(name.span, message))
    }

    fn add_nodes(&mut self, word: &str, span: Span, nodes: &mut Vec<u32>) -> Result<(), Failed> {
        let names = match expand(word) {
            Ok(names) => names,
            Err(message) => return self.fail(Diagnostic::error(span, message)),
        };
        for name in names {
            nodes.push(self.node_named(&name, span)?);
        }
        if nodes.len() > PORT_LIMIT {
            let message = format!("an array has at most {PORT_LIMIT} rows, columns and gates");
            return self.fail(Diagnostic::error(span, message));
        }
        Ok(())
    }

    /// The model that a parameter of the line, or else of the array's card, names.
    fn model_of(&mut self, name: &str, array: &Array) -> Result<Option<ModelId>, Failed> {
        let card = self.circuit.model(array.model);
        let of_card = card.map_or(&[][..], |model| &model.parameters);
        let mut all = array.parameters.iter().rev().chain(of_card.iter().rev());
        let found = all
            .find(|parameter| &*parameter.name == name)
            .and_then(|parameter| Some((parameter.value.word()?.to_owned(), parameter.span)));
        match found {
            Some((word, span)) => self.model_named(&word, span).map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn ranges_stand_for_lists() {
        assert_eq!(expand("r[0:2]").unwrap(), ["r0", "r1", "r2"]);
        assert_eq!(expand("x[11:9]_b").unwrap(), ["x11_b", "x10_b", "x9_b"]);
        assert_eq!(expand("out").unwrap(), ["out"]);
        assert_eq!(expand("out[3]").unwrap(), ["out[3]"]);
        assert!(expand("r[0:b]").unwrap_err().contains("`b`"));
        assert!(expand("r[0:4000000000]").is_err());
    }
}
