//! `ohmloom map` as a user runs it.

#[path = "common/tool.rs"]
mod tool;

use std::path::Path;

use ohmloom::studies::demo::NETWORK_ONNX;
use serde_json::Value;
use tempfile::TempDir;
use tool::ohmloom;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../studies/presets");
    std::fs::write(folder.path().join("net.onnx"), NETWORK_ONNX).unwrap();
    std::fs::copy(
        presets.join("column-adc.toml"),
        folder.path().join("c.toml"),
    )
    .unwrap();
    folder
}

#[test]
fn the_report_as_json_and_as_text() {
    let folder = folder();
    let (status, json, stderr) = ohmloom(
        folder.path(),
        &["map", "net.onnx", "--config", "c.toml", "--json"],
    );
    assert_eq!((status, stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&json).unwrap();
    let number = |value: &Value, key: &str| {
        value[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key}: {value}"))
    };
    let components = report["components"].as_array().unwrap();
    assert_eq!(
        (&components[0]["name"], &components[1]["name"]),
        (&"crossbar".into(), &"ADC".into())
    );
    for key in ["area_m2", "power_w", "energy_j", "latency_s"] {
        let sum: f64 = components
            .iter()
            .map(|component| number(component, key))
            .sum();
        let total = number(&report["total"], key);
        assert!(total > 0.0 && (sum / total - 1.0).abs() < 1e-12, "{key}");
        let layers = report["layers"].as_array().unwrap();
        // Here everything belongs to layers.
        let sum: f64 = layers.iter().map(|layer| number(layer, key)).sum();
        assert!((sum / total - 1.0).abs() < 1e-12, "{key}: {sum} of {total}");
    }
    for key in ["rows", "columns", "tiles", "passes", "conversions"] {
        assert!(number(&report["total"], key) > 0.0);
        assert!(number(&report["layers"][2], key) > 0.0);
    }
    assert_eq!(
        components[1]["count"],
        report["total"]["tiles"].as_u64().unwrap() * 64
    );
    let (_, again, _) = ohmloom(
        folder.path(),
        &[
            "map",
            "net.onnx",
            "--config",
            "c.toml",
            "--json",
            "--threads",
            "1",
        ],
    );
    assert_eq!(json, again);
    let (status, text, _) = ohmloom(folder.path(), &["map", "net.onnx", "--config", "c.toml"]);
    assert_eq!(status, 0);
    for words in ["crossbar", "ADC", "conversions", "latency", "mm²"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn floorplans() {
    let folder = folder();
    for name in ["tiles.svg", "tiles.png"] {
        let arguments = ["map", "net.onnx", "--config", "c.toml", "--floorplan", name];
        let (status, _, stderr) = ohmloom(folder.path(), &arguments);
        assert_eq!((status, stderr.as_str()), (0, ""));
        assert!(folder.path().join(name).metadata().unwrap().len() > 1000);
    }
    let svg = std::fs::read_to_string(folder.path().join("tiles.svg")).unwrap();
    assert!(svg.contains("fc1") && svg.contains("128 × 128 cells each"));
}

#[test]
fn mistakes_are_named() {
    let folder = folder();
    std::fs::write(folder.path().join("bad.toml"), "[tile]\ncolums = 64\n").unwrap();
    std::fs::write(folder.path().join("lib.toml"), "library = 'parts.toml'\n[crossbar]\ndelay = { kind = 'cell', fixed_s = 1, capacitance_f = 0 }\n").unwrap();
    for (arguments, status, message) in [
        (&["map", "net.onnx"][..], 2, "--config"),
        (&["map", "none.onnx", "--config", "c.toml"], 1, "none.onnx"),
        (
            &["map", "net.onnx", "--config", "none.toml"],
            1,
            "none.toml",
        ),
        (
            &["map", "net.onnx", "--config", "bad.toml"],
            1,
            "unknown field `colums`",
        ),
        (
            &["map", "net.onnx", "--config", "lib.toml"],
            1,
            "parts.toml",
        ),
        (
            &[
                "map",
                "net.onnx",
                "--config",
                "c.toml",
                "--floorplan",
                "a.pdf",
            ],
            1,
            ".svg or .png",
        ),
        (
            &[
                "map",
                "net.onnx",
                "--config",
                "c.toml",
                "--floorplan",
                "c.toml",
            ],
            1,
            "would replace",
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
    assert!(!folder.path().join("a.pdf").exists());
}
