//! The evaluation of a network on tiles, on the built-in network and images.

use ohmloom_layouts::TileSettings;
use ohmloom_networks::evaluation::{
    AnalogNetwork, Bias, EvaluationData, EvaluationError, EvaluationReport, EvaluationSettings,
    References, Silent,
};
use ohmloom_networks::mapping::{Mapping, MappingSettings};
use ohmloom_networks::{Dataset, Network, Preprocessing, Samples};
use ohmloom_peripherals::{ConverterSettings, RangePolicy, Resolution};
use ohmloom_studies::demo::glyphs::{DEMO_SEED, SIDE, Split, glyphs};
use ohmloom_studies::demo::{NETWORK_JSON, NETWORK_ONNX};

struct Bench {
    network: Network,
    preprocessing: Preprocessing,
    test: Dataset,
    calibration: Dataset,
}

fn images(split: Split, count: u32) -> Dataset {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for glyph in glyphs(DEMO_SEED, split, count) {
        pixels.extend_from_slice(&glyph.pixels);
        labels.push(usize::from(glyph.label));
    }
    Dataset::new(Samples::U8(pixels), vec![SIDE, SIDE], labels).unwrap()
}

fn bench(count: u32) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glyphs_cnn.onnx");
    std::fs::write(&path, NETWORK_ONNX).unwrap();
    std::fs::write(path.with_extension("json"), NETWORK_JSON).unwrap();
    Bench {
        network: Network::load(&path).unwrap(),
        preprocessing: Preprocessing::beside(&path).unwrap().unwrap(),
        test: images(Split::Test, count),
        calibration: images(Split::Calibration, 100),
    }
}

impl Bench {
    fn evaluate(&self, settings: &EvaluationSettings, verify: usize) -> EvaluationReport {
        let analog = AnalogNetwork::new(&self.network, settings, &Silent).unwrap();
        let data = EvaluationData {
            test: &self.test,
            calibration: Some(&self.calibration),
            preprocessing: &self.preprocessing,
        };
        analog.evaluate(data, verify, &Silent).unwrap()
    }
}

fn ideal() -> EvaluationSettings {
    let defaults = EvaluationSettings::default();
    EvaluationSettings {
        tile: defaults.tile.with_wires(0.0),
        dac: ConverterSettings::ideal(),
        adc: ConverterSettings::ideal(),
        ..defaults
    }
}

#[test]
fn ideal_arrays_predict_what_the_digital_network_predicts() {
    let bench = bench(300);
    for bias in [Bias::Digital, Bias::Row] {
        let report = bench.evaluate(&EvaluationSettings { bias, ..ideal() }, 0);
        assert_eq!(report.images, 300);
        assert_eq!(report.agree, 300, "{bias:?}");
        assert_eq!(report.analog_correct, report.digital_correct);
        let rows: Vec<usize> = report.layers.iter().map(|layer| layer.rows).collect();
        let extra = usize::from(bias == Bias::Row);
        assert_eq!(rows, [25, 72, 256, 64].map(|rows| rows + extra));
        assert!(
            report
                .layers
                .iter()
                .all(|layer| layer.relative_error < 1e-12),
            "{:?}",
            report.layers
        );
        assert_eq!(report.tiles, if extra == 1 { 6 } else { 5 });
    }
}

#[test]
fn wires_and_converters_cost_accuracy_and_the_verification_holds() {
    let bench = bench(200);
    let errors = |settings: &EvaluationSettings| -> Vec<f64> {
        let report = bench.evaluate(settings, 6);
        assert!(report.verify_max_relative.unwrap() < 1e-8, "{report:?}");
        assert!(report.kcl_relative < 1e-9);
        report
            .layers
            .iter()
            .map(|layer| layer.relative_error)
            .collect()
    };
    let with = |ohm: f64, bits: u32| {
        let converter = ConverterSettings {
            bits: Resolution::Bits(bits),
            ..ConverterSettings::default()
        };
        EvaluationSettings {
            tile: ideal().tile.with_wires(ohm),
            dac: converter,
            adc: converter,
            ..ideal()
        }
    };
    let (fine, wired, coarse) = (
        errors(&with(0.0, 12)),
        errors(&with(2.0, 12)),
        errors(&with(0.0, 4)),
    );
    for layer in 0..4 {
        assert!(fine[layer] < 0.01 && fine[layer] > 0.0, "{fine:?}");
        assert!(
            wired[layer] > 2.0 * fine[layer] && coarse[layer] > 2.0 * fine[layer],
            "{wired:?} {coarse:?}"
        );
    }
}

