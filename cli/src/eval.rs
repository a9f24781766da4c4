//! `ohmloom eval`: a network evaluated on arrays.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use ohmloom_layouts::offsetting::OffsettingMethod;
use ohmloom_networks::evaluation::{
    AnalogNetwork, EvaluationData, EvaluationReport, EvaluationSettings, NonidealReport,
    NonlinearReport,
};
use ohmloom_networks::{DataSource, Dataset, Network, Preprocessing};
use ohmloom_studies::study;

use crate::descriptions;
use crate::map;
use crate::quantity::quantity;
use crate::stages::StageBars;

/// Arguments of `ohmloom eval`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EvalArgs {
    /// The network, an ONNX file
    network: PathBuf,
    /// What to classify: mnist:DIR, cifar10:FILE or npy:X.npy,Y.npy
    #[arg(long, value_name = "SOURCE")]
    data: DataSource,
    /// What calibrates the converters' ranges [default: the training set beside the data if there is one, else the data]
    #[arg(long, value_name = "SOURCE")]
    calibration: Option<DataSource>,
    /// Use only the first N images
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Cells, wires, tiles and converters, a TOML file (see docs/evaluation.md)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Nonlinear cells, a TOML file (see docs/evaluation.md): every tile is solved by Newton's method for every input, and the result
    /// compared with that of linear cells
    #[arg(long, value_name = "FILE")]
    cell: Option<PathBuf>,
    /// What makes the tiles differ from their weights, a TOML file (see docs/nonidealities.md); replaces that of --config. The result is
    /// compared with that of tiles that are as programmed
    #[arg(long, value_name = "FILE", conflicts_with = "cell")]
    nonidealities: Option<PathBuf>,
    /// How targets make up for the stuck cells of the non-idealities (see docs/offsetting.md) [default: that of --config, or none]
    #[arg(long, value_name = "METHOD", value_parser = offsetting)]
    offsetting: Option<OffsettingMethod>,
    /// Seed of everything random [default: that of --config, or 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Solve K random inputs of tiles again by the direct method and report the largest difference
    #[arg(long, value_name = "K", default_value_t = 0)]
    verify: usize,
    /// Factor from raw values to inputs [default: from the network's JSON file]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    scale: Option<f64>,
    /// Mean to subtract after scaling, one value or one for each channel
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    mean: Option<Vec<f64>>,
    /// Deviation to divide by, one value or one for each channel
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    std: Option<Vec<f64>>,
    /// What the hardware around the tiles is: a file as `ohmloom map` takes it, or the name of a preset (seizure-tdm, seizure-parallel,
    /// column-adc); replaces [hardware] of --config. Tile, read voltage, bits and layouts are those of the evaluation
    #[arg(long, value_name = "FILE|PRESET")]
    hardware: Option<String>,
    /// Print, for each layer, the column currents of the calibration images beside the range of its ADCs, and the cost of each hardware
    /// component
    #[arg(long)]
    profile: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom eval lenet5.onnx --data mnist:data/mnist
  ohmloom eval resnet20.onnx --data cifar10:test_batch.bin --limit 1000 --config tiles.toml
  ohmloom eval lenet5.onnx --data mnist:data/mnist --limit 100 --cell 1t1r.toml
  ohmloom eval lenet5.onnx --data mnist:data/mnist --nonidealities faults.toml --seed 7
  ohmloom eval lenet5.onnx --data mnist:data/mnist --nonidealities faults.toml --offsetting extended
  ohmloom eval lenet5.onnx --data mnist:data/mnist --hardware column-adc --profile
  ohmloom eval net.onnx --data npy:images.npy,labels.npy --scale 0.00392156862745098 --verify 20 --json";

