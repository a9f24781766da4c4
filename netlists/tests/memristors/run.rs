//! Running a deck with one memristor and looking at its vectors.

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;
use ohmloom_netlists::results::Plot;
use ohmloom_netlists::simulate::{Session, carry_on};

/// The plots of a deck, or its error.
pub(crate) fn plots(deck: &str) -> Result<Vec<Plot>, String> {
    let deck = Deck::parse("deck.cir", deck).map_err(|error| error.to_string())?;
    let mut session =
        Session::new(deck, Overrides::default()).map_err(|error| error.to_string())?;
    let mut plots = Vec::new();
    session
        .run_all(&mut carry_on, &mut |_, made| plots.extend(made))
        .map_err(|error| error.to_string())?;
    Ok(plots)
}

/// Samples of some vectors over the scale of the first plot.
pub(crate) struct Samples {
    pub(crate) scale: Vec<f64>,
    vectors: Vec<(String, Vec<f64>)>,
}

impl Samples {
    /// Runs a deck; the vectors are those of its first plot.
    pub(crate) fn of(deck: &str) -> Self {
        let plots = plots(deck).unwrap_or_else(|error| panic!("{error}\n{deck}"));
        let plot = plots.first().expect("a plot");
        Self {
            scale: plot.scale().expect("a scale").data.to_real(),
            vectors: plot
                .vectors
                .iter()
                .map(|vector| (vector.name.clone(), vector.data.to_real()))
                .collect(),
        }
    }

    /// A vector of an operating point.
    pub(crate) fn of_operating_point(deck: &str, name: &str) -> f64 {
        let plots = plots(deck).unwrap_or_else(|error| panic!("{error}\n{deck}"));
        let vector = plots[0].stored(name).expect("the vector");
        vector.data.to_real()[0]
    }

    pub(crate) fn of_name(&self, name: &str) -> &[f64] {
        let found = self.vectors.iter().find(|(known, _)| known == name);
        let names: Vec<&String> = self.vectors.iter().map(|(name, _)| name).collect();
        &found
            .unwrap_or_else(|| panic!("no {name} among {names:?}"))
            .1
    }

    /// A vector at a point of the scale, on the straight line between its neighbours.
    pub(crate) fn at(&self, name: &str, at: f64) -> f64 {
        let values = self.of_name(name);
        let last = self.scale.len() - 1;
        let after = self
            .scale
            .partition_point(|&scale| scale < at)
            .clamp(1, last);
        let (t0, t1) = (self.scale[after - 1], self.scale[after]);
        values[after - 1]
            + (values[after] - values[after - 1]) * ((at - t0) / (t1 - t0)).clamp(0.0, 1.0)
    }
}
