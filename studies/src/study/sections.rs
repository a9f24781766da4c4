//! The sections of a study: each of its sweeps on each of its networks.

use toml::{Table, Value};

use super::axes::{SweepAxis, axes};
use super::configuration::merge;
use super::description::{CaseDescription, Design, PartDescription, StudyDescription};
use super::points::{AxisPoint, points};

/// Name of the case that replaces all others where a study runs on the built-in network.
pub(super) const BUILT_IN: &str = "built-in";

/// One sweep on one network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    /// Name of the network, where the study has several.
    pub case: Option<String>,
    /// Index of the network.
    pub network: usize,
    /// Name of the sweep, where the study has several.
    pub part: Option<String>,
    /// What it asks.
    pub description: String,
    /// Use only the first so many images.
    pub limit: Option<usize>,
    pub base: Table,
    pub design: Design,
    pub axes: Vec<SweepAxis>,
    pub points: Vec<AxisPoint>,
    pub first_seed: u64,
    pub repeats: usize,
    /// Points and jobs of the sections before.
    pub points_before: usize,
    pub jobs_before: usize,
}

impl Section {
    pub(super) fn jobs(&self) -> usize {
        self.points.len() * self.repeats
    }
}

/// The networks of a study; one without a name if it has no `[[case]]`.
pub(super) fn cases(
    description: &StudyDescription,
    built_in: bool,
) -> Result<Vec<CaseDescription>, String> {
    unique("case", description.cases.iter().map(|case| &case.name))?;
    let whole = CaseDescription {
        name: BUILT_IN.into(),
        network: description.network.clone(),
        data: description.data.clone(),
        calibration: description.calibration.clone(),
        preprocessing: description.preprocessing.clone(),
        limit: description.limit,
        config: Table::new(),
    };
    let cases = if description.cases.is_empty() || built_in {
        vec![whole]
    } else {
        let cases = description.cases.iter().cloned();
        cases
            .map(|case| CaseDescription {
                network: case.network.or_else(|| whole.network.clone()),
                data: case.data.or_else(|| whole.data.clone()),
                calibration: case.calibration.or_else(|| whole.calibration.clone()),
                preprocessing: case.preprocessing.or_else(|| whole.preprocessing.clone()),
                limit: case.limit.or(whole.limit),
                name: case.name,
                config: case.config,
            })
            .collect()
    };
    for case in &cases {
        let of_case = if description.cases.is_empty() {
            String::new()
        } else {
            format!("[[case]] \"{}\": ", case.name)
        };
        if case.network.is_some() != case.data.is_some() {
            return Err(format!("{of_case}`network` and `data` belong together"));
        }
        if case.network.is_none() {
            for (key, given) in [
                ("calibration", case.calibration.is_some()),
                ("preprocessing", case.preprocessing.is_some()),
            ] {
                if given {
                    return Err(format!("{of_case}`{key}` needs a `network` and its `data`"));
                }
            }
        }
        if case.limit == Some(0) {
            return Err(format!("{of_case}limit must be at least 1"));
        }
    }
    Ok(cases)
}

/// Every sweep on every network that it runs on, the sweeps of one network one after another.
pub(super) fn sections(
    description: &StudyDescription,
    cases: &[CaseDescription],
    base: &Table,
    default_seed: u64,
) -> Result<Vec<Section>, String> {
    unique("part", description.parts.iter().map(|part| &part.name))?;
    let has_own = !description.sweep.is_empty()
        || description.points.is_some()
        || description.design != Design::Grid;
    if has_own && !description.parts.is_empty() {
        return Err(
            "[[part]] entries have their own sweep, design and points: the study has none".into(),
        );
    }
    let whole = PartDescription {
        design: description.design,
        points: description.points,
        sweep: description.sweep.clone(),
        ..PartDescription::default()
    };
    let parts = match &description.parts[..] {
        [] => std::slice::from_ref(&whole),
        parts => parts,
    };
    for part in parts {
        for name in part.cases.iter().flatten() {
            let known = description.cases.iter().map(|case| case.name.as_str());
            if name != BUILT_IN && !known.clone().any(|known| known == name) {
                let known: Vec<_> = known.collect();
                return Err(format!(
                    "[[part]] \"{}\": there is no case \"{name}\"; cases: {}",
                    part.name,
                    known.join(", ")
                ));
            }
        }
    }
    let mut sections = Vec::new();
    let (mut points_before, mut jobs_before) = (0, 0);
    for (network, case) in cases.iter().enumerate() {
        for part in parts {
            let takes_part = part
                .cases
                .as_ref()
                .is_none_or(|names| names.contains(&case.name));
            if !takes_part {
                continue;
            }
            let in_part = |reason: String| {
                if description.parts.is_empty() {
                    reason
                } else {
                    format!("[[part]] \"{}\": {reason}", part.name)
                }
            };
            let section = section(description, (network, case), part, base, default_seed);
            let mut section = section.map_err(in_part)?;
            section.points_before = points_before;
            section.jobs_before = jobs_before;
            points_before += section.points.len();
            jobs_before += section.jobs();
            sections.push(section);
        }
    }
    Ok(sections)
}

fn section(
    description: &StudyDescription,
    (network, case): (usize, &CaseDescription),
    part: &PartDescription,
    base: &Table,
    default_seed: u64,
) -> Result<Section, String> {
    let mut table = base.clone();
    merge(&mut table, &case.config);
    merge(&mut table, &part.config);
    let repeats = part.repeats.unwrap_or(description.repeats);
    if !(1..=1_000_000).contains(&repeats) {
        return Err(format!("repeats = {repeats}: must be 1 to 1000000"));
    }
    let limit = part.limit.or(case.limit);
    if limit == Some(0) {
        return Err("limit must be at least 1".into());
    }
    let of_table = table.get("seed").and_then(Value::as_integer);
    let first_seed = match (part.seed.or(description.seed), of_table) {
        (Some(seed), _) => seed,
        (None, Some(seed)) => {
            u64::try_from(seed).map_err(|_| format!("seed = {seed}: must not be negative"))?
        }
        (None, None) => default_seed,
    };
    if first_seed
        .checked_add(repeats as u64)
        .is_none_or(|last| i64::try_from(last).is_err())
    {
        return Err(format!("seed = {first_seed}: too large"));
    }
    let axes = axes(&part.sweep)?;
    Ok(Section {
        case: (!description.cases.is_empty()).then(|| case.name.clone()),
        network,
        part: (!description.parts.is_empty()).then(|| part.name.clone()),
        description: part.description.clone(),
        limit,
        base: table,
        design: part.design,
        points: points(part.design, &axes, part.points, first_seed)?,
        axes,
        first_seed,
        repeats,
        points_before: 0,
        jobs_before: 0,
    })
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut known: Vec<&String> = Vec::new();
    for name in names {
        if name.is_empty() {
            return Err(format!("[[{what}]]: the name is empty"));
        }
        if known.contains(&name) {
            return Err(format!("[[{what}]] \"{name}\" is there twice"));
        }
        known.push(name);
    }
    Ok(())
}
