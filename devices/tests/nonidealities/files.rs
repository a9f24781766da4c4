//! Lists in files: reading, writing, and what is refused.

use ohmloom_devices::nonidealities::{
    Nonidealities, Nonideality, NonidealityError, ProgrammedArray,
};

use crate::statistics::{RANGE, flat, instance};

const ALL: &str = r#"
[[nonideality]]
kind = "levels"
count = 65

[[nonideality]]
kind = "range-variation"
on_sigma = 0.1
off_sigma = 0.1
distribution = "outward"
of = "tile"

[[nonideality]]
kind = "device-to-device"
sigma = 0.1
distribution = "lognormal"

[[nonideality]]
kind = "cycle-to-cycle"
sigma = 0.02

[[nonideality]]
kind = "write-error"
relative = 0.03
polynomial = [0.01, 0.02]
clip = true

[[nonideality]]
kind = "stuck"
placement = { pattern = "share", on = 0.0125, off = 0.0125 }

[[nonideality]]
kind = "stuck"
placement = { pattern = "halves", share = 0.01 }

[[nonideality]]
kind = "stuck"
placement = { pattern = "map", cells = [{ row = 0, column = 1, state = "on" }] }
g_on = 2e-4

[[nonideality]]
kind = "stuck"
placement = { pattern = "clustered", on = 0.01, off = 0.02, length = 4, along = "column" }

[[nonideality]]
kind = "broken-lines"
open_rate = 1e-3
shorts = [{ side = "row", line = 0, position = 2 }]

[[nonideality]]
kind = "drift"
time = 3600
nu = 0.06
nu_sigma = 0.02

[[nonideality]]
kind = "retention"
time = 3600
tau = 1e7
law = "logarithmic"
beta = 0.05

[[nonideality]]
kind = "temperature"
temperature = 350
alpha_on = -1e-3

[[nonideality]]
kind = "pcm"
model = "nandakumar2019"
time = 1
drift = false

[[nonideality]]
kind = "thermal-noise"
voltage = 0.2
bandwidth = 1e7

[[nonideality]]
kind = "shot-noise"
voltage = 0.2
bandwidth = 1e7

[[nonideality]]
kind = "flicker-noise"
amplitude = 0.005
f_low = 1e-3
f_high = 1e7

[[nonideality]]
kind = "random-telegraph-noise"
amplitude = 0.1
duty = 0.5
cells = 0.2
"#;

#[test]
fn every_kind_is_read_written_and_applied() {
    let list: Nonidealities = toml::from_str(ALL).unwrap();
    assert_eq!(list.entries.len(), 18);
    let kinds: Vec<&str> = list.entries.iter().map(Nonideality::kind).collect();
    for line in ALL.lines().filter_map(|line| line.strip_prefix("kind = ")) {
        assert!(kinds.contains(&line.trim_matches('"')));
    }
    let again: Nonidealities = toml::from_str(&toml::to_string(&list).unwrap()).unwrap();
    assert_eq!(again, list);
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<Nonidealities>(&json).unwrap(), list);
    let mut array = flat(32, 48, 4e-5);
    let report = list.program(&mut array, &instance(2)).unwrap();
    assert_eq!(
        report
            .iter()
            .map(|applied| applied.kind)
            .collect::<Vec<_>>(),
        kinds
    );
    let mut first = vec![0.0; 32 * 48];
    list.read(&array, &instance(2), 0, &mut first).unwrap();
    // Bit for bit the same again, also in another thread.
    let other = std::thread::spawn(move || {
        let mut array = flat(32, 48, 4e-5);
        again.program(&mut array, &instance(2)).unwrap();
        let mut read = vec![0.0; 32 * 48];
        again.read(&array, &instance(2), 0, &mut read).unwrap();
        read
    });
    assert_eq!(other.join().unwrap(), first);
    assert_eq!(
        toml::from_str::<Nonidealities>("").unwrap(),
        Nonidealities::default()
    );
}

fn of(text: &str) -> Result<Nonidealities, String> {
    toml::from_str(&format!("[[nonideality]]\n{text}")).map_err(|error| error.to_string())
}

#[test]
fn unknown_words_are_refused() {
    for (text, word) in [
        ("kind = \"rust\"", "rust"),
        ("kind = \"levels\"\ncount = 4\ncolour = 1", "colour"),
        (
            "kind = \"device-to-device\"\nsigma = 0.1\ndistribution = \"cauchy\"",
            "cauchy",
        ),
        ("kind = \"device-to-device\"", "sigma"),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"independent\", on = 0.1, of = 0.1 }",
            "of",
        ),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"spiral\" }",
            "spiral",
        ),
        ("sigma = 1", "kind"),
    ] {
        let error = of(text).unwrap_err();
        assert!(error.contains(word), "{text}: {error}");
    }
    assert!(toml::from_str::<Nonidealities>("[[nonidealities]]\nkind = \"levels\"").is_err());
}

