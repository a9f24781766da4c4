//! Digital-to-analog converters.

use ohmloom_peripherals::dac::{
    Accumulation, AnyDac, BitSerial, Capacitive, CurrentSteering, Dac, DacDescription, PulseWidth,
    R2r,
};
use ohmloom_peripherals::{Noise, Span};

use crate::support::{UNIT, bit_ports, bits_of_code, instance, simulate, staircase};

/// Sweeps all codes of a converter without memory.
fn sweep(dac: &AnyDac, terminals: &str, tolerance: f64) {
    let bits = dac.bits();
    let span = dac.span();
    let subcircuit = dac.subcircuit("dac").unwrap();
    let deck = format!(
        "all codes\n{subcircuit}\nvcode code 0 0\n{}vlow low 0 {:e}\nvhigh high 0 {:e}\nx1 {terminals} {} dac\n\
         .dc vcode 0 {} 1\n.options reltol=1e-7\n.end\n",
        bits_of_code(bits),
        span.low,
        span.high,
        bit_ports(bits),
        dac.largest_code()
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        let found = run.real("v(out)");
        assert_eq!(found.len(), 1 << bits);
        for (code, found) in found.iter().enumerate() {
            let expected = dac.level(code as u32, &mut silent);
            assert!(
                (found - expected).abs() < tolerance * span.width(),
                "{}: code {code}: {found} {expected}",
                run.simulator
            );
        }
    }
}

#[test]
fn r2r() {
    let range = Span {
        low: 0.1,
        high: 0.7,
    };
    let mut r2r = R2r::new(6, range, 1e4);
    r2r.resistor_mismatch = 0.05;
    r2r.switch_resistance = 300.0;
    r2r.load = Some(2e5);
    let dac = DacDescription::R2r(r2r).instance(&instance(1)).unwrap();
    sweep(&dac, "out low high", 1e-5);
}

#[test]
fn current_steering() {
    let range = Span {
        low: 0.1,
        high: 0.7,
    };
    let mut steering = CurrentSteering::new(6, range, 50.0);
    steering.unary_bits = 2;
    steering.unit_mismatch = 0.05;
    steering.unit_output_resistance = Some(1e5);
    let dac = DacDescription::CurrentSteering(steering)
        .instance(&instance(1))
        .unwrap();
    sweep(&dac, "out low", 1e-4);
}

#[test]
fn capacitive() {
    let mut capacitive = Capacitive::new(4, UNIT, 50e-15);
    capacitive.unit_mismatch = 0.05;
    capacitive.parasitic = 100e-15;
    let dac = DacDescription::Capacitive(capacitive)
        .instance(&instance(1))
        .unwrap();
    // For each code a reset with all bits at 0, then the code.
    let slot = 50e-9;
    let sources: String = (0..4)
        .map(|bit| {
            let levels = (0..16).flat_map(|code| [0.0, f64::from(code >> bit & 1)]);
            staircase(&format!("vb{bit} b{bit} 0"), levels, slot, 1e-9) + "\n"
        })
        .collect();
    let deck = format!(
        "all codes\n{}\nvlow low 0 0\nvhigh high 0 1\nvreset reset 0 pulse(1 0 40n 1n 1n 58n 100n)\n{sources}\
         x1 out low high reset {} dac\n.tran 1n 1.6u\n.options reltol=1e-6\n.end\n",
        dac.subcircuit("dac").unwrap(),
        bit_ports(4)
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        for code in 0..16 {
            let found = run.at("v(out)", (2.0 * f64::from(code) + 1.9) * slot);
            let expected = dac.level(code, &mut silent);
            assert!(
                (found - expected).abs() < 1e-3,
                "{}: code {code}: {found} {expected}",
                run.simulator
            );
        }
    }
}

