//! The CIFAR-10 binary format: records of one label byte and 3,072 image bytes.

use std::path::Path;

use super::{Dataset, Samples, check_labels, malformed, read_file};
use crate::error::Error;

const SAMPLE_SHAPE: [usize; 3] = [3, 32, 32];
const IMAGE_LEN: usize = 3 * 32 * 32;
const RECORD_LEN: usize = 1 + IMAGE_LEN;
const CLASSES: usize = 10;

/// Reads one binary file.
pub(super) fn read(path: &Path) -> Result<Dataset, Error> {
    let bytes = read_file(path)?;
    let whole = bytes.len() / RECORD_LEN * RECORD_LEN;
    if bytes.is_empty() {
        return Err(malformed(
            path,
            0,
            format!("the file is empty; records of {RECORD_LEN} bytes are expected"),
        ));
    }
    if whole != bytes.len() {
        let rest = bytes.len() - whole;
        return Err(malformed(
            path,
            whole,
            format!("{rest} bytes remain, a record has {RECORD_LEN}"),
        ));
    }
    let records = || bytes.chunks_exact(RECORD_LEN);
    let labels: Vec<usize> = records().map(|record| record[0].into()).collect();
    check_labels(path, &labels, CLASSES, |i| i * RECORD_LEN)?;
    let mut pixels = Vec::with_capacity(labels.len() * IMAGE_LEN);
    records().for_each(|record| pixels.extend_from_slice(&record[1..]));
    Ok(Dataset {
        samples: Samples::U8(pixels),
        sample_shape: SAMPLE_SHAPE.to_vec(),
        labels,
        classes: Some(CLASSES),
        files: vec![path.to_owned()],
    })
}
