//! Reading rawfiles.

use std::io::{self, BufRead, Read};

use num_complex::Complex64;
use thiserror::Error;

use super::super::{Plot, Vector, VectorData, VectorKind};

/// Why a rawfile could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RawfileError {
    /// The input failed.
    #[error("cannot read the rawfile: {0}")]
    Input(#[from] io::Error),
    /// A header line is missing or makes no sense.
    #[error("plot {plot} of the rawfile: {reason}")]
    Header {
        /// Number of the plot in the file, from 1.
        plot: usize,
        /// What is wrong.
        reason: String,
    },
    /// The values end early or are not numbers.
    #[error("plot {plot} of the rawfile, point {point}: {reason}")]
    Values {
        /// Number of the plot in the file, from 1.
        plot: usize,
        /// The point, from 0.
        point: usize,
        /// What is wrong.
        reason: String,
    },
}

/// Longest header line or ascii value that is read, in bytes.
const LINE_LIMIT: u64 = 1 << 20;
/// Most variables of one plot.
const VARIABLE_LIMIT: usize = 10_000_000;

/// Reads every plot of a rawfile. Names stay as the file has them (`v(out)`); [`Plot::stored`] finds them under either form.
///
/// Memory grows with the data that are really there, whatever the header promises.
pub fn read(input: &mut dyn BufRead) -> Result<Vec<Plot>, RawfileError> {
    let mut plots = Vec::new();
    loop {
        let mut reader = PlotReader {
            input,
            plot: plots.len() + 1,
        };
        match reader.plot()? {
            Some(plot) => plots.push(plot),
            None => return Ok(plots),
        }
    }
}

struct PlotReader<'a> {
    input: &'a mut dyn BufRead,
    plot: usize,
}

#[derive(Default)]
struct Header {
    title: String,
    date: String,
    name: String,
    complex: bool,
    variables: Option<usize>,
    points: Option<usize>,
}

