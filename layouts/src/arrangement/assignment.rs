//! The assignment problem.

/// The place of each of `items` among `places` (at least as many) with the least sum of costs, `items x places` row-major. Shortest augmenting paths with
/// potentials, one item after the other (H. W. Kuhn, Naval Research Logistics Quarterly 2, 83, 1955; R. Jonker and A. Volgenant, Computing 38, 325, 1987).
pub(super) fn assign(costs: &[f64], places: usize) -> Vec<usize> {
    let items = costs.len() / places;
    let (mut of_item, mut of_place) = (vec![0.0; items], vec![0.0; places]);
    let mut holder: Vec<Option<usize>> = vec![None; places];
    for item in 0..items {
        // Lengths of the shortest paths from this item to the places, and the place before each.
        let mut distance = vec![f64::INFINITY; places];
        let mut before = vec![None; places];
        let mut done = vec![false; places];
        let (mut from, mut reached, mut last) = (item, 0.0, None);
        let end = loop {
            let mut nearest = None;
            for place in (0..places).filter(|&place| !done[place]) {
                let reduced = costs[from * places + place] - of_item[from] - of_place[place];
                let length = reached + reduced;
                if length < distance[place] {
                    distance[place] = length;
                    before[place] = last;
                }
                if nearest.is_none_or(|other: usize| distance[place] < distance[other]) {
                    nearest = Some(place);
                }
            }
            let Some(place) = nearest else {
                break None;
            };
            done[place] = true;
            (reached, last) = (distance[place], Some(place));
            match holder[place] {
                None => break Some(place),
                Some(other) => from = other,
            }
        };
        of_item[item] += reached;
        for place in (0..places).filter(|&place| done[place]) {
            if let Some(other) = holder[place] {
                of_item[other] += reached - distance[place];
                of_place[place] -= reached - distance[place];
            }
        }
        // Everybody on the path moves on by one place.
        let mut place = end;
        while let Some(here) = place {
            match before[here] {
                Some(previous) => holder[here] = holder[previous],
                None => holder[here] = Some(item),
            }
            place = before[here];
        }
    }
    let mut result = vec![0; items];
    for (place, holder) in holder.into_iter().enumerate() {
        if let Some(item) = holder {
            result[item] = place;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// The least sum by trying everything.
    fn least(costs: &[f64], places: usize, item: usize, taken: &mut Vec<bool>) -> f64 {
        if item * places == costs.len() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for place in 0..places {
            if !taken[place] {
                taken[place] = true;
                let rest = least(costs, places, item + 1, taken);
                best = best.min(costs[item * places + place] + rest);
                taken[place] = false;
            }
        }
        best
    }

    #[test]
    fn no_assignment_is_cheaper() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for round in 0..400 {
            let items = round % 6 + 1;
            let places = items + round % 3;
            let coarse = round % 2 == 0;
            let costs: Vec<f64> = (0..items * places)
                .map(|_| {
                    let cost = random.random_range(0.0..1.0);
                    if coarse { f64::floor(4.0 * cost) } else { cost }
                })
                .collect();
            let found = assign(&costs, places);
            let mut sorted = found.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), items);
            let sum: f64 = (0..items)
                .map(|item| costs[item * places + found[item]])
                .sum();
            let expected = least(&costs, places, 0, &mut vec![false; places]);
            assert!((sum - expected).abs() < 1e-12, "{sum} {expected}");
        }
    }
}
