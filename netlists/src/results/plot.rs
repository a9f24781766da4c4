//! A plot: the vectors of one analysis, and how their names are found.

use std::borrow::Cow;

use num_complex::Complex64;

use super::{Vector, VectorData, VectorKind};

/// The vectors of one run of one analysis. The first vector is the scale (time, frequency, the swept value).
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Title line of the deck.
    pub title: String,
    /// Date of the run, as [`super::date_text`] writes it; may be empty.
    pub date: String,
    /// Name of the analysis, such as `Transient Analysis` or `DC transfer characteristic`.
    pub name: String,
    /// Short name within a [`super::PlotSet`]: `tran1`, `op2`; empty until the plot is added to a set.
    pub type_name: String,
    /// The vectors; the first one is the scale.
    pub vectors: Vec<Vector>,
}

impl Plot {
    /// A plot without vectors.
    pub fn new(title: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            date: String::new(),
            name: name.into(),
            type_name: String::new(),
            vectors: Vec::new(),
        }
    }

    /// The first part of [`Plot::type_name`], from the name of the analysis: `tran`, `ac`, `dc`, `op`, `noise`, `tf`, `sens`,
    /// `disto`, `pz`, else `unknown`.
    pub fn type_prefix(&self) -> &'static str {
        let lower = self.name.to_ascii_lowercase();
        [
            ("transient", "tran"),
            ("ac analysis", "ac"),
            ("dc transfer", "dc"),
            ("operating point", "op"),
            ("noise", "noise"),
            ("transfer function", "tf"),
            ("sens", "sens"),
            ("distortion", "disto"),
            ("pole-zero", "pz"),
        ]
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map_or("unknown", |&(_, prefix)| prefix)
    }

    /// The scale: time, frequency or the swept value.
    pub fn scale(&self) -> Option<&Vector> {
        self.vectors.first()
    }

    /// Number of points of the scale.
    pub fn points(&self) -> usize {
        self.scale().map_or(0, Vector::len)
    }

    /// A stored vector by its name, or by the equal forms `v(out)` = `out` and `i(v1)` = `v1#branch`. Case does not matter.
    pub fn stored(&self, name: &str) -> Option<&Vector> {
        let name = name.trim();
        let exact = |wanted: &str| {
            self.vectors
                .iter()
                .find(|vector| vector.name.eq_ignore_ascii_case(wanted))
        };
        if let Some(found) = exact(name) {
            return Some(found);
        }
        if let Some((function, node)) = call(name) {
            return match function.to_ascii_lowercase().as_str() {
                "v" => exact(node).or_else(|| exact(&format!("v({node})"))),
                "i" => exact(&format!("{node}#branch")).or_else(|| exact(&format!("i({node})"))),
                _ => None,
            };
        }
        if let Some(device) = name.strip_suffix("#branch") {
            return exact(&format!("i({device})"));
        }
        exact(&format!("v({name})"))
    }

    /// A vector by name, including those that follow from stored ones: `v(a,b)`, ground (`v(0)`), and the AC forms
    /// `vm vdb vp vr vi` and `im idb ip ir ii` of a node or branch (phases in rad).
    pub fn vector(&self, name: &str) -> Option<Cow<'_, Vector>> {
        if let Some(found) = self.stored(name) {
            return Some(Cow::Borrowed(found));
        }
        let (function, argument) = call(name.trim())?;
        let function = function.to_ascii_lowercase();
        let quantity = function
            .chars()
            .next()
            .filter(|letter| matches!(letter, 'v' | 'i'))?;
        let form = function.get(1..).unwrap_or_default();
        let of: fn(Complex64) -> f64 = match form {
            "" => {
                return self
                    .base(quantity, argument)
                    .map(|found| renamed(found, name));
            }
            "m" => |z| z.norm(),
            "db" => |z| 20.0 * z.norm().log10(),
            "p" => |z| z.arg(),
            "r" => |z| z.re,
            "i" => |z| z.im,
            _ => return None,
        };
        let base = self.base(quantity, argument)?;
        let values = (0..base.len())
            .filter_map(|point| base.data.get(point))
            .map(of)
            .collect();
        let kind = match form {
            "db" => VectorKind::Decibel,
            "p" => VectorKind::Phase,
            _ => base.kind.clone(),
        };
        Some(Cow::Owned(Vector::real(name.trim(), kind, values)))
    }

    /// `v(argument)` or `i(argument)`, where the argument may be a pair of nodes.
    fn base(&self, quantity: char, argument: &str) -> Option<Cow<'_, Vector>> {
        if quantity == 'v' {
            if let Some((plus, minus)) = argument.split_once(',') {
                let (plus, minus) = (self.base('v', plus.trim())?, self.base('v', minus.trim())?);
                return difference(plus.as_ref(), minus.as_ref()).map(Cow::Owned);
            }
            if let Some(found) = self.stored(&format!("v({argument})")) {
                return Some(Cow::Borrowed(found));
            }
            if argument == "0" || argument.eq_ignore_ascii_case("gnd") {
                return Some(Cow::Owned(Vector::real(
                    "v(0)",
                    VectorKind::Voltage,
                    vec![0.0; self.points()],
                )));
            }
            return None;
        }
        self.stored(&format!("i({argument})")).map(Cow::Borrowed)
    }

    /// Appends the points of a plot with the same vectors.
    pub fn append(&mut self, other: Self) {
        for (own, further) in self.vectors.iter_mut().zip(other.vectors) {
            match (&mut own.data, further.data) {
                (VectorData::Real(own), VectorData::Real(further)) => own.extend(further),
                (VectorData::Complex(own), further) => own.extend(further.to_complex()),
                (VectorData::Real(_), VectorData::Complex(_)) => {}
            }
        }
    }

    /// Replaces the vector of the same name or appends a new one.
    pub fn set(&mut self, vector: Vector) {
        match self
            .vectors
            .iter_mut()
            .find(|old| old.name.eq_ignore_ascii_case(&vector.name))
        {
            Some(old) => *old = vector,
            None => self.vectors.push(vector),
        }
    }
}

