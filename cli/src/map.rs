//! `ohmloom map`: a network laid out on tiles, and what that costs.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};
use ohmloom_networks::Network;
use ohmloom_networks::mapping::{Mapping, MappingReport, MappingSettings, Objective};
use ohmloom_studies::plots::{FloorplanSpec, Region, floorplan};

use crate::output_file::OutputFile;
use crate::quantity::quantity;

/// Arguments of `ohmloom map`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MapArgs {
    /// The network, an ONNX file
    network: PathBuf,
    /// Tiles, layouts and components, a TOML file (see docs/mapping.md)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Choose dense or staggered for each convolution so that it has the least of this, on tiles of its own
    #[arg(long, value_enum, value_name = "OBJECTIVE")]
    search: Option<SearchFor>,
    /// Draw what lies where into this .svg or .png file
    #[arg(long, value_name = "FILE")]
    floorplan: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What a search makes small.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SearchFor {
    Tiles,
    Area,
    Energy,
    Latency,
}

impl From<SearchFor> for Objective {
    fn from(search: SearchFor) -> Self {
        match search {
            SearchFor::Tiles => Self::Tiles,
            SearchFor::Area => Self::Area,
            SearchFor::Energy => Self::Energy,
            SearchFor::Latency => Self::Latency,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  ohmloom map net.onnx --config studies/presets/seizure-tdm.toml
  ohmloom map net.onnx --config hardware.toml --floorplan tiles.svg --json
  ohmloom map net.onnx --config hardware.toml --search energy";

/// Runs the command.
pub(crate) fn run(args: &MapArgs) -> Result<()> {
    let mut settings = MappingSettings::load(&args.config)?;
    let mut picture = args.floorplan.as_deref().map(OutputFile::new).transpose()?;
    if let Some(picture) = &picture {
        for input in [&args.network, &args.config] {
            if picture.replaces(input) {
                bail!("{}: the floorplan would replace it", input.display());
            }
        }
    }
    let network = Network::load(&args.network)?;
    if let Some(search) = args.search {
        settings = settings.search(network.layers(), search.into())?;
    }
    let mapping = Mapping::new(network.layers(), &settings)?;
    let name = args.network.display().to_string();
    let report = mapping.report(&name)?;
    if let Some(picture) = &mut picture {
        let title = args
            .network
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let spec = floorplan_of(&mapping, title.into_owned());
        picture.stage(|path| Ok(floorplan(path, &spec)?))?;
    }
    if let Some(picture) = picture {
        picture.publish()?;
    }
    if args.json {
        crate::output::line(&serde_json::to_string(&report)?)
    } else {
        crate::output::line(&text(&report))
    }
}

/// The picture of a mapping.
fn floorplan_of(mapping: &Mapping, title: String) -> FloorplanSpec {
    let placement = mapping.placement();
    let regions = placement.slices.iter().map(|placed| Region {
        tile: placed.tile,
        row: placed.row,
        column: placed.column,
        rows: placed.slice.rows,
        columns: placed.slice.columns(),
        owner: placed.slice.layer,
    });
    FloorplanSpec {
        title,
        tile_rows: placement.tile.rows(),
        tile_columns: placement.tile.columns(),
        tiles: placement.tiles,
        regions: regions.collect(),
        names: mapping
            .layers()
            .iter()
            .map(|layer| layer.name.clone())
            .collect(),
    }
}

/// The report as tables.
fn text(report: &MappingReport) -> String {
    let mut layers = table(&[
        "layer",
        "layout",
        "rows",
        "columns",
        "cells used",
        "slices",
        "tiles",
        "passes",
        "conversions",
        "area",
        "power",
        "energy",
        "latency",
    ]);
    for layer in &report.layers {
        let mut row = vec![
            layer.name.clone(),
            layer.layout.into(),
            layer.rows.to_string(),
            layer.columns.to_string(),
            layer.programmed_cells.to_string(),
            layer.slices.to_string(),
            format!("{:.2}", layer.tiles),
            layer.passes.to_string(),
            layer.conversions.to_string(),
        ];
        row.extend(figures(&layer.cost));
        layers.add_row(row);
    }
    for column in layers.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let total = &report.total;
    let [area, power, energy, latency] = figures(&total.cost);
    [
        layers.to_string(),
        components(report),
        format!(
            "tiles        {}, holding {} slices",
            total.tiles, total.slices
        ),
        format!(
            "cells        {} of {} used ({:.1} %)",
            total.programmed_cells,
            total.cells,
            100.0 * total.programmed_cells as f64 / total.cells as f64
        ),
        format!("parameters   {}", total.parameters),
        format!("passes       {}", total.passes),
        format!("conversions  {}", total.conversions),
        format!(
            "arrays       {} while they are read (exact solution with wires, {} different reads)",
            quantity(report.crossbar.read_power_w, "W"),
            report.crossbar.solved_reads
        ),
        format!("area         {area}"),
        format!("power        {power}"),
        format!("energy       {energy}"),
        format!("latency      {latency}"),
    ]
    .join("\n")
}

/// Area, power, energy and latency of each kind of component.
pub(crate) fn components(report: &MappingReport) -> String {
    let mut components = table(&[
        "component",
        "units",
        "steps",
        "step",
        "area",
        "power",
        "energy",
        "latency",
    ]);
    for component in &report.components {
        let mut row = vec![
            component.name.clone(),
            component.count.to_string(),
            component.steps.to_string(),
            quantity(component.unit_latency_s, "s"),
        ];
        row.extend(figures(&component.cost));
        components.add_row(row);
    }
    for column in components.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    components.to_string()
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(header);
    table
}

/// Area in square millimetres, power, energy and time.
pub(crate) fn figures(cost: &ohmloom_networks::mapping::Cost) -> [String; 4] {
    [
        format!("{:.4} mm²", 1e6 * cost.area_m2),
        quantity(cost.power_w, "W"),
        quantity(cost.energy_j, "J"),
        quantity(cost.latency_s, "s"),
    ]
}
