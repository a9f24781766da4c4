//! Times Ohmloom's solution of an array that is read from `.npy` files, and prints the figures as JSON.
//!
//! Reading and writing files is not part of the time; making the solver is, in every repetition.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use cpu_time::ProcessTime;
use ndarray::Array2;
use ndarray_npy::{read_npy, write_npy};
use ohmloom_solver::line_grid::{
    ArraySolver, Certificate, FieldRequest, GridError, LineGrid, Method, MethodChoice, ReadWires,
    SolveOptions,
};
use serde::Serialize;

/// The allocator of the command-line tool.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Time the solution of an array and print the figures as JSON.
#[derive(Parser)]
struct Arguments {
    /// Cell resistances in ohm, rows x columns (.npy of float64).
    #[arg(long, value_name = "FILE")]
    resistance: PathBuf,
    /// Row voltages in volt, inputs x rows (.npy of float64).
    #[arg(long, value_name = "FILE")]
    voltages: PathBuf,
    /// Resistance of every wire segment, in ohm.
    #[arg(long, value_name = "OHM", default_value_t = 1.0)]
    wire: f64,
    /// How to solve.
    #[arg(long, value_enum, default_value_t = MethodName::Auto)]
    method: MethodName,
    /// Find the transfer matrix, and apply it to the voltages, instead of solving for each input.
    #[arg(long)]
    transfer_matrix: bool,
    /// Find all node voltages and cell currents too.
    #[arg(long, conflicts_with = "transfer_matrix")]
    fields: bool,
    /// How often to solve, each time from scratch.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Write the output currents in ampere, inputs x columns (.npy).
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum MethodName {
    Auto,
    Cg,
    Direct,
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    wall_s: Seconds,
    cpu_s: Seconds,
    /// Threads that the solver may use.
    threads: usize,
    /// Method of the input that was hardest to solve, as are the figures below.
    method: &'static str,
    iterations: usize,
    kcl_relative: f64,
    output_error: f64,
    /// Largest resident memory of the process until the first solution; absent where the system does not tell it in `/proc`.
    peak_memory_bytes: Option<u64>,
}

/// Statistics over the repetitions.
#[derive(Serialize)]
struct Seconds {
    median: f64,
    min: f64,
}

impl Seconds {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let (lower, upper) = (times[(times.len() - 1) / 2], times[times.len() / 2]);
        Self {
            median: f64::midpoint(lower.as_secs_f64(), upper.as_secs_f64()),
            min: times[0].as_secs_f64(),
        }
    }
}

/// Output currents, `inputs x columns`, and one certificate or more.
type Solved = (Vec<f64>, Vec<Certificate>);

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let grid = read_grid(&arguments.resistance, arguments.wire)?;
    let voltages: Array2<f64> = read(&arguments.voltages)?;
    ensure!(
        voltages.ncols() == grid.rows() && voltages.nrows() > 0,
        "{}: {} voltages in each input, but the array has {} rows",
        arguments.voltages.display(),
        voltages.ncols(),
        grid.rows()
    );
    let inputs = voltages.nrows();
    let voltages: Vec<f64> = voltages.iter().copied().collect();
    let options = SolveOptions {
        method: match arguments.method {
            MethodName::Auto => MethodChoice::Auto,
            MethodName::Cg => MethodChoice::Only(Method::ConjugateGradients),
            MethodName::Direct => MethodChoice::Only(Method::Cholesky),
        },
        ..SolveOptions::default()
    };
    let solve = if arguments.transfer_matrix {
        solve_by_transfer
    } else if arguments.fields {
        solve_fields
    } else {
        solve_each
    };

    let threads = rayon::current_num_threads(); // also starts them
    let (mut wall, mut cpu, mut last) = (Vec::new(), Vec::new(), None);
    let mut peak_memory_bytes = None;
    for _ in 0..arguments.repeat {
        drop(last.take());
        let (wall_start, cpu_start) = (Instant::now(), ProcessTime::now());
        let solved = solve(&grid, options, &voltages)?;
        wall.push(wall_start.elapsed());
        cpu.push(cpu_start.elapsed());
        last = Some(solved);
        // After the first: the allocator keeps some of what each repetition frees.
        peak_memory_bytes = peak_memory_bytes.or_else(peak_memory);
    }
    let (currents, certificates) = last.context("no repetition")?;
    let hardest = certificates
        .iter()
        .max_by_key(|certificate| certificate.iterations)
        .context("no certificate")?;
    let largest =
        |figure: fn(&Certificate) -> f64| certificates.iter().map(figure).fold(0.0, f64::max);
    let report = Report {
        wall_s: Seconds::of(wall),
        cpu_s: Seconds::of(cpu),
        threads,
        method: hardest.method.name(),
        iterations: hardest.iterations,
        kcl_relative: largest(|certificate| certificate.kcl_relative),
        output_error: largest(|certificate| certificate.output_error),
        peak_memory_bytes,
    };
    if let Some(path) = &arguments.output {
        let currents = Array2::from_shape_vec((inputs, grid.output_count()), currents)?;
        write_npy(path, &currents).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn solve_each(
    grid: &LineGrid,
    options: SolveOptions,
    voltages: &[f64],
) -> Result<Solved, GridError> {
    let solution = ArraySolver::new(grid, options)?.solve(voltages)?;
    Ok((solution.output_currents, solution.certificates))
}

fn solve_fields(
    grid: &LineGrid,
    options: SolveOptions,
    voltages: &[f64],
) -> Result<Solved, GridError> {
    let request = FieldRequest {
        voltages: true,
        cell_currents: true,
    };
    let solution = ArraySolver::new(grid, options)?.solve_with_fields(voltages, request)?;
    Ok((solution.output_currents, solution.certificates))
}

fn solve_by_transfer(
    grid: &LineGrid,
    options: SolveOptions,
    voltages: &[f64],
) -> Result<Solved, GridError> {
    let transfer = ArraySolver::new(grid, options)?.transfer_matrix()?;
    let mut currents = vec![0.0; voltages.len() / transfer.inputs * transfer.outputs];
    transfer.apply(voltages, &mut currents);
    Ok((currents, vec![transfer.certificate]))
}

fn read_grid(path: &Path, wire: f64) -> anyhow::Result<LineGrid> {
    let resistance = read(path)?;
    let (rows, columns) = resistance.dim();
    let conductance: Vec<f64> = resistance.iter().map(|ohm| 1.0 / ohm).collect();
    drop(resistance);
    let wires = ReadWires::uniform(wire);
    LineGrid::read_array(rows, columns, &conductance, wires)
        .with_context(|| format!("{} with wires of {wire} ohm", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Array2<f64>> {
    read_npy(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The high-water mark of this process's resident memory, on Linux. (What `getrusage` tells about a child includes the
/// process that started it.)
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
