//! Keys with dots, and the configuration of a point.

use std::path::Path;

use ohmloom_networks::evaluation::EvaluationSettings;
use toml::{Table, Value};

use super::presets::hardware;

/// Adds the keys of `other`, which win; tables are merged, everything else replaced.
pub(super) fn merge(table: &mut Table, other: &Table) {
    for (key, value) in other {
        match (table.get_mut(key), value) {
            (Some(Value::Table(own)), Value::Table(value)) => merge(own, value),
            _ => {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Sets the value at a key such as `tile.rows` or `nonideality.0.sigma`. Missing tables are made; entries of lists must exist.
pub(super) fn assign(table: &mut Table, key: &str, value: Value) -> Result<(), String> {
    let (folders, last) = match key.rsplit_once('.') {
        Some((folders, last)) => (Some(folders), last),
        None => (None, key),
    };
    let mut place = Place::Table(table);
    let mut path = String::new();
    for name in folders.iter().flat_map(|folders| folders.split('.')) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        place = match place.entry(name, &path, || Value::Table(Table::new()))? {
            Value::Table(table) => Place::Table(table),
            Value::Array(list) => Place::List(list),
            _ => return Err(format!("`{key}`: `{path}` is a value, not a table")),
        };
    }
    *place.entry(last, key, || Value::Boolean(false))? = value;
    Ok(())
}

enum Place<'a> {
    Table(&'a mut Table),
    List(&'a mut Vec<Value>),
}

impl<'a> Place<'a> {
    fn entry(
        self,
        name: &str,
        path: &str,
        missing: impl Fn() -> Value,
    ) -> Result<&'a mut Value, String> {
        match self {
            Self::Table(_)
                if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Err(format!("`{path}`: there is no such list in [config]"))
            }
            Self::Table(table) => Ok(table.entry(name).or_insert_with(missing)),
            Self::List(list) => {
                let length = list.len();
                let index: Option<usize> = name.parse().ok();
                index.and_then(|index| list.get_mut(index)).ok_or_else(|| {
                    format!("`{path}`: the list in [config] has {length} entries, counted from 0")
                })
            }
        }
    }
}

/// The settings that a table says, checked. Files that it names start at `folder`; `hardware = "..."` is the name of a preset or a file.
pub(super) fn settings(mut table: Table, folder: &Path) -> Result<EvaluationSettings, String> {
    let named = match table.get("hardware") {
        Some(Value::String(name)) => {
            Some(hardware(name, folder).map_err(|error| error.to_string())?)
        }
        _ => None,
    };
    if named.is_some() {
        table.remove("hardware");
    }
    let mut settings: EvaluationSettings = table
        .try_into()
        .map_err(|error: toml::de::Error| error.to_string().trim_end().replace('\n', " "))?;
    if let Some(hardware) = &mut settings.hardware {
        hardware.resolve_files(folder);
    }
    settings.hardware = named.or(settings.hardware);
    settings.validate().map_err(|error| error.to_string())?;
    Ok(settings)
}

/// A value as text: as short as it can be, without the quotation marks of strings.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => number_text(*number),
        other => other.to_string(),
    }
}

/// A number as text that reads back as the same number.
pub(super) fn number_text(number: f64) -> String {
    if number == 0.0 || (1e-4..1e15).contains(&number.abs()) {
        format!("{}", number + 0.0)
    } else {
        format!("{number:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(base: &str, key: &str, value: impl Into<Value>) -> Result<Table, String> {
        let mut table: Table = toml::from_str(base).unwrap();
        assign(&mut table, key, value.into())?;
        Ok(table)
    }

    #[test]
    fn keys_reach_into_tables_and_lists() {
        let list = "[[nonideality]]\nkind = \"stuck\"\nplacement = { on = 0.1 }";
        let found = assigned(list, "nonideality.0.placement.on", 0.5).unwrap();
        assert_eq!(
            found["nonideality"][0]["placement"]["on"],
            Value::Float(0.5)
        );
        assert_eq!(
            assigned("", "adc.bits", 4).unwrap()["adc"]["bits"],
            Value::Integer(4)
        );
        assert_eq!(
            assigned("bias = \"row\"", "bias", "digital").unwrap()["bias"].as_str(),
            Some("digital")
        );
    }

    #[test]
    fn merged_tables_keep_what_the_other_does_not_say() {
        let mut table: Table =
            toml::from_str("bias = \"row\"\ntile = { rows = 4, columns = 6 }\nlist = [1, 2]")
                .unwrap();
        let other = toml::from_str("tile = { rows = 8 }\nlist = [3]\nadc = { bits = 4 }").unwrap();
        merge(&mut table, &other);
        let expected: Table = toml::from_str(
            "bias = \"row\"\ntile = { rows = 8, columns = 6 }\nlist = [3]\nadc = { bits = 4 }",
        )
        .unwrap();
        assert_eq!(table, expected);
    }

    #[test]
    fn hardware_is_a_table_a_preset_or_a_file() {
        let of = |text: &str, folder: &Path| settings(toml::from_str(text).unwrap(), folder);
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let preset = of("hardware = \"seizure-tdm\"", here)
            .unwrap()
            .hardware
            .unwrap();
        assert_eq!(
            (preset.component.len(), preset.library.as_deref()),
            (11, Some("tbiocas2022-22nm"))
        );
        let text = crate::study::presets::HARDWARE[2].text;
        std::fs::write(here.join("own.toml"), text).unwrap();
        let own = of("hardware = \"own.toml\"", here)
            .unwrap()
            .hardware
            .unwrap();
        assert_eq!(own.component, preset.component);
        let table = of("[hardware]\nenergy = \"always-on\"", here)
            .unwrap()
            .hardware
            .unwrap();
        assert!(table.component.is_empty());
        for (wrong, message) in [
            ("hardware = \"abacus\"", "column-adc"),
            ("hardware = \"none.toml\"", "none.toml"),
            ("hardware = \"column-adc\"\nadc.bits = \"ideal\"", "[adc]"),
            ("[hardware]\nrows = 3", "rows"),
        ] {
            let refused = of(wrong, here).unwrap_err();
            assert!(refused.contains(message), "{wrong}: {refused}");
        }
    }

    #[test]
    fn keys_that_lead_nowhere_are_refused() {
        for (key, message) in [
            ("nonideality.1.sigma", "1 entries"),
            ("nonideality.sigma", "1 entries"),
            ("nonidealities.0.sigma", "no such list"),
            ("read_voltage.high", "not a table"),
        ] {
            let refused = assigned("read_voltage = 0.2\nnonideality = [{}]", key, 1).unwrap_err();
            assert!(
                refused.contains(message) && refused.contains(key.split('.').next().unwrap()),
                "{refused}"
            );
        }
        let table = assigned("", "tile.rwos", 3).unwrap();
        assert!(settings(table, Path::new("")).unwrap_err().contains("rwos"));
        let table = assigned("", "tile.rows", 0).unwrap();
        assert!(settings(table, Path::new("")).unwrap_err().contains("rows"));
    }

    #[test]
    fn numbers_read_back_as_they_were() {
        for number in [0.0, 1.0, 0.1, 1e-7, 123_456.75, 3e20, -2.5e-9, 1.0 / 3.0] {
            assert_eq!(number_text(number).parse::<f64>().unwrap(), number);
        }
        assert_eq!(
            (number_text(3.0), number_text(1e-12)),
            ("3".into(), "1e-12".into())
        );
    }
}
