//! `ohmloom eval` and `ohmloom demo` as a user runs them.

#[path = "common/network.rs"]
mod network;
#[path = "common/tool.rs"]
mod tool;

use ndarray_npy::write_npy;
use network::write_network;
use ohmloom::studies::demo::NETWORK_ONNX;
use serde_json::Value;
use tempfile::TempDir;
use tool::ohmloom;

const IMAGES: usize = 60;
const DATA: &str = "npy:x.npy,y.npy";

/// A folder with the demo's network and some of its images.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let labels = write_network(folder.path(), IMAGES);
    std::fs::write(path("bare.onnx"), NETWORK_ONNX).unwrap();
    write_npy(path("eleven.npy"), &labels.mapv(|label| label + 10)).unwrap();
    folder
}

#[test]
fn the_hardware_is_told_by_component() {
    let folder = folder();
    let arguments = ["eval", "net.onnx", "--data", DATA, "--limit", "20"];
    let hardware = [&arguments[..], &["--hardware", "column-adc"]].concat();
    let (status, text, stderr) = ohmloom(folder.path(), &[&hardware[..], &["--profile"]].concat());
    assert_eq!((status, stderr.as_str()), (0, ""));
    for words in [
        "hardware          3 tiles, ",
        "component",
        "crossbar",
        "ADC",
    ] {
        assert!(text.contains(words), "no `{words}`: {text}");
    }
    let (_, json, _) = ohmloom(folder.path(), &[&hardware[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&json).unwrap();
    let components = report["hardware"]["components"].as_array().unwrap();
    let energy: f64 = components
        .iter()
        .map(|part| part["energy_j"].as_f64().unwrap())
        .sum();
    let total = report["hardware"]["total"]["energy_j"].as_f64().unwrap();
    assert!(total > 0.0 && (energy / total - 1.0).abs() < 1e-12);
    let (_, json, _) = ohmloom(folder.path(), &[&arguments[..], &["--json"]].concat());
    assert!(!json.contains("hardware"));
    let (status, _, stderr) = ohmloom(
        folder.path(),
        &[&arguments[..], &["--hardware", "abacus"]].concat(),
    );
    assert!(status == 1 && stderr.contains("seizure-tdm"), "{stderr}");
}

#[test]
fn the_report_as_json_and_as_text() {
    let folder = folder();
    let (status, json, stderr) = ohmloom(
        folder.path(),
        &[
            "eval", "net.onnx", "--data", DATA, "--limit", "50", "--verify", "3", "--json",
        ],
    );
    assert_eq!((status, stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["images"], 50);
    for key in ["digital_correct", "analog_correct", "agree"] {
        assert!(
            (45..=50).contains(&report[key].as_u64().unwrap()),
            "{key}: {json}"
        );
    }
    assert_eq!(report["tiles"], 5);
    assert!(report["verify_max_relative"].as_f64().unwrap() < 1e-8);
    let layers = report["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 4);
    assert_eq!(
        (&layers[2]["name"], &layers[2]["rows"], &layers[2]["tiles"]),
        (&"fc1".into(), &256.into(), &2.into())
    );
    for key in ["programming", "solving", "evaluating"] {
        assert!(report["seconds"][key].as_f64().unwrap() > 0.0, "{key}");
    }
    let (status, text, _) = ohmloom(
        folder.path(),
        &["eval", "net.onnx", "--data", DATA, "--threads", "1"],
    );
    assert_eq!(status, 0);
    assert!(
        text.contains("fc1") && text.contains("analog correct") && !text.contains("verified"),
        "{text}"
    );
}

const LIST: &str = "\
[[nonideality]]
kind = \"device-to-device\"
sigma = 0.3
distribution = \"lognormal\"

[[nonideality]]
kind = \"stuck\"
placement = { pattern = \"share\", on = 0.01, off = 0.05 }
";

/// The report without its times.
fn timeless(json: &str) -> Value {
    let mut report: Value = serde_json::from_str(json).unwrap();
    report.as_object_mut().unwrap().remove("seconds");
    report
}

#[test]
fn nonidealities_cost_accuracy_and_are_counted() {
    let folder = folder();
    std::fs::write(folder.path().join("list.toml"), LIST).unwrap();
    std::fs::write(
        folder.path().join("config.toml"),
        format!("seed = 5\n{LIST}"),
    )
    .unwrap();
    let run = |more: &[&str]| {
        let arguments = [&["eval", "net.onnx", "--data", DATA, "--json"], more].concat();
        let (status, json, stderr) = ohmloom(folder.path(), &arguments);
        assert_eq!((status, stderr.as_str()), (0, ""), "{arguments:?}");
        timeless(&json)
    };
    let plain = run(&[]);
    assert!(plain["nonideal"].is_null());
    let found = run(&[
        "--nonidealities",
        "list.toml",
        "--seed",
        "5",
        "--verify",
        "3",
    ]);
    let nonideal = &found["nonideal"];
    // Without its list the network is the plain one.
    assert_eq!(nonideal["programmed_correct"], plain["analog_correct"]);
    assert!(nonideal["output_difference"].as_f64().unwrap() > 0.02);
    assert!(found["verify_max_relative"].as_f64().unwrap() < 1e-8);
    // Five tiles of 128 x 128.
    let stuck = &nonideal["effects"][1];
    assert_eq!(stuck["stuck_on"], 5 * 164);
    assert_eq!(stuck["stuck_off"], 5 * 819);
    for (layer, plain) in found["layers"]
        .as_array()
        .unwrap()
        .iter()
        .zip(plain["layers"].as_array().unwrap())
    {
        let error = |layer: &Value| layer["relative_error"].as_f64().unwrap();
        assert!(error(layer) > 1.5 * error(plain), "{layer}");
    }
    // The same from the configuration, with any number of threads; another seed is another array.
    let mut configured = run(&["--config", "config.toml", "--threads", "1", "--verify", "3"]);
    assert_eq!(configured, found);
    configured = run(&["--config", "config.toml", "--seed", "6"]);
    assert_ne!(configured["layers"], found["layers"]);
    let arguments = [
        "eval",
        "net.onnx",
        "--data",
        DATA,
        "--config",
        "config.toml",
    ];
    let (_, text, _) = ohmloom(folder.path(), &arguments);
    for words in ["as programmed     ", "stuck: 820 stuck on, 4095 stuck off"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Measured curves lie beside the file of the cell, and beside the configuration.
#[test]
fn tables_lie_beside_the_file_that_names_them() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("cells")).unwrap();
    std::fs::write(
        path("cells/curves.csv"),
        "v,1e-7,1e-2\n0,0,0\n0.5,5e-8,5e-3\n1,1e-7,1e-2\n",
    )
    .unwrap();
    let law = "law = { kind = \"table\", file = \"curves.csv\" }\n";
    let tile = "[tile]\nrows = 32\ncolumns = 32\n";
    std::fs::write(path("cells/cell.toml"), law).unwrap();
    std::fs::write(path("tiles.toml"), tile).unwrap();
    std::fs::write(path("cells/all.toml"), format!("{tile}[cell]\n{law}")).unwrap();
    for more in [
        &["--config", "tiles.toml", "--cell", "cells/cell.toml"][..],
        &["--config", "cells/all.toml"],
    ] {
        let arguments = [
            &["eval", "net.onnx", "--data", DATA, "--limit", "2", "--json"],
            more,
        ]
        .concat();
        let (status, json, stderr) = ohmloom(folder.path(), &arguments);
        assert_eq!((status, stderr.as_str()), (0, ""));
        let report: Value = serde_json::from_str(&json).unwrap();
        // An ohmic table.
        let difference = report["nonlinear"]["output_difference"].as_f64().unwrap();
        assert!(difference < 1e-5, "{difference}");
    }
}

#[test]
fn cells_from_a_file() {
    let folder = folder();
    std::fs::write(
        folder.path().join("tiles.toml"),
        "[tile]\nrows = 32\ncolumns = 32\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("cell.toml"),
        "law = { kind = \"sinh\", v0 = 0.2 }\n",
    )
    .unwrap();
    let arguments = [
        "eval",
        "net.onnx",
        "--data",
        DATA,
        "--limit",
        "3",
        "--config",
        "tiles.toml",
        "--cell",
        "cell.toml",
        "--verify",
        "2",
    ];
    let (status, text, stderr) = ohmloom(folder.path(), &arguments);
    assert_eq!((status, stderr.as_str()), (0, ""));
    for words in [
        "nonlinearity",
        "linear cells",
        "Newton's method",
        "verified",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let (_, json, _) = ohmloom(folder.path(), &[&arguments[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["settings"]["cell"]["law"]["v0"], 0.2);
    assert!(report["nonlinear"]["solves"].as_u64().unwrap() > 100);
    assert!(report["verify_max_relative"].as_f64().unwrap() < 1e-8);
    assert!(report["layers"][0]["nonlinearity"].as_f64().unwrap() > 1e-3);
}

#[test]
fn raw_values_need_a_scale() {
    let folder = folder();
    let (status, _, stderr) = ohmloom(folder.path(), &["eval", "bare.onnx", "--data", DATA]);
    assert_eq!(status, 1);
    assert!(
        stderr.contains("bare.onnx") && stderr.contains("--scale"),
        "{stderr}"
    );
    let scaled = [
        "eval",
        "bare.onnx",
        "--data",
        DATA,
        "--scale",
        "0.00392156862745098",
        "--json",
    ];
    let described = ["eval", "net.onnx", "--data", DATA, "--json"];
    let results: Vec<Value> = [&scaled[..], &described[..]]
        .iter()
        .map(|arguments| serde_json::from_str(&ohmloom(folder.path(), arguments).1).unwrap())
        .collect();
    assert_eq!(results[0]["analog_correct"], results[1]["analog_correct"]);
    assert_eq!(results[0]["layers"], results[1]["layers"]);
}

#[test]
fn offsetting_makes_up_for_stuck_cells() {
    let folder = folder();
    let list = "[[nonideality]]\nkind = \"stuck\"\nplacement = { pattern = \"share\", on = 0.05, off = 0.05 }\n";
    std::fs::write(folder.path().join("list.toml"), list).unwrap();
    let run = |more: &[&str]| {
        let begin = ["eval", "net.onnx", "--data", DATA];
        let list = ["--nonidealities", "list.toml"];
        ohmloom(folder.path(), &[&begin, &list[..], more].concat())
    };
    let json = |method| {
        let (status, json, stderr) = run(&["--offsetting", method, "--json"]);
        assert_eq!((status, stderr.as_str()), (0, ""));
        timeless(&json)
    };
    let reports = ["none", "published", "partners", "extended"].map(json);
    let error = |report: &Value| report["layers"][2]["relative_error"].as_f64().unwrap();
    for pair in reports.windows(2) {
        assert!(error(&pair[1]) < 0.95 * error(&pair[0]), "{}", pair[1]);
    }
    assert!(reports[0]["nonideal"]["offsetting"].is_null());
    assert_eq!(reports[1]["settings"]["offsetting"], "published");
    let offsetting = &reports[1]["nonideal"]["offsetting"];
    assert!(offsetting["one_stuck"].as_u64() > offsetting["moved"].as_u64());
    let (status, text, _) = run(&["--offsetting", "published"]);
    assert_eq!(status, 0);
    assert!(text.contains("pairs with one device stuck"), "{text}");
    let (_, again, _) = run(&["--offsetting", "extended", "--threads", "1", "--json"]);
    assert_eq!(timeless(&again), reports[3]);
    let (status, _, stderr) = run(&["--offsetting", "magic"]);
    assert_eq!(status, 2);
    assert!(
        stderr.contains("none, published, partners or extended"),
        "{stderr}"
    );
    let begin = [
        "eval",
        "net.onnx",
        "--data",
        DATA,
        "--offsetting",
        "published",
    ];
    let (status, _, stderr) = ohmloom(folder.path(), &begin);
    assert_eq!(status, 1);
    assert!(stderr.contains("no stuck cells"), "{stderr}");
}

#[test]
fn mistakes_are_named() {
    let folder = folder();
    std::fs::write(folder.path().join("bad.toml"), "[tile]\ncolums = 64\n").unwrap();
    std::fs::write(
        folder.path().join("rust.toml"),
        "[[nonideality]]\nkind = \"rust\"\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("both.toml"),
        format!("[cell]\nlaw = {{ kind = \"ohmic\" }}\n{LIST}"),
    )
    .unwrap();
    std::fs::write(folder.path().join("cell.toml"), "law = { kind = 'sin' }\n").unwrap();
    std::fs::write(
        folder.path().join("wrong.toml"),
        "law = { kind = 'sinh', v0 = -1 }\n",
    )
    .unwrap();
    for (arguments, status, message) in [
        (
            &["eval", "net.onnx", "--data", DATA, "--cell", "cell.toml"][..],
            1,
            "cell.toml",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--cell", "none.toml"],
            1,
            "none.toml",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--cell", "wrong.toml"],
            1,
            "v0",
        ),
        (
            &[
                "eval",
                "net.onnx",
                "--data",
                DATA,
                "--nonidealities",
                "none.toml",
            ],
            1,
            "none.toml",
        ),
        (
            &[
                "eval",
                "net.onnx",
                "--data",
                DATA,
                "--nonidealities",
                "rust.toml",
            ],
            1,
            "rust",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--config", "both.toml"],
            1,
            "linear cells only",
        ),
        (&["eval", "net.onnx"], 2, "--data"),
        (
            &["eval", "net.onnx", "--data", "zip:x"],
            2,
            "mnist:DIRECTORY",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--limit", "0"],
            2,
            "--limit",
        ),
        (&["eval", "none.onnx", "--data", DATA], 1, "none.onnx"),
        (
            &["eval", "x.npy", "--data", DATA],
            1,
            "not a usable ONNX model",
        ),
        (
            &["eval", "net.onnx", "--data", "npy:x.npy,none.npy"],
            1,
            "none.npy",
        ),
        (
            &["eval", "net.onnx", "--data", "npy:x.npy,eleven.npy"],
            1,
            "below the network's 10 outputs",
        ),
        (
            &["eval", "net.onnx", "--data", "npy:y.npy,y.npy"],
            1,
            "do not fit the network",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--config", "bad.toml"],
            1,
            "unknown field `colums`",
        ),
        (
            &["eval", "net.onnx", "--data", DATA, "--config", "none.toml"],
            1,
            "none.toml",
        ),
    ] {
        let (found, stdout, stderr) = ohmloom(folder.path(), arguments);
        assert_eq!(
            (found, stdout.as_str()),
            (status, ""),
            "{arguments:?}: {stderr}"
        );
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_demo_prints_json() {
    let folder = tempfile::tempdir().unwrap();
    let (status, json, stderr) = ohmloom(folder.path(), &["demo", "--out", "here", "--json"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["rows"].as_array().unwrap().len(), 4);
    assert!(folder.path().join("here/accuracy.png").is_file());
}
