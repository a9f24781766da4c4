//! Decks that must not pass in silence: each gives an error that names the line, what is wrong and what may have been meant.

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::simulate::{Listing, Session, carry_on};

/// Runs all analyses of a deck; the text of its error, or its listing.
fn run(body: &str) -> Result<Listing, String> {
    let deck = Deck::parse("deck.cir", &format!("title\n{body}\n")).map_err(|e| e.to_string())?;
    let mut session = Session::new(deck, Overrides::default()).map_err(|e| e.to_string())?;
    let mut listing = Listing::new(&session, false);
    session
        .run_all(&mut carry_on, &mut |kind, plots| {
            for plot in &plots {
                listing.plot(kind, plot);
            }
        })
        .map_err(|error| error.to_string())?;
    Ok(listing)
}

/// The deck fails, and the message contains all of `words`.
fn refused(body: &str, words: &[&str]) {
    let Err(message) = run(body) else {
        panic!("this ran: {body}");
    };
    for word in words {
        assert!(
            message.contains(word),
            "`{word}` is not in `{message}`, the error of\n{body}"
        );
    }
}

#[test]
fn elements_need_values_and_known_names() {
    refused("v1 1 0 1\nr1 1 0\n.op", &["deck.cir:3:1", "no resistance"]);
    refused("v1 1 0 1\nc1 1 0\n.op", &["deck.cir:3:1", "no capacitance"]);
    refused("v1 1 0 1\nl1 1 0\n.op", &["deck.cir:3:1", "no inductance"]);
    refused(
        "v1 1 0 1\nx1 1 0 filtr\n.subckt filter a b\nr1 a b 1\n.ends\n.op",
        &["deck.cir:3:8", "unknown subcircuit `filtr`", "`filter`"],
    );
    refused(
        "v1 1 0 1\nd1 1 0 diod\n.model diode d\n.op",
        &["deck.cir:3:8", "unknown model `diod`", "`diode`"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 {rlod}\n.param rload=1k\n.op",
        &["deck.cir:3:9", "unknown parameter `rlod`", "`rload`"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\nR1 1 0 2\n.op",
        &["deck.cir:4:1", "`r1` exists already", "deck.cir:3"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\nf1 1 0 vv1 2\n.op",
        &["deck.cir:4:8", "no element `vv1`", "`v1`"],
    );
    refused(
        "v1 1 0 1\nr1 1 2 1\nr2 2 0 1\nf1 1 0 r1 2\n.op",
        &["deck.cir:5:1", "`r1`", "name a voltage source"],
    );
}

#[test]
fn files_that_are_missing_are_named_with_the_nearest_one() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("models.inc"), "* models\n").expect("write");
    let read = |line: &str| {
        let path = folder.path().join("top.cir");
        std::fs::write(&path, format!("title\nv1 1 0 1\n{line}\n.op\n")).expect("write");
        Deck::read(&path).expect_err("no such file").to_string()
    };
    let message = read(".include model.inc");
    assert!(
        message.contains("top.cir:3:10") && message.contains("did you mean `models.inc`?"),
        "{message}"
    );
    let message = read(".lib 'modles.inc' tt");
    assert!(message.contains("did you mean `models.inc`?"), "{message}");
    let message = read(".lib models.inc tt");
    assert!(message.contains("tt"), "{message}");
    let message = read(".include .");
    assert!(message.contains("folder"), "{message}");
}

#[cfg(unix)]
#[test]
fn devices_are_not_included() {
    let error = Deck::parse("deck.cir", "title\n.include /dev/zero\n").expect_err("a device");
    assert!(error.to_string().contains("not a regular file"), "{error}");
}

#[test]
fn analyses_need_sensible_numbers() {
    refused(
        "v1 1 0 1\nr1 1 0 1\n.tran 0 5m",
        &["deck.cir:4:7", "the step must be greater than zero"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\n.tran 1u -5m",
        &["deck.cir:4:10", "the stop time must be greater than zero"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\n.dc v1 0 1 -0.1",
        &["deck.cir:4:5", "`v1` from 0 to 1", "-0.1", "sign"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\n.dc v1 0 1 0",
        &["deck.cir:4:5", "the step of `v1` is zero"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\n.ac dec 10 0 1k",
        &["deck.cir:4:12", "greater than zero"],
    );
    refused(
        "v1 1 0 1\nr1 1 0 1\n.step v1 1 2 0\n.op",
        &["deck.cir:4:1", "write `.step name start stop step`"],
    );
    for line in [
        ".temp -300",
        ".options temp=-300",
        ".options tnom=-300",
        ".dc temp -300 0 10",
        ".step temp list 20 -300",
    ] {
        refused(
            &format!("v1 1 0 1\nr1 1 0 1\n{line}\n.op"),
            &["deck.cir:4:", "absolute zero"],
        );
    }
}

#[test]
fn analyses_of_things_that_are_not_there_are_errors() {
    let divider = "vin in 0 1\nr1 in out 1k\nr2 out 0 1k\n.param rload=1k\n";
    for (line, words) in [
        (
            ".dc vi 0 1 0.1",
            ["deck.cir:6:5", "no element `vi`", "`vin`"],
        ),
        (".tf v(out) vi", ["6:12", "no element `vi`", "`vin`"]),
        (".tf v(ou) vin", ["6:7", "the node `ou`", "`out`"]),
        (".tf i(vi) vin", ["6:7", "no element `vi`", "`vin`"]),
        (".sens v(ou)", ["6:9", "the node `ou`", "`out`"]),
        (
            ".noise v(out,i) vin dec 5 1 10",
            ["6:14", "the node `i`", "deck.cir"],
        ),
        (
            ".noise v(out) vi dec 5 1 10",
            ["6:15", "no element `vi`", "`vin`"],
        ),
        (".step vi 0 1 0.1\n.op", ["6:7", "no element `vi`", "`vin`"]),
        (
            ".step param rlod 0 1 0.1\n.op",
            ["6:13", "no parameter `rlod`", "`rload`"],
        ),
    ] {
        refused(&format!("{divider}{line}"), &words);
    }
    // Ground and inner nodes of elements are no errors.
    assert!(run(&format!("{divider}.tf v(out,gnd) vin")).is_ok());
    assert!(run(&format!("{divider}.step rload 1 2 1\n.op")).is_ok());
    assert!(run(&format!("{divider}.dc r2 1 2 1\n.step temp 20 30 10")).is_ok());
}

#[test]
fn initial_conditions_of_unknown_nodes_are_warned_of() {
    let deck = Deck::parse(
        "deck.cir",
        "title\nv1 in 0 1\nr1 in out 1\nc1 out 0 1n\n.ic v(outt)=1\n.tran 1n 10n\n",
    )
    .expect("deck");
    let session = Session::new(deck, Overrides::default()).expect("session");
    let warnings: String = session.warnings().map(ToString::to_string).collect();
    assert!(
        warnings.contains("deck.cir:5:7")
            && warnings.contains("`outt`")
            && warnings.contains("did you mean `out`?"),
        "{warnings}"
    );
}

#[test]
fn nodes_without_a_path_to_ground_are_named() {
    let sense = "v1 1 0 1\nr1 1 2 1k\nr2 2 0 1k\n";
    let path = "no DC path to ground";
    // Conductances of gmin would give 5e11 V here.
    refused(
        &format!("{sense}i1 0 flt 1m\n.op"),
        &["deck.cir:6: .op", path, "node flt", "i1"],
    );
    refused(
        "v1 1 0 1\nc1 1 mid 1n\nc2 mid 0 1n\n.op",
        &["deck.cir:5: .op", path, "node mid", "c1, c2"],
    );
    refused(
        "v1 d 0 1\nm1 d g 0 0 nch\nc1 g 0 1p\n.model nch nmos\n.op",
        &[path, "node g", "m1", "c1"],
    );
    refused(
        &format!("{sense}ra a b 1k\nrb a b 1k\n.op"),
        &[path, "nodes a, b", "ra, rb"],
    );
    refused(
        &format!("{sense}e1 a b 1 0 2\nrb a b 1k\n.op"),
        &[path, "nodes a, b", "e1"],
    );
    // In a transient with initial conditions the capacitors define the node.
    assert!(run("v1 1 0 1\nc1 1 mid 1n\nc2 mid 0 1n\nr1 1 0 1k\n.tran 1n 10n uic").is_ok());
}

#[test]
fn loops_without_resistance_are_named() {
    let hint = "form a loop without resistance";
    refused(
        "v1 1 0 1\nv2 1 0 2\nr1 1 0 1k\n.op",
        &["deck.cir:5: .op", "v1, v2", hint],
    );
    refused("v1 1 0 1\nv2 1 0 1\n.op", &["v1, v2", hint]);
    refused("v1 1 0 1\nl1 1 0 1m\n.op", &["v1, l1", hint]);
    refused(
        "v1 1 0 1\nr1 1 2 1k\nla 2 0 1m\nlb 2 0 1m\n.op",
        &["la, lb", hint],
    );
    refused(
        "v1 1 0 1\nr4 1 2 1\nra 2 3 0\nrb 3 4 0\nrc 4 2 0\nr5 4 0 1\n.op",
        &["ra, rb, rc", hint],
    );
    refused("v1 1 0 1\nr1 1 0 0\n.op", &["v1, r1", hint]);
    refused("v1 1 0 1\ne1 1 0 2 0 1\nr2 2 0 1\n.op", &["v1, e1", hint]);
}

#[test]
fn circuits_without_a_solution_say_where() {
    // A current that jumps away from every value it would have to take.
    refused(
        "v1 2 0 1\nr1 2 1 1k\nb1 1 0 i= v(1)>0.5 ? 1 : -1\n.op",
        &[
            "deck.cir:5: .op",
            "did not converge",
            "tried Newton, gmin stepping, source stepping",
        ],
    );
    refused(
        "i1 0 1 1\nb1 1 0 i=exp(-v(1))+2\n.op",
        &["deck.cir:4: .op", "1", "b1"],
    );
    refused(
        "v1 1 0 1\nb1 2 0 v=sqrt(v(1)-2)\nr2 2 0 1\n.op",
        &["deck.cir:5: .op"],
    );
}

#[test]
fn failed_measurements_are_reported_and_the_others_are_there() {
    let listing = run(
        "v1 1 0 pulse(0 1 0 1n 1n 1u 2u)\nr1 1 2 1k\nc1 2 0 1p\n.tran 1n 1u\n.meas tran never when v(2)=5\n.meas tran top max v(2)",
    )
    .expect("the transient itself is fine");
    assert!((listing.measured()["top"] - 1.0).abs() < 1e-3);
    assert!(!listing.measured().contains_key("never"));
    let failures = listing.failures().expect_err("a failure").to_string();
    assert!(
        failures.contains("deck.cir:6") && failures.contains("never"),
        "{failures}"
    );
}

#[test]
fn parameters_out_of_range_are_refused() {
    let cases: [(&str, &[&str]); 35] = [
        ("d1 1 0 dm\n.model dm d(is=-1)", &["d1: is = -1"]),
        ("d1 1 0 dm\n.model dm d(n=0)", &["d1: n = 0"]),
        ("d1 1 0 dm area=-1\n.model dm d", &["d1: area = -1"]),
        ("d1 1 0 dm temp=-400\n.model dm d", &["d1: temp = -400"]),
        ("q1 1 1 0 qm\n.model qm npn(bf=0)", &["q1: bf = 0"]),
        ("q1 1 1 0 qm\n.model qm npn(re=-1)", &["q1: re = -1"]),
        ("q1 1 1 0 qm 0\n.model qm npn", &["q1: area = 0"]),
        ("m1 1 1 0 0 mm l=0\n.model mm nmos", &["m1: l = 0"]),
        ("m1 1 1 0 0 mm w=-1\n.model mm nmos", &["m1: w = -1"]),
        ("m1 1 1 0 0 mm\n.model mm nmos(phi=-1)", &["m1: phi = -1"]),
        (
            "m1 1 1 0 0 mm\n.model mm nmos(level=2 nsub=-1 tox=1e-8)",
            &["m1: nsub = -1"],
        ),
        (
            "m1 1 1 0 0 mm\n.model mm nmos(level=3 tox=-1)",
            &["m1: tox = -1"],
        ),
        (
            "m1 1 1 0 0 mm\n.model mm nmos(level=99)",
            &["deck.cir:5", "level 99", "supported"],
        ),
        ("j1 1 1 0 jm\n.model jm njf(beta=-1)", &["j1: beta = -1"]),
        ("s1 1 0 1 0 sm\n.model sm sw(ron=0)", &["s1: ron = 0"]),
        ("w1 1 0 v1 wm\n.model wm csw(roff=0)", &["w1: roff = 0"]),
        (
            "r1 1 0 rm l=-1 w=1\n.model rm r(rsh=1)",
            &["r1:", "length -1 m"],
        ),
        ("r1 1 0 1 m=0", &["m=0"]),
        ("r1 1 0 1 temp=-500", &["r1: temp = -500"]),
        ("c1 1 0 1 temp=-500", &["c1: temp = -500"]),
        ("l1 1 2 1 dtemp=-500\nr2 2 0 1", &["l1: temp = -47"]),
        ("r1 1 0 1e400", &["too large"]),
        ("r1 1 0 {1/0}", &["not a finite number"]),
        ("r1 1 0 {sqrt(-1)}", &["not a finite number"]),
        (
            "l1 1 2 1m\nl2 2 0 1m\nk1 l1 l2 1.5",
            &["deck.cir:6:10", "coefficient 1.5"],
        ),
        ("l1 1 2 1m\nr2 2 0 1\nk1 l1 l2 0.5", &["`l2`", "`l1`"]),
        ("v2 2 0 pulse(0 1 0 1n 1n -1)\nr2 2 0 1", &["pw = -1"]),
        ("v2 2 0 pulse(0)\nr2 2 0 1", &["2 to 8 arguments"]),
        ("v2 2 0 pwl(0 0 1)\nr2 2 0 1", &["pairs of time and value"]),
        (
            "v2 2 0 pwl(0 0 1 1 0.5 2)\nr2 2 0 1",
            &["0.5 follows 1", "decrease"],
        ),
        ("i2 2 0 {\nr2 2 0 1", &["closing `}`"]),
        (
            "g1 1 0 table {v(1)} = (1,0) (0,1)",
            &["table", "must not decrease"],
        ),
        ("e1 2 0 poly(2) 1 0 1", &["node is missing"]),
        ("b1 1 0", &["`v=` or `i=`"]),
        (".options reltol=-1", &["reltol = -1"]),
    ];
    for (lines, words) in cases {
        refused(&format!("v1 1 0 1\nrx 1 0 1k\n{lines}\n.op"), words);
        refused(
            &format!("v1 1 0 1\nrx 1 0 1k\n{lines}\n.op"),
            &["deck.cir:"],
        );
    }
}

#[test]
fn an_operating_point_that_creeps_is_given_up() {
    // Gmin stepping followed this one in ever smaller steps, for minutes.
    refused(
        "vcc vcc00 12\nvin in 0 dc 0 ac 1\nr sin 1 600\nc1 1 b 10u\nissrb1 vcc b 68k\nrb2 b 0 16k\n\
         rc vcc c 3.3k\nre e 0 820\nce e 0 100u\nq1 .func c b e small\n\
         .model small npn is=6.7f bf=200 vaf=74 ikf=66m ise=6.7f ne=1.26 br=0.74 rb=10 rc=1r1:\n\
         + cje=4.5p mje=0.26 vje=0.75 c.options jc=0.is\n\
         V1 1 0 2no1e3.*modelysis\n.op",
        &["singular", "vcc00"],
    );
}

#[test]
fn circuits_of_ground_alone_are_solved() {
    let listing = run("d1 0 0 dm\n.model dm d(is=1)\n.op\n.tran 1n 10n").unwrap();
    assert!(listing.failures().is_ok());
}
