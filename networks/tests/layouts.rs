//! Layouts and schemes for signed weights in the evaluation of networks.

mod common;

use common::models::{float, int, ints, model, node, tensor, write};
use common::{npy_bytes, values, write_npy};
use ohmloom_devices::nonidealities::{Nonideality, Placement, Stuck};
use ohmloom_layouts::offsetting::OffsettingMethod;
use ohmloom_layouts::{SignedScheme, TileSettings};
use ohmloom_networks::evaluation::{
    AnalogNetwork, Bias, EvaluationData, EvaluationReport, EvaluationSettings, Silent,
};
use ohmloom_networks::{DataSource, Dataset, Network, Preprocessing};
use ohmloom_peripherals::ConverterSettings;
use std::path::Path;
use tract_onnx::pb::ModelProto;

const SAMPLES: usize = 12;
const SCHEMES: [&str; 4] = ["columns", "arrays", "offset-column", "midpoint"];

/// Random samples of this shape, all with label 0.
fn dataset(folder: &Path, sample: &[usize]) -> Dataset {
    let (samples, labels) = (folder.join("x.npy"), folder.join("y.npy"));
    let shape: Vec<usize> = std::iter::once(SAMPLES)
        .chain(sample.iter().copied())
        .collect();
    write_npy(&samples, &shape, &values(shape.iter().product(), 77));
    std::fs::write(&labels, npy_bytes("|u1", &[SAMPLES], &[0; SAMPLES])).unwrap();
    DataSource::Npy { samples, labels }.load().unwrap()
}

fn settings(text: &str) -> EvaluationSettings {
    let settings: EvaluationSettings = toml::from_str(text).unwrap();
    settings.validate().unwrap();
    settings
}

fn ideal(text: &str) -> EvaluationSettings {
    EvaluationSettings {
        dac: ConverterSettings::ideal(),
        adc: ConverterSettings::ideal(),
        tile: TileSettings {
            rows: 20,
            columns: 14,
            ..TileSettings::default()
        }
        .with_wires(0.0),
        ..settings(text)
    }
}

fn evaluate(
    network: &Network,
    data: &Dataset,
    settings: &EvaluationSettings,
    verify: usize,
) -> EvaluationReport {
    let preprocessing = Preprocessing::default();
    let data = EvaluationData {
        test: data,
        calibration: None,
        preprocessing: &preprocessing,
    };
    let analog = AnalogNetwork::for_data(network, settings, data, &Silent).unwrap();
    analog.evaluate(data, verify, &Silent).unwrap()
}

/// Layers of all kinds, alone.
fn layers() -> Vec<(&'static str, ModelProto)> {
    let conv = |input: &[i64], weights: &[i64], attributes| {
        let count = weights.iter().product::<i64>() as usize;
        let initializers = vec![
            tensor("w", weights, values(count, 5)),
            tensor("b", &weights[..1], values(weights[0] as usize, 6)),
        ];
        model(
            input,
            vec![node("Conv", "layer", &["x", "w", "b"], "y", attributes)],
            initializers,
        )
    };
    vec![
        (
            "conv1d",
            conv(
                &[0, 3, 17],
                &[4, 3, 5],
                vec![
                    ints("strides", &[2]),
                    ints("pads", &[3, 1]),
                    ints("dilations", &[2]),
                ],
            ),
        ),
        (
            "conv2d",
            conv(
                &[0, 2, 9, 7],
                &[5, 2, 3, 2],
                vec![
                    ints("strides", &[1, 2]),
                    ints("pads", &[1, 0, 2, 1]),
                    ints("dilations", &[2, 1]),
                ],
            ),
        ),
        (
            "grouped",
            conv(&[0, 4, 6, 6], &[6, 2, 3, 3], vec![int("group", 2)]),
        ),
        (
            "depthwise",
            conv(
                &[0, 4, 8, 8],
                &[4, 1, 3, 3],
                vec![int("group", 4), ints("pads", &[1, 1, 1, 1])],
            ),
        ),
        (
            "tokens",
            model(
                &[0, 5, 6],
                vec![node("MatMul", "layer", &["x", "w"], "y", vec![])],
                vec![tensor("w", &[6, 3], values(18, 10))],
            ),
        ),
        (
            "gemm",
            model(
                &[0, 6],
                vec![node(
                    "Gemm",
                    "layer",
                    &["x", "w", "b"],
                    "y",
                    vec![float("alpha", 0.5)],
                )],
                vec![
                    tensor("w", &[6, 5], values(30, 9)),
                    tensor("b", &[5], values(5, 8)),
                ],
            ),
        ),
    ]
}

