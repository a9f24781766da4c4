//! From decks to flat circuits: every form of every line, scopes, instances, models.

use ohmloom_devices::expression::Expression;
use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::{
    Analysis, ControlLaw, Controlled, DcSweep, Device, ElementCard, FlatCircuit, FrequencySweep,
    OptionValue, Output, OutputKind, Overrides, Passive, Quantity, Source, Spacing, Step,
    StepValues, SwitchControl, Transient, Value, WaveformKind,
};

fn circuit_with(body: &str, overrides: &Overrides) -> FlatCircuit {
    let text = format!("title\n{body}\n.end\n");
    Deck::parse("test.cir", &text)
        .and_then(|deck| deck.elaborate(overrides))
        .unwrap_or_else(|findings| panic!("{findings}"))
}

fn circuit(body: &str) -> FlatCircuit {
    circuit_with(body, &Overrides::default())
}

fn nodes<'c>(circuit: &'c FlatCircuit, name: &str) -> Vec<&'c str> {
    let element = circuit.element(name).unwrap_or_else(|| panic!("no {name}"));
    circuit
        .nodes_of(element)
        .iter()
        .map(|&node| circuit.nodes.name(node))
        .collect()
}

fn passive<'c>(circuit: &'c FlatCircuit, name: &str) -> &'c Passive {
    match &circuit
        .element(name)
        .unwrap_or_else(|| panic!("no {name}"))
        .card
    {
        ElementCard::Passive(passive) => passive,
        card => panic!("{card:?}"),
    }
}

fn number(circuit: &FlatCircuit, name: &str) -> f64 {
    passive(circuit, name)
        .value
        .as_ref()
        .and_then(Value::number)
        .unwrap_or_else(|| panic!("{name} has no number"))
}

fn parameter(circuit: &FlatCircuit, name: &str, parameter: &str) -> f64 {
    let details = passive(circuit, name).details.as_ref().expect("details");
    let found = details
        .parameters
        .iter()
        .find(|known| &*known.name == parameter)
        .expect("parameter");
    found.value.number().expect("number")
}

fn multiplier(circuit: &FlatCircuit, name: &str) -> f64 {
    passive(circuit, name)
        .details
        .as_ref()
        .map_or(1.0, |details| details.multiplier)
}

fn source<'c>(circuit: &'c FlatCircuit, name: &str) -> &'c Source {
    match &circuit.element(name).expect("source").card {
        ElementCard::Source(source) => source,
        card => panic!("{card:?}"),
    }
}

fn controlled<'c>(circuit: &'c FlatCircuit, name: &str) -> &'c Controlled {
    match &circuit.element(name).expect("source").card {
        ElementCard::Controlled(controlled) => controlled,
        card => panic!("{card:?}"),
    }
}

fn device<'c>(circuit: &'c FlatCircuit, name: &str) -> &'c Device {
    match &circuit.element(name).expect("device").card {
        ElementCard::Device(device) => device,
        card => panic!("{card:?}"),
    }
}

fn model_of<'c>(circuit: &'c FlatCircuit, name: &str) -> &'c str {
    &circuit
        .model(device(circuit, name).model)
        .expect("model")
        .name
}

