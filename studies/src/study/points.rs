//! From axes to points.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use toml::Value;

use super::axes::SweepAxis;
use super::description::Design;

/// More points are a mistake.
const MOST_POINTS: usize = 1_000_000;

/// First of the random streams of designs, one for each axis.
const STREAM: u64 = 0x6465_7369_676e_0000;

/// One value for each axis.
pub(super) type AxisPoint = Vec<Value>;

/// The points of a design, in their order.
pub(super) fn points(
    design: Design,
    axes: &[SweepAxis],
    wanted: Option<usize>,
    seed: u64,
) -> Result<Vec<AxisPoint>, String> {
    match design {
        Design::Grid | Design::List if wanted.is_some() => {
            return Err(
                "points: only a random or latin-hypercube design has a number of points".into(),
            );
        }
        Design::Random | Design::LatinHypercube if axes.is_empty() => {
            return Err("a random design needs a [sweep]".into());
        }
        _ => {}
    }
    match design {
        Design::Grid => grid(&values(axes)?),
        Design::List => list(axes, &values(axes)?),
        Design::Random => {
            let count = count(wanted)?;
            Ok(drawn(axes, count, |axis| {
                let mut random = stream(seed, axis);
                (0..count).map(|_| random.random::<f64>()).collect()
            }))
        }
        Design::LatinHypercube => {
            let count = count(wanted)?;
            Ok(drawn(axes, count, |axis| {
                latin(&mut stream(seed, axis), count)
            }))
        }
    }
}

fn values(axes: &[SweepAxis]) -> Result<Vec<Vec<Value>>, String> {
    let all = |axis: &SweepAxis| {
        let name = axis.keys.join(" + ");
        axis.values
            .all()
            .ok_or_else(|| format!("[sweep] `{name}`: a grid or list needs the range's count"))
    };
    axes.iter().map(all).collect()
}

/// The last axis changes fastest. Without axes there is one point.
fn grid(values: &[Vec<Value>]) -> Result<Vec<AxisPoint>, String> {
    let count = values
        .iter()
        .try_fold(1_usize, |count, values| count.checked_mul(values.len()))
        .filter(|&count| count <= MOST_POINTS)
        .ok_or_else(|| format!("the grid has more than {MOST_POINTS} points"))?;
    let point = |number: usize| {
        let mut rest = number;
        let mut point: AxisPoint = values
            .iter()
            .rev()
            .map(|values| {
                let value = values[rest % values.len()].clone();
                rest /= values.len();
                value
            })
            .collect();
        point.reverse();
        point
    };
    Ok((0..count).map(point).collect())
}

fn list(axes: &[SweepAxis], values: &[Vec<Value>]) -> Result<Vec<AxisPoint>, String> {
    let Some(first) = values.first() else {
        return Err("a list needs a [sweep]".into());
    };
    for (axis, values) in axes.iter().zip(values) {
        if values.len() != first.len() {
            return Err(format!(
                "[sweep] `{}` has {} values, `{}` has {}: in a list all have as many",
                axes[0].keys.join(" + "),
                first.len(),
                axis.keys.join(" + "),
                values.len()
            ));
        }
    }
    let point = |number: usize| values.iter().map(|values| values[number].clone()).collect();
    Ok((0..first.len()).map(point).collect())
}

fn count(wanted: Option<usize>) -> Result<usize, String> {
    match wanted {
        Some(count @ 1..=MOST_POINTS) => Ok(count),
        Some(count) => Err(format!("points = {count}: must be 1 to {MOST_POINTS}")),
        None => Err("a random or latin-hypercube design needs `points`".into()),
    }
}

fn stream(seed: u64, axis: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(STREAM + axis as u64);
    random
}

/// One draw from each of `count` equal parts, in random order.
fn latin(random: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    let mut parts: Vec<usize> = (0..count).collect();
    parts.shuffle(random);
    let within = |part| (part as f64 + random.random::<f64>()) / count as f64;
    parts.into_iter().map(within).collect()
}