impl PlotReader<'_> {
    fn plot(&mut self) -> Result<Option<Plot>, RawfileError> {
        let mut header = Header::default();
        let mut seen = false;
        let mut vectors: Vec<Vector> = Vec::new();
        loop {
            let Some(line) = self.line()? else {
                return if seen {
                    Err(self.header_error("ends inside its header"))
                } else {
                    Ok(None)
                };
            };
            if line.trim().is_empty() {
                continue;
            }
            seen = true;
            let Some((key, value)) = line.split_once(':') else {
                return Err(self.header_error(&format!("`{}` is no header line", shown(&line))));
            };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "title" => value.clone_into(&mut header.title),
                "date" => value.clone_into(&mut header.date),
                "plotname" => value.clone_into(&mut header.name),
                "flags" => {
                    for flag in value.split_whitespace() {
                        match flag.to_ascii_lowercase().as_str() {
                            "complex" => header.complex = true,
                            "unpadded" => {
                                return Err(self.header_error("unpadded values are not supported"));
                            }
                            _ => {}
                        }
                    }
                }
                "no. variables" => header.variables = Some(self.count(value)?),
                "no. points" => header.points = Some(self.count(value)?),
                "variables" => vectors = self.variables(&header, value)?,
                "values" => return self.values(header, vectors, false).map(Some),
                "binary" => return self.values(header, vectors, true).map(Some),
                // `Command`, `Option`, `Dimensions`, `Offset` and whatever other programs add.
                _ => {}
            }
        }
    }

    fn count(&self, text: &str) -> Result<usize, RawfileError> {
        text.parse()
            .map_err(|_| self.header_error(&format!("`{}` is no count", shown(text))))
    }

    /// The list of variables; the first one may stand on the line of the key.
    fn variables(&mut self, header: &Header, first: &str) -> Result<Vec<Vector>, RawfileError> {
        let Some(count) = header.variables else {
            return Err(self.header_error("`Variables` before `No. Variables`"));
        };
        if count > VARIABLE_LIMIT {
            return Err(self.header_error(&format!("{count} variables are too many")));
        }
        let mut vectors = Vec::new();
        let mut pending = (!first.is_empty()).then(|| first.to_owned());
        while vectors.len() < count {
            let line = match pending.take() {
                Some(line) => line,
                None => self
                    .line()?
                    .ok_or_else(|| self.header_error("ends inside its variables"))?,
            };
            let mut words = line.split_whitespace();
            let (Some(_number), Some(name), Some(kind)) =
                (words.next(), words.next(), words.next())
            else {
                return Err(self.header_error(&format!("`{}` is no variable", shown(&line))));
            };
            let data = if header.complex {
                VectorData::Complex(Vec::new())
            } else {
                VectorData::Real(Vec::new())
            };
            vectors.push(Vector {
                name: name.to_owned(),
                kind: VectorKind::from_text(kind),
                data,
                logarithmic: words.any(|word| word.eq_ignore_ascii_case("grid=3")),
            });
        }
        Ok(vectors)
    }

    fn values(
        &mut self,
        header: Header,
        mut vectors: Vec<Vector>,
        binary: bool,
    ) -> Result<Plot, RawfileError> {
        let Some(points) = header.points else {
            return Err(self.header_error("no `No. Points`"));
        };
        if vectors.is_empty() && points > 0 {
            return Err(self.header_error("values without variables"));
        }
        for point in 0..points {
            if !binary {
                self.ascii_word(point)?;
            }
            for vector in &mut vectors {
                let value = if binary {
                    let re = self.float(point)?;
                    let im = if header.complex {
                        self.float(point)?
                    } else {
                        0.0
                    };
                    Complex64::new(re, im)
                } else {
                    let word = self.ascii_word(point)?;
                    self.ascii_value(&word, point)?
                };
                match &mut vector.data {
                    VectorData::Real(values) => values.push(value.re),
                    VectorData::Complex(values) => values.push(value),
                }
            }
        }
        Ok(Plot {
            title: header.title,
            date: header.date,
            name: header.name,
            type_name: String::new(),
            vectors,
        })
    }

    fn float(&mut self, point: usize) -> Result<f64, RawfileError> {
        let mut bytes = [0; 8];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(f64::from_le_bytes(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.value_error(point, "the file ends"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The next word of an ascii file.
    fn ascii_word(&mut self, point: usize) -> Result<String, RawfileError> {
        let mut word = Vec::new();
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                break;
            }
            let skip = if word.is_empty() {
                available
                    .iter()
                    .take_while(|b| b.is_ascii_whitespace())
                    .count()
            } else {
                0
            };
            let rest = available.get(skip..).unwrap_or_default();
            let taken = rest.iter().take_while(|b| !b.is_ascii_whitespace()).count();
            word.extend_from_slice(rest.get(..taken).unwrap_or_default());
            let ended = taken < rest.len();
            self.input.consume(skip + taken);
            if ended && !word.is_empty() {
                break;
            }
            if word.len() as u64 > LINE_LIMIT {
                return Err(self.value_error(point, "a value is too long"));
            }
        }
        if word.is_empty() {
            return Err(self.value_error(point, "the file ends"));
        }
        Ok(String::from_utf8_lossy(&word).into_owned())
    }

    fn ascii_value(&self, word: &str, point: usize) -> Result<Complex64, RawfileError> {
        let number = |text: &str| {
            text.parse()
                .map_err(|_| self.value_error(point, &format!("`{}` is no number", shown(text))))
        };
        match word.split_once(',') {
            Some((re, im)) => Ok(Complex64::new(number(re)?, number(im)?)),
            None => Ok(Complex64::new(number(word)?, 0.0)),
        }
    }

    fn line(&mut self) -> Result<Option<String>, RawfileError> {
        let mut bytes = Vec::new();
        (&mut *self.input)
            .take(LINE_LIMIT)
            .read_until(b'\n', &mut bytes)?;
        if bytes.len() as u64 == LINE_LIMIT {
            return Err(self.header_error("a line is too long"));
        }
        Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn header_error(&self, reason: &str) -> RawfileError {
        RawfileError::Header {
            plot: self.plot,
            reason: reason.to_owned(),
        }
    }

    fn value_error(&self, point: usize, reason: &str) -> RawfileError {
        RawfileError::Values {
            plot: self.plot,
            point,
            reason: reason.to_owned(),
        }
    }
}

/// The start of a text, for messages.
fn shown(text: &str) -> String {
    text.trim()
        .chars()
        .take(40)
        .map(|letter| if letter.is_control() { '?' } else { letter })
        .collect()
}