#[test]
fn passive_forms() {
    let circuit = circuit(
        ".param rv=7\n.model rm r rsh=1\nR1 A 0 1K\nr2 a gnd r=2\nr3 a 0 rm l=1u w=2u\nr4 a 0 3 tc1=1m tc2=2u\n\
         r5 a 0 4 tc=1m,2u\nr6 a 0 rv\nr7 a 0 {rv*2}\nr8 a 0 'rv+1' m=3\nr9 a 0 rm r=5\nr10 a 0 10k ac=5k\n\
         c1 a 0 1u ic=0.5\nc2 a 0 c=2p\nl1 a 0 1m ic=2\nl2 a 0 l=3u\nr11 a 0 4k7\nr12 a 0 5kohm",
    );
    assert_eq!(nodes(&circuit, "r1"), ["a", "0"]);
    assert_eq!(nodes(&circuit, "r2"), ["a", "0"]);
    for (name, value) in [
        ("r1", 1e3),
        ("r2", 2.0),
        ("r4", 3.0),
        ("r5", 4.0),
        ("r6", 7.0),
        ("r7", 14.0),
        ("r8", 8.0),
        ("r9", 5.0),
        ("r10", 1e4),
        ("c1", 1e-6),
        ("c2", 2e-12),
        ("l1", 1e-3),
        ("l2", 3e-6),
        ("r11", 4700.0),
        ("r12", 5e3),
    ] {
        assert_eq!(number(&circuit, name), value, "{name}");
    }
    assert!(passive(&circuit, "r1").details.is_none());
    assert!(passive(&circuit, "r3").value.is_none());
    assert_eq!(parameter(&circuit, "r3", "w"), 2e-6);
    assert_eq!(parameter(&circuit, "r4", "tc2"), 2e-6);
    assert_eq!(parameter(&circuit, "r5", "tc1"), 1e-3);
    assert_eq!(parameter(&circuit, "r5", "tc2"), 2e-6);
    assert_eq!(multiplier(&circuit, "r8"), 3.0);
    assert_eq!(parameter(&circuit, "r10", "ac"), 5e3);
    assert_eq!(parameter(&circuit, "c1", "ic"), 0.5);
    assert_eq!(parameter(&circuit, "l1", "ic"), 2.0);
}

#[test]
fn a_behavioural_resistor_keeps_its_expression() {
    let circuit = circuit(".param s=2\nv1 c 0 1\nr1 a 0 r={1+s*v(c)} m=10\nr2 a 0 '1000 + temper'");
    let Some(Value::Expression(tree)) = &passive(&circuit, "r1").value else {
        panic!("no expression")
    };
    let text = format!("{tree:?}");
    assert!(
        text.contains("Voltage(\"c\", None)") && text.contains("Number(2.0)"),
        "{text}"
    );
    assert_eq!(multiplier(&circuit, "r1"), 10.0);
    assert!(matches!(
        &passive(&circuit, "r2").value,
        Some(Value::Expression(_))
    ));
}

#[test]
fn source_forms() {
    let circuit = circuit(
        "v1 1 0 5\nv2 2 0 dc=3 ac=1 sin 0 1 1k\nv3 3 0 (5)\nv4 4 0 4 ac 1 90 pulse(0 1 1n)\nv5 5 0\nv6 6 0 ac\n\
         v7 7 0 dc 2 pwl(0 0, 1m 5) r=0 td=1u\ni1 8 0 1m m=3\nv8 9 0 sin(0 1 100k -2.5u 0.0 -90.0\nv9 10 0 DC 1V AC 1V\n\
         v10 11 0 ac 1 0 sin 0 1 1k 0 0 0\nr1 8 0 1",
    );
    let dc = |name| source(&circuit, name).dc.as_ref().and_then(Value::number);
    assert_eq!(
        [dc("v1"), dc("v2"), dc("v3"), dc("v4"), dc("v5")],
        [Some(5.0), Some(3.0), Some(5.0), Some(4.0), None]
    );
    assert_eq!(source(&circuit, "v2").ac, Some((1.0, 0.0)));
    assert_eq!(source(&circuit, "v4").ac, Some((1.0, 90.0)));
    assert_eq!(source(&circuit, "v6").ac, Some((1.0, 0.0)));
    let wave = |name| source(&circuit, name).waveform.clone().expect("waveform");
    assert_eq!(wave("v2").arguments, [0.0, 1.0, 1e3]);
    assert_eq!(wave("v4").kind, WaveformKind::Pulse);
    assert_eq!(wave("v7").arguments, [0.0, 0.0, 1e-3, 5.0]);
    assert_eq!(
        wave("v7").named,
        [("r".to_owned(), 0.0), ("td".to_owned(), 1e-6)]
    );
    assert_eq!(wave("v8").arguments, [0.0, 1.0, 1e5, -2.5e-6, 0.0, -90.0]);
    assert_eq!(wave("v10").arguments, [0.0, 1.0, 1e3, 0.0, 0.0, 0.0]);
    assert_eq!(source(&circuit, "i1").multiplier, 3.0);
    assert_eq!(dc("v9"), Some(1.0));
}

