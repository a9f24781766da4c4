//! `ohmloom adc`, `ohmloom dac` and `ohmloom front-end` as a user runs them.

#[path = "common/tool.rs"]
mod tool;

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

const SAR: &str = "kind = \"sar\"\nbits = 8\nunit_mismatch = 0.01\ncomparator = { noise = 5e-4 }\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn ohmloom(folder: &Path, arguments: &str) -> (i32, String, String) {
    tool::ohmloom(folder, &arguments.split_whitespace().collect::<Vec<_>>())
}

fn json(folder: &Path, arguments: &str) -> Value {
    let (status, stdout, stderr) = ohmloom(folder, arguments);
    assert_eq!((status, stderr.as_str()), (0, ""));
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn an_ideal_adc_and_dac_have_their_bits() {
    let folder = folder(&[("ideal.toml", "kind = \"ideal\"\nbits = 10\n")]);
    for kind in ["adc", "dac"] {
        let found = json(
            folder.path(),
            &format!("{kind} characterize ideal.toml --json"),
        );
        let enob = found["spectrum"]["enob"].as_f64().unwrap();
        assert!((enob - 10.0).abs() < 0.05, "{kind}: {enob}");
        assert_eq!(found["monotonic"], Value::Bool(true));
        assert_eq!(found["converter"]["kind"], "ideal");
    }
}

#[test]
fn a_seed_is_a_converter() {
    let folder = folder(&[("sar.toml", SAR)]);
    let run = |options: &str| {
        json(
            folder.path(),
            &format!("adc characterize sar.toml --json --samples-per-code 16 {options}"),
        )
    };
    let first = run("--seed 5");
    assert_eq!(run("--seed 5"), first);
    assert_ne!(run("--seed 6")["linearity"], first["linearity"]);
    assert_ne!(
        run("--seed 5 --instance 1")["linearity"],
        first["linearity"]
    );
    assert_eq!(first["linearity"]["inl"].as_array().unwrap().len(), 255);
    let population = &run("--seed 5 --draws 30 --threads 2")["population"];
    assert_eq!(population["draws"], 30);
    let worst = population["worst_dnl"]["mean"].as_f64().unwrap();
    // About sqrt(255) % of a step.
    assert!((0.1..0.35).contains(&worst), "{worst}");
}

#[test]
fn tables_and_charts() {
    let folder = folder(&[
        ("sar.toml", SAR),
        (
            "r2r.toml",
            "kind = \"r2r\"\nbits = 6\nresistance = 1e4\nresistor_mismatch = 0.01\n",
        ),
    ]);
    for (command, figure) in [
        ("adc characterize sar.toml --draws 3", "missing codes"),
        ("dac characterize r2r.toml --draws 3", "largest |INL|"),
    ] {
        for format in ["svg", "png"] {
            let arguments = format!("{command} --plot charts/{format} --format {format}");
            let (status, stdout, stderr) = ohmloom(folder.path(), &arguments);
            assert_eq!((status, stderr.as_str()), (0, ""));
            for text in [figure, "ENOB, sine fit", "SFDR", "3 draws", "spectrum"] {
                assert!(stdout.contains(text), "{text}: {stdout}");
            }
            for name in ["transfer", "linearity", "spectrum"] {
                let file = folder
                    .path()
                    .join(format!("charts/{format}/{name}.{format}"));
                assert!(std::fs::metadata(&file).unwrap().len() > 2000);
            }
        }
    }
}

#[test]
fn an_exported_converter_runs() {
    let folder = folder(&[
        ("r2r.toml", "kind = \"r2r\"\nbits = 2\nresistance = 1e4\n"),
        ("ideal.toml", "kind = \"ideal\"\nbits = 2\n"),
        ("sar.toml", SAR),
        (
            "deck.cir",
            "half of the range\n.include dac.sub\nvh high 0 1\nv1 b1 0 1\nv0 b0 0 0\n\
             x1 out 0 high b0 b1 mydac\nx2 i 0 high code c0 c1 c2 c3 c4 c5 c6 c7 converter\nvi i 0 0.5\n.include adc.sub\n\
             .op\n.end\n",
        ),
    ]);
    let run = |arguments: &str, status| {
        let (found, stdout, stderr) = ohmloom(folder.path(), arguments);
        assert_eq!(found, status, "{arguments}: {stderr}");
        stdout + &stderr
    };
    let printed = run("dac export r2r.toml --name mydac", 0);
    assert!(printed.starts_with(".subckt mydac out low high b0 b1\n"));
    let told = run("dac export r2r.toml --name mydac -o dac.sub", 0);
    assert_eq!(told, "written          dac.sub\n");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("dac.sub")).unwrap(),
        printed
    );
    run("adc export sar.toml --seed 4 -o adc.sub", 0);
    let found: Value = serde_json::from_str(&run("sim deck.cir --json", 0)).unwrap();
    let vectors = found["plots"][0]["vectors"].as_array().unwrap();
    let out = vectors.iter().find(|v| v["name"] == "v(out)").unwrap();
    assert!((out["real"][0].as_f64().unwrap() - 0.5).abs() < 1e-6);
    assert!(run("dac export ideal.toml", 1).contains("no circuit"));
    assert!(run("dac export r2r.toml --name 1x", 1).contains("\"1x\""));
    assert!(run("adc export sar.toml --clock 0", 1).contains("clock period = 0"));
}

