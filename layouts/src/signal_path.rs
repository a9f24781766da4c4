//! What lies between numbers and an array beside uniform quantisation: converters and front ends with errors of their own, inputs in slices, ranges
//! that are managed vector by vector.

use ohmloom_peripherals::adc::{Adc, AdcDescription, AnyAdc};
use ohmloom_peripherals::dac::{Dac, DacDescription};
use ohmloom_peripherals::front_ends::FrontEndDescription;
use ohmloom_peripherals::{ConverterError, InstanceKey, Noise};
use serde::{Deserialize, Serialize};

use crate::drivers::{Coding, Drivers};

/// The circuits around every tile, as written in configuration files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignalPath {
    /// The DAC of each row, with errors. Its range becomes 0 to the read voltage, or minus to plus the read voltage where inputs are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dac: Option<DacDescription>,
    /// The ADCs, with errors. What is in front of one fits the layer's full scale to its range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adc: Option<AdcDescription>,
    /// What is at the end of each column; the array sees its input resistance and offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub front_end: Option<FrontEndDescription>,
    /// Neighbouring outputs of a tile that use the same ADC, one after the other. Default 1.
    pub outputs_per_adc: usize,
    /// Whether each tile's ADCs have a range of their own, chosen as `[adc]` says from the tile's currents alone. Default: one range for all tiles of a layer.
    pub range_per_tile: bool,
    /// Bits of the input that are applied at once: a code of more bits is cut into digits, each with a read and conversions of its own, and the
    /// results are shifted and added. Default: all bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_slice_bits: Option<u32>,
    /// How often the voltages of an input vector are halved because a result is beyond the ADCs' range. Default 0.
    pub halvings: u32,
}

impl Default for SignalPath {
    fn default() -> Self {
        Self {
            dac: None,
            adc: None,
            front_end: None,
            outputs_per_adc: 1,
            range_per_tile: false,
            input_slice_bits: None,
            halvings: 0,
        }
    }
}

impl SignalPath {
    /// Checks every value; `dac_bits` and `adc_bits` are the resolutions of the layers' converters, `None` for ideal ones.
    ///
    /// # Errors
    /// The first value that is out of range or does not fit the others, with its table.
    pub fn validate(&self, dac_bits: Option<u32>, adc_bits: Option<u32>) -> Result<(), String> {
        let key = InstanceKey::default();
        let at = |table: &'static str| {
            move |error: ConverterError| format!("[signal_path.{table}] {error}")
        };
        if self.outputs_per_adc == 0 {
            return Err("[signal_path] outputs_per_adc must be at least 1".into());
        }
        if self.halvings > 30 {
            return Err("[signal_path] halvings must be at most 30".into());
        }
        if let Some(slice) = self.input_slice_bits {
            match dac_bits {
                None => {
                    return Err(
                        "[signal_path] input_slice_bits needs a number of bits in [dac]".into(),
                    );
                }
                Some(bits) if !(1..=bits).contains(&slice) => {
                    return Err(format!(
                        "[signal_path] input_slice_bits = {slice}: must be 1 to {bits}, the bits of [dac]"
                    ));
                }
                Some(_) => {}
            }
        }
        if let Some(dac) = &self.dac {
            let bits = dac.instance(&key).map_err(at("dac"))?.bits();
            let (wanted, whose) = match self.input_slice_bits {
                Some(slice) => (Some(slice), "[signal_path] input_slice_bits"),
                None => (dac_bits, "[dac] bits"),
            };
            same_bits("dac", bits, wanted, whose)?;
        }
        if let Some(adc) = &self.adc {
            let bits = adc.instance(&key).map_err(at("adc"))?.bits();
            same_bits("adc", bits, adc_bits, "[adc] bits")?;
            if bits < 2 {
                return Err(
                    "[signal_path.adc] bits must be at least 2: outputs have two signs".into(),
                );
            }
        }
        if let Some(front_end) = &self.front_end {
            front_end.at_column(&key, 0.0).map_err(at("front_end"))?;
        }
        Ok(())
    }
}

fn same_bits(table: &str, bits: u32, wanted: Option<u32>, whose: &str) -> Result<(), String> {
    match wanted {
        Some(wanted) if wanted == bits => Ok(()),
        Some(wanted) => Err(format!(
            "[signal_path.{table}] bits = {bits}, but {whose} = {wanted}: give both the same value (a study can sweep them together, joined by +)"
        )),
        None => Err(format!(
            "[signal_path.{table}] bits = {bits}, but {whose} = \"ideal\": give both the same value"
        )),
    }
}

