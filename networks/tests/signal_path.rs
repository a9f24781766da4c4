//! Converters with errors and digital corrections in a published network.

mod common;

use ohmloom_networks::evaluation::{
    AnalogNetwork, EvaluationData, EvaluationReport, EvaluationSettings, Silent,
};
use ohmloom_networks::{DataSource, Network, Preprocessing};

const IMAGES: usize = 100;

/// LeNet-5 on the first images of MNIST; `None` where there are none.
struct Lenet {
    network: Network,
    preprocessing: Preprocessing,
    source: DataSource,
}

impl Lenet {
    fn new() -> Option<Self> {
        let folder = common::data_folder()?;
        let path = folder.join("models/mnist_lenet5.onnx");
        Some(Self {
            network: Network::load(&path).unwrap(),
            preprocessing: Preprocessing::beside(&path).unwrap().unwrap(),
            source: DataSource::Mnist(folder.join("mnist")),
        })
    }

    fn evaluate(&self, settings: &str) -> EvaluationReport {
        let settings: EvaluationSettings = toml::from_str(settings).unwrap();
        let calibration = self.source.load_training().unwrap();
        let test = self.source.load().unwrap().truncated(IMAGES);
        let data = EvaluationData {
            test: &test,
            calibration: calibration.as_ref(),
            preprocessing: &self.preprocessing,
        };
        AnalogNetwork::new(&self.network, &settings, &Silent)
            .unwrap()
            .evaluate(data, 5, &Silent)
            .unwrap()
    }
}

fn errors(report: &EvaluationReport) -> Vec<f64> {
    report
        .layers
        .iter()
        .map(|layer| layer.relative_error)
        .collect()
}

const MODELS: &str = r#"
[signal_path]
outputs_per_adc = 4
[signal_path.dac]
kind = "r2r"
bits = 8
resistance = 1e4
resistor_mismatch = 0.01
[signal_path.adc]
kind = "sar"
bits = 8
unit_mismatch = 0.02
comparator = { offset_sigma = 4e-3, noise = 1e-3 }
[signal_path.front_end]
kind = "transimpedance"
feedback_resistance = 2e3
amplifier_gain = 300.0
offset_sigma = 1e-3
"#;

#[test]
fn models_without_errors_change_nothing_and_those_with_errors_do() {
    let Some(lenet) = Lenet::new() else {
        return;
    };
    let uniform = lenet.evaluate("");
    let ideal = lenet.evaluate(
        "[signal_path]\nadc = { kind = 'ideal', bits = 8 }\ndac = { kind = 'ideal', bits = 8 }",
    );
    assert_eq!(uniform.analog_correct, ideal.analog_correct);
    for (a, b) in errors(&uniform).iter().zip(errors(&ideal)) {
        // Ties are rounded in two ways, and only a first difference may be one.
        assert!((a - b).abs() < 1e-4 * a, "{a} {b}");
    }
    let real = lenet.evaluate(MODELS);
    for (a, b) in errors(&uniform).iter().zip(errors(&real)) {
        assert!(b > 1.2 * a, "{a} {b}");
    }
    assert!(real.analog_correct >= 90, "{}", real.analog_correct);
    assert!(real.verify_max_relative.unwrap() < 1e-8);
}

#[test]
fn results_with_noise_do_not_depend_on_threads() {
    let Some(lenet) = Lenet::new() else {
        return;
    };
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let report = pool.unwrap().install(|| lenet.evaluate(MODELS));
        (errors(&report), report.analog_correct)
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn a_scale_and_an_offset_for_each_output_take_back_what_wires_and_offsets_do() {
    let Some(lenet) = Lenet::new() else {
        return;
    };
    // Wires of 5 ohm, and front ends with offsets.
    let wires = "calibration_images = 200\n[tile]\nrow_resistance = 5.0\ncolumn_resistance = 5.0\n";
    let front_end = "[signal_path.front_end]\nkind = 'transimpedance'\nfeedback_resistance = 5e3\namplifier_gain = 1e3\noffset_sigma = 3e-4\n";
    let with = |fit: &str| lenet.evaluate(&format!("{wires}{front_end}[correction]\n{fit}"));
    let none = with("");
    let gain = with("fit = 'gain'");
    let affine = with("fit = 'affine'");
    let fixed = with("fit = 'affine'\nscale_format = [2, 6]\noffset_format = [7, 1]");
    for layer in 0..errors(&none).len() {
        let [none, gain, affine, fixed] = [&none, &gain, &affine, &fixed].map(|r| errors(r)[layer]);
        assert!(
            gain < none && affine < gain,
            "{layer}: {none} {gain} {affine}"
        );
        assert!(affine < 0.5 * none, "{layer}: {none} {affine}");
        assert!(
            fixed < 0.7 * none && fixed > 0.9 * affine,
            "{layer}: {affine} {fixed}"
        );
    }
    let of_layer = affine.layers[1].correction.unwrap();
    assert!(of_layer.mean_scale > 1.05 && of_layer.rms_offset > 0.0);
    assert!(none.layers[1].correction.is_none());
}

#[test]
fn one_factor_makes_up_for_drift() {
    let Some(lenet) = Lenet::new() else {
        return;
    };
    let list = "[[nonideality]]\nkind = 'drift'\ntime = 1e6\nnu = 0.06\n";
    let [without, with] = ["", "[correction]\ndrift = true\n"]
        .map(|correction| lenet.evaluate(&format!("{correction}{list}")));
    let plain = lenet.evaluate("");
    // Every cell drifts by the same factor, so that the tiles are those of as many times the resistance but for the wires.
    for layer in 0..errors(&plain).len() {
        let [without, with, plain] = [&without, &with, &plain].map(|r| errors(r)[layer]);
        assert!(without > 0.3, "{without}");
        assert!(with < 1.1 * plain, "{with} {plain}");
    }
    let factor = with.layers[2].correction.unwrap();
    assert_eq!(factor.least_scale, factor.largest_scale);
    // Less than the cells' own factor, for wires take less from smaller currents.
    let cells = 1e6_f64.powf(0.06);
    assert!(
        factor.mean_scale > 0.85 * cells && factor.mean_scale < cells,
        "{factor:?}"
    );
}

#[test]
fn wrong_corrections_are_named() {
    let refused = |text: &str, word: &str| {
        let settings: EvaluationSettings = toml::from_str(text).unwrap();
        let error = settings.validate().unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    refused("[correction]\ndrift = true", "no list of non-idealities");
    refused("[correction]\nscale_format = [1, 7]", "scale_format");
    refused(
        "[correction]\nfit = 'affine'\nscale_format = [30, 7]",
        "fixed-point format",
    );
    refused(
        "[correction]\nfit = 'affine'\noffset_format = [7, 1]\n[adc]\nbits = 'ideal'",
        "offset_format",
    );
    refused(
        "[signal_path]\nadc = { kind = 'sar', bits = 6 }",
        "[adc] bits = 8",
    );
    refused(
        "cell = {}\n[signal_path.front_end]\nkind = 'transimpedance'\nfeedback_resistance = 1e3\namplifier_gain = 1e3\noffset_sigma = 1e-3",
        "linear cells only",
    );
}
