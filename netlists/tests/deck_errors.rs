//! What is wrong with a deck is said with file, line and column; hostile texts end in errors.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::diagnostics::Diagnostics;
use ohmloom_netlists::elaborate::Overrides;
use proptest::prelude::*;

fn findings(body: &str) -> Diagnostics {
    let text = format!("title\n{body}");
    match Deck::parse("test.cir", &text).and_then(|deck| deck.elaborate(&Overrides::default())) {
        Ok(_) => panic!("no error in {body}"),
        Err(findings) => findings,
    }
}

fn check(body: &str, place: (usize, usize), words: &[&str]) {
    let findings = findings(body);
    let first = findings.iter().next().expect("a finding");
    let location = findings
        .location(first)
        .map(|place| (place.line, place.column));
    assert_eq!(location, Some(place), "{body}\n{findings}");
    let text = findings.to_string();
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[test]
fn errors_have_a_place_and_a_suggestion() {
    check("v1 1 0 1\nr1 1 0", (3, 1), &["no resistance"]);
    check(
        "v1 1 0 1\nr1 1 0 {rvla}\n.param rval=1",
        (3, 9),
        &["unknown parameter `rvla`", "did you mean `rval`?"],
    );
    check(
        ".param a={b+1}\n.param b={a}\nv1 1 0 a",
        (2, 8),
        &["a -> b -> a"],
    );
    check(
        "m1 1 2 0 0 nch w=1\n.model nchx nmos",
        (2, 12),
        &["unknown model `nch`", "did you mean `nchx`?"],
    );
    check("q1 1 2 0 nope", (2, 10), &["unknown model `nope`"]);
    check(
        "x1 1 0 amq\n.subckt amp a b\nr1 a b 1\n.ends",
        (2, 8),
        &["unknown subcircuit `amq`", "`amp`"],
    );
    check(
        "x1 1 amp\n.subckt amp a b\nr1 a b 1\n.ends",
        (2, 1),
        &["has 2 nodes, but this instance has 1"],
    );
    check(
        "v1 1 0 1\n.tarn 1n 1u",
        (3, 1),
        &["unknown command `.tarn`", "did you mean `.tran`?"],
    );
    check("v1 1 0 1\n.tran 0 5m", (3, 7), &["greater than zero"]);
    check("v1 1 0 1\n.tran 1n", (3, 1), &["step and a stop"]);
    check(
        "v1 1 0 1\n.ac dec 10 0 100",
        (3, 12),
        &["greater than zero"],
    );
    check("v1 1 0 1\n.data x", (3, 1), &["not supported"]);
    check(
        "t1 1 0 2 0 z0=50",
        (2, 1),
        &["transmission lines (T) are not supported"],
    );
    check("%1 1 0", (2, 1), &["unknown element letter"]);
    check(
        "v1 1 0 1\nr1 1 0 1\nr1 1 0 2",
        (4, 1),
        &["exists already", "test.cir:3"],
    );
    check(
        "v1 1 0 1\nf1 1 0 vv 2",
        (3, 8),
        &["there is no element `vv`"],
    );
    check(
        "v1 1 0 1\nb1 1 0 i=v(1)*v(oot)",
        (3, 17),
        &["no element is connected to the node `oot`"],
    );
    check(
        "v1 1 0 1\nr1 1 0 1 tc3=5",
        (3, 10),
        &["unknown parameter `tc3`", "did you mean `tc1`?"],
    );
    check("v1 1 0 1 6", (2, 10), &["unexpected `6`"]);
    check("v1 1 0 {sn(1)}", (2, 9), &["unknown function `sn`"]);
    check("v1 1 0 {1+}", (2, 11), &["expected a value"]);
    check("v1 1 0 {1", (2, 8), &["no closing `}`"]);
    check(".subckt a 1\nr1 1 0 1", (2, 1), &["not closed by `.ends`"]);
    check(".if (1)\nr1 1 0 1", (2, 1), &["not closed by `.endif`"]);
    check(".include nowhere.inc", (2, 10), &["cannot be read"]);
    check(".model d1 ako:d2 is=1", (2, 11), &["`ako`"]);
    check("+ 1", (2, 1), &["no line to continue"]);
    check(
        "v1 1 0 1\nr1 1 0\n* comment\n+ {x1}",
        (5, 4),
        &["unknown parameter `x1`"],
    );
}

#[test]
fn several_errors_are_found_in_one_pass() {
    let found = findings("v1 1 0 {a}\nr1 1 0 {b}\nr2 1\n.tran 0 1");
    assert_eq!(found.len(), 4, "{found}");
}

#[test]
fn errors_in_included_files_name_them() {
    let folder = tempfile::tempdir().expect("folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write");
    write(
        "top.cir",
        "title\n.include 'Sub Dir.inc'\n.lib \"x.lib\" TT\nv1 1 0 1\nx1 1 cell\n",
    );
    write(
        "Sub Dir.inc",
        "* first\n.subckt cell a\nr1 a 0 {rx}\nr2 a 0 {tt}\n.ends\n",
    );
    write(
        "x.lib",
        ".lib ff\n.param tt=2\n.endl\n.lib tt\n.param tt=1\n.endl tt\n",
    );
    let error = Deck::read(folder.path().join("top.cir"))
        .expect("deck")
        .elaborate(&Overrides::default())
        .expect_err("an error");
    let finding = error.iter().next().expect("a finding");
    let place = error.location(finding).expect("a place");
    assert!(place.file.ends_with("Sub Dir.inc"), "{}", place.file);
    assert_eq!((place.line, place.column), (3, 9));
    assert_eq!(error.len(), 1, "{error}");
}

#[test]
fn reports_render_with_an_excerpt() {
    let found = findings("v1 1 0 1\nr1 1 0 {rx}");
    let mut text = String::new();
    miette::NarratableReportHandler::new()
        .render_report(&mut text, &found)
        .expect("render");
    assert!(
        text.contains("unknown parameter `rx`")
            && text.contains("test.cir")
            && text.contains("r1 1 0"),
        "{text}"
    );
}

#[test]
fn files_that_include_themselves_end() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("loop.cir");
    std::fs::write(&path, "t\n.include loop.cir\n.include loop.cir\n").expect("write");
    let error = Deck::read(&path).expect_err("a loop");
    assert!(error.to_string().contains("include each other"), "{error}");
}