/// Runs the command.
pub(crate) fn run(args: &EvalArgs) -> Result<()> {
    let mut settings = match &args.config {
        Some(path) => EvaluationSettings::load(path)?,
        None => EvaluationSettings::default(),
    };
    if let Some(path) = &args.cell {
        settings.cell = Some(descriptions::cell(path)?);
    }
    if let Some(path) = &args.nonidealities {
        settings.nonidealities = descriptions::nonidealities(path)?.entries;
    }
    if let Some(offsetting) = args.offsetting {
        settings.offsetting = offsetting;
    }
    if let Some(seed) = args.seed {
        settings.seed = seed;
    }
    if let Some(name) = &args.hardware {
        settings.hardware = Some(study::hardware(name, Path::new(""))?);
    }
    let network = Network::load(&args.network)?;
    let preprocessing = preprocessing(args)?;
    let mut test = args.data.load()?;
    if let Some(limit) = args.limit {
        test = test.truncated(usize::try_from(limit)?);
    }
    check_labels(&test, &network)?;
    let calibration = match &args.calibration {
        Some(source) => Some(source.load()?),
        None => args.data.load_training()?,
    };
    let bars = StageBars::default();
    let data = EvaluationData {
        test: &test,
        calibration: calibration.as_ref(),
        preprocessing: &preprocessing,
    };
    let outcome = AnalogNetwork::for_data(&network, &settings, data, &bars)
        .and_then(|analog| analog.evaluate(data, args.verify, &bars));
    bars.finish();
    let report = outcome?;
    if args.json {
        crate::output::line(&serde_json::to_string(&report)?)
    } else {
        let mut text = text(&report);
        if args.profile {
            text = format!("{text}\n\n{}", profile(&report));
            if let Some(corrections) = corrections(&report) {
                text = format!("{text}\n\n{corrections}");
            }
            if let Some(hardware) = &report.hardware {
                text = format!("{text}\n\n{}", map::components(hardware));
            }
        }
        crate::output::line(&text)
    }
}

/// Reads the name of an offsetting method.
fn offsetting(name: &str) -> Result<OffsettingMethod, String> {
    match name {
        "none" => Ok(OffsettingMethod::None),
        "published" => Ok(OffsettingMethod::Published),
        "partners" => Ok(OffsettingMethod::Partners),
        "extended" => Ok(OffsettingMethod::Extended),
        _ => Err("none, published, partners or extended".to_owned()),
    }
}

/// How raw samples become inputs: flags first, then the JSON file beside the network.
fn preprocessing(args: &EvalArgs) -> Result<Preprocessing> {
    let beside = Preprocessing::beside(&args.network)?;
    if beside.is_none() && args.scale.is_none() && args.mean.is_none() && args.std.is_none() {
        bail!(
            "{}: no JSON file beside it says how raw values become inputs; give --scale, --mean or --std (--scale 1 takes them as they are)",
            args.network.display()
        );
    }
    let mut preprocessing = beside.unwrap_or_default();
    if let Some(scale) = args.scale {
        preprocessing.input_scale = scale;
    }
    if let Some(mean) = &args.mean {
        preprocessing.input_mean.clone_from(mean);
    }
    if let Some(std) = &args.std {
        preprocessing.input_std.clone_from(std);
    }
    Ok(preprocessing)
}

/// A label that the network has no output for is a mistake in the data, not a wrong prediction.
fn check_labels(data: &Dataset, network: &Network) -> Result<()> {
    match data
        .labels()
        .iter()
        .position(|&label| label >= network.classes())
    {
        None => Ok(()),
        Some(index) => {
            let file = data
                .files()
                .last()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            Err(anyhow::anyhow!(
                "{file}: label {} of sample {index}",
                data.labels()[index]
            ))
            .with_context(|| {
                format!(
                    "labels must lie below the network's {} outputs",
                    network.classes()
                )
            })
        }
    }
}

/// The report as a table.
fn text(report: &EvaluationReport) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let mut header = vec![
        "layer",
        "rows",
        "columns",
        "tiles",
        "cells used",
        "relative error",
    ];
    if report.nonlinear.is_some() {
        header.extend(["linear cells", "nonlinearity"]);
    }
    table.set_header(header);
    for layer in &report.layers {
        let mut row = vec![
            layer.name.clone(),
            layer.rows.to_string(),
            layer.columns.to_string(),
            layer.tiles.to_string(),
            format!("{:.1} %", 100.0 * layer.utilisation),
            format!("{:.2} %", 100.0 * layer.relative_error),
        ];
        let compared = [layer.linear_error, layer.nonlinearity];
        row.extend(
            compared
                .iter()
                .flatten()
                .map(|e| format!("{:.2} %", 100.0 * e)),
        );
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let percent = |count: usize| {
        format!(
            "{count} ({:.2} %)",
            100.0 * count as f64 / report.images as f64
        )
    };
    let seconds = report.seconds;
    let mut lines = vec![
        table.to_string(),
        format!("images            {}", report.images),
        format!("digital correct   {}", percent(report.digital_correct)),
        format!("analog correct    {}", percent(report.analog_correct)),
        format!("same class        {}", percent(report.agree)),
        format!(
            "tiles             {}, {:.1} % of their cells used",
            report.tiles,
            100.0 * report.utilisation
        ),
        format!(
            "Kirchhoff         {:.1e} (largest relative imbalance)",
            report.kcl_relative
        ),
        format!("calibration       {}", report.calibration),
        format!(
            "seconds           programming {:.2}, solving {:.2}, calibrating {:.2}, digital {:.2}, evaluating {:.2}, linear cells {:.2}, as programmed {:.2}, checking {:.2}",
            seconds.programming,
            seconds.solving,
            seconds.calibrating,
            seconds.digital,
            seconds.evaluating,
            seconds.linear,
            seconds.as_programmed,
            seconds.checking
        ),
    ];
    if let Some(nonlinear) = &report.nonlinear {
        lines.extend(nonlinear_lines(nonlinear, percent));
    }
    if let Some(nonideal) = &report.nonideal {
        lines.extend(nonideal_lines(nonideal, percent));
    }
    if let Some(hardware) = &report.hardware {
        let [area, power, energy, latency] = map::figures(&hardware.total.cost);
        lines.push(format!(
            "hardware          {} tiles, {area}, {power}, {energy} and {latency} for each image",
            hardware.total.tiles
        ));
    }
    if let Some(verified) = report.verify_max_relative {
        lines.push(format!(
            "verified          {verified:.1e} (largest relative difference to a direct solution)"
        ));
    }
    lines.join("\n")
}

