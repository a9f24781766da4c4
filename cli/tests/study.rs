//! `ohmloom study` as a user runs it: interrupted, in shards, on several threads.

#[path = "common/network.rs"]
mod network;
#[path = "common/tool.rs"]
mod tool;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use assert_cmd::cargo::CommandCargoExt;
use network::write_network;
use tempfile::TempDir;

/// Two wires, two converters that share tiles, two seeds: eight evaluations of the built-in network.
const STUDY: &str = "\
title = \"Wires, bits & <seeds>\"
limit = 40
repeats = 2

[config]
calibration_images = 20
error_images = 20

[[config.nonideality]]
kind = \"device-to-device\"
sigma = 0.1

[sweep]
\"tile.row_resistance + tile.column_resistance\" = [1, 20]
adc.bits = [3, 8]
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), STUDY).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("ohmloom").unwrap();
    command.current_dir(folder).arg("study").args(arguments);
    command
}

/// Runs `ohmloom study`.
fn ohmloom(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    tool::ohmloom(folder, &[&["study"], arguments].concat())
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let (status, stdout, stderr) = ohmloom(folder, arguments);
    assert_eq!((status, stderr.as_str()), (0, ""), "{arguments:?}");
    stdout
}

fn results(folder: &Path, out: &str) -> String {
    fs::read_to_string(folder.join(out).join("results.csv")).unwrap()
}

/// Cells of one column.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let mut lines = csv.lines();
    let position = lines
        .next()
        .unwrap()
        .split(',')
        .position(|column| column == name);
    let position = position.unwrap_or_else(|| panic!("no column {name}"));
    lines
        .map(|line| line.split(',').nth(position).unwrap().parse().unwrap())
        .collect()
}

