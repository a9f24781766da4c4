//! Damaged files are errors, wherever the damage is; never a panic.

mod common;

use std::io::Write;
use std::path::Path;

use common::models::{ints, model, node, tensor, write};
use common::{npy_bytes, values};
use flate2::{Compression, write::GzEncoder};
use ohmloom_networks::{DataSource, Error, Network};
use proptest::prelude::*;
use prost::Message;
use tract_onnx::pb::ModelProto;

fn idx(rank: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, rank];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(data);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn small_network() -> ModelProto {
    model(
        &[0, 1, 6, 6],
        vec![
            node(
                "Conv",
                "conv",
                &["x", "w", "b"],
                "c",
                vec![ints("pads", &[1, 1, 1, 1])],
            ),
            node("Relu", "relu", &["c"], "r", vec![]),
            node("Flatten", "flat", &["r"], "f", vec![]),
            node("Gemm", "fc", &["f", "v"], "y", vec![]),
        ],
        vec![
            tensor("w", &[2, 1, 3, 3], values(18, 1)),
            tensor("b", &[2], values(2, 2)),
            tensor("v", &[72, 3], values(216, 3)),
        ],
    )
}

/// Writes MNIST files into `folder` and reads them.
fn load_mnist(folder: &Path, suffix: &str, images: &[u8], labels: &[u8]) -> Result<usize, Error> {
    std::fs::write(
        folder.join(format!("t10k-images-idx3-ubyte{suffix}")),
        images,
    )
    .unwrap();
    std::fs::write(
        folder.join(format!("t10k-labels-idx1-ubyte{suffix}")),
        labels,
    )
    .unwrap();
    DataSource::Mnist(folder.to_owned())
        .load()
        .map(|dataset| dataset.len())
}

fn load_npy(folder: &Path, samples: &[u8], labels: &[u8]) -> Result<usize, Error> {
    let paths = (folder.join("x.npy"), folder.join("y.npy"));
    std::fs::write(&paths.0, samples).unwrap();
    std::fs::write(&paths.1, labels).unwrap();
    DataSource::Npy {
        samples: paths.0,
        labels: paths.1,
    }
    .load()
    .map(|dataset| dataset.len())
}

/// The byte offset that an error about a data file reports.
fn offset(error: &Error) -> u64 {
    match error {
        Error::MalformedData { offset, .. } => *offset,
        other => panic!("not about a byte of a file: {other}"),
    }
}

#[test]
fn truncated_networks_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = small_network().encode_to_vec();
    let path = folder.path().join("truncated.onnx");
    std::fs::write(&path, &bytes).unwrap();
    Network::load(&path).unwrap();
    for len in 0..bytes.len() {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert!(
            Network::load(&path).is_err(),
            "{len} of {} bytes",
            bytes.len()
        );
    }
}

#[test]
fn inconsistent_networks_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let load = |damage: &dyn Fn(&mut tract_onnx::pb::GraphProto)| {
        let mut model = small_network();
        damage(model.graph.as_mut().unwrap());
        Network::load(write(folder.path(), "damaged", &model))
            .unwrap_err()
            .to_string()
    };
    assert!(load(&|g| g.output[0].name = "z".into()).contains("output `z`"));
    assert!(load(&|g| g.output.clear()).contains("no output"));
    assert!(load(&|g| g.node[1].input[0] = "lost".into()).contains("`lost`"));
    assert!(load(&|g| g.node[2].output[0] = "c".into()).contains("produced twice"));
    assert!(
        load(&|g| g.initializer[0].float_data.truncate(7)).contains("18 elements, 7 are stored")
    );
    assert!(load(&|g| g.initializer[0].dims = vec![i64::MAX, 16]).contains("too large"));
    assert!(load(&|g| g.initializer[0].dims[0] = -2).contains("negative dimension"));
    assert!(load(&|g| g.initializer[0].float_data[3] = f32::NAN).contains("NaN"));
    assert!(load(&|g| g.node[0].attribute = vec![ints("pads", &[1, 1])]).contains("conv"));
    assert!(load(&|g| g.node[0].attribute = vec![ints("strides", &[0, 1])]).contains("conv"));
    load(&|g| g.initializer[2].dims = vec![3, 72]);
    load(&|g| g.node[0].input[0] = "r".into());
}

#[test]
fn damaged_idx_files_report_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (images, labels) = (idx(3, &[2, 2, 3], &[7; 12]), idx(1, &[2], &[3, 9]));
    assert_eq!(load_mnist(folder, "", &images, &labels).unwrap(), 2);
    for len in 0..images.len() {
        assert_eq!(
            offset(&load_mnist(folder, "", &images[..len], &labels).unwrap_err()),
            len as u64
        );
    }
    for len in 0..labels.len() {
        assert_eq!(
            offset(&load_mnist(folder, "", &images, &labels[..len]).unwrap_err()),
            len as u64
        );
    }
    let trailing = [&images[..], &[0]].concat();
    assert_eq!(
        offset(&load_mnist(folder, "", &trailing, &labels).unwrap_err()),
        28
    );
    let label = load_mnist(folder, "", &images, &idx(1, &[2], &[3, 10])).unwrap_err();
    assert_eq!(offset(&label), 9);
    assert_eq!(
        offset(&load_mnist(folder, "", &labels, &labels).unwrap_err()),
        10
    );
    assert_eq!(
        offset(&load_mnist(folder, "", &idx(1, &[2; 3], &[0; 8]), &labels).unwrap_err()),
        0
    );
    let huge = idx(3, &[u32::MAX; 3], &[]);
    assert!(load_mnist(folder, "", &huge, &labels).is_err());
    let counts = load_mnist(folder, "", &images, &idx(1, &[1], &[3])).unwrap_err();
    assert!(matches!(counts, Error::MismatchedFiles { .. }), "{counts}");
}

