//! Metal layers with public figures.

use super::geometry::{CellWire, LineGeometry};
use super::positive;
use crate::LayoutError;

/// A metal layer of an open process design kit.
///
/// Figures are those of the kits' technology LEF files: sheet resistance, area and edge capacitance, minimum width, pitch of routing
/// tracks. The capacitance there is to everything around the line; coupling to neighbours is not told apart and is 0 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Technology {
    /// SKY130, met1: aluminium (`SkyWater` PDK, `sky130_fd_sc_hd.tlef`, 2020).
    Sky130Met1,
    /// SKY130, met2.
    Sky130Met2,
    /// SKY130, met3.
    Sky130Met3,
    /// SKY130, met4.
    Sky130Met4,
    /// `FreePDK45`, metal1: copper, a predictive kit without a foundry (Nangate routing technology, `rtk-tech.lef`, 2010).
    FreePdk45Metal1,
}

/// The figures of a layer, in the units of LEF files.
struct Layer {
    width_um: f64,
    thickness_um: f64,
    pitch_um: f64,
    ohm_per_square: f64,
    area_pf_per_um2: f64,
    edge_pf_per_um: f64,
    /// Highest average current per width, mA/um (90 degrees Celsius), where stated.
    current_ma_per_um: Option<f64>,
}

impl Technology {
    /// All layers.
    pub const ALL: [Self; 5] = [
        Self::Sky130Met1,
        Self::Sky130Met2,
        Self::Sky130Met3,
        Self::Sky130Met4,
        Self::FreePdk45Metal1,
    ];

    fn layer(self) -> Layer {
        let layer =
            |sizes: [f64; 3], ohm_per_square, capacitances: [f64; 2], current_ma_per_um| Layer {
                width_um: sizes[0],
                thickness_um: sizes[1],
                pitch_um: sizes[2],
                ohm_per_square,
                area_pf_per_um2: capacitances[0],
                edge_pf_per_um: capacitances[1],
                current_ma_per_um,
            };
        match self {
            Self::Sky130Met1 => layer(
                [0.14, 0.35, 0.34],
                0.125,
                [25.7784e-6, 40.567e-6],
                Some(2.8),
            ),
            Self::Sky130Met2 => layer(
                [0.14, 0.35, 0.46],
                0.125,
                [16.9423e-6, 37.759e-6],
                Some(2.8),
            ),
            Self::Sky130Met3 => layer([0.3, 0.8, 0.68], 0.047, [12.3729e-6, 40.989e-6], Some(6.8)),
            Self::Sky130Met4 => layer([0.3, 0.8, 0.92], 0.047, [8.415_37e-6, 36.676e-6], Some(6.8)),
            Self::FreePdk45Metal1 => layer([0.07, 0.13, 0.14], 0.38, [7.7161e-5, 2.7365e-5], None),
        }
    }

    /// A line of minimum width at the pitch of the tracks. The barrier is not stated and counts as part of the line.
    pub fn geometry(self) -> LineGeometry {
        let layer = self.layer();
        LineGeometry {
            width: layer.width_um * 1e-6,
            thickness: layer.thickness_um * 1e-6,
            pitch: layer.pitch_um * 1e-6,
            barrier: 0.0,
        }
    }

    /// Resistivity that the sheet resistance stands for, ohm m: sheet resistance times thickness.
    pub fn effective_resistivity(self) -> f64 {
        let layer = self.layer();
        layer.ohm_per_square * layer.thickness_um * 1e-6
    }

    /// The piece of a line of minimum width that belongs to a cell of this length (m) along it.
    ///
    /// # Errors
    /// A length not above zero.
    pub fn cell_wire(self, cell_length: f64) -> Result<CellWire, LayoutError> {
        positive("cell_length", cell_length)?;
        let layer = self.layer();
        let picofarad_per_um = layer.area_pf_per_um2 * layer.width_um + 2.0 * layer.edge_pf_per_um;
        Ok(CellWire {
            resistance: layer.ohm_per_square / (layer.width_um * 1e-6) * cell_length,
            ground_capacitance: picofarad_per_um * 1e-6 * cell_length,
            coupling_capacitance: 0.0,
        })
    }

    /// Highest average current of a line of minimum width against electromigration, A; `None` where the kit states none.
    pub fn highest_current(self) -> Option<f64> {
        let layer = self.layer();
        layer.current_ma_per_um.map(|ma| ma * 1e-3 * layer.width_um)
    }
}

/// Lines of the local metal layers of scaled nodes (16, 7, 5, 4 or 3 nm), `None` for others: half the pitch wide, twice as thick as wide, with their
/// barrier. For resistivity see [`super::Conductor::copper`]. Figures of S. Nikolic, F. Catthoor, Z. Tokei and P. Ienne, *Global is the new local*,
/// FPGA 2021, section 2.2.
pub fn scaled_local_metal(node_nm: u32) -> Option<LineGeometry> {
    let (pitch, barrier) = match node_nm {
        16 => (64e-9, 3e-9),
        7 => (40e-9, 3e-9),
        5 => (38e-9, 3e-9),
        4 => (26e-9, 2e-9),
        3 => (22e-9, 2e-9),
        _ => return None,
    };
    Some(LineGeometry {
        width: 0.5 * pitch,
        thickness: pitch,
        pitch,
        barrier,
    })
}