#[test]
fn controlled_source_forms() {
    let circuit = circuit(
        ".param g=2\nv1 a 0 1\ne1 1 0 a 0 g\ne2 2 0 poly(2) (a,0) (1,0) 0 1 2\nf1 3 0 v1 3\nh1 4 0 poly(2) v1 e1 0 4 5\n\
         e3 5 0 vol='v(a)*g'\ng1 6 0 cur='v(a)' m=4\ne4 7 0 value={-i(e1)}\ne5 8 0 table {v(a)} = (0,0) (1,5)\n\
         g2 9 0 a 0 0.02 m=10\nb1 10 0 v=v(a,1)*g+i(v1) tc1=1m\nb2 11 0 i={v(a) == 1 ? 1 : 0}\n\
         r1 6 0 1\nr2 9 0 1\nr3 3 0 1\nr4 11 0 1",
    );
    let node = |name: &str| circuit.nodes.get(name).expect("node");
    let element = |name: &str| circuit.element_names.get(name).expect("name");
    match &controlled(&circuit, "e1").law {
        ControlLaw::LinearVoltage { plus, minus, gain } => {
            assert_eq!((*plus, *minus, gain.number()), (node("a"), 0, Some(2.0)));
        }
        law => panic!("{law:?}"),
    }
    match &controlled(&circuit, "e2").law {
        ControlLaw::PolynomialVoltage {
            inputs,
            coefficients,
        } => {
            assert_eq!(inputs, &[(node("a"), 0), (node("1"), 0)]);
            assert_eq!(coefficients, &[0.0, 1.0, 2.0]);
        }
        law => panic!("{law:?}"),
    }
    match &controlled(&circuit, "f1").law {
        ControlLaw::LinearCurrent { element: by, gain } => {
            assert_eq!((*by, gain.number()), (element("v1"), Some(3.0)));
        }
        law => panic!("{law:?}"),
    }
    match &controlled(&circuit, "h1").law {
        ControlLaw::PolynomialCurrent {
            inputs,
            coefficients,
        } => {
            assert_eq!((inputs.len(), coefficients.len()), (2, 3));
        }
        law => panic!("{law:?}"),
    }
    assert!(matches!(
        &controlled(&circuit, "e3").law,
        ControlLaw::Expression(Value::Expression(_))
    ));
    assert_eq!(controlled(&circuit, "g1").multiplier, 4.0);
    assert_eq!(controlled(&circuit, "g2").multiplier, 10.0);
    match &controlled(&circuit, "e5").law {
        ControlLaw::Table { points, .. } => assert_eq!(points, &[(0.0, 0.0), (1.0, 5.0)]),
        law => panic!("{law:?}"),
    }
    match &circuit.element("b1").expect("b1").card {
        ElementCard::Behavioural(source) => {
            assert_eq!(source.quantity, Quantity::Voltage);
            assert_eq!(source.parameters.len(), 1);
        }
        card => panic!("{card:?}"),
    }
}

#[test]
fn device_forms() {
    let circuit = circuit(
        ".model dm d is=1e-15\n.model qm npn(bf=100)\n.model mm nmos (level=1 vto='0.5*2')\n.model jm njf\n\
         .model sm sw vt=1\n.model wm csw it=1m\nd1 1 0 dm 2 off ic=0.5\nd2 1 0 tj dm thermal\nr0 tj 0 1\n\
         q1 1 2 0 qm\nq2 1 2 0 3 qm 2 ic=1,0\nQ 1 2 0 3 0 qm\nm1 1 2 3 0 mm w=1u l='2*1u' m=6\nj1 1 2 0 jm\n\
         s1 1 0 2 0 sm on\nv1 2 0 1\nw1 1 0 v1 wm\nl1 1 0 1\nl2 2 0 1\nl3 3 0 1\nk1 l1 l2 l3 0.5\nr9 3 0 1",
    );
    assert_eq!(
        device(&circuit, "d1").area.as_ref().and_then(Value::number),
        Some(2.0)
    );
    assert!(device(&circuit, "d1").off);
    assert_eq!(device(&circuit, "d1").initial_conditions, [0.5]);
    assert!(device(&circuit, "d2").thermal);
    assert_eq!(nodes(&circuit, "d2"), ["1", "0", "tj"]);
    assert_eq!(nodes(&circuit, "q1").len(), 3);
    assert_eq!(nodes(&circuit, "q2"), ["1", "2", "0", "3"]);
    assert_eq!(device(&circuit, "q2").initial_conditions, [1.0, 0.0]);
    assert_eq!(nodes(&circuit, "q").len(), 5);
    assert_eq!(device(&circuit, "m1").multiplier, 6.0);
    assert_eq!(model_of(&circuit, "m1"), "mm");
    assert_eq!(
        circuit
            .models
            .iter()
            .find(|model| model.name == "mm")
            .and_then(|model| model.number("vto")),
        Some(1.0)
    );
    match &circuit.element("s1").expect("s1").card {
        ElementCard::Switch(switch) => assert_eq!(switch.initially_on, Some(true)),
        card => panic!("{card:?}"),
    }
    match &circuit.element("w1").expect("w1").card {
        ElementCard::Switch(switch) => {
            assert_eq!(
                switch.control,
                SwitchControl::Current(circuit.element_names.get("v1").expect("v1"))
            );
        }
        card => panic!("{card:?}"),
    }
    match &circuit.element("k1").expect("k1").card {
        ElementCard::Coupling(coupling) => {
            assert_eq!((coupling.inductors.len(), coupling.coefficient), (3, 0.5));
        }
        card => panic!("{card:?}"),
    }
}

