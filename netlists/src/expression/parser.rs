//! From text to the tree of an expression, by precedence climbing.
//!
//! From loose to tight: `?:`, `||`, `&&`, `== != <>`, `< <= > >=`, `+ -`, `* / \ %`, unary `- + !`, `^ **`. Binary operators
//! associate to the left, powers included (`2^3^2` is 64), and a sign before a power negates the power (`-2^2` is -4), as in
//! ngspice.

use std::ops::Range;

use ohmloom_devices::expression::{BinaryOperator, Expression, UnaryOperator};

use super::error::SyntaxError;
use super::lexer::{Context, Token, token};
use super::nodes::{Names, names};

/// How deep parentheses, signs and conditionals may be nested.
const DEEPEST_NESTING: u32 = 200;
/// How deep the tree may become, which limits the length of a chain such as `a+b+c`.
const DEEPEST_TREE: u32 = 1000;

/// Reads an expression that is the whole text.
///
/// # Errors
/// [`SyntaxError`] when the text is no expression, goes on after it, or is nested more than 200 levels deep.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    whole(text, false)
}

/// Reads the longest expression at the start of the text; also returns the number of bytes it took.
///
/// A `+` or `-` after white space and directly before its operand starts the next item of a list: `1 -2` is two items, `1 - 2`
/// and `1-2` are one.
///
/// # Errors
/// [`SyntaxError`] when the text does not start with an expression.
pub fn parse_prefix(text: &str) -> Result<(Expression, usize), SyntaxError> {
    prefix(text, false)
}

/// Reads an expression over vectors, as control scripts, `.print` and `.meas` have them: like [`parse`], with the words
/// `and or not eq ne lt le gt ge` and the signs `& | ~` as operators, and with `vm`, `vdb`, `vp`, `vr`, `vi` of nodes and
/// `im`, `idb`, `ip`, `ir`, `ii` of elements as `mag`, `db`, `ph`, `real`, `imag` of the voltage or the current.
///
/// # Errors
/// As [`parse`].
pub fn parse_vector(text: &str) -> Result<Expression, SyntaxError> {
    whole(text, true)
}

/// Reads the longest expression over vectors at the start of the text, as [`parse_prefix`] does.
///
/// # Errors
/// As [`parse_prefix`].
pub fn parse_vector_prefix(text: &str) -> Result<(Expression, usize), SyntaxError> {
    prefix(text, true)
}

fn whole(text: &str, vectors: bool) -> Result<Expression, SyntaxError> {
    let mut parser = Parser::new(text, vectors, false)?;
    let node = parser.conditional()?;
    match parser.token {
        Token::End => Ok(node.expression),
        Token::Close(close) => Err(SyntaxError::new(
            format!("this `{close}` closes nothing"),
            parser.span,
        )),
        _ => Err(SyntaxError::new(
            format!("expected an operator or the end, found {}", parser.found()),
            parser.span,
        )),
    }
}

fn prefix(text: &str, vectors: bool) -> Result<(Expression, usize), SyntaxError> {
    let mut parser = Parser::new(text, vectors, true)?;
    let node = parser.conditional()?;
    Ok((node.expression, parser.previous_end))
}

/// An expression and the depth of its tree.
struct Node {
    expression: Expression,
    depth: u32,
}

