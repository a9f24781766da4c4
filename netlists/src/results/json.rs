//! Plots as JSON.
//!
//! ```json
//! { "format": "ohmloom-plots-1",
//!   "plots": [ { "title": "...", "date": "...", "name": "AC Analysis", "type": "ac1", "points": 2,
//!     "vectors": [ { "name": "frequency", "kind": "frequency", "real": [10.0, 100.0] },
//!                  { "name": "v(out)", "kind": "voltage", "real": [1.0, 0.5], "imaginary": [0.0, -0.5] } ] } ] }
//! ```
//!
//! The first vector is the scale. A value that is not finite is `null`, since JSON has no other word for it.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Plot, Vector, VectorData};

/// Name of this format, changed when the format is.
pub const FORMAT: &str = "ohmloom-plots-1";

/// Writes plots as one JSON object on one line, value by value.
pub fn write(plots: &[Plot], output: &mut dyn Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    serde_json::to_writer(&mut output, &Document(plots))?;
    output.write_all(b"\n")?;
    output.flush()
}

struct Document<'a>(&'a [Plot]);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Document", 2)?;
        fields.serialize_field("format", FORMAT)?;
        fields.serialize_field("plots", self.0)?;
        fields.end()
    }
}

impl Serialize for Plot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Plot", 6)?;
        fields.serialize_field("title", &self.title)?;
        fields.serialize_field("date", &self.date)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("type", &self.type_name)?;
        fields.serialize_field("points", &self.points())?;
        fields.serialize_field("vectors", &self.vectors)?;
        fields.end()
    }
}

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Vector", 4)?;
        fields.serialize_field("name", &self.file_name())?;
        fields.serialize_field("kind", self.kind.text())?;
        match &self.data {
            VectorData::Real(values) => fields.serialize_field("real", values)?,
            VectorData::Complex(values) => {
                fields.serialize_field("real", &Parts(values, |z| z.re))?;
                fields.serialize_field("imaginary", &Parts(values, |z| z.im))?;
            }
        }
        fields.end()
    }
}

/// One part of complex values, without a copy of them.
struct Parts<'a>(
    &'a [num_complex::Complex64],
    fn(&num_complex::Complex64) -> f64,
);

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Complex64, Plot, Vector, VectorKind};

    #[test]
    fn schema() {
        let mut plot = Plot::new("t \"q\"", "AC Analysis");
        plot.vectors = vec![
            Vector::real(
                "frequency",
                VectorKind::Frequency,
                vec![10.0, f64::INFINITY],
            ),
            Vector::complex("out", VectorKind::Voltage, vec![Complex64::new(1.0, -0.5)]),
        ];
        let mut out = Vec::new();
        super::write(&[plot], &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let plot = &value["plots"][0];
        assert_eq!(value["format"], "ohmloom-plots-1");
        assert_eq!(plot["title"], "t \"q\"");
        assert_eq!(plot["points"], 2);
        assert!(plot["vectors"][0]["real"][1].is_null());
        assert_eq!(plot["vectors"][1]["name"], "v(out)");
        assert_eq!(plot["vectors"][1]["imaginary"][0], -0.5);
    }
}
