//! Values of behavioural expressions against ngspice, where it is installed.

use std::process::Command;

use ohmloom_devices::expression::{Binding, Program, Reference, Resolver};

use super::parse;

/// The nodes `x` and `y`, and an ambient temperature of 27 degrees.
struct Bench;

impl Resolver for Bench {
    fn resolve(&mut self, reference: Reference<'_>) -> Option<Binding> {
        Some(match reference {
            Reference::Node("x") => Binding::Input(0),
            Reference::Node("y") => Binding::Input(1),
            Reference::Name("temper") => Binding::Constant(27.0),
            Reference::Name("time" | "hertz") => Binding::Constant(0.0),
            _ => return None,
        })
    }
}

fn ours(text: &str, (x, y): (f64, f64)) -> f64 {
    let tree = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let program =
        Program::compile(&tree, &mut Bench).unwrap_or_else(|error| panic!("{text}: {error}"));
    program.evaluate(&[x, y], &mut program.workspace())
}

/// Prints the values of voltage sources with the given expressions, in which `x` and `y` are the nodes of two voltage sources.
fn theirs(expressions: &[String], points: &[(f64, f64)]) -> Option<Vec<f64>> {
    let mut deck = vec!["values of expressions".to_owned()];
    for (k, (x, y)) in points.iter().enumerate() {
        deck.push(format!("vx{k} x{k} 0 {x:e}"));
        deck.push(format!("vy{k} y{k} 0 {y:e}"));
    }
    let mut count = 0;
    for expression in expressions {
        for k in 0..points.len() {
            let text = expression
                .replace("v(x", &format!("v(x{k}"))
                .replace("v(y", &format!("v(y{k}"))
                .replace(",y)", &format!(",y{k})"));
            deck.push(format!("b{count} n{count} 0 v={text}"));
            count += 1;
        }
    }
    deck.extend([".control", "set numdgt=15", "op"].map(str::to_owned));
    deck.extend((0..count).map(|n| format!("print v(n{n})")));
    deck.extend([".endc", ".end", ""].map(str::to_owned));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("values.cir");
    std::fs::write(&file, deck.join("\n")).expect("the deck is written");
    let output = match Command::new("ngspice").arg("-b").arg(&file).output() {
        Ok(output) => output,
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "ngspice cannot be run: {error}"
            );
            println!("skipped: ngspice cannot be run: {error}");
            return None;
        }
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let values: Vec<f64> = printed
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("v(n")?
                .split_once(") = ")?
                .1
                .trim()
                .parse()
                .ok()
        })
        .collect();
    assert_eq!(
        values.len(),
        count,
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(values)
}

fn compare(expressions: &[&str], points: &[(f64, f64)]) {
    let expressions: Vec<String> = expressions.iter().map(|text| (*text).to_owned()).collect();
    let Some(values) = theirs(&expressions, points) else {
        return;
    };
    let cases = expressions
        .iter()
        .flat_map(|text| points.iter().map(move |point| (text, *point)));
    for ((text, point), expected) in cases.zip(values) {
        let found = ours(text, point);
        let tolerance = 1e-11 * expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= tolerance,
            "{text} at {point:?}: {found:e}, ngspice {expected:e}"
        );
    }
}

