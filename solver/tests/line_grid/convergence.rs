//! No convergence cliff: from gold to iron wires, and from nanosiemens to millisiemens cells.

use ohmloom_solver::line_grid::{ArraySolver, LineGrid, MethodChoice, ReadWires};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::arrays::{CG, DIRECT, options, uniform_cells, voltages};

#[test]
fn kirchhoff_holds_for_any_wire_and_any_cell() {
    let n = 256;
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let usual = uniform_cells(n, n, 1e4, 1e5, 12);
    let spread: Vec<f64> = (0..n * n)
        .map(|_| 10f64.powf(random.random_range(-9.0..-3.0)))
        .collect();
    let weak = vec![1e-9; n * n];
    let strong = vec![1e-3; n * n];
    let drives = voltages(n, 13);
    for (name, cells) in [
        ("usual", &usual),
        ("spread", &spread),
        ("weak", &weak),
        ("strong", &strong),
    ] {
        for wire in [0.01, 1.0, 30.0, 1000.0] {
            let grid = LineGrid::read_array(n, n, cells, ReadWires::uniform(wire)).unwrap();
            let by = |method| {
                ArraySolver::new(&grid, options(method))
                    .unwrap()
                    .solve(&drives)
                    .unwrap()
            };
            let solutions = [CG, MethodChoice::Auto, DIRECT].map(by);
            for solution in &solutions {
                let certificate = solution.certificates[0];
                assert!(
                    certificate.kcl_relative < 1e-9,
                    "{name}, {wire} ohm: {certificate:?}"
                );
                assert!(
                    solution.power[0].imbalance() < 1e-9,
                    "{name}, {wire} ohm: {:?}",
                    solution.power
                );
            }
            // Measured: 91 for the usual cells at 1000 ohm, 157 for the spread ones, 614 for the strong ones, fewer elsewhere.
            let iterations = solutions[0].certificates[0].iterations;
            assert!(
                iterations <= 800,
                "{name}, {wire} ohm: {iterations} iterations"
            );
            let [cg, _, direct] = &solutions;
            let scale = direct
                .drive_currents
                .iter()
                .fold(0.0, |a: f64, b| a.max(b.abs()));
            for (a, b) in cg.output_currents.iter().zip(&direct.output_currents) {
                assert!(
                    (a - b).abs() < 1e-10 * scale,
                    "{name}, {wire} ohm: {a:e} {b:e} of {scale:e}"
                );
            }
        }
    }
}
