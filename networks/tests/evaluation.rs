//! Published networks on arrays, and the settings of an evaluation.

mod common;

use ohmloom_layouts::cells::CellDescription;
use ohmloom_networks::evaluation::{
    AnalogNetwork, EvaluationData, EvaluationReport, EvaluationSettings, Silent,
};
use ohmloom_networks::{DataSource, Network, Preprocessing};
use ohmloom_peripherals::ConverterSettings;

fn evaluate(
    name: &str,
    test: &DataSource,
    images: usize,
    settings: &EvaluationSettings,
) -> EvaluationReport {
    let path = common::data_folder().unwrap().join("models").join(name);
    let network = Network::load(&path).unwrap();
    let preprocessing = Preprocessing::beside(&path).unwrap().unwrap();
    let calibration = test.load_training().unwrap();
    let test = test.load().unwrap().truncated(images);
    let data = EvaluationData {
        test: &test,
        calibration: calibration.as_ref(),
        preprocessing: &preprocessing,
    };
    AnalogNetwork::new(&network, settings, &Silent)
        .unwrap()
        .evaluate(data, 5, &Silent)
        .unwrap()
}

#[test]
fn lenet_on_ideal_arrays_predicts_as_the_digital_network_does() {
    let Some(data) = common::data_folder() else {
        return;
    };
    let mut settings = EvaluationSettings::default();
    settings.tile = settings.tile.with_wires(0.0);
    settings.dac = ConverterSettings::ideal();
    settings.adc = ConverterSettings::ideal();
    let report = evaluate(
        "mnist_lenet5.onnx",
        &DataSource::Mnist(data.join("mnist")),
        usize::MAX,
        &settings,
    );
    assert_eq!((report.images, report.digital_correct), (10_000, 9926));
    assert!(report.agree >= 9999, "{}", report.agree);
    assert_eq!(report.tiles, 14);
}

#[test]
fn resnet_20_on_arrays_with_wires_is_what_direct_solutions_say() {
    let Some(data) = common::data_folder() else {
        return;
    };
    let source = DataSource::Cifar10(data.join("cifar10/test_first1000.bin"));
    let report = evaluate(
        "cifar10_resnet20_optA_folded.onnx",
        &source,
        40,
        &EvaluationSettings::default(),
    );
    assert!(report.verify_max_relative.unwrap() < 1e-8);
    assert!(report.analog_correct >= 25, "{}", report.analog_correct);
    assert_eq!(report.layers.len(), 20);
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let page = include_str!("../../docs/evaluation.md");
    let toml = page
        .split("```toml")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let documented: EvaluationSettings = toml::from_str(toml).unwrap();
    assert_eq!(documented, EvaluationSettings::default());
}

#[test]
fn the_documented_signal_path_is_one() {
    let page = include_str!("../../docs/evaluation.md");
    let toml = page.split("```toml").nth(2).unwrap();
    let settings: EvaluationSettings = toml::from_str(toml.split("```").next().unwrap()).unwrap();
    settings.validate().unwrap();
    let path = &settings.signal_path;
    assert!(path.dac.is_some() && path.adc.is_some() && path.front_end.is_some());
}

#[test]
fn the_documented_cell_can_be_programmed() {
    let page = include_str!("../../docs/evaluation.md");
    let toml = page.split("```toml").nth(3).unwrap();
    let cell: CellDescription = toml::from_str(toml.split("```").next().unwrap()).unwrap();
    let settings = EvaluationSettings::default();
    let (off, on) = settings.tile.conductances();
    let largest = settings.tile.largest_conductance();
    let programmed = cell
        .program(&[off, on], settings.read_voltage, largest)
        .unwrap();
    assert_eq!(programmed.clipped, [false, false]);
}

#[test]
fn the_documented_list_is_one_of_the_configuration() {
    let page = include_str!("../../docs/evaluation.md");
    let toml = page.split("```toml").nth(4).unwrap();
    let settings: EvaluationSettings = toml::from_str(toml.split("```").next().unwrap()).unwrap();
    settings.validate().unwrap();
    assert_eq!(settings.nonidealities.len(), 2);
    let both = EvaluationSettings {
        cell: Some(CellDescription::default()),
        ..settings
    };
    let error = both.validate().unwrap_err().to_string();
    assert!(error.contains("linear cells only"), "{error}");
}

#[test]
fn wrong_settings_say_where_and_what() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("eval.toml");
    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let error = EvaluationSettings::load(&path).unwrap_err().to_string();
        assert!(error.contains("eval.toml"), "{error}");
        error
    };
    let text = error("[tile]\nrows = 64\ncolums = 64\n");
    assert!(
        text.contains("line 3") & text.contains("unknown field `colums`"),
        "{text}"
    );
    assert!(error("[adc]\nbits = 0\n").contains("1 to 24 bits"));
    assert!(error("[adc]\nbits = \"perfect\"\n").contains("ideal"));
    assert!(
        error("[dac]\nrange = \"fixed\"\n").contains("[dac] range = \"fixed\" needs full_scale")
    );
    assert!(error("read_voltage = -0.2\n").contains("read_voltage = -0.2"));
    assert!(
        error("[tile]\nr_off = 1.0\n").contains("r_off = 1: must be finite and larger than r_on")
    );
    assert!(error("calibration_images = 0\n").contains("at least 1"));
    let missing = EvaluationSettings::load(folder.path().join("none.toml"))
        .unwrap_err()
        .to_string();
    assert!(missing.contains("none.toml"), "{missing}");
}
