//! A macro as one SPICE deck.

use std::fmt::{self, Write};

use ohmloom_peripherals::adc::Adc;
use ohmloom_peripherals::circuits::Subcircuit;
use ohmloom_peripherals::dac::{AnyDac, Dac};
use ohmloom_peripherals::front_ends::{AnyFrontEnd, FrontEndDescription};

use super::{ArrayMacro, MacroTiming, Sensed};
use crate::LayoutError;

/// Resistance of an open switch of the multiplexer, ohm.
const OPEN: f64 = 1e12;
/// Conductances on one line of the deck.
const ON_A_LINE: usize = 8;

impl ArrayMacro {
    /// The macro as a deck with a transient through one conversion after another, for these codes at the rows. [`Self::timing`] has its instants.
    ///
    /// Nodes: `d0`, `d1`, ... the DACs' outputs, `r0`, ... and `c0`, ... the ends of rows and columns, `f0`, ... the front ends' outputs, `adcin` the ADC's input, `code`
    /// its code in volts. `.meas` gives `code0`, `code1`, ... of the conversions and their inputs `input0`, ...; comments say what [`Self::read`] expects. The array is a YARRAY element, which
    /// other simulators do not have.
    ///
    /// # Errors
    /// As [`Self::read`]; converters that have no circuit.
    pub fn deck(&self, inputs: &[u32], sensed: &[Sensed]) -> Result<String, LayoutError> {
        let expected = self.read(inputs, sensed)?;
        let deck = Deck {
            array: self,
            timing: self.timing(),
            inputs,
            sensed,
            pairs: self.check(inputs, sensed)?,
            levels: self.row_voltages(inputs)?,
            parts: Parts::new(self)?,
        };
        let mut text = String::new();
        deck.write(&mut text, &expected.codes)
            .map_err(|_| LayoutError::BadMacro {
                reason: "the deck does not fit into memory".to_owned(),
            })?;
        Ok(text)
    }

    fn dac_circuit(&self, row: usize) -> Result<Option<Subcircuit>, LayoutError> {
        match &self.dacs[row] {
            AnyDac::Ideal(_) => Ok(None),
            dac => Ok(Some(dac.subcircuit(&format!("dac{row}"))?)),
        }
    }

    fn front_end_circuit(&self, column: usize) -> Result<Subcircuit, LayoutError> {
        let name = format!("frontend{column}");
        let circuit = match (&self.front_ends[column], &self.description.front_end) {
            (AnyFrontEnd::Transimpedance(amplifier), _) => amplifier.subcircuit(&name)?,
            (_, FrontEndDescription::VirtualGround(ground)) => ground.subcircuit(&name)?,
            (_, FrontEndDescription::SenseResistor(resistor)) => resistor.subcircuit(&name)?,
            (_, other) => {
                return Err(LayoutError::BadMacro {
                    reason: format!("a front end of the kind {} has no circuit", other.kind()),
                });
            }
        };
        Ok(circuit)
    }
}

/// The subcircuits. Instances that are alike share one, which has the number of the first of them.
struct Parts {
    /// None of ideal DACs.
    dacs: Vec<Subcircuit>,
    front_ends: Vec<Subcircuit>,
    adc: Subcircuit,
}

/// The first instance that is like this one.
fn first_alike<T: PartialEq>(instances: &[T], index: usize) -> usize {
    let this = &instances[index];
    let first = instances.iter().position(|other| other == this);
    first.unwrap_or(index)
}

/// The instances that are like none before them.
fn different<T: PartialEq>(instances: &[T]) -> impl Iterator<Item = usize> {
    (0..instances.len()).filter(|&index| first_alike(instances, index) == index)
}

impl Parts {
    fn new(array: &ArrayMacro) -> Result<Self, LayoutError> {
        let dacs = different(&array.dacs).filter_map(|row| array.dac_circuit(row).transpose());
        let timing = array.timing();
        Ok(Self {
            dacs: dacs.collect::<Result<_, _>>()?,
            front_ends: different(&array.front_ends)
                .map(|column| array.front_end_circuit(column))
                .collect::<Result<_, _>>()?,
            adc: array
                .adc
                .subcircuit_from("adc", timing.clock, timing.start)?,
        })
    }
}

