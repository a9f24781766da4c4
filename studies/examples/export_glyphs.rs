//! Writes the demo's images as npy files, for training: `cargo run -p ohmloom-studies --example export_glyphs -- DIR`.
//!
//! DIR gets `train_images.npy` (N x 16 x 16, u8), `train_labels.npy` (N, u8), and the same for `calibration` and `test`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array3};
use ndarray_npy::write_npy;
use ohmloom_studies::demo::glyphs::{DEMO_SEED, SIDE, Split, glyphs};

const SPLITS: [(&str, Split, u32); 3] = [
    ("train", Split::Train, 20_000),
    ("calibration", Split::Calibration, 500),
    ("test", Split::Test, 2_000),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("say where to: cargo run -p ohmloom-studies --example export_glyphs -- DIR")?;
    fs::create_dir_all(&folder)?;
    for (name, split, count) in SPLITS {
        export(&folder, name, split, count)?;
    }
    Ok(())
}

fn export(folder: &Path, name: &str, split: Split, count: u32) -> Result<(), Box<dyn Error>> {
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for glyph in glyphs(DEMO_SEED, split, count) {
        pixels.extend_from_slice(&glyph.pixels);
        labels.push(glyph.label);
    }
    let images = Array3::from_shape_vec((count as usize, SIDE, SIDE), pixels)?;
    write_npy(folder.join(format!("{name}_images.npy")), &images)?;
    write_npy(
        folder.join(format!("{name}_labels.npy")),
        &Array1::from(labels),
    )?;
    Ok(())
}