fn drawn(axes: &[SweepAxis], count: usize, shares: impl Fn(usize) -> Vec<f64>) -> Vec<AxisPoint> {
    let shares: Vec<Vec<f64>> = (0..axes.len()).map(shares).collect();
    let point = |number: usize| {
        let value = |(axis, shares): (&SweepAxis, &Vec<f64>)| axis.values.at(shares[number]);
        axes.iter().zip(&shares).map(value).collect()
    };
    (0..count).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::axes::axes;

    fn drawn_points(
        design: Design,
        sweep: &str,
        wanted: Option<usize>,
    ) -> Result<Vec<String>, String> {
        let axes = axes(&toml::from_str(sweep).unwrap())?;
        let points = points(design, &axes, wanted, 7)?;
        let text = |point: AxisPoint| {
            point
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        Ok(points.into_iter().map(text).collect())
    }

    #[test]
    fn a_grid_has_every_combination_and_the_last_key_changes_fastest() {
        let sweep = "\"b.c\" = [1, 2]\na.d = [\"x\", \"y\", \"z\"]";
        assert_eq!(
            drawn_points(Design::Grid, sweep, None).unwrap(),
            [
                "\"x\" 1", "\"x\" 2", "\"y\" 1", "\"y\" 2", "\"z\" 1", "\"z\" 2"
            ]
        );
        assert_eq!(drawn_points(Design::Grid, "", None).unwrap(), [""]);
    }

    #[test]
    fn ranges_include_both_ends() {
        let linear = "a = { from = 0, to = 1, count = 5 }";
        assert_eq!(
            drawn_points(Design::Grid, linear, None).unwrap(),
            ["0.0", "0.25", "0.5", "0.75", "1.0"]
        );
        let decades =
            "a = { from = 1, to = 1e4, count = 3, scale = \"logarithmic\", integer = true }";
        assert_eq!(
            drawn_points(Design::Grid, decades, None).unwrap(),
            ["1", "100", "10000"]
        );
    }

    #[test]
    fn a_list_takes_values_side_by_side() {
        assert_eq!(
            drawn_points(Design::List, "a = [1, 2]\nb = [3, 4]", None).unwrap(),
            ["1 3", "2 4"]
        );
        let refused = drawn_points(Design::List, "a = [1, 2]\nb = [3]", None).unwrap_err();
        assert!(refused.contains("`b` has 1"), "{refused}");
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_each_part_of_each_axis() {
        let sweep =
            "a = { from = 0, to = 40 }\nb = { from = 1, to = 1e40, scale = \"logarithmic\" }";
        let points = drawn_points(Design::LatinHypercube, sweep, Some(40)).unwrap();
        let parts = |column: usize, part: fn(f64) -> f64| {
            let mut parts: Vec<usize> = points
                .iter()
                .map(|point| part(point.split(' ').nth(column).unwrap().parse().unwrap()) as usize)
                .collect();
            let order = parts.clone();
            parts.sort_unstable();
            assert_eq!(parts, (0..40).collect::<Vec<_>>());
            order
        };
        assert_ne!(
            parts(0, |a| a),
            parts(1, f64::log10),
            "the axes are drawn independently"
        );
    }

    #[test]
    fn whole_numbers_of_a_random_range_are_equally_frequent() {
        let points = drawn_points(
            Design::Random,
            "a = { from = 4, to = 6, integer = true }",
            Some(3000),
        )
        .unwrap();
        for number in ["4", "5", "6"] {
            let count = points.iter().filter(|point| *point == number).count();
            // Binomial with p = 1/3: six standard deviations are 155.
            assert!((845..=1155).contains(&count), "{number}: {count}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (design, sweep, points, message) in [
            (Design::Grid, "a = []", None, "empty"),
            (Design::Grid, "a = 3", None, "[config]"),
            (Design::Grid, "a = [nan]", None, "finite"),
            (Design::Grid, "a = { from = 1, to = 2 }", None, "count"),
            (
                Design::Grid,
                "a = { from = 2, to = 1, count = 3 }",
                None,
                "below",
            ),
            (
                Design::Grid,
                "a = { from = 0, to = 1, count = 3, scale = \"logarithmic\" }",
                None,
                "logarithmic",
            ),
            (
                Design::Grid,
                "a = { from = 0, to = 1, steps = 3 }",
                None,
                "steps",
            ),
            (Design::Grid, "seed = [1, 2]", None, "repeats"),
            (Design::Grid, "\"a + b\" = [1]\nb.c = [2]", None, "the same"),
            (Design::Grid, "a = [1]", Some(3), "points"),
            (Design::Random, "a = [1]", None, "points"),
            (Design::Random, "", Some(2), "[sweep]"),
            (Design::Random, "a = [1]", Some(0), "points = 0"),
        ] {
            let refused = drawn_points(design, sweep, points).unwrap_err();
            assert!(refused.contains(message), "{sweep}: {refused}");
        }
        let axis = format!("= {:?}\n", vec![0; 101]);
        let huge = format!("a {axis} b {axis} c {axis}");
        assert!(drawn_points(Design::Grid, &huge, None).is_err());
    }
}
