//! Converters with errors, front ends, inputs in slices and managed ranges around tiles.

use nalgebra::{DMatrix, DVector};
use ohmloom_layouts::{Converters, MappedMatrix, SignalPath, SignalRange, TileSettings};
use ohmloom_peripherals::{ConverterSettings, InstanceKey, RangePolicy, Resolution};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 7;
const READ: f64 = 0.2;

fn random(count: usize, low: f64, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(low..1.0)).collect()
}

fn path(text: &str) -> SignalPath {
    toml::from_str(text).unwrap()
}

fn bits(bits: u32) -> ConverterSettings {
    ConverterSettings {
        bits: Resolution::Bits(bits),
        ..ConverterSettings::default()
    }
}

/// A matrix of 12 outputs and 20 inputs on tiles of 8 x 10, six of them.
struct Case {
    mapped: MappedMatrix,
    inputs: Vec<f64>,
    range: SignalRange,
}

const OUTPUTS: usize = 12;
const INPUTS: usize = 20;

impl Case {
    fn new(low: f64, path: &SignalPath) -> Self {
        let mut settings = TileSettings {
            rows: 8,
            columns: 10,
            ..TileSettings::default()
        };
        if let Some(front_end) = &path.front_end {
            settings = settings.with_sensors(front_end.input_resistance());
        }
        let weights = random(OUTPUTS * INPUTS, -1.0, 1);
        let mut mapped = MappedMatrix::new(&weights, OUTPUTS, INPUTS, &settings).unwrap();
        match &path.front_end {
            None => mapped.solve(),
            Some(front_end) => mapped.solve_with_sensors(front_end, SEED),
        }
        .unwrap();
        let inputs = random(40 * INPUTS, low, 2);
        let range = mapped.observe(&inputs, None).unwrap();
        Self {
            mapped,
            inputs,
            range,
        }
    }

    fn converters(
        &self,
        dac: ConverterSettings,
        adc: ConverterSettings,
        path: &SignalPath,
    ) -> Converters {
        let uniform = Converters::new(dac, adc, READ, &self.range);
        uniform
            .with_path(path, SEED, &self.mapped, &self.range)
            .unwrap()
    }

    fn multiply(&self, converters: &Converters) -> Vec<f64> {
        let mut out = vec![f64::NAN; 40 * OUTPUTS];
        self.mapped
            .multiply(&self.inputs, converters, &mut out)
            .unwrap();
        out
    }
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .fold(0.0, |worst: f64, (a, b)| worst.max((a - b).abs()))
}

fn rms_difference(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (squares / a.len() as f64).sqrt()
}

#[test]
fn models_without_errors_are_uniform_quantisers() {
    for (low, dac) in [
        (0.0, "kind = 'ideal'\nbits = 6\nrange = [0.3, 0.9]"),
        (
            -1.0,
            "kind = 'r2r'\nbits = 6\nrange = [-0.2, 0.2]\nresistance = 1e4",
        ),
        (0.0, "kind = 'pulse-width'\nbits = 6\nperiod = 1e-8"),
    ] {
        let models = path(&format!(
            "outputs_per_adc = 2\n[dac]\n{dac}\n[adc]\nkind = 'sar'\nbits = 7\nrange = [0.1, 0.8]\n[front_end]\nkind = 'virtual-ground'\ntransresistance = 1e3"
        ));
        models.validate(Some(6), Some(7)).unwrap();
        let case = Case::new(low, &models);
        let uniform = case.multiply(&case.converters(bits(6), bits(7), &SignalPath::default()));
        let modelled = case.multiply(&case.converters(bits(6), bits(7), &models));
        let scale = uniform.iter().fold(0.0, |a: f64, y| a.max(y.abs()));
        assert!(scale > 0.5);
        assert!(
            largest_difference(&uniform, &modelled) < 1e-12 * scale,
            "{dac}"
        );
    }
}

#[test]
fn digits_of_inputs_add_up_to_the_whole() {
    for (low, dac_bits) in [(0.0, 6), (-1.0, 7)] {
        let plain = SignalPath::default();
        let case = Case::new(low, &plain);
        let whole =
            case.multiply(&case.converters(bits(dac_bits), ConverterSettings::ideal(), &plain));
        for slice in [1, 2, 4, 5] {
            for model in ["", &format!("[dac]\nkind = 'ideal'\nbits = {slice}")] {
                let sliced = path(&format!("input_slice_bits = {slice}\n{model}"));
                sliced.validate(Some(dac_bits), None).unwrap();
                let converters =
                    case.converters(bits(dac_bits), ConverterSettings::ideal(), &sliced);
                let difference = largest_difference(&whole, &case.multiply(&converters));
                assert!(difference < 1e-12, "{slice} {difference:e}");
            }
        }
    }
}

