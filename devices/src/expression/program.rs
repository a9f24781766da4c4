//! An expression as a flat program: its value and its gradient without allocation.

use super::functions::{BinaryFunction, UnaryFunction};
use super::piecewise::PiecewiseLinear;

/// One step of a program; operands are the numbers of earlier steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Constant(f64),
    Input(u32),
    Unary(UnaryFunction, u32),
    Binary(BinaryFunction, u32, u32),
    /// The second operand where the first is not 0, else the third.
    Select(u32, u32, u32),
    /// A piecewise linear function of the program at a step.
    Piecewise(u32, u32),
}

/// A compiled expression: a sequence of steps over numbered inputs, each step evaluated once.
///
/// The gradient is exact, by automatic differentiation in reverse (Griewank and Walther, Evaluating Derivatives, SIAM 2008,
/// chapter 3): one backward pass over the steps, whatever the number of inputs.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) tables: Vec<PiecewiseLinear>,
    pub(super) inputs: usize,
    pub(super) output: u32,
    /// The arguments of `ddt`.
    pub(super) derivatives: Vec<u32>,
}

/// The memory in which a program is evaluated, made by [`Program::workspace`].
#[derive(Clone, Debug)]
pub struct Workspace {
    values: Vec<f64>,
    adjoints: Vec<f64>,
}

impl Program {
    /// The number of inputs: one more than the largest number that the resolver gave.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of `ddt(...)` in the expression.
    pub fn derivatives(&self) -> usize {
        self.derivatives.len()
    }

    /// The value, when it depends on no input.
    pub fn constant(&self) -> Option<f64> {
        match self.steps.get(self.output as usize) {
            Some(Step::Constant(value)) => Some(*value),
            _ => None,
        }
    }

    /// Memory for evaluations of this program.
    pub fn workspace(&self) -> Workspace {
        Workspace {
            values: vec![0.0; self.steps.len()],
            adjoints: vec![0.0; self.steps.len()],
        }
    }

    /// The value at the given inputs. Not a number or infinite where the expression is not defined.
    ///
    /// # Panics
    /// When there are fewer inputs than [`Program::inputs`], or the workspace is that of another program.
    pub fn evaluate(&self, inputs: &[f64], workspace: &mut Workspace) -> f64 {
        for (at, step) in self.steps.iter().enumerate() {
            let values = &mut workspace.values;
            let value = match *step {
                Step::Constant(value) => value,
                Step::Input(input) => inputs[input as usize],
                Step::Unary(function, x) => function.evaluate(values[x as usize]),
                Step::Binary(function, x, y) => {
                    function.evaluate(values[x as usize], values[y as usize])
                }
                Step::Select(condition, yes, no) => {
                    let chosen = if values[condition as usize] == 0.0 {
                        no
                    } else {
                        yes
                    };
                    values[chosen as usize]
                }
                Step::Piecewise(table, x) => {
                    self.tables[table as usize].evaluate(values[x as usize]).0
                }
            };
            values[at] = value;
        }
        workspace.values[self.output as usize]
    }

    /// The value, and the derivatives by every input.
    ///
    /// # Panics
    /// As [`Program::evaluate`], and when the gradient is shorter than [`Program::inputs`].
    pub fn evaluate_with_gradient(
        &self,
        inputs: &[f64],
        workspace: &mut Workspace,
        gradient: &mut [f64],
    ) -> f64 {
        let value = self.evaluate(inputs, workspace);
        self.backward(self.output, workspace, gradient);
        value
    }

    /// The value of the argument of `ddt` number `k` and its derivatives by every input, at the inputs of the last evaluation
    /// in this workspace.
    ///
    /// # Panics
    /// As [`Program::evaluate_with_gradient`], and when `k` is not below [`Program::derivatives`].
    pub fn derivative_argument(
        &self,
        k: usize,
        workspace: &mut Workspace,
        gradient: &mut [f64],
    ) -> f64 {
        let step = self.derivatives[k];
        self.backward(step, workspace, gradient);
        workspace.values[step as usize]
    }