#[test]
fn damaged_compressed_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (images, labels) = (
        gzip(&idx(3, &[2, 2, 3], &[7; 12])),
        gzip(&idx(1, &[2], &[3, 9])),
    );
    assert_eq!(load_mnist(folder, ".gz", &images, &labels).unwrap(), 2);
    for len in 0..images.len() {
        assert!(
            load_mnist(folder, ".gz", &images[..len], &labels).is_err(),
            "{len}"
        );
    }
    let trailing = [&images[..], b"more"].concat();
    assert_eq!(
        offset(&load_mnist(folder, ".gz", &trailing, &labels).unwrap_err()),
        28
    );
}

#[test]
fn damaged_cifar_files_report_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        DataSource::Cifar10(path.clone()).load()
    };
    let mut bytes = vec![9; 2 * 3073];
    let dataset = load(&bytes).unwrap();
    assert_eq!(
        (dataset.len(), dataset.sample_shape()),
        (2, &[3, 32, 32][..])
    );
    for len in [0, 1, 3072, 3074, 6145] {
        assert_eq!(
            offset(&load(&bytes[..len]).unwrap_err()),
            (len / 3073 * 3073) as u64
        );
    }
    bytes[3073] = 10;
    assert_eq!(offset(&load(&bytes).unwrap_err()), 3073);
}

#[test]
fn damaged_npy_files_report_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data: Vec<u8> = [-5i16, 300, 2, 1, 0, -1]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let (samples, labels) = (
        npy_bytes("<i2", &[2, 3], &data),
        npy_bytes("<i8", &[2], &[0; 16]),
    );
    assert_eq!(load_npy(folder, &samples, &labels).unwrap(), 2);
    for len in 0..samples.len() {
        assert!(load_npy(folder, &samples[..len], &labels).is_err(), "{len}");
    }
    let (end, trailing) = (samples.len() as u64, [&samples[..], &[0]].concat());
    assert_eq!(
        offset(&load_npy(folder, &trailing, &labels).unwrap_err()),
        end
    );
    assert_eq!(
        offset(&load_npy(folder, &samples[..samples.len() - 1], &labels).unwrap_err()),
        end - 1
    );
    let negative = npy_bytes("|i1", &[2], &[0, 255]);
    assert_eq!(
        offset(&load_npy(folder, &samples, &negative).unwrap_err()),
        negative.len() as u64 - 1
    );
    let nan = npy_bytes("<f4", &[2, 1], &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f]);
    assert_eq!(
        offset(&load_npy(folder, &nan, &labels).unwrap_err()),
        nan.len() as u64 - 4
    );
    for wrong in [">i2", "<c8", "|O", "", "<i3"] {
        assert!(
            load_npy(folder, &npy_bytes(wrong, &[2, 3], &data), &labels).is_err(),
            "{wrong}"
        );
    }
    assert!(load_npy(folder, &npy_bytes("<i2", &[usize::MAX, 3], &data), &labels).is_err());
    let counts = load_npy(folder, &samples, &npy_bytes("|u1", &[3], &[0; 3])).unwrap_err();
    assert!(matches!(counts, Error::MismatchedFiles { .. }), "{counts}");
}

#[test]
fn data_sources_are_parsed_and_printed() {
    for spec in ["mnist:some/folder", "cifar10:test.bin", "npy:x.npy,y.npy"] {
        assert_eq!(spec.parse::<DataSource>().unwrap().to_string(), spec);
    }
    for spec in [
        "",
        "mnist",
        "mnist:",
        "npy:x.npy",
        "npy:x.npy,",
        "npy:a,b,c",
        "imagenet:folder",
    ] {
        let error = spec.parse::<DataSource>().unwrap_err().to_string();
        assert!(error.contains("expected mnist:DIRECTORY"), "{error}");
    }
    let missing = DataSource::Mnist("no/such/folder".into())
        .load()
        .unwrap_err();
    assert!(
        missing.to_string().contains("t10k-images-idx3-ubyte.gz"),
        "{missing}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_of_a_network_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = small_network().encode_to_vec();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let path = folder.path().join("changed.onnx");
        std::fs::write(&path, bytes).unwrap();
        // Either outcome is right: a change may hit a weight.
        let _ = Network::load(&path);
    }

    #[test]
    fn changed_headers_of_npy_files_never_panic(at in 0usize..128, value: u8) {
        let folder = tempfile::tempdir().unwrap();
        let mut samples = npy_bytes("<i2", &[2, 3], &[0; 12]);
        samples[at] = value;
        let _ = load_npy(folder.path(), &samples, &npy_bytes("|u1", &[2], &[0; 2]));
    }
}
