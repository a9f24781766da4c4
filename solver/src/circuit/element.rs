//! What an element of a circuit tells the engine: its unknowns, its place in the matrix, its equations.
//!
//! The engine solves `F(x, t) + d/dt Q(x) = 0`, one row for each unknown: Kirchhoff's current law at a node
//! (the sum of the currents that *leave* the node into elements), the defining equation of a branch or of an
//! internal state for the others. Resistive parts `F`, `dF/dx` and reactive parts `Q`, `dQ/dx` stay apart, so that
//! one `load` serves operating points, transients and small-signal analyses.

use super::error::CircuitError;

/// One unknown of the system, and the row of its equation. Index 0 is ground: its value is always 0 and
/// whatever is loaded into its row is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unknown(pub(super) u32);

impl Unknown {
    /// The reference node.
    pub const GROUND: Self = Self(0);

    /// The position of this unknown in a solution vector (0 for ground).
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether this is the reference node.
    pub fn is_ground(self) -> bool {
        self.0 == 0
    }
}

/// What an unknown measures; it sets the tolerances with which it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A node potential in volt; its row sums currents in ampere.
    Voltage,
    /// A branch current in ampere; its row sums voltages.
    Current,
    /// An internal state of an element, scaled to be of the order of one. Its charge is the state itself, and the truncation
    /// error keeps it far more accurate than the charges of nodes: what happens later depends on it.
    State,
    /// The derivative of an expression by time.
    Derivative,
}

/// The place of one matrix entry, found once when the circuit is built. Entries in the row or column of ground get a
/// slot that is never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub(super) u32);

impl Slot {
    /// The slot of entries that involve ground.
    pub const IGNORED: Self = Self(0);
}

/// Hands out the unknowns that an element has besides the nodes it is connected to.
pub trait Unknowns {
    /// A node inside the element, such as the drain behind its series resistance. `label` is what follows the
    /// element's name: `m1#drain`.
    fn internal_node(&mut self, element: &str, label: &str) -> Unknown;
    /// The current through the element, known to others as `name#branch` and to F, H and W elements by its element's name.
    fn branch_current(&mut self, element: &str) -> Unknown;
    /// A state variable that obeys a differential equation `ds/dt = f` (or an algebraic one) of the element's own.
    fn state(&mut self, element: &str, label: &str) -> Unknown;
    /// The derivative by time of something that the element computes.
    fn derivative(&mut self, element: &str, label: &str) -> Unknown;
}

/// Resolves matrix entries and the branches of other elements.
pub trait Footprint {
    /// Declares that the element may load an entry at (`row`, `column`).
    fn entry(&mut self, row: Unknown, column: Unknown) -> Slot;
    /// The branch current of another element, for controlled sources and coupled inductors.
    ///
    /// # Errors
    /// [`CircuitError::NoBranch`] when there is no element of that name or it has no current unknown.
    fn branch_of(&self, asking: &str, element: &str) -> Result<Unknown, CircuitError>;
}

/// Which analysis asks for an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// An operating point or one point of a DC sweep: charges do not move.
    Dc,
    /// The operating point from which a transient starts: sources have their values at time zero.
    TransientStart,
    /// A time point of a transient.
    Transient,
    /// The last evaluation before a small-signal analysis: no limiting, capacitances must be loaded.
    SmallSignal,
}

/// Where an iteration starts, for elements that limit their junction voltages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The first evaluation of an operating point from nothing: junctions take their critical voltages, elements
    /// marked `off` zero.
    Junctions,
    /// The first evaluation of a transient with `uic`: elements take their `ic=` values where given.
    InitialConditions,
    /// Any other evaluation: the voltages of `x`, limited against the previous evaluation.
    Continue,
}

/// The point at which elements are evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// The candidate solution; entry 0 is ground and 0.
    pub x: &'a [f64],
    /// Seconds; 0 outside transients.
    pub time: f64,
    /// The analysis.
    pub phase: Phase,
    /// The kind of start.
    pub start: Start,
    /// Conductance added across every junction, siemens.
    pub gmin: f64,
    /// Factor on all independent sources, below 1 only during source stepping.
    pub source_factor: f64,
    /// Ambient temperature, kelvin.
    pub temperature: f64,
    /// Hertz, in small-signal analyses; 0 elsewhere.
    pub frequency: f64,
}

impl Point<'_> {
    /// The value of an unknown.
    #[inline(always)]
    pub fn value(&self, unknown: Unknown) -> f64 {
        self.x[unknown.index()]
    }

    /// The voltage between two nodes.
    #[inline(always)]
    pub fn voltage(&self, plus: Unknown, minus: Unknown) -> f64 {
        self.x[plus.index()] - self.x[minus.index()]
    }
}

