//! What the demo does: the built-in network digitally, on arrays with ideal wires, and on arrays with wires and converters.

use std::path::{Path, PathBuf};

use ndarray::ArrayView;
use ndarray_npy::{WritableElement, WriteNpyError, WriteNpyExt};
use ohmloom_networks::evaluation::{
    AnalogNetwork, EvaluationData, EvaluationError, EvaluationReport, EvaluationSettings, Progress,
};
use ohmloom_networks::{Dataset, Network, Preprocessing, Samples};
use ohmloom_peripherals::{ConverterSettings, Resolution};
use ohmloom_solver::line_grid::{ArraySolver, FieldRequest, GridError, SolveOptions};
use serde::Serialize;

use super::glyphs::{self, DEMO_SEED, SIDE, Split};
use super::{NETWORK_JSON, NETWORK_ONNX};
use crate::plots::{self, Axis, HeatmapSpec, LineChartSpec, PlotError, Series, SeriesStyle};

/// Wire resistances of the demo, in ohm for each segment.
pub const WIRES: [f64; 3] = [1.0, 3.0, 10.0];
/// Bits of the demo's converters.
pub const BITS: u32 = 6;
/// Test images of the demo.
pub const TEST_IMAGES: u32 = 2000;
const CALIBRATION_IMAGES: u32 = 200;
/// Index of the layer fc1, whose tiles are full.
const FIRST_DENSE: usize = 2;

/// One row of the demo's table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemoRow {
    /// What was evaluated.
    pub name: String,
    /// Ohm for each wire segment.
    pub wire_resistance: f64,
    /// Bits of the converters; absent where they are ideal.
    pub bits: Option<u32>,
    /// The evaluation; `digital_correct` is the digital reference.
    pub report: EvaluationReport,
}

/// What the demo found and wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemoReport {
    /// Ideal wires and converters first, then one row for each of [`WIRES`].
    pub rows: Vec<DemoRow>,
    /// Files written.
    pub files: Vec<PathBuf>,
}

