//! DC small-signal quantities from the Jacobian of an operating point: transfer function, input and output
//! resistance, sensitivities.

use std::io::{self, Write};

use nalgebra_sparse::CscMatrix;

use super::element::{Phase, Point, Start, Unknown};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::newton::{Problem, Workspace};
use super::operating_point::{Guesses, find};
use super::options::Options;

/// An output of `.tf` and `.sens`.
#[derive(Clone, Debug, PartialEq)]
pub enum DcOutput {
    /// The voltage between two nodes.
    Voltage(Unknown, Unknown),
    /// The current through a voltage source or an inductor.
    Current(String),
}

/// The result of `.tf`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransferFunction {
    /// Output over input.
    pub gain: f64,
    /// Resistance seen by the input source, ohm.
    pub input_resistance: f64,
    /// Resistance seen at the output, ohm.
    pub output_resistance: f64,
}

/// The derivative of the output with respect to one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The element.
    pub element: String,
    /// Its parameter.
    pub parameter: &'static str,
    /// d output / d parameter, in the units of both.
    pub derivative: f64,
}

/// Resistance that stands for an open circuit, as in SPICE.
const OPEN: f64 = 1e20;

impl Circuit {
    /// A parameter of an element, whatever the solution.
    pub(super) fn small_value(&self, element: &str, parameter: &str) -> Option<f64> {
        let x = vec![0.0; self.unknown_count() + 1];
        let at = Point {
            x: &x,
            time: 0.0,
            phase: Phase::Dc,
            start: Start::Continue,
            gmin: 0.0,
            source_factor: 1.0,
            temperature: self.temperature,
            frequency: 0.0,
        };
        self.value(element, parameter, &at).ok().flatten()
    }

    fn output_rows(&self, output: &DcOutput) -> Result<Vec<(usize, f64)>, CircuitError> {
        Ok(match output {
            DcOutput::Voltage(plus, minus) => [(*plus, 1.0), (*minus, -1.0)]
                .into_iter()
                .filter(|(node, _)| !node.is_ground())
                .map(|(node, sign)| (node.index(), sign))
                .collect(),
            DcOutput::Current(element) => {
                let branch = self.branch(element).ok_or_else(|| CircuitError::NoBranch {
                    element: "the output".to_owned(),
                    controlling: element.clone(),
                })?;
                vec![(branch.index(), 1.0)]
            }
        })
    }

    /// `dF/dp` by a central difference of the assembled residual at the solution `x`.
    fn residual_derivative(
        &mut self,
        options: &Options,
        element: &str,
        parameter: &str,
        x: &[f64],
    ) -> Result<Option<Vec<f64>>, CircuitError> {
        let Some(value) = self.small_value(element, parameter) else {
            return Ok(None);
        };
        let step = if value == 0.0 {
            1e-6
        } else {
            1e-6 * value.abs()
        };
        let mut sides: Vec<Vec<f64>> = Vec::with_capacity(2);
        for sign in [1.0, -1.0] {
            if self
                .set(element, Some(parameter), value + sign * step)
                .is_err()
            {
                break;
            }
            let point = Point {
                x,
                time: 0.0,
                phase: Phase::SmallSignal,
                start: Start::Continue,
                gmin: options.gmin,
                source_factor: 1.0,
                temperature: self.temperature,
                frequency: 0.0,
            };
            self.system.evaluate(&point);
            sides.push(self.system.residual.clone());
        }
        self.set(element, Some(parameter), value)?;
        let [up, down] = sides.as_slice() else {
            return Ok(None);
        };
        Ok(Some(
            up.iter()
                .zip(down)
                .map(|(up, down)| (up - down) / (2.0 * step))
                .collect(),
        ))
    }
}

/// Computes the DC transfer function from a source to an output.
///
/// # Errors
/// Unknown elements, no operating point.
pub fn transfer_function(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
    output: &DcOutput,
    input: &str,
) -> Result<TransferFunction, CircuitError> {
    let (mut workspace, x) = linearised(circuit, options, guesses)?;
    let rows = circuit.output_rows(output)?;
    let excitation = circuit
        .residual_derivative(options, input, "dc", &x)?
        .ok_or_else(|| CircuitError::Parameter {
            element: input.to_owned(),
            reason: "the input of .tf must be an independent source".to_owned(),
        })?;
    let mut side: Vec<f64> = excitation[1..].iter().map(|value| -value).collect();
    let mut response = vec![0.0; x.len()];
    solve(circuit, &mut workspace, &mut side, &mut response);
    let gain = read(&rows, &response);
    let input_resistance = match circuit.branch(input) {
        Some(branch) => -1.0 / response[branch.index()],
        // A unit current source: the voltage it sees.
        None => excitation
            .iter()
            .zip(&response)
            .skip(1)
            .map(|(excitation, voltage)| -excitation * voltage)
            .sum(),
    };
    side.fill(0.0);
    match output {
        DcOutput::Voltage(..) => {
            for &(row, sign) in &rows {
                side[row - 1] = sign;
            }
        }
        DcOutput::Current(_) => side[rows[0].0 - 1] = 1.0,
    }
    solve(circuit, &mut workspace, &mut side, &mut response);
    let output_resistance = match output {
        DcOutput::Voltage(..) => read(&rows, &response),
        DcOutput::Current(_) => 1.0 / read(&rows, &response),
    };
    let finite = |resistance: f64| {
        if resistance.is_finite() && resistance.abs() < OPEN {
            resistance
        } else {
            OPEN
        }
    };
    Ok(TransferFunction {
        gain,
        input_resistance: finite(input_resistance),
        output_resistance: finite(output_resistance.abs()),
    })
}