/// Currents beside the range of the ADCs, layer by layer.
fn profile(report: &EvaluationReport) -> String {
    if report.layers.iter().all(|layer| layer.adc.is_none()) {
        return "no profile: the ADCs are ideal, or have a range for each vector".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "layer",
        "ADC full scale",
        "currents: rms",
        "median",
        "99 %",
        "largest",
        "clipped",
        "signal/noise",
    ]);
    for layer in &report.layers {
        let Some(adc) = &layer.adc else {
            table.add_row([layer.name.as_str(), "no currents"]);
            continue;
        };
        let mut row = vec![layer.name.clone()];
        row.extend(
            [
                adc.full_scale,
                adc.rms,
                adc.median,
                adc.percentile_99,
                adc.largest,
            ]
            .map(|current| quantity(current, "A")),
        );
        row.push(format!("{:.3} %", 100.0 * adc.clipped));
        row.push(format!("{:.1} dB", adc.signal_to_noise));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Scales and offsets of the outputs, layer by layer.
fn corrections(report: &EvaluationReport) -> Option<String> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["layer", "scale: least", "mean", "largest", "offset (rms)"]);
    for layer in &report.layers {
        let correction = layer.correction?;
        table.add_row([
            layer.name.clone(),
            format!("{:.4}", correction.least_scale),
            format!("{:.4}", correction.mean_scale),
            format!("{:.4}", correction.largest_scale),
            format!("{:.3e}", correction.rms_offset),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Some(table.to_string())
}

/// Tiles with non-idealities beside those without.
fn nonideal_lines(report: &NonidealReport, percent: impl Fn(usize) -> String) -> Vec<String> {
    let mut lines = vec![
        format!(
            "as programmed     {} correct",
            percent(report.programmed_correct)
        ),
        format!(
            "same class        {} as on tiles that are as programmed",
            percent(report.programmed_agree)
        ),
        format!(
            "outputs           {:.2} % from those of tiles that are as programmed (rms)",
            100.0 * report.output_difference
        ),
    ];
    let effects = report.effects.iter();
    lines.extend(effects.map(|effect| format!("non-ideality      {}", effect.text())));
    if let Some(offsetting) = &report.offsetting {
        lines.push(format!(
            "offsetting        {} pairs with one device stuck, {} with both; {} healthy devices have another target",
            offsetting.one_stuck, offsetting.both_stuck, offsetting.moved
        ));
    }
    lines
}

/// Nonlinear cells beside linear ones.
fn nonlinear_lines(report: &NonlinearReport, percent: impl Fn(usize) -> String) -> [String; 5] {
    let each = |count: u64| count as f64 / report.solves.max(1) as f64;
    [
        format!(
            "linear cells      {} correct",
            percent(report.linear_correct)
        ),
        format!(
            "same class        {} as with linear cells",
            percent(report.linear_agree)
        ),
        format!(
            "outputs           {:.2} % from those with linear cells (rms)",
            100.0 * report.output_difference
        ),
        format!(
            "out of reach      {} of {} cells",
            report.clipped_cells, report.used_cells
        ),
        format!(
            "Newton's method   {} arrays, {:.2} iterations each ({:.1} of GMRES), output error below {:.1e}",
            report.solves,
            each(report.newton_iterations),
            each(report.linear_iterations),
            report.output_error
        ),
    ]
}
