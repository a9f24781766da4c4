//! Offsetting in a published network.

mod common;

use ohmloom_devices::nonidealities::{Nonideality, Placement, Stuck};
use ohmloom_layouts::offsetting::OffsettingMethod;
use ohmloom_networks::evaluation::{
    AnalogNetwork, EvaluationData, EvaluationReport, EvaluationSettings, Silent,
};
use ohmloom_networks::{DataSource, Network, Preprocessing};
use ohmloom_peripherals::Resolution;

/// A twentieth of the cells stuck on, as many stuck off.
fn settings(offsetting: OffsettingMethod) -> EvaluationSettings {
    let placement = Placement::Share {
        on: 0.05,
        off: 0.05,
    };
    EvaluationSettings {
        offsetting,
        nonidealities: vec![Nonideality::Stuck(Stuck::placed(placement))],
        ..EvaluationSettings::default()
    }
}

#[test]
fn lenet_gets_its_accuracy_back_from_method_to_method() {
    let Some(folder) = common::data_folder() else {
        return;
    };
    let path = folder.join("models/mnist_lenet5.onnx");
    let network = Network::load(&path).unwrap();
    let preprocessing = Preprocessing::beside(&path).unwrap().unwrap();
    let source = DataSource::Mnist(folder.join("mnist"));
    let calibration = source.load_training().unwrap();
    let test = source.load().unwrap().truncated(60);
    let data = EvaluationData {
        test: &test,
        calibration: calibration.as_ref(),
        preprocessing: &preprocessing,
    };
    let evaluate = |offsetting| -> EvaluationReport {
        AnalogNetwork::for_data(&network, &settings(offsetting), data, &Silent)
            .unwrap()
            .evaluate(data, 2, &Silent)
            .unwrap()
    };
    let methods = [
        OffsettingMethod::None,
        OffsettingMethod::Published,
        OffsettingMethod::Partners,
        OffsettingMethod::Extended,
    ];
    let reports = methods.map(evaluate);
    let error = |report: &EvaluationReport, layer: usize| report.layers[layer].relative_error;
    for pair in reports.windows(2) {
        assert!(pair[0].analog_correct <= pair[1].analog_correct + 1);
        for layer in 0..network.layers().len() {
            let (before, after) = (error(&pair[0], layer), error(&pair[1], layer));
            assert!(after < before, "layer {layer}: {before} {after}");
        }
    }
    let [none, published, _, extended] = &reports;
    assert!(published.analog_correct >= none.analog_correct + 6);
    assert!(extended.analog_correct >= published.analog_correct);
    assert!(extended.analog_correct >= 57);
    for layer in 0..network.layers().len() {
        assert!(error(extended, layer) < 0.5 * error(published, layer));
    }
    assert!(none.nonideal.as_ref().unwrap().offsetting.is_none());
    let effect = |report: &EvaluationReport| report.nonideal.as_ref().unwrap().offsetting.unwrap();
    let (few, many) = (effect(published), effect(extended));
    assert_eq!(
        (few.one_stuck, few.both_stuck),
        (many.one_stuck, many.both_stuck)
    );
    assert!(few.moved < few.one_stuck && many.moved > few.one_stuck);
    for report in &reports {
        let nonideal = report.nonideal.as_ref().unwrap();
        assert_eq!(nonideal.effects, none.nonideal.as_ref().unwrap().effects);
        assert!(report.verify_max_relative.unwrap() < 1e-8);
    }

    let without_data = AnalogNetwork::new(&network, &settings(OffsettingMethod::Extended), &Silent);
    let error = without_data.err().unwrap().to_string();
    assert!(error.contains("statistics of the inputs"), "{error}");
}

#[test]
fn tiles_with_offsetting_are_shared_by_other_converters() {
    let Some(folder) = common::data_folder() else {
        return;
    };
    let network = Network::load(folder.join("models/eeg_bonn_parallelcnn_AvsE.onnx")).unwrap();
    let settings = settings(OffsettingMethod::Published);
    let tiles = AnalogNetwork::new(&network, &settings, &Silent).unwrap();
    let mut other = settings.clone();
    other.adc.bits = Resolution::Bits(6);
    assert!(tiles.with_settings(&other).is_ok());
    other.tile.r_on *= 2.0;
    assert!(tiles.with_settings(&other).is_err());
}

#[test]
fn offsetting_needs_stuck_cells() {
    let settings = EvaluationSettings {
        nonidealities: Vec::new(),
        ..settings(OffsettingMethod::Published)
    };
    let error = settings.validate().unwrap_err().to_string();
    assert!(error.contains("no kind = \"stuck\""), "{error}");
    for (text, method) in [
        ("none", OffsettingMethod::None),
        ("published", OffsettingMethod::Published),
        ("partners", OffsettingMethod::Partners),
        ("extended", OffsettingMethod::Extended),
    ] {
        let settings: EvaluationSettings =
            toml::from_str(&format!("offsetting = \"{text}\"")).unwrap();
        assert_eq!(settings.offsetting, method);
    }
}
