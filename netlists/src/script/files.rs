//! `write`, `wrdata` and redirected text.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;

use crate::results::rawfile::{self, Encoding};
use crate::results::{Vector, VectorData, format::exponent};

use super::interpreter::{Failure, Interpreter};
use super::text::{first_word, words};

impl Interpreter<'_> {
    /// The path of a file, relative to the script's folder.
    fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        match words(name).into_iter().next() {
            Some(name) => Ok(self
                .directory
                .as_ref()
                .map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name))),
            None => Err("the name of the file is missing".into()),
        }
    }

    /// Opens a file to write. With `append` the file goes on, else it starts anew.
    fn open(&self, name: &str, append: bool) -> Result<File, Failure> {
        let path = self.path(name)?;
        let opened = if append {
            OpenOptions::new().append(true).create(true).open(&path)
        } else {
            File::create(&path)
        };
        opened.map_err(|error| Failure::Command(format!("cannot write the file `{name}`: {error}")))
    }

    pub(super) fn write_file(&self, name: &str, append: bool, text: &[u8]) -> Result<(), Failure> {
        let mut file = self.open(name, append)?;
        file.write_all(text)
            .map_err(|error| Failure::Command(format!("cannot write the file `{name}`: {error}")))
    }

    /// `write file [expressions]`: a rawfile of the current plot; with `set filetype=ascii` as text, with `set appendwrite`
    /// behind what the file has.
    pub(super) fn write(&mut self, rest: &str) -> Result<(), Failure> {
        let (name, list) = first_word(rest);
        let name = if name.is_empty() {
            "rawspice.raw"
        } else {
            name
        };
        let list = if list.trim().is_empty() { "all" } else { list };
        let vectors = self.listed(list)?;
        let plot = self.plots.current();
        let mut chosen: Vec<&Vector> = Vec::new();
        // The scale comes first when it belongs to the vectors.
        if let Some(scale) = plot.scale()
            && vectors.iter().any(|vector| vector.len() == scale.len())
            && plot.points() > 1
        {
            chosen.push(scale);
        }
        for vector in &vectors {
            if !chosen.iter().any(|known| known.name == vector.name) {
                chosen.push(vector);
            }
        }
        let ascii = self
            .variables
            .word("filetype")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("ascii"));
        let encoding = if ascii {
            Encoding::Ascii
        } else {
            Encoding::Binary
        };
        let mut file = self.open(name, self.variables.is_set("appendwrite"))?;
        rawfile::write_vectors(plot, &chosen, encoding, &mut file)
            .map_err(|error| Failure::Command(format!("cannot write the file `{name}`: {error}")))
    }

    /// `load file`: adds the plots of a rawfile; the last one becomes the current plot.
    pub(super) fn load(&mut self, rest: &str) -> Result<(), Failure> {
        let failed = |reason: &dyn std::fmt::Display| {
            Failure::Command(format!("cannot load `{rest}`: {reason}"))
        };
        let file = File::open(self.path(rest)?).map_err(|error| failed(&error))?;
        let plots = rawfile::read(&mut BufReader::new(file)).map_err(|error| failed(&error))?;
        for plot in plots {
            self.plots.add(plot);
        }
        Ok(())
    }

    /// `wrdata file expressions`: columns of numbers, each vector behind its scale (once with `set wr_singlescale`), with
    /// names in the first line for `set wr_vecnames`.
    pub(super) fn wrdata(&mut self, rest: &str) -> Result<(), Failure> {
        let (name, list) = first_word(rest);
        let vectors = self.listed(list)?;
        if vectors.is_empty() {
            return Err("`wrdata` takes a file and vectors".into());
        }
        let scale = self.plots.current().scale().cloned();
        let single = self.variables.is_set("wr_singlescale");
        let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
        for (number, vector) in vectors.iter().enumerate() {
            if let Some(scale) = scale.as_ref().filter(|_| number == 0 || !single) {
                columns.push((scale.name.clone(), scale.data.to_real()));
            }
            match &vector.data {
                VectorData::Real(values) => columns.push((vector.name.clone(), values.clone())),
                VectorData::Complex(values) => {
                    columns.push((vector.name.clone(), values.iter().map(|z| z.re).collect()));
                    columns.push((vector.name.clone(), values.iter().map(|z| z.im).collect()));
                }
            }
        }
        let digits = self.variables.count("numdgt", 1..=16, 8);
        let append = self.variables.is_set("appendwrite");
        let file = self.open(name, append)?;
        let names = self.variables.is_set("wr_vecnames");
        columns_text(&columns, digits, names, &mut BufWriter::new(file))
            .map_err(|error| Failure::Command(format!("cannot write the file `{name}`: {error}")))
    }
}

fn columns_text(
    columns: &[(String, Vec<f64>)],
    digits: usize,
    names: bool,
    output: &mut dyn Write,
) -> std::io::Result<()> {
    let field = digits + 7;
    if names {
        for (name, _) in columns {
            write!(output, " {name:<field$}")?;
        }
        writeln!(output)?;
    }
    let points = columns
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(0);
    for point in 0..points {
        for (_, values) in columns {
            match values.get(point) {
                Some(&value) if value < 0.0 => write!(output, "{} ", exponent(value, digits))?,
                Some(&value) => write!(output, " {} ", exponent(value, digits))?,
                None => write!(output, "{:field$} ", "")?,
            }
        }
        writeln!(output)?;
    }
    output.flush()
}
