//! A set of plots with a current one, as scripts see them.

use std::borrow::Cow;

use num_complex::Complex64;

use super::{Plot, Vector, VectorKind};

/// The plots of a session. There is always the plot `const` with physical constants, which is searched after the
/// current plot. New plots are numbered as ngspice does it: one counter, which grows when a name is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotSet {
    plots: Vec<Plot>,
    current: usize,
    number: usize,
}

impl Default for PlotSet {
    fn default() -> Self {
        Self {
            plots: vec![constants()],
            current: 0,
            number: 1,
        }
    }
}

impl PlotSet {
    /// A set with the constants only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plot, gives it its short name (`tran1`), and makes it the current one.
    pub fn add(&mut self, mut plot: Plot) -> &mut Plot {
        let prefix = plot.type_prefix();
        while self.index(&format!("{prefix}{}", self.number)).is_some() {
            self.number += 1;
        }
        plot.type_name = format!("{prefix}{}", self.number);
        self.current = self.plots.len();
        self.plots.push(plot);
        self.current_mut()
    }

    /// All plots, `const` first, then in the order in which they were added.
    pub fn plots(&self) -> &[Plot] {
        &self.plots
    }

    /// The current plot.
    pub fn current(&self) -> &Plot {
        // `current` always names a plot: `add`, `select` and `destroy` keep it so.
        &self.plots[self.current.min(self.plots.len() - 1)]
    }

    /// The current plot, to change its vectors.
    pub fn current_mut(&mut self) -> &mut Plot {
        let last = self.plots.len() - 1;
        &mut self.plots[self.current.min(last)]
    }

    /// A plot by its short name.
    pub fn plot(&self, type_name: &str) -> Option<&Plot> {
        self.index(type_name)
            .and_then(|index| self.plots.get(index))
    }

    /// Makes a plot the current one; `previous` and `next` step through them. False when there is no such plot.
    pub fn select(&mut self, type_name: &str) -> bool {
        let index = match type_name {
            "previous" => self.current.checked_sub(1),
            "next" => (self.current + 1 < self.plots.len()).then_some(self.current + 1),
            _ => self.index(type_name),
        };
        if let Some(index) = index {
            self.current = index;
        }
        index.is_some()
    }

    /// Removes a plot, or every plot but the constants for `all`; false when there is none or it is `const`.
    pub fn destroy(&mut self, type_name: &str) -> bool {
        if type_name.eq_ignore_ascii_case("all") {
            self.plots.truncate(1);
            self.current = 0;
            return true;
        }
        match self.index(type_name) {
            None | Some(0) => false,
            Some(index) => {
                self.plots.remove(index);
                if self.current >= index {
                    self.current -= 1;
                }
                true
            }
        }
    }

    /// A vector by name from the current plot, then from the constants; `tran1.v(out)` names a plot.
    pub fn vector(&self, name: &str) -> Option<Cow<'_, Vector>> {
        // `v(c)` is a node, never the speed of light.
        let allowed = |plot: &&Plot| plot.type_name != "const" || !name.contains('(');
        if let Some(found) = Some(self.current())
            .filter(allowed)
            .and_then(|plot| plot.vector(name))
        {
            return Some(found);
        }
        if let Some((plot, rest)) = name.split_once('.')
            && let Some(plot) = self.plot(plot.trim())
        {
            return plot.vector(rest);
        }
        self.plots
            .first()
            .filter(allowed)
            .and_then(|plot| plot.vector(name))
    }

    fn index(&self, type_name: &str) -> Option<usize> {
        self.plots
            .iter()
            .position(|plot| plot.type_name.eq_ignore_ascii_case(type_name))
    }
}

/// The physical constants of scripts: exact SI values of 2019, `c` in m/s, `kelvin` = -273.15 (0 K in Celsius).
fn constants() -> Plot {
    let mut plot = Plot::new("Constant values", "constants");
    "const".clone_into(&mut plot.type_name);
    plot.vectors = [
        ("yes", 1.0),
        ("true", 1.0),
        ("no", 0.0),
        ("false", 0.0),
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("c", 299_792_458.0),
        ("kelvin", -273.15),
        ("echarge", 1.602_176_634e-19),
        ("boltz", 1.380_649e-23),
        ("planck", 6.626_070_15e-34),
    ]
    .into_iter()
    .map(|(name, value)| Vector::scalar(name, value))
    .collect();
    plot.vectors
        .push(Vector::complex("i", VectorKind::NoType, vec![Complex64::I]));
    plot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbering_is_that_of_ngspice() {
        let mut set = PlotSet::new();
        let name = |set: &mut PlotSet, name: &str| set.add(Plot::new("t", name)).type_name.clone();
        assert_eq!(name(&mut set, "AC Analysis"), "ac1");
        assert_eq!(name(&mut set, "Noise Spectral Density Curves"), "noise1");
        assert_eq!(name(&mut set, "Integrated Noise"), "noise2");
        assert_eq!(name(&mut set, "Sensitivity Analysis"), "sens2");
        assert_eq!(name(&mut set, "AC Analysis"), "ac2");
        assert!(set.select("previous"));
        assert_eq!(set.current().type_name, "sens2");
        assert!(set.destroy("sens2"));
        assert_eq!(set.current().type_name, "noise2");
        assert!(!set.destroy("const"));
        assert!(!set.select("tran1"));
        assert!(set.destroy("all"));
        assert_eq!(set.current().type_name, "const");
        assert_eq!(
            set.vector("const.boltz").unwrap().data.real_at(0),
            Some(1.380_649e-23)
        );
    }
}
