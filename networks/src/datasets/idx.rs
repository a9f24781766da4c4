//! The IDX format of MNIST and its relatives: big-endian header, unsigned bytes, optionally compressed by gzip.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;

use super::{Dataset, Samples, check_labels, malformed, read_file};
use crate::error::Error;

/// Third byte of the magic number: elements are unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const CLASSES: usize = 10;

/// Reads `PREFIX-images-idx3-ubyte` and `PREFIX-labels-idx1-ubyte`, plain or with `.gz`, for the first of `prefixes`
/// whose images are in `directory`. `None` if none is.
pub(super) fn read(directory: &Path, prefixes: &[&str]) -> Result<Option<Dataset>, Error> {
    for prefix in prefixes {
        let Some(image_path) = find(directory, &format!("{prefix}-images-idx3-ubyte")) else {
            continue;
        };
        let label_name = format!("{prefix}-labels-idx1-ubyte");
        let label_path = find(directory, &label_name).ok_or_else(|| Error::MissingFiles {
            directory: directory.to_owned(),
            names: vec![label_name.clone(), format!("{label_name}.gz")],
        })?;
        return read_pair(&image_path, &label_path).map(Some);
    }
    Ok(None)
}

/// The file names that [`read`] looks for.
pub(super) fn image_names(prefixes: &[&str]) -> Vec<String> {
    let names = |prefix: &&str| {
        [
            format!("{prefix}-images-idx3-ubyte"),
            format!("{prefix}-images-idx3-ubyte.gz"),
        ]
    };
    prefixes.iter().flat_map(names).collect()
}

fn find(directory: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")]
        .iter()
        .map(|name| directory.join(name))
        .find(|path| path.is_file())
}

fn read_pair(image_path: &Path, label_path: &Path) -> Result<Dataset, Error> {
    let (shape, pixels) = read_array::<3>(image_path)?;
    let ([count], labels) = read_array::<1>(label_path)?;
    if count != shape[0] {
        return Err(Error::MismatchedFiles {
            samples: image_path.to_owned(),
            labels: label_path.to_owned(),
            reason: format!("{} images but {count} labels", shape[0]),
        });
    }
    let labels: Vec<usize> = labels.into_iter().map(usize::from).collect();
    check_labels(label_path, &labels, CLASSES, |i| header_len(1) + i)?;
    Ok(Dataset {
        samples: Samples::U8(pixels),
        sample_shape: vec![1, shape[1], shape[2]],
        labels,
        classes: Some(CLASSES),
        files: vec![image_path.to_owned(), label_path.to_owned()],
    })
}

const fn header_len(rank: usize) -> usize {
    4 + 4 * rank
}

/// An array of unsigned bytes with `RANK` dimensions.
fn read_array<const RANK: usize>(path: &Path) -> Result<([usize; RANK], Vec<u8>), Error> {
    let stored = read_file(path)?;
    let bytes = if stored.starts_with(&GZIP_MAGIC) {
        decompress(path, &stored)?
    } else {
        stored
    };
    let magic = [0, 0, UNSIGNED_BYTE, RANK as u8];
    if bytes.len() < header_len(RANK) {
        let (found, needed) = (bytes.len(), header_len(RANK));
        return Err(malformed(
            path,
            found,
            format!("the file ends in its header of {needed} bytes"),
        ));
    }
    if bytes[..4] != magic {
        let found = &bytes[..4];
        return Err(malformed(
            path,
            0,
            format!(
                "magic number {found:02x?}, an IDX file of {RANK} dimensions of bytes starts with {magic:02x?}"
            ),
        ));
    }
    let mut shape = [0; RANK];
    let mut len = 1usize;
    for (axis, size) in shape.iter_mut().enumerate() {
        let field = &bytes[4 + 4 * axis..][..4];
        *size = field
            .iter()
            .fold(0usize, |value, &byte| value << 8 | usize::from(byte));
        len = len.checked_mul(*size).ok_or_else(|| {
            malformed(
                path,
                4 + 4 * axis,
                format!("a dimension of {size} makes the array too large"),
            )
        })?;
    }
    let data = &bytes[header_len(RANK)..];
    if data.len() != len {
        let offset = header_len(RANK) + data.len().min(len);
        let found = data.len();
        let reason = if found < len {
            "the file is truncated"
        } else {
            "bytes follow after the array"
        };
        return Err(malformed(
            path,
            offset,
            format!("{reason}: shape {shape:?} needs {len} bytes, {found} are there"),
        ));
    }
    Ok((shape, data.to_vec()))
}

/// Decompresses a file that must be exactly one gzip stream.
fn decompress(path: &Path, stored: &[u8]) -> Result<Vec<u8>, Error> {
    let mut decoder = GzDecoder::new(stored);
    let mut bytes = Vec::new();
    if let Err(error) = decoder.read_to_end(&mut bytes) {
        return Err(malformed(
            path,
            bytes.len(),
            format!("the gzip stream is damaged or truncated: {error}"),
        ));
    }
    let rest = decoder.into_inner().len();
    if rest > 0 {
        return Err(malformed(
            path,
            bytes.len(),
            format!("{rest} bytes follow after the gzip stream"),
        ));
    }
    Ok(bytes)
}
