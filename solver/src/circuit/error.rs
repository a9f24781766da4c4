//! What can go wrong with a circuit.

use thiserror::Error;

/// Why a circuit could not be built or solved. Every variant names the nodes and elements concerned.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CircuitError {
    /// An element refers to the current of another that has none.
    #[error(
        "{element}: no element `{controlling}` with a current that can be measured; name a voltage source or an inductor"
    )]
    NoBranch {
        /// The element that asks.
        element: String,
        /// The element it asked for.
        controlling: String,
    },
    /// A parameter is missing, unknown or out of range.
    #[error("{element}: {reason}")]
    Parameter {
        /// The element.
        element: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// Two elements share one name.
    #[error("two elements are called `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// There is no element of that name.
    #[error("no element is called `{name}`")]
    UnknownElement {
        /// The name.
        name: String,
    },
    /// There is no node of that name.
    #[error("no node is called `{name}`")]
    UnknownNode {
        /// The name.
        name: String,
    },
    /// Nodes without a path for direct current to ground.
    #[error("no DC path to ground from node{} {}: connect {} through a resistor or a source{}", if nodes.len() == 1 { "" } else { "s" }, list(nodes), if nodes.len() == 1 { "it" } else { "one of them" }, attached(elements))]
    Floating {
        /// The nodes, at most a handful of them.
        nodes: Vec<String>,
        /// Elements connected to them.
        elements: Vec<String>,
    },
    /// Voltage sources and inductors that form a loop, or an unknown that nothing determines.
    #[error("the circuit's matrix is singular at {}: {}", list(unknowns), if *loop_of_sources {
        format!("{} form a loop without resistance; put a resistor into it", list(elements))
    } else {
        format!("nothing determines it{}", attached(elements))
    })]
    Singular {
        /// The unknowns that can change without any equation noticing.
        unknowns: Vec<String>,
        /// Elements that contain them.
        elements: Vec<String>,
        /// Whether all of them are branch currents.
        loop_of_sources: bool,
    },
    /// Newton's method and every fallback failed.
    #[error(
        "{analysis} did not converge{at}: worst at {unknown}{}; tried {tried}. Check the models there, give a .nodeset, or raise itl1/reltol with .options",
        attached(elements)
    )]
    NotConverged {
        /// What was computed.
        analysis: &'static str,
        /// ` at t = 1e-9 s` and the like, or empty.
        at: String,
        /// The unknown farthest from convergence.
        unknown: String,
        /// Elements connected to it.
        elements: Vec<String>,
        /// The methods tried.
        tried: &'static str,
    },
    /// An equation gave an infinity or a NaN.
    #[error(
        "{analysis}: an equation is not finite{at} at {unknown}{}",
        attached(elements)
    )]
    NotFinite {
        /// What was computed.
        analysis: &'static str,
        /// Where, or empty.
        at: String,
        /// The unknown.
        unknown: String,
        /// Elements connected to it.
        elements: Vec<String>,
    },
    /// The time step became too small.
    #[error(
        "timestep too small at t = {time:e} s (step {step:e} s): worst at {unknown}{}",
        attached(elements)
    )]
    TimestepTooSmall {
        /// Seconds.
        time: f64,
        /// Seconds.
        step: f64,
        /// The unknown that limited the step.
        unknown: String,
        /// Elements connected to it.
        elements: Vec<String>,
    },
    /// The settings of an analysis are impossible.
    #[error("{0}")]
    Settings(String),
    /// Whoever receives the results refused them.
    #[error("{0}")]
    Output(String),
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

fn attached(elements: &[String]) -> String {
    if elements.is_empty() {
        String::new()
    } else {
        format!(" (elements there: {})", list(elements))
    }
}
