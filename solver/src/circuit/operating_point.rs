//! Operating points: Newton's method, then gmin stepping, source stepping and pseudo-transient.

use super::element::{Phase, Point, Start, Unknown};
use super::error::CircuitError;
use super::netlist::Circuit;
use super::newton::{Convergence, Failure, Problem, Workspace};
use super::options::Options;

/// Which method found a solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Homotopy {
    /// Newton's method alone.
    None,
    /// Conductances to ground, reduced step by step.
    GminStepping,
    /// Sources, raised step by step.
    SourceStepping,
    /// Relaxation in artificial time.
    PseudoTransient,
}

/// What is known about the quality of a solution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// The largest imbalance of Kirchhoff's current law at a node, relative to the largest current in the circuit.
    pub kcl_relative: f64,
    /// Newton iterations of the last solve.
    pub iterations: usize,
    /// How the solution was found.
    pub homotopy: Homotopy,
    /// Whether the linear systems were solved by Cholesky factorisation.
    pub cholesky: bool,
}

/// A solution of the circuit at one instant.
#[derive(Clone, Debug)]
pub struct OperatingPoint {
    /// Unknowns; entry 0 is ground.
    pub x: Vec<f64>,
    /// Its quality.
    pub certificate: Certificate,
}

/// What the user says about potentials before an operating point.
#[derive(Clone, Debug, Default)]
pub struct Guesses {
    /// Potentials to start from (`.nodeset`).
    pub nodesets: Vec<(Unknown, f64)>,
    /// Potentials to hold (`.ic`, for the start of a transient).
    pub held: Vec<(Unknown, f64)>,
}

/// Computes the operating point.
///
/// # Errors
/// Floating nodes, loops of voltage sources, no convergence.
pub fn operating_point(
    circuit: &mut Circuit,
    options: &Options,
    guesses: &Guesses,
) -> Result<OperatingPoint, CircuitError> {
    let mut workspace = Workspace::new(circuit);
    let mut x = vec![0.0; circuit.unknown_count() + 1];
    let certificate = find(circuit, options, &mut workspace, Phase::Dc, guesses, &mut x)?;
    Ok(OperatingPoint { x, certificate })
}

/// Finds an operating point from nothing, and lets the elements accept it.
pub(super) fn find(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    phase: Phase,
    guesses: &Guesses,
    x: &mut [f64],
) -> Result<Certificate, CircuitError> {
    let problem = Problem {
        held: &guesses.held,
        ..Problem::operating_point(phase, options)
    };
    workspace.forget_factors();
    let (convergence, homotopy) = search(circuit, options, workspace, &problem, guesses, x)
        .map_err(|failure| {
            circuit.explain(
                &workspace.values,
                &failure,
                "operating point",
                String::new(),
                TRIED,
            )
        })?;
    let problem = Problem {
        start: Start::Continue,
        ..problem
    };
    if !circuit.system.nonlinear {
        // A second solve with the same factors is one step of iterative refinement.
        refine(circuit, options, workspace, &problem, x).map_err(|failure| {
            circuit.explain(
                &workspace.values,
                &failure,
                "operating point",
                String::new(),
                TRIED,
            )
        })?;
    }
    circuit.reject_floating(workspace)?;
    accept(circuit, options, (problem.phase, 0.0), x);
    Ok(certify(
        circuit,
        workspace,
        &problem,
        x,
        convergence,
        homotopy,
    ))
}

/// Most solves of one homotopy: a path that needs more creeps, and its end is not worth the wait.
const MOST_STAGES: usize = 1000;

const TRIED: &str = "Newton, gmin stepping, source stepping, pseudo-transient";

fn refine(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    problem: &Problem<'_>,
    x: &mut [f64],
) -> Result<(), Failure> {
    workspace.solve(circuit, options, problem, x).map(|_| ())
}

/// Lets every element keep what it needs of a solution.
pub(super) fn accept(
    circuit: &mut Circuit,
    options: &Options,
    (phase, time): (Phase, f64),
    x: &[f64],
) {
    let point = Point {
        x,
        time,
        phase,
        start: Start::Continue,
        gmin: options.gmin,
        source_factor: 1.0,
        temperature: circuit.temperature,
        frequency: 0.0,
    };
    for bank in &mut circuit.system.banks {
        bank.accept(&point);
    }
}

fn certify(
    circuit: &mut Circuit,
    workspace: &Workspace,
    problem: &Problem<'_>,
    x: &[f64],
    convergence: Convergence,
    homotopy: Homotopy,
) -> Certificate {
    let point = Point {
        x,
        time: problem.time,
        phase: problem.phase,
        start: Start::Continue,
        gmin: problem.gmin,
        source_factor: 1.0,
        temperature: circuit.temperature,
        frequency: 0.0,
    };
    circuit.system.evaluate(&point);
    Certificate {
        kcl_relative: circuit.imbalance(problem.held),
        iterations: convergence.iterations,
        homotopy,
        cholesky: workspace.linear.uses_cholesky(),
    }
}

