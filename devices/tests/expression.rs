//! Compiled expressions: values, gradients against finite differences, corners, and what is refused.

use ohmloom_devices::expression::{
    BinaryOperator, Binding, Expression, ExpressionError, Program, Reference, Resolver,
    UnaryFunction, UnaryOperator, polynomial,
};
use proptest::prelude::*;

/// Inputs `a`, `b` and `time`, derivatives from input 3 on, and a few functions.
struct Bench;

impl Resolver for Bench {
    fn resolve(&mut self, reference: Reference<'_>) -> Option<Binding> {
        Some(match reference {
            Reference::Name("a") | Reference::Node("a") => Binding::Input(0),
            Reference::Name("b") | Reference::Node("b") => Binding::Input(1),
            Reference::Name("time") => Binding::Input(2),
            Reference::Derivative(k) => Binding::Input(3 + k),
            Reference::Name("two") => Binding::Constant(2.0),
            _ => return None,
        })
    }

    fn function(&self, name: &str) -> Option<(Vec<String>, Expression)> {
        let formal = vec!["a".to_owned()];
        Some(match name {
            "endless" => (formal, call("endless", [name_of("a")])),
            "doubled" => (
                formal,
                Expression::Conditional(
                    Box::new(binary(BinaryOperator::Less, name_of("a"), number(1.0))),
                    Box::new(number(0.0)),
                    Box::new(binary(
                        BinaryOperator::Add,
                        lower("doubled"),
                        lower("doubled"),
                    )),
                ),
            ),
            "factorial" => (
                formal,
                Expression::Conditional(
                    Box::new(binary(
                        BinaryOperator::LessOrEqual,
                        name_of("a"),
                        number(1.0),
                    )),
                    Box::new(number(1.0)),
                    Box::new(binary(
                        BinaryOperator::Multiply,
                        name_of("a"),
                        lower("factorial"),
                    )),
                ),
            ),
            "difference" => (
                vec!["b".to_owned(), "a".to_owned()],
                binary(BinaryOperator::Subtract, name_of("b"), name_of("a")),
            ),
            _ => return None,
        })
    }
}

/// `function(a - 1)`.
fn lower(function: &str) -> Expression {
    call(
        function,
        [binary(BinaryOperator::Subtract, name_of("a"), number(1.0))],
    )
}

fn number(value: f64) -> Expression {
    Expression::Number(value)
}

fn name_of(name: &str) -> Expression {
    Expression::Name(name.to_owned())
}

fn call<const N: usize>(function: &str, arguments: [Expression; N]) -> Expression {
    Expression::Call(function.to_owned(), arguments.into())
}

fn binary(operator: BinaryOperator, x: Expression, y: Expression) -> Expression {
    Expression::Binary(operator, Box::new(x), Box::new(y))
}

fn compile(tree: &Expression) -> Program {
    Program::compile(tree, &mut Bench).unwrap()
}

fn value(program: &Program, inputs: [f64; 4]) -> f64 {
    program.evaluate(&inputs, &mut program.workspace())
}

/// Central difference by one input, `None` where halving the step changes it: near a corner, a jump or a singularity.
fn difference(program: &Program, inputs: [f64; 4], by: usize) -> Option<f64> {
    let quotient = |step: f64| {
        let moved = |direction: f64| {
            let mut moved = inputs;
            moved[by] += direction * step;
            value(program, moved)
        };
        (moved(1.0) - moved(-1.0)) / (2.0 * step)
    };
    let (coarse, fine) = (quotient(1e-5), quotient(5e-6));
    let agree = (coarse - fine).abs() <= 1e-5 * (1.0 + fine.abs());
    (agree && fine.is_finite()).then_some(fine)
}

