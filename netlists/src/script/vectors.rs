//! Commands that make and change vectors.

use crate::results::algebra::UserFunction;
use crate::results::{Complex64, Vector, VectorData, VectorKind};

use super::interpreter::{Failure, Interpreter};
use super::text::{expression, first_word, words};

/// Longest definition of a function, in bytes: bounds the depth of its tree.
const DEFINITION_LIMIT: usize = 4096;

impl Interpreter<'_> {
    /// `let x = ...`, `let x[3] = ...`, `let const.x = ...`. A vector that exists, in the current plot or among the constants,
    /// is changed where it is; a new one goes to the current plot.
    pub(super) fn assign(&mut self, rest: &str) -> Result<(), Failure> {
        let (target, value) = rest
            .split_once('=')
            .ok_or_else(|| Failure::from("`let` takes a vector, `=`, and an expression"))?;
        let mut made = self.evaluated(&expression(value)?)?;
        let (target, index) = match target.trim().split_once('[') {
            Some((name, index)) => {
                let index = index
                    .trim()
                    .strip_suffix(']')
                    .ok_or("the index of the vector has no `]`")?;
                (name.trim().to_lowercase(), Some(self.number(index)?))
            }
            None => (target.trim().to_lowercase(), None),
        };
        let (plot, name) = self.owner(&target);
        let valid = name.chars().all(|letter| {
            letter.is_alphanumeric() || matches!(letter, '_' | '.' | '#' | '-' | '@')
        });
        if name.is_empty() || !valid || name.starts_with(|letter: char| letter.is_ascii_digit()) {
            return Err(format!("`{target}` is no name for a vector").into());
        }
        if let Some(index) = index {
            let old = self
                .plots
                .plot(&plot)
                .and_then(|plot| plot.stored(&name))
                .cloned();
            let old = old.ok_or_else(|| format!("no such vector as `{name}`"))?;
            made = with_element(old, index, &made)?;
        }
        made.name = name;
        self.set_in(&plot, made)
    }

    /// The plot in which a name is or will be, and the name within it.
    fn owner(&self, target: &str) -> (String, String) {
        if let Some((plot, name)) = target.split_once('.')
            && self.plots.plot(plot).is_some()
        {
            return (plot.to_owned(), name.to_owned());
        }
        let current = self.plots.current();
        let constant = self
            .plots
            .plot("const")
            .is_some_and(|constants| constants.stored(target).is_some());
        let plot = if current.stored(target).is_none() && constant {
            "const"
        } else {
            &current.type_name
        };
        (plot.to_owned(), target.to_owned())
    }

    fn set_in(&mut self, plot: &str, vector: Vector) -> Result<(), Failure> {
        let current = self.plots.current().type_name.clone();
        if !self.plots.select(plot) {
            return Err(format!("no such plot as `{plot}`").into());
        }
        self.plots.current_mut().set(vector);
        self.plots.select(&current);
        Ok(())
    }

    pub(super) fn unlet(&mut self, rest: &str) -> Result<(), Failure> {
        for name in words(rest) {
            let vectors = &mut self.plots.current_mut().vectors;
            let count = vectors.len();
            vectors.retain(|vector| !vector.name.eq_ignore_ascii_case(&name));
            if vectors.len() == count {
                return Err(format!("no such vector as `{name}`").into());
            }
        }
        Ok(())
    }

    /// `compose x values 1 2 3` or `compose x start=0 stop=1 step=0.1` (or `lin=` for a number of points).
    pub(super) fn compose(&mut self, rest: &str) -> Result<(), Failure> {
        let (name, rest) = first_word(rest);
        let (keyword, list) = first_word(rest);
        let values = if keyword.eq_ignore_ascii_case("values") {
            let numbers: Result<Vec<f64>, String> = words(list)
                .iter()
                .map(|word| self.number(word.trim_start_matches('(').trim_end_matches(')')))
                .collect();
            numbers?
        } else {
            self.composed_range(rest)?
        };
        if name.is_empty() || values.is_empty() {
            return Err(
                "`compose` takes a name and `values` or `start=`, `stop=`, `step=`, `lin=`".into(),
            );
        }
        let vector = Vector::real(name.to_lowercase(), VectorKind::NoType, values);
        self.plots.current_mut().set(vector);
        Ok(())
    }

    fn composed_range(&self, text: &str) -> Result<Vec<f64>, Failure> {
        let (mut start, mut stop, mut step, mut points) = (0.0, None, None, None);
        for word in words(&text.replace(" =", "=").replace("= ", "=")) {
            let (key, value) = word
                .split_once('=')
                .ok_or_else(|| format!("`compose` does not know `{word}`"))?;
            let value = self.number(value)?;
            match key.to_ascii_lowercase().as_str() {
                "start" => start = value,
                "stop" => stop = Some(value),
                "step" => step = Some(value),
                "lin" => points = Some(value),
                _ => return Err(format!("`compose` does not support `{key}`").into()),
            }
        }
        let (step, count) = match (stop, step, points) {
            (Some(stop), Some(step), None) if step != 0.0 => {
                (step, ((stop - start) / step + 1e-9).floor() + 1.0)
            }
            (Some(stop), None, Some(points)) if points >= 2.0 => {
                ((stop - start) / (points.floor() - 1.0), points.floor())
            }
            (None, Some(step), Some(points)) => (step, points.floor()),
            _ => return Err("`compose` takes two of `stop=`, `step=` and `lin=`".into()),
        };
        if !(1.0..=1e7).contains(&count) {
            return Err(format!("`compose` would make {count} points").into());
        }
        Ok((0..count as usize)
            .map(|point| start + point as f64 * step)
            .collect())
    }

    /// `define f(x, y) expression`.
    pub(super) fn define(&mut self, rest: &str) -> Result<(), Failure> {
        if rest.len() > DEFINITION_LIMIT {
            return Err(
                format!("the definition is longer than {DEFINITION_LIMIT} characters").into(),
            );
        }
        let parts = rest.split_once('(').and_then(|(name, rest)| {
            let (formals, body) = rest.split_once(')')?;
            Some((
                name.trim().to_lowercase(),
                formals,
                body.trim().trim_start_matches('='),
            ))
        });
        let Some((name, formals, body)) = parts.filter(|(name, _, _)| !name.is_empty()) else {
            return Err("`define` takes name(arguments) and an expression".into());
        };
        let formals: Vec<String> = formals
            .split(',')
            .map(|formal| formal.trim().to_lowercase())
            .collect();
        let body = expression(body)?;
        self.functions
            .insert((name, formals.len()), UserFunction { formals, body });
        Ok(())
    }

    /// `undefine f ...`; `*` removes every function.
    pub(super) fn undefine(&mut self, rest: &str) {
        for name in words(rest) {
            if name == "*" {
                self.functions.clear();
            } else {
                let name = name.to_lowercase();
                self.functions.retain(|(known, _), _| *known != name);
            }
        }
    }

    /// `setscale x`: makes a vector the scale of the current plot.
    pub(super) fn setscale(&mut self, rest: &str) -> Result<(), Failure> {
        let name = rest.trim();
        let plot = self.plots.current_mut();
        let found = plot.stored(name).map(|vector| vector.name.clone());
        let at =
            found.and_then(|found| plot.vectors.iter().position(|vector| vector.name == found));
        let at = at.ok_or_else(|| format!("no such vector as `{name}`"))?;
        if let Some(part) = plot.vectors.get_mut(..=at) {
            part.rotate_right(1);
        }
        Ok(())
    }

    /// `settype kind vectors`.
    pub(super) fn settype(&mut self, rest: &str) -> Result<(), Failure> {
        let (kind, names) = first_word(rest);
        for name in words(names) {
            let mut vector = self
                .plots
                .current()
                .stored(&name)
                .cloned()
                .ok_or_else(|| format!("no such vector as `{name}`"))?;
            vector.kind = VectorKind::from_text(kind);
            self.plots.current_mut().set(vector);
        }
        Ok(())
    }
}

/// A vector with one of its values replaced.
fn with_element(old: Vector, index: f64, value: &Vector) -> Result<Vector, String> {
    let value = value
        .data
        .get(0)
        .filter(|_| value.len() == 1)
        .ok_or("one element takes one number")?;
    let at = index as usize;
    if index < 0.0 || index.fract() != 0.0 || at >= old.len() {
        return Err(format!(
            "index {index} is outside of `{}`, which has {} points",
            old.name,
            old.len()
        ));
    }
    let data = match old.data {
        VectorData::Real(mut values) if value.im == 0.0 => {
            if let Some(place) = values.get_mut(at) {
                *place = value.re;
            }
            VectorData::Real(values)
        }
        data => {
            let mut values: Vec<Complex64> = data.to_complex();
            if let Some(place) = values.get_mut(at) {
                *place = value;
            }
            VectorData::Complex(values)
        }
    };
    Ok(Vector { data, ..old })
}
