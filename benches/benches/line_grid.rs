//! How long arrays take to solve. Every measured call makes a fresh solver, as a user with a new array does.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ohmloom_benches::{input_voltages, read_array};
use ohmloom_solver::line_grid::{
    ArraySolver, GridError, LineGrid, Method, MethodChoice, Solution, SolveOptions,
};

/// Segment resistance of good wires, in ohm.
const USUAL_WIRE: f64 = 1.0;
/// Segment resistance at which the wires, not the cells, decide the currents, in ohm.
const HARSH_WIRE: f64 = 1000.0;
const DIRECT: SolveOptions = SolveOptions {
    method: MethodChoice::Only(Method::Cholesky),
    tolerance: 1e-12,
};

/// Factors and solves.
fn solve(grid: &LineGrid, options: SolveOptions, voltages: &[f64]) -> Result<Solution, GridError> {
    ArraySolver::new(black_box(grid), options)?.solve(black_box(voltages))
}

fn single_input(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("single_input");
    for size in [32, 64, 128, 256, 512] {
        let grid = read_array(size, USUAL_WIRE).expect("a valid array");
        let voltages = input_voltages(1, size);
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| solve(&grid, SolveOptions::default(), &voltages).expect("solvable"));
        });
    }
    group.finish();
}

fn array_of_128(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("128x128");
    let usual = read_array(128, USUAL_WIRE).expect("a valid array");
    let harsh = read_array(128, HARSH_WIRE).expect("a valid array");
    let one = input_voltages(1, 128);
    let hundred = input_voltages(100, 128);
    let cases = [
        ("hundred_inputs", &usual, SolveOptions::default(), &hundred),
        ("harsh_wires", &harsh, SolveOptions::default(), &one),
        ("direct", &usual, DIRECT, &one),
    ];
    for (name, grid, options, voltages) in cases {
        group.bench_function(name, |bencher| {
            bencher.iter(|| solve(grid, options, voltages).expect("solvable"));
        });
    }
    group.bench_function("transfer_matrix", |bencher| {
        bencher.iter(|| {
            ArraySolver::new(black_box(&usual), SolveOptions::default())
                .and_then(|solver| solver.transfer_matrix())
                .expect("solvable")
        });
    });
    group.finish();
}

fn short_runs() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! {
    name = line_grid;
    config = short_runs();
    targets = single_input, array_of_128
}
criterion_main!(line_grid);
