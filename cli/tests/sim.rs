//! `ohmloom sim`: exit status, files, messages.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;

const DIVIDER: &str = "divider
.param top=1k
v1 in 0 3
r1 in out {top}
r2 out 0 2k
.op
.end
";

const LOW_PASS: &str = "low-pass
v1 in 0 dc 0 ac 1 pulse(0 1 1u 1n 1n 20u 50u)
r1 in out 1k
c1 out 0 1n
.tran 50n 12u
.ac dec 10 1k 1meg
.meas tran rise trig v(out) val=0.1 rise=1 targ v(out) val=0.9 rise=1
.end
";

struct Bench(tempfile::TempDir);

impl Bench {
    fn new(deck: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("deck.cir"), deck).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sim(&self, arguments: &[&str]) -> Assert {
        Command::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
            .current_dir(self.0.path())
            .args(["sim", "deck.cir"])
            .args(arguments)
            .assert()
    }
}

fn stdout(outcome: &Assert) -> String {
    String::from_utf8(outcome.get_output().stdout.clone()).unwrap()
}

fn stderr(outcome: &Assert) -> String {
    String::from_utf8(outcome.get_output().stderr.clone()).unwrap()
}

#[test]
fn an_operating_point_is_printed() {
    let outcome = Bench::new(DIVIDER).sim(&[]).success();
    let text = stdout(&outcome);
    assert!(text.contains("Circuit: divider"), "{text}");
    assert!(text.contains("out        2.000000e+00"), "{text}");
    assert!(text.contains("v1#branch  -1.000000e-03"), "{text}");
    assert_eq!(stderr(&outcome), "");
}

#[test]
fn definitions_replace_parameters() {
    let bench = Bench::new(DIVIDER);
    let text = stdout(&bench.sim(&["-D", "top=4k"]).success());
    assert!(text.contains("out        1.000000e+00"), "{text}");
    bench.sim(&["-D", "top"]).code(2);
    bench.sim(&["-D", "top=abc"]).code(2);
}

#[test]
fn a_deck_comes_from_standard_input() {
    let outcome = Command::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
        .args(["sim", "-", "--json"])
        .write_stdin(DIVIDER)
        .assert()
        .success();
    let document: serde_json::Value = serde_json::from_str(&stdout(&outcome)).unwrap();
    let vectors = document["plots"][0]["vectors"].as_array().unwrap();
    let out = vectors
        .iter()
        .find(|vector| vector["name"] == "v(out)")
        .unwrap();
    assert!((out["real"][0].as_f64().unwrap() - 2.0).abs() < 1e-12);
}

