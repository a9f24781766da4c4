//! Times a write pulse on an array of 1T1R cells, and writes the currents over time.
//!
//! The array is that of `benches/compare/arrays.py`: 1 ohm wires with 1 fF at every node, level-1 transistors, row 0 written
//! for 10 ns.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Parser;
use ndarray::Array2;
use ndarray_npy::{read_npy, write_npy};
use ohmloom_devices::conduction::Ohmic;
use ohmloom_devices::mosfets::{Level1, Mosfet, MosfetInstance, MosfetModel, Polarity};
use ohmloom_devices::parameters::Parameters;
use ohmloom_layouts::cells::{DynamicTransistorCells, GateLines, MemristorSide, StaticDevice};
use ohmloom_solver::circuit::{Element, Unknown};
use ohmloom_solver::line_grid::{
    ArrayTransient, Drives, End, FieldRequest, LineCapacitance, Lines, NonlinearArray,
    NonlinearOptions, TransientOptions,
};
use serde::Serialize;

/// The allocator of the command-line tool.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Time a write pulse on a 1T1R array.
#[derive(Parser)]
struct Arguments {
    /// Memristor resistances in ohm, square (.npy of float64).
    #[arg(long, value_name = "FILE")]
    resistance: PathBuf,
    /// Write time and the column currents, points x (1 + columns) (.npy).
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Relative tolerance of a step.
    #[arg(long, default_value_t = 1e-3)]
    reltol: f64,
}

/// What is printed.
#[derive(Serialize)]
struct Figures {
    points: usize,
    newton_iterations: usize,
    seconds: f64,
}

const STOP: f64 = 25e-9;

/// A trapezoidal pulse with edges of 0.5 ns.
fn pulse(time: f64, high: f64, delay: f64, width: f64) -> f64 {
    const EDGE: f64 = 0.5e-9;
    let rise = ((time - delay) / EDGE).clamp(0.0, 1.0);
    let fall = ((time - delay - EDGE - width) / EDGE).clamp(0.0, 1.0);
    high * (rise - fall)
}

struct FirstRow;

impl Drives for FirstRow {
    fn voltages(&self, time: f64, volts: &mut [f64]) {
        volts.fill(0.0);
        volts[0] = pulse(time, 1.8, 2e-9, 10e-9);
    }

    fn corners(&self) -> Vec<f64> {
        [1.0, 1.5, 2.0, 2.5, 12.5, 13.0, 13.5, 14.0]
            .map(|time| time * 1e-9)
            .to_vec()
    }
}

fn transistor() -> anyhow::Result<Mosfet<Level1>> {
    let (mut model, mut instance) = (MosfetModel::default(), MosfetInstance::default());
    for (name, value) in [
        ("vto", 0.45),
        ("kp", 300e-6),
        ("gamma", 0.4),
        ("phi", 0.8),
        ("lambda", 0.05),
        ("tox", 2.6e-9),
        ("cgso", 0.3e-9),
        ("cgdo", 0.3e-9),
        ("cj", 1e-3),
        ("mj", 0.5),
        ("pb", 0.8),
        ("cjsw", 0.2e-9),
        ("mjsw", 0.33),
        ("is", 1e-16),
    ] {
        model.set(name, value)?;
    }
    for (name, value) in [
        ("w", 1e-6),
        ("l", 0.13e-6),
        ("ad", 0.3e-12),
        ("as", 0.3e-12),
        ("pd", 1.6e-6),
        ("ps", 1.6e-6),
    ] {
        instance.set(name, value)?;
    }
    let nodes = [Unknown::GROUND; 4];
    let mut mosfet = Mosfet::new("m".to_owned(), nodes, Polarity::N, model.into(), instance)?;
    mosfet.set_temperature(300.15)?;
    Ok(mosfet)
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let resistance: Array2<f64> =
        read_npy(&arguments.resistance).context("reading the resistances")?;
    let (size, columns) = resistance.dim();
    ensure!(size == columns, "the array must be square");
    let start = Instant::now();
    let array = NonlinearArray::new(
        (size, size),
        Lines::alike(size, 1.0, End::Driven(1.0), End::Floating),
        Lines::alike(size, 1.0, End::Floating, End::Grounded(1.0)),
        NonlinearOptions::default(),
    )?;
    let device = StaticDevice {
        law: Ohmic,
        conductance: resistance.iter().map(|ohm| 1.0 / ohm).collect(),
    };
    let gates = |time: f64, gates: &mut [f64]| {
        gates.fill(0.0);
        gates[0] = pulse(time, 2.0, 1e-9, 12e-9);
    };
    let mut cells = DynamicTransistorCells::new(
        (device, (size, size)),
        (transistor()?, MemristorSide::Row),
        (GateLines::AlongRows, Box::new(gates)),
        0.0,
    )?;
    let capacitance = LineCapacitance {
        row: 1e-15,
        column: 1e-15,
    };
    let options = TransientOptions {
        reltol: arguments.reltol,
        longest_step: None,
        first_step: None,
    };
    let mut transient = ArrayTransient::new(&array, &mut cells, &FirstRow, capacitance, options)?;
    let mut points = vec![0.0; 1 + size];
    let mut newton_iterations = 0;
    transient.run(
        &mut cells,
        &FirstRow,
        STOP,
        FieldRequest::default(),
        &mut |instant| {
            newton_iterations += instant.solution.certificate.newton_iterations;
            points.push(instant.time);
            points.extend(&instant.solution.output_currents);
            ControlFlow::Continue(())
        },
    )?;
    let seconds = start.elapsed().as_secs_f64();
    let count = points.len() / (1 + size);
    write_npy(
        &arguments.output,
        &Array2::from_shape_vec((count, 1 + size), points)?,
    )
    .context("writing the currents")?;
    let figures = Figures {
        points: count,
        newton_iterations,
        seconds,
    };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}