/// The names were checked with `listing e` of ngspice 39.
#[test]
fn instances_have_the_names_of_ngspice() {
    let circuit = circuit(
        ".param p=2 q='p*2'\n.global vdd\n.subckt inner a b k=1\n.model dm d(is={k*1e-15})\n.param loc={k*3}\nr1 a m {loc}\n\
         d1 m b dm\nrg m gnd 1k\nk1 l1 l2 0.5\nl1 m 0 1u\nl2 b 0 1u\nb1 m n v=v(a,m)*loc+i(vx)\nvx n 0 0\nf1 q 0 vx 2\n\
         rq q vdd 1\n.ends\n.subckt outer a b k=5\nx2 a c inner k={k}\nr9 c b q\n.ends\nv1 1 0 p\nx1 1 0 outer\nx3 1 0 outer k='q'",
    );
    assert_eq!(nodes(&circuit, "r.x1.x2.r1"), ["1", "x1.x2.m"]);
    assert_eq!(nodes(&circuit, "d.x1.x2.d1"), ["x1.x2.m", "x1.c"]);
    assert_eq!(nodes(&circuit, "r.x1.x2.rg"), ["x1.x2.m", "0"]);
    assert_eq!(nodes(&circuit, "r.x1.x2.rq"), ["x1.x2.q", "vdd"]);
    assert_eq!(number(&circuit, "r.x1.x2.r1"), 15.0);
    assert_eq!(number(&circuit, "r.x3.x2.r1"), 12.0);
    assert_eq!(number(&circuit, "r.x1.r9"), 4.0);
    assert_eq!(model_of(&circuit, "d.x3.x2.d1"), "x3.x2:dm");
    let ElementCard::Behavioural(source) = &circuit.element("b.x1.x2.b1").expect("b1").card else {
        panic!("no B")
    };
    let text = format!("{:?}", source.value);
    assert!(text.contains("Voltage(\"1\", Some(\"x1.x2.m\"))"), "{text}");
    assert!(text.contains("Current(\"v.x1.x2.vx\")"), "{text}");
}

/// Values of `1/i(v1)` that ngspice 39 prints for the same decks.
#[test]
fn scopes_of_parameters() {
    let one = |body: &str| circuit(body);
    let swapped = one(
        ".subckt s a b params: p=1 q={p*10}\nr1 a b {q}\n.ends\n.subckt o a b params: p=7\nx1 a b s q={p} p=100\n.ends\n\
         v1 1 0 1\nx1 1 0 o",
    );
    assert_eq!(number(&swapped, "r.x1.x1.r1"), 100.0);
    let dynamic = one(
        ".subckt s a b\nr1 a b {zz}\n.ends\n.subckt o a b params: zz=7\nx1 a b s\n.ends\nv1 1 0 1\nx1 1 0 o",
    );
    assert_eq!(number(&dynamic, "r.x1.x1.r1"), 7.0);
    let twice = one(".subckt s a b params: p=1\n.param p=2\nr1 a b {p}\n.ends\nv1 1 0 1\nx1 1 0 s");
    assert_eq!(number(&twice, "r.x1.r1"), 2.0);
    let last = one(".param a={b} b={c}\n.param c=1\n.param c=3\nv1 1 0 1\nr1 1 0 a");
    assert_eq!(number(&last, "r1"), 3.0);
    let outer = one(
        ".param k=4\n.subckt s a b k={k}\nr1 a b {k}\n.ends\nv1 1 0 1\nx1 1 0 s\nx2 1 0 s k={k+1}",
    );
    assert_eq!(
        (number(&outer, "r.x1.r1"), number(&outer, "r.x2.r1")),
        (4.0, 5.0)
    );
    let overridden = one(
        ".subckt in a b params: par1=2 par3='par1/4'\n.param par3=500\nr1 a b 'par3'\n.ends\n\
         .subckt out a b params: par1=2 par3=1\n.param par3=3000\nx2 a b in par3='par3'\n.ends\nv1 1 0 1\nx1 1 0 out par1=2 par3='par1+3'",
    );
    assert_eq!(number(&overridden, "r.x1.x2.r1"), 5.0);
}