#[test]
fn every_range_policy_works() {
    let bench = bench(100);
    let converter = |range, full_scale: Option<f64>| ConverterSettings {
        // One range for all layers needs more bits.
        bits: Resolution::Bits(if full_scale.is_some() { 14 } else { 8 }),
        range,
        full_scale,
        ..ConverterSettings::default()
    };
    for (dac, adc) in [
        (
            converter(RangePolicy::Dynamic, None),
            converter(RangePolicy::Dynamic, None),
        ),
        (
            converter(RangePolicy::Dynamic, None),
            converter(RangePolicy::Calibrated, None),
        ),
        (
            converter(RangePolicy::Calibrated, None),
            converter(RangePolicy::Dynamic, None),
        ),
        // Activations of this network stay below 20, differential currents below 128 rows of 0.2 V and 90 uS.
        (
            converter(RangePolicy::Fixed, Some(20.0)),
            converter(RangePolicy::Fixed, Some(5e-4)),
        ),
    ] {
        let report = bench.evaluate(
            &EvaluationSettings {
                dac,
                adc,
                ..ideal()
            },
            0,
        );
        assert!(report.analog_correct >= 95, "{dac:?} {adc:?}: {report:?}");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let bench = bench(120);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut report = pool.install(|| bench.evaluate(&EvaluationSettings::default(), 4));
        report.seconds = ohmloom_networks::evaluation::Seconds::default();
        report
    };
    assert_eq!(run(1), run(2));
}

/// Small tiles with these cells.
fn with_cell(text: &str) -> EvaluationSettings {
    let defaults = EvaluationSettings::default();
    EvaluationSettings {
        cell: Some(toml::from_str(text).unwrap()),
        tile: TileSettings {
            rows: 48,
            columns: 32,
            ..defaults.tile
        },
        ..defaults
    }
}

#[test]
fn ohmic_cells_by_newtons_method_are_linear_cells() {
    let bench = bench(12);
    let settings = with_cell("law = { kind = 'ohmic' }");
    let linear = EvaluationSettings {
        cell: None,
        ..settings.clone()
    };
    let (report, linear) = (bench.evaluate(&settings, 6), bench.evaluate(&linear, 6));
    let nonlinear = report.nonlinear.unwrap();
    assert!(linear.nonlinear.is_none());
    assert_eq!(report.analog_correct, linear.analog_correct);
    assert_eq!(nonlinear.linear_correct, linear.analog_correct);
    assert_eq!((nonlinear.linear_agree, nonlinear.clipped_cells), (12, 0));
    // A current at the edge between two codes of an ADC may fall to either side.
    assert!(nonlinear.output_difference < 2e-3, "{nonlinear:?}");
    assert!(report.verify_max_relative.unwrap() < 1e-8, "{report:?}");
    for (layer, linear) in report.layers.iter().zip(&linear.layers) {
        assert!(layer.nonlinearity.unwrap() < 1e-3, "{layer:?}");
        let found = layer.linear_error.unwrap();
        assert!((found - linear.relative_error).abs() < 1e-12, "{layer:?}");
        assert!((layer.relative_error - found).abs() < 1e-3, "{layer:?}");
        assert!(linear.linear_error.is_none() && linear.nonlinearity.is_none());
    }
}

#[test]
fn nonlinear_cells_cost_something_on_any_number_of_threads() {
    let bench = bench(7);
    let transistor = "law = { kind = 'sinh', v0 = 0.1 }\n[transistor]\ngate = 1.5\nparameters = { vto = 0.45, kp = 300e-6, w = 1e-6, l = 0.13e-6 }";
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut report = pool.install(|| bench.evaluate(&with_cell(transistor), 4));
        report.seconds = ohmloom_networks::evaluation::Seconds::default();
        report
    };
    let report = run(1);
    assert_eq!(report, run(2));
    let nonlinear = report.nonlinear.unwrap();
    assert!(report.kcl_relative < 1e-9 && nonlinear.output_error < 1e-9);
    assert!(report.verify_max_relative.unwrap() < 1e-7, "{report:?}");
    assert!(nonlinear.newton_iterations > nonlinear.solves);
    for layer in &report.layers {
        let (error, linear) = (layer.relative_error, layer.linear_error.unwrap());
        assert!(error > linear && layer.nonlinearity.unwrap() > 0.05);
    }
}

