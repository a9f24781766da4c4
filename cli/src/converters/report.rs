//! Tables of what was measured.

use comfy_table::{CellAlignment, Table, presets};
use ohmloom_peripherals::metrology::{Linearity, SineFit, Spectrum};
use ohmloom_studies::converters::{Population, Spread};

/// A table of figures with their units.
pub(super) fn table(rows: Vec<[String; 3]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["figure", "value", "unit"]);
    for row in rows {
        table.add_row(row);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

pub(super) fn row(name: &str, value: String, unit: &str) -> [String; 3] {
    [name.into(), value, unit.into()]
}

pub(super) fn linearity_rows(found: &Linearity) -> Vec<[String; 3]> {
    vec![
        row("offset", format!("{:+.3}", found.offset), "LSB"),
        row(
            "gain error",
            format!("{:+.3}", 100.0 * found.gain_error),
            "%",
        ),
        row("largest |INL|", format!("{:.3}", found.worst_inl), "LSB"),
        row("largest |DNL|", format!("{:.3}", found.worst_dnl), "LSB"),
    ]
}

pub(super) fn dynamic_rows(found: &Spectrum, fit: &SineFit) -> Vec<[String; 3]> {
    vec![
        row("SNDR", format!("{:.2}", found.sndr), "dB"),
        row("SNR", format!("{:.2}", found.snr), "dB"),
        row("THD", format!("{:.2}", found.thd), "dB"),
        row("SFDR", format!("{:.2}", found.sfdr), "dB"),
        row("ENOB", format!("{:.3}", found.enob), "bit"),
        row("ENOB, sine fit", format!("{:.3}", fit.enob), "bit"),
    ]
}

/// The spreads of converters.
pub(super) fn population_text(found: &Population) -> String {
    let table = spread_table(&[
        ("largest |INL|", &found.worst_inl, 1.0, "LSB"),
        ("largest |DNL|", &found.worst_dnl, 1.0, "LSB"),
        ("offset", &found.offset, 1.0, "LSB"),
        ("gain error", &found.gain_error, 100.0, "%"),
        ("SNDR", &found.sndr, 1.0, "dB"),
        ("SFDR", &found.sfdr, 1.0, "dB"),
        ("ENOB", &found.enob, 1.0, "bit"),
    ]);
    format!(
        "{} draws: {:.1} % monotonic, {:.1} % without missing codes\n{table}",
        found.draws,
        100.0 * found.monotonic,
        100.0 * found.complete
    )
}

/// A table of spreads, each with what it is multiplied by and its unit then.
pub(super) fn spread_table(spreads: &[(&str, &Spread, f64, &str)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["figure", "mean", "deviation", "least", "greatest", "unit"]);
    for &(name, spread, scale, unit) in spreads {
        let number = |value: f64| format!("{:.3}", scale * value);
        table.add_row([
            name.to_owned(),
            number(spread.mean),
            number(spread.deviation),
            number(spread.least),
            number(spread.greatest),
            unit.to_owned(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Parts of a report below each other, and the files that were written.
pub(super) fn joined(mut parts: Vec<String>, files: &[String]) -> String {
    if !files.is_empty() {
        parts.push(format!("written          {}", files.join(", ")));
    }
    parts.join("\n")
}
