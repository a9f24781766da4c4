//! The closed form for capacitance, against a solution of Laplace's equation.

use ohmloom_layouts::wires::{Conductor, LineGeometry, Surroundings};

const VACUUM: f64 = 8.854_187_812_8e-12;

/// Capacitance per length over permittivity of one line of a periodic array with all other lines at 0 V by finite
/// differences: lengths in units of the grid. The domain holds three lines, the middle one at 1 V, between mirrors half a pitch beyond them.
fn laplace(width: usize, thickness: usize, height: usize, spacing: usize) -> f64 {
    let pitch = width + spacing;
    let (columns, rows) = (3 * pitch + 1, 6 * (height + thickness) + 1);
    let line_of = |x: usize, y: usize| {
        let inside = (height..=height + thickness).contains(&y);
        let x = x.checked_sub(spacing / 2)?;
        (inside && x % pitch <= width && x / pitch < 3).then_some(x / pitch)
    };
    let mut potential = vec![0.0; columns * rows];
    let mut free = vec![true; columns * rows];
    for y in 0..rows {
        for x in 0..columns {
            if y == 0 {
                free[x] = false;
            }
            if let Some(line) = line_of(x, y) {
                free[y * columns + x] = false;
                potential[y * columns + x] = f64::from(u8::from(line == 1));
            }
        }
    }
    // Mirrors at both sides and at the top.
    let mirrored = |k: usize, last: usize| if k < last { k + 1 } else { last - 1 };
    for _ in 0..6000 {
        let mut change = 0.0_f64;
        for y in 1..rows {
            for x in 0..columns {
                let index = y * columns + x;
                if free[index] {
                    let above = mirrored(y, rows - 1) * columns + x;
                    let right = y * columns + mirrored(x, columns - 1);
                    let left = y * columns + if x == 0 { 1 } else { x - 1 };
                    let mean = 0.25
                        * (potential[above]
                            + potential[index - columns]
                            + potential[left]
                            + potential[right]);
                    let step = 1.95 * (mean - potential[index]);
                    potential[index] += step;
                    change = change.max(step.abs());
                }
            }
        }
        if change < 1e-9 {
            break;
        }
    }
    // The charge on the middle line: the flux through its surface.
    let mut charge = 0.0;
    for y in 1..rows - 1 {
        for x in 1..columns - 1 {
            if line_of(x, y) == Some(1) {
                for (nx, ny) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
                    charge += 1.0 - potential[ny * columns + nx];
                }
            }
        }
    }
    charge
}

#[test]
fn the_total_is_that_of_the_field_within_its_stated_error() {
    // (width, thickness, height, spacing) in grid steps.
    for (width, thickness, height, spacing) in [
        (16, 16, 16, 16),
        (16, 32, 16, 16),
        (24, 16, 12, 24),
        (12, 24, 24, 16),
    ] {
        let unit = 1e-9;
        let line = LineGeometry {
            width: width as f64 * unit,
            thickness: thickness as f64 * unit,
            pitch: (width + spacing) as f64 * unit,
            barrier: 0.0,
        };
        let around = Surroundings {
            relative_permittivity: 2.5,
            height: height as f64 * unit,
        };
        let formula = around.capacitance(&line).unwrap();
        let total = (formula.ground + 2.0 * formula.coupling) / (2.5 * VACUUM);
        let field = laplace(width, thickness, height, spacing);
        assert!(
            (total / field - 1.0).abs() < 0.10,
            "{width} {thickness} {height} {spacing}: {total} {field}"
        );
    }
}

#[test]
fn a_wide_line_is_a_plate() {
    let line = LineGeometry {
        width: 10e-6,
        thickness: 0.3e-6,
        pitch: 20e-6,
        barrier: 0.0,
    };
    let around = Surroundings {
        relative_permittivity: 3.9,
        height: 1e-6,
    };
    let found = around.capacitance(&line).unwrap();
    let plate = 3.9 * VACUUM * 10.0;
    assert!(
        found.ground > plate && found.ground < 1.5 * plate && found.coupling < 0.02 * found.ground
    );
}

#[test]
fn a_cell_gets_its_length() {
    let line = LineGeometry {
        width: 20e-9,
        thickness: 40e-9,
        pitch: 40e-9,
        barrier: 2e-9,
    };
    let around = Surroundings {
        relative_permittivity: 2.8,
        height: 40e-9,
    };
    let copper = Conductor::copper(16e-9);
    let one = around.cell_wire(&line, &copper, 40e-9).unwrap();
    let two = around.cell_wire(&line, &copper, 80e-9).unwrap();
    assert!((two.resistance / one.resistance - 2.0).abs() < 1e-12);
    assert!((two.capacitance() / one.capacitance() - 2.0).abs() < 1e-12);
    assert!(
        (one.resistance / (40e-9 * line.resistance_per_length(&copper).unwrap()) - 1.0).abs()
            < 1e-12
    );
    // A 40 nm pitch: some ohm per cell, some attofarad per cell.
    assert!((1.0..10.0).contains(&one.resistance) && (2e-18..20e-18).contains(&one.capacitance()));
}

#[test]
fn the_formula_is_not_stretched() {
    let line = LineGeometry {
        width: 20e-9,
        thickness: 40e-9,
        pitch: 40e-9,
        barrier: 0.0,
    };
    let error = |relative_permittivity, height| {
        Surroundings {
            relative_permittivity,
            height,
        }
        .capacitance(&line)
        .unwrap_err()
        .to_string()
    };
    assert!(error(2.8, 1e-9).starts_with("width/height = 20"));
    assert!(error(2.8, 100e-9).starts_with("width/height = 0.2"));
    assert!(error(0.5, 40e-9).starts_with("relative_permittivity = 0.5"));
    assert!(error(2.8, -1.0).starts_with("height = -1"));
}
