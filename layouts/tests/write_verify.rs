//! Programming by pulses and reads, against an independent integration of the model's equations, and against itself in other extents.

use ohmloom_devices::nonidealities::StuckState;
use ohmloom_layouts::LayoutError;
use ohmloom_layouts::write_verify::{
    CellStatus, Extent, Observer, ProgrammedPart, ProgrammingOutcome, ProgrammingSettings, program,
};
use std::sync::Mutex;

const VTEAM: &str = r#"
tolerance = 0.02
pulse_limit = 200

[memristor]
model = "vteam"
parameters = { ron = 1e4, roff = 1e5, rx = "exponential", von = -0.6, voff = 0.6, kon = -0.05, koff = 0.05, aon = 3, aoff = 3, xoff = 3e-9, x0 = 1.5e-9 }

[read]
voltage = 0.1
time = 10e-9

[set]
voltage = -0.9
step = 0.02
limit = 2.0
width = 10e-9

[reset]
voltage = 0.9
step = 0.02
limit = 2.0
width = 10e-9
"#;

const TRANSISTOR: &str = r"
[transistor]
gate = 2.5
parameters = { vto = 0.45, kp = 300e-6, gamma = 0.4, phi = 0.8, lambda = 0.05, tox = 2.6e-9, is = 1e-16, w = 1e-6, l = 0.13e-6 }
";

fn settings(more: &str) -> ProgrammingSettings {
    toml::from_str(&format!("{VTEAM}{more}")).unwrap()
}

fn targets(count: usize) -> Vec<f64> {
    (0..count)
        .map(|cell| 1.6e-5 + 4e-5 * ((cell * 7 % count) as f64 / count as f64))
        .collect()
}

fn run(settings: &ProgrammingSettings, size: (usize, usize)) -> ProgrammingOutcome {
    program(settings, &targets(size.0 * size.1), size, Vec::new(), &()).unwrap()
}

/// The model of [`VTEAM`] written down again: conductance at a state, and its rate at a voltage.
fn conductance(x: f64) -> f64 {
    1e-4 * (-(x / 3e-9) * 10f64.ln()).exp()
}

fn rate(v: f64) -> f64 {
    if v > 0.6 {
        0.05 * (v / 0.6 - 1.0).powi(3)
    } else if v < -0.6 {
        -0.05 * (v / -0.6 - 1.0).powi(3)
    } else {
        0.0
    }
}

/// One cell in series with `ohm`, under a pulse: the state after it, and the energy that the source delivers.
fn pulse(mut x: f64, volts: f64, width: f64, ohm: f64) -> (f64, f64) {
    const STEPS: usize = 4000;
    let h = width / STEPS as f64;
    let current = |x: f64| volts / (ohm + 1.0 / conductance(x));
    let slope = |x: f64| rate(current(x) / conductance(x));
    let mut energy = 0.0;
    for _ in 0..STEPS {
        let before = volts * current(x);
        let k1 = slope(x);
        let k2 = slope(x + 0.5 * h * k1);
        let k3 = slope(x + 0.5 * h * k2);
        let k4 = slope(x + h * k3);
        x = (x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)).clamp(0.0, 3e-9);
        energy += 0.5 * h * (before + volts * current(x));
    }
    (x, energy)
}

#[test]
fn one_cell_takes_the_pulses_that_an_integration_of_its_equations_takes() {
    let ohm = 2000.0;
    for target in [1.2e-5, 2e-5, 5e-5] {
        let mut settings = settings("[wires]\nsource = 2000.0\nsink = 0.0");
        settings.reltol = 1e-6;
        let outcome = program(&settings, &[target], (1, 1), Vec::new(), &()).unwrap();
        let cell = outcome.cells[0];

        let mut x = 1.5e-9;
        let read = |x: f64| 1.0 / (ohm + 1.0 / conductance(x));
        let (mut pulses, mut energy) = ([0_usize; 2], read(x) * 0.1 * 0.1 * 10e-9);
        let (mut last, mut earlier) = (0.0, 0);
        while (read(x) / target - 1.0).abs() > 0.02 {
            let sign = if read(x) < target { -1.0 } else { 1.0 };
            earlier = if sign == last { earlier + 1 } else { 0 };
            last = sign;
            let volts = sign * (0.9 + 0.02 * f64::from(earlier));
            let (next, joule) = pulse(x, volts, 10e-9, ohm);
            x = next;
            energy += joule + read(x) * 0.1 * 0.1 * 10e-9;
            pulses[usize::from(sign > 0.0)] += 1;
        }
        assert_eq!([cell.set_pulses, cell.reset_pulses], pulses, "{target}");
        assert_eq!(cell.status, CellStatus::Reached);
        let close = |a: f64, b: f64| (a / b - 1.0).abs();
        assert!(close(cell.memristor, conductance(x)) < 2e-5, "{target}");
        assert!(close(cell.conductance, read(x)) < 2e-5);
        assert!(close(outcome.effort.energy, energy) < 1e-4, "{energy}");
        let reads = 1 + pulses[0] + pulses[1];
        assert_eq!(outcome.effort.reads, reads);
        let time = 10e-9 * (reads + reads - 1) as f64;
        assert!(close(outcome.effort.time, time) < 1e-12);
    }
}

