//! Conduction from measured curves.

use std::path::Path;

use super::monotone_cubic::{hermite, slopes};
use super::table_file::{mistake, read};
use super::{Conduction, ConductionError};

/// Currents measured at voltages, for one or more programmed conductances.
///
/// As comma-separated text: a header `v,g1,g2,...` with the conductance of each level in siemens (increasing), then rows with a voltage
/// (V, increasing) and the current of each level (A, never decreasing with the voltage). There is a row at 0 V, with currents of 0. If
/// it is the first, the law is odd. Empty lines and lines that start with `#` do not count.
///
/// Between the voltages the current is a monotone cubic; beyond them it continues along the tangent. Between two levels it is linear in
/// `g`; below the lowest and above the highest level it is proportional to `g`.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupTable {
    voltages: Vec<f64>,
    levels: Vec<Level>,
    odd: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Level {
    conductance: f64,
    currents: Vec<f64>,
    slopes: Vec<f64>,
}

impl LookupTable {
    /// Reads a table file.
    ///
    /// # Errors
    /// A file that cannot be read; anything that [`LookupTable::from_csv`] refuses.
    pub fn from_file(path: &Path) -> Result<Self, ConductionError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConductionError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::from_csv(&path.display().to_string(), &text)
    }

    /// Reads a table; `file` is its name in errors.
    ///
    /// # Errors
    /// Text that is not such a table, with its line and column.
    pub fn from_csv(file: &str, text: &str) -> Result<Self, ConductionError> {
        let table = read(file, text)?;
        let header =
            |column: usize, problem: &str| Err(mistake(file, table.header_line, column, problem));
        if table.header.is_empty() {
            return header(1, "there is no level");
        }
        for (index, &g) in table.header.iter().enumerate() {
            if g <= 0.0 {
                return header(index + 2, "a level's conductance must be above 0");
            }
            if index > 0 && g <= table.header[index - 1] {
                return header(index + 2, "the levels' conductances must increase");
            }
        }
        if table.rows.len() < 2 {
            return header(1, "a table needs at least two rows");
        }
        for pair in table.rows.windows(2) {
            let (line, row) = &pair[1];
            if row[0] <= pair[0].1[0] {
                return Err(mistake(file, *line, 1, "the voltages must increase"));
            }
            let falls = row
                .iter()
                .zip(&pair[0].1)
                .position(|(now, before)| now < before);
            if let Some(column) = falls {
                let problem = "the current falls with rising voltage";
                return Err(mistake(file, *line, column + 1, problem));
            }
        }
        let Some((line, origin)) = table.rows.iter().find(|(_, row)| row[0] == 0.0) else {
            return header(1, "there is no row at 0 V");
        };
        if let Some(index) = origin[1..].iter().position(|&current| current != 0.0) {
            return Err(mistake(
                file,
                *line,
                index + 2,
                "the current at 0 V must be 0",
            ));
        }
        let voltages: Vec<f64> = table.rows.iter().map(|(_, row)| row[0]).collect();
        let levels = table
            .header
            .iter()
            .enumerate()
            .map(|(index, &conductance)| {
                let currents: Vec<f64> = table.rows.iter().map(|(_, row)| row[index + 1]).collect();
                let slopes = slopes(&voltages, &currents);
                Level {
                    conductance,
                    currents,
                    slopes,
                }
            })
            .collect();
        Ok(Self {
            odd: voltages[0] == 0.0,
            voltages,
            levels,
        })
    }

    /// The conductances of the levels, S, increasing.
    pub fn levels(&self) -> impl Iterator<Item = f64> + '_ {
        self.levels.iter().map(|level| level.conductance)
    }
}

/// Where a voltage lies in the table.
struct Place {
    interval: usize,
    width: f64,
    fraction: f64,
    /// Voltage beyond the table, signed.
    beyond: f64,
}

impl Level {
    #[inline]
    fn at(&self, place: &Place) -> (f64, f64) {
        let k = place.interval;
        let (current, slope) = hermite(
            place.width,
            place.fraction,
            [self.currents[k], self.currents[k + 1]],
            [self.slopes[k], self.slopes[k + 1]],
        );
        (current + slope * place.beyond, slope)
    }
}

impl Conduction for LookupTable {
    #[inline]
    fn at(&self, g: f64, v: f64) -> (f64, f64) {
        let mirrored = self.odd && v < 0.0;
        let v = if mirrored { -v } else { v };
        let last = self.voltages.len() - 1;
        let inside = v.clamp(self.voltages[0], self.voltages[last]);
        let interval = (self.voltages.partition_point(|&x| x <= inside)).clamp(1, last) - 1;
        let width = self.voltages[interval + 1] - self.voltages[interval];
        let place = Place {
            interval,
            width,
            fraction: (inside - self.voltages[interval]) / width,
            beyond: v - inside,
        };
        let above = self.levels.partition_point(|level| level.conductance <= g);
        let (current, slope) = if above == 0 || above == self.levels.len() {
            let level = &self.levels[above.saturating_sub(1)];
            let (current, slope) = level.at(&place);
            let factor = g / level.conductance;
            (factor * current, factor * slope)
        } else {
            let (low, high) = (&self.levels[above - 1], &self.levels[above]);
            let part = (g - low.conductance) / (high.conductance - low.conductance);
            let ((i0, s0), (i1, s1)) = (low.at(&place), high.at(&place));
            (i0 + part * (i1 - i0), s0 + part * (s1 - s0))
        };
        (if mirrored { -current } else { current }, slope)
    }
}
