//! A macro with its mismatch, and what the behavioural models make of it.

use ohmloom_peripherals::adc::{Adc, SarAdc};
use ohmloom_peripherals::dac::{AnyDac, Dac};
use ohmloom_peripherals::front_ends::{AnyFrontEnd, FrontEnd, InputPort};
use ohmloom_peripherals::{InstanceKey, Noise};
use ohmloom_solver::line_grid::{ArraySolver, End, LineGrid, Lines, SolveOptions};

use super::{MacroDescription, MacroTiming};
use crate::LayoutError;

/// What one conversion is of; columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensed {
    /// The output of one column's front end.
    Column(usize),
    /// The positive column's current less the negative one's: its front end's output is subtracted from the negative column's, around the middle of the
    /// ADC's range.
    Pair {
        /// The positive column.
        positive: usize,
        /// The negative column.
        negative: usize,
    },
}

/// An array with its converters, each with its own mismatch.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayMacro {
    pub(super) description: MacroDescription,
    pub(super) conductance: Vec<f64>,
    pub(super) dacs: Vec<AnyDac>,
    pub(super) front_ends: Vec<AnyFrontEnd>,
    pub(super) ports: Vec<InputPort>,
    pub(super) adc: SarAdc,
}

/// What a macro reads, without noise.
#[derive(Debug, Clone, PartialEq)]
pub struct MacroReading {
    /// Current of each column into its front end, A.
    pub column_currents: Vec<f64>,
    /// Output of each column's front end, V.
    pub front_end_voltages: Vec<f64>,
    /// Input of the ADC in each conversion, V.
    pub converter_inputs: Vec<f64>,
    /// Code of each conversion.
    pub codes: Vec<u32>,
}

impl ArrayMacro {
    /// A macro of `rows x columns` cells of these conductances (row-major, S; 0: no cell), with the mismatch of `key`: DACs are counted by row, front ends by
    /// column, whatever the key's index.
    ///
    /// # Errors
    /// A description that makes no sense; a wrong number of conductances, or one that is negative or not finite.
    pub fn new(
        description: &MacroDescription,
        (rows, columns): (usize, usize),
        conductance: Vec<f64>,
        key: &InstanceKey,
    ) -> Result<Self, LayoutError> {
        description.validate()?;
        let of = |index: usize| InstanceKey {
            index: index as u32,
            ..*key
        };
        let array = Self {
            description: description.clone(),
            conductance,
            dacs: (0..rows)
                .map(|row| description.dac.instance(&of(row)))
                .collect::<Result<_, _>>()?,
            front_ends: (0..columns)
                .map(|column| description.front_end.instance(&of(column)))
                .collect::<Result<_, _>>()?,
            ports: Vec::new(),
            adc: description.sar()?.instance(&of(0))?,
        };
        let ports = array.front_ends.iter().filter_map(AnyFrontEnd::input_port);
        let array = Self {
            ports: ports.collect(),
            ..array
        };
        array.grid()?;
        Ok(array)
    }

    /// Rows of the array.
    pub fn rows(&self) -> usize {
        self.dacs.len()
    }

    /// Columns of the array.
    pub fn columns(&self) -> usize {
        self.front_ends.len()
    }

    /// One step of the ADC, V.
    pub fn step(&self) -> f64 {
        self.adc.step()
    }

    /// The instants of its transient.
    pub fn timing(&self) -> MacroTiming {
        MacroTiming::new(&self.description, self.adc.clocks())
    }

    /// The array between the rows' buffers and the front ends' inputs; all are drives, so that front ends may rest at any potential.
    fn grid(&self) -> Result<LineGrid, LayoutError> {
        let wires = self.description.wires();
        let rows = Lines::alike(
            self.rows(),
            wires.row,
            End::Driven(wires.source),
            End::Floating,
        );
        let mut columns = Lines::alike(
            self.columns(),
            wires.column,
            End::Floating,
            End::Driven(wires.sink),
        );
        for (end, port) in columns.end.iter_mut().zip(&self.ports) {
            *end = End::Driven(wires.sink + port.resistance);
        }
        let conductance = self.conductance.clone();
        LineGrid::new(self.rows(), self.columns(), conductance, rows, columns)
            .map_err(LayoutError::Array)
    }

