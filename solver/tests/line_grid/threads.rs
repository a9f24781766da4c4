//! Results do not depend on the number of threads.

use ohmloom_solver::line_grid::{ArraySolver, MethodChoice};

use crate::arrays::{CG, DIRECT, options, read_array, voltages};

#[test]
fn results_are_bit_identical_for_any_number_of_threads() {
    let grid = read_array(150, 140, 2.0, 8);
    let drives = voltages(150 * 9, 9);
    for method in [CG, DIRECT, MethodChoice::Auto] {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let solver = ArraySolver::new(&grid, options(method)).unwrap();
                let one = solver.solve(&drives[..150]).unwrap();
                (
                    one,
                    solver.solve(&drives).unwrap(),
                    solver.transfer_matrix().unwrap(),
                )
            })
        };
        let alone = run(1);
        for threads in [2, 3] {
            assert!(run(threads) == alone, "{method:?} with {threads} threads");
        }
    }
}
