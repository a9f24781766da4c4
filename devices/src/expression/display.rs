//! An expression as text that reads back to the same tree.

use std::fmt;

use super::tree::{BinaryOperator, Expression, UnaryOperator};

impl BinaryOperator {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::IntegerDivide => "\\",
            Self::Remainder => "%",
            Self::Power => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

fn list(items: &[Expression], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        write!(out, "{}{item}", if at == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(out, "{value:?}"),
            Self::Name(name) => out.write_str(name),
            Self::Text(text) if text.contains('"') => write!(out, "'{text}'"),
            Self::Text(text) => write!(out, "\"{text}\""),
            Self::Voltage(plus, None) => write!(out, "v({plus})"),
            Self::Voltage(plus, Some(minus)) => write!(out, "v({plus},{minus})"),
            Self::Current(element) => write!(out, "i({element})"),
            Self::DeviceValue(device, quantity) => write!(out, "@{device}[{quantity}]"),
            Self::Unary(UnaryOperator::Negate, x) => write!(out, "(-{x})"),
            Self::Unary(UnaryOperator::Not, x) => write!(out, "(!{x})"),
            Self::Binary(operator, x, y) => write!(out, "({x} {} {y})", operator.symbol()),
            Self::Conditional(condition, yes, no) => write!(out, "({condition} ? {yes} : {no})"),
            Self::Call(function, arguments) => {
                write!(out, "{function}(")?;
                list(arguments, out)?;
                out.write_str(")")
            }
            Self::Index(vector, index) => match index.as_ref() {
                Self::Call(function, ends) if function == "range" => {
                    write!(out, "{vector}[")?;
                    list(ends, out)?;
                    out.write_str("]")
                }
                index => write!(out, "{vector}[{index}]"),
            },
        }
    }
}
