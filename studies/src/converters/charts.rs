//! Charts of what was measured of a converter or front end: transfer curve, nonlinearity, spectrum.

use ohmloom_peripherals::metrology::{
    AdcCharacterization, DacCharacterization, FrontEndCharacterization, Linearity, Spectrum,
    Transitions,
};

use crate::plots::{Axis, LineChartSpec, Series, SeriesStyle};

/// A chart and the stem of its file's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// `transfer`, `linearity` or `spectrum`.
    pub name: &'static str,
    /// The chart.
    pub spec: LineChartSpec,
}

/// Decibels below the noise of a single bin at which a spectrum is cut.
const BELOW_NOISE: f64 = 25.0;

/// The charts of an ADC. `name` is its description for titles, `unit` that of its input.
pub fn adc_charts(name: &str, unit: &str, found: &AdcCharacterization) -> [Chart; 3] {
    let codes = f64::from(1_u32 << found.bits);
    let quantity = if unit == "A" {
        "input current"
    } else {
        "input voltage"
    };
    let ends = [(found.range.low, 0.0), (found.range.high, codes)];
    let transfer = LineChartSpec::new(
        format!("{name}: transfer curve"),
        Axis::new(quantity, unit),
        Axis::new("code", ""),
    )
    .with(Series::new("measured", stairs(&found.transitions, ends)).styled(SeriesStyle::Line))
    .with(Series::new("ideal", ends).styled(SeriesStyle::DashedLine));
    [
        Chart {
            name: "transfer",
            spec: transfer,
        },
        linearity_chart(name, &found.linearity),
        spectrum_chart(name, &found.spectrum),
    ]
}

/// The charts of a DAC. `name` is its description for titles.
pub fn dac_charts(name: &str, found: &DacCharacterization) -> [Chart; 3] {
    let codes = f64::from(1_u32 << found.bits);
    let levels = found.levels.iter().enumerate();
    let transfer = LineChartSpec::new(
        format!("{name}: transfer curve"),
        Axis::new("code", ""),
        Axis::new("output voltage", "V"),
    )
    .with(
        Series::new(
            "measured",
            levels.map(|(code, volts)| (code as f64, *volts)),
        )
        .styled(if found.levels.len() <= 64 {
            SeriesStyle::Markers
        } else {
            SeriesStyle::Line
        }),
    )
    .with(
        Series::new("ideal", [(0.0, found.range.low), (codes, found.range.high)])
            .styled(SeriesStyle::DashedLine),
    );
    [
        Chart {
            name: "transfer",
            spec: transfer,
        },
        linearity_chart(name, &found.linearity),
        spectrum_chart(name, &found.spectrum),
    ]
}

/// The transfer curve of a front end. `name` is its description for the title.
pub fn front_end_chart(name: &str, found: &FrontEndCharacterization) -> Chart {
    let curve = found.currents.iter().zip(&found.voltages);
    let ends = [found.currents.first(), found.currents.last()];
    let ideal = |&current: &f64| (current, found.nominal_rest + found.nominal_gain * current);
    let spec = LineChartSpec::new(
        format!("{name}: transfer curve"),
        Axis::new("input current", "A"),
        Axis::new("output voltage", "V"),
    )
    .with(Series::new("measured", curve.map(|(i, v)| (*i, *v))).styled(SeriesStyle::Line))
    .with(
        Series::new("ideal", ends.into_iter().flatten().map(ideal)).styled(SeriesStyle::DashedLine),
    );
    Chart {
        name: "transfer",
        spec,
    }
}

/// The staircase of an ADC over its nominal range and what is seen beyond it.
fn stairs(transitions: &Transitions, [low, high]: [(f64, f64); 2]) -> Vec<(f64, f64)> {
    let first = transitions.inputs.first().copied().unwrap_or(low.0);
    let last = transitions.inputs.last().copied().unwrap_or(high.0);
    let mut code = f64::from(transitions.first_code);
    let mut points = vec![(low.0.min(first), code)];
    for &input in &transitions.inputs {
        points.push((input, code));
        code += 1.0;
        points.push((input, code));
    }
    points.push((high.0.max(last), code));
    points
}

fn linearity_chart(name: &str, found: &Linearity) -> Chart {
    let style = if found.inl.len() <= 64 {
        SeriesStyle::LineAndMarkers
    } else {
        SeriesStyle::Line
    };
    let over_codes = |errors: &[f64]| -> Vec<(f64, f64)> {
        let codes = (found.first_code..).map(f64::from);
        codes.zip(errors.iter().copied()).collect()
    };
    let spec = LineChartSpec::new(
        format!(
            "{name}: |INL| up to {:.2} LSB, |DNL| up to {:.2} LSB",
            found.worst_inl, found.worst_dnl
        ),
        Axis::new("code", ""),
        Axis::new("error (LSB)", ""),
    )
    .with(Series::new("DNL", over_codes(&found.dnl)).styled(style))
    .with(Series::new("INL", over_codes(&found.inl)).styled(style));
    Chart {
        name: "linearity",
        spec,
    }
}

fn spectrum_chart(name: &str, found: &Spectrum) -> Chart {
    let bins = found.decibels.len() - 1;
    let floor = -found.sndr - 10.0 * (bins as f64).log10() - BELOW_NOISE;
    let floor = (floor / 20.0).floor() * 20.0;
    let points = found
        .decibels
        .iter()
        .enumerate()
        .skip(1)
        .map(|(bin, db)| (0.5 * bin as f64 / bins as f64, db.max(floor)));
    let spec = LineChartSpec::new(
        format!(
            "{name}: ENOB {:.2}, SNDR {:.1} dB, SFDR {:.1} dB",
            found.enob, found.sndr, found.sfdr
        ),
        Axis::new("frequency / sampling rate", "").between(0.0, 0.5),
        Axis::new("power / fundamental (dB)", "").between(floor, 5.0),
    )
    .with(Series::new("", points).styled(SeriesStyle::Line));
    Chart {
        name: "spectrum",
        spec,
    }
}
