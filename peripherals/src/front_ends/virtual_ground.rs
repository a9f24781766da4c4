//! An ideal virtual ground: `V = reference - R I`.

use serde::{Deserialize, Serialize};

use super::{FrontEnd, InputPort};
use crate::ConverterError;
use crate::draws::Noise;
use crate::error::Check;

/// Parameters of an ideal front end, as written in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualGround {
    /// Output volts lost for each ampere, ohm.
    pub transresistance: f64,
    /// Output without current, V.
    #[serde(default)]
    pub reference: f64,
}

/// An ideal front end.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualGroundInstance(VirtualGround);

impl VirtualGround {
    /// The front end.
    ///
    /// # Errors
    /// A parameter out of range.
    pub fn instance(&self) -> Result<VirtualGroundInstance, ConverterError> {
        let check = Check("virtual-ground");
        check.positive("transresistance", self.transresistance)?;
        check.finite("reference", self.reference)?;
        Ok(VirtualGroundInstance(self.clone()))
    }
}

impl VirtualGroundInstance {
    /// What a line sees: the reference.
    pub fn input_port(&self) -> InputPort {
        InputPort {
            potential: self.0.reference,
            resistance: 0.0,
        }
    }
}

impl FrontEnd for VirtualGroundInstance {
    #[inline]
    fn voltage(&self, current: f64, _: &mut Noise) -> f64 {
        self.0.reference - self.0.transresistance * current
    }
}