/// Computes the derivatives of an output with respect to every parameter of every element: one adjoint solve, and one
/// difference of the residual for each parameter.
///
/// # Errors
/// Unknown elements, no operating point.
pub fn dc_sensitivities(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
    output: &DcOutput,
) -> Result<Vec<Sensitivity>, CircuitError> {
    let (mut workspace, x) = linearised(circuit, options, guesses)?;
    let mut side = vec![0.0; circuit.unknown_count()];
    for (row, sign) in circuit.output_rows(output)? {
        side[row - 1] = sign;
    }
    let mut adjoint = vec![0.0; x.len()];
    workspace.linear.solve_transposed(
        &circuit.system.pattern,
        &workspace.values,
        &side,
        &mut adjoint[1..],
    );
    let names: Vec<String> = circuit
        .element_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut sensitivities = Vec::new();
    for element in names {
        for parameter in circuit.parameters(&element)? {
            let Some(derivative) = circuit.residual_derivative(options, &element, parameter, &x)?
            else {
                continue;
            };
            sensitivities.push(Sensitivity {
                derivative: -derivative
                    .iter()
                    .zip(&adjoint)
                    .map(|(derivative, weight)| derivative * weight)
                    .sum::<f64>(),
                element: element.clone(),
                parameter,
            });
        }
    }
    Ok(sensitivities)
}

/// The operating point, and its Jacobian factored.
fn linearised(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
) -> Result<(Workspace, Vec<f64>), CircuitError> {
    let mut workspace = Workspace::new(circuit);
    let mut x = vec![0.0; circuit.unknown_count() + 1];
    find(circuit, options, &mut workspace, Phase::Dc, guesses, &mut x)?;
    let problem = Problem {
        start: Start::Continue,
        ..Problem::operating_point(Phase::SmallSignal, options)
    };
    workspace.forget_factors();
    workspace
        .linearise(circuit, options, &problem, &x)
        .map_err(|failure| {
            circuit.explain(
                &workspace.values,
                &failure,
                "operating point",
                String::new(),
                "LU factorisation",
            )
        })?;
    Ok((workspace, x))
}

fn solve(circuit: &Circuit, workspace: &mut Workspace, side: &mut [f64], x: &mut [f64]) {
    workspace.linear.solve(
        &circuit.system.pattern,
        &workspace.values,
        side,
        &mut x[1..],
    );
}

fn read(rows: &[(usize, f64)], x: &[f64]) -> f64 {
    rows.iter().map(|&(row, sign)| sign * x[row]).sum()
}

/// The matrix of an operating point with the names of its unknowns.
#[derive(Clone, Debug)]
pub struct Jacobian {
    /// `dF/dx`: rows and columns in the order of `names`.
    pub matrix: CscMatrix<f64>,
    /// The unknowns.
    pub names: Vec<String>,
}

impl Jacobian {
    /// Writes the matrix in Matrix Market's coordinate format, the names of the unknowns as comments.
    ///
    /// # Errors
    /// Whatever the output refuses.
    pub fn write_matrix_market(&self, output: &mut dyn Write) -> io::Result<()> {
        writeln!(output, "%%MatrixMarket matrix coordinate real general")?;
        for (index, name) in self.names.iter().enumerate() {
            writeln!(output, "% {} {name}", index + 1)?;
        }
        let (order, entries) = (self.names.len(), self.matrix.nnz());
        writeln!(output, "{order} {order} {entries}")?;
        for (row, column, value) in self.matrix.triplet_iter() {
            writeln!(output, "{} {} {value:e}", row + 1, column + 1)?;
        }
        Ok(())
    }
}

/// The Jacobian at the operating point.
///
/// # Errors
/// No operating point.
pub fn jacobian(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
) -> Result<Jacobian, CircuitError> {
    let (workspace, _) = linearised(circuit, options, guesses)?;
    let pattern = &circuit.system.pattern;
    let order = circuit.unknown_count();
    let matrix = CscMatrix::try_from_csc_data(
        order,
        order,
        pattern.column_starts().to_vec(),
        pattern.rows().iter().map(|&row| row as usize).collect(),
        workspace.values,
    )
    .map_err(|error| CircuitError::Settings(error.to_string()))?;
    Ok(Jacobian {
        matrix,
        names: circuit
            .unknowns()
            .map(|unknown| circuit.name_of(unknown).to_owned())
            .collect(),
    })
}
