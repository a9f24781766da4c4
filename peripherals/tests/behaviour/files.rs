//! Descriptions as files hold them.

use ohmloom_peripherals::InstanceKey;
use ohmloom_peripherals::adc::AdcDescription;
use ohmloom_peripherals::dac::DacDescription;
use ohmloom_peripherals::front_ends::FrontEndDescription;

const ADCS: [&str; 7] = [
    "kind = 'ideal'\nbits = 8",
    "kind = 'sar'\nbits = 8\nrange = [0.0, 0.9]\nunit_mismatch = 0.01\nunit_capacitance = 1e-15\nsettling = 8.0\n\
     [comparator]\noffset_sigma = 1e-3\nnoise = 2e-4\ntime_constant = 1e-11\ndecision_time = 2e-10",
    "kind = 'flash'\nbits = 4\nresistor_mismatch = 0.01\nencoder = 'highest-one'",
    "kind = 'ramp'\nbits = 8\nclock = 1e8\ncurvature = 0.01\njitter = 1e-10",
    "kind = 'sigma-delta'\nbits = 8\namplifier_gain = 1000.0",
    "kind = 'oscillator'\nbits = 8\nfull_scale = 1e-5\nwindow = 1e-6\ndead_time = 1e-10",
    "kind = 'pipeline'\nbits = 8\ncyclic = true\ncapacitor_mismatch = 0.001",
];
const DACS: [&str; 6] = [
    "kind = 'ideal'\nbits = 8",
    "kind = 'r2r'\nbits = 8\nresistance = 1e4\nresistor_mismatch = 0.01\nload = 1e6",
    "kind = 'current-steering'\nbits = 8\nload = 50.0\nunary_bits = 3\nunit_output_resistance = 1e7",
    "kind = 'capacitive'\nbits = 8\nunit_capacitance = 1e-15\nparasitic = 1e-14\ntemperature = 300.0",
    "kind = 'pulse-width'\nbits = 8\nperiod = 1e-6\njitter = 1e-10",
    "kind = 'bit-serial'\nbits = 8\naccumulation = 'analog'\ncapacitor_mismatch = 0.01",
];
const FRONT_ENDS: [&str; 4] = [
    "kind = 'virtual-ground'\ntransresistance = 1e4",
    "kind = 'transimpedance'\nfeedback_resistance = 1e4\namplifier_gain = 1e3\nswing = [-1.0, 1.0]",
    "kind = 'integrator'\ncapacitance = 1e-12\ntime = 1e-7\nslew_rate = 1e8",
    "kind = 'sense-resistor'\nresistance = 1e3",
];

#[test]
fn every_description_builds_and_survives_a_round_trip() {
    let key = InstanceKey::default();
    for text in ADCS {
        let read: AdcDescription = toml::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        read.instance(&key).unwrap();
        assert!(text.contains(&format!("'{}'", read.kind())));
        let written = toml::to_string(&read).unwrap();
        assert_eq!(toml::from_str::<AdcDescription>(&written).unwrap(), read);
    }
    for text in DACS {
        let read: DacDescription = toml::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        read.instance(&key).unwrap();
        assert!(text.contains(&format!("'{}'", read.kind())));
        let written = toml::to_string(&read).unwrap();
        assert_eq!(toml::from_str::<DacDescription>(&written).unwrap(), read);
    }
    for text in FRONT_ENDS {
        let read: FrontEndDescription =
            toml::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        read.instance(&key).unwrap();
        let written = toml::to_string(&read).unwrap();
        assert_eq!(
            toml::from_str::<FrontEndDescription>(&written).unwrap(),
            read
        );
    }
}

#[test]
fn unknown_keys_and_kinds_are_errors() {
    for text in ADCS {
        let error = toml::from_str::<AdcDescription>(&format!("colour = 1\n{text}")).unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
    for text in DACS {
        let error = toml::from_str::<DacDescription>(&format!("colour = 1\n{text}")).unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
    let error = toml::from_str::<AdcDescription>("kind = 'sarr'\nbits = 8").unwrap_err();
    assert!(error.to_string().contains("sarr") && error.to_string().contains("sar"));
}

#[test]
fn values_out_of_range_are_named() {
    let key = InstanceKey::default();
    let adc = |text: &str| {
        let description: AdcDescription = toml::from_str(text).unwrap();
        description.instance(&key).unwrap_err().to_string()
    };
    assert_eq!(
        adc("kind = 'sar'\nbits = 17"),
        "sar: bits = 17 must be 1 to 16"
    );
    assert_eq!(
        adc("kind = 'sar'\nbits = 8\nunit_mismatch = -0.1"),
        "sar: unit_mismatch = -0.1 must be a relative deviation from 0 to 0.1"
    );
    assert_eq!(
        adc("kind = 'flash'\nbits = 4\nrange = [1.0, 1.0]"),
        "flash: range = [1, 1] must be two finite values, the first below the second by at least 1e-100"
    );
    assert!(adc("kind = 'ideal'\nbits = 4\nrange = [0.0, nan]").contains("NaN"));
    assert!(adc("kind = 'ramp'\nbits = 4\nclock = inf").contains("clock = inf"));
    assert!(
        adc("kind = 'sar'\nbits = 4\ncomparator = { noise = nan }").contains("comparator.noise")
    );
    let dac = |text: &str| {
        let description: DacDescription = toml::from_str(text).unwrap();
        description.instance(&key).unwrap_err().to_string()
    };
    assert!(dac("kind = 'r2r'\nbits = 4\nresistance = 0.0").contains("resistance = 0"));
    assert!(
        dac("kind = 'bit-serial'\nbits = 4\ncapacitor_mismatch = 0.01").contains("accumulation")
    );
    let front_end = |text: &str| {
        let description: FrontEndDescription = toml::from_str(text).unwrap();
        description.instance(&key).unwrap_err().to_string()
    };
    assert!(
        front_end("kind = 'transimpedance'\nfeedback_resistance = 1e4\namplifier_gain = 1e3\ntemperature = 300.0")
            .contains("gain_bandwidth")
    );
}
