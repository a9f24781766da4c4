//! Cells, wires and size of a tile.

use ohmloom_devices::nonidealities::ConductanceRange;
use ohmloom_solver::line_grid::ReadWires;
use serde::{Deserialize, Serialize};

use crate::LayoutError;

/// Cells, wires and size of every tile, as written in configuration files. All resistances in ohm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TileSettings {
    /// Rows of a tile (word lines: inputs). Default 128.
    pub rows: usize,
    /// Columns of a tile (bit lines), two for each output. Default 128.
    pub columns: usize,
    /// Resistance of a cell at full conductance. Default 10 kilohm. Where cells are nonlinear this is, like `r_off`, `v/i` of the whole
    /// cell at the read voltage.
    pub r_on: f64,
    /// Resistance of a cell at lowest conductance; cells without a weight stay there. Default 100 kilohm.
    pub r_off: f64,
    /// Lowest resistance that the memristor of a nonlinear cell can be programmed to. Default: a tenth of `r_on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r_lowest: Option<f64>,
    /// One row segment between neighbouring columns. Default 1 ohm.
    pub row_resistance: f64,
    /// One column segment between neighbouring rows. Default 1 ohm.
    pub column_resistance: f64,
    /// Between a row's driver and its first cell. Default: one row segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_resistance: Option<f64>,
    /// Between a column's last cell and its sense amplifier's virtual ground. Default: one column segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink_resistance: Option<f64>,
}

impl Default for TileSettings {
    fn default() -> Self {
        Self {
            rows: 128,
            columns: 128,
            r_on: 1e4,
            r_off: 1e5,
            r_lowest: None,
            row_resistance: 1.0,
            column_resistance: 1.0,
            source_resistance: None,
            sink_resistance: None,
        }
    }
}

impl TileSettings {
    /// The same tile with this resistance in every wire segment, terminals included; 0 makes the wires ideal.
    #[must_use]
    pub fn with_wires(&self, ohm: f64) -> Self {
        Self {
            row_resistance: ohm,
            column_resistance: ohm,
            source_resistance: None,
            sink_resistance: None,
            ..self.clone()
        }
    }

    /// The same tile with more resistance at the sensed end of each column, in ohm.
    #[must_use]
    pub fn with_sensors(&self, ohm: f64) -> Self {
        Self {
            sink_resistance: Some(self.wires().sink + ohm),
            ..self.clone()
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first key with a value outside its range.
    pub fn validate(&self) -> Result<(), LayoutError> {
        let check = |key, value: f64, good: bool, reason| {
            if good {
                Ok(())
            } else {
                Err(LayoutError::BadSetting { key, value, reason })
            }
        };
        let size = "a tile has 1 to 16384 rows and 2 to 16384 columns";
        check(
            "rows",
            self.rows as f64,
            (1..=16384).contains(&self.rows),
            size,
        )?;
        check(
            "columns",
            self.columns as f64,
            (2..=16384).contains(&self.columns),
            size,
        )?;
        let positive = "must be finite and > 0";
        check(
            "r_on",
            self.r_on,
            self.r_on > 0.0 && self.r_on.is_finite(),
            positive,
        )?;
        check(
            "r_off",
            self.r_off,
            self.r_off > self.r_on && self.r_off.is_finite(),
            "must be finite and larger than r_on",
        )?;
        if let Some(lowest) = self.r_lowest {
            check(
                "r_lowest",
                lowest,
                lowest > 0.0 && lowest <= self.r_on,
                "must be > 0 and at most r_on",
            )?;
        }
        for (key, value) in [
            ("row_resistance", Some(self.row_resistance)),
            ("column_resistance", Some(self.column_resistance)),
            ("source_resistance", self.source_resistance),
            ("sink_resistance", self.sink_resistance),
        ] {
            let value = value.unwrap_or(0.0);
            check(
                key,
                value,
                value >= 0.0 && value.is_finite(),
                "must be finite and >= 0",
            )?;
        }
        Ok(())
    }

    /// Conductances of an off and an on cell, in siemens.
    pub fn conductances(&self) -> (f64, f64) {
        (1.0 / self.r_off, 1.0 / self.r_on)
    }

    /// The range between an off and an on cell.
    pub fn range(&self) -> ConductanceRange {
        let (g_min, g_max) = self.conductances();
        ConductanceRange { g_min, g_max }
    }

    /// Largest conductance that the memristor of a nonlinear cell can be programmed to, in siemens.
    pub fn largest_conductance(&self) -> f64 {
        1.0 / self.r_lowest.unwrap_or(0.1 * self.r_on)
    }

    /// The wires, with defaults filled in.
    pub fn wires(&self) -> ReadWires {
        ReadWires {
            row: self.row_resistance,
            column: self.column_resistance,
            source: self.source_resistance.unwrap_or(self.row_resistance),
            sink: self.sink_resistance.unwrap_or(self.column_resistance),
        }
    }
}