#[test]
fn functions_are_replaced_by_their_bodies() {
    let circuit = circuit(
        ".param a=5 b=3\n.func f(x) {a*x+b}\n.func g(x,y) 'x+f(y)'\n.param h(x)={x*x}\n.func fact(n) {n<=1?1:n*fact(n-1)}\n\
         v1 1 0 1\nr1 1 0 {g(1, 2)}\nr2 1 0 {h(3)}\nr3 1 0 {fact(5)}\nb1 2 0 v={f(v(1))}\nr4 2 0 1",
    );
    assert_eq!(
        [
            number(&circuit, "r1"),
            number(&circuit, "r2"),
            number(&circuit, "r3")
        ],
        [14.0, 9.0, 120.0]
    );
    let ElementCard::Behavioural(source) = &circuit.element("b1").expect("b1").card else {
        panic!("no B")
    };
    let Value::Expression(tree) = &source.value else {
        panic!("a number")
    };
    assert!(matches!(**tree, Expression::Binary(..)));
    assert!(!format!("{tree:?}").contains("Call"));
}

#[test]
fn multipliers_reach_the_elements() {
    let circuit = circuit(
        ".subckt leaf a b\nr1 a b 1\nr2 a b 1 m=2\n.ends\n.subckt own a b m=1\nr1 a b 1\n.ends\n\
         .subckt mid a b\nx1 a b leaf\nx2 a b own\n.ends\nv1 1 0 1\nx1 1 0 mid m=3\nx2 1 0 leaf\nx3 1 0 own m=5",
    );
    assert_eq!(multiplier(&circuit, "r.x1.x1.r1"), 3.0);
    assert_eq!(multiplier(&circuit, "r.x1.x1.r2"), 3.0);
    assert_eq!(multiplier(&circuit, "r.x2.r2"), 2.0);
    assert_eq!(multiplier(&circuit, "r.x3.r1"), 1.0);
    assert_eq!(multiplier(&circuit, "r.x1.x2.r1"), 1.0);
    assert!(
        circuit
            .warnings
            .to_string()
            .contains("`m=2` is replaced by `m=3`")
    );
}

#[test]
fn subcircuits_and_models_are_found_from_inside_out() {
    let circuit = circuit(
        ".subckt sub1 n1 n2\n.subckt sub n1 n2\nr1 n1 n2 4k\n.ends\nx1 n1 n2 sub\nr1 n1 n2 4k\n.ends\n\
         .subckt sub n1 n2\nr1 n1 n2 3k\n.ends\nx1 a 0 sub1\nx2 a 0 sub\nv1 a 0 1\n\
         .model dm d is=1\n.subckt d1s a\n.model dm d is=2\nd1 a 0 dm\n.ends\n.subckt d2s a\nd1 a 0 dm\n.ends\nx3 a d1s\nx4 a d2s",
    );
    assert_eq!(number(&circuit, "r.x1.x1.r1"), 4e3);
    assert_eq!(number(&circuit, "r.x2.r1"), 3e3);
    let is = |name| {
        circuit
            .model(device(&circuit, name).model)
            .and_then(|model| model.number("is"))
    };
    assert_eq!((is("d.x3.d1"), is("d.x4.d1")), (Some(2.0), Some(1.0)));
}