#[test]
fn every_layout_of_an_ideal_network_is_the_digital_network() {
    let folder = tempfile::tempdir().unwrap();
    for (name, model) in layers() {
        let network = Network::load(write(folder.path(), name, &model)).unwrap();
        let data = dataset(folder.path(), network.sample_shape());
        let mut last_tiles = 0;
        for scheme in ["dense", "staggered"] {
            for signed in SCHEMES {
                for rest in [
                    "",
                    "packing = 'first-fit'\nunsensed = 'floating'",
                    "full = true",
                ] {
                    let text = format!(
                        "bias = 'row'\n[layout]\nscheme = '{scheme}'\nsigned = '{signed}'\n{rest}"
                    );
                    let report = evaluate(&network, &data, &ideal(&text), 3);
                    let layer = &report.layers[0];
                    assert_eq!(report.agree, SAMPLES, "{name}: {text}");
                    assert!(
                        layer.relative_error < 1e-12,
                        "{name}: {text}: {}",
                        layer.relative_error
                    );
                    assert!(report.verify_max_relative.unwrap() < 1e-9, "{name}: {text}");
                    assert_eq!(layer.tiles, report.tiles);
                    last_tiles = report.tiles;
                }
            }
        }
        assert!(last_tiles > 0, "{name}");
    }
}

#[test]
fn layouts_work_with_wires_converters_faults_and_offsetting() {
    let folder = tempfile::tempdir().unwrap();
    let (name, model) = layers().swap_remove(1);
    let network = Network::load(write(folder.path(), name, &model)).unwrap();
    let data = dataset(folder.path(), network.sample_shape());
    let tiles = "[tile]\nrows = 24\ncolumns = 16\n[[nonideality]]\nkind = 'stuck'\nplacement = { pattern = 'independent', on = 0.03, off = 0.03 }";
    for scheme in ["dense", "staggered"] {
        for signed in SCHEMES {
            for packing in ["none", "first-fit", "exact"] {
                if (scheme, packing) == ("staggered", "exact") {
                    continue; // too many kinds of slices
                }
                let mut last = f64::INFINITY;
                for method in ["none", "published", "extended"] {
                    if !signed.ends_with('s') && method != "none" {
                        continue; // no pairs
                    }
                    let text = format!(
                        "offsetting = '{method}'\n[layout]\nscheme = '{scheme}'\nsigned = '{signed}'\npacking = '{packing}'\n{tiles}"
                    );
                    let report = evaluate(&network, &data, &settings(&text), 3);
                    assert!(report.verify_max_relative.unwrap() < 1e-8, "{text}");
                    let error = report.layers[0].relative_error;
                    assert!(error < last, "{text}: {error}, not below {last}");
                    last = error;
                    assert!(report.nonideal.unwrap().effects[0].stuck_on > 0, "{text}");
                }
            }
        }
    }
}

#[test]
fn nonlinear_cells_and_digits_in_a_staggered_layout() {
    let folder = tempfile::tempdir().unwrap();
    let (name, model) = layers().swap_remove(0);
    let network = Network::load(write(folder.path(), name, &model)).unwrap();
    let data = dataset(folder.path(), network.sample_shape());
    for packing in ["none", "first-fit"] {
        let text = format!(
            "[tile]\nrows = 32\ncolumns = 16\n[layout]\nscheme = 'staggered'\npacking = '{packing}'\nunsensed = 'floating'\nbit_slices = {{ cells = 2, bits = 3 }}\n[cell]\nlaw = {{ kind = 'sinh', v0 = 0.5 }}"
        );
        let report = evaluate(&network, &data, &settings(&text), 4);
        assert!(report.verify_max_relative.unwrap() < 1e-8, "{report:?}");
        assert!(report.nonlinear.unwrap().solves > 0);
        assert!(report.layers[0].relative_error < 0.2, "{report:?}");
    }
}

#[test]
fn the_seizure_detector_on_its_seven_tiles() {
    let Some(folder) = common::data_folder() else {
        return;
    };
    let path = folder.join("models/eeg_bonn_parallelcnn_AvsE.onnx");
    let network = Network::load(&path).unwrap();
    let preprocessing = Preprocessing::beside(&path).unwrap().unwrap();
    let source = DataSource::Npy {
        samples: folder.join("eeg/test_AvsE_w64_i16.npy"),
        labels: folder.join("eeg/test_AvsE_w64_labels_u8.npy"),
    };
    let test = source.load().unwrap().truncated(200);
    let data = EvaluationData {
        test: &test,
        calibration: None,
        preprocessing: &preprocessing,
    };
    let text = "read_voltage = 0.3
        layout = { packing = 'first-fit', unsensed = 'floating', concurrent = [['Conv_1', 'Conv_3']] }
        layer = [{ name = 'Conv_1', bias = 'row' }, { name = 'Conv_3', bias = 'row' }]
        tile = { rows = 64, columns = 64, row_resistance = 2.0, column_resistance = 2.0, source_resistance = 20.0, sink_resistance = 20.0 }";
    let report = AnalogNetwork::new(&network, &settings(text), &Silent).unwrap();
    let report = report.evaluate(data, 30, &Silent).unwrap();
    assert_eq!(report.tiles, 7);
    let tiles: Vec<usize> = report.layers.iter().map(|layer| layer.tiles).collect();
    assert_eq!(tiles, [1, 1, 5, 1]);
    // 2112, 1984, 17408 and 32 cells on seven tiles.
    assert!((report.utilisation - 21_536.0 / 28_672.0).abs() < 1e-12);
    assert!(report.verify_max_relative.unwrap() < 1e-8);
    assert!(report.agree >= 190, "{}", report.agree);
    let stuck = EvaluationSettings {
        offsetting: OffsettingMethod::Published,
        nonidealities: vec![Nonideality::Stuck(Stuck::placed(Placement::Share {
            on: 0.01,
            off: 0.01,
        }))],
        ..settings(text)
    };
    let report = AnalogNetwork::new(&network, &stuck, &Silent).unwrap();
    let report = report.evaluate(data, 30, &Silent).unwrap();
    // Once for each of the seven tiles: 2 % of 4096 cells.
    let effect = &report.nonideal.as_ref().unwrap().effects[0];
    assert_eq!((effect.stuck_on, effect.stuck_off), (7 * 41, 7 * 41));
    assert!(report.verify_max_relative.unwrap() < 1e-8);
}

