//! Cards and lines that cannot be are refused with place, parameter and suggestion; what is unusual but right is read.

use crate::run::{Samples, plots};

fn refused(card: &str, line: &str, words: &[&str]) {
    let deck = format!("title\nv1 a 0 1\n{line}\n{card}\n.op\n");
    let Err(message) = plots(&deck) else {
        panic!("this ran: {deck}");
    };
    for word in words {
        assert!(
            message.contains(word),
            "`{word}` is not in `{message}`, the error of\n{deck}"
        );
    }
}

#[test]
fn wrong_parameters_are_named_with_their_place() {
    let n = "n1 a 0 m";
    refused(
        ".model m vteam(ron=-50)",
        n,
        &["deck.cir:4:16", "ron = -50", "positive"],
    );
    refused(
        ".model m vteam(von=0.2)",
        n,
        &["deck.cir:4:16", "von = 0.2", "negative"],
    );
    refused(
        ".model m team(ion=8.9u)",
        n,
        &["deck.cir:4", "ion", "negative"],
    );
    refused(
        ".model m vteam(x0=4n)",
        n,
        &["deck.cir:4:16", "x0", "between xon and xoff"],
    );
    refused(
        ".model m vteam(xon=3n)",
        n,
        &["deck.cir:4", "xoff", "greater than xon"],
    );
    refused(
        ".model m lineardrift(x0=1.5)",
        n,
        &["deck.cir:4", "x0 = 1.5", "between 0 and 1"],
    );
    refused(
        ".model m yakopcic(eta=2)",
        n,
        &["deck.cir:4", "eta = 2", "1 or -1"],
    );
    refused(
        ".model m stanford_pku(gap0=5n)",
        n,
        &["deck.cir:4", "gap0", "gapmin and gapmax"],
    );
    refused(
        ".model m jart_v1b(ndisc0=30)",
        n,
        &["deck.cir:4", "ndisc0 = 30", "ndmin and ndmax"],
    );
    refused(
        ".model m pershin(r0=1)",
        n,
        &["deck.cir:4", "r0 = 1", "ron and roff"],
    );
    refused(
        ".model m mmss(tau=0)",
        n,
        &["deck.cir:4", "tau = 0", "positive"],
    );
    refused(".model m messaris2018(kp=0)", n, &["deck.cir:4", "kp = 0"]);
    refused(".model m messaris2021(tn=0)", n, &["deck.cir:4", "tn = 0"]);
    refused(".model m simmons(wc=0)", n, &["deck.cir:4", "wc = 0"]);
    refused(".model m vteam", "n1 a 0 m x0=9n", &["deck.cir:3:10", "x0"]);
}

#[test]
fn wrong_names_are_answered_with_the_nearest_one() {
    let n = "n1 a 0 m";
    refused(
        ".model m vteam(koffx=50)",
        n,
        &["deck.cir:4:16", "`koffx`", "`koff`"],
    );
    refused(
        ".model m lineardrift(window=jogelkar)",
        n,
        &["deck.cir:4:22", "jogelkar", "did you mean `joglekar`"],
    );
    refused(
        ".model m lineardrift(window=kvatinsky)",
        n,
        &[
            "deck.cir:4:22",
            "must be one of none, joglekar, biolek, prodromakis, zha",
        ],
    );
    refused(
        ".model m yakopcic(window=zha)",
        n,
        &["deck.cir:4", "`window`"],
    );
    refused(
        ".model m vteam(rx=cubic)",
        n,
        &["rx = cubic", "linear, exponential"],
    );
    refused(
        ".model m yakopcic set=tcad2012",
        n,
        &["deck.cir:4:19", "tcad2012", "did you mean `tcad2013`"],
    );
    refused(".model m vteem", n, &["deck.cir:3:1", "`vteem`", "`vteam`"]);
    refused(".model m d", n, &["deck.cir:3:1", "`d`", "memristors are"]);
    refused(
        ".model m vteam",
        "n1 a 0 mm",
        &["deck.cir:3:8", "unknown model `mm`"],
    );
    refused(
        ".model m vteam",
        "n1 a 0 m gap0=1n",
        &["deck.cir:3:10", "starts at `x0`"],
    );
    refused(".model m vteam", "n1 a 0 m x=1n", &["deck.cir:3:10", "`x`"]);
    refused(".model m vteam", "d1 a 0 m", &["deck.cir:3:1", "`vteam`"]);
    refused(".model m memristor level=4", n, &["level 4", "2, 3"]);
    refused(
        ".model m memristor level=2 ronn=1",
        n,
        &["deck.cir:4:28", "`ronn`"],
    );
    refused(
        ".model m memristor level=2 wt=7",
        n,
        &["deck.cir:4:28", "`wt`"],
    );
}

