//! `ohmloom array wires`: resistance, capacitance and delay of the lines, from their geometry.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clap::{ArgGroup, Args, ValueEnum};
use ohmloom_layouts::wires::{
    CellWire, Conductor, Line, LineGeometry, Surroundings, Technology, scaled_local_metal,
};
use serde::Serialize;

use crate::failure::BadUsage;
use crate::output;
use crate::quantity::quantity;

/// What the lines of an array have: ohm and farad for each cell, delay and settling
///
/// The figures are those that `array solve` takes as --row-resistance and --column-resistance, from a metal layer of an open process design kit, from the local
/// metal of a scaled node, or from any cross section. Narrow copper has the resistivity that surfaces and grain boundaries leave.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    group(ArgGroup::new("line").required(true).args(["technology", "node", "width"]))
)]
pub(crate) struct WiresArgs {
    /// A line of minimum width in this layer
    #[arg(long, value_enum, value_name = "LAYER", conflicts_with_all = ["height", "permittivity", "resistivity"])]
    technology: Option<Layer>,
    /// Local metal of this node: 16, 7, 5, 4 or 3
    #[arg(long, value_name = "NM", requires = "height")]
    node: Option<u32>,
    /// Width of the line, with its barrier
    #[arg(long, value_name = "METRE", requires_all = ["thickness", "pitch", "height"])]
    width: Option<f64>,
    /// Thickness of the line, with its barrier
    #[arg(long, value_name = "METRE", requires = "width")]
    thickness: Option<f64>,
    /// From line to line
    #[arg(long, value_name = "METRE", requires = "width")]
    pitch: Option<f64>,
    /// Thickness of the barrier at the bottom and the sides
    #[arg(long, value_name = "METRE", requires = "width", default_value_t = 0.0)]
    barrier: f64,
    /// Height above the plane below
    #[arg(long, value_name = "METRE")]
    height: Option<f64>,
    /// Relative permittivity of the dielectric
    #[arg(long, value_name = "RATIO", default_value_t = 3.0)]
    permittivity: f64,
    /// Resistivity of the metal in ohm metre [default: of copper in so narrow a line]
    #[arg(long, value_name = "OHM_METRE")]
    resistivity: Option<f64>,
    /// Length of a cell along the line
    #[arg(long, value_name = "METRE")]
    cell_length: f64,
    /// Cells on the line
    #[arg(long, value_name = "N", default_value_t = 128)]
    cells: usize,
    /// Capacitance of a cell, besides the wire's
    #[arg(long, value_name = "FARAD", default_value_t = 0.0)]
    cell_capacitance: f64,
    /// Resistance of the driver
    #[arg(long, value_name = "OHM", default_value_t = 0.0)]
    driver_resistance: f64,
    /// Capacitance at the far end
    #[arg(long, value_name = "FARAD", default_value_t = 0.0)]
    load_capacitance: f64,
    /// The far end settles to half a unit of this many bits
    #[arg(long, value_name = "N", default_value_t = 8)]
    bits: u32,
    /// Print the figures as one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ohmloom array wires --technology sky130-met1 --cell-length 0.5e-6
  ohmloom array wires --node 7 --height 40e-9 --cell-length 80e-9 --cells 256 --driver-resistance 500
  ohmloom array wires --width 50e-9 --thickness 100e-9 --pitch 100e-9 --height 100e-9 --cell-length 0.2e-6 --json";

/// Metal layers of open process design kits.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Layer {
    /// SKY130, aluminium, 140 nm
    #[value(name = "sky130-met1")]
    Sky130Met1,
    /// SKY130, aluminium, 140 nm
    #[value(name = "sky130-met2")]
    Sky130Met2,
    /// SKY130, aluminium, 300 nm
    #[value(name = "sky130-met3")]
    Sky130Met3,
    /// SKY130, aluminium, 300 nm
    #[value(name = "sky130-met4")]
    Sky130Met4,
    /// Free kit of a 45 nm node, copper, 70 nm
    #[value(name = "freepdk45-metal1")]
    FreePdk45Metal1,
}

