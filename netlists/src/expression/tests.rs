//! Tests of reading expressions.

use ohmloom_devices::expression::{BinaryOperator, Expression, UnaryOperator};
use proptest::prelude::*;

use super::{parse, parse_prefix, parse_vector, parse_vector_prefix};

fn shown(text: &str) -> String {
    parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error} at {:?}", error.at))
        .to_string()
}

#[test]
fn operators_bind_as_in_ngspice() {
    for (text, tree) in [
        ("-2^2", "(-(2.0 ^ 2.0))"),
        ("2^3^2", "((2.0 ^ 3.0) ^ 2.0)"),
        ("2**-1", "(2.0 ^ (-1.0))"),
        ("2^-1^2", "(2.0 ^ (-(1.0 ^ 2.0)))"),
        ("-a*b", "((-a) * b)"),
        ("a*-b", "(a * (-b))"),
        ("a--b", "(a - (-b))"),
        ("+a", "a"),
        ("a-b-c", "((a - b) - c)"),
        ("a/b*c\\d%e", "((((a / b) * c) \\ d) % e)"),
        ("!a+b", "((!a) + b)"),
        ("a+b<c", "((a + b) < c)"),
        ("a<b==c>=d", "((a < b) == (c >= d))"),
        ("a||b&&c==d", "(a || (b && (c == d)))"),
        ("a<>b", "(a != b)"),
        ("a=b", "(a == b)"),
        ("a?b:c?d:e", "(a ? b : (c ? d : e))"),
        ("a?b?c:d:e", "(a ? (b ? c : d) : e)"),
        ("a+1?b:c+1", "((a + 1.0) ? b : (c + 1.0))"),
        ("{a}*({b}+1k)", "(a * (b + 1000.0))"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
}

#[test]
fn names_keep_their_signs() {
    use Expression::{Call, Current, DeviceValue, Name, Text, Voltage};
    let name = |text: &str| Name(text.to_owned());
    for (text, tree) in [
        ("V(A)", Voltage("a".into(), None)),
        ("v( 1 , out+ )", Voltage("1".into(), Some("out+".into()))),
        ("v(x1.x2.n-3)", Voltage("x1.x2.n-3".into(), None)),
        ("v(a[3],b:c)", Voltage("a[3]".into(), Some("b:c".into()))),
        ("i(V.x1.v2)", Current("v.x1.v2".into())),
        ("@M1[gm]", DeviceValue("m1".into(), "gm".into())),
        ("@r.x1.r1[ i ]", DeviceValue("r.x1.r1".into(), "i".into())),
        ("@d:1[id]", DeviceValue("d:1".into(), "id".into())),
        ("v1#branch", name("v1#branch")),
        ("x1:r", name("x1:r")),
        ("tran1.v(out, 2)", name("tran1.v(out,2)")),
        ("all", name("all")),
        ("\"File.txt\"", Text("File.txt".into())),
        ("'a b'", Text("a b".into())),
        ("vmax(x)", Call("vmax".into(), vec![name("x")])),
        ("rand()", Call("rand".into(), Vec::new())),
    ] {
        assert_eq!(parse(text).as_ref(), Ok(&tree), "{text}");
    }
    assert_eq!(shown("v(1)[3]"), "v(1)[3.0]");
    assert_eq!(shown("v(1)[2,3]"), "v(1)[2.0, 3.0]");
    assert_eq!(shown("a?x1:b"), "(a ? x1 : b)");
    assert_eq!(shown("a?f(x:1):b"), "(a ? f(x:1) : b)");
}

#[test]
fn vectors_have_words_and_parts() {
    let vector = |text| parse_vector(text).unwrap().to_string();
    assert_eq!(vector("vdb(out)-vp(1,2)"), "(db(v(out)) - ph(v(1,2)))");
    assert_eq!(vector("im(v1)+ii(v1)"), "(mag(i(v1)) + imag(i(v1)))");
    assert_eq!(vector("a gt 1 and not b"), "((a > 1.0) && (!b))");
    assert_eq!(vector("a & b | ~c"), "((a && b) || (!c))");
    assert_eq!(
        shown("vdb(out)"),
        "vdb(out)",
        "functions of the netlist may have such names"
    );
}

#[test]
fn a_prefix_ends_where_the_expression_does() {
    let prefix = |text| {
        parse_prefix(text)
            .map(|(tree, end)| (tree.to_string(), end))
            .unwrap()
    };
    for (text, tree, end) in [
        ("1k 2k", "1000.0", 2),
        ("1 -2", "1.0", 1),
        ("1 - 2", "(1.0 - 2.0)", 5),
        ("1-2 3", "(1.0 - 2.0)", 3),
        ("(1 -2) -3", "(1.0 - 2.0)", 6),
        ("a (b)", "a", 1),
        ("v(a) v(b)", "v(a)", 4),
        ("a)", "a", 1),
        ("a,b", "a", 1),
        ("a \u{a7}", "a", 1),
        ("a [1]", "a", 1),
    ] {
        assert_eq!(prefix(text), (tree.to_owned(), end), "{text}");
    }
    assert!(parse_prefix("1+").is_err());
    assert!(parse_prefix("1+\u{a7}").is_err());
    assert!(parse_prefix("").is_err());
}

#[test]
fn errors_point_at_their_cause() {
    for (text, at, message) in [
        ("", 0..0, "expected a value, found the end"),
        ("1+", 2..2, "expected a value, found the end"),
        ("1+*2", 2..3, "expected a value, found `*`"),
        ("1 2", 2..3, "expected an operator or the end, found `2`"),
        ("4k7", 2..3, "expected an operator or the end, found `7`"),
        ("(1+2", 0..1, "this `(` is not closed by `)`"),
        ("(1+2}", 4..5, "expected an operator or `)`, found `}`"),
        ("1+2)", 3..4, "this `)` closes nothing"),
        ("f(1,2", 1..2, "this `(` is not closed by `)`"),
        ("f(1,)", 4..5, "expected a value, found `)`"),
        ("a?b", 1..2, "this `?` has no `:`"),
        ("v(a", 1..2, "this parenthesis is not closed"),
        ("v()", 0..3, "a name is missing in v(...)"),
        ("1+v(a,b,c)", 2..10, "v(...) has too many names"),
        ("i(a,b)", 0..6, "i(...) takes one element"),
        ("v(a + b)", 2..7, "`a + b` is not a name"),
        ("a[1", 1..2, "this `[` is not closed by `]`"),
        ("a & b", 2..3, "`&` has no meaning in an expression"),
        (
            "1+\u{20ac}",
            2..5,
            "`\u{20ac}` has no meaning in an expression",
        ),
        ("'abc", 0..1, "this quote is not closed by another '"),
        ("@m1", 0..3, "this is not the quantity of a device"),
        ("2*1e400", 2..7, "this number is too large"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(
            (error.at.clone(), error.to_string().as_str()),
            (at, message),
            "{text}"
        );
    }
    assert_eq!(
        parse("a&b").unwrap_err().help.as_deref(),
        Some("the logical operator is &&")
    );
}

#[test]
fn deep_and_long_expressions_are_refused() {
    for (text, message) in [
        ("(".repeat(1_000_000), "nested too deeply"),
        ("-".repeat(1_000_000), "nested too deeply"),
        ("f(".repeat(1_000_000), "nested too deeply"),
        ("a?".repeat(1_000_000), "nested too deeply"),
        ("a?b:".repeat(1_000_000), "nested too deeply"),
        ("a[".repeat(1_000_000), "nested too deeply"),
        ("2^-".repeat(1_000_000), "nested too deeply"),
        ("a+".repeat(1_000_000), "too long"),
        ("a^".repeat(1_000_000), "too long"),
        (format!("a{}", "[1]".repeat(1_000_000)), "too long"),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(
            error.message.contains(message),
            "{}: {error}",
            text.get(..8).unwrap_or_default()
        );
    }
    let deep = format!("{}a{}", "(".repeat(199), ")".repeat(199));
    assert_eq!(shown(&deep), "a");
    assert!(parse(&format!("a{}", "+a".repeat(998))).is_ok());
}

fn tree() -> impl Strategy<Value = Expression> {
    let name =
        "[a-z_][a-z0-9_]{0,3}".prop_filter("reserved", |name| !matches!(name.as_str(), "v" | "i"));
    let leaf = prop_oneof![
        (0.0..1e12_f64).prop_map(Expression::Number),
        name.clone().prop_map(Expression::Name),
        "[ -!#-&(-~]{0,6}".prop_map(Expression::Text),
        ("[a-z0-9+_.#-]{1,4}", proptest::option::of("[a-z0-9+]{1,3}"))
            .prop_map(|(plus, minus)| Expression::Voltage(plus, minus)),
        "[a-z0-9.]{1,4}".prop_map(Expression::Current),
        ("[a-z0-9.]{1,4}", "[a-z]{1,3}")
            .prop_map(|(device, value)| Expression::DeviceValue(device, value)),
    ];
    let operator = (0..15_usize).prop_map(|at| {
        use BinaryOperator as Op;
        [
            Op::Add,
            Op::Subtract,
            Op::Multiply,
            Op::Divide,
            Op::IntegerDivide,
            Op::Remainder,
            Op::Power,
            Op::Equal,
            Op::NotEqual,
            Op::Less,
            Op::LessOrEqual,
            Op::Greater,
            Op::GreaterOrEqual,
            Op::And,
            Op::Or,
        ][at]
    });
    leaf.prop_recursive(6, 40, 3, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (any::<bool>(), boxed()).prop_map(|(not, x)| {
                Expression::Unary(
                    if not {
                        UnaryOperator::Not
                    } else {
                        UnaryOperator::Negate
                    },
                    x,
                )
            }),
            (operator.clone(), boxed(), boxed())
                .prop_map(|(operator, x, y)| Expression::Binary(operator, x, y)),
            (boxed(), boxed(), boxed()).prop_map(|(c, x, y)| Expression::Conditional(c, x, y)),
            (name.clone(), proptest::collection::vec(inner.clone(), 0..3))
                .prop_map(|(name, arguments)| Expression::Call(name, arguments)),
            (boxed(), boxed()).prop_map(|(vector, index)| Expression::Index(vector, index)),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_shown_reads_back(tree in tree()) {
        prop_assert_eq!(parse(&tree.to_string()), Ok(tree));
    }

    #[test]
    fn any_text_is_read_without_panic(text in "[ -~\u{b5}\u{20ac}\n]{0,40}") {
        for read in [parse(&text), parse_vector(&text)] {
            if let Err(error) = read {
                prop_assert!(text.get(error.at.clone()).is_some(), "{error:?}");
            }
        }
        for read in [parse_prefix(&text), parse_vector_prefix(&text)].into_iter().flatten() {
            prop_assert!(text.get(..read.1).is_some());
        }
    }

    #[test]
    fn pieces_of_the_language_are_read_without_panic(pieces in proptest::collection::vec(0..22_usize, 0..20)) {
        const PIECES: [&str; 22] = [
            "a", "1k", "v(", "i(", "(", ")", "{", "}", "?", ":", ",", "[", "]", "^", "**", "-", "!", "&&", "@m[i]", " ",
            ".v(", "'",
        ];
        let text: String = pieces.iter().map(|at| PIECES[*at]).collect();
        for error in [parse(&text), parse_vector(&text)].into_iter().filter_map(Result::err) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{error:?}");
        }
        let read = parse_prefix(&text);
        prop_assert!(read.is_err() || read.is_ok_and(|(_, end)| text.get(..end).is_some()));
    }
}
