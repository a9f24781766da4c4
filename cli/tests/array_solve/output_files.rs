//! What is printed and drawn.

use std::fs;
use std::process::Stdio;

use ndarray::array;
use serde_json::Value;

use crate::folder::{FILES, Folder, conductances};

#[test]
fn json_is_one_object_with_the_figures() {
    let folder = Folder::new();
    folder.write("V.npy", &array![[0.2, 0.1], [0.4, 0.2]]);
    let finished = folder.solved("--json --method cg");
    assert_eq!(finished.stdout.lines().count(), 1);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let number = |name: &str| report[name].as_f64().unwrap();
    assert_eq!(report["method"], "cg");
    assert_eq!(
        (number("inputs"), number("rows"), number("columns")),
        (2.0, 2.0, 3.0)
    );
    assert!(number("iterations") >= 1.0 && report["iterations"].is_u64());
    assert!(number("kcl_relative") < 1e-10 && number("output_error") <= 1e-12);
    assert!(number("seconds") > 0.0);
    let power = &report["power"];
    let watt = |name: &str| power[name].as_f64().unwrap();
    let dissipated: f64 = ["cells", "row_wires", "column_wires", "terminals"]
        .iter()
        .map(|part| watt(part))
        .sum();
    assert!((dissipated - watt("delivered")).abs() < 1e-9 * dissipated);

    // The mean of a power and four times as much, for twice the voltage.
    folder.write("V.npy", &array![0.2, 0.1]);
    let one: Value = serde_json::from_str(&folder.solved("--json").stdout).unwrap();
    let ratio = watt("delivered") / one["power"]["delivered"].as_f64().unwrap();
    assert!((ratio - 2.5).abs() < 1e-9);

    let direct: Value =
        serde_json::from_str(&folder.solved("--json --method direct").stdout).unwrap();
    assert_eq!(direct["method"], "direct");
}

#[test]
fn the_summary_has_units() {
    let folder = Folder::new();
    let text = folder.solved("--column-resistance 2500").stdout;
    for part in [
        "2 x 3, 1 input",
        "1 Ω per row segment",
        "2.5 kΩ per column segment",
        "µA",
        "I.npy",
    ] {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
}

#[test]
fn heat_maps_are_png_or_svg() {
    let folder = Folder::new();
    folder.solved("--heatmap map.png");
    assert!(
        fs::read(folder.path("map.png"))
            .unwrap()
            .starts_with(b"\x89PNG\r\n\x1a\n")
    );
    folder.write("V.npy", &array![[0.2, 0.1], [0.4, 0.2]]);
    folder.solved("--heatmap map.SVG --row-resistance 2.5 --column-resistance 30");
    let svg = fs::read_to_string(folder.path("map.SVG")).unwrap();
    for text in [
        "<svg",
        "2 x 3 array, 2.5 Ω per row segment, 30 Ω per column segment",
        "cell voltage / drive",
    ] {
        assert!(svg.contains(text), "no `{text}` in the heat map");
    }
}

#[test]
fn a_weakly_driven_row_does_not_take_all_colours() {
    let folder = Folder::new();
    let note = "cell voltage / drive (cut at 0, 1)";
    folder.solved("--heatmap map.svg");
    assert!(
        !fs::read_to_string(folder.path("map.svg"))
            .unwrap()
            .contains(note)
    );
    folder.write("V.npy", &array![0.2, 1e-9]);
    folder.solved("--heatmap map.svg --sink-resistance 100");
    assert!(
        fs::read_to_string(folder.path("map.svg"))
            .unwrap()
            .contains(note)
    );
}

#[test]
fn a_heat_map_with_nothing_to_show_is_refused_before_the_solution() {
    let folder = Folder::new();
    folder.write("V.npy", &array![[0.0, 0.0], [0.1, 0.2]]);
    let finished = folder.solve(&format!("{FILES} --heatmap map.png"));
    finished.failed(1, &["heat map would be empty"]);
    assert_eq!(folder.names(), ["G.npy", "V.npy"]);
    folder.write("G.npy", &(0.0 * conductances()));
    folder.write("V.npy", &array![0.1, 0.2]);
    folder
        .solve(&format!("{FILES} --heatmap map.png"))
        .failed(1, &["heat map would be empty"]);
}

#[test]
fn only_the_named_files_are_left() {
    let folder = Folder::new();
    fs::write(folder.path("I.npy"), "old").unwrap();
    folder.solved("--voltages nodes --transfer T.npy --heatmap map.png");
    let expected = [
        "G.npy",
        "I.npy",
        "T.npy",
        "V.npy",
        "map.png",
        "nodes_column.npy",
        "nodes_row.npy",
    ];
    assert_eq!(folder.names(), expected);
    assert_eq!(folder.read("I.npy").shape(), [3]);
}

#[cfg(unix)]
#[test]
fn new_files_are_as_readable_as_others_and_links_stay_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    fs::create_dir(folder.path("results")).unwrap();
    fs::write(folder.path("results/I.npy"), "old").unwrap();
    symlink("results/I.npy", folder.path("I.npy")).unwrap();
    folder.solved("");
    assert!(folder.path("I.npy").is_symlink());
    assert_eq!(folder.read("results/I.npy").shape(), [3]);
    let mode = |name| {
        fs::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("results/I.npy"), mode("G.npy"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new();
    folder
        .solve("--conductance G.npy --inputs V.npy --output /dev/null --transfer /dev/null")
        .succeeded();
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
}

#[cfg(unix)]
#[test]
fn a_closed_standard_output_is_no_panic() {
    let folder = Folder::new();
    let tool = assert_cmd::cargo::cargo_bin!("ohmloom");
    for arguments in [
        format!("array solve {FILES} --json"),
        "array solve --help".to_owned(),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(tool)
            .current_dir(folder.path("."))
            .args(arguments.split_whitespace())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
    assert!(folder.path("I.npy").exists());
}