impl Layer {
    fn technology(self) -> Technology {
        match self {
            Self::Sky130Met1 => Technology::Sky130Met1,
            Self::Sky130Met2 => Technology::Sky130Met2,
            Self::Sky130Met3 => Technology::Sky130Met3,
            Self::Sky130Met4 => Technology::Sky130Met4,
            Self::FreePdk45Metal1 => Technology::FreePdk45Metal1,
        }
    }
}

#[derive(Serialize)]
struct Report {
    resistance_per_cell: f64,
    capacitance_per_cell: f64,
    coupling_per_cell: f64,
    cells: usize,
    line_resistance: f64,
    line_capacitance: f64,
    elmore_delay: f64,
    slowest_time_constant: f64,
    settling_time: f64,
    bits: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    highest_current: Option<f64>,
}

/// Runs the command.
pub(super) fn run(args: &WiresArgs) -> Result<()> {
    let wire = cell_wire(args)?;
    let line = Line {
        cells: args.cells,
        wire,
        cell_capacitance: args.cell_capacitance,
        driver_resistance: args.driver_resistance,
        load_capacitance: args.load_capacitance,
    };
    let cells = args.cells as f64;
    let report = Report {
        resistance_per_cell: wire.resistance,
        capacitance_per_cell: wire.capacitance(),
        coupling_per_cell: wire.coupling_capacitance,
        cells: args.cells,
        line_resistance: cells * wire.resistance,
        line_capacitance: cells * (wire.capacitance() + args.cell_capacitance),
        elmore_delay: line.elmore_delay()?,
        slowest_time_constant: line.slowest_time_constant()?,
        settling_time: line.settling_time(args.bits)?,
        bits: args.bits,
        highest_current: args
            .technology
            .and_then(|layer| layer.technology().highest_current()),
    };
    if args.json {
        return output::line(&serde_json::to_string(&report)?);
    }
    output::line(&report.text())
}

fn cell_wire(args: &WiresArgs) -> Result<CellWire> {
    if let Some(layer) = args.technology {
        return Ok(layer.technology().cell_wire(args.cell_length)?);
    }
    let geometry = match (args.node, args.width, args.thickness, args.pitch) {
        (Some(node), ..) => match scaled_local_metal(node) {
            Some(geometry) => geometry,
            None => bail!(BadUsage(format!(
                "--node {node}: there are cross sections of 16, 7, 5, 4 and 3 nm"
            ))),
        },
        (None, Some(width), Some(thickness), Some(pitch)) => LineGeometry {
            width,
            thickness,
            pitch,
            barrier: args.barrier,
        },
        _ => bail!(BadUsage("no line is described".to_owned())),
    };
    let Some(height) = args.height else {
        bail!(BadUsage("--height is missing".to_owned()));
    };
    let conductor = match args.resistivity {
        Some(resistivity) => Conductor::bulk(resistivity),
        None => Conductor::copper(geometry.core()?.0),
    };
    let surroundings = Surroundings {
        relative_permittivity: args.permittivity,
        height,
    };
    Ok(surroundings.cell_wire(&geometry, &conductor, args.cell_length)?)
}

impl Report {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, what: String| {
            let _ = writeln!(text, "{name:<17}{what}");
        };
        line(
            "cell",
            format!(
                "{}, {}",
                quantity(self.resistance_per_cell, "Ω"),
                quantity(self.capacitance_per_cell, "F")
            ),
        );
        if self.coupling_per_cell > 0.0 {
            line(
                "",
                format!(
                    "of which {} to each neighbouring line",
                    quantity(self.coupling_per_cell, "F")
                ),
            );
        }
        line(
            "line",
            format!(
                "{}, {} with {} cells",
                quantity(self.line_resistance, "Ω"),
                quantity(self.line_capacitance, "F"),
                self.cells
            ),
        );
        line("Elmore delay", quantity(self.elmore_delay, "s"));
        line(
            "time constant",
            format!(
                "{} (the slowest)",
                quantity(self.slowest_time_constant, "s")
            ),
        );
        line(
            "settling",
            format!(
                "{} to half a unit of {} bits",
                quantity(self.settling_time, "s"),
                self.bits
            ),
        );
        if let Some(current) = self.highest_current {
            line(
                "highest current",
                format!("{} on average (electromigration)", quantity(current, "A")),
            );
        }
        text.trim_end().to_owned()
    }
}