#[test]
fn functions_and_operators_have_the_values_of_ngspice() {
    let expressions = [
        "abs(v(x))",
        "acosh(v(x)*v(x)+1.5)",
        "asin(tanh(v(x)))",
        "acos(tanh(v(y)))",
        "asinh(v(x))",
        "atan(v(x))",
        "atanh(tanh(v(y)/2))",
        "cos(v(x))",
        "cosh(v(y))",
        "exp(v(x))",
        "exp(v(y)*200)",
        "ln(1+v(x)*v(x))",
        "log(2+v(y)*v(y))",
        "log10(1+abs(v(x)))",
        "sgn(v(x))",
        "sin(v(y))",
        "sinh(v(x))",
        "sqrt(abs(v(y))+1)",
        "tan(v(x))",
        "tanh(v(x))",
        "u(v(x))",
        "u2(v(x))",
        "u2(v(y)+0.5)",
        "uramp(v(x))",
        "ceil(v(x))",
        "floor(v(x))",
        "nint(v(x)*2)",
        "nint(v(y)*2)",
        "pwl(v(x),-1,2,0,0,1,5,1.5,5)",
        "eq0(v(x))",
        "ne0(v(x))",
        "gt0(v(y))",
        "lt0(v(x))",
        "ge0(v(x))",
        "le0(v(y))",
        "pow(v(x),2)",
        "pow(v(x),3)",
        "pow(2,v(y))",
        "v(x)^3",
        "v(x)**2",
        "-v(x)^2",
        "2^-1^2",
        "2^3^2",
        "v(x)^2^1.5",
        "pwr(v(x),2)",
        "pwr(v(x),3)",
        "min(v(x),v(y))",
        "max(v(x),v(y))",
        "v(x,y)*2",
        "v(x)*v(y)-3*v(x)",
        "v(x)/(v(y)*v(y)+1)",
        "v(x)>v(y)",
        "v(x)>=v(y)",
        "v(x)<v(y)",
        "v(x)<=v(y)",
        "v(x)==v(y)",
        "v(x)!=v(y)",
        "v(x)<>v(y)",
        "v(x)&&v(y)",
        "v(x)||v(y)",
        "!v(x)",
        "!v(x)+1",
        "v(x)>0?v(y):-v(y)",
        "v(x)>0?1:v(y)>0?2:3",
        "ternary_fcn(v(x)>1,v(y),4)",
        "v(x)>0&&v(y)>0||v(x)<-1",
        "temper*v(x)+pi-e",
        "2.5meg*v(x)*1u",
    ];
    let points = [
        (0.0, 0.0),
        (1.0, 1.0),
        (-1.0, 2.5),
        (2.5, -1.0),
        (0.75, -0.25),
        (-2.25, -3.5),
        (1.25, 0.25),
    ];
    compare(&expressions, &points);
}

/// Arguments at which only the value, not the iteration from zero, is defined in ngspice.
#[test]
fn edges_have_the_values_of_ngspice() {
    let expressions = [
        "1/0",
        "-1/0",
        "0/0",
        "1/1e-40",
        "exp(1000)",
        "exp(227)",
        "exp(-1000)",
        "ln(0)",
        "log10(0)",
        "0^0",
        "2**-1",
        "(-2.5)^0.5",
        "pow(-2.5,0.5)",
        "pwr(-2.5,0.5)",
        "(-2)^3",
        "sqrt(2)",
        "log10(1000)",
        "asin(1)",
        "acos(-1)",
        "u(0)",
        "sgn(0)",
        "nint(-2.5)",
        "floor(-2.5)",
        "ceil(-2.5)",
        "-2^0.5",
        "3-2-1",
        "16/4/2",
    ];
    compare(&expressions, &[(0.0, 0.0)]);
}

/// What ngspice does not have, or has only in its compatibility modes.
#[test]
fn further_functions_have_their_usual_values() {
    for (text, expected) in [
        ("limit(v(x),0,1)", 1.0),
        ("limit(v(x),5,3)", 3.0),
        ("table(v(x),0,0,1,8)", 8.0),
        ("table(-v(x),0,1,1,8)", 1.0),
        ("int(-v(x)-0.5)", -2.0),
        ("if(v(x)>1,4,5)", 4.0),
        ("atan2(v(x),v(y))", 2.0_f64.atan2(3.0)),
        ("hypot(v(x),v(y))", 13.0_f64.sqrt()),
        ("fmod(-v(y),v(x))", -1.0),
        ("v(y)%v(x)", 1.0),
        ("v(y)\\v(x)", 1.0),
        ("min(v(y),v(x),1)", 1.0),
        ("max(v(y),v(x),4)", 4.0),
        ("sqr(v(y))", 9.0),
        ("stp(v(y))", 1.0),
    ] {
        assert_eq!(ours(text, (2.0, 3.0)), expected, "{text}");
    }
    for text in ["sqrt(-v(x))", "ln(-v(x))", "asin(v(x))", "acosh(-v(x))"] {
        assert!(ours(text, (2.0, 3.0)).is_nan(), "{text}");
    }
}
