//! A two-stage operational amplifier of twelve elements, and front ends made with it.
//!
//! An n-channel pair with a mirror, a p-channel common-source stage, Miller compensation with a zero-nulling resistor. Transistors are of level 1 with
//! round numbers of a 180 nm process; the supply is 1.8 V and the inputs rest near half of it.

use super::Subcircuit;
use crate::ConverterError;
use crate::error::Check;

/// Transistor models that the amplifier and the latch share.
pub(super) const TRANSISTORS: [&str; 2] = [
    ".model nch nmos level=1 vto=0.45 kp=300u lambda=0.1 gamma=0 phi=0.8 tox=4n cgso=0.3n cgdo=0.3n",
    ".model pch pmos level=1 vto=-0.45 kp=80u lambda=0.1 gamma=0 phi=0.8 tox=4n cgso=0.3n cgdo=0.3n",
];

/// Name of the amplifier inside of front ends.
const AMPLIFIER: &str = "opamp";

/// The amplifier. Ports: `plus`, `minus`, `out`, `vdd`.
///
/// # Errors
/// A name that is none.
pub fn two_stage_amplifier(name: &str) -> Result<Subcircuit, ConverterError> {
    let mut circuit = Subcircuit::new(name, &["plus", "minus", "out", "vdd"])?;
    for line in TRANSISTORS {
        circuit.line(line);
    }
    for line in [
        "ibias vdd bias dc 20u",
        "mbias bias bias 0 0 nch w=5u l=0.5u",
        "mtail tail bias 0 0 nch w=10u l=0.5u",
        "m1 mirror minus tail 0 nch w=10u l=0.5u",
        "m2 first plus tail 0 nch w=10u l=0.5u",
        "m3 mirror mirror vdd vdd pch w=10u l=0.5u",
        "m4 first mirror vdd vdd pch w=10u l=0.5u",
        "m6 out first vdd vdd pch w=50u l=0.5u",
        "m7 out bias 0 0 nch w=25u l=0.5u",
        "rzero first zero 800",
        "cmiller zero out 1p",
    ] {
        circuit.line(line);
    }
    Ok(circuit)
}

fn with_amplifier(name: &str, ports: &[&str]) -> Result<Subcircuit, ConverterError> {
    let mut circuit = Subcircuit::new(name, ports)?;
    circuit.line(two_stage_amplifier(AMPLIFIER)?);
    circuit.line(format_args!("xamplifier ref in out vdd {AMPLIFIER}"));
    Ok(circuit)
}

/// The amplifier with a feedback resistor, ohm. Ports: `in`, `out`, `ref`, `vdd`.
///
/// # Errors
/// A name that is none, a resistance that is not positive.
pub fn transimpedance_amplifier(
    name: &str,
    feedback_resistance: f64,
) -> Result<Subcircuit, ConverterError> {
    Check("transimpedance").positive("feedback_resistance", feedback_resistance)?;
    let mut circuit = with_amplifier(name, &["in", "out", "ref", "vdd"])?;
    circuit.line(format_args!("rfeedback in out {feedback_resistance:e}"));
    Ok(circuit)
}

/// The amplifier with a feedback capacitor, F. Ports: `in`, `out`, `ref`, `vdd`, and `reset`, which shorts the capacitor through 1 kohm.
///
/// # Errors
/// A name that is none, a capacitance that is not positive.
pub fn integrator(name: &str, capacitance: f64) -> Result<Subcircuit, ConverterError> {
    Check("integrator").positive("capacitance", capacitance)?;
    let mut circuit = with_amplifier(name, &["in", "out", "ref", "vdd", "reset"])?;
    circuit.switch_model("make", 0.5, 1e3);
    circuit.line(format_args!("cfeedback in out {capacitance:e}"));
    circuit.line("sreset in out reset 0 make");
    Ok(circuit)
}
