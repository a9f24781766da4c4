//! `array wires`.

use serde_json::Value;

use crate::folder::Folder;

fn figures(arguments: &str) -> Value {
    let printed = Folder::new()
        .run(&format!("array wires {arguments} --json"))
        .succeeded();
    serde_json::from_str(&printed.stdout).unwrap()
}

fn close(figures: &Value, key: &str, expected: f64) {
    let found = figures[key].as_f64().unwrap();
    assert!((found / expected - 1.0).abs() < 1e-12, "{key}: {found}");
}

#[test]
fn a_layer_of_a_kit_has_the_figures_of_its_file() {
    // 0.125 ohm per square, 0.14 um wide; 25.7784 aF/um^2 and twice 40.567 aF/um.
    let found = figures("--technology sky130-met1 --cell-length 0.5e-6 --cells 64");
    let ohm = 0.125 / 0.14 * 0.5;
    let farad = (25.7784e-18 * 0.14 + 2.0 * 40.567e-18) * 0.5;
    close(&found, "resistance_per_cell", ohm);
    close(&found, "capacitance_per_cell", farad);
    close(&found, "elmore_delay", 64.0 * ohm * 64.0 * farad / 2.0);
    assert!(found["settling_time"].as_f64() > found["slowest_time_constant"].as_f64());
}

#[test]
fn a_wide_line_of_known_resistivity_is_a_bar() {
    let found = figures(
        "--width 1e-6 --thickness 1e-6 --pitch 2e-6 --height 1e-6 --resistivity 2e-8 --cell-length 1e-6 --cells 10",
    );
    close(&found, "resistance_per_cell", 0.02);
    close(&found, "line_resistance", 0.2);
    // Sakurai and Tamaru with all ratios one.
    let eps = 3.0 * 8.854_187_812_8e-12;
    close(&found, "coupling_per_cell", eps * 0.79 * 1e-6);
    close(&found, "capacitance_per_cell", eps * (3.95 + 1.58) * 1e-6);
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = Folder::new();
    let run = |arguments: &str| folder.run(&format!("array wires {arguments}"));
    assert_eq!(run("--cell-length 1e-6").status, 2);
    assert_eq!(run("--technology sky130-met9 --cell-length 1e-6").status, 2);
    run("--node 6 --height 4e-8 --cell-length 1e-7").failed(2, &["16, 7, 5, 4 and 3"]);
    run("--technology sky130-met1 --cell-length 0").failed(1, &["cell_length"]);
    run("--width 2e-6 --thickness 1e-6 --pitch 1e-6 --height 1e-6 --cell-length 1e-6")
        .failed(1, &["pitch"]);
}