#[test]
fn currents_of_digits_have_a_range_of_their_own() {
    let sliced = path("input_slice_bits = 1");
    let case = Case::new(0.0, &sliced);
    let first = case.converters(bits(6), bits(10), &sliced);
    let range = case.mapped.observe(&case.inputs, Some(&first)).unwrap();
    // A bit of an input is the full voltage or none, so that the currents are larger than those of the values in between.
    assert!(range.current.mean_square() > 1.3 * case.range.current.mean_square());
    let converters = Converters::new(bits(6), bits(10), READ, &range)
        .with_path(&sliced, SEED, &case.mapped, &range)
        .unwrap();
    let whole = case.converters(bits(6), ConverterSettings::ideal(), &SignalPath::default());
    let error = rms_difference(&case.multiply(&converters), &case.multiply(&whole));
    // Six reads of steps of largest / 511, uniform errors, weighed by 2^k, on three tiles.
    let step = range.current.largest() / 511.0;
    let weights: f64 = (0..6).map(|k| f64::from(1 << (2 * k))).sum::<f64>() / (63.0 * 63.0);
    let weight_per_siemens = 1.0 / (1e-4 - 1e-5)
        * random(OUTPUTS * INPUTS, -1.0, 1)
            .iter()
            .fold(0.0, |a: f64, w| a.max(w.abs()));
    let expected = step * weight_per_siemens * (3.0 * weights / 12.0).sqrt();
    assert!(
        (error / expected - 1.0).abs() < 0.15,
        "{error:e} {expected:e}"
    );
}

#[test]
fn mismatch_belongs_to_the_converter_and_noise_to_the_vector() {
    let text = "outputs_per_adc = 5\n[adc]\nkind = 'sar'\nbits = 8\nunit_mismatch = 0.02\ncomparator = { noise = 2e-3, offset_sigma = 3e-3 }\n[dac]\nkind = 'current-steering'\nbits = 6\nunit_mismatch = 0.02\nload = 1e3";
    let noisy = path(text);
    let case = Case::new(0.0, &noisy);
    let converters = case.converters(bits(6), bits(8), &noisy);
    let all = case.multiply(&converters);
    let mut parts = vec![f64::NAN; all.len()];
    for (first, count) in [(0, 1), (1, 12), (13, 27)] {
        case.mapped
            .multiply(
                &case.inputs[first * INPUTS..(first + count) * INPUTS],
                &converters.from_vector(first as u64),
                &mut parts[first * OUTPUTS..(first + count) * OUTPUTS],
            )
            .unwrap();
    }
    assert_eq!(all, parts);
    let uniform = case.multiply(&case.converters(bits(6), bits(8), &SignalPath::default()));
    assert!(rms_difference(&all, &uniform) > 0.002);
    // Other vectors, other noise: the same inputs as other vectors.
    let mut later = vec![f64::NAN; all.len()];
    case.mapped
        .multiply(&case.inputs, &converters.from_vector(1 << 33), &mut later)
        .unwrap();
    assert!(largest_difference(&all, &later) > 0.0);
}

#[test]
fn tiles_with_their_own_ranges_have_smaller_steps() {
    // The last rows of tiles have four of eight rows in use, and so smaller currents.
    let (plain, own) = (SignalPath::default(), path("range_per_tile = true"));
    let case = Case::new(0.0, &plain);
    let ideal = ConverterSettings::ideal();
    let exact = case.multiply(&case.converters(ideal, ideal, &plain));
    let error = |path| {
        rms_difference(
            &case.multiply(&case.converters(ideal, bits(6), path)),
            &exact,
        )
    };
    // Errors are uniform over a step of each of the three tiles that an output is on.
    let volts = READ / case.range.input.largest();
    let steps = |full_scale: &dyn Fn(usize) -> f64| -> f64 {
        let squares: f64 = (0..case.mapped.tiles().len())
            .map(|tile| {
                let outputs = case.mapped.tiles()[tile].1.outputs() as f64;
                outputs * (volts * full_scale(tile) / 31.0).powi(2) / 12.0
            })
            .sum();
        (squares / OUTPUTS as f64).sqrt()
    };
    let (common, single) = (
        steps(&|_| case.range.current.largest()),
        steps(&|tile| case.range.tiles[tile][0].largest()),
    );
    let ratio = error(&own) / error(&plain);
    assert!(
        (ratio / (single / common) - 1.0).abs() < 0.1,
        "{ratio} {}",
        single / common
    );
    assert!(ratio < 0.95, "{ratio}");
}