/// Why the demo could not finish.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A file could not be written.
    #[error("{path}: {source}")]
    Write {
        /// The file or folder.
        path: String,
        /// The reason.
        source: std::io::Error,
    },
    /// The images could not be put into npy format.
    #[error(transparent)]
    Npy(#[from] WriteNpyError),
    /// The results could not be put into JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The evaluation failed.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The network or the data could not be used.
    #[error(transparent)]
    Network(#[from] ohmloom_networks::Error),
    /// The array of the heat map could not be solved.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A plot could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// Runs the demo and writes its network, images, plots and results to `folder`.
///
/// # Errors
/// A folder that cannot be written; anything that goes wrong on the way is a fault of the program, and is reported as it came.
pub fn run(folder: &Path, progress: &dyn Progress) -> Result<DemoReport, DemoError> {
    let mut output = Output {
        folder,
        files: Vec::new(),
    };
    let onnx = output.write("glyphs_cnn.onnx", NETWORK_ONNX)?;
    output.write("glyphs_cnn.json", NETWORK_JSON.as_bytes())?;
    let (images, labels) = pixels(Split::Test, TEST_IMAGES);
    let count = TEST_IMAGES as usize;
    output.write("test_images.npy", &npy(&[count, SIDE, SIDE], &images)?)?;
    output.write("test_labels.npy", &npy(&[count], &labels)?)?;

    let network = Network::load(&onnx)?;
    let preprocessing = Preprocessing::beside(&onnx)?.unwrap_or_default();
    let test = dataset(images, &labels)?;
    let (images, labels) = pixels(Split::Calibration, CALIBRATION_IMAGES);
    let calibration = dataset(images, &labels)?;
    let data = EvaluationData {
        test: &test,
        calibration: Some(&calibration),
        preprocessing: &preprocessing,
    };

    let ideal = settings(0.0, None);
    let mut rows = vec![
        evaluate(
            &network,
            data,
            "ideal wires and converters",
            &ideal,
            progress,
        )?
        .1,
    ];
    let mut fields = Vec::new();
    for ohm in WIRES {
        let name = format!("{ohm} Ω wires, {BITS}-bit converters");
        let (analog, row) = evaluate(&network, data, &name, &settings(ohm, Some(BITS)), progress)?;
        fields.push((ohm, cell_voltages(&analog, FIRST_DENSE)?));
        rows.push(row);
        if ohm == WIRES[0] {
            let (conductance, volts) = first_tile(&analog, FIRST_DENSE);
            output.write("fc1_conductance.npy", &conductance?)?;
            output.write("fc1_inputs.npy", &volts?)?;
        }
    }

    for extension in ["svg", "png"] {
        for (name, chart) in [
            ("accuracy", accuracy_chart(&rows)),
            ("layer_errors", error_chart(&rows)),
        ] {
            plots::lines(output.path(&format!("{name}.{extension}")), &chart)?;
        }
        for (ohm, field) in &fields {
            plots::heatmap(
                output.path(&format!("cell_voltage_{ohm}ohm.{extension}")),
                &voltage_map(*ohm, field),
            )?;
        }
    }
    let text = serde_json::to_string_pretty(&rows)?;
    output.write("results.json", (text + "\n").as_bytes())?;
    Ok(DemoReport {
        rows,
        files: output.files,
    })
}

/// The demo's folder and what is in it.
struct Output<'a> {
    folder: &'a Path,
    files: Vec<PathBuf>,
}

impl Output<'_> {
    /// The path of a file that is about to be written.
    fn path(&mut self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        self.files.push(path.clone());
        path
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<PathBuf, DemoError> {
        let path = self.path(name);
        let failed = |source| DemoError::Write {
            path: path.display().to_string(),
            source,
        };
        std::fs::create_dir_all(self.folder).map_err(failed)?;
        std::fs::write(&path, bytes).map_err(failed)?;
        Ok(path)
    }
}

fn settings(ohm: f64, bits: Option<u32>) -> EvaluationSettings {
    let converter = match bits {
        Some(bits) => ConverterSettings {
            bits: Resolution::Bits(bits),
            ..ConverterSettings::default()
        },
        None => ConverterSettings::ideal(),
    };
    let defaults = EvaluationSettings::default();
    EvaluationSettings {
        calibration_images: CALIBRATION_IMAGES as usize,
        tile: defaults.tile.with_wires(ohm),
        dac: converter,
        adc: converter,
        ..defaults
    }
}

fn evaluate<'a>(
    network: &'a Network,
    data: EvaluationData<'_>,
    name: &str,
    settings: &EvaluationSettings,
    progress: &dyn Progress,
) -> Result<(AnalogNetwork<'a>, DemoRow), DemoError> {
    let analog = AnalogNetwork::new(network, settings, progress)?;
    let report = analog.evaluate(data, 0, progress)?;
    let bits = match settings.adc.bits {
        Resolution::Ideal => None,
        Resolution::Bits(bits) => Some(bits),
    };
    let row = DemoRow {
        name: name.to_owned(),
        wire_resistance: settings.tile.row_resistance,
        bits,
        report,
    };
    Ok((analog, row))
}

/// The test and the calibration images.
pub(crate) fn images() -> Result<(Dataset, Dataset), ohmloom_networks::Error> {
    let (test, test_labels) = pixels(Split::Test, TEST_IMAGES);
    let (calibration, calibration_labels) = pixels(Split::Calibration, CALIBRATION_IMAGES);
    Ok((
        dataset(test, &test_labels)?,
        dataset(calibration, &calibration_labels)?,
    ))
}

fn pixels(split: Split, count: u32) -> (Vec<u8>, Vec<u8>) {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for glyph in glyphs::glyphs(DEMO_SEED, split, count) {
        images.extend_from_slice(&glyph.pixels);
        labels.push(glyph.label);
    }
    (images, labels)
}

fn dataset(images: Vec<u8>, labels: &[u8]) -> Result<Dataset, ohmloom_networks::Error> {
    let labels = labels.iter().map(|&label| usize::from(label)).collect();
    Dataset::new(Samples::U8(images), vec![SIDE, SIDE], labels)
}

/// Bytes as an npy file.
fn npy<T: WritableElement>(shape: &[usize], values: &[T]) -> Result<Vec<u8>, DemoError> {
    let mut file = Vec::new();
    ArrayView::from_shape(shape, values)
        .map_err(|error| WriteNpyError::FormatData(error.into()))
        .and_then(|array| array.write_npy(&mut file))?;
    Ok(file)
}