#[test]
fn a_parameter_set_comes_first_and_what_is_written_wins() {
    let value = |card: &str, quantity: &str| {
        let deck = format!(
            "title\nv1 a 0 1\nn1 a 0 m\n.model m {card}\n.save @n1[{quantity}]\n.op\n.end\n"
        );
        Samples::of_operating_point(&deck, &format!("@n1[{quantity}]"))
    };
    assert_eq!(value("yakopcic", "vp"), 0.16);
    assert_eq!(value("yakopcic set=edl2011", "vp"), 0.65);
    assert_eq!(value("yakopcic vp=0.7 set=edl2011", "vp"), 0.7);
    assert_eq!(value("lineardrift set=biolek2009", "roff"), 1e3);
    assert_eq!(value("vteam x0=1n", "x"), 1e-9);
    assert_eq!(value("stanford_pku gap0=1n", "x"), 1e-9);
    assert!((value("jart_v1b ndisc0=2", "x") - 2.0).abs() < 1e-12);
    assert_eq!(value("pershin r0=2k", "r"), 2e3);
    assert_eq!(value("pershin r0=2k", "p"), 0.5e-3);
}

/// The same deck in Xyce's words and in these.
#[test]
fn xyce_memristors_are_the_same_models() {
    let pairs = [
        (
            "ymemristor mr1 a 0 m\n.model m memristor level=2 ron=50 roff=1k koff=2n kon=-2p alphaoff=2 alphaon=2 \
             wc=107p wt=4 ion=-8.9u ioff=115u xon=0 xoff=3n aon=0.1n aoff=2.9n xscaling=1e9",
            "n1 a 0 m\n.model m team ron=50 roff=1k koff=2n kon=-2p aoff=2 aon=2 wc=107p window=kvatinsky \
             ion=-8.9u ioff=115u xon=0 xoff=3n awon=0.1n awoff=2.9n",
        ),
        (
            "ymemristor mr1 a 0 m ivrelation=1\n.model m memristor level=2 koff=2n kon=-2p ion=-8.9u",
            "n1 a 0 m\n.model m team koff=2n kon=-2p rx=exponential",
        ),
        (
            "ymemristor mr1 a 0 m xo=0.2\n.model m memristor level=3 a1=0.17 a2=0.17 b=0.05 vp=0.16 vn=0.15 ap=4000 an=4000 \
             xp=0.3 xn=0.5 alphap=1 alphan=5 eta=1",
            "n1 a 0 m x0=0.2\n.model m yakopcic",
        ),
    ];
    for (theirs, ours) in pairs {
        let [one, two] = [theirs, ours].map(|element| {
            Samples::of(&format!(
                "title\nv1 a 0 sin(0 0.5 100)\n{element}\n.tran 0.1m 20m\n.end\n"
            ))
        });
        assert_eq!(one.of_name("v1#branch"), two.of_name("v1#branch"));
        let current = one.of_name("v1#branch");
        assert!(current.iter().any(|i| i.abs() > 1e-6));
    }
}

/// `m` copies, a subcircuit, a parameter of it, and a series resistor: the cell sees what is left of the voltage.
#[test]
fn memristors_stand_in_subcircuits_and_in_parallel() {
    let found = Samples::of(
        "title\nv1 a 0 sin(0 1 1k)\nr1 a b 1k\nx1 b 0 cell start=0.3\n.subckt cell p n params: start=0.1\n\
         n1 p n m x0={start} m=2\n.ends\n.model m mmss\n.save v(a) v(b) @n.x1.n1[i] @n.x1.n1[x] @n.x1.n1[p]\n.tran 5u 3m\n.end\n",
    );
    let (a, b) = (found.of_name("a"), found.of_name("b"));
    let current = found.of_name("@n.x1.n1[i]");
    let (x, power) = (found.of_name("@n.x1.n1[x]"), found.of_name("@n.x1.n1[p]"));
    assert!((x[0] - 0.3).abs() < 1e-9);
    for k in 0..a.len() {
        let cell = 2.0 * b[k] * (x[k] / 500.0 + (1.0 - x[k]) / 1500.0);
        assert!((current[k] - cell).abs() < 1e-9);
        assert!(((a[k] - b[k]) / 1e3 - cell).abs() < 1e-6);
        assert!((power[k] - b[k] * current[k]).abs() < 1e-12);
    }
}
