//! Networks on hardware: the published seizure detector, and what is refused.

mod common;

use std::path::Path;

use common::data_folder;
use ohmloom_networks::mapping::{
    LayoutChoice, Mapping, MappingReport, MappingSettings, Objective, Programmed,
};
use ohmloom_networks::{
    ConvGeometry, DenseGeometry, LayerKind, Network, WeightLayer, WeightMatrix,
};

fn preset(name: &str) -> MappingSettings {
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../studies/presets");
    MappingSettings::load(presets.join(name)).unwrap()
}

fn detector() -> Option<Network> {
    let path = data_folder()?.join("models/eeg_bonn_parallelcnn_AvsE.onnx");
    Some(Network::load(path).unwrap())
}

fn report(network: &Network, settings: &MappingSettings) -> MappingReport {
    let mapping = Mapping::new(network.layers(), settings).unwrap();
    mapping.report("net").unwrap()
}

/// Whether a value is within half a percent of the published one.
#[track_caller]
fn assert_published(value: f64, published: f64) {
    assert!(
        (value / published - 1.0).abs() < 5e-3,
        "{value} but {published} is published"
    );
}

/// A published component: area in mm2, power in mW, latency in us.
type Row = (&'static str, f64, f64, f64);

#[test]
fn the_seizure_detector_s_published_hardware() {
    let Some(network) = detector() else { return };
    let shared: [Row; 8] = [
        ("ReLU", 9.60e-3, 3.28e-2, 9.80e-2),
        ("average pool", 3.83e-4, 1.59, 8.49e-5),
        ("adder", 5.34e-3, 1.74e-2, 6.13e-4),
        ("sample and hold", 8.98e-6, 3.81e-3, 5.00e-3),
        ("eDRAM", 4.72e-3, 18.1, 2.30e-4),
        ("eDRAM bus", 4.50e-3, 3.5, 9.02e-5),
        ("input register", 0.810, 0.674, 1.64e-4),
        ("output register", 8.70e-4, 0.418, 1.64e-4),
    ];
    let tdm: [Row; 3] = [
        ("DAC", 25.8, 2690.0, 2.15),
        ("ADC", 4.62, 70.0, 269.0),
        ("subtractor", 2.46e-4, 0.287, 0.128),
    ];
    let parallel: [Row; 3] = [
        ("DAC", 25.8, 2690.0, 3.36e-2),
        ("ADC", 296.0, 4480.0, 0.6),
        ("subtractor", 7.88e-3, 9.20, 2.01e-3),
    ];
    // Totals: area in mm2, power in W, latency in us at `r_on` and in the mid state, energy in uJ likewise.
    for (name, own, totals, crossbar_us) in [
        (
            "seizure-tdm.toml",
            tdm,
            [31.26, 2.79, 329.0, 445.0, 919.0, 1240.0],
            [58.2, 174.0],
        ),
        (
            "seizure-parallel.toml",
            parallel,
            [322.3, 7.21, 0.870, 1.13, 6.27, 8.12],
            [0.130, 0.388],
        ),
    ] {
        let [area, power, on_us, mid_us, on_uj, mid_uj] = totals;
        let states = [
            (Programmed::On, on_us, on_uj),
            (Programmed::Mid, mid_us, mid_uj),
        ];
        for ((programmed, micros, microjoules), crossbar_us) in states.into_iter().zip(crossbar_us)
        {
            let mut settings = preset(name);
            assert_eq!(settings.crossbar.programmed, Programmed::On);
            settings.crossbar.programmed = programmed;
            let report = report(&network, &settings);
            let total = &report.total;
            assert_eq!(
                (total.tiles, total.slices, total.parameters),
                (7, 20, 10_778)
            );
            assert_published(1e6 * total.cost.area_m2, area);
            assert_published(total.cost.power_w, power);
            assert_published(1e6 * total.cost.latency_s, micros);
            assert_published(1e6 * total.cost.energy_j, microjoules);
            let component = |name: &str| report.components.iter().find(|c| c.name == name).unwrap();
            for (name, area, power, micros) in own.iter().chain(&shared) {
                let cost = &component(name).cost;
                assert_published(1e6 * cost.area_m2, *area);
                assert_published(1e3 * cost.power_w, *power);
                assert_published(1e6 * cost.latency_s, *micros);
            }
            if name == "seizure-tdm.toml" {
                let without = total.cost.area_m2 - component("adder").cost.area_m2;
                assert!((1e6 * without - 31.255).abs() < 1e-3, "{without}");
            }
            let crossbar = component("crossbar");
            assert_eq!(crossbar.count, 28_672);
            assert_published(1e6 * crossbar.cost.area_m2, 2.87e-4);
            assert_published(1e6 * crossbar.cost.latency_s, crossbar_us);
            eprintln!(
                "{name} {programmed:?}: arrays {:.3} mW",
                1e3 * crossbar.cost.power_w
            );
        }
    }
}

/// A layer of 3 inputs and 2 outputs.
fn dense(name: &str, weights: [f64; 6]) -> WeightLayer {
    WeightLayer {
        name: name.into(),
        kind: LayerKind::Dense(DenseGeometry {
            transposed_input: false,
        }),
        matrices: vec![WeightMatrix::new(2, 3, weights.to_vec()).unwrap()],
        bias: Some(vec![0.5, -0.25]),
        input_shape: vec![1, 3],
        output_shape: vec![1, 2],
    }
}

/// One kernel of 2 samples over 5, for each of two groups.
fn convolution() -> WeightLayer {
    let kernel = |weights: [f64; 2]| WeightMatrix::new(1, 2, weights.to_vec()).unwrap();
    WeightLayer {
        name: "conv".into(),
        kind: LayerKind::Conv(ConvGeometry {
            kernel: vec![2],
            strides: vec![1],
            dilations: vec![1],
            pads_begin: vec![0],
            pads_end: vec![0],
            input_size: vec![5],
            output_size: vec![4],
            in_channels: 2,
            out_channels: 2,
            groups: 2,
        }),
        matrices: vec![kernel([1.0, -0.5]), kernel([0.25, 2.0])],
        bias: None,
        input_shape: vec![1, 2, 5],
        output_shape: vec![1, 2, 4],
    }
}

const WEIGHTS: [f64; 6] = [1.0, -0.5, 0.25, 0.0, -1.0, 0.75];

#[test]
fn ideal_wires_give_the_power_by_hand() {
    // A tile of 8 x 4 holds the layer's 4 rows (with biases) and all columns; the rest is off. Rows without input are at 0 V and all
    // columns are sensed at 0 V, so every driven cell has the whole voltage.
    let settings = |programmed: &str| {
        let text = format!(
            "read_voltage = 0.4
            [tile]
            rows = 8
            columns = 4
            r_on = 1e4
            r_off = 1e5
            row_resistance = 0
            column_resistance = 0
            [layout]
            bias = 'row'
            [crossbar]
            programmed = '{programmed}'
            delay = {{ kind = 'cell', fixed_s = 1e-9, capacitance_f = 1e-13 }}"
        );
        MappingSettings::parse(&text).unwrap()
    };
    let power = |programmed| {
        let mapping = Mapping::new(&[dense("fc", WEIGHTS)], &settings(programmed)).unwrap();
        let report = mapping.report("net").unwrap();
        (report.crossbar.read_power_w, report.total.cost)
    };
    let (off, on) = (1e-5, 1e-4);
    let square = 0.16;
    let (on_power, on_cost) = power("on");
    assert!((on_power / (square * 16.0 * on) - 1.0).abs() < 1e-9);
    assert!((power("mid").0 / (square * 16.0 / 55e3) - 1.0).abs() < 1e-9);
    let magnitudes = 1.0 + 0.5 + 0.25 + 1.0 + 0.75 + 0.5 + 0.25;
    let weights = square * (16.0 * off + (on - off) * magnitudes);
    assert!((power("weights").0 / weights - 1.0).abs() < 1e-9);
    // One pass of 1 ns + 0.1 pF * 10 kilohm, during which alone power is drawn.
    assert!((on_cost.latency_s / 2e-9 - 1.0).abs() < 1e-12);
    assert!((on_cost.energy_j / (on_power * 2e-9) - 1.0).abs() < 1e-12);
    assert!((on_cost.power_w / on_power - 1.0).abs() < 1e-12);
    assert!((on_cost.area_m2 / 32e-14 - 1.0).abs() < 1e-12);
}

#[test]
fn counts_and_costs_by_hand() {
    let text = "
        input_bits = 4
        output_bits = 6
        packing = 'first-fit'
        [tile]
        rows = 2
        columns = 4
        [crossbar]
        delay = { kind = 'cell', fixed_s = 1e-9, capacitance_f = 0 }
        [[component]]
        name = 'ADC'
        count = ['tiles', 'pairs']
        steps = ['passes']
        operations = ['conversions']
        area_m2 = 1e-9
        energy_j = 2e-12
        latency_s = 1e-8
        [[component]]
        name = 'adder'
        count = [3]
        steps = [2]
        area_m2 = 1e-10
        power_w = 1e-3
        latency_s = 5e-9";
    let layers = [convolution(), dense("fc", WEIGHTS)];
    let report = |extra: &str| {
        let settings = MappingSettings::parse(&format!("{extra}\n{text}")).unwrap();
        Mapping::new(&layers, &settings)
            .unwrap()
            .report("net")
            .unwrap()
    };
    let report_active = report("");
    // Both groups of the convolution, of 2 x 2, fill a tile and take 4 passes each, one after the other; the 3 x 4 cells of the dense
    // layer are cut into 2 x 4 and 1 x 4.
    let [conv, fc] = &report_active.layers[..] else {
        panic!("two layers")
    };
    assert_eq!(
        (conv.arrays, conv.slices, conv.passes, conv.conversions),
        (2, 2, 8, 8)
    );
    assert_eq!(
        (fc.arrays, fc.slices, fc.passes, fc.conversions),
        (1, 2, 1, 4)
    );
    assert_eq!((conv.tiles, fc.tiles), (1.0, 2.0));
    let total = &report_active.total;
    assert_eq!((total.tiles, total.passes, total.conversions), (3, 9, 12));
    assert_eq!((total.parameters, total.programmed_cells), (4 + 8, 8 + 12));
    assert_eq!(total.unprogrammed_cells, total.cells - 20);
    assert!((total.utilisation - 20.0 / total.cells as f64).abs() < 1e-15);
    let [crossbar, adc, adder] = &report_active.components[..] else {
        panic!("three")
    };
    assert_eq!(
        (adc.count, adc.steps, adder.count, adder.steps),
        (6, 9, 3, 2)
    );
    let near = |value: f64, expected: f64| {
        assert!(
            (value / expected - 1.0).abs() < 1e-12,
            "{value} but {expected}"
        );
    };
    let time = 9e-9 + 9e-8 + 1e-8;
    near(total.cost.latency_s, time);
    near(adc.cost.energy_j, 24e-12);
    near(adc.cost.power_w, 24e-12 / time);
    near(adder.cost.energy_j, 3e-3 * 1e-8);
    near(adder.cost.power_w, 3e-11 / time);
    near(total.cost.area_m2, 24e-14 + 6e-9 + 3e-10);
    near(total.cost.power_w * time, total.cost.energy_j);
    // Layers share what is proportional to something of theirs; the adders are nobody's.
    near(conv.cost.latency_s, 8.0 * 11e-9);
    near(
        conv.cost.area_m2 + fc.cost.area_m2,
        total.cost.area_m2 - adder.cost.area_m2,
    );
    near(
        conv.cost.energy_j + fc.cost.energy_j,
        total.cost.energy_j - adder.cost.energy_j,
    );
    near(
        crossbar.cost.energy_j,
        report_active.crossbar.read_power_w * 9e-9,
    );
    // Always on: the adders and the arrays draw their power all the time, converters what their operations take.
    let on = report("energy = 'always-on'");
    near(on.components[2].cost.energy_j, 3e-3 * time);
    near(on.components[1].cost.energy_j, 24e-12);
    near(
        on.components[0].cost.energy_j,
        on.crossbar.read_power_w * time,
    );
    // One slice at a time: the two slices of the dense layer follow each other; columns are converted one by one.
    let slow = text.replace(
        "[crossbar]",
        "[crossbar]\nschedule = 'sequential'\nsensing = 'column'",
    );
    let settings = MappingSettings::parse(&slow).unwrap();
    let slow = Mapping::new(&layers, &settings)
        .unwrap()
        .report("net")
        .unwrap();
    assert_eq!((slow.total.passes, slow.total.conversions), (10, 24));
    // Layers that work at the same time.
    let both = report("concurrent = [['conv', 'fc']]");
    assert_eq!((both.total.passes, both.total.tiles), (8, 3));
}

#[test]
fn layouts_are_chosen_by_layer() {
    let text = "
        [tile]
        rows = 4
        columns = 4
        [layout]
        scheme = 'rule'
        [crossbar]
        delay = { kind = 'elmore', row_f = 1e-16, column_f = 1e-16 }
        [[layer]]
        name = 'fc'
        scheme = 'dense'
        arrays = 2";
    let settings = MappingSettings::parse(text).unwrap();
    let mapping = Mapping::new(&[convolution(), dense("fc", WEIGHTS)], &settings).unwrap();
    let report = mapping.report("net").unwrap();
    // 5 - 2 > 2 kernels: staggered, 4 copies of each of the two.
    assert_eq!(
        (
            report.layers[0].layout,
            report.layers[0].rows,
            report.layers[0].columns
        ),
        ("staggered", 5, 8)
    );
    assert_eq!(report.layers[0].programmed_cells, 2 * 2 * 2 * 4);
    assert_eq!(
        (
            report.layers[1].layout,
            report.layers[1].arrays,
            report.layers[1].columns
        ),
        ("dense", 2, 2)
    );
    assert!(report.crossbar.step_s > 0.0 && report.total.cost.latency_s > 0.0);
}

#[test]
fn a_search_chooses_the_better_layout_of_each_layer() {
    let layers = [convolution(), dense("fc", WEIGHTS)];
    let settings = MappingSettings::parse(
        "[tile]
        rows = 8
        columns = 8
        [crossbar]
        delay = { kind = 'elmore', row_f = 1e-16, column_f = 1e-16 }
        [[layer]]
        name = 'fc'
        arrays = 2",
    )
    .unwrap();
    for (objective, value) in [
        (
            Objective::Tiles,
            (|report| report.total.tiles as f64) as fn(&MappingReport) -> f64,
        ),
        (Objective::Area, |report| report.total.cost.area_m2),
        (Objective::Energy, |report| report.total.cost.energy_j),
        (Objective::Latency, |report| report.total.cost.latency_s),
    ] {
        let found = settings.search(&layers, objective).unwrap();
        assert_eq!(found.layer.len(), 2);
        assert_eq!(found.layer[1], settings.layer[0]);
        let with = |scheme| {
            let mut settings = found.clone();
            settings.layer[0].scheme = Some(scheme);
            settings.layer[0].banded = Some(true);
            value(
                &Mapping::new(&layers, &settings)
                    .unwrap()
                    .report("net")
                    .unwrap(),
            )
        };
        let (dense, staggered) = (with(LayoutChoice::Dense), with(LayoutChoice::Staggered));
        let best = if staggered < dense {
            LayoutChoice::Staggered
        } else {
            LayoutChoice::Dense
        };
        assert_eq!(
            found.layer[0].scheme,
            Some(best),
            "{objective:?} {dense} {staggered}"
        );
    }
    let layout = |objective| settings.search(&layers, objective).unwrap().layer[0].scheme;
    assert_eq!(layout(Objective::Tiles), Some(LayoutChoice::Dense));
    assert_eq!(layout(Objective::Latency), Some(LayoutChoice::Staggered));
}

#[test]
fn mistakes_are_named() {
    let layers = [convolution(), dense("fc", WEIGHTS)];
    let delay = "[crossbar]\ndelay = { kind = 'cell', fixed_s = 1e-9, capacitance_f = 0 }\n";
    let message = |text: &str| {
        let outcome = MappingSettings::parse(text)
            .and_then(|settings| Mapping::new(&layers, &settings)?.report("net"));
        outcome.unwrap_err().to_string()
    };
    let part = "[[component]]\nname = 'A'\ncount = ['tiles']\n";
    for (text, words) in [
        ("colums = 3".to_owned(), &["unknown field `colums`"][..]),
        ("read_voltage = -1".into(), &["read_voltage = -1"]),
        ("output_bits = 0".into(), &["output_bits = 0"]),
        ("[tile]\nr_on = 0".into(), &["[tile]", "r_on"]),
        ("[crossbar]\ncell_area_m2 = nan".into(), &["cell_area_m2"]),
        (
            "[crossbar]\ndelay = { kind = 'elmore', row_f = -1, column_f = 0 }".into(),
            &["row_f = -1"],
        ),
        (
            "[crossbar]\ndelay = { kind = 'elmore', row = 1 }".into(),
            &["row"],
        ),
        (
            "[crossbar]\ndelay = { kind = 'elmore', row_f = 1, column_f = 1, far = 1 }".into(),
            &["unknown field `far`"],
        ),
        (
            "[crossbar]\ndelay = { kind = 'cell', fixed_s = 1, capacitance_f = 1, far = 1 }".into(),
            &["unknown field `far`"],
        ),
        (
            "[[layer]]\nname = 'fc3'".into(),
            &["\"fc3\"", "[[layer]]", "conv, fc"],
        ),
        (
            "[[layer]]\nname = 'fc'\n[[layer]]\nname = 'fc'".into(),
            &["\"fc\" is there twice"],
        ),
        (
            "concurrent = [['conv'], ['conv']]".into(),
            &["\"conv\" is there twice"],
        ),
        (
            "[[layer]]\nname = 'fc'\narrays = 3".into(),
            &["\"fc\"", "over 3 arrays"],
        ),
        (String::new(), &["takes time", "delay"]),
        (
            format!("{delay}{part}part = 'adc'"),
            &["\"A\"", "no library is named"],
        ),
        (
            format!("library = 'x'\n{delay}"),
            &["\"x\"", "adc-survey-2025"],
        ),
        (
            format!("library = 'adc-survey-2025'\n{delay}{part}part = 'adc'"),
            &["no part \"adc\""],
        ),
        (
            format!(
                "library = 'adc-survey-2025'\n{delay}{part}part = 'sar-fom-p10'\noperations = ['conversions']"
            ),
            &["area_m2"],
        ),
        (
            format!(
                "library = 'adc-survey-2025'\n{delay}{part}part = 'sar-fom-p50'\noperations = ['conversions']\nsteps = ['passes']"
            ),
            &["latency_s"],
        ),
        (
            format!("library = 'adc-survey-2025'\n{delay}{part}part = 'sar-fom-p50'"),
            &["operations must be given"],
        ),
        (
            format!(
                "library = 'adc-survey-2025'\nscaling = {{ technology_m = 1e-8, rule = 'constant-field' }}\n{delay}{part}part = 'sar-fom-p50'"
            ),
            &["cannot be scaled"],
        ),
        (
            format!("{delay}{part}area_m2 = 1"),
            &["neither power nor energy"],
        ),
        (
            format!("{delay}{part}area_m2 = 1\npower_w = 1\noperations = ['drives']"),
            &["operations have no meaning"],
        ),
        (
            format!("{delay}[[component]]\nname = 'A'\ncount = ['tiles', 'passes']"),
            &["\"A\"", "at most one"],
        ),
        (
            format!("{delay}[[component]]\nname = 'crossbar'\ncount = [1]"),
            &["the name is taken"],
        ),
        (
            format!("{delay}[[component]]\nname = 'A'\ncount = []"),
            &["no number of units"],
        ),
    ] {
        let found = message(&text);
        assert!(
            words.iter().all(|word| found.contains(word)),
            "{text}\n{found}"
        );
    }
    let missing = MappingSettings::load("none.toml").unwrap_err().to_string();
    assert!(missing.contains("none.toml"), "{missing}");
}

#[test]
fn every_quantity_by_hand() {
    // As in `counts_and_costs_by_hand`, each as the operations of a component that takes a joule for one.
    let quantities = [
        ("tiles", 3.0),
        ("rows", 2.0),
        ("columns", 4.0),
        ("pairs", 2.0),
        ("input_bits", 5.0),
        ("output_bits", 6.0),
        ("passes", 9.0),
        ("conversions", 12.0),
        ("drives", 2.0 * 2.0 * 4.0 + 3.0),
        // The dense layer's two outputs are each the sum of two slices.
        ("sums", 2.0),
        ("outputs", 8.0 + 2.0),
        ("layers", 2.0),
    ];
    let mut text = "input_bits = 5
        output_bits = 6
        packing = 'first-fit'
        [tile]
        rows = 2
        columns = 4
        [crossbar]
        delay = { kind = 'cell', fixed_s = 1, capacitance_f = 0 }"
        .to_owned();
    for (name, _) in quantities {
        let component = format!(
            "\n[[component]]\nname = '{name}'\ncount = [1]\noperations = ['{name}']\narea_m2 = 0\nenergy_j = 1"
        );
        text += &component;
    }
    let settings = MappingSettings::parse(&text).unwrap();
    let layers = [convolution(), dense("fc", WEIGHTS)];
    let report = Mapping::new(&layers, &settings)
        .unwrap()
        .report("net")
        .unwrap();
    for (component, (name, expected)) in report.components[1..].iter().zip(quantities) {
        assert_eq!(component.name, name);
        assert_eq!(component.cost.energy_j, expected, "{name}");
    }
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let text = include_str!("../../docs/mapping.md");
    let (_, rest) = text.split_once("```toml\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let mut settings = MappingSettings::parse(block).unwrap();
    assert_eq!((settings.layer.len(), settings.component.len()), (1, 1));
    settings.layer.clear();
    settings.component.clear();
    assert_eq!(settings, MappingSettings::default());
    // The keys that have no default, and so are comments, are the right ones.
    let with = block
        .replace("# library = \"...\"", "library = \"adc-survey-2025\"")
        .replace("# scaling", "scaling")
        .replacen("# delay", "delay", 1)
        .replacen("# arrays =", "arrays =", 1);
    let settings = MappingSettings::parse(&with).unwrap();
    assert!(settings.library.is_some() && settings.scaling.is_some());
    assert!(settings.crossbar.delay.is_some() && settings.layer[0].arrays == Some(1));
}