#[test]
fn subcircuits_that_contain_themselves_are_named() {
    let found = findings(".subckt a 1\nx1 1 b\n.ends\n.subckt b 1\nx1 1 a\n.ends\nx1 9 a");
    assert!(found.to_string().contains("a -> b -> a"), "{found}");
}

/// Runs on a thread with the stack of a test or of a worker, 2 MiB.
fn quick(body: &str) {
    let start = Instant::now();
    let text = findings(body).to_string();
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert!(text.len() < 1 << 20);
}

#[test]
fn hostile_texts_end_in_errors() {
    quick(&format!(
        "r1 1 0 {{{}1{}}}",
        "(".repeat(1_000_000),
        ")".repeat(1_000_000)
    ));
    quick(&format!("r1 1 0 {}", "(".repeat(1_000_000)));
    quick(&format!("r1 1 0 {{{}}}", "1+".repeat(500_000)));
    quick(&format!("r1 {}", "a".repeat(100_000_000)));
    quick(&format!("r1 1 0 {}", "{".repeat(1_000_000)));
    quick("r1 1 0 {f(1)}\n.func f(x) {f(x+1)}");
    quick("b1 1 0 v={f(v(1))}\n.func f(x) {g(x)+g(x)}\n.func g(x) {f(x)*f(x)}");
    let mut chain = String::from("v1 1 0 p0\n");
    for number in 0..100_000 {
        let _ = writeln!(chain, ".param p{number}={{p{}+1}}", number + 1);
    }
    quick(&chain);
    let mut bomb = String::new();
    for level in 0..30 {
        let _ = writeln!(bomb, ".subckt s{level} 1\n.param x={{zz}}");
        for copy in 0..10 {
            let _ = writeln!(bomb, "x{copy} 1 s{}", level + 1);
        }
        bomb.push_str(".ends\n");
    }
    bomb.push_str(".subckt s30 1\nr1 1\n.ends\nx1 1 s0\n");
    quick(&bomb);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_circuit_or_errors(text in "\\PC{0,200}") {
        let deck = Deck::parse("random.cir", &format!("t\n{text}"));
        let _ = deck.and_then(|deck| deck.elaborate(&Overrides::default()));
    }

    #[test]
    fn any_lines_of_spice_letters_give_a_circuit_or_errors(
        lines in prop::collection::vec("[.+*rcvxbemqdkgs][a-z0-9 =(){}',.*+-]{0,40}", 0..12)
    ) {
        let deck = Deck::parse("random.cir", &format!("t\n{}", lines.join("\n")));
        let _ = deck.and_then(|deck| deck.elaborate(&Overrides::default()));
    }

    #[test]
    fn any_bytes_of_a_file_give_a_deck_or_errors(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("bytes.cir");
        std::fs::write(&path, bytes).expect("write");
        let _ = Deck::read(&path).and_then(|deck| deck.elaborate(&Overrides::default()));
    }
}