/// Where a part of a matrix lies, and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Number of its tile.
    pub tile: u64,
    pub first_row: usize,
    pub first_column: usize,
    pub rows: usize,
    pub outputs: usize,
}

impl Place {
    /// The key of a circuit of the tile.
    fn key(&self, seed: u64, index: usize) -> InstanceKey {
        InstanceKey {
            seed,
            trial: 0,
            tile: self.tile,
            index: index as u32,
        }
    }

    /// The noise of a tile's drivers or sensors in one read of one vector. Parts that share a tile are read one after the other, and are told apart by where
    /// they lie.
    fn noise(&self, seed: u64, circuits: Circuits, read: Read) -> Noise {
        let mut key = self.key(seed, 2 * read.occasion as usize + circuits as usize);
        let place = (self.first_row << 16 | self.first_column) as u64;
        key.trial = place << 32 | read.vector >> 32;
        Noise::new(&key, read.vector as u32)
    }
}

/// What has noise of its own.
#[derive(Clone, Copy)]
enum Circuits {
    Drivers,
    Sensors,
}

/// One read of one vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    /// Number of the vector.
    pub vector: u64,
    /// Which of the vector's reads it is.
    pub occasion: u32,
}

/// The circuits around all tiles of a matrix, each with its own mismatch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathConverters {
    seed: u64,
    /// The parts of the matrix.
    places: Vec<Place>,
    pub input_slice_bits: Option<u32>,
    pub halvings: u32,
    pub drivers: Option<Drivers>,
    outputs_per_adc: usize,
    /// `[tile][which]`, one for each `outputs_per_adc` outputs.
    adcs: Option<Vec<Vec<AnyAdc>>>,
}

impl PathConverters {
    /// The circuits around tiles with these parts of a matrix; a DAC's largest code becomes `volts`.
    pub(crate) fn new(
        path: &SignalPath,
        seed: u64,
        places: Vec<Place>,
        (coding, volts): (Coding, f64),
    ) -> Result<Self, ConverterError> {
        let drivers = path.dac.as_ref().map(|dac| {
            let of_place = |place: &Place| {
                let rows = place.first_row..place.first_row + place.rows;
                rows.map(|row| dac.instance(&place.key(seed, row)))
                    .collect()
            };
            let dacs: Vec<Vec<_>> = places.iter().map(of_place).collect::<Result<_, _>>()?;
            Ok(Drivers::new(coding, volts, dacs))
        });
        let adcs = path.adc.as_ref().map(|adc| {
            let of_place = |place: &Place| {
                let count = place.outputs.div_ceil(path.outputs_per_adc);
                let columns = place.first_column..place.first_column + count;
                columns
                    .map(|index| adc.instance(&place.key(seed, index)))
                    .collect()
            };
            places.iter().map(of_place).collect()
        });
        Ok(Self {
            seed,
            input_slice_bits: path.input_slice_bits,
            halvings: path.halvings,
            drivers: drivers.transpose()?,
            outputs_per_adc: path.outputs_per_adc,
            adcs: adcs.transpose()?,
            places,
        })
    }

    /// Whether there are ADCs with errors.
    pub(crate) fn has_adcs(&self) -> bool {
        self.adcs.is_some()
    }

    /// The noise of a tile's drivers in one read.
    pub(crate) fn driver_noise(&self, tile: usize, read: Read) -> Noise {
        self.places[tile].noise(self.seed, Circuits::Drivers, read)
    }

    /// The noise of a tile's sensors in one read.
    pub(crate) fn sensor_noise(&self, tile: usize, read: Read) -> Noise {
        self.places[tile].noise(self.seed, Circuits::Sensors, read)
    }

    /// Converts currents, in place, with codes of `step` on both sides of zero.
    pub(crate) fn convert(&self, tile: usize, step: f64, currents: &mut [f64], noise: &mut Noise) {
        let adcs = self.adcs.iter().flat_map(|adcs| &adcs[tile]);
        // All have the same nominal range.
        let Some(nominal) = adcs.clone().next() else {
            return;
        };
        let middle = f64::from(nominal.largest_code().div_ceil(2));
        // The middle of the code that stands for no current.
        let zero = nominal.span().low + (middle + 0.5) * nominal.step();
        let per_ampere = nominal.step() / step;
        for (currents, adc) in currents.chunks_mut(self.outputs_per_adc).zip(adcs) {
            for current in currents {
                let code = f64::from(adc.sample(zero + *current * per_ampere, noise)) - middle;
                *current = code.max(1.0 - middle) * step;
            }
        }
    }
}
