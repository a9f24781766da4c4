//! The DACs of a matrix's rows, from codes to volts.

use ohmloom_peripherals::Noise;
use ohmloom_peripherals::dac::{AnyDac, Dac};

/// How an input becomes the code of a DAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// 0 is no voltage, the largest code the read voltage.
    Unsigned,
    /// The code in the middle is no voltage.
    OffsetBinary,
    /// A DAC for the magnitude, and a switch for the sign.
    SignMagnitude,
}

/// The DACs of the rows of all tiles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drivers {
    pub coding: Coding,
    /// Volts that the largest code becomes.
    volts: f64,
    tiles: Vec<TileDrivers>,
}

/// The DACs of one tile's rows.
#[derive(Debug, Clone, PartialEq)]
enum TileDrivers {
    /// The voltages of all codes, row by row.
    Table { codes: usize, volts: Vec<f64> },
    /// Where tables would be large, or the same code gives several voltages.
    Live(Vec<AnyDac>),
}

/// Most voltages in the tables of one matrix: 64 MiB.
const LARGEST_TABLES: usize = 1 << 23;

impl Drivers {
    /// DACs `[tile][row]`, whose largest code becomes this voltage.
    pub(crate) fn new(coding: Coding, volts: f64, tiles: Vec<Vec<AnyDac>>) -> Self {
        let noisy = tiles.iter().flatten().any(Dac::is_noisy);
        let rows: usize = tiles.iter().map(Vec::len).sum();
        let codes = tiles
            .iter()
            .flatten()
            .next()
            .map_or(0, |dac| dac.largest_code() as usize + 1);
        let tabulated = !noisy && rows.saturating_mul(codes) <= LARGEST_TABLES;
        let of_tile = |dacs: Vec<AnyDac>| {
            if !tabulated {
                return TileDrivers::Live(dacs);
            }
            let silent = &mut Noise::silent();
            let all = dacs
                .iter()
                .flat_map(|dac| (0..codes as u32).map(move |code| (dac, code)));
            TileDrivers::Table {
                codes,
                volts: all
                    .map(|(dac, code)| coding.volts(dac, code, volts, silent))
                    .collect(),
            }
        };
        Self {
            coding,
            volts,
            tiles: tiles.into_iter().map(of_tile).collect(),
        }
    }

    /// Turns the codes at a tile's rows into voltages, in place.
    pub(crate) fn drive(&self, tile: usize, rows: &mut [f64], noise: &mut Noise) {
        match &self.tiles[tile] {
            TileDrivers::Table { codes, volts } => {
                let rows = rows.iter_mut().zip(volts.chunks_exact(*codes));
                match self.coding {
                    Coding::Unsigned => rows.for_each(|(value, volts)| {
                        *value = volts[*value as u32 as usize];
                    }),
                    Coding::OffsetBinary => {
                        let middle = codes.cast_signed() as i32 / 2;
                        rows.for_each(|(value, volts)| {
                            *value = volts[(*value as i32 + middle).cast_unsigned() as usize];
                        });
                    }
                    Coding::SignMagnitude => rows.for_each(|(value, volts)| {
                        let magnitude = volts[value.abs() as u32 as usize];
                        *value = if *value < 0.0 { -magnitude } else { magnitude };
                    }),
                }
            }
            TileDrivers::Live(dacs) => {
                for (value, dac) in rows.iter_mut().zip(dacs) {
                    let code = match self.coding {
                        Coding::OffsetBinary => *value + middle(dac),
                        Coding::Unsigned | Coding::SignMagnitude => value.abs(),
                    };
                    let volts = self.coding.volts(dac, code as u32, self.volts, noise);
                    let negative = self.coding == Coding::SignMagnitude && *value < 0.0;
                    *value = if negative { -volts } else { volts };
                }
            }
        }
    }
}

/// The code in the middle.
fn middle(dac: &AnyDac) -> f64 {
    f64::from(dac.largest_code().div_ceil(2))
}

impl Coding {
    /// The voltage of a code if the largest one is to have `volts`.
    fn volts(self, dac: &AnyDac, code: u32, volts: f64, noise: &mut Noise) -> f64 {
        let zero = match self {
            Self::OffsetBinary => middle(dac),
            Self::Unsigned | Self::SignMagnitude => 0.0,
        };
        let codes = f64::from(dac.largest_code()) - zero;
        let level = dac.level(code, noise) - dac.span().low - zero * dac.step();
        level * (volts / (codes * dac.step()))
    }
}
