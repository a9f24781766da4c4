//! Everything that is wrong with an array says where.

use crate::run::{plot, plots, values};

const AROUND: &str = "v0 r0 0 1\nv1 r1 0 0.5\nrc0 c0 0 1k\nrc1 c1 0 1k\n.op\n.end\n";

fn refusal(lines: &str) -> String {
    let deck = format!("wrong\n{lines}\n{AROUND}");
    match plots(&deck) {
        Ok(_) => panic!("accepted: {lines}"),
        Err(error) => error,
    }
}

#[track_caller]
fn refused(lines: &str, words: &[&str]) {
    let error = refusal(lines);
    for word in words {
        assert!(error.contains(word), "`{word}` is not in:\n{error}");
    }
}

const LINE: &str = "yarray a rows=(r[0:1]) columns=(c[0:1])";

#[test]
fn lines_are_checked() {
    let card = ".model xb array r=10k\n";
    refused(
        &format!("{card}yarray a columns=(c0 c1) xb"),
        &["deck.cir:3", "rows"],
    );
    refused(
        &format!("{card}yarray a rows=(r0 r1 columns=(c0 c1) xb"),
        &["deck.cir:3"],
    );
    refused(&format!("{card}{LINE}"), &["deck.cir:3", "model"]);
    refused(&format!("{card}{LINE} xb rowz=1"), &["rowz", "rows"]);
    refused(
        &format!("{card}{LINE} xc"),
        &["deck.cir:3", "unknown model `xc`", "xb"],
    );
    refused(&format!("{card}{LINE} xb xb"), &["already"]);
    refused(
        &format!("{card}yarray a rows=(r[0:x]) columns=(c0) xb"),
        &["`x`"],
    );
    refused(
        &format!("{card}{LINE} xb gates=(r0 r1)"),
        &["no transistor"],
    );
    refused(&format!("{card}{LINE} rows=(r0 r1) xb"), &["twice"]);
    let many = "yarray a rows=(r[0:5000]) columns=(c[0:5000]) xb";
    refused(&format!("{card}{many}"), &["at most 8192"]);
    refused(
        ".model xb nmos\nyarray a rows=r0 columns=c0 xb",
        &["nmos", "array"],
    );
}

#[test]
fn cards_are_checked() {
    let with = |card: &str| format!(".model xb array {card}\n{LINE} xb");
    refused(&with(""), &["deck.cir:3", "programmed"]);
    refused(&with("r=10k g=1u"), &["deck.cir:2", "only one"]);
    refused(&with("r=-1"), &["deck.cir:2", "positive"]);
    refused(&with("r=10k rrow=-1"), &["deck.cir:2", "rrow = -1"]);
    refused(&with("r=10k rro=1"), &["deck.cir:2", "rro", "rrow"]);
    refused(&with("r=10k law=cosh"), &["deck.cir:2", "cosh", "sinh"]);
    refused(&with("r=10k law=sinh"), &["v0"]);
    refused(&with("r=10k law=sinh v0=0"), &["deck.cir:2", "v0"]);
    refused(&with("r=10k v0=1"), &["law=sinh"]);
    refused(&with("r=10k w=1u"), &["deck.cir:2", "transistor"]);
    refused(&with("r=10k x0=0.1"), &["deck.cir:2", "memristor"]);
    refused(&with("memristor=no"), &["unknown model `no`"]);
    refused(&with("memristor=xb"), &["xb"]);
    refused(&with("r=10k transistor=mm"), &["unknown model `mm`"]);
    let memristors =
        |more: &str| format!("{}\n.model vt vteam", with(&format!("memristor=vt {more}")));
    refused(&memristors("r=10k"), &["`r`", "law"]);
    refused(&memristors("x0=7"), &["x0"]);
    refused(&memristors("gap0=1n"), &["starts at `x0`"]);
    let cells = |more: &str| {
        format!(
            "{}\n.model nm nmos vto=0.5 {more}",
            with("r=10k transistor=nm w=1u l=1u")
        )
    };
    refused(&cells(""), &["there must be 2 gates"]);
    refused(
        &format!(
            "{} gates=(r0 r1)\n.model nm nmos rd=5",
            with("r=10k transistor=nm")
        ),
        &["resistance"],
    );
    refused(
        &format!("{} gates=(r0 r1)\n.model nm d", with("r=10k transistor=nm")),
        &["nmos or pmos"],
    );
    refused(
        &format!(
            "{} gates=(r0 r1)\n.model nm nmos level=9",
            with("r=10k transistor=nm")
        ),
        &["level 9"],
    );
}

#[test]
fn files_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Cells.txt");
    let with = |text: &str| {
        std::fs::write(&path, text).unwrap();
        format!(".model xb array gfile=\"{}\"\n{LINE} xb", path.display())
    };
    refused(
        &with("1e-5 2e-5\n"),
        &["deck.cir:2", "1 x 2", "2 x 2", "Cells.txt"],
    );
    refused(&with("1e-5 2e-5\n1e-5 x\n"), &["line 2", "`x`"]);
    refused(
        &with("1e-5 2e-5\n1e-5 -1e-5\n"),
        &["row 1, column 1", "not negative"],
    );
    refused(
        &with("1e-5 nan\n1e-5 1e-5\n"),
        &["row 0, column 1", "finite"],
    );
    let absent = format!(".model xb array gfile=no/such.npy\n{LINE} xb");
    refused(&absent, &["deck.cir:2", "no/such.npy"]);
}

#[test]
fn lists_of_conductances_are_checked() {
    let card = ".model xb array\n.model vt vteam\n";
    let with = |more: &str| format!("{card}{LINE} xb {more}");
    refused(&with("gcells=1u"), &["deck.cir:4", "parentheses"]);
    refused(&with("gcells=(1u 2u 3u)"), &["3 numbers", "2 x 2"]);
    refused(&with("gcells=(1u 2u 3u 4u"), &["missing"]);
    refused(
        &with("gcells=(1u 2u, -3u 4u)"),
        &["row 1, column 0", "not negative"],
    );
    refused(&with("gcells=(1u 2u 3u x)"), &["x"]);
    refused(
        &with("gcells=(1u 2u 3u 4u) gcells=(1u 2u 3u 4u)"),
        &["twice"],
    );
    refused(
        &with("gcells=(1u 2u 3u 4u) g=1u"),
        &["only one of gcells, g"],
    );
    refused(
        &with("gcells=(1u 2u 3u 4u) memristor=vt"),
        &["gcells", "law"],
    );
}

#[test]
fn noise_is_refused() {
    let card = ".model xb array r=10k\n";
    let deck =
        format!("{card}{LINE} xb\nvn n 0 0 ac 1\nrn n r9 1\nrm r9 0 1\n.noise v(c0) vn dec 1 1 10");
    refused(&deck, &["noise", "yarray!a"]);
}

#[test]
fn currents_of_ports_are_quantities() {
    let card = ".model xb array r=10k\n";
    let deck = format!(
        "quantities\n{card}{LINE} xb\n.save all @yarray!a[irow0] @yarray!a[icolumn1]\n{AROUND}"
    );
    let plot = plot(&deck);
    let of = |name: &str| values(&plot, name)[0];
    assert!((of("@yarray!a[irow0]") + of("i(v0)")).abs() < 1e-12);
    assert!((of("@yarray!a[icolumn1]") + of("v(c1)") / 1e3).abs() < 1e-12);
}