#[test]
fn front_ends_are_measured() {
    let amplifier = "kind = \"transimpedance\"\nfeedback_resistance = 1e4\namplifier_gain = 1000.0\n\
         source_conductance = 1e-4\ngain_bandwidth = 1e8\nnoise_density = 1e-8\noffset_sigma = 1e-3\nreference = 0.4\n";
    let folder = folder(&[("amplifier.toml", amplifier)]);
    let command = "front-end characterize amplifier.toml --currents -1e-5,2e-5 --draws 20 --seed 3";
    let found = json(folder.path(), &format!("{command} --json"));
    let gain = found["gain"].as_f64().unwrap();
    assert!((gain / (-1e4 / 1.002) - 1.0).abs() < 1e-9, "{gain}");
    assert_eq!(found["population"]["draws"], 20);
    assert_eq!(found["front_end"]["kind"], "transimpedance");
    assert_eq!(found["seed"], 3);
    let (status, stdout, stderr) = ohmloom(folder.path(), &format!("{command} --plot charts"));
    assert_eq!((status, stderr.as_str()), (0, ""));
    for text in [
        "gain error",
        "input resistance",
        "bandwidth",
        "20 draws",
        "transfer.svg",
    ] {
        assert!(stdout.contains(text), "{text}: {stdout}");
    }
    assert!(folder.path().join("charts/transfer.svg").is_file());
    for (currents, status, text) in [("1", 2, "two currents"), ("1e-5,0", 1, "first below")] {
        let arguments = format!("front-end characterize amplifier.toml --currents {currents}");
        let (found, _, stderr) = ohmloom(folder.path(), &arguments);
        assert_eq!(found, status);
        assert!(stderr.contains(text), "{stderr}");
    }
}

#[test]
fn mistakes_name_the_file_or_the_parameter() {
    let folder = folder(&[
        ("sar.toml", SAR),
        ("odd.toml", "kind = \"sar\"\nbits = 8\ncolour = 3\n"),
        (
            "far.toml",
            "kind = \"sar\"\nbits = 8\nunit_mismatch = 3.0\n",
        ),
    ]);
    for (arguments, status, texts) in [
        ("adc characterize no.toml", 1, ["no.toml", "No such file"]),
        ("adc characterize odd.toml", 1, ["odd.toml", "colour"]),
        (
            "adc characterize far.toml",
            1,
            ["unit_mismatch = 3", "from 0 to 0.1"],
        ),
        (
            "adc characterize sar.toml --record 1000",
            1,
            ["1000", "power of two"],
        ),
        (
            "adc characterize sar.toml --amplitude 0",
            1,
            ["amplitude", "above 0"],
        ),
        ("dac characterize sar.toml", 1, ["sar.toml", "sar"]),
        (
            "adc characterize sar.toml --format png",
            2,
            ["--plot", "required"],
        ),
    ] {
        let (found, _, stderr) = ohmloom(folder.path(), arguments);
        assert_eq!(found, status, "{arguments}: {stderr}");
        for text in texts {
            assert!(stderr.contains(text), "{arguments}: {stderr}");
        }
    }
}