#[test]
fn models_have_bins() {
    let circuit = circuit(
        ".model n.1 nmos lmin=1u lmax=2u wmin=1u wmax=10u vto=1\n.model n.2 nmos lmin=2u lmax=4u wmin=1u wmax=10u vto=2\n\
         m1 1 1 0 0 n l=1.5u w=2u\nm2 1 1 0 0 n l=2u w=2u\nv1 1 0 1",
    );
    assert_eq!(
        (model_of(&circuit, "m1"), model_of(&circuit, "m2")),
        ("n.1", "n.2")
    );
}

#[test]
fn conditions_choose_lines_and_parameters() {
    let body = ".param kind=2\n.if (kind == 1)\nr1 1 0 1\n.param big=5\n.elseif (kind == 2)\nr1 1 0 2\n.if (kind > 1)\nr2 1 0 big\n\
                .endif\n.param big=7\n.else\nr1 1 0 3\n.param big=9\n.endif\nv1 1 0 big";
    let found = circuit(body);
    assert_eq!((number(&found, "r1"), number(&found, "r2")), (2.0, 7.0));
    let overrides = Overrides {
        parameters: vec![("KIND".to_owned(), 9.0)],
        ..Overrides::default()
    };
    let found = circuit_with(body, &overrides);
    assert_eq!(number(&found, "r1"), 3.0);
    assert!(found.element("r2").is_none());
}

#[test]
fn overrides_and_random_numbers() {
    let body = ".param r=1 s={2*r} t=agauss(10,1,1)\nv1 1 0 1\nr1 1 0 s\nr2 1 0 t";
    let overrides = Overrides {
        parameters: vec![("r".to_owned(), 4.0)],
        ..Overrides::default()
    };
    let found = circuit_with(body, &overrides);
    assert_eq!(number(&found, "r1"), 8.0);
    assert_eq!(found.parameters.first(), Some(&("r".to_owned(), 4.0)));
    let trial = |trial| {
        number(
            &circuit_with(
                body,
                &Overrides {
                    trial,
                    ..Overrides::default()
                },
            ),
            "r2",
        )
    };
    assert_eq!(trial(1), trial(1));
    assert_ne!(trial(1), trial(2));
}

#[test]
fn analyses_are_typed() {
    let circuit = circuit(
        ".param f=1k\nv1 1 0 1\nr1 1 2 1\nr2 2 0 1\n.op\n.dc v1 0 {f} 1 temp -40 85 25\n.ac dec 10 1 f\n.tran 1n 1u 0 10n uic\n\
         .noise v(2,1) v1 oct 3 1 1k 1\n.tf i(v1) v1\n.sens v(2) ac lin 5 1 2\n.step param f list 1 2 3\n.step dec r1 1 100 3\n.mc 20 seed=7",
    );
    let found: Vec<Analysis> = circuit
        .analyses
        .into_iter()
        .map(|card| card.analysis)
        .collect();
    let sweep = |variable: &str, start, stop, step| DcSweep {
        variable: variable.to_owned(),
        start,
        stop,
        step,
    };
    assert_eq!(found.len(), 10);
    assert_eq!(found[0], Analysis::OperatingPoint);
    assert_eq!(
        found[1],
        Analysis::Dc(vec![
            sweep("v1", 0.0, 1e3, 1.0),
            sweep("temp", -40.0, 85.0, 25.0)
        ])
    );
    assert_eq!(
        found[2],
        Analysis::Ac(FrequencySweep {
            spacing: Spacing::Decade,
            points: 10,
            start: 1.0,
            stop: 1e3
        })
    );
    assert_eq!(
        found[3],
        Analysis::Transient(Transient {
            step: 1e-9,
            stop: 1e-6,
            start: 0.0,
            max_step: Some(1e-8),
            use_initial_conditions: true
        })
    );
    let Analysis::Noise(noise) = &found[4] else {
        panic!("{:?}", found[4])
    };
    assert_eq!(
        (
            noise.node.as_str(),
            noise.reference.as_deref(),
            noise.points_per_summary
        ),
        ("2", Some("1"), Some(1))
    );
    let expected = Analysis::TransferFunction {
        output: Output::Current("v1".to_owned()),
        source: "v1".to_owned(),
    };
    assert_eq!(found[5], expected);
    assert!(matches!(
        &found[6],
        Analysis::Sensitivity { sweep: Some(_), .. }
    ));
    let values = StepValues::List(vec![1.0, 2.0, 3.0]);
    assert_eq!(
        found[7],
        Analysis::Step(Step {
            variable: "f".to_owned(),
            is_parameter: true,
            values
        })
    );
    assert!(matches!(
        &found[8],
        Analysis::Step(Step {
            values: StepValues::Logarithmic { points: 3, .. },
            ..
        })
    ));
    assert_eq!(
        found[9],
        Analysis::MonteCarlo {
            runs: 20,
            seed: Some(7)
        }
    );
}

