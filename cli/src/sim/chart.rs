//! Drawing vectors of a plot.

use anyhow::{Result, anyhow, bail};
use ohmloom_netlists::expression::parse_vector;
use ohmloom_netlists::results::algebra::evaluate_vector;
use ohmloom_netlists::results::{Plot, PlotSet, Vector, VectorKind};
use ohmloom_studies::plots::{Axis, LineChartSpec, Series, SeriesStyle, lines};

use crate::failure::BadUsage;
use crate::output_file::OutputFile;

/// Draws the vectors that a list such as `v(out), i(vdd)` names, from the last plot that has all of them.
pub(super) fn draw(list: &str, plots: &[Plot], file: &mut OutputFile) -> Result<()> {
    let names = split(list);
    if names.is_empty() {
        return Err(BadUsage("--plot needs vectors, such as \"v(out), i(vdd)\"".to_owned()).into());
    }
    let mut reason = anyhow!("there is nothing to draw: no analysis gave a plot");
    for plot in plots.iter().rev() {
        match vectors(&names, plot) {
            Ok(found) => return chart(plot, &names, &found, file),
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

/// Splits at commas outside of parentheses.
fn split(list: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_i32;
    for letter in list.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        match names.last_mut() {
            Some(_) if letter == ',' && depth <= 0 => names.push(String::new()),
            Some(name) => name.push(letter),
            None => {}
        }
    }
    names
        .into_iter()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

fn vectors(names: &[String], plot: &Plot) -> Result<Vec<Vector>> {
    let mut set = PlotSet::new();
    set.add(plot.clone());
    names
        .iter()
        .map(|name| {
            let expression =
                parse_vector(name).map_err(|error| anyhow!("--plot {name}: {}", error.message))?;
            let mut vector = evaluate_vector(&expression, &set)
                .map_err(|error| anyhow!("--plot {name}: {error}"))?;
            if vector.data.is_complex() {
                let magnitudes = vector.data.to_complex().iter().map(|z| z.norm()).collect();
                vector = Vector::real(name.as_str(), vector.kind, magnitudes);
            }
            Ok(vector)
        })
        .collect()
}

fn chart(plot: &Plot, names: &[String], found: &[Vector], file: &mut OutputFile) -> Result<()> {
    let Some(scale) = plot.scale().filter(|scale| scale.len() > 1) else {
        bail!("a plot of one point ({}) cannot be drawn", plot.name);
    };
    let (label, unit) = quantity(&scale.kind);
    let mut x = Axis::new(label, unit);
    if scale.logarithmic {
        x = x.logarithmic();
    }
    let first = found
        .first()
        .map_or(VectorKind::NoType, |vector| vector.kind.clone());
    let same = found.iter().all(|vector| vector.kind == first);
    let (label, unit) = if same {
        quantity(&first)
    } else {
        ("value", "")
    };
    let mut spec = LineChartSpec::new(plot.title.as_str(), x, Axis::new(label, unit));
    let positions = scale.data.to_real();
    for (name, vector) in names.iter().zip(found) {
        let values = vector.data.to_real();
        // One scalar is a level.
        let points: Vec<(f64, f64)> = if values.len() == 1 {
            positions.iter().map(|&x| (x, values[0])).collect()
        } else {
            positions.iter().copied().zip(values).collect()
        };
        spec = spec.with(Series::new(name.as_str(), points).styled(SeriesStyle::Line));
    }
    file.stage(|path| Ok(lines(path, &spec)?))
}

/// Name and unit of what a vector measures.
fn quantity(kind: &VectorKind) -> (&'static str, &'static str) {
    match kind {
        VectorKind::Time => ("time", "s"),
        VectorKind::Frequency => ("frequency", "Hz"),
        VectorKind::Voltage => ("voltage", "V"),
        VectorKind::Current => ("current", "A"),
        VectorKind::VoltageDensity => ("voltage noise density", "V/√Hz"),
        VectorKind::CurrentDensity => ("current noise density", "A/√Hz"),
        VectorKind::TemperatureSweep => ("temperature", "°C"),
        VectorKind::ResistanceSweep => ("resistance", "Ω"),
        VectorKind::Power => ("power", "W"),
        VectorKind::Phase => ("phase", "rad"),
        VectorKind::Decibel => ("magnitude", "dB"),
        VectorKind::Capacitance => ("capacitance", "F"),
        VectorKind::Charge => ("charge", "C"),
        _ => ("value", ""),
    }
}
