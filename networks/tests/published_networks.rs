//! The trained networks of the data folder: logits against onnxruntime, counts of correct predictions against the
//! published ones, and the lowered networks against the digital reference.

mod common;

use std::path::Path;

use common::{Reference, onnxruntime, relative_error};
use ohmloom_networks::{
    DataSource, Dataset, ExactOperator, Inference, Network, Preprocessing, argmax,
};

const BATCH: usize = 4;

/// The test data of a network, by the task in its file name.
fn source(data: &Path, network: &Path) -> DataSource {
    let name = network.file_stem().unwrap().to_str().unwrap();
    let eeg = |file: &str| {
        let file = |suffix: &str| data.join(format!("eeg/{file}_{suffix}.npy"));
        (file("i16"), file("labels_u8"))
    };
    let (samples, labels) = match name.split('_').next().unwrap() {
        "mnist" => return DataSource::Mnist(data.join("mnist")),
        "cifar10" => return DataSource::Cifar10(data.join("cifar10/test_first1000.bin")),
        _ if name.ends_with("AvsE") => eeg("test_AvsE_w64"),
        _ => eeg("test_EvsABCD_w178"),
    };
    DataSource::Npy { samples, labels }
}

/// A network with its preprocessing; the untouched model-zoo file, which has no description, takes 8-bit values.
fn load(path: &Path) -> (Network, Preprocessing) {
    let network = Network::load(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let preprocessing = Preprocessing::beside(path).unwrap().unwrap_or_default();
    (network, preprocessing)
}

/// A network with its first batch of inputs and how many samples that is.
fn first_batch(data: &Path, path: &Path) -> (Network, usize, Vec<f32>) {
    let (network, preprocessing) = load(path);
    let batch = network.fixed_batch().unwrap_or(BATCH);
    let dataset = source(data, path).load().unwrap();
    let input = preprocessing
        .apply(&dataset, 0..batch, network.sample_shape())
        .unwrap();
    (network, batch, input)
}

fn count(
    network: &Network,
    preprocessing: &Preprocessing,
    dataset: &Dataset,
    batch: usize,
) -> usize {
    let inference = Inference::digital(network, dataset.len(), batch).unwrap();
    inference
        .run(dataset, preprocessing)
        .unwrap()
        .correct(dataset.labels())
        .unwrap()
}

#[test]
fn digital_logits_equal_onnxruntime() {
    let (Some(data), Some(python)) = (common::data_folder(), common::python()) else {
        return;
    };
    let mut cases = Vec::new();
    let mut digital = Vec::new();
    for path in common::networks(&data) {
        let (network, batch, input) = first_batch(&data, &path);
        digital.push(network.digital_plan(batch).unwrap().run(0, &input).unwrap());
        let shape = std::iter::once(batch)
            .chain(network.sample_shape().iter().copied())
            .collect();
        cases.push(Reference {
            network: path,
            shape,
            input,
        });
    }
    for ((case, digital), reference) in cases.iter().zip(&digital).zip(onnxruntime(&python, &cases))
    {
        let error = relative_error(&reference, digital);
        assert!(error < 1e-4, "{}: {error}", case.network.display());
    }
}

#[test]
fn exact_operators_reproduce_the_digital_reference() {
    let Some(data) = common::data_folder() else {
        return;
    };
    for path in common::networks(&data) {
        let (network, batch, input) = first_batch(&data, &path);
        let operators = ExactOperator::for_layers(network.layers());
        let digital = network.digital_plan(batch).unwrap().run(0, &input).unwrap();
        let analog = network
            .analog_plan(batch, &operators)
            .unwrap()
            .run(0, &input)
            .unwrap();
        let error = relative_error(&digital, &analog);
        assert!(error < 1e-4, "{}: {error}", path.display());
        for (a, b) in digital
            .chunks(network.classes())
            .zip(analog.chunks(network.classes()))
        {
            assert_eq!(argmax(a), argmax(b), "{}", path.display());
        }

        let digital = network
            .digital_layer_plan(batch)
            .unwrap()
            .run(0, &input)
            .unwrap();
        let analog = network
            .analog_layer_plan(batch, &operators)
            .unwrap()
            .run(0, &input)
            .unwrap();
        assert_eq!(digital.len(), network.layers().len());
        for ((a, b), layer) in digital.iter().zip(&analog).zip(network.layers()) {
            assert_eq!(a.shape, b.shape);
            assert_eq!(a.shape[1..], layer.output_shape[1..], "{}", layer.name);
            assert!(
                relative_error(&a.values, &b.values) < 1e-4,
                "{}: {}",
                path.display(),
                layer.name
            );
        }
    }
}

#[test]
fn layers_match_the_descriptions() {
    let Some(data) = common::data_folder() else {
        return;
    };
    for path in common::networks(&data) {
        let Ok(text) = std::fs::read_to_string(path.with_extension("json")) else {
            continue;
        };
        let description: serde_json::Value = serde_json::from_str(&text).unwrap();
        let network = Network::load(&path).unwrap();
        let macs: usize = network
            .layers()
            .iter()
            .map(ohmloom_networks::WeightLayer::macs)
            .sum();
        assert_eq!(
            Some(macs as u64),
            description["macs"].as_u64(),
            "{}",
            path.display()
        );
    }
}

/// Counts published with the networks, on whole test files.
#[test]
fn digital_counts_are_the_published_ones() {
    let Some(data) = common::data_folder() else {
        return;
    };
    let published = [
        ("mnist_lenet5", 9926),
        ("mnist_cnn_onnxzoo", 9890),
        ("mnist_mlp_784_100_10", 9805),
        ("eeg_bonn_cnn1d_EvsABCD", 2272),
        ("eeg_bonn_parallelcnn_AvsE", 2521),
        ("cifar10_resnet20_crosssim_folded", 911),
        ("cifar10_resnet20_optA", 915),
        ("cifar10_resnet20_optA_folded", 915),
        ("cifar10_resnet8_mlperftiny", 881),
        ("cifar10_resnet8_mlperftiny_folded", 881),
        ("cifar10_vgg8_slim", 811),
    ];
    for (name, expected) in published {
        let path = data.join(format!("models/{name}.onnx"));
        let (network, preprocessing) = load(&path);
        let dataset = source(&data, &path).load().unwrap();
        let start = std::time::Instant::now();
        assert_eq!(
            count(&network, &preprocessing, &dataset, 100),
            expected,
            "{name}"
        );
        println!(
            "{name}: {expected} of {} in {:.2?}",
            dataset.len(),
            start.elapsed()
        );
    }
}

#[test]
fn networks_declared_for_one_batch_size_run_at_it() {
    let Some(data) = common::data_folder() else {
        return;
    };
    let path = data.join("models/mnist_cnn_onnxzoo_original_mnist-8.onnx");
    let network = Network::load(&path).unwrap();
    assert_eq!(network.fixed_batch(), Some(1));
    assert!(network.digital_plan(2).is_err());
    let dataset = source(&data, &path).load().unwrap().truncated(200);
    let correct = count(&network, &Preprocessing::default(), &dataset, 100);
    // The re-expressed network, on the same values: the same predictions.
    let scaled = Preprocessing {
        input_scale: 1.0 / 255.0,
        ..Preprocessing::default()
    };
    let (twin, preprocessing) = load(&data.join("models/mnist_cnn_onnxzoo.onnx"));
    assert_eq!(preprocessing.input_scale, 0.003_921_568_627_450_98);
    assert_eq!(
        count(&network, &scaled, &dataset, 7),
        count(&twin, &preprocessing, &dataset, 64)
    );
    assert!(correct > 190, "{correct}");
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let Some(data) = common::data_folder() else {
        return;
    };
    let path = data.join("models/mnist_lenet5.onnx");
    let (network, preprocessing) = load(&path);
    let dataset = source(&data, &path).load().unwrap().truncated(250);
    let operators = ExactOperator::for_layers(network.layers());
    for inference in [
        Inference::digital(&network, dataset.len(), 40).unwrap(),
        Inference::analog(&network, &operators, dataset.len(), 40).unwrap(),
    ] {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| inference.run(&dataset, &preprocessing).unwrap())
        };
        let single = run(1);
        assert_eq!(single.values().len(), 250 * 10);
        assert_eq!(single, run(2));
        assert_eq!(single, run(5));
    }
}