impl Node {
    fn leaf(expression: Expression) -> Self {
        Self {
            expression,
            depth: 1,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The token that has not been used yet, and its place.
    token: Token,
    span: Range<usize>,
    /// The end of the last token that has been used.
    previous_end: usize,
    nesting: u32,
    /// How many `?` wait for their `:`.
    open_conditionals: u32,
    /// How many parentheses and brackets are open.
    open_brackets: u32,
    vectors: bool,
    list: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, vectors: bool, list: bool) -> Result<Self, SyntaxError> {
        let mut parser = Self {
            text,
            token: Token::End,
            span: 0..0,
            previous_end: 0,
            nesting: 0,
            open_conditionals: 0,
            open_brackets: 0,
            vectors,
            list,
        };
        parser.advance_from(0)?;
        Ok(parser)
    }

    /// Lexes the token at `from`.
    fn advance_from(&mut self, from: usize) -> Result<(), SyntaxError> {
        let context = Context {
            colon_in_names: self.open_conditionals == 0,
            vectors: self.vectors,
        };
        (self.token, self.span) = token(self.text, from, context)?;
        Ok(())
    }

    fn advance(&mut self) -> Result<Token, SyntaxError> {
        self.advance_past(self.span.end)
    }

    /// Uses the token and whatever the text holds up to `end`. In a list, what cannot be lexed after a complete operand
    /// ends the item.
    fn advance_past(&mut self, end: usize) -> Result<Token, SyntaxError> {
        self.previous_end = end;
        let used = std::mem::replace(&mut self.token, Token::End);
        match self.advance_from(end) {
            Err(_) if self.list && self.open_brackets == 0 && !needs_operand(&used) => {
                self.token = Token::End;
                self.span = end..end;
            }
            other => other?,
        }
        Ok(used)
    }

    fn found(&self) -> String {
        match self.token {
            Token::End => "the end".to_owned(),
            _ => format!("`{}`", self.text.get(self.span.clone()).unwrap_or_default()),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Node, SyntaxError>,
    ) -> Result<Node, SyntaxError> {
        if self.nesting >= DEEPEST_NESTING {
            return Err(SyntaxError::with_help(
                "this expression is nested too deeply",
                self.span.clone(),
                format!("at most {DEEPEST_NESTING} levels; name a part of it with .param or .func"),
            ));
        }
        self.nesting += 1;
        let node = read(self);
        self.nesting -= 1;
        node
    }

    /// Makes a node over others, unless the tree becomes too deep.
    fn node(&self, expression: Expression, depth: u32) -> Result<Node, SyntaxError> {
        if depth >= DEEPEST_TREE {
            return Err(SyntaxError::with_help(
                "this expression is too long",
                self.span.clone(),
                format!(
                    "at most {DEEPEST_TREE} operators in a row; put parentheses around groups of terms"
                ),
            ));
        }
        Ok(Node {
            expression,
            depth: depth + 1,
        })
    }

    fn conditional(&mut self) -> Result<Node, SyntaxError> {
        let condition = self.binary(0)?;
        if self.token != Token::Question {
            return Ok(condition);
        }
        let question = self.span.clone();
        self.open_conditionals += 1;
        self.advance()?;
        let yes = self.nested(Self::conditional)?;
        self.open_conditionals -= 1;
        if self.token != Token::Colon {
            return Err(SyntaxError::with_help(
                "this `?` has no `:`",
                question,
                "write condition ? value : other value",
            ));
        }
        self.advance()?;
        let no = self.nested(Self::conditional)?;
        let depth = condition.depth.max(yes.depth).max(no.depth);
        self.node(
            Expression::Conditional(
                Box::new(condition.expression),
                Box::new(yes.expression),
                Box::new(no.expression),
            ),
            depth,
        )
    }

    fn binary(&mut self, loosest: u8) -> Result<Node, SyntaxError> {
        let mut left = self.unary()?;
        while let Token::Operator(operator) = self.token {
            let level = precedence(operator);
            if level < loosest || self.starts_next_item(operator) {
                break;
            }
            self.advance()?;
            let right = self.binary(level + 1)?;
            let depth = left.depth.max(right.depth);
            let expression = Expression::Binary(
                operator,
                Box::new(left.expression),
                Box::new(right.expression),
            );
            left = self.node(expression, depth)?;
        }
        Ok(left)
    }

    /// Whether the sign at hand belongs to the next item of a list.
    fn starts_next_item(&self, operator: BinaryOperator) -> bool {
        let sign = matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract);
        let space_before = self.span.start > self.previous_end;
        let after = self
            .text
            .get(self.span.end..)
            .and_then(|rest| rest.chars().next());
        self.list
            && self.open_brackets == 0
            && sign
            && space_before
            && after.is_some_and(|next| !next.is_whitespace())
    }

    fn unary(&mut self) -> Result<Node, SyntaxError> {
        let operator = match self.token {
            Token::Operator(BinaryOperator::Add) => None,
            Token::Operator(BinaryOperator::Subtract) => Some(UnaryOperator::Negate),
            Token::Not => Some(UnaryOperator::Not),
            _ => return self.power(),
        };
        self.advance()?;
        let operand = self.nested(Self::unary)?;
        match operator {
            Some(operator) => self.node(
                Expression::Unary(operator, Box::new(operand.expression)),
                operand.depth,
            ),
            None => Ok(operand),
        }
    }

    fn power(&mut self) -> Result<Node, SyntaxError> {
        let mut base = self.postfix()?;
        while self.token == Token::Operator(BinaryOperator::Power) {
            self.advance()?;
            let exponent = match self.token {
                Token::Operator(BinaryOperator::Add | BinaryOperator::Subtract) | Token::Not => {
                    self.nested(Self::unary)?
                }
                _ => self.postfix()?,
            };
            let depth = base.depth.max(exponent.depth);
            let expression = Expression::Binary(
                BinaryOperator::Power,
                Box::new(base.expression),
                Box::new(exponent.expression),
            );
            base = self.node(expression, depth)?;
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Result<Node, SyntaxError> {
        let mut base = self.primary()?;
        while self.token == Token::OpenIndex && !(self.list && self.span.start > self.previous_end)
        {
            let open = self.span.clone();
            self.open_brackets += 1;
            self.advance()?;
            let mut index = self.nested(Self::conditional)?;
            if self.token == Token::Comma {
                self.advance()?;
                let last = self.nested(Self::conditional)?;
                let depth = index.depth.max(last.depth);
                let range =
                    Expression::Call("range".to_owned(), vec![index.expression, last.expression]);
                index = self.node(range, depth)?;
            }
            if self.token != Token::CloseIndex {
                return Err(self.unclosed('[', ']', open));
            }
            self.open_brackets -= 1;
            self.advance()?;
            let depth = base.depth.max(index.depth);
            let expression =
                Expression::Index(Box::new(base.expression), Box::new(index.expression));
            base = self.node(expression, depth)?;
        }
        Ok(base)
    }

    fn unclosed(&self, open: char, close: char, at: Range<usize>) -> SyntaxError {
        match self.token {
            Token::End => SyntaxError::new(format!("this `{open}` is not closed by `{close}`"), at),
            _ => SyntaxError::new(
                format!("expected an operator or `{close}`, found {}", self.found()),
                self.span.clone(),
            ),
        }
    }

    fn primary(&mut self) -> Result<Node, SyntaxError> {
        match self.token {
            Token::Open(close) => self.group(close),
            Token::Name(_) => self.name(),
            Token::Number(_) | Token::Text(_) | Token::DeviceValue(..) => {
                let leaf = match self.advance()? {
                    Token::Number(value) => Expression::Number(value),
                    Token::DeviceValue(device, quantity) => {
                        Expression::DeviceValue(device, quantity)
                    }
                    Token::Text(content) => Expression::Text(content),
                    _ => return Err(self.expected_value()),
                };
                Ok(Node::leaf(leaf))
            }
            _ => Err(self.expected_value()),
        }
    }

    fn expected_value(&self) -> SyntaxError {
        SyntaxError::new(
            format!("expected a value, found {}", self.found()),
            self.span.clone(),
        )
    }

    fn group(&mut self, close: char) -> Result<Node, SyntaxError> {
        let open = self.span.clone();
        // Inside parentheses colons belong to names again.
        let outer = std::mem::take(&mut self.open_conditionals);
        self.open_brackets += 1;
        self.advance()?;
        let inner = self.nested(Self::conditional)?;
        if self.token != Token::Close(close) {
            return Err(self.unclosed(if close == ')' { '(' } else { '{' }, close, open));
        }
        self.open_conditionals = outer;
        self.open_brackets -= 1;
        self.advance()?;
        Ok(inner)
    }

    /// A name, the call of a function, `v(...)` or `i(...)`.
    fn name(&mut self) -> Result<Node, SyntaxError> {
        let start = self.span.start;
        let end = self.span.end;
        let rest = self.text.get(end..).unwrap_or_default();
        let gap = rest.len() - rest.trim_start().len();
        let open = end + gap;
        let called = rest.trim_start().starts_with('(')
            && !(self.list && self.open_brackets == 0 && gap > 0);
        let Token::Name(word) = &self.token else {
            return Err(self.expected_value());
        };
        let word = word.clone();
        if !called {
            self.advance()?;
            return Ok(Node::leaf(Expression::Name(word)));
        }
        if matches!(word.rsplit_once('.'), Some((_, "v" | "i"))) {
            let read = names(self.text, open, &word, start)?;
            self.advance_past(read.end)?;
            let second = read
                .second
                .map_or_else(String::new, |name| format!(",{name}"));
            return Ok(Node::leaf(Expression::Name(format!(
                "{word}({}{second})",
                read.first
            ))));
        }
        if let Some((kind, function)) = self.measured(&word) {
            let read = names(self.text, open, &word, start)?;
            return self.measured_value(kind, function, &word, start, read);
        }
        self.call(word, open)
    }

    /// Whether a name before a parenthesis measures a voltage or a current, and the function of its complex value.
    fn measured(&self, word: &str) -> Option<(Kind, Option<&'static str>)> {
        let kind = match word.chars().next()? {
            'v' => Kind::Voltage,
            'i' => Kind::Current,
            _ => return None,
        };
        let function = match word.get(1..)? {
            "" => None,
            _ if !self.vectors => return None,
            "m" => Some("mag"),
            "db" => Some("db"),
            "p" => Some("ph"),
            "r" => Some("real"),
            "i" => Some("imag"),
            _ => return None,
        };
        Some((kind, function))
    }

    fn measured_value(
        &mut self,
        kind: Kind,
        function: Option<&str>,
        word: &str,
        start: usize,
        read: Names,
    ) -> Result<Node, SyntaxError> {
        let value = match (kind, read.second) {
            (Kind::Voltage, second) => Expression::Voltage(read.first, second),
            (Kind::Current, None) => Expression::Current(read.first),
            (Kind::Current, Some(_)) => {
                return Err(SyntaxError::new(
                    format!("{word}(...) takes one element"),
                    start..read.end,
                ));
            }
        };
        self.advance_past(read.end)?;
        let leaf = Node::leaf(value);
        match function {
            None => Ok(leaf),
            Some(function) => self.node(
                Expression::Call(function.to_owned(), vec![leaf.expression]),
                1,
            ),
        }
    }

    fn call(&mut self, function: String, open: usize) -> Result<Node, SyntaxError> {
        let outer = std::mem::take(&mut self.open_conditionals);
        self.advance()?;
        self.open_brackets += 1;
        self.advance()?;
        let mut arguments = Vec::new();
        let mut depth = 0;
        if self.token != Token::Close(')') {
            loop {
                let argument = self.nested(Self::conditional)?;
                depth = depth.max(argument.depth);
                arguments.push(argument.expression);
                match self.token {
                    Token::Comma => self.advance()?,
                    Token::Close(')') => break,
                    _ => return Err(self.unclosed('(', ')', open..open + 1)),
                };
            }
        }
        self.open_conditionals = outer;
        self.open_brackets -= 1;
        self.advance()?;
        self.node(Expression::Call(function, arguments), depth)
    }
}

/// What a name before a parenthesis measures.
#[derive(Clone, Copy)]
enum Kind {
    Voltage,
    Current,
}

fn needs_operand(token: &Token) -> bool {
    matches!(
        token,
        Token::Operator(_)
            | Token::Not
            | Token::Question
            | Token::Colon
            | Token::Comma
            | Token::Open(_)
            | Token::OpenIndex
    )
}

/// How tightly an operator binds.
fn precedence(operator: BinaryOperator) -> u8 {
    use BinaryOperator as Op;
    match operator {
        Op::Or => 0,
        Op::And => 1,
        Op::Equal | Op::NotEqual => 2,
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => 3,
        Op::Add | Op::Subtract => 4,
        Op::Multiply | Op::Divide | Op::IntegerDivide | Op::Remainder => 5,
        Op::Power => 6,
    }
}
