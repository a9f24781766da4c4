//! A vector: one quantity over all points of a plot.

use num_complex::Complex64;

/// What a vector measures, with the names that rawfiles use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VectorKind {
    /// `notype`: a computed quantity.
    NoType,
    /// `time`, s.
    Time,
    /// `frequency`, Hz.
    Frequency,
    /// `voltage`, V.
    Voltage,
    /// `current`, A.
    Current,
    /// `voltage-density`: V/sqrt(Hz), the spectra of `.noise`.
    VoltageDensity,
    /// `current-density`: A/sqrt(Hz).
    CurrentDensity,
    /// `temp-sweep`: a temperature that `.dc` sweeps, degrees Celsius.
    TemperatureSweep,
    /// `res-sweep`: a resistance that `.dc` sweeps, ohm.
    ResistanceSweep,
    /// `impedance`, ohm.
    Impedance,
    /// `admittance`, S.
    Admittance,
    /// `power`, W.
    Power,
    /// `phase`, rad or degrees.
    Phase,
    /// `decibel`.
    Decibel,
    /// `capacitance`, F.
    Capacitance,
    /// `charge`, C.
    Charge,
    /// A name that is none of these, kept as a file gave it.
    Other(String),
}

impl VectorKind {
    /// The name in rawfiles.
    pub fn text(&self) -> &str {
        match self {
            Self::NoType => "notype",
            Self::Time => "time",
            Self::Frequency => "frequency",
            Self::Voltage => "voltage",
            Self::Current => "current",
            Self::VoltageDensity => "voltage-density",
            Self::CurrentDensity => "current-density",
            Self::TemperatureSweep => "temp-sweep",
            Self::ResistanceSweep => "res-sweep",
            Self::Impedance => "impedance",
            Self::Admittance => "admittance",
            Self::Power => "power",
            Self::Phase => "phase",
            Self::Decibel => "decibel",
            Self::Capacitance => "capacitance",
            Self::Charge => "charge",
            Self::Other(text) => text,
        }
    }

    /// The kind with a name as rawfiles write it, case-insensitive; unknown names are kept.
    pub fn from_text(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "notype" => Self::NoType,
            "time" => Self::Time,
            "frequency" => Self::Frequency,
            "voltage" => Self::Voltage,
            "current" => Self::Current,
            "voltage-density" => Self::VoltageDensity,
            "current-density" => Self::CurrentDensity,
            "temp-sweep" => Self::TemperatureSweep,
            "res-sweep" => Self::ResistanceSweep,
            "impedance" => Self::Impedance,
            "admittance" => Self::Admittance,
            "power" => Self::Power,
            "phase" => Self::Phase,
            "decibel" => Self::Decibel,
            "capacitance" => Self::Capacitance,
            "charge" => Self::Charge,
            _ => Self::Other(lower),
        }
    }
}

/// The values of a vector.
#[derive(Clone, Debug, PartialEq)]
pub enum VectorData {
    /// Real values.
    Real(Vec<f64>),
    /// Complex values, as `.ac` gives.
    Complex(Vec<Complex64>),
}

impl VectorData {
    /// Number of points.
    pub fn len(&self) -> usize {
        match self {
            Self::Real(values) => values.len(),
            Self::Complex(values) => values.len(),
        }
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the values are complex.
    pub fn is_complex(&self) -> bool {
        matches!(self, Self::Complex(_))
    }

    /// The value at a point, with imaginary part 0 for real data; none beyond the end.
    pub fn get(&self, point: usize) -> Option<Complex64> {
        match self {
            Self::Real(values) => values.get(point).map(|&re| Complex64::new(re, 0.0)),
            Self::Complex(values) => values.get(point).copied(),
        }
    }

    /// The real part at a point; none beyond the end.
    pub fn real_at(&self, point: usize) -> Option<f64> {
        match self {
            Self::Real(values) => values.get(point).copied(),
            Self::Complex(values) => values.get(point).map(|z| z.re),
        }
    }

    /// The real parts.
    pub fn to_real(&self) -> Vec<f64> {
        match self {
            Self::Real(values) => values.clone(),
            Self::Complex(values) => values.iter().map(|z| z.re).collect(),
        }
    }

    /// All values as complex numbers.
    pub fn to_complex(&self) -> Vec<Complex64> {
        match self {
            Self::Real(values) => values.iter().map(|&re| Complex64::new(re, 0.0)).collect(),
            Self::Complex(values) => values.clone(),
        }
    }
}

/// One quantity over all points of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// Its name: a node (`out`, `x1.mid`), a branch (`v1#branch`), or the text of an expression.
    pub name: String,
    /// What it measures.
    pub kind: VectorKind,
    /// Its values.
    pub data: VectorData,
    /// Whether the points are spaced logarithmically (`dec` and `oct` sweeps); rawfiles say `grid=3`.
    pub logarithmic: bool,
}

impl Vector {
    /// A real vector on linearly spaced points.
    pub fn real(name: impl Into<String>, kind: VectorKind, values: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            kind,
            data: VectorData::Real(values),
            logarithmic: false,
        }
    }

    /// A complex vector.
    pub fn complex(name: impl Into<String>, kind: VectorKind, values: Vec<Complex64>) -> Self {
        Self {
            name: name.into(),
            kind,
            data: VectorData::Complex(values),
            logarithmic: false,
        }
    }

    /// A computed scalar.
    pub fn scalar(name: impl Into<String>, value: f64) -> Self {
        Self::real(name, VectorKind::NoType, vec![value])
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The name as rawfiles show it: `v(out)` for a voltage, `i(v1)` for a current, other kinds unchanged.
    pub fn file_name(&self) -> String {
        let call = match self.kind {
            VectorKind::Voltage => "v(",
            VectorKind::Current => "i(",
            _ => return self.name.clone(),
        };
        let starts = (self.name.get(..2)).is_some_and(|start| start.eq_ignore_ascii_case(call));
        if starts && self.name.ends_with(')') {
            return self.name.clone();
        }
        let branch = match self.name.len().checked_sub(BRANCH.len()) {
            Some(at) if self.kind == VectorKind::Current => self.name.split_at_checked(at),
            _ => None,
        };
        let plain = match branch {
            Some((device, end)) if end.eq_ignore_ascii_case(BRANCH) => device,
            _ => &self.name,
        };
        [call, plain, ")"].concat()
    }
}

/// What follows the name of a device in the name of its current.
const BRANCH: &str = "#branch";