struct Deck<'a> {
    array: &'a ArrayMacro,
    timing: MacroTiming,
    inputs: &'a [u32],
    sensed: &'a [Sensed],
    pairs: bool,
    /// Output of each DAC, V.
    levels: Vec<f64>,
    parts: Parts,
}

impl Deck<'_> {
    fn write(&self, text: &mut String, expected: &[u32]) -> fmt::Result {
        let description = &self.array.description;
        writeln!(
            text,
            "{} x {} macro: {} DACs, {} front ends, {}-bit SAR ADC",
            self.array.rows(),
            self.array.columns(),
            description.dac.kind(),
            description.front_end.kind(),
            self.array.adc.bits()
        )?;
        for (index, (sensed, code)) in self.sensed.iter().zip(expected).enumerate() {
            let what = match sensed {
                Sensed::Column(column) => format!("column {column}"),
                Sensed::Pair { positive, negative } => {
                    format!("column {positive} less column {negative}")
                }
            };
            writeln!(
                text,
                "* conversion {index}: {what}; behavioural models: code {code}"
            )?;
        }
        self.drivers(text)?;
        self.cells(text)?;
        self.front_ends(text)?;
        self.multiplexer(text)?;
        self.converter(text)?;
        let (clock, count) = (self.timing.clock, self.sensed.len());
        // A tenth of a period is short enough for edges and breakpoints to do the rest.
        writeln!(text, ".options reltol=1e-5 vntol=1e-7")?;
        let end = self.timing.end(count);
        writeln!(text, ".tran {:e} {end:e} 0 {:e}", 0.02 * clock, 0.1 * clock)?;
        writeln!(text, ".save v(adcin) v(code)")?;
        for index in 0..count {
            let (sampled, decided) = (self.timing.sampled(index), self.timing.decided(index));
            writeln!(text, ".meas tran input{index} find v(adcin) at={sampled:e}")?;
            writeln!(text, ".meas tran code{index} find v(code) at={decided:e}")?;
        }
        writeln!(text, ".end")
    }

    /// DACs, buffers and source resistances of the rows.
    fn drivers(&self, text: &mut String) -> fmt::Result {
        let array = self.array;
        let source = array.description.wires().source;
        let (step, edge) = (self.timing.step, self.timing.edge());
        let stepped = step + edge;
        if !self.parts.dacs.is_empty() {
            let span = array.dacs[0].span();
            writeln!(text, "vone one 0 pwl(0 0 {step:e} 0 {stepped:e} 1)")?;
            writeln!(text, "vlow low 0 dc {:e}", span.low)?;
            writeln!(text, "vhigh high 0 dc {:e}", span.high)?;
        }
        if let AnyDac::Capacitive(_) = array.dacs[0] {
            let (from, to) = (0.5 * step, 0.5 * step + edge);
            writeln!(text, "vreset reset 0 pwl(0 1 {from:e} 1 {to:e} 0)")?;
        }
        for circuit in &self.parts.dacs {
            writeln!(text, "{circuit}")?;
        }
        for (row, (dac, &code)) in array.dacs.iter().zip(self.inputs).enumerate() {
            let terminals = match dac {
                AnyDac::CurrentSteering(_) => "low",
                AnyDac::Capacitive(_) => "low high reset",
                _ => "low high",
            };
            if let AnyDac::Ideal(_) = dac {
                let (low, level) = (dac.span().low, self.levels[row]);
                writeln!(
                    text,
                    "vdac{row} d{row} 0 pwl(0 {low:e} {step:e} {low:e} {stepped:e} {level:e})"
                )?;
            } else {
                write!(text, "xdac{row} d{row} {terminals}")?;
                for bit in 0..dac.bits() {
                    let signal = if code >> bit & 1 == 1 { "one" } else { "0" };
                    write!(text, " {signal}")?;
                }
                writeln!(text, " dac{}", first_alike(&array.dacs, row))?;
            }
            if source > 0.0 {
                writeln!(text, "ebuffer{row} b{row} 0 d{row} 0 1")?;
                writeln!(text, "rsource{row} b{row} r{row} {source:e}")?;
            } else {
                writeln!(text, "ebuffer{row} r{row} 0 d{row} 0 1")?;
            }
        }
        Ok(())
    }

    /// The array.
    fn cells(&self, text: &mut String) -> fmt::Result {
        let array = self.array;
        let (wires, capacitance) = (array.description.wires(), array.description.capacitance());
        writeln!(
            text,
            ".model cells array rrow={:e} rcolumn={:e} crow={:e} ccolumn={:e}",
            wires.row, wires.column, capacitance.row, capacitance.column
        )?;
        writeln!(
            text,
            "yarray array rows=(r[0:{}]) columns=(c[0:{}]) cells",
            array.rows() - 1,
            array.columns() - 1
        )?;
        write!(text, "+ gcells=(")?;
        for row in array.conductance.chunks(array.columns()) {
            for part in row.chunks(ON_A_LINE) {
                write!(text, "\n+")?;
                for siemens in part {
                    write!(text, " {siemens:e}")?;
                }
            }
        }
        writeln!(text, ")")
    }

    /// Sink resistances and front ends of the columns.
    fn front_ends(&self, text: &mut String) -> fmt::Result {
        let sink = self.array.description.wires().sink;
        for circuit in &self.parts.front_ends {
            writeln!(text, "{circuit}")?;
        }
        for (column, front_end) in self.array.front_ends.iter().enumerate() {
            // A sense resistor's input is its output.
            let resistor = matches!(front_end, AnyFrontEnd::SenseResistor(_));
            let output = format!("f{column}");
            let input = match (sink > 0.0, resistor) {
                (false, false) => format!("c{column}"),
                (true, false) => format!("s{column}"),
                (_, true) => output.clone(),
            };
            if sink > 0.0 {
                writeln!(text, "rsink{column} c{column} {input} {sink:e}")?;
            } else if resistor {
                writeln!(text, "rsink{column} c{column} {input} 0")?;
            }
            let other = if resistor { "0" } else { &output };
            let circuit = first_alike(&self.array.front_ends, column);
            writeln!(text, "xfrontend{column} {input} {other} frontend{circuit}")?;
        }
        Ok(())
    }

    /// Switches from the front ends to the ADC, and the subtraction of pairs.
    fn multiplexer(&self, text: &mut String) -> fmt::Result {
        writeln!(
            text,
            ".model multiplexer sw vt=0.5 vh=0 ron={:e} roff={OPEN:e}",
            self.array.description.multiplexer_resistance
        )?;
        let (edge, last) = (self.timing.edge(), self.sensed.len() - 1);
        for (index, sensed) in self.sensed.iter().enumerate() {
            let (from, to) = (self.timing.selected(index), self.timing.selected(index + 1));
            write!(text, "vselect{index} select{index} 0 ")?;
            // The first column is connected from the beginning, the last one to the end; each leaves before the next one comes.
            match (index == 0, index == last) {
                (true, true) => writeln!(text, "dc 1")?,
                (true, false) => writeln!(text, "pwl(0 1 {:e} 1 {to:e} 0)", to - edge)?,
                (false, true) => writeln!(text, "pwl(0 0 {from:e} 0 {:e} 1)", from + edge)?,
                (false, false) => writeln!(
                    text,
                    "pwl(0 0 {from:e} 0 {:e} 1 {:e} 1 {to:e} 0)",
                    from + edge,
                    to - edge
                )?,
            }
            match *sensed {
                Sensed::Column(column) => writeln!(
                    text,
                    "sselect{index} f{column} adcin select{index} 0 multiplexer"
                )?,
                Sensed::Pair { positive, negative } => {
                    for (name, column) in [("positive", positive), ("negative", negative)] {
                        writeln!(
                            text,
                            "s{name}{index} f{column} {name} select{index} 0 multiplexer"
                        )?;
                    }
                }
            }
        }
        if self.pairs {
            writeln!(text, "vmiddle middle 0 dc {:e}", self.array.middle())?;
            writeln!(text, "edifference adcin middle negative positive 1")?;
        }
        Ok(())
    }

    /// The ADC.
    fn converter(&self, text: &mut String) -> fmt::Result {
        let span = self.array.adc.span();
        writeln!(text, "{}", self.parts.adc)?;
        writeln!(text, "vadclow adclow 0 dc {:e}", span.low)?;
        writeln!(text, "vadchigh adchigh 0 dc {:e}", span.high)?;
        write!(text, "xadc adcin adclow adchigh code")?;
        for bit in 0..self.array.adc.bits() {
            write!(text, " bit{bit}")?;
        }
        writeln!(text, " adc")
    }
}