#[test]
fn killed_ten_times_and_resumed_the_results_are_those_of_an_unbroken_run() {
    let folder = folder();
    let path = folder.path();
    done(path, &["run", "study.toml", "--out", "whole"]);
    // Weyl's sequence: no two runs end at the same moment.
    for run in 1..=10_u64 {
        let mut child = command(path, &["run", "study.toml", "--out", "killed", "--resume"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(40 + run * 618_034 % 1_000_000 / 1000));
        child.kill().unwrap(); // SIGKILL on Unix
        child.wait().unwrap();
    }
    done(path, &["run", "study.toml", "--out", "killed", "--resume"]);
    assert_eq!(results(path, "killed"), results(path, "whole"));
    let again = done(path, &["run", "study.toml", "--out", "killed", "--resume"]);
    assert!(again.contains("8 of 8"), "{again}");
    assert_eq!(results(path, "killed"), results(path, "whole"));
}

#[test]
fn shards_jobs_and_threads_do_not_change_the_results() {
    let folder = folder();
    let path = folder.path();
    done(
        path,
        &["run", "study.toml", "--out", "whole", "--threads", "1"],
    );
    let whole = results(path, "whole");
    assert_eq!(whole.lines().count(), 9);
    done(
        path,
        &[
            "run",
            "study.toml",
            "--out",
            "jobs",
            "--jobs",
            "3",
            "--threads",
            "2",
        ],
    );
    assert_eq!(results(path, "jobs"), whole);
    for shard in ["1/3", "2/3", "3/3"] {
        let out = format!("part{}", &shard[..1]);
        done(
            path,
            &["run", "study.toml", "--out", &out, "--shard", shard],
        );
    }
    assert_eq!(results(path, "part1").lines().count(), 4);
    let some = done(path, &["merge", "part1", "part3", "--out", "some"]);
    assert!(
        some.contains("5 of 8") && some.contains("3 are missing"),
        "{some}"
    );
    done(path, &["run", "study.toml", "--out", "some", "--resume"]);
    assert_eq!(results(path, "some"), whole);
    done(path, &["merge", "part3", "part1", "part2", "--out", "all"]);
    assert_eq!(results(path, "all"), whole);

    let (status, _, stderr) = ohmloom(path, &["run", "study.toml", "--out", "part1", "--resume"]);
    assert!(status == 1 && stderr.contains("shard 1/3"), "{stderr}");
    done(
        path,
        &[
            "run",
            "study.toml",
            "--out",
            "other",
            "--limit",
            "10",
            "--shard",
            "1/8",
        ],
    );
    let (status, _, stderr) = ohmloom(path, &["merge", "part1", "other", "--out", "mixed"]);
    assert!(status == 1 && stderr.contains("another study"), "{stderr}");
}

#[test]
fn the_results_are_those_of_eval() {
    let folder = folder();
    let path = folder.path();
    done(path, &["run", "study.toml", "--out", "out"]);
    let csv = results(path, "out");
    let header = csv.lines().next().unwrap();
    assert!(
        header.starts_with(
            "point,seed,adc.bits,tile.row_resistance,tile.column_resistance,images,accuracy,"
        ) && header.ends_with(",version,configuration,inputs"),
        "{header}"
    );
    assert_eq!(
        column(&csv, "point"),
        [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
    );
    assert_eq!(
        column(&csv, "seed"),
        [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]
    );
    assert_eq!(column(&csv, "adc.bits")[3..5], [3.0, 8.0]);

    // One evaluation, by `study` and by `eval`, on the same files.
    let config = "calibration_images = 20\nerror_images = 20\n[tile]\nrow_resistance = 20\n\
                  [[nonideality]]\nkind = \"device-to-device\"\nsigma = 0.1\n";
    fs::write(path.join("config.toml"), config).unwrap();
    write_network(path, 50);
    let data = "npy:x.npy,y.npy";
    let text = format!(
        "title = \"t\"\nnetwork = \"net.onnx\"\ndata = \"{data}\"\nlimit = 40\nseed = 2\nconfig = \"config.toml\"\n"
    );
    fs::write(path.join("named.toml"), text).unwrap();
    done(path, &["run", "named.toml", "--out", "named"]);
    let output = Command::cargo_bin("ohmloom")
        .unwrap()
        .current_dir(path)
        .args(["eval", "net.onnx", "--data", data, "--limit", "40"])
        .args(["--config", "config.toml", "--seed", "2", "--json"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let named = results(path, "named");
    let correct = report["analog_correct"].as_f64().unwrap();
    assert_eq!(column(&named, "accuracy"), [correct / 40.0]);
    assert_eq!(column(&named, "tiles"), [report["tiles"].as_f64().unwrap()]);
    let layer = &report["layers"][2];
    assert_eq!(
        column(&named, "relative_error.fc1"),
        [layer["relative_error"].as_f64().unwrap()]
    );
    let difference = report["nonideal"]["output_difference"].as_f64().unwrap();
    assert_eq!(column(&named, "output_difference"), [difference]);
}

#[test]
fn the_report_is_one_page_with_every_figure() {
    let folder = folder();
    let path = folder.path();
    done(path, &["run", "study.toml", "--out", "out"]);
    let files = done(path, &["report", "out"]);
    let page = fs::read_to_string(path.join("out/report/report.html")).unwrap();
    let figures = files
        .lines()
        .filter(|file| Path::new(file).extension().is_some_and(|end| end == "svg"))
        .count();
    assert!(figures >= 4, "{files}");
    assert_eq!(page.matches("<svg ").count(), figures);
    for line in files.lines() {
        assert!(fs::metadata(path.join(line)).unwrap().len() > 0, "{line}");
    }
    for text in [
        "Wires, bits &amp; &lt;seeds&gt;",
        "built-in glyphs_cnn.onnx",
        "digital (32-bit float)",
        "±",
    ] {
        assert!(page.contains(text), "no `{text}`");
    }
    for text in ["<script", "href=", "src="] {
        assert!(!page.contains(text), "`{text}`");
    }
    let inputs = results(path, "out");
    let inputs = inputs.trim_end().rsplit(',').next().unwrap().to_owned();
    assert!(page.contains(&inputs));

    let summary = fs::read_to_string(path.join("out/report/summary.csv")).unwrap();
    let (all, means) = (
        column(&results(path, "out"), "accuracy"),
        column(&summary, "accuracy"),
    );
    for (pair, mean) in all.chunks(2).zip(means) {
        assert!((f64::midpoint(pair[0], pair[1]) - mean).abs() < 1e-12);
    }
}

/// Two networks with their own data and configuration, two sweeps with their own keys, seeds and images.
const SEVERAL: &str = "\
title = \"Several\"
limit = 30
repeats = 2

[[case]]
name = \"short\"
network = \"net.onnx\"
data = \"npy:x.npy,y.npy\"

[[case]]
name = \"small tiles\"
network = \"net.onnx\"
data = \"npy:x.npy,y.npy\"
limit = 20
config.tile.rows = 64

[config]
calibration_images = 20
error_images = 20
hardware = \"column-adc\"

[config.tile]
columns = 64

[[part]]
name = \"bits\"
repeats = 1
sweep.\"adc.bits\" = { column = \"bits\", values = [3, 8] }

[[part]]
name = \"stuck\"
cases = [\"short\", \"built-in\"]

[[part.config.nonideality]]
kind = \"stuck\"
placement = { pattern = \"halves\", share = 0.05 }

[part.sweep]
offsetting = [\"none\", \"published\"]

[part.sweep.config]
column = \"wires\"
labels = [\"copper\", \"tungsten\"]
values = [{ tile = { row_resistance = 1 } }, { tile = { row_resistance = 4, column_resistance = 4 } }]

[[claim]]
text = \"Offsetting helps.\"
part = \"stuck\"
metric = \"output_difference\"
column = \"offsetting\"
of = \"published\"
than = \"none\"
expect = \"lower\"

[[claim]]
text = \"Small tiles cost less area.\"
part = \"bits\"
metric = \"area_m2\"
column = \"case\"
of = \"small tiles\"
than = \"short\"
expect = \"lower\"
";

#[test]
fn several_networks_and_sweeps_share_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("several.toml"), SEVERAL).unwrap();
    write_network(path, 50);
    let plan = done(path, &["run", "several.toml", "--dry-run"]);
    assert!(
        plan.contains("8 points, 1 to 2 seeds each; 12 evaluations"),
        "{plan}"
    );
    assert!(
        plan.contains(
            "point 4, seed 2: case = short, part = stuck, wires = copper, offsetting = published"
        ),
        "{plan}"
    );
    done(
        path,
        &["run", "several.toml", "--out", "whole", "--threads", "1"],
    );
    let whole = results(path, "whole");
    let rows: Vec<Vec<&str>> = whole
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let keys = |row: &[&str]| row[..8].join(" ");
    assert_eq!(
        keys(&rows[0]),
        "point seed case part bits wires offsetting images"
    );
    let found: Vec<String> = rows[1..].iter().map(|row| keys(row)).collect();
    let expected = [
        "1 1 short bits 3   30",
        "2 1 short bits 8   30",
        "3 1 short stuck  copper none 30",
        "3 2 short stuck  copper none 30",
        "4 1 short stuck  copper published 30",
        "4 2 short stuck  copper published 30",
        "5 1 short stuck  tungsten none 30",
        "5 2 short stuck  tungsten none 30",
        "6 1 short stuck  tungsten published 30",
        "6 2 short stuck  tungsten published 30",
        "7 1 small tiles bits 3   20",
        "8 1 small tiles bits 8   20",
    ];
    assert_eq!(found, expected);
    for name in [
        "power_w",
        "area_m2",
        "energy_j",
        "latency_s",
        "hardware_tiles",
    ] {
        assert!(
            column(&whole, name).iter().all(|cost| *cost > 0.0),
            "{name}"
        );
    }

    // The same in shards, interrupted, with several jobs.
    for shard in ["1/2", "2/2"] {
        let out = format!("part{}", &shard[..1]);
        let arguments = ["run", "several.toml", "--out", &out, "--shard", shard];
        done(path, &[&arguments[..], &["--jobs", "2"]].concat());
    }
    done(path, &["merge", "part2", "--out", "half"]);
    done(path, &["run", "several.toml", "--out", "half", "--resume"]);
    assert_eq!(results(path, "half"), whole);
    done(path, &["merge", "part2", "part1", "--out", "all"]);
    assert_eq!(results(path, "all"), whole);

    // One of them by `eval`.
    let config = "calibration_images = 20\nerror_images = 20\n[tile]\nrow_resistance = 4\ncolumn_resistance = 4\ncolumns = 64\n\
                  [[nonideality]]\nkind = \"stuck\"\nplacement = { pattern = \"halves\", share = 0.05 }\n";
    fs::write(path.join("config.toml"), config).unwrap();
    let output = Command::cargo_bin("ohmloom")
        .unwrap()
        .current_dir(path)
        .args([
            "eval",
            "net.onnx",
            "--data",
            "npy:x.npy,y.npy",
            "--limit",
            "30",
        ])
        .args([
            "--config",
            "config.toml",
            "--seed",
            "2",
            "--offsetting",
            "published",
        ])
        .args(["--hardware", "column-adc", "--json"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let difference = report["nonideal"]["output_difference"].as_f64().unwrap();
    let differences = whole.lines().nth(10).unwrap().split(',');
    let header = whole.lines().next().unwrap();
    let cell = |name: &str| {
        let position = header.split(',').position(|other| other == name).unwrap();
        differences
            .clone()
            .nth(position)
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert_eq!(cell("output_difference"), difference);
    let total = &report["hardware"]["total"];
    assert_eq!(cell("energy_j"), total["energy_j"].as_f64().unwrap());

    let files = done(path, &["report", "whole"]);
    for name in [
        "part1-accuracy",
        "part2-accuracy",
        "part1-pareto_energy_j",
        "summary.md",
    ] {
        assert!(files.contains(name), "no {name}: {files}");
    }
    let summary = fs::read_to_string(path.join("whole/report/summary.md")).unwrap();
    assert!(
        summary.contains("**short, stuck.** Accuracy is between"),
        "{summary}"
    );
    assert!(
        summary.contains("Offsetting helps. 2 pairs of points differ only in offsetting"),
        "{summary}"
    );
    assert!(
        summary.contains("**Refuted.** Small tiles cost less area. 2 pairs"),
        "{summary}"
    );
    let page = fs::read_to_string(path.join("whole/report/report.html")).unwrap();
    assert!(page.contains("<h2>stuck</h2>") && page.contains("Offsetting helps."));
}

#[test]
fn presets_are_listed_shown_and_checked() {
    let folder = folder();
    let path = folder.path();
    let list = done(path, &["list"]);
    for name in ["adc-ranges", "dense-sparse-dse", "seizure-offsetting"] {
        assert!(list.contains(name), "{list}");
        let plan = done(path, &["run", name, "--dry-run"]);
        for text in ["network: the built-in one", "case = built-in"] {
            assert!(plan.contains(text), "{plan}");
        }
        let arguments = ["--out", name, "--limit", "5", "--shard", "1/50"];
        done(path, &[&["run", name], &arguments[..]].concat());
    }
    for name in ["wires-and-bits", "variation-aware-binary"] {
        assert!(list.contains(name), "{list}");
        let text = done(path, &["show", name]);
        fs::write(path.join("copy.toml"), text).unwrap();
        let plan = done(path, &["run", "copy.toml", "--dry-run"]);
        assert_eq!(
            plan,
            done(path, &["run", name, "--dry-run"])
                .replace("the built-in one", "models/mnist_lenet5.onnx")
        );
        done(
            path,
            &[
                "run", name, "--out", name, "--limit", "10", "--shard", "1/25",
            ],
        );
    }
    assert!(!path.join("out").exists());
}

#[test]
fn mistakes_are_named() {
    let folder = folder();
    let path = folder.path();
    let refused = |text: &str, message: &str| {
        fs::write(path.join("wrong.toml"), text).unwrap();
        let (status, _, stderr) = ohmloom(path, &["run", "wrong.toml", "--out", "wrong"]);
        assert!(status == 1 && stderr.contains(message), "{text}: {stderr}");
        assert!(!path.join("wrong").exists(), "{text}");
    };
    refused("limit = 3", "title");
    refused("title = \"t\"\nlimits = 3", "limits");
    refused("title = \"t\"\nlimit = 0", "limit");
    refused("title = \"t\"\nrepeats = 0", "repeats");
    refused("title = \"t\"\nnetwork = \"n.onnx\"", "data");
    refused("title = \"t\"\nconfig = \"missing.toml\"", "missing.toml");
    refused("title = \"t\"\n[sweep]\n\"tile.rwos\" = [4]", "rwos");
    refused(
        "title = \"t\"\n[sweep]\n\"adc.bits\" = [4, 99]",
        "point 2 (adc.bits = 99)",
    );
    refused(
        "title = \"t\"\n[sweep]\n\"nonideality.0.sigma\" = [0.1]",
        "nonideality",
    );
    refused("title = \"t\"\n[config.tile]\nrows = 0", "rows");
    refused(
        "title = \"t\"\n[config]\nhardware = \"abacus\"",
        "seizure-tdm",
    );
    let parts = "title = \"t\"\n[[part]]\nname = \"a\"\n";
    refused(
        &format!("{parts}[[part]]\nname = \"a\""),
        "\"a\" is there twice",
    );
    refused(&format!("{parts}cases = [\"x\"]"), "no case \"x\"");
    refused(&format!("{parts}[sweep]\n\"adc.bits\" = [3]"), "[[part]]");
    refused(
        &format!("{parts}sweep.\"adc.bits\" = {{ values = [3, 4], labels = [1] }}"),
        "1 labels for 2 values",
    );
    refused(
        &format!("{parts}sweep.\"adc.bits\" = {{ values = [3], column = \"seed\" }}"),
        "column `seed`",
    );
    refused(
        &format!("{parts}sweep.config = [{{ bias = \"row\" }}]"),
        "labels",
    );
    refused(&format!("{parts}cases = []"), "no part runs");
    let case = "title = \"t\"\n[[case]]\nname = \"c\"\nnetwork = \"n.onnx\"\n";
    refused(case, "[[case]] \"c\": `network` and `data`");
    let claim = "[[claim]]\ntext = \"c\"\nmetric = \"accuracy\"\ncolumn = \"adc.bits\"\nof = \"3\"\nthan = \"9\"\nexpect = \"lower\"\n";
    refused(
        &format!(
            "title = \"t\"\nnetwork = \"n.onnx\"\ndata = \"mnist:m\"\nsweep.\"adc.bits\" = [3, 4]\n{claim}"
        ),
        "no point has adc.bits = 9",
    );
    refused(
        "title = \"t\"\n[config]\nread_voltage = nan",
        "read_voltage",
    );

    let (status, _, stderr) = ohmloom(path, &["run", "nothing", "--out", "wrong"]);
    assert!(status == 1 && stderr.contains("wires-and-bits"), "{stderr}");
    let (status, _, stderr) = ohmloom(path, &["run", "study.toml", "--out", "o", "--shard", "3/2"]);
    assert!(status == 2 && stderr.contains("3/2"), "{stderr}");
    let (status, _, stderr) = ohmloom(path, &["report", "nowhere"]);
    assert!(status == 1 && stderr.contains("nowhere"), "{stderr}");
}

/// Bridges between lines are an error of the evaluation, at one point of two.
#[test]
fn a_point_that_fails_does_not_stop_the_others() {
    let folder = folder();
    let path = folder.path();
    let study = "title = \"t\"\nlimit = 5\n[[config.nonideality]]\nkind = \"broken-lines\"\n\
                 [sweep]\nnonideality.0.short_rate = [0, 0.5]\n";
    fs::write(path.join("half.toml"), study).unwrap();
    let (status, stdout, stderr) = ohmloom(path, &["run", "half.toml", "--out", "half"]);
    assert_eq!(status, 1, "{stderr}");
    assert!(stdout.contains("1 of 2"), "{stdout}");
    assert!(
        stderr.contains("point 2, seed 1 (nonideality.0.short_rate = 0.5)"),
        "{stderr}"
    );
    assert_eq!(results(path, "half").lines().count(), 2);
    let (status, _, stderr) = ohmloom(path, &["run", "half.toml", "--out", "half"]);
    assert!(status == 1 && stderr.contains("--resume"), "{stderr}");
}