#[test]
fn settings_and_outputs() {
    let circuit = circuit(
        ".param p=2\nv1 1 0 1\nr1 1 2 1\nx1 2 s params: v=0.5\n.subckt s a params: v=5\nr1 a 0 1\nr2 a mid 1\nr3 mid 0 1\n\
         .nodeset v(mid)={v} v(a)=1\n.ends\n.ic v(2)={p} v(x1.mid)=3\n.nodeset all=0.1\n.options reltol=1e-4 method=gear noacct\n\
         .opt list=a,b\n.temp 50\n.save v(1) @r1[i]\n.print tran v(1) {v(2)*2} i(v1),v(1, 2)\n.plot ac vdb(2)\n.probe alli\n\
         .four 1k v(1) v(2)\n.meas tran x find v(1) when v(2)='p/4' rise=1\n.csparam q={p+1}\n.width out=120\n.control\nRun ; x\n* no\nplot V(1)\n.endc",
    );
    let value = |node: &str| {
        let number = circuit.nodes.get(node).expect("node");
        let mut all = circuit.nodesets.iter().chain(&circuit.initial_conditions);
        all.find(|setting| setting.node == number)
            .map(|setting| setting.value)
    };
    assert_eq!((value("x1.mid"), value("2")), (Some(0.5), Some(1.0)));
    assert_eq!(circuit.initial_conditions.len(), 2);
    assert_eq!(circuit.nodeset_all, Some(0.1));
    let option = |name| circuit.option(name).map(|option| option.value.clone());
    assert_eq!(option("reltol"), Some(OptionValue::Number(1e-4)));
    assert_eq!(option("method"), Some(OptionValue::Text("gear".to_owned())));
    assert_eq!(option("noacct"), Some(OptionValue::Flag));
    assert_eq!(option("list"), Some(OptionValue::Text("a,b".to_owned())));
    assert_eq!(circuit.temperatures, [50.0]);
    let kinds: Vec<OutputKind> = circuit.outputs.iter().map(|output| output.kind).collect();
    assert_eq!(
        kinds,
        [
            OutputKind::Save,
            OutputKind::Print,
            OutputKind::Plot,
            OutputKind::Probe
        ]
    );
    let items: Vec<&str> = circuit.outputs[1]
        .items
        .iter()
        .map(|item| item.text.as_str())
        .collect();
    assert_eq!(items, ["v(1)", "{v(2)*2}", "i(v1)", "v(1, 2)"]);
    assert_eq!(circuit.outputs[1].analysis.as_deref(), Some("tran"));
    assert_eq!(
        (circuit.fourier[0].frequency, circuit.fourier[0].items.len()),
        (1e3, 2)
    );
    assert_eq!(
        circuit.measures[0].text,
        ".meas tran x find v(1) when v(2)=5e-1 rise=1"
    );
    assert_eq!(circuit.control_parameters, [("q".to_owned(), 3.0)]);
    assert_eq!(circuit.width, Some(120));
    let lines: Vec<&str> = circuit.control[0]
        .lines
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(lines, ["Run ; x", "plot V(1)"]);
}

#[test]
fn lines_after_the_end_are_read_with_a_warning() {
    let text = "t\nr1 1 0 1\nv1 1 0 1\n.end\n* comment\nr2 1 0 1\n.end\n";
    let deck = Deck::parse("test.cir", text).expect("deck");
    assert!(
        deck.warnings
            .to_string()
            .contains("test.cir:6:1: warning: this line stands after `.end`")
    );
    let circuit = deck.elaborate(&Overrides::default()).expect("circuit");
    assert_eq!(circuit.elements.len(), 3);
}