/// One step of a transient, for elements that integrate something of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its end, s.
    pub end: f64,
    /// Its length, s.
    pub length: f64,
    /// Order of the present discretisation: 1 is backward Euler, 2 whatever `.options method` says.
    pub order: usize,
    /// Whether it ends at a corner: what happened before is then no guide to the next step.
    pub ends_at_corner: bool,
    /// Relative tolerance of the analysis.
    pub reltol: f64,
}

/// Where elements put what they contribute.
#[derive(Debug)]
pub struct Loads<'a> {
    pub(super) residual: &'a mut [f64],
    pub(super) flow: &'a mut [f64],
    pub(super) charge: &'a mut [f64],
    pub(super) conductance: &'a mut [f64],
    pub(super) capacitance: &'a mut [f64],
    pub(super) at_rest: &'a mut [bool],
    pub(super) limited: &'a mut bool,
}

impl Loads<'_> {
    /// Adds to the resistive residual `F` of a row: for a node, a current that leaves it.
    #[inline(always)]
    pub fn current(&mut self, row: Unknown, value: f64) {
        self.residual[row.index()] += value;
        self.flow[row.index()] += value.abs();
    }

    /// Adds to the reactive part `Q` of a row: for a node, a charge that the element holds against it.
    #[inline(always)]
    pub fn charge(&mut self, row: Unknown, value: f64) {
        self.charge[row.index()] += value;
    }

    /// Tells that `d/dt Q` of a row is zero at this point, whatever `Q` was before: a state that stands at a bound. `F` alone is
    /// the equation of the row; `Q` is where the next step starts.
    #[inline(always)]
    pub fn at_rest(&mut self, row: Unknown) {
        self.at_rest[row.index()] = true;
    }

    /// Adds to `dF/dx`.
    #[inline(always)]
    pub fn conductance(&mut self, slot: Slot, value: f64) {
        self.conductance[slot.0 as usize] += value;
    }

    /// Adds to `dQ/dx`.
    #[inline(always)]
    pub fn capacitance(&mut self, slot: Slot, value: f64) {
        self.capacitance[slot.0 as usize] += value;
    }

    /// Tells that a junction voltage was limited: the residual is that of the linearised element
    /// (`i(v_lim) + g (v - v_lim)`), so the point cannot count as converged.
    #[inline(always)]
    pub fn limited(&mut self) {
        *self.limited = true;
    }
}

/// The slots of a two-terminal element: (p,p), (p,n), (n,p), (n,n).
#[derive(Clone, Copy, Debug)]
pub struct PairSlots {
    /// Row plus, column plus.
    pub pp: Slot,
    /// Row plus, column minus.
    pub pn: Slot,
    /// Row minus, column plus.
    pub np: Slot,
    /// Row minus, column minus.
    pub nn: Slot,
}

impl PairSlots {
    /// Declares rows `(p, n)` against columns `(cp, cn)`; for a plain branch the columns equal the rows.
    pub fn declare(
        footprint: &mut dyn Footprint,
        (p, n): (Unknown, Unknown),
        (cp, cn): (Unknown, Unknown),
    ) -> Self {
        Self {
            pp: footprint.entry(p, cp),
            pn: footprint.entry(p, cn),
            np: footprint.entry(n, cp),
            nn: footprint.entry(n, cn),
        }
    }

    /// Slots that are never read, for elements that have not been placed yet.
    pub const IGNORED: Self = Self {
        pp: Slot::IGNORED,
        pn: Slot::IGNORED,
        np: Slot::IGNORED,
        nn: Slot::IGNORED,
    };
}

impl Loads<'_> {
    /// `dF/dx` of a current that leaves the plus row and enters the minus row.
    #[inline(always)]
    pub fn pair_conductance(&mut self, slots: &PairSlots, g: f64) {
        self.conductance(slots.pp, g);
        self.conductance(slots.pn, -g);
        self.conductance(slots.np, -g);
        self.conductance(slots.nn, g);
    }

    /// `dQ/dx` of a charge between the plus and the minus row.
    #[inline(always)]
    pub fn pair_capacitance(&mut self, slots: &PairSlots, c: f64) {
        self.capacitance(slots.pp, c);
        self.capacitance(slots.pn, -c);
        self.capacitance(slots.np, -c);
        self.capacitance(slots.nn, c);
    }
}

/// Small-signal excitation: what independent sources put on the right-hand side.
pub trait AcLoads {
    /// Adds a phasor (real, imaginary) to the right-hand side `b` of `(G + j omega C) x = b`.
    fn excite(&mut self, row: Unknown, phasor: (f64, f64));
}