/// Splits `f(x)` into `f` and `x`, where `x` has no parenthesis of its own outside of pairs.
fn call(name: &str) -> Option<(&str, &str)> {
    let (function, rest) = name.split_once('(')?;
    let argument = rest.strip_suffix(')')?;
    let mut depth = 0_i32;
    for letter in argument.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth < 0 {
            return None;
        }
    }
    (depth == 0 && !function.is_empty()).then(|| (function.trim(), argument.trim()))
}

fn renamed<'a>(vector: Cow<'a, Vector>, name: &str) -> Cow<'a, Vector> {
    match vector {
        Cow::Borrowed(found) => Cow::Borrowed(found),
        Cow::Owned(mut made) => {
            name.trim().clone_into(&mut made.name);
            Cow::Owned(made)
        }
    }
}

fn difference(plus: &Vector, minus: &Vector) -> Option<Vector> {
    if plus.len() != minus.len() {
        return None;
    }
    let data = match (&plus.data, &minus.data) {
        (VectorData::Real(a), VectorData::Real(b)) => {
            VectorData::Real(a.iter().zip(b).map(|(x, y)| x - y).collect())
        }
        (a, b) => VectorData::Complex(
            a.to_complex()
                .into_iter()
                .zip(b.to_complex())
                .map(|(x, y)| x - y)
                .collect(),
        ),
    };
    Some(Vector {
        name: String::new(),
        kind: VectorKind::Voltage,
        data,
        logarithmic: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        let mut plot = Plot::new("t", "AC Analysis");
        plot.vectors = vec![
            Vector::real("frequency", VectorKind::Frequency, vec![1.0, 10.0]),
            Vector::complex(
                "out",
                VectorKind::Voltage,
                vec![Complex64::new(3.0, 4.0), Complex64::new(0.0, -1.0)],
            ),
            Vector::complex(
                "x1.mid",
                VectorKind::Voltage,
                vec![Complex64::new(1.0, 4.0), Complex64::new(0.0, 0.0)],
            ),
            Vector::complex(
                "v1#branch",
                VectorKind::Current,
                vec![Complex64::new(0.0, 2.0), Complex64::new(1.0, 0.0)],
            ),
        ];
        plot
    }

    #[test]
    fn names_have_aliases() {
        let plot = plot();
        assert_eq!(plot.stored("V(OUT)").unwrap().name, "out");
        assert_eq!(plot.stored("i(v1)").unwrap().name, "v1#branch");
        assert!(plot.stored("v(nope)").is_none());
        assert_eq!(plot.vector("vm(out)").unwrap().data.real_at(0), Some(5.0));
        assert_eq!(plot.vector("im(v1)").unwrap().data.real_at(0), Some(2.0));
        assert_eq!(
            plot.vector("v(out, x1.mid)").unwrap().data.get(0),
            Some(Complex64::new(2.0, 0.0))
        );
        assert_eq!(plot.vector("vr(out,0)").unwrap().data.real_at(0), Some(3.0));
        assert!(
            (plot.vector("vdb(out)").unwrap().data.real_at(0).unwrap() - 13.979_400_086_720_377)
                .abs()
                < 1e-12
        );
        assert!(plot.vector("v(out").is_none());
        assert!(plot.vector("foo(out)").is_none());
    }

    #[test]
    fn file_names_are_those_of_rawfiles() {
        let plot = plot();
        let names: Vec<_> = plot.vectors.iter().map(Vector::file_name).collect();
        assert_eq!(names, ["frequency", "v(out)", "v(x1.mid)", "i(v1)"]);
        assert!(plot.stored("v(out)").is_some());
        assert_eq!(plot.type_prefix(), "ac");
    }
}
