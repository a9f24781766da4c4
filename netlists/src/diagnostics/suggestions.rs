//! The nearest known name to a misspelt one.

/// The candidate with the smallest Damerau-Levenshtein distance to `name`, if it is near enough to be a likely
/// misspelling: at most one edit for three letters, at least one. Among equals, the one whose length is nearer.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    let mut best: Option<((usize, usize), &str)> = None;
    for candidate in candidates {
        let difference = candidate.len().abs_diff(name.len());
        if difference > 2 * limit || candidate == name {
            continue;
        }
        let rank = (strsim::damerau_levenshtein(name, candidate), difference);
        if rank.0 <= limit && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(suggest("nch", ["pch1", "nchx", "diode"]), Some("nchx"));
        assert_eq!(suggest(".tarn", [".tran", ".ac"]), Some(".tran"));
        assert_eq!(suggest("zzz", ["abc", "q"]), None);
        assert_eq!(suggest("", ["abc"]), None);
    }
}
