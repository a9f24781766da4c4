//! Arrays of real numbers in npy files. The content of a file is not trusted: what its header declares is checked against the bytes
//! that are there before anything is allocated for it.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use ndarray::{ArrayD, ArrayViewD};
use ndarray_npy::npy::header::Header;
use ndarray_npy::{ReadNpyExt, WriteNpyExt};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Longer headers are those of tables with many fields, or damage.
const LONGEST_HEADER: usize = 4096;

/// Reads an array of float64 or float32 in C or Fortran order.
pub(crate) fn read(path: &Path) -> Result<ArrayD<f64>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&bytes).with_context(|| path.display().to_string())
}

/// Writes float64 values of the given shape in C order.
pub(crate) fn write(path: &Path, shape: &[usize], values: &[f64]) -> Result<()> {
    let array = ArrayViewD::from_shape(shape, values)?;
    array.write_npy(BufWriter::new(File::create(path)?))?;
    Ok(())
}

/// A shape as numpy writes it.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    match shape {
        [only] => format!("({only},)"),
        sizes => {
            let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
            format!("({})", sizes.join(", "))
        }
    }
}

fn parse(bytes: &[u8]) -> Result<ArrayD<f64>> {
    ensure!(
        bytes.starts_with(MAGIC),
        "this is not an npy file (its first bytes are not \\x93NUMPY)"
    );
    let data = data_offset(bytes)?;
    let header = Header::from_reader(&mut &bytes[..data])
        .map_err(|error| anyhow!("this is not a valid npy file: {error}"))?;
    let descriptor = header.type_descriptor.to_string();
    let width = match descriptor.trim_matches(['\'', '"']) {
        "<f8" | ">f8" => 8,
        "<f4" | ">f4" => 4,
        other => {
            bail!("its elements are of type {other}; float64 (<f8) or float32 (<f4) is needed")
        }
    };
    let shape = shape_text(&header.shape);
    ensure!(
        !header.shape.contains(&0),
        "the array is empty: its shape is {shape}"
    );
    let needed = header
        .shape
        .iter()
        .try_fold(width, |length: usize, &size| length.checked_mul(size))
        .ok_or_else(|| anyhow!("shape {shape} is larger than any memory"))?;
    let found = bytes.len() - data;
    ensure!(
        found == needed,
        "{}: shape {shape} of {width}-byte elements needs {needed} bytes, {found} are there",
        if found < needed {
            "the file is truncated"
        } else {
            "bytes follow after the array"
        },
    );
    Ok(if width == 8 {
        ArrayD::<f64>::read_npy(bytes)?
    } else {
        ArrayD::<f32>::read_npy(bytes)?.mapv(f64::from)
    })
}

/// Where the header ends.
fn data_offset(bytes: &[u8]) -> Result<usize> {
    let truncated = || anyhow!("the file is truncated: it ends in its header");
    let version = *bytes.get(MAGIC.len()).ok_or_else(truncated)?;
    let start = MAGIC.len() + 2;
    let width = if version == 1 { 2 } else { 4 };
    let length = bytes.get(start..start + width).ok_or_else(truncated)?;
    let length = length
        .iter()
        .rev()
        .fold(0, |length, &byte| length << 8 | usize::from(byte));
    ensure!(
        length <= LONGEST_HEADER,
        "this is not an npy file of plain numbers: its header has {length} bytes"
    );
    let end = start + width + length;
    if end > bytes.len() {
        return Err(truncated());
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        let length = (header.len() as u32).to_le_bytes();
        bytes.extend(&length[..if version == 1 { 2 } else { 4 }]);
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn refusal(bytes: &[u8]) -> String {
        format!("{:#}", parse(bytes).unwrap_err())
    }

    #[test]
    fn reads_both_widths_orders_and_byte_orders() {
        let header = |kind, fortran| {
            format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': (2, 2), }}\n")
        };
        let values = [1.0, 2.0, 3.0, 4.0];
        let wide = |convert: fn(f64) -> [u8; 8]| values.map(convert).concat();
        let narrow: Vec<u8> = [1f32, 2.0, 3.0, 4.0].map(f32::to_le_bytes).concat();
        let rows = ndarray::array![[1.0, 2.0], [3.0, 4.0]].into_dyn();
        for version in 1..=3 {
            let little = wide(f64::to_le_bytes);
            assert_eq!(
                parse(&file(version, &header("<f8", "False"), &little)).unwrap(),
                rows
            );
            let columns = parse(&file(version, &header("<f8", "True"), &little)).unwrap();
            assert_eq!(columns, rows.t());
            let big = wide(f64::to_be_bytes);
            assert_eq!(
                parse(&file(version, &header(">f8", "False"), &big)).unwrap(),
                rows
            );
            assert_eq!(
                parse(&file(version, &header("<f4", "False"), &narrow)).unwrap(),
                rows
            );
        }
    }

    #[test]
    fn no_declared_size_is_believed() {
        let header =
            |shape| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
        assert!(refusal(&file(1, &header("(1000000, 1000000)"), &[0; 16])).contains("truncated"));
        let huge = header("(4611686018427387904, 4611686018427387904)");
        assert!(refusal(&file(1, &huge, &[0; 16])).contains("larger than any memory"));
        let beyond = header("(0, 99999999999999999999999999)");
        assert!(refusal(&file(1, &beyond, &[])).contains("shape"));
        assert!(refusal(&file(1, &header("(0, 9223372036854775807)"), &[])).contains("empty"));
        assert!(refusal(&file(1, &header("(1,)"), &[0; 16])).contains("bytes follow"));
        let mut length = file(2, "", &[]);
        length[8..12].fill(0xff);
        assert!(refusal(&length).contains("4294967295 bytes"));
    }

    #[test]
    fn every_prefix_of_a_file_is_refused() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";
        let whole = file(1, header, &[0; 16]);
        for length in 0..whole.len() {
            refusal(&whole[..length]);
        }
        assert!(parse(&whole).is_ok());
    }

    #[test]
    fn nested_brackets_do_not_exhaust_the_stack() {
        let header = "(".repeat(LONGEST_HEADER - 1) + "\n";
        assert!(refusal(&file(1, &header, &[])).contains("not a valid npy file"));
    }
}