/// Conductances of a layer's first tile, and its used rows at the read voltage, as npy files.
fn first_tile(
    analog: &AnalogNetwork<'_>,
    layer: usize,
) -> (Result<Vec<u8>, DemoError>, Result<Vec<u8>, DemoError>) {
    let tile = analog
        .layer_tiles(layer)
        .next()
        .expect("a trained layer has weights");
    let grid = tile.grid();
    let mut volts = vec![0.0; grid.rows() - tile.used_rows()];
    volts.resize(grid.rows(), EvaluationSettings::default().read_voltage);
    (
        npy(&[grid.rows(), grid.columns()], grid.conductance()),
        npy(&[grid.rows()], &volts),
    )
}

/// Voltage across each cell of a layer's first tile, relative to the drive, with every used row driven at 1 V.
struct Field {
    layer: String,
    rows: usize,
    columns: usize,
    volts: Vec<f64>,
}

fn cell_voltages(analog: &AnalogNetwork<'_>, layer: usize) -> Result<Field, DemoError> {
    let name = analog.network().layers()[layer].name.clone();
    let tile = analog
        .layer_tiles(layer)
        .next()
        .expect("a trained layer has weights");
    let grid = tile.grid();
    let mut drives = vec![0.0; grid.rows() - tile.used_rows()];
    drives.resize(grid.rows(), 1.0);
    let solver = ArraySolver::new(grid, SolveOptions::default())?;
    let request = FieldRequest {
        voltages: true,
        ..FieldRequest::default()
    };
    let solution = solver.solve_with_fields(&drives, request)?;
    let volts = solution
        .row_voltages
        .iter()
        .zip(&solution.column_voltages)
        .map(|(row, column)| row - column)
        .collect();
    Ok(Field {
        layer: name,
        rows: grid.rows(),
        columns: grid.columns(),
        volts,
    })
}

fn voltage_map(ohm: f64, field: &Field) -> HeatmapSpec {
    let title = format!(
        "Cell voltage relative to the drive: {}, {ohm} Ω per segment",
        field.layer
    );
    HeatmapSpec::new(title, field.rows, field.columns, field.volts.clone())
        .quantity("cell voltage / drive", "")
}

fn accuracy_chart(rows: &[DemoRow]) -> LineChartSpec {
    let percent = |correct: usize, row: &DemoRow| 100.0 * correct as f64 / row.report.images as f64;
    let wired = || rows.iter().filter(|row| row.wire_resistance > 0.0);
    let reference = |correct: fn(&EvaluationReport) -> usize| {
        let level = percent(correct(&rows[0].report), &rows[0]);
        wired()
            .map(move |row| (row.wire_resistance, level))
            .collect::<Vec<_>>()
    };
    let analog = wired().map(|row| (row.wire_resistance, percent(row.report.analog_correct, row)));
    let x = Axis::new("wire resistance per segment", "Ω")
        .logarithmic()
        .with_ticks(WIRES);
    LineChartSpec::new("Accuracy on 128 × 128 tiles", x, Axis::new("correct", "%"))
        .with(
            Series::new(
                "arrays, ideal wires and converters",
                reference(|report| report.analog_correct),
            )
            .styled(SeriesStyle::Line),
        )
        .with(
            Series::new(
                "digital (32-bit float)",
                reference(|report| report.digital_correct),
            )
            .styled(SeriesStyle::DashedLine),
        )
        .with(Series::new(
            format!("arrays with wires, {BITS}-bit converters"),
            analog,
        ))
}

fn error_chart(rows: &[DemoRow]) -> LineChartSpec {
    let wired: Vec<&DemoRow> = rows
        .iter()
        .filter(|row| row.wire_resistance > 0.0)
        .collect();
    let x = Axis::new("wire resistance per segment", "Ω")
        .logarithmic()
        .with_ticks(WIRES);
    let y = Axis::new("relative error of the layer's outputs", "").logarithmic();
    let mut chart = LineChartSpec::new(
        format!("Layer errors with wires and {BITS}-bit converters"),
        x,
        y,
    );
    for (index, layer) in wired[0].report.layers.iter().enumerate() {
        let points = wired
            .iter()
            .map(|row| (row.wire_resistance, row.report.layers[index].relative_error));
        chart = chart.with(Series::new(
            format!("{} ({} × {})", layer.name, layer.rows, layer.columns),
            points,
        ));
    }
    chart
}