#[test]
fn values_out_of_range_are_named() {
    for (text, message) in [
        (
            "kind = \"device-to-device\"\nsigma = -0.1",
            "device-to-device: sigma = -0.1: must be finite and not negative",
        ),
        (
            "kind = \"device-to-device\"\nsigma = nan",
            "device-to-device: sigma = NaN",
        ),
        (
            "kind = \"device-to-device\"\nsigma = 7\ndistribution = \"lognormal\"",
            "device-to-device: sigma = 7: must not exceed 6",
        ),
        (
            "kind = \"range-variation\"\non_sigma = 2\noff_sigma = 0\ndistribution = \"outward\"",
            "range-variation: on_sigma = 2: must be between 0 and 1",
        ),
        (
            "kind = \"write-error\"\nabsolute = inf",
            "write-error: absolute = inf",
        ),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"halves\", share = 1.5 }",
            "stuck: share = 1.5: must be between 0 and 1",
        ),
        (
            "kind = \"levels\"\ncount = 1",
            "levels: count = 1: must be at least 2",
        ),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"independent\", on = 0.7, off = 0.7 }",
            "stuck: on + off = 1.4: must not exceed 1",
        ),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"clustered\", on = 0.9, length = 1, along = \"row\" }",
            "stuck: on + off = 0.9: is too large",
        ),
        (
            "kind = \"stuck\"\nplacement = { pattern = \"clustered\", on = 0.1, length = 0.5, along = \"row\" }",
            "stuck: length = 0.5",
        ),
        (
            "kind = \"stuck\"\ng_on = -1\nplacement = { pattern = \"count\" }",
            "stuck: g_on = -1",
        ),
        (
            "kind = \"broken-lines\"\nopen_rate = 1.5",
            "broken-lines: open_rate = 1.5",
        ),
        (
            "kind = \"drift\"\ntime = 0.5\nnu = 0.1",
            "drift: time = 0.5: must not be before reference_time",
        ),
        (
            "kind = \"retention\"\ntime = 1\ntau = 0",
            "retention: tau = 0",
        ),
        (
            "kind = \"temperature\"\ntemperature = -3",
            "temperature: temperature = -3",
        ),
        (
            "kind = \"pcm\"\nmodel = \"nandakumar2019\"\ntime = -1",
            "pcm: time = -1",
        ),
        (
            "kind = \"thermal-noise\"\nvoltage = 0\nbandwidth = 1",
            "thermal-noise: voltage = 0",
        ),
        (
            "kind = \"shot-noise\"\nvoltage = 1\nbandwidth = -1",
            "shot-noise: bandwidth = -1",
        ),
        (
            "kind = \"flicker-noise\"\namplitude = 1\nf_low = 2\nf_high = 1",
            "flicker-noise: f_high = 1: must not be below f_low",
        ),
        (
            "kind = \"random-telegraph-noise\"\namplitude = 2\nduty = 0.5",
            "random-telegraph-noise: amplitude = 2",
        ),
    ] {
        let list = of(text).unwrap();
        let error = list.validate().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("non-ideality 1: {message}")),
            "{text}: {error}"
        );
        assert!(list.program(&mut flat(2, 2, 1e-5), &instance(0)).is_err());
        assert!(
            list.read(&flat(2, 2, 1e-5), &instance(0), 0, &mut [0.0; 4])
                .is_err()
        );
    }
}

#[test]
fn impossible_arrays_are_refused() {
    let new = |g: Vec<f64>| ProgrammedArray::new(1, 2, g, RANGE);
    assert!(matches!(
        new(vec![0.0]),
        Err(NonidealityError::WrongLength {
            expected: 2,
            found: 1,
            ..
        })
    ));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            new(vec![0.0, bad]),
            Err(NonidealityError::BadConductance {
                row: 0,
                column: 1,
                ..
            })
        ));
    }
    let mut range = RANGE;
    range.g_min = 1.0;
    assert!(
        ProgrammedArray::new(1, 1, vec![0.0], range)
            .unwrap_err()
            .to_string()
            .contains("g_min = 1")
    );
    // A conductance that overflows is an error with its cell.
    let hot =
        of("kind = \"temperature\"\ntemperature = 1e308\nalpha_on = 10\nalpha_off = 10").unwrap();
    let error = hot
        .program(&mut flat(1, 1, 1e-5), &instance(0))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("non-ideality 1: conductance inf S at row 0, column 0"),
        "{error}"
    );
    let loud = of("kind = \"thermal-noise\"\nvoltage = 1e-300\nbandwidth = 1e300").unwrap();
    let read = loud.read(&flat(1, 4, 1e-5), &instance(0), 0, &mut [0.0; 4]);
    assert!(
        matches!(
            read,
            Err(NonidealityError::BadConductance {
                value: f64::INFINITY,
                ..
            })
        ),
        "{read:?}"
    );
}