#[test]
fn the_selected_word_line_alone_does_what_the_whole_array_does() {
    for lines in ["rows", "columns"] {
        let more =
            format!("{TRANSISTOR}gate_lines = \"{lines}\"\n[wires]\nrow = 3.0\ncolumn = 2.0");
        let mut settings: ProgrammingSettings = toml::from_str(&format!(
            "{VTEAM}{}",
            more.replace("[transistor]\n", "[transistor]\nlevel = 1\n")
        ))
        .unwrap();
        settings.reltol = 1e-5;
        let line = run(&settings, (3, 5));
        settings.extent = Some(Extent::Array);
        let array = run(&settings, (3, 5));
        let left_out = line.left_out.unwrap();
        assert!(left_out.off_current > 0.0 && left_out.off_current < 1e-11);
        assert!(left_out.read_error < 1e-4 && left_out.off_state_change == 0.0);
        assert!(array.left_out.is_none());
        for (line, array) in line.cells.iter().zip(&array.cells) {
            assert_eq!(line.status, CellStatus::Reached);
            assert_eq!(line.set_pulses, array.set_pulses);
            assert_eq!(line.reset_pulses, array.reset_pulses);
            let apart = (line.conductance / array.conductance - 1.0).abs();
            assert!(apart < 1e-6, "{apart}");
        }
    }
}

#[test]
fn targets_are_reached_within_the_tolerance_and_stay_there_after_more_passes() {
    let mut settings = settings(&format!("{TRANSISTOR}[wires]\nrow = 5.0\ncolumn = 5.0"));
    settings.passes = 3;
    let outcome = run(&settings, (6, 24));
    for cell in &outcome.cells {
        assert_eq!(cell.status, CellStatus::Reached);
        let verified = (cell.verified / cell.target - 1.0).abs();
        assert!(verified <= 0.02, "{verified}");
        // Its neighbours' last pulses have changed what the wires take.
        assert!(cell.error().abs() < 0.03, "{}", cell.error());
    }
    assert!(outcome.effort.kcl_relative < 1e-8);
}

#[test]
fn half_selected_cells_are_disturbed_as_their_equations_say() {
    // Without wires, every cell of the selected row and column sees half of each pulse.
    let text = format!("{VTEAM}[wires]\nrow = 0.0\ncolumn = 0.0\nsource = 0.0\nsink = 0.0");
    let text = text
        .replace("von = -0.6, voff = 0.6", "von = -0.3, voff = 0.3")
        .replace("kon = -0.05, koff = 0.05", "kon = -0.001, koff = 0.001");
    let mut settings: ProgrammingSettings = toml::from_str(&text).unwrap();
    (settings.reltol, settings.tolerance) = (1e-6, 0.05);
    let start = conductance(1.5e-9);
    // Only the first cell is to be changed, and by so much that the others stay within their tolerance.
    let targets = [0.8 * start, start, start, start];
    let outcome = program(&settings, &targets, (2, 2), Vec::new(), &()).unwrap();
    let first = outcome.cells[0];
    assert!(first.reset_pulses > 0 && first.set_pulses == 0);
    let others: usize = outcome.cells[1..]
        .iter()
        .map(|cell| cell.set_pulses + cell.reset_pulses)
        .sum();
    assert_eq!(others, 0);
    let mut x = 1.5e-9;
    for earlier in 0..first.reset_pulses {
        let half = 0.5 * (0.9 + 0.02 * earlier as f64);
        x += 10e-9 * 0.001 * (half / 0.3 - 1.0).powi(3);
    }
    let expected = conductance(x);
    assert!(expected < 0.999 * start);
    for index in [1, 2] {
        let apart = (outcome.cells[index].memristor / expected - 1.0).abs();
        assert!(apart < 1e-5, "{apart}");
    }
    let untouched = outcome.cells[3].memristor / start - 1.0;
    assert!(untouched.abs() < 1e-12, "{untouched}");

    // Thirds stay below the threshold for every pulse below 0.9 V.
    let mut thirds: ProgrammingSettings =
        toml::from_str(&format!("selection = \"third\"\n{text}")).unwrap();
    thirds.tolerance = 0.05;
    (thirds.set.voltage, thirds.reset.voltage) = (-0.85, 0.85);
    (thirds.set.limit, thirds.reset.limit) = (0.85, 0.85);
    let outcome = program(&thirds, &targets, (2, 2), Vec::new(), &()).unwrap();
    assert_eq!(outcome.count(CellStatus::Reached), 4);
    for cell in &outcome.cells[1..] {
        assert!((cell.memristor / start - 1.0).abs() < 1e-12);
    }
}

