//! Pairs of npy files: samples of any shape, integer labels. Little-endian, C order, versions 1 to 3.

use std::path::Path;

use ndarray_npy::npy::header::{Header, Layout};

use super::{Dataset, Samples, malformed, read_file};
use crate::error::Error;

/// Reads samples `(P, ...)` and labels `(P,)`.
pub(super) fn read(sample_path: &Path, label_path: &Path) -> Result<Dataset, Error> {
    let (sample_bytes, label_bytes) = (read_file(sample_path)?, read_file(label_path)?);
    let samples = Array::parse(sample_path, &sample_bytes)?;
    let Some((&count, sample_shape)) = samples.shape.split_first() else {
        return Err(malformed(
            sample_path,
            0,
            "samples are a scalar; their first dimension must count them",
        ));
    };
    let labels = Array::parse(label_path, &label_bytes)?;
    if labels.shape != [count] {
        return Err(Error::MismatchedFiles {
            samples: sample_path.to_owned(),
            labels: label_path.to_owned(),
            reason: format!(
                "samples have shape {:?}, labels {:?}; [{count}] is needed",
                samples.shape, labels.shape
            ),
        });
    }
    let values = samples.samples()?;
    if let Some(index) = (0..values.len()).find(|&i| !values.values(i..i + 1)[0].is_finite()) {
        return Err(malformed(
            sample_path,
            samples.byte_of(index),
            "the value is not finite",
        ));
    }
    Ok(Dataset {
        samples: values,
        sample_shape: sample_shape.to_vec(),
        labels: labels.labels()?,
        classes: None,
        files: vec![sample_path.to_owned(), label_path.to_owned()],
    })
}

/// A parsed file: `data` holds exactly the elements of `shape`.
struct Array<'a> {
    path: &'a Path,
    /// Kind and size, `i2` for example.
    element: String,
    shape: Vec<usize>,
    data: &'a [u8],
    data_offset: usize,
    width: usize,
}

impl<'a> Array<'a> {
    fn parse(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Error> {
        let mut data = bytes;
        let header = Header::from_reader(&mut data)
            .map_err(|error| malformed(path, 0, format!("this is not an npy file: {error}")))?;
        let data_offset = bytes.len() - data.len();
        let wrong = |reason: String| malformed(path, 0, reason);
        let descr = header.type_descriptor.to_string();
        let descr = descr.trim_matches(['\'', '"']);
        let (order, element) = descr.split_at_checked(1).unwrap_or(("", descr));
        let width = element
            .get(1..)
            .and_then(|digits| digits.parse::<usize>().ok())
            .unwrap_or(0);
        if !(order == "<" || order == "|" && width == 1) || !matches!(width, 1 | 2 | 4 | 8) {
            return Err(wrong(format!(
                "element type {descr} is not supported; little-endian numbers are"
            )));
        }
        if header.layout == Layout::Fortran {
            return Err(wrong("the array must be stored in C order".into()));
        }
        let shape = header.shape;
        let len = shape.iter().try_fold(width, |n, &d| n.checked_mul(d));
        let len = len.ok_or_else(|| wrong(format!("shape {shape:?} is too large")))?;
        if data.len() != len {
            let reason = if data.len() < len {
                "the file is truncated"
            } else {
                "bytes follow after the array"
            };
            let (found, offset) = (data.len(), data_offset + data.len().min(len));
            return Err(malformed(
                path,
                offset,
                format!(
                    "{reason}: shape {shape:?} of {descr} needs {len} bytes, {found} are there"
                ),
            ));
        }
        Ok(Self {
            path,
            element: element.to_owned(),
            shape,
            data,
            data_offset,
            width,
        })
    }

    fn byte_of(&self, index: usize) -> usize {
        self.data_offset + index * self.width
    }

    fn elements<const N: usize, T>(&self, convert: impl Fn([u8; N]) -> T) -> Vec<T> {
        let (chunks, _) = self.data.as_chunks::<N>();
        chunks.iter().map(|&bytes| convert(bytes)).collect()
    }

    fn samples(&self) -> Result<Samples, Error> {
        match &*self.element {
            "u1" => Ok(Samples::U8(self.data.to_vec())),
            "i2" => Ok(Samples::I16(self.elements(i16::from_le_bytes))),
            "i4" => Ok(Samples::I32(self.elements(i32::from_le_bytes))),
            "f4" => Ok(Samples::F32(self.elements(f32::from_le_bytes))),
            "f8" => Ok(Samples::F64(self.elements(f64::from_le_bytes))),
            other => {
                Err(self.unsupported(&format!("samples of type {other}; u1, i2, i4, f4 and f8")))
            }
        }
    }

    fn labels(&self) -> Result<Vec<usize>, Error> {
        let values: Vec<Option<usize>> = match &*self.element {
            "u1" => self.elements(|b| Some(u8::from_le_bytes(b).into())),
            "u2" => self.elements(|b| Some(u16::from_le_bytes(b).into())),
            "u4" => self.elements(|b| usize::try_from(u32::from_le_bytes(b)).ok()),
            "u8" => self.elements(|b| usize::try_from(u64::from_le_bytes(b)).ok()),
            "i1" => self.elements(|b| usize::try_from(i8::from_le_bytes(b)).ok()),
            "i2" => self.elements(|b| usize::try_from(i16::from_le_bytes(b)).ok()),
            "i4" => self.elements(|b| usize::try_from(i32::from_le_bytes(b)).ok()),
            "i8" => self.elements(|b| usize::try_from(i64::from_le_bytes(b)).ok()),
            other => return Err(self.unsupported(&format!("labels of type {other}; integers"))),
        };
        let negative = |i: usize| {
            malformed(
                self.path,
                self.byte_of(i),
                format!("label of sample {i} is negative"),
            )
        };
        values
            .into_iter()
            .enumerate()
            .map(|(i, label)| label.ok_or_else(|| negative(i)))
            .collect()
    }

    fn unsupported(&self, found: &str) -> Error {
        malformed(self.path, 0, format!("{found} are supported"))
    }
}