#[test]
fn nothing_to_evaluate_is_an_error() {
    let mut bench = bench(1);
    bench.test = Dataset::new(Samples::U8(Vec::new()), vec![SIDE, SIDE], Vec::new()).unwrap();
    let analog = AnalogNetwork::new(&bench.network, &ideal(), &Silent).unwrap();
    let data = EvaluationData {
        test: &bench.test,
        calibration: None,
        preprocessing: &bench.preprocessing,
    };
    assert!(matches!(
        analog.evaluate(data, 0, &Silent),
        Err(EvaluationError::NoSamples)
    ));
}

#[test]
fn converters_without_any_signal_to_calibrate_on_are_an_error() {
    let mut bench = bench(4);
    bench.calibration =
        Dataset::new(Samples::U8(vec![0; SIDE * SIDE]), vec![SIDE, SIDE], vec![0]).unwrap();
    let analog =
        AnalogNetwork::new(&bench.network, &EvaluationSettings::default(), &Silent).unwrap();
    let data = EvaluationData {
        test: &bench.test,
        calibration: Some(&bench.calibration),
        preprocessing: &bench.preprocessing,
    };
    let error = analog.evaluate(data, 0, &Silent).unwrap_err().to_string();
    assert!(
        error.contains("layer conv1") && error.contains("calibration_images"),
        "{error}"
    );
}

#[test]
fn the_demo_writes_everything_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let report = ohmloom_studies::demo::run(&folder.path().join("new"), &Silent).unwrap();
    assert_eq!(report.rows.len(), 4);
    let correct: Vec<usize> = report
        .rows
        .iter()
        .map(|row| row.report.analog_correct)
        .collect();
    assert_eq!(correct[0], report.rows[0].report.digital_correct);
    assert!(
        correct.windows(2).all(|pair| pair[1] < pair[0]),
        "more wire, fewer correct: {correct:?}"
    );
    for file in &report.files {
        assert!(
            std::fs::metadata(file).unwrap().len() > 0,
            "{}",
            file.display()
        );
    }
}

/// Tiles that are solved serve any converters, and no other tiles: a bias row depends on a fixed range of the DACs.
#[test]
fn solved_tiles_serve_other_converters() {
    let bench = bench(40);
    let data = EvaluationData {
        test: &bench.test,
        calibration: Some(&bench.calibration),
        preprocessing: &bench.preprocessing,
    };
    let (first, mut second) = (EvaluationSettings::default(), EvaluationSettings::default());
    second.adc.bits = Resolution::Bits(3);
    second.dac.bits = Resolution::Bits(4);
    second.seed = 5;
    let solved = AnalogNetwork::new(&bench.network, &first, &Silent).unwrap();
    let shared = solved.with_settings(&second).unwrap();
    let mut shared = shared.evaluate(data, 0, &Silent).unwrap();
    let fresh = bench.evaluate(&second, 0);
    shared.seconds = fresh.seconds;
    assert_eq!(shared, fresh);

    let mut other = first.clone();
    other.tile.row_resistance = 2.0;
    assert!(solved.with_settings(&other).is_err());
    let row = EvaluationSettings {
        bias: Bias::Row,
        ..first
    };
    let mut fixed = row.clone();
    fixed.dac.range = RangePolicy::Fixed;
    fixed.dac.full_scale = Some(0.5);
    let solved = AnalogNetwork::new(&bench.network, &row, &Silent).unwrap();
    assert!(solved.with_settings(&fixed).is_err());
}

fn settings(text: &str) -> EvaluationSettings {
    let settings: EvaluationSettings = toml::from_str(text).unwrap();
    settings.validate().unwrap();
    settings
}

