//! The `StrongARM` latch as a subcircuit.

use super::Subcircuit;
use super::operational_amplifier::TRANSISTORS;
use crate::ConverterError;
use crate::error::Check;

/// A clocked latch of eleven transistors with an input offset (V, added to `plus`) and a load at each output (F). Ports: `plus`, `minus`, `clock`, `up`,
/// `down`, `vdd`.
///
/// Both outputs are at `vdd` while the clock is low. After it rises, `down` falls if `plus` is above `minus`, else `up`.
///
/// # Errors
/// A name that is none, an offset that is not finite, a load that is not positive.
pub fn strongarm_latch(name: &str, offset: f64, load: f64) -> Result<Subcircuit, ConverterError> {
    let check = Check("latch");
    check.finite("offset", offset)?;
    check.positive("load", load)?;
    let ports = ["plus", "minus", "clock", "up", "down", "vdd"];
    let mut circuit = Subcircuit::new(name, &ports)?;
    for line in TRANSISTORS {
        circuit.line(line);
    }
    circuit.line(format_args!("voffset gate plus dc {offset:e}"));
    for line in [
        "mtail tail clock 0 0 nch w=8u l=0.18u",
        "m1 p gate tail 0 nch w=4u l=0.18u",
        "m2 q minus tail 0 nch w=4u l=0.18u",
        "m3 down up p 0 nch w=4u l=0.18u",
        "m4 up down q 0 nch w=4u l=0.18u",
        "m5 down up vdd vdd pch w=4u l=0.18u",
        "m6 up down vdd vdd pch w=4u l=0.18u",
        "m7 down clock vdd vdd pch w=4u l=0.18u",
        "m8 up clock vdd vdd pch w=4u l=0.18u",
        "m9 p clock vdd vdd pch w=4u l=0.18u",
        "m10 q clock vdd vdd pch w=4u l=0.18u",
    ] {
        circuit.line(line);
    }
    circuit.line(format_args!("cup up 0 {load:e}"));
    circuit.line(format_args!("cdown down 0 {load:e}"));
    Ok(circuit)
}