#[test]
fn pulse_width() {
    let range = Span {
        low: 0.2,
        high: 0.8,
    };
    let mut pulse_width = PulseWidth::new(4, range, 1e-6);
    pulse_width.skew = 8e-9;
    pulse_width.amplitude_mismatch = 0.05;
    let dac = DacDescription::PulseWidth(pulse_width)
        .instance(&instance(1))
        .unwrap();
    let codes = [0_u32, 1, 6, 11, 15];
    let sources: String = (0..4)
        .map(|bit| {
            let levels = codes.map(|code| f64::from(code >> bit & 1));
            staircase(&format!("vb{bit} b{bit} 0"), levels, 1e-6, 1e-12) + "\n"
        })
        .collect();
    let deck = format!(
        "some codes\n{}\nvlow low 0 0.2\n{sources}x1 out low {} dac\n.tran 1n 5u 0 0.5n\n.end\n",
        dac.subcircuit("dac").unwrap(),
        bit_ports(4)
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        let (time, volts) = (run.scale(), run.real("v(out)"));
        for (index, &code) in codes.iter().enumerate() {
            let period = index as f64 * 1e-6..(index + 1) as f64 * 1e-6;
            let mut integral = 0.0;
            for point in 1..time.len() {
                if period.contains(&(0.5 * (time[point] + time[point - 1]))) {
                    let mean = 0.5 * (volts[point] + volts[point - 1]);
                    integral += mean * (time[point] - time[point - 1]);
                }
            }
            let (found, expected) = (integral / 1e-6, dac.level(code, &mut silent));
            assert!(
                (found - expected).abs() < 1e-3,
                "{}: code {code}: {found} {expected}",
                run.simulator
            );
        }
    }
}

#[test]
fn bit_serial() {
    let mut serial = BitSerial::new(4, UNIT);
    serial.accumulation = Accumulation::Analog;
    serial.capacitor_mismatch = 0.1;
    serial.amplitude_mismatch = 0.05;
    let dac = DacDescription::BitSerial(serial)
        .instance(&instance(2))
        .unwrap();
    let codes = [0_u32, 1, 5, 10, 15];
    let data = codes.iter().flat_map(|code| {
        // A slot for the reset, then the bits, least significant first.
        std::iter::once(0.0).chain((0..4).map(move |bit| f64::from(code >> bit & 1)))
    });
    let deck = format!(
        "some codes\n{}\nvlow low 0 0\n{}\nvload load 0 pulse(0 1 5n 1n 1n 38n 100n)\n\
         vshare share 0 pulse(0 1 52n 1n 1n 38n 100n)\nvreset reset 0 pulse(1 0 95n 1n 1n 404n 500n)\n\
         x1 out low data load share reset dac\n.tran 1n 2.5u\n.options reltol=1e-6\n.end\n",
        dac.subcircuit("dac").unwrap(),
        staircase("vdata data 0", data, 100e-9, 1e-9)
    );
    let mut silent = Noise::silent();
    for run in simulate(&deck) {
        for (index, &code) in codes.iter().enumerate() {
            let found = run.at("v(out)", (index as f64 + 0.99) * 500e-9);
            let expected = dac.level(code, &mut silent);
            assert!(
                (found - expected).abs() < 1e-3,
                "{}: code {code}: {found} {expected}",
                run.simulator
            );
        }
    }
}

#[test]
fn what_has_no_circuit() {
    let mut serial = BitSerial::new(4, UNIT);
    serial.accumulation = Accumulation::Digital;
    let dac = DacDescription::BitSerial(serial)
        .instance(&instance(0))
        .unwrap();
    let error = dac.subcircuit("dac").unwrap_err().to_string();
    assert!(error.contains("digital accumulation"));
    let r2r = R2r::new(4, UNIT, 1e4).instance(&instance(0)).unwrap();
    for name in ["", "1dac", "a b", "x;y"] {
        assert!(
            r2r.subcircuit(name)
                .unwrap_err()
                .to_string()
                .contains("name")
        );
    }
}
