//! What the integration tests share: the data folder, Python, and small ONNX models.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod models;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with networks and datasets: `OHMLOOM_DATA`, or `shared/data` beside the workspace. `None` (with a
/// message) where it is missing, which is a failure in continuous integration.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("OHMLOOM_DATA").map_or(beside, PathBuf::from);
    available(
        folder.join("models").is_dir(),
        "the data folder is missing; set OHMLOOM_DATA",
    )
    .then_some(folder)
}

/// The Python interpreter (`OHMLOOM_PYTHON`, or `python3`), if it has onnxruntime and numpy.
pub(crate) fn python() -> Option<PathBuf> {
    let python =
        PathBuf::from(std::env::var_os("OHMLOOM_PYTHON").unwrap_or_else(|| "python3".into()));
    let check = Command::new(&python)
        .args(["-c", "import onnxruntime, numpy"])
        .output();
    let has_runtime = check.is_ok_and(|output| output.status.success());
    available(
        has_runtime,
        "no Python with onnxruntime and numpy; set OHMLOOM_PYTHON",
    )
    .then_some(python)
}

fn available(found: bool, message: &str) -> bool {
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("skipped: {message}");
    }
    found
}

/// All `.onnx` files of the data folder, sorted.
pub(crate) fn networks(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data.join("models")).expect("readable folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("readable entry").path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "onnx")
    });
    paths.sort();
    assert_eq!(paths.len(), 12, "networks in the data folder");
    paths
}

/// Deterministic values between -1 and 1.
pub(crate) fn values(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..len).map(next).collect()
}

/// Largest difference, relative to the largest reference value.
pub(crate) fn relative_error(reference: &[f32], other: &[f32]) -> f32 {
    assert_eq!(reference.len(), other.len());
    let scale = reference
        .iter()
        .fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let difference = reference
        .iter()
        .zip(other)
        .fold(0.0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(difference.is_finite());
    difference / scale
}

/// Writes an npy file of 32-bit floats.
pub(crate) fn write_npy(path: &Path, shape: &[usize], values: &[f32]) {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(path, npy_bytes("<f4", shape, &bytes)).expect("written");
}

/// An npy file, version 1.0.
pub(crate) fn npy_bytes(descr: &str, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let mut sizes: String = shape
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    sizes.push(',');
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// The 32-bit floats of an npy file written by the reference script.
pub(crate) fn read_npy(path: &Path) -> Vec<f32> {
    let bytes = std::fs::read(path).expect("readable");
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[header..]
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

/// One run of a network in onnxruntime.
pub(crate) struct Reference {
    pub(crate) network: PathBuf,
    /// Input, batch first.
    pub(crate) shape: Vec<usize>,
    pub(crate) input: Vec<f32>,
}

/// Runs every case in one Python process; returns the outputs.
pub(crate) fn onnxruntime(python: &Path, cases: &[Reference]) -> Vec<Vec<f32>> {
    let folder = tempfile::tempdir().expect("temporary folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnxruntime_reference.py");
    let mut command = Command::new(python);
    command.arg(script);
    let output = |index: usize| folder.path().join(format!("{index}-output.npy"));
    for (index, case) in cases.iter().enumerate() {
        let input = folder.path().join(format!("{index}-input.npy"));
        write_npy(&input, &case.shape, &case.input);
        command.args([&case.network, &input, &output(index)]);
    }
    let result = command.output().expect("Python started");
    assert!(
        result.status.success(),
        "{}",
        String::from_utf8_lossy(&result.stderr)
    );
    (0..cases.len())
        .map(|index| read_npy(&output(index)))
        .collect()
}
