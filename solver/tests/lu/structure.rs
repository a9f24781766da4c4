//! Patterns: what is accepted, what fills in, what is singular by structure.

use ohmloom_solver::lu::{LuError, Pattern, SparseLu};

use crate::matrices::{Circuit, Matrix, crossbar, numbers, solve};

#[test]
fn bad_patterns_are_refused() {
    for (starts, rows) in [
        (vec![], vec![]),
        (vec![0, 2], vec![0]),
        (vec![1, 1], vec![0]),
        (vec![0, 2, 1], vec![0]),
        (vec![0, 1, 2], vec![0, 2]),
        (vec![0, 2, 2], vec![1, 0]),
        (vec![0, 2, 2], vec![1, 1]),
    ] {
        let found = Pattern::new(starts.clone(), rows.clone());
        assert!(
            matches!(found, Err(LuError::BadPattern { .. })),
            "{starts:?} {rows:?}"
        );
    }
    assert!(Pattern::from_positions(2, &[(0, 2)]).is_err());
}

#[test]
fn positions_in_any_order_share_entries() {
    let (pattern, slots) = Pattern::from_positions(2, &[(1, 1), (0, 0), (1, 1), (0, 1)]).unwrap();
    assert_eq!(pattern.column_starts(), [0, 1, 3]);
    assert_eq!(pattern.rows(), [0, 0, 1]);
    assert_eq!(slots, [2, 0, 2, 1]);
    assert_eq!(pattern.entry(0, 1), Some(1));
    assert_eq!(pattern.entry(1, 0), None);
    assert_eq!(pattern.entry(0, 9), None);
}

#[test]
fn no_unknowns_is_a_matrix_too() {
    let pattern = Pattern::new(vec![0], vec![]).unwrap();
    let mut lu = SparseLu::<f64>::analyze(&pattern).unwrap();
    lu.factor(&[]).unwrap();
    lu.refactor(&[]).unwrap();
    lu.solve_in_place(&mut []);
}

#[test]
fn wrong_lengths_are_refused() {
    let matrix = Matrix::new(1, &[(0, 0, 2.0)]);
    let mut lu = SparseLu::analyze(&matrix.pattern).unwrap();
    let expected = Err(LuError::WrongLength {
        expected: 1,
        found: 2,
    });
    assert_eq!(lu.factor(&[1.0, 2.0]), expected);
    assert_eq!(lu.refactor(&[1.0, 2.0]), expected);
}

#[test]
fn what_has_no_transversal_is_named() {
    // Columns 0 and 2 have entries in row 1 alone, and row 2 has none.
    let (pattern, _) = Pattern::from_positions(3, &[(1, 0), (0, 1), (1, 1), (1, 2)]).unwrap();
    let found = SparseLu::<f64>::analyze(&pattern).map(|_| ());
    let expected = LuError::StructurallySingular {
        rows: vec![2],
        columns: vec![0, 2],
    };
    assert_eq!(found, Err(expected));
}

#[test]
fn grounded_sources_are_blocks_of_order_one() {
    let matrix = crossbar(8, 1).matrix();
    let statistics = matrix.factored().statistics();
    // Sources and ammeters and the nodes at both; the last row, whose cells lead to ammeters only; and the rest.
    assert_eq!(statistics.blocks, 8 * 4 + 1 + 1);
    assert_eq!(statistics.largest_block, 2 * 64 - 16);
    assert_eq!(statistics.displaced_pivots, 0);
}

#[test]
fn a_chain_does_not_fill_in() {
    let mut circuit = Circuit::new(1000);
    circuit.source(1, 0);
    for node in 1..1000 {
        circuit.conductance(node, node + 1, 1.0);
    }
    circuit.conductance(1000, 0, 1.0);
    let statistics = circuit.matrix().factored().statistics();
    assert_eq!(statistics.lower_entries, 998);
}

#[test]
fn floating_sources_cost_little_fill() {
    // An ammeter within each row wire, against the same grid without it.
    let size = 16;
    let plain = crossbar(size, 1);
    let mut split = Circuit::new(2 * size * size);
    let node = |layer: u32, row: u32, column: u32| 1 + (layer * size + row) * size + column;
    for row in 0..size {
        for column in 0..size {
            split.conductance(node(0, row, column), node(1, row, column), 1e-5);
            split.conductance(node(1, row, column), node(1, (row + 1) % size, column), 1.0);
            if column == size / 2 {
                split.source(node(0, row, column), node(0, row, column - 1));
            } else if column > 0 {
                split.conductance(node(0, row, column), node(0, row, column - 1), 1.0);
            }
        }
        split.conductance(node(0, row, 0), 0, 1.0);
        split.conductance(node(1, 0, row), 0, 1.0);
    }
    let matrix = split.matrix();
    let mut lu = matrix.factored();
    let plain = plain.matrix().factored().statistics();
    assert!(lu.statistics().lower_entries < 2 * plain.lower_entries);
    let b = numbers(matrix.pattern.order(), 3);
    let mut x = solve(&mut lu, &b);
    assert!(lu.solve_refined(&matrix.values, &b, &mut x) < 1e-15);
}