/// One physical source of noise current between two nodes, with the power spectral density
/// `white + flicker / frequency^exponent`, in A^2/Hz.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseSource {
    /// What it is, as ngspice names it after the element: `id`, `1overf`, `rc`; empty for the only source of an element.
    pub label: &'static str,
    /// The node that the current leaves.
    pub from: Unknown,
    /// The node that it enters.
    pub to: Unknown,
    /// White part, A^2/Hz.
    pub white: f64,
    /// Flicker part at 1 Hz, A^2/Hz.
    pub flicker: f64,
    /// Exponent of the frequency in the flicker part.
    pub exponent: f64,
}

/// An element of a circuit.
///
/// Building order: `unknowns` of every element, `footprint` of every element, `set_temperature`; then any number of
/// evaluations.
pub trait Element: Send + 'static {
    /// Whether `F` and `Q` are linear in `x` with coefficients that only [`Element::set_temperature`] and [`Element::set`] change.
    /// The engine calls `load` of such elements once and expects matrix entries only, no `current` and no `charge`.
    const LINEAR: bool;
    /// Whether [`Element::excite`] does anything.
    const EXCITES: bool = false;

    /// The hierarchical name in lower case: `x1.r3`.
    fn name(&self) -> &str;

    /// Asks for the unknowns besides the nodes given at construction.
    fn unknowns(&mut self, _unknowns: &mut dyn Unknowns) {}

    /// Declares every matrix entry that `load` may ever touch.
    ///
    /// # Errors
    /// When the element refers to the branch of another one that does not exist.
    fn footprint(&mut self, footprint: &mut dyn Footprint) -> Result<(), CircuitError>;

    /// Computes everything that depends on temperature; also called after [`Element::set`].
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when a parameter is impossible at that temperature.
    fn set_temperature(&mut self, ambient_kelvin: f64) -> Result<(), CircuitError>;

    /// Loads the equations at a point.
    fn load(&mut self, at: &Point<'_>, loads: &mut Loads<'_>);

    /// Loads the part of a linear element that depends on time and not on `x`: independent sources (`F` only).
    fn excite(&mut self, _at: &Point<'_>, _loads: &mut Loads<'_>) {}

    /// The point has been accepted: keep what the next time point needs (limiting voltages, charges of
    /// history-dependent capacitances, switch positions).
    fn accept(&mut self, _at: &Point<'_>) {}

    /// A new Newton iteration starts from the last accepted point: drop what rejected iterations left behind.
    fn restart(&mut self) {}

    /// A step of a transient is about to be tried from the last accepted point.
    fn begin_step(&mut self, _step: &Step) {}

    /// Newton's method has converged at `at`, the end of the step: the longest step, s, with which the element's own truncation
    /// error would have been small enough, infinite if it has none. A step more than a tenth longer is rejected.
    fn end_step(&mut self, _at: &Point<'_>) -> f64 {
        f64::INFINITY
    }

    /// A transient with printing step `step` up to `stop` begins: waveforms with defaults that depend on them settle.
    fn prepare_transient(&mut self, _step: f64, _stop: f64) {}

    /// At the start of a transient with `uic`: adds to the charge rows what the element's `ic=` makes of them beyond
    /// `Q(x)`. Only for linear elements; others see [`Start::InitialConditions`].
    fn initial_charge(&self, _x: &[f64], _add: &mut dyn FnMut(Unknown, f64)) {}

    /// Times in `(after, until]` at which the element's equations have a corner.
    fn breakpoints(&self, _after: f64, _until: f64, _times: &mut Vec<f64>) {}

    /// The largest time step that keeps the element's own accuracy at the accepted point, if it has an opinion.
    fn largest_step(&self, _at: &Point<'_>) -> Option<f64> {
        None
    }

    /// Small-signal excitation.
    fn excite_ac(&self, _loads: &mut dyn AcLoads) {}

    /// Noise sources at the operating point `at`.
    fn noise(&self, _at: &Point<'_>, _sources: &mut Vec<NoiseSource>) {}

    /// Names that [`Element::set`] takes, the principal one (resistance, DC value) first. They are what `.sens`
    /// differentiates by, so only numbers on which the equations depend continuously.
    fn parameters(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The value of a parameter, or of a quantity at the given solution (`i`, `p`, `gm`, `vbe`, ...), as `@name[quantity]` shows it.
    fn value(&self, _quantity: &str, _at: &Point<'_>) -> Option<f64> {
        None
    }

    /// Changes a parameter; `set_temperature` follows.
    ///
    /// # Errors
    /// [`CircuitError::Parameter`] when the element has no such parameter or the value is out of range.
    fn set(&mut self, parameter: &str, value: f64) -> Result<(), CircuitError> {
        Err(CircuitError::Parameter {
            element: self.name().to_owned(),
            reason: format!("has no parameter `{parameter}` that can be changed (to {value})"),
        })
    }
}
