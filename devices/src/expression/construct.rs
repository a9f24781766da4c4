//! Expressions for the older forms of controlled sources: polynomials and tables.

use super::tree::{BinaryOperator, Expression};

/// The polynomial `POLY(n)` of SPICE2 in `n` inputs.
///
/// Coefficients come by rising degree, within a degree in lexicographic order of the inputs: for two inputs the terms are
/// `1, x, y, x^2, xy, y^2, x^3, x^2 y, ...` (SPICE2G6 user's guide, appendix B). Missing coefficients are 0. As in
/// ngspice, a single coefficient is the constant term.
pub fn polynomial(coefficients: &[f64], inputs: &[Expression]) -> Expression {
    let mut terms = Vec::new();
    let mut monomial = Vec::new();
    for coefficient in coefficients {
        if *coefficient != 0.0 {
            terms.push(monomial.iter().fold(
                Expression::Number(*coefficient),
                |product, input: &usize| match inputs.get(*input) {
                    Some(factor) => binary(BinaryOperator::Multiply, product, factor.clone()),
                    None => product,
                },
            ));
        }
        if inputs.is_empty() {
            break;
        }
        next_monomial(&mut monomial, inputs.len());
    }
    sum(terms)
}

/// Steps to the next monomial: inputs in ascending order, each as often as its power.
fn next_monomial(monomial: &mut Vec<usize>, inputs: usize) {
    if let Some(place) = monomial.iter().rposition(|input| input + 1 < inputs) {
        let raised = monomial.get(place).map_or(0, |input| input + 1);
        monomial
            .iter_mut()
            .skip(place)
            .for_each(|input| *input = raised);
    } else {
        let degree = monomial.len() + 1;
        *monomial = vec![0; degree];
    }
}

/// The sum of terms, added in pairs so that the tree stays shallow.
fn sum(mut terms: Vec<Expression>) -> Expression {
    while terms.len() > 1 {
        let mut rest = terms.into_iter();
        let mut pairs = Vec::with_capacity(rest.len().div_ceil(2));
        while let Some(first) = rest.next() {
            pairs.push(match rest.next() {
                Some(second) => binary(BinaryOperator::Add, first, second),
                None => first,
            });
        }
        terms = pairs;
    }
    terms.pop().unwrap_or(Expression::Number(0.0))
}

/// The piecewise linear `TABLE`: linear between the points, constant beyond the first and the last.
pub fn table(input: Expression, points: &[(f64, f64)]) -> Expression {
    let numbers = points
        .iter()
        .flat_map(|(x, y)| [Expression::Number(*x), Expression::Number(*y)]);
    Expression::Call(
        "table".to_owned(),
        std::iter::once(input).chain(numbers).collect(),
    )
}

pub(super) fn binary(operator: BinaryOperator, x: Expression, y: Expression) -> Expression {
    Expression::Binary(operator, Box::new(x), Box::new(y))
}