    /// Checks the codes of the rows and what is sensed; whether pairs are.
    pub(super) fn check(&self, inputs: &[u32], sensed: &[Sensed]) -> Result<bool, LayoutError> {
        let wrong = |reason: String| Err(LayoutError::BadMacro { reason });
        if inputs.len() != self.rows() {
            return wrong(format!("{} inputs for {} rows", inputs.len(), self.rows()));
        }
        if sensed.is_empty() {
            return wrong("nothing is sensed".to_owned());
        }
        for (index, sensed) in sensed.iter().enumerate() {
            let columns = match *sensed {
                Sensed::Column(column) => [column; 2],
                Sensed::Pair { positive, negative } if positive == negative => {
                    return wrong(format!(
                        "conversion {index} is of column {positive} less itself"
                    ));
                }
                Sensed::Pair { positive, negative } => [positive, negative],
            };
            if let Some(column) = columns.into_iter().find(|&column| column >= self.columns()) {
                return wrong(format!(
                    "conversion {index} is of column {column}: there are {}, counted from 0",
                    self.columns()
                ));
            }
        }
        let pairs = |sensed: &Sensed| matches!(sensed, Sensed::Pair { .. });
        let first = pairs(&sensed[0]);
        if sensed.iter().any(|sensed| pairs(sensed) != first) {
            return wrong("either columns are sensed or pairs, not both".to_owned());
        }
        Ok(first)
    }

    /// Output of each row's DAC, V.
    pub(super) fn row_voltages(&self, inputs: &[u32]) -> Result<Vec<f64>, LayoutError> {
        let mut volts = vec![0.0; self.rows()];
        for (dac, (input, volt)) in self
            .dacs
            .iter()
            .zip(inputs.chunks(1).zip(volts.chunks_mut(1)))
        {
            dac.convert(input, volt, &mut Noise::silent())?;
        }
        Ok(volts)
    }

    /// Middle of the ADC's range, around which pairs are sensed, V.
    pub(super) fn middle(&self) -> f64 {
        let span = self.adc.span();
        span.low + 0.5 * span.width()
    }

    /// What the behavioural models give for these codes at the rows, after everything has settled: the DACs' levels through the exact solution of the array
    /// with the front ends' inputs as its terminals, the front ends, the ADC.
    ///
    /// # Errors
    /// Inputs or columns that the macro does not have; an array without a solution.
    pub fn read(&self, inputs: &[u32], sensed: &[Sensed]) -> Result<MacroReading, LayoutError> {
        self.check(inputs, sensed)?;
        let mut drives = self.row_voltages(inputs)?;
        drives.extend(self.ports.iter().map(|port| port.potential));
        let grid = self.grid()?;
        let solution = ArraySolver::new(&grid, SolveOptions::default())
            .and_then(|solver| solver.solve(&drives))
            .map_err(LayoutError::Array)?;
        // What flows into a front end is what its terminal does not deliver.
        let delivered = &solution.drive_currents[self.rows()..];
        let column_currents: Vec<f64> = delivered.iter().map(|current| -current).collect();
        let mut silent = Noise::silent();
        let front_ends = self.front_ends.iter().zip(&column_currents);
        let front_end_voltages: Vec<f64> = front_ends
            .map(|(front_end, &current)| front_end.voltage(current, &mut silent))
            .collect();
        let converter_inputs: Vec<f64> = (sensed.iter())
            .map(|sensed| match *sensed {
                Sensed::Column(column) => front_end_voltages[column],
                Sensed::Pair { positive, negative } => {
                    self.middle() + front_end_voltages[negative] - front_end_voltages[positive]
                }
            })
            .collect();
        let mut codes = vec![0; sensed.len()];
        self.adc
            .convert(&converter_inputs, &mut codes, &mut silent)?;
        Ok(MacroReading {
            column_currents,
            front_end_voltages,
            converter_inputs,
            codes,
        })
    }
}