#[test]
fn stuck_cells_are_found() {
    let more = format!(
        "{TRANSISTOR}\n[stuck]\nplacement = {{ pattern = \"map\", cells = [\
         {{ row = 0, column = 2, state = \"on\" }}, {{ row = 2, column = 1, state = \"off\" }}] }}"
    );
    let settings = settings(&more);
    let outcome = run(&settings, (3, 4));
    for cell in &outcome.cells {
        let stuck = match (cell.row, cell.column) {
            (0, 2) => Some(StuckState::On),
            (2, 1) => Some(StuckState::Off),
            _ => None,
        };
        match stuck {
            None => assert_eq!(cell.status, CellStatus::Reached),
            Some(state) => {
                assert_eq!(cell.status, CellStatus::Stuck);
                let expected = if state == StuckState::On { 1e-4 } else { 1e-5 };
                assert!((cell.memristor / expected - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn unreachable_targets_are_not_called_stuck() {
    let settings = settings(TRANSISTOR);
    let outcome = program(&settings, &[2e-4, 3e-6], (1, 2), Vec::new(), &()).unwrap();
    for (cell, nearest) in outcome.cells.iter().zip([1e-4, 1e-5]) {
        assert_eq!(cell.status, CellStatus::OutOfReach);
        assert!((cell.memristor / nearest - 1.0).abs() < 1e-6);
    }
}

#[derive(Default)]
struct Keep(Mutex<Vec<ProgrammedPart>>);

impl Observer for Keep {
    fn finished(&self, part: &ProgrammedPart) {
        self.0.lock().unwrap().push(part.clone());
    }
}

#[test]
fn results_depend_neither_on_threads_nor_on_interruptions() {
    let settings = settings(TRANSISTOR);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| run(&settings, (4, 6)))
    };
    let whole = on(1);
    assert_eq!(whole, on(3));
    let keep = Keep::default();
    program(&settings, &targets(24), (4, 6), Vec::new(), &keep).unwrap();
    let mut parts = keep.0.into_inner().unwrap();
    assert_eq!(parts.len(), 4);
    parts.truncate(2);
    let continued = program(&settings, &targets(24), (4, 6), parts, &()).unwrap();
    assert_eq!(whole, continued);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    type Spoil = fn(&mut ProgrammingSettings);
    let cases: [(Spoil, &str); 9] = [
        (|s| s.tolerance = 0.0, "tolerance"),
        (|s| s.pulse_limit = 0, "pulse_limit"),
        (|s| s.reset.voltage = -0.9, "reset.voltage"),
        (|s| s.set.limit = 0.5, "set.voltage"),
        (|s| s.read.gate = Some(1.0), "read.gate"),
        (|s| s.extent = Some(Extent::Line), "extent"),
        (|s| s.wires.row = -1.0, "wires.row"),
        (|s| s.memristor.model = "vteem".to_owned(), "vteem"),
        (|s| s.read.voltage = f64::NAN, "read.voltage"),
    ];
    for (spoil, name) in cases {
        let mut settings = settings("");
        spoil(&mut settings);
        let error = program(&settings, &[2e-5], (1, 1), Vec::new(), &()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let error = program(&settings(""), &[0.0], (1, 1), Vec::new(), &()).unwrap_err();
    assert!(matches!(
        error,
        LayoutError::BadSetting {
            key: "target conductance",
            ..
        }
    ));
    let error = program(&settings(""), &[1e-5], (2, 2), Vec::new(), &()).unwrap_err();
    assert!(error.to_string().contains("targets"));
    let unknown = toml::from_str::<ProgrammingSettings>(&format!("{VTEAM}\n[wire]\nrow = 1.0"));
    assert!(unknown.unwrap_err().to_string().contains("wire"));
}