#[test]
fn ranges_are_managed_by_halving_the_voltages() {
    let plain = SignalPath::default();
    let case = Case::new(0.0, &plain);
    let exact = case.multiply(&case.converters(
        ConverterSettings::ideal(),
        ConverterSettings::ideal(),
        &plain,
    ));
    let narrow = ConverterSettings {
        range: RangePolicy::Fixed,
        full_scale: Some(READ * case.range.current.largest() / case.range.input.largest() / 3.0),
        ..bits(12)
    };
    let error = |halvings: u32| {
        let path = path(&format!("halvings = {halvings}"));
        let converters = case.converters(ConverterSettings::ideal(), narrow, &path);
        largest_difference(&case.multiply(&converters), &exact)
    };
    let errors = [0, 1, 2, 5].map(error);
    // Currents up to three times the range: two halvings fit them all into it.
    assert!(
        errors[0] > 0.1 && errors[1] < errors[0] && errors[2] < 0.02,
        "{errors:?}"
    );
    assert_eq!(errors[2], errors[3]);
}

/// The outputs of one tile with transimpedance amplifiers, from Kirchhoff's laws at all nodes and the amplifiers' equations.
fn amplified(case: &Case, tile: usize, volts: &[f64], r: f64, a: f64, sigma: f64) -> Vec<f64> {
    let (_, placed) = &case.mapped.tiles()[tile];
    let grid = placed.grid();
    let (rows, columns) = (grid.rows(), grid.columns());
    let nodes = 2 * rows * columns;
    // Row nodes, column nodes, amplifiers' inputs, amplifiers' outputs.
    let (input, output) = (nodes, nodes + columns);
    let size = nodes + 2 * columns;
    let (mut matrix, mut right) = (
        DMatrix::<f64>::zeros(size, size),
        DVector::<f64>::zeros(size),
    );
    let mut branch = |i: usize, j: usize, g: f64| {
        matrix[(i, i)] += g;
        matrix[(j, j)] += g;
        matrix[(i, j)] -= g;
        matrix[(j, i)] -= g;
    };
    let row_node = |row: usize, column: usize| row * columns + column;
    let column_node = |row: usize, column: usize| rows * columns + row * columns + column;
    for row in 0..rows {
        for column in 0..columns {
            let cell = grid.conductance()[row * columns + column];
            branch(row_node(row, column), column_node(row, column), cell);
            if column + 1 < columns {
                branch(row_node(row, column), row_node(row, column + 1), 1.0);
            }
            if row + 1 < rows {
                branch(column_node(row, column), column_node(row + 1, column), 1.0);
            }
        }
    }
    for column in 0..columns {
        // The wire of 1 ohm without the amplifier's resistance.
        branch(column_node(rows - 1, column), input + column, 1.0);
        branch(input + column, output + column, 1.0 / r);
    }
    for row in 0..rows {
        // Sources of 1 ohm at the rows.
        matrix[(row_node(row, 0), row_node(row, 0))] += 1.0;
        right[row_node(row, 0)] += volts[row];
    }
    for column in 0..columns {
        // An output obeys its amplifier and no Kirchhoff law: A (offset - input) = output.
        let key = InstanceKey {
            seed: SEED,
            trial: 0,
            tile: case.mapped.tiles()[tile].0.number,
            index: column as u32,
        };
        let front_end: SignalPath = path(&amplifier(r, a, sigma));
        let terminal = front_end.front_end.unwrap().at_column(&key, 0.0).unwrap();
        let offset = terminal.potential * (1.0 + a) / a;
        matrix.row_mut(output + column).fill(0.0);
        matrix[(output + column, output + column)] = 1.0;
        matrix[(output + column, input + column)] = a;
        right[output + column] = a * offset;
    }
    let solution = matrix.lu().solve(&right).unwrap();
    (0..placed.outputs())
        .map(|pair| (solution[output + 2 * pair + 1] - solution[output + 2 * pair]) / r)
        .collect()
}

fn amplifier(r: f64, a: f64, sigma: f64) -> String {
    format!(
        "[front_end]\nkind = 'transimpedance'\nfeedback_resistance = {r:e}\namplifier_gain = {a:e}\noffset_sigma = {sigma:e}"
    )
}