    /// Propagates the derivative of one step to the inputs. Steps that do not matter are left out, so that a branch not
    /// taken may be undefined.
    fn backward(&self, from: u32, workspace: &mut Workspace, gradient: &mut [f64]) {
        gradient.fill(0.0);
        let end = from as usize + 1;
        let values = &workspace.values;
        let adjoints = &mut workspace.adjoints[..end];
        adjoints.fill(0.0);
        adjoints[from as usize] = 1.0;
        for at in (0..end).rev() {
            let weight = adjoints[at];
            if weight == 0.0 {
                continue;
            }
            let mut add = |operand: u32, slope: f64| {
                if slope != 0.0 {
                    adjoints[operand as usize] += weight * slope;
                }
            };
            match self.steps[at] {
                Step::Constant(_) => {}
                Step::Input(input) => gradient[input as usize] += weight,
                Step::Unary(function, x) => {
                    add(x, function.derivative(values[x as usize], values[at]));
                }
                Step::Binary(function, x, y) => {
                    let (by_x, by_y) =
                        function.derivatives(values[x as usize], values[y as usize], values[at]);
                    add(x, by_x);
                    add(y, by_y);
                }
                Step::Select(condition, yes, no) => {
                    add(
                        if values[condition as usize] == 0.0 {
                            no
                        } else {
                            yes
                        },
                        1.0,
                    );
                }
                Step::Piecewise(table, x) => add(
                    x,
                    self.tables[table as usize].evaluate(values[x as usize]).1,
                ),
            }
        }
    }

    /// Calls `corner` with the values of one input at which the expression may have a corner, as far as they can be seen
    /// from its form: comparisons of the input with a constant, and tables, steps and ramps of the input or of the input
    /// less a constant.
    pub fn corners(&self, input: usize, mut corner: impl FnMut(f64)) {
        for step in &self.steps {
            match *step {
                Step::Unary(function, x) if function.has_corner_at_zero() => {
                    if let Some(offset) = self.offset(x, input) {
                        corner(-offset);
                    }
                }
                Step::Binary(function, x, y) if function.has_corner_at_equality() => {
                    let constant = |at: u32| match self.steps.get(at as usize) {
                        Some(Step::Constant(value)) => Some(*value),
                        _ => None,
                    };
                    let found = self
                        .offset(x, input)
                        .zip(constant(y))
                        .or(self.offset(y, input).zip(constant(x)));
                    if let Some((offset, level)) = found {
                        corner(level - offset);
                    }
                }
                Step::Piecewise(table, x) => {
                    if let (Some(offset), Some(table)) =
                        (self.offset(x, input), self.tables.get(table as usize))
                    {
                        table.corners().for_each(|at| corner(at - offset));
                    }
                }
                _ => {}
            }
        }
    }

    /// The constant that a step adds to an input, when that is all it does.
    fn offset(&self, step: u32, input: usize) -> Option<f64> {
        let kind = |at: u32| self.steps.get(at as usize).copied();
        match kind(step)? {
            Step::Input(found) => (found as usize == input).then_some(0.0),
            Step::Binary(function, x, y) => match (function, kind(x)?, kind(y)?) {
                (BinaryFunction::Add, Step::Input(found), Step::Constant(value))
                | (BinaryFunction::Add, Step::Constant(value), Step::Input(found)) => {
                    (found as usize == input).then_some(value)
                }
                (BinaryFunction::Subtract, Step::Input(found), Step::Constant(value)) => {
                    (found as usize == input).then_some(-value)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Drops the steps on which nothing depends.
    pub(super) fn prune(&mut self) {
        let mut used = vec![false; self.steps.len()];
        for root in std::iter::once(self.output).chain(self.derivatives.iter().copied()) {
            used[root as usize] = true;
        }
        for at in (0..self.steps.len()).rev() {
            if used[at] {
                self.steps[at].operands(|operand| used[*operand as usize] = true);
            }
        }
        let mut numbers = vec![0_u32; self.steps.len()];
        let mut count = 0;
        for (at, keep) in used.iter().enumerate() {
            numbers[at] = count;
            count += u32::from(*keep);
        }
        let mut at = 0..;
        self.steps
            .retain(|_| at.next().is_some_and(|at: usize| used[at]));
        for step in &mut self.steps {
            step.operands(|operand| *operand = numbers[*operand as usize]);
        }
        self.output = numbers[self.output as usize];
        for root in &mut self.derivatives {
            *root = numbers[*root as usize];
        }
    }
}

impl Step {
    fn operands(&mut self, mut visit: impl FnMut(&mut u32)) {
        match self {
            Self::Constant(_) | Self::Input(_) => {}
            Self::Unary(_, x) | Self::Piecewise(_, x) => visit(x),
            Self::Binary(_, x, y) => {
                visit(x);
                visit(y);
            }
            Self::Select(condition, yes, no) => {
                visit(condition);
                visit(yes);
                visit(no);
            }
        }
    }
}