fn check_gradient(tree: &Expression, inputs: [f64; 4]) -> Result<(), TestCaseError> {
    let program = compile(tree);
    let mut gradient = [0.0; 4];
    let found = program.evaluate_with_gradient(&inputs, &mut program.workspace(), &mut gradient);
    prop_assert_eq!(found.to_bits(), value(&program, inputs).to_bits());
    if !found.is_finite() || found.abs() > 1e6 {
        return Ok(());
    }
    for (by, slope) in gradient.into_iter().enumerate().take(2) {
        if let Some(expected) = difference(&program, inputs, by) {
            let close = (slope - expected).abs() <= 1e-4 * (1.0 + expected.abs());
            prop_assert!(
                close,
                "{tree} by input {by} at {inputs:?}: {slope}, differences {expected}"
            );
        }
    }
    Ok(())
}

#[test]
fn powers_do_not_forget_what_is_undefined() {
    let root = Expression::Call("sqrt".into(), vec![Expression::Number(-1.0)]);
    for arguments in [
        vec![Expression::Number(1.0), root.clone()],
        vec![root, Expression::Number(0.0)],
    ] {
        let program = compile(&Expression::Call("pow".into(), arguments));
        assert!(value(&program, [0.0; 4]).is_nan());
    }
}

#[test]
fn every_function_has_its_derivative() {
    let names = [
        "abs", "sqrt", "sqr", "exp", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan",
        "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "int", "nint", "floor", "ceil", "sgn",
        "u", "u2", "uramp", "not",
    ];
    let mut checked = 0;
    for name in names {
        assert!(UnaryFunction::from_name(name).is_some(), "{name}");
        let program = compile(&call(name, [name_of("a")]));
        for a in [-2.3, -0.7, -0.2, 0.3, 0.8, 1.6, 3.1] {
            let inputs = [a, 0.0, 0.0, 0.0];
            let mut gradient = [0.0; 4];
            program.evaluate_with_gradient(&inputs, &mut program.workspace(), &mut gradient);
            if let Some(expected) = difference(&program, inputs, 0) {
                checked += 1;
                let error = (gradient[0] - expected).abs();
                assert!(
                    error <= 1e-7 * (1.0 + expected.abs()),
                    "{name}({a}): {} {expected}",
                    gradient[0]
                );
            }
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn derivatives_stay_finite_at_singular_points() {
    let power = |exponent| binary(BinaryOperator::Power, name_of("a"), number(exponent));
    for tree in [
        call("sqrt", [name_of("a")]),
        call("ln", [name_of("a")]),
        call("log10", [name_of("a")]),
        power(0.5),
        power(-1.0),
        binary(BinaryOperator::Divide, number(1.0), name_of("a")),
        call("pwr", [name_of("a"), number(0.3)]),
        call("hypot", [name_of("a"), name_of("b")]),
        call("atan2", [name_of("a"), name_of("b")]),
    ] {
        let program = compile(&tree);
        let mut gradient = [0.0; 4];
        program.evaluate_with_gradient(&[0.0; 4], &mut program.workspace(), &mut gradient);
        assert!(
            gradient.iter().all(|slope| slope.is_finite()),
            "{tree}: {gradient:?}"
        );
    }
}

#[test]
fn an_undefined_branch_does_not_spoil_the_other() {
    let tree = Expression::Conditional(
        Box::new(binary(BinaryOperator::Greater, name_of("a"), number(0.0))),
        Box::new(call("ln", [name_of("a")])),
        Box::new(name_of("b")),
    );
    let program = compile(&tree);
    let mut gradient = [0.0; 4];
    let found = program.evaluate_with_gradient(
        &[-1.0, 5.0, 0.0, 0.0],
        &mut program.workspace(),
        &mut gradient,
    );
    assert_eq!((found, gradient), (5.0, [0.0, 1.0, 0.0, 0.0]));
}

#[test]
fn functions_of_the_netlist_bind_their_arguments_at_once() {
    let swapped = compile(&call("difference", [name_of("a"), name_of("b")]));
    assert_eq!(value(&swapped, [5.0, 3.0, 0.0, 0.0]), 2.0);
    let factorial = compile(&call("factorial", [number(5.0)]));
    assert_eq!(factorial.constant(), Some(120.0));
}

#[test]
fn endless_expansions_are_refused() {
    for tree in [
        call("endless", [name_of("a")]),
        call("endless", [number(1.0)]),
        call("doubled", [number(40.0)]),
        call("factorial", [name_of("b")]),
    ] {
        assert_eq!(
            Program::compile(&tree, &mut Bench).unwrap_err(),
            ExpressionError::TooLarge
        );
    }
    let deep = (0..1000).fold(name_of("a"), |tree, _| {
        binary(BinaryOperator::Add, tree, name_of("b"))
    });
    assert_eq!(value(&compile(&deep), [1.0, 2.0, 0.0, 0.0]), 2001.0);
}

#[test]
fn what_has_no_meaning_is_named() {
    let error = |tree: Expression| Program::compile(&tree, &mut Bench).unwrap_err().to_string();
    assert_eq!(error(name_of("c")), "`c` is not known here");
    assert_eq!(
        error(Expression::Voltage("n7".to_owned(), None)),
        "node `n7` does not exist"
    );
    assert_eq!(
        error(Expression::Current("v1".to_owned())),
        "`i(v1)` is not available in this expression"
    );
    assert_eq!(
        error(call("sine", [number(1.0)])),
        "there is no function `sine`"
    );
    assert_eq!(
        error(call("pow", [number(1.0)])),
        "pow takes two arguments, not 1"
    );
    assert_eq!(
        error(call("difference", [number(1.0)])),
        "difference takes 2 arguments, not 1"
    );
    assert_eq!(
        error(call(
            "pwl",
            [
                name_of("a"),
                number(1.0),
                number(0.0),
                number(1.0),
                number(2.0)
            ]
        )),
        "pwl needs constant points with increasing abscissae"
    );
    assert_eq!(
        error(Expression::Text("t".to_owned())),
        "a quoted text has no value in this expression"
    );
}

#[test]
fn derivatives_in_time_are_inputs_with_arguments() {
    let square = binary(BinaryOperator::Multiply, name_of("a"), name_of("b"));
    let tree = binary(
        BinaryOperator::Add,
        call("ddt", [square.clone()]),
        binary(
            BinaryOperator::Multiply,
            call("ddt", [square]),
            name_of("two"),
        ),
    );
    let program = compile(&tree);
    assert_eq!((program.derivatives(), program.inputs()), (1, 4));
    let (mut workspace, mut gradient) = (program.workspace(), [0.0; 4]);
    let inputs = [3.0, 4.0, 0.0, 7.0];
    let found = program.evaluate_with_gradient(&inputs, &mut workspace, &mut gradient);
    assert_eq!((found, gradient), (21.0, [0.0, 0.0, 0.0, 3.0]));
    let argument = program.derivative_argument(0, &mut workspace, &mut gradient);
    assert_eq!((argument, gradient), (12.0, [4.0, 3.0, 0.0, 0.0]));
    assert_eq!(compile(&call("ddt", [number(3.0)])).constant(), Some(0.0));
}

#[test]
fn corners_in_time_are_found() {
    let time = || name_of("time");
    let later = binary(BinaryOperator::Subtract, time(), number(2.0));
    let tree = [
        binary(BinaryOperator::Greater, time(), number(1.0)),
        binary(BinaryOperator::Less, number(5.0), time()),
        call("u", [later.clone()]),
        call(
            "pwl",
            [later, number(1.0), number(0.0), number(2.0), number(1.0)],
        ),
        binary(BinaryOperator::Greater, name_of("a"), number(9.0)),
        call(
            "min",
            [
                binary(BinaryOperator::Add, number(1.0), time()),
                number(8.0),
            ],
        ),
    ]
    .into_iter()
    .reduce(|sum, term| binary(BinaryOperator::Add, sum, term))
    .unwrap();
    let mut corners = Vec::new();
    compile(&tree).corners(2, |corner| corners.push(corner));
    corners.sort_by(f64::total_cmp);
    assert_eq!(corners, [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
}

/// SPICE2G6 user's guide, appendix B: the order of the terms.
#[test]
fn polynomials_have_their_terms_in_order() {
    let (a, b) = (3.0_f64, 5.0_f64);
    let terms = [
        1.0,
        a,
        b,
        a * a,
        a * b,
        b * b,
        a.powi(3),
        a * a * b,
        a * b * b,
        b.powi(3),
        a.powi(4),
    ];
    for (k, expected) in terms.into_iter().enumerate() {
        let mut coefficients = vec![0.0; k + 1];
        coefficients[k] = 2.0;
        let tree = polynomial(&coefficients, &[name_of("a"), name_of("b")]);
        assert_eq!(
            value(&compile(&tree), [a, b, 0.0, 0.0]),
            2.0 * expected,
            "term {k}"
        );
    }
    let three = polynomial(
        &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        &[name_of("a"), name_of("b"), name_of("time")],
    );
    assert_eq!(
        value(&compile(&three), [2.0, 3.0, 5.0, 0.0]),
        10.0,
        "the term of the first and the third input"
    );
    let line = polynomial(&[1.0, -2.0, 0.5], &[name_of("a")]);
    assert_eq!(value(&compile(&line), [-4.0, 0.0, 0.0, 0.0]), 17.0);
    assert_eq!(
        value(&compile(&polynomial(&[7.0], &[name_of("a")])), [3.0; 4]),
        7.0
    );
    assert_eq!(value(&compile(&polynomial(&[], &[])), [3.0; 4]), 0.0);
    assert_eq!(
        value(&compile(&polynomial(&[4.0, 5.0], &[])), [3.0; 4]),
        4.0
    );
}

fn tree() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        (-3.0..3.0_f64).prop_map(number),
        Just(name_of("a")),
        Just(name_of("b")),
        Just(name_of("two")),
    ];
    let operators = proptest::sample::select(vec![
        BinaryOperator::Add,
        BinaryOperator::Subtract,
        BinaryOperator::Multiply,
        BinaryOperator::Divide,
        BinaryOperator::Remainder,
        BinaryOperator::Power,
        BinaryOperator::Greater,
        BinaryOperator::And,
    ]);
    let unary = proptest::sample::select(vec![
        "abs", "sqrt", "exp", "ln", "sin", "cos", "atan", "tanh", "sinh", "u", "uramp", "u2",
        "sgn", "floor", "sqr",
    ]);
    let two = proptest::sample::select(vec![
        "min",
        "max",
        "pow",
        "pwr",
        "hypot",
        "atan2",
        "difference",
    ]);
    leaf.prop_recursive(5, 30, 3, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (operators.clone(), boxed(), boxed())
                .prop_map(|(operator, x, y)| Expression::Binary(operator, x, y)),
            boxed().prop_map(|x| Expression::Unary(UnaryOperator::Negate, x)),
            (unary.clone(), inner.clone()).prop_map(|(name, x)| call(name, [x])),
            (two.clone(), inner.clone(), inner.clone()).prop_map(|(name, x, y)| call(name, [x, y])),
            (boxed(), boxed(), boxed()).prop_map(|(c, x, y)| Expression::Conditional(c, x, y)),
            inner.prop_map(|x| call(
                "pwl",
                [
                    x,
                    number(-1.0),
                    number(2.0),
                    number(0.5),
                    number(0.0),
                    number(2.0),
                    number(3.0)
                ]
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn gradients_are_those_of_finite_differences(tree in tree(), a in -3.0..3.0_f64, b in -3.0..3.0_f64) {
        check_gradient(&tree, [a, b, 0.0, 0.0])?;
    }
}
