//! Matrices without a solution, and some that only look like it.

use ohmloom_solver::lu::{LuError, SparseLu};

use crate::matrices::{Circuit, Matrix, crossbar, numbers, solve};

/// The columns reported to depend on each other.
fn dependent(matrix: &Matrix<f64>) -> Vec<u32> {
    let mut lu = SparseLu::analyze(&matrix.pattern).unwrap();
    match lu.factor(&matrix.values) {
        Err(LuError::Singular { column, dependent }) => {
            assert!(dependent.contains(&column));
            dependent
        }
        other => panic!("not singular: {other:?}"),
    }
}

#[test]
fn zero_column_and_zero_row() {
    let entries = |a, b| [(0, 0, 1.0), (0, 1, a), (1, 0, b), (1, 1, 0.0)];
    assert_eq!(dependent(&Matrix::new(2, &entries(0.0, 1.0))), [1]);
    assert_eq!(dependent(&Matrix::new(2, &entries(1.0, 0.0))), [0, 1]);
}

#[test]
fn a_loop_of_voltage_sources_is_named_by_its_currents() {
    let mut circuit = Circuit::new(5);
    circuit
        .conductance(1, 0, 1.0)
        .conductance(2, 3, 1e-3)
        .conductance(3, 4, 0.1);
    circuit.conductance(4, 5, 0.2).conductance(5, 2, 0.2);
    circuit.source(5, 0);
    let loops = [
        circuit.source(1, 4),
        circuit.source(1, 2),
        circuit.source(2, 4),
    ];
    assert_eq!(
        dependent(&circuit.matrix()),
        loops.map(|branch| branch as u32)
    );
}

#[test]
fn a_loop_of_voltage_sources_through_ground_is_singular_by_structure() {
    let mut circuit = Circuit::new(4);
    circuit
        .conductance(1, 0, 1.0)
        .conductance(2, 3, 1e-3)
        .conductance(3, 4, 0.1);
    circuit.source(4, 0);
    let loops = [
        circuit.source(1, 0),
        circuit.source(1, 2),
        circuit.source(2, 0),
    ];
    let matrix = circuit.matrix();
    let found = SparseLu::<f64>::analyze(&matrix.pattern).map(|_| ());
    let columns = loops.map(|branch| branch as u32).to_vec();
    assert!(
        matches!(found, Err(LuError::StructurallySingular { columns: found, .. }) if found == columns)
    );
}

#[test]
fn a_floating_part_is_named_by_its_nodes() {
    // Nodes 3 to 6 hang together, and on nothing else.
    let mut circuit = Circuit::new(6);
    circuit
        .conductance(1, 0, 0.3)
        .conductance(1, 2, 0.7)
        .conductance(2, 0, 1e-9);
    circuit
        .conductance(3, 4, 0.1)
        .conductance(4, 5, 1e-7)
        .conductance(5, 6, 1.3e3)
        .conductance(6, 3, 1e-3);
    assert_eq!(dependent(&circuit.matrix()), [2, 3, 4, 5]);
}

#[test]
fn floating_parts_of_all_sizes_are_found() {
    for (nodes, spread) in [
        (2, 1.0),
        (10, 8.0),
        (100, 4.0),
        (1000, 0.0),
        (3000, 3.0),
        (3000, 6.0),
    ] {
        for seed in 0..6 {
            let mut circuit = Circuit::new(nodes);
            for (node, number) in (2..=nodes).zip(numbers(nodes as usize, seed)) {
                circuit.conductance(node - 1, node, 0.1 * 10_f64.powf(spread * number));
            }
            let shortcuts = numbers(3 * nodes as usize, seed + 100);
            for ends in shortcuts.chunks_exact(3).take(nodes as usize / 2) {
                let node = |number: f64| 1 + (f64::midpoint(number, 1.0) * f64::from(nodes)) as u32;
                let (a, b) = (node(ends[0]).min(nodes), node(ends[1]).min(nodes));
                if a != b {
                    circuit.conductance(a, b, 0.1 * 10_f64.powf(spread * ends[2]));
                }
            }
            let found = dependent(&circuit.matrix());
            assert_eq!(
                found.len(),
                nodes as usize,
                "{nodes} nodes, spread {spread}"
            );
        }
    }
}

#[test]
fn a_floating_crossbar_is_found_on_refactorisation() {
    // Only the last line, which connects the array to ground, distinguishes the two.
    let grid = |ground: f64| {
        let mut circuit = Circuit::new(200);
        let cells = numbers(100, 1);
        for row in 0..10 {
            for column in 0..10 {
                let node = 1 + row * 10 + column;
                circuit.conductance(node, 100 + node, 1e-5 * (2.0 + cells[node as usize - 1]));
                if column > 0 {
                    circuit.conductance(node, node - 1, 0.7);
                }
                if row > 0 {
                    circuit.conductance(100 + node, 90 + node, 0.3);
                }
            }
        }
        circuit.conductance(1, 0, ground);
        circuit.matrix()
    };
    let mut lu = grid(1.0).factored();
    assert!(lu.refactor(&grid(1e-9).values).is_ok());
    assert!(matches!(
        lu.refactor(&grid(0.0).values),
        Err(LuError::Singular { dependent, .. }) if dependent.len() == 200
    ));
}

#[test]
fn badly_scaled_is_not_singular() {
    // A node on 1e-12 S beside one on 1e3 S, apart and behind each other.
    let mut circuit = Circuit::new(3);
    circuit
        .conductance(1, 0, 1e-12)
        .conductance(2, 0, 1e3)
        .conductance(2, 3, 1e3)
        .conductance(3, 0, 1e-12);
    let x = solve(&mut circuit.matrix().factored(), &[1e-12, 1.0, 0.0]);
    for (found, expected) in x.iter().zip([1.0, 1e-3, 1e-3]) {
        assert!((found / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_weak_path_to_ground_is_a_path() {
    // A conductor of 1 S on nothing but 1e-12 S, the smallest shunt that circuits have: 1 pA lifts it by 1 V. Digits are
    // lost in the sum 1 + 1e-12, which the matrix holds with an error of 1e-4 of the shunt.
    for siemens in [1.0, 10.0, 100.0, 1e3] {
        let mut circuit = Circuit::new(2);
        circuit.conductance(1, 2, siemens).conductance(2, 0, 1e-12);
        let x = solve(&mut circuit.matrix().factored(), &[1e-12, 0.0]);
        assert!((x[0] - 1.0).abs() < 1e-4 * siemens, "{x:?}");
    }
}

#[test]
fn what_is_not_finite_is_named() {
    let mut matrix = crossbar(3, 1).matrix();
    let start = matrix.pattern.column_starts()[5];
    matrix.values[start + 1] = f64::NAN;
    let mut lu = SparseLu::analyze(&matrix.pattern).unwrap();
    let expected = Err(LuError::NotFinite { column: 5 });
    assert_eq!(lu.factor(&matrix.values), expected);
    matrix.values[start + 1] = f64::INFINITY;
    assert_eq!(lu.refactor(&matrix.values), expected);
}