#[test]
fn wrong_layouts_are_refused_before_anything_is_programmed() {
    let folder = tempfile::tempdir().unwrap();
    let (name, model) = layers().swap_remove(1);
    let network = Network::load(write(folder.path(), name, &model)).unwrap();
    let fails = |text: &str, message: &str| {
        let settings: EvaluationSettings = toml::from_str(text).unwrap();
        let error = AnalogNetwork::new(&network, &settings, &Silent)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(message), "{text}: {error}");
    };
    fails(
        "[[layer]]\nname = 'conv9'",
        "no layer \"conv9\"; it has layer",
    );
    fails(
        "[[layer]]\nname = 'layer'\n[[layer]]\nname = 'layer'",
        "is there twice",
    );
    fails(
        "[[layer]]\nname = 'layer'\nsplits = 6",
        "5 kernels of a group cannot be spread over 6 arrays",
    );
    fails("[[layer]]\nname = 'layer'\nsplits = 0", "splits = 0");
    fails(
        "[layout]\npacking = 'first-fit'\nconcurrent = [['none']]",
        "no layer \"none\"",
    );
    fails("[layout]\nconcurrent = [['layer']]", "without packing");
    fails(
        "[layout]\nbit_slices = { cells = 9, bits = 9 }",
        "cells = 9, bits = 9",
    );
    for signed in &SCHEMES[1..] {
        let text =
            format!("layout = {{ signed = '{signed}' }}\n[cell]\nlaw = {{ kind = 'ohmic' }}");
        fails(&text, "nonlinear cells need");
    }
    for signed in &SCHEMES[2..] {
        let text = format!(
            "offsetting = 'published'\nlayout = {{ signed = '{signed}' }}\n[[nonideality]]\nkind = 'stuck'\nplacement = {{ pattern = 'independent', on = 0.1, off = 0.1 }}"
        );
        fails(&text, "offsetting needs pairs");
    }
    assert!(toml::from_str::<EvaluationSettings>("[layout]\nsigned = 'both'").is_err());
    assert!(toml::from_str::<EvaluationSettings>("[layout]\nslices = 2").is_err());
}

#[test]
fn the_documented_layout_is_one_of_the_configuration() {
    let page = include_str!("../../docs/evaluation.md");
    let toml = page.split("```toml").nth(6).unwrap();
    let documented = settings(toml.split("```").next().unwrap());
    assert_eq!(documented.layout.signed, SignedScheme::OffsetColumn);
    assert_eq!(documented.layer[0].splits, Some(2));
}

#[test]
fn layouts_decide_about_tiles() {
    let default = EvaluationSettings::default();
    for text in [
        "[layout]\nscheme = 'staggered'",
        "[layout]\nfull = true",
        "[layout]\nsigned = 'midpoint'",
        "[layout]\nbit_slices = { cells = 2, bits = 2 }",
        "[layout]\npacking = 'exact'",
        "[layout]\nunsensed = 'floating'",
        "[[layer]]\nname = 'a'\nsplits = 2",
    ] {
        assert_ne!(settings(text).of_tiles(), default.of_tiles(), "{text}");
    }
    // With a row of biases somewhere a fixed range of the DACs matters.
    let text = "[[layer]]\nname = 'a'\nbias = 'row'\n[dac]\nrange = 'fixed'\nfull_scale = ";
    let of_tiles = |full_scale: &str| settings(&format!("{text}{full_scale}")).of_tiles();
    assert_ne!(of_tiles("2.0"), of_tiles("3.0"));
    let row = settings("[[layer]]\nname = 'a'\nbias = 'row'");
    assert_eq!(row.layer[0].bias, Some(Bias::Row));
    let text = toml::to_string(&settings(
        "[layout]\nsigned = 'offset-column'\nbit_slices = { cells = 2, bits = 2 }",
    ))
    .unwrap();
    let again: EvaluationSettings = toml::from_str(&text).unwrap();
    assert_eq!(again.layout.signed, SignedScheme::OffsetColumn);
    assert_eq!(again.layout.bit_slices.unwrap().cells, 2);
}