#[test]
fn amplifiers_act_on_the_array_as_kirchhoff_says() {
    let (r, a, sigma) = (5e3, 60.0, 2e-3);
    let path = path(&amplifier(r, a, sigma));
    path.validate(None, None).unwrap();
    let case = Case::new(0.0, &path);
    let ideal = ConverterSettings::ideal();
    let converters = case.converters(ideal, ideal, &path);
    let found = case.multiply(&converters);
    let vector = &case.inputs[..INPUTS];
    let mut expected = vec![0.0; OUTPUTS];
    let weights = random(OUTPUTS * INPUTS, -1.0, 1);
    let heaviest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
    for (index, (position, tile)) in case.mapped.tiles().iter().enumerate() {
        let volts = case.mapped.tile_voltages(index, vector, &converters);
        let mut rows = vec![0.0; tile.grid().rows() - tile.used_rows()];
        rows.extend_from_slice(&volts);
        let currents = amplified(&case, index, &rows, r, a, sigma);
        let per_ampere = heaviest / (1e-4 - 1e-5) * case.range.input.largest() / READ;
        for (output, current) in currents.iter().enumerate() {
            expected[position.first_output + output] += per_ampere * current;
        }
    }
    let scale = expected.iter().fold(0.0, |a: f64, y| a.max(y.abs()));
    let difference = largest_difference(&found[..OUTPUTS], &expected);
    assert!(difference < 1e-9 * scale, "{difference:e} of {scale}");
    // And they do matter: gain and offsets against ideal virtual grounds.
    let bare = Case::new(0.0, &SignalPath::default());
    let without = bare.multiply(&bare.converters(ideal, ideal, &SignalPath::default()));
    assert!(largest_difference(&without[..OUTPUTS], &expected) > 0.01 * scale);
}

#[test]
fn noise_of_front_ends_has_the_size_that_they_say() {
    let text = "[front_end]\nkind = 'transimpedance'\nfeedback_resistance = 1e4\namplifier_gain = 1e4\ngain_bandwidth = 1e9\nnoise_density = 5e-9\ntemperature = 300.0";
    let noisy = path(text);
    let case = Case::new(0.0, &noisy);
    let ideal = ConverterSettings::ideal();
    let silent = Converters::new(ideal, ideal, READ, &case.range);
    let difference = rms_difference(
        &case.multiply(&case.converters(ideal, ideal, &noisy)),
        &case.multiply(&silent),
    );
    // The mean over all outputs of what the columns' front ends add, for the tiles that each output is on.
    let front_end = noisy.front_end.as_ref().unwrap();
    let weights = random(OUTPUTS * INPUTS, -1.0, 1);
    let heaviest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
    let per_ampere = heaviest / (1e-4 - 1e-5) * case.range.input.largest() / READ;
    let mut squares = 0.0;
    for (_, tile) in case.mapped.tiles() {
        let (cells, columns) = (tile.grid().conductance(), tile.grid().columns());
        for column in 0..tile.used_columns() {
            let sum: f64 = cells.iter().skip(column).step_by(columns).sum();
            let terminal = front_end.at_column(&InstanceKey::default(), sum).unwrap();
            squares += terminal.noise * terminal.noise;
        }
    }
    let expected = per_ampere * (squares / OUTPUTS as f64).sqrt();
    assert!(
        (difference / expected - 1.0).abs() < 0.1,
        "{difference:e} {expected:e}"
    );
}

#[test]
fn what_does_not_fit_is_an_error() {
    let refused = |text: &str, dac: Option<u32>, adc: Option<u32>, word: &str| {
        let error = path(text).validate(dac, adc).unwrap_err();
        assert!(error.contains(word), "{error}");
    };
    refused("outputs_per_adc = 0", None, None, "outputs_per_adc");
    refused("input_slice_bits = 2", None, None, "input_slice_bits");
    refused("input_slice_bits = 9", Some(8), None, "1 to 8");
    refused(
        "[adc]\nkind = 'ideal'\nbits = 6",
        None,
        Some(8),
        "[adc] bits = 8",
    );
    refused("[adc]\nkind = 'ideal'\nbits = 6", None, None, "ideal");
    refused(
        "[dac]\nkind = 'ideal'\nbits = 8",
        Some(7),
        None,
        "[dac] bits = 7",
    );
    refused(
        "input_slice_bits = 2\n[dac]\nkind = 'ideal'\nbits = 8",
        Some(8),
        None,
        "input_slice_bits = 2",
    );
    refused(
        "[adc]\nkind = 'sar'\nbits = 8\nunit_mismatch = -1.0",
        None,
        Some(8),
        "unit_mismatch",
    );
    refused(&amplifier(1e3, 0.5, 0.0), None, None, "amplifier_gain");
}