fn search(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    problem: &Problem<'_>,
    guesses: &Guesses,
    x: &mut [f64],
) -> Result<(Convergence, Homotopy), Failure> {
    if !guesses.nodesets.is_empty() {
        // Hold the guessed nodes first; what comes out is where the real iteration starts.
        let mut held = guesses.nodesets.clone();
        held.retain(|(node, _)| {
            !node.is_ground() && !guesses.held.iter().any(|(other, _)| other == node)
        });
        held.extend_from_slice(&guesses.held);
        let with_guesses = Problem {
            held: &held,
            ..*problem
        };
        if workspace.solve(circuit, options, &with_guesses, x).is_ok() {
            accept(circuit, options, (problem.phase, 0.0), x);
            let from_guess = Problem {
                start: Start::Continue,
                ..*problem
            };
            if let Ok(convergence) = workspace.solve(circuit, options, &from_guess, x) {
                return Ok((convergence, Homotopy::None));
            }
        }
        x.fill(0.0);
    }
    let first = match workspace.solve(circuit, options, problem, x) {
        Ok(convergence) => return Ok((convergence, Homotopy::None)),
        Err(failure) => failure,
    };
    if !circuit.system.nonlinear {
        return Err(first);
    }
    if let Some(convergence) = gmin_stepping(circuit, options, workspace, problem, x) {
        return Ok((convergence, Homotopy::GminStepping));
    }
    if let Some(convergence) = source_stepping(circuit, options, workspace, problem, x) {
        return Ok((convergence, Homotopy::SourceStepping));
    }
    match pseudo_transient(circuit, options, workspace, problem, x) {
        Ok(convergence) => Ok((convergence, Homotopy::PseudoTransient)),
        // A matrix that is singular without any help is the likelier cause.
        Err(last) => Err(if matches!(first, Failure::Singular(_)) {
            first
        } else {
            last
        }),
    }
}

/// Solves with a conductance from every node to ground and shrinks it as fast as Newton's method follows.
fn gmin_stepping(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    problem: &Problem<'_>,
    x: &mut [f64],
) -> Option<Convergence> {
    let target = options.gmin.max(options.gshunt).max(1e-15);
    let mut good = vec![0.0; x.len()];
    x.fill(0.0);
    let mut factor: f64 = 10.0;
    let mut last: Option<f64> = None;
    let mut shunt: f64 = 1e-2;
    let mut arrived = false;
    for _ in 0..MOST_STAGES {
        let stage = Problem {
            shunt,
            start: if last.is_none() {
                Start::Junctions
            } else {
                Start::Continue
            },
            ..*problem
        };
        if let Ok(convergence) = workspace.solve(circuit, options, &stage, x) {
            accept(circuit, options, (problem.phase, 0.0), x);
            good.copy_from_slice(x);
            last = Some(shunt);
            arrived = shunt <= target;
            if arrived {
                break;
            }
            if convergence.iterations <= problem.most_iterations / 4 {
                factor = (factor * factor.sqrt()).min(1e4);
            } else if convergence.iterations > problem.most_iterations * 3 / 4 {
                factor = factor.sqrt();
            }
            shunt = (shunt / factor).max(target);
        } else {
            let reached = last?;
            factor = factor.sqrt().sqrt();
            if factor < 1.000_05 {
                return None;
            }
            x.copy_from_slice(&good);
            shunt = reached / factor;
        }
    }
    if !arrived {
        return None;
    }
    let last = Problem {
        start: Start::Continue,
        ..*problem
    };
    workspace.solve(circuit, options, &last, x).ok()
}

/// Raises all sources from zero.
fn source_stepping(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    problem: &Problem<'_>,
    x: &mut [f64],
) -> Option<Convergence> {
    x.fill(0.0);
    let mut good = x.to_vec();
    let mut reached = 0.0;
    let mut raise = 1e-3;
    let mut source_factor = 0.0;
    let mut start = Start::Junctions;
    for _ in 0..MOST_STAGES {
        let stage = Problem {
            start,
            source_factor,
            ..*problem
        };
        if let Ok(convergence) = workspace.solve(circuit, options, &stage, x) {
            accept(circuit, options, (problem.phase, 0.0), x);
            good.copy_from_slice(x);
            start = Start::Continue;
            if source_factor >= 1.0 {
                return Some(convergence);
            }
            reached = source_factor;
            if convergence.iterations <= problem.most_iterations / 4 {
                raise *= 1.5;
            } else if convergence.iterations > problem.most_iterations * 3 / 4 {
                raise *= 0.5;
            }
        } else {
            if start == Start::Junctions {
                return None;
            }
            raise /= 10.0;
            if raise < 1e-9 {
                return None;
            }
            x.copy_from_slice(&good);
        }
        source_factor = f64::min(reached + raise, 1.0);
    }
    None
}

/// Follows the circuit with a capacitor at every node from rest to its steady state: implicit Euler steps whose
/// length grows while Newton's method follows.
fn pseudo_transient(
    circuit: &mut Circuit,
    options: &Options,
    workspace: &mut Workspace,
    problem: &Problem<'_>,
    x: &mut [f64],
) -> Result<Convergence, Failure> {
    x.fill(0.0);
    let mut from = x.to_vec();
    let mut shunt = 1.0;
    let mut start = Start::Junctions;
    let mut last_failure = Failure::NotConverged(Unknown(1));
    for _ in 0..MOST_STAGES {
        let stage = Problem {
            shunt: shunt + problem.shunt,
            shunt_to: Some(&from),
            start,
            most_iterations: 30,
            ..*problem
        };
        match workspace.solve(circuit, options, &stage, x) {
            Ok(convergence) => {
                accept(circuit, options, (problem.phase, 0.0), x);
                from.copy_from_slice(x);
                start = Start::Continue;
                shunt *= if convergence.iterations < 8 {
                    0.25
                } else {
                    0.6
                };
                if shunt < options.gmin {
                    let last = Problem { start, ..*problem };
                    return workspace.solve(circuit, options, &last, x);
                }
            }
            Err(failure) => {
                last_failure = failure;
                x.copy_from_slice(&from);
                shunt *= 8.0;
                if shunt > 1e9 {
                    break;
                }
            }
        }
    }
    Err(last_failure)
}
