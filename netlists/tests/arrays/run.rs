//! Running decks and looking at their vectors.

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

/// The first plot of a deck.
pub(crate) fn plot(deck: &str) -> Plot {
    let made = plots(deck).unwrap_or_else(|error| panic!("{error}\n{deck}"));
    made.into_iter().next().expect("a plot")
}

/// The values of a vector.
pub(crate) fn values(plot: &Plot, name: &str) -> Vec<f64> {
    let vector = plot.vector(name).unwrap_or_else(|| panic!("no {name}"));
    vector.data.to_real()
}

/// A vector of a transient at given times, on straight lines between its points.
pub(crate) fn at_times(plot: &Plot, name: &str, times: &[f64]) -> Vec<f64> {
    let scale = plot.scale().expect("a scale").data.to_real();
    let values = values(plot, name);
    let at = |&time: &f64| {
        let after = scale
            .partition_point(|&t| t < time)
            .clamp(1, scale.len() - 1);
        let (t0, t1) = (scale[after - 1], scale[after]);
        let part = ((time - t0) / (t1 - t0)).clamp(0.0, 1.0);
        values[after - 1] + part * (values[after] - values[after - 1])
    };
    times.iter().map(at).collect()
}
