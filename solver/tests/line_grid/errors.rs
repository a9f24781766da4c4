//! Arrays that cannot be solved say which line or cell is the reason.

use ohmloom_solver::line_grid::{
    ArraySolver, End, GridError, LineGrid, Lines, ReadWires, SegmentResistance, Side, SolveOptions,
};

use crate::arrays::{CG, options, read_array};

fn message(result: Result<impl Sized, GridError>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn bad_values_name_their_place() {
    let wires = ReadWires::uniform(1.0);
    let array = |cells: &[f64], wires| LineGrid::read_array(2, 2, cells, wires);
    for bad in [-1e-6, f64::NAN, f64::INFINITY] {
        let text = message(array(&[1e-5, 1e-5, bad, 1e-5], wires));
        assert!(text.contains("row 1, column 0"), "{text}");
        let text = message(array(&[1e-5; 4], ReadWires { row: bad, ..wires }));
        assert!(text.starts_with("row 0: segment resistance"), "{text}");
        let text = message(array(&[1e-5; 4], ReadWires { sink: bad, ..wires }));
        assert!(
            text.starts_with("column 0: resistance of its end"),
            "{text}"
        );
    }
    assert!(message(LineGrid::read_array(0, 3, &[], wires)).contains("0 x 3"));
    assert!(message(array(&[1e-5; 3], wires)).contains("expected 4 values, got 3"));
    let mut lines = Lines::alike(2, 1.0, End::Driven(1.0), End::Floating);
    lines.segments = SegmentResistance::PerSegment(vec![1.0, -2.0]);
    let columns = Lines::alike(2, 1.0, End::Floating, End::Grounded(1.0));
    let text = message(LineGrid::new(2, 2, vec![1e-5; 4], lines, columns));
    assert!(text.starts_with("row 1: resistance of segment 0"), "{text}");
}

#[test]
fn bad_inputs_name_their_place() {
    let grid = read_array(3, 2, 1.0, 1);
    let solver = ArraySolver::new(&grid, SolveOptions::default()).unwrap();
    assert!(message(solver.solve(&[0.1, 0.1])).contains("whole vectors of 3"));
    assert!(message(solver.solve(&[])).contains("whole vectors of 3"));
    let text = message(solver.solve(&[0.1, 0.2, 0.3, 0.1, f64::NAN, 0.1]));
    assert!(text.contains("input 1, terminal 1 (row 1)"), "{text}");
    let bad = SolveOptions {
        tolerance: 0.0,
        ..SolveOptions::default()
    };
    assert!(message(ArraySolver::new(&grid, bad)).contains("tolerance 0"));
}

#[test]
fn floating_parts_are_named() {
    let rows = Lines::alike(3, 1.0, End::Driven(1.0), End::Floating);
    let mut columns = Lines::alike(2, 1.0, End::Floating, End::Grounded(1.0));
    // A floating column with a cell is fine: it hangs on its rows.
    columns.end[1] = End::Floating;
    let cells = vec![1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5];
    assert!(LineGrid::new(3, 2, cells, rows.clone(), columns.clone()).is_ok());
    // Without cells its potential is undetermined.
    let cells = vec![1e-5, 0.0, 1e-5, 0.0, 1e-5, 0.0];
    let error = LineGrid::new(3, 2, cells, rows, columns).unwrap_err();
    assert_eq!(
        error,
        GridError::FloatingLine {
            side: Side::Column,
            line: 1
        }
    );
    // Two floating lines that only lead to each other.
    let mut rows = Lines::alike(2, 1.0, End::Driven(1.0), End::Floating);
    rows.start[1] = End::Floating;
    let mut columns = Lines::alike(2, 1.0, End::Floating, End::Grounded(1.0));
    columns.end[1] = End::Floating;
    let error = LineGrid::new(2, 2, vec![1e-5, 0.0, 0.0, 1e-5], rows, columns).unwrap_err();
    assert_eq!(
        error,
        GridError::FloatingLine {
            side: Side::Row,
            line: 1
        }
    );
}

#[test]
fn a_short_from_terminal_to_terminal_is_named() {
    let rows = Lines::alike(2, 0.0, End::Driven(0.0), End::Grounded(0.0));
    let columns = Lines::alike(2, 1.0, End::Floating, End::Grounded(1.0));
    let error = LineGrid::new(2, 2, vec![1e-5; 4], rows, columns).unwrap_err();
    assert_eq!(
        error,
        GridError::ShortedLine {
            side: Side::Row,
            line: 0
        }
    );
}

#[test]
fn an_array_without_outputs_has_no_transfer_matrix() {
    let rows = Lines::alike(2, 1.0, End::Driven(1.0), End::Floating);
    let columns = Lines::alike(2, 1.0, End::Floating, End::Driven(1.0));
    let grid = LineGrid::new(2, 2, vec![1e-5; 4], rows, columns).unwrap();
    let solver = ArraySolver::new(&grid, options(CG)).unwrap();
    assert!(message(solver.transfer_matrix()).contains("grounded ends"));
    assert!(solver.solve(&[0.1; 4]).is_ok());
}

#[test]
fn no_input_means_no_current() {
    let grid = read_array(5, 4, 1.0, 2);
    let solution = ArraySolver::new(&grid, options(CG))
        .unwrap()
        .solve(&[0.0; 5])
        .unwrap();
    assert_eq!(solution.output_currents, vec![0.0; 4]);
    assert_eq!(solution.certificates[0].kcl_relative, 0.0);
}