#[test]
fn every_kind_of_file_is_written() {
    let bench = Bench::new(LOW_PASS);
    let outcome = bench
        .sim(&[
            "-b",
            "-r",
            "out.raw",
            "-o",
            "out.log",
            "--csv",
            "tables",
            "--plot",
            "v(in), v(out)",
            "step.svg",
            "--dump-matrix",
            "jacobian.mtx",
        ])
        .success();
    assert_eq!(stdout(&outcome), "");
    let raw = fs::read(bench.path("out.raw")).unwrap();
    assert!(raw.starts_with(b"Title: low-pass"));
    assert!(
        fs::read_to_string(bench.path("out.log"))
            .unwrap()
            .contains("rise")
    );
    assert!(
        fs::read_to_string(bench.path("step.svg"))
            .unwrap()
            .contains("</svg>")
    );
    let matrix = fs::read_to_string(bench.path("jacobian.mtx")).unwrap();
    assert!(matrix.starts_with("%%MatrixMarket matrix coordinate real general"));
    let tables: Vec<String> = fs::read_dir(bench.path("tables"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(tables.len(), 2, "{tables:?}");
    bench.sim(&["-r", "text.raw", "--ascii"]).success();
    let text = fs::read_to_string(bench.path("text.raw")).unwrap();
    assert!(text.contains("Plotname: Transient Analysis"), "{text}");
    assert!(text.contains("Values:"));
}

#[test]
fn errors_show_the_line_and_suggest() {
    let outcome = Bench::new(
        "transistor\nm1 d g 0 0 nch w=1u l=1u\nv1 d 0 1\nv2 g 0 1\n.model nchx nmos level=1\n.op\n.end\n",
    )
    .sim(&[])
    .code(1);
    let text = stderr(&outcome);
    assert!(text.contains("nch"), "{text}");
    assert!(text.contains("did you mean `nchx`"), "{text}");
    assert!(text.contains("deck.cir:2"), "{text}");
    assert_eq!(stdout(&outcome), "");
}

#[test]
fn a_failed_measurement_fails_but_keeps_the_results() {
    let bench = Bench::new(&LOW_PASS.replace("val=0.9 rise=1", "val=9 rise=1"));
    let outcome = bench.sim(&["-r", "out.raw"]).code(1);
    assert!(stderr(&outcome).contains("rise"), "{}", stderr(&outcome));
    assert!(bench.path("out.raw").exists());
}

#[test]
fn an_analysis_that_fails_leaves_the_earlier_ones() {
    // The operating point comes before the transient, in which a logarithm ends after a microsecond.
    let bench = Bench::new(
        "late failure\nv1 in 0 dc 1\nb1 out 0 v=v(in)*ln(1u-time)\nr1 out 0 1k\n.op\n.tran 10n 5u\n.end\n",
    );
    let outcome = bench.sim(&["-r", "out.raw"]).code(1);
    assert!(
        stderr(&outcome).contains(".tran 10n 5u"),
        "{}",
        stderr(&outcome)
    );
    let raw = fs::read(bench.path("out.raw")).unwrap();
    let text = String::from_utf8_lossy(&raw);
    assert!(text.contains("Plotname: Operating Point"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_transient_is_written() {
    use std::process::{Command as Process, Stdio};
    use std::time::Duration;

    // A thousand years of a slow circuit: it must be interrupted to end.
    let bench =
        Bench::new("endless\nv1 in 0 sin(0 1 1k)\nr1 in out 1k\nc1 out 0 1u\n.tran 1u 1e6\n.end\n");
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
        .current_dir(bench.0.path())
        .args(["sim", "deck.cir", "-r", "out.raw"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let signal = Process::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signal.success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    let raw = fs::read(bench.path("out.raw")).unwrap();
    assert!(raw.len() > 10_000, "{} bytes", raw.len());
}

#[test]
fn usage_is_checked_before_work() {
    let bench = Bench::new(DIVIDER);
    bench.sim(&["--ascii"]).code(2);
    bench.sim(&["-r", "nowhere/out.raw"]).code(1);
    bench.sim(&["--plot", "v(out)"]).code(2);
    Command::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
        .args(["sim"])
        .assert()
        .code(2);
    let outcome = Command::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
        .args(["sim", "no-such-deck.cir"])
        .assert()
        .code(1);
    assert!(stderr(&outcome).contains("no-such-deck.cir"));
}

#[test]
fn steps_and_trials_repeat_the_analyses() {
    let deck = DIVIDER.replace(".op", ".op\n.step param top list 1k 2k 6k");
    let bench = Bench::new(&deck);
    bench.sim(&["-r", "out.raw"]).success();
    let raw = String::from_utf8_lossy(&fs::read(bench.path("out.raw")).unwrap()).into_owned();
    assert_eq!(raw.matches("Plotname: Operating Point").count(), 3);
    assert!(raw.contains("[top=6000]"), "{raw}");

    let deck = DIVIDER
        .replace("top=1k", "top=agauss(1k,30,3)")
        .replace(".op", ".op\n.mc 20 seed=7");
    let run = || {
        let bench = Bench::new(&deck);
        stdout(&bench.sim(&["--json"]).success())
    };
    let first: serde_json::Value = serde_json::from_str(&run()).unwrap();
    let second: serde_json::Value = serde_json::from_str(&run()).unwrap();
    let values = |document: &serde_json::Value| -> Vec<f64> {
        document["plots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|plot| {
                let vectors = plot["vectors"].as_array().unwrap();
                let out = vectors.iter().find(|v| v["name"] == "v(out)").unwrap();
                out["real"][0].as_f64().unwrap()
            })
            .collect()
    };
    let (first, second) = (values(&first), values(&second));
    assert_eq!(first, second, "equal seeds give equal trials");
    assert_eq!(first.len(), 20);
    let spread = first
        .iter()
        .fold(0.0_f64, |most, v| most.max((v - 2.0).abs()));
    assert!(spread > 1e-3 && spread < 0.05, "{first:?}");
}

#[test]
fn examples_of_the_help_run() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../netlists/examples");
    let folder = tempfile::tempdir().unwrap();
    Command::new(assert_cmd::cargo::cargo_bin!("ohmloom"))
        .current_dir(folder.path())
        .arg("sim")
        .arg(examples.join("resonance.cir"))
        .args(["-r", "filter.raw", "--plot", "vdb(out)", "filter.png"])
        .assert()
        .success();
    assert!(folder.path().join("filter.png").exists());
}