/// What evaluations share is what each would have found alone, in any order.
#[test]
fn shared_references_do_not_change_a_report() {
    let bench = bench(60);
    let data = EvaluationData {
        test: &bench.test,
        calibration: Some(&bench.calibration),
        preprocessing: &bench.preprocessing,
    };
    let stuck =
        "[[nonideality]]\nkind = \"stuck\"\nplacement = { pattern = \"halves\", share = 0.02 }\n";
    let hardware =
        "[hardware.crossbar]\ndelay = { kind = \"cell\", fixed_s = 1e-9, capacitance_f = 1e-13 }\n";
    let texts = [
        format!("calibration_images = 20\n{hardware}"),
        format!("calibration_images = 20\n{stuck}"),
        format!("calibration_images = 20\nseed = 2\noffsetting = \"extended\"\n{stuck}"),
        format!("calibration_images = 40\noffsetting = \"extended\"\n{stuck}"),
        format!("calibration_images = 20\nadc.bits = 4\n{stuck}{hardware}"),
        format!("calibration_images = 20\ntile.rows = 64\n{stuck}"),
        format!("calibration_images = 20\nseed = 3\n{stuck}"),
    ];
    let references = References::new(&bench.network, data);
    let mut offset = Vec::new();
    for text in &texts {
        let settings = settings(text);
        let shared = references.analog(&settings, &Silent).unwrap();
        let mut shared = references.evaluate(&shared, 2, &Silent).unwrap();
        let fresh = AnalogNetwork::for_data(&bench.network, &settings, data, &Silent).unwrap();
        let fresh = fresh.evaluate(data, 2, &Silent).unwrap();
        shared.seconds = fresh.seconds;
        assert_eq!(shared, fresh, "{text}");
        offset.extend(fresh.nonideal.map(|nonideal| nonideal.output_difference));
    }
    // The statistics of 20 images are not those of 40.
    assert_ne!(offset[1], offset[2]);
    let (few, many) = (settings(&texts[2]), settings(&texts[3]));
    let solved = references.analog(&few, &Silent).unwrap();
    assert!(
        solved
            .with_settings(&EvaluationSettings { seed: 2, ..many })
            .is_err()
    );
}

/// The cost is that of a mapping with the evaluation's own tile, voltage, bits and bias rows.
#[test]
fn the_hardware_costs_what_its_mapping_costs() {
    let bench = bench(20);
    let hardware = "energy = \"active\"\npacking = \"first-fit\"\nlibrary = \"adc-survey-2025\"\n";
    let tables = |at: &str| {
        format!(
            "[{at}crossbar]\nprogrammed = \"weights\"\nunsensed = \"grounded\"\n\
             delay = {{ kind = \"elmore\", row_f = 1e-16, column_f = 1e-16 }}\n\
             [[{at}component]]\nname = \"ADC\"\npart = \"sar-fom-p50\"\ncount = [\"tiles\", \"pairs\"]\noperations = [\"conversions\"]\n"
        )
    };
    let tile = "[tile]\nrows = 48\ncolumns = 40\nrow_resistance = 3\n";
    let own = settings(&format!(
        "read_voltage = 0.25\nbias = \"row\"\ndac.bits = 5\nadc.bits = 7\n{tile}[hardware]\n{hardware}{}",
        tables("hardware.")
    ));
    let report = bench.evaluate(&own, 0);
    let mapping = MappingSettings::parse(&format!(
        "read_voltage = 0.25\ninput_bits = 5\noutput_bits = 7\nlayout = {{ bias = \"row\", banded = true }}\n{hardware}{tile}{}",
        tables("")
    ))
    .unwrap();
    let name = bench.network.path().display().to_string();
    let expected = Mapping::new(bench.network.layers(), &mapping).unwrap();
    let expected = expected.report(&name).unwrap();
    assert_eq!(report.hardware.as_ref(), Some(&expected));
    assert!(expected.total.cost.energy_j > 0.0);
    // Without packing the tiles are those that are evaluated.
    let mut alone = own.clone();
    alone.hardware.as_mut().unwrap().packing = ohmloom_networks::mapping::Packing::None;
    let hardware = bench.evaluate(&alone, 0).hardware.unwrap();
    assert_eq!(hardware.total.tiles, report.tiles);

    let mut ideal = own;
    ideal.adc.bits = Resolution::Ideal;
    let refused = ideal.validate().unwrap_err().to_string();
    assert!(refused.contains("[adc]"), "{refused}");
}
