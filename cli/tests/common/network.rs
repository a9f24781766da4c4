//! The built-in network and some of its images as files.

use std::path::Path;

use ndarray::{Array1, Array3};
use ndarray_npy::write_npy;
use ohmloom::studies::demo::glyphs::{DEMO_SEED, SIDE, Split, glyphs};
use ohmloom::studies::demo::{NETWORK_JSON, NETWORK_ONNX};

/// Writes `net.onnx`, `net.json`, and so many images as `x.npy` and `y.npy`; returns the labels.
pub(crate) fn write_network(folder: &Path, count: usize) -> Array1<u8> {
    std::fs::write(folder.join("net.onnx"), NETWORK_ONNX).unwrap();
    std::fs::write(folder.join("net.json"), NETWORK_JSON).unwrap();
    let images: Vec<_> = glyphs(DEMO_SEED, Split::Test, count as u32).collect();
    let pixels: Vec<u8> = images.iter().flat_map(|glyph| glyph.pixels).collect();
    let labels: Array1<u8> = images.iter().map(|glyph| glyph.label).collect();
    let pixels = Array3::from_shape_vec((count, SIDE, SIDE), pixels).unwrap();
    write_npy(folder.join("x.npy"), &pixels).unwrap();
    write_npy(folder.join("y.npy"), &labels).unwrap();
    labels
}
