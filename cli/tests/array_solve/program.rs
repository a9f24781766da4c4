//! `array program`.

use std::fs;

use ndarray::{Array2, array};
use serde_json::Value;

use crate::folder::Folder;

const CONFIG: &str = "\
tolerance = 0.02
pulse_limit = 100
memristor = { model = 'yakopcic', parameters = { x0 = 0.5 } }
read = { voltage = 0.05, time = 1e-7 }
set = { voltage = 0.18, step = 0.01, limit = 0.3, width = 1e-4 }
reset = { voltage = -0.17, step = 0.01, limit = 0.29, width = 1e-4 }
";
const TRANSISTOR: &str = "\
[transistor]
gate = 2.5
parameters = { vto = 0.45, kp = 0.1, w = 1e-6, l = 0.13e-6 }
";

fn folder(more: &str) -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("write.toml"), format!("{CONFIG}{more}")).unwrap();
    folder.write("T.npy", &targets());
    folder
}

fn targets() -> Array2<f64> {
    array![[4.0e-3, 4.5e-3, 4.2e-3], [3.9e-3, 4.4e-3, 4.1e-3]]
}

const PROGRAM: &str = "array program write.toml --targets T.npy --out out --json";

#[test]
fn everything_asked_for_is_written_and_true() {
    let folder = folder("");
    let done = folder.run(PROGRAM);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["reached"], 6);
    assert!(report["error_max"].as_f64().unwrap() < 0.04);
    assert!(report["kcl_relative"].as_f64().unwrap() < 1e-8);
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 11);
    for file in files {
        assert!(folder.path(file.as_str().unwrap()).exists() || file == "out/report.json");
    }
    assert!(!folder.path("out/progress.jsonl").exists());
    let table = fs::read_to_string(folder.path("out/cells.csv")).unwrap();
    let mut pulses = 0;
    for (line, target) in table.lines().skip(1).zip(&targets()) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[2].parse::<f64>().unwrap(), *target);
        let verified: f64 = fields[4].parse().unwrap();
        assert!((verified / target - 1.0).abs() <= 0.02);
        pulses += fields[8].parse::<u64>().unwrap() + fields[9].parse::<u64>().unwrap();
        assert_eq!(fields[10], "reached");
    }
    assert!(pulses > 0);
    assert_eq!(report["pulses"], pulses);
    assert_eq!(folder.read("out/memristors.npy").shape(), [2, 3]);
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let folder = folder(TRANSISTOR);
    assert_eq!(folder.run(PROGRAM).status, 0);
    let whole = fs::read_to_string(folder.path("out/cells.csv")).unwrap();

    // A run that fails at its end leaves its journal. Cut as if killed: the header, the first word line, and half of the second.
    fs::remove_file(folder.path("out/cells.csv")).unwrap();
    fs::create_dir(folder.path("out/cells.csv")).unwrap();
    folder.run(PROGRAM).failed(1, &["cells.csv", "folder"]);
    fs::remove_dir(folder.path("out/cells.csv")).unwrap();
    let journal = folder.path("out/progress.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let half = &lines[2][..lines[2].len() / 2];
    fs::write(&journal, format!("{}\n{}\n{half}", lines[0], lines[1])).unwrap();
    assert_eq!(folder.run(PROGRAM).status, 0);
    let again = fs::read_to_string(folder.path("out/cells.csv")).unwrap();
    assert_eq!(again, whole);

    // What stands in the journal is taken from there; a journal of other settings is not.
    let marked = lines[1].replace("\"set_pulses\":", "\"set_pulses\":7000");
    fs::write(&journal, format!("{}\n{marked}\n", lines[0])).unwrap();
    assert_eq!(folder.run(PROGRAM).status, 0);
    let marked_table = fs::read_to_string(folder.path("out/cells.csv")).unwrap();
    assert!(marked_table.contains(",7000"), "{marked_table}");
    let other = lines[0].replace("\"tolerance\":0.02", "\"tolerance\":0.03");
    assert_ne!(other, lines[0]);
    fs::write(&journal, format!("{other}\n{marked}\n")).unwrap();
    assert_eq!(folder.run(PROGRAM).status, 0);
    let fresh = fs::read_to_string(folder.path("out/cells.csv")).unwrap();
    assert_eq!(fresh, whole);
}

#[test]
fn what_cannot_be_is_an_error_that_names_it() {
    let folder = folder("");
    folder.write("T.npy", &array![[1e-3, -1e-3]]);
    folder.run(PROGRAM).failed(1, &["row 0, column 1", "T.npy"]);
    folder.write("T.npy", &targets());
    for (right, wrong, named) in [
        ("tolerance = 0.02", "tolerance = -1.0", "tolerance"),
        ("'yakopcic'", "'yakopcik'", "yakopcik"),
        ("pulse_limit", "pulselimit", "pulselimit"),
    ] {
        fs::write(folder.path("write.toml"), CONFIG.replace(right, wrong)).unwrap();
        folder.run(PROGRAM).failed(1, &[named, "write.toml"]);
    }
    assert_eq!(folder.run("array program write.toml").status, 2);
}
