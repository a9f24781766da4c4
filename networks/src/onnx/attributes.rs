//! Attributes of an ONNX node, with errors that name the node.

use tract_onnx::pb::NodeProto;

use super::node_name;
use crate::error::Error;

/// A node seen through its attributes.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a> {
    node: &'a NodeProto,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(node: &'a NodeProto) -> Self {
        Self { node }
    }

    /// An error that says why this node cannot be mapped onto crossbars.
    pub(super) fn unsupported(self, reason: impl Into<String>) -> Error {
        Error::UnsupportedWeights {
            node: node_name(self.node).to_owned(),
            op_type: self.node.op_type.clone(),
            reason: reason.into(),
        }
    }

    fn find(self, name: &str) -> Option<&'a tract_onnx::pb::AttributeProto> {
        self.node
            .attribute
            .iter()
            .find(|attribute| attribute.name == name)
    }

    pub(super) fn is_present(self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn int(self, name: &str, default: i64) -> i64 {
        self.find(name).map_or(default, |attribute| attribute.i)
    }

    pub(super) fn float(self, name: &str, default: f32) -> f32 {
        self.find(name).map_or(default, |attribute| attribute.f)
    }

    pub(super) fn text(self, name: &str) -> Option<String> {
        self.find(name)
            .map(|attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    /// A list of `len` integers, each at least `least`; `default` repeated where the attribute is absent.
    pub(super) fn sizes(
        self,
        name: &str,
        len: usize,
        least: usize,
        default: usize,
    ) -> Result<Vec<usize>, Error> {
        let Some(attribute) = self.find(name) else {
            return Ok(vec![default; len]);
        };
        let values: Option<Vec<usize>> = attribute
            .ints
            .iter()
            .map(|&v| usize::try_from(v).ok().filter(|&v| v >= least))
            .collect();
        values.filter(|v| v.len() == len).ok_or_else(|| {
            self.unsupported(format!(
                "attribute {name} is {:?}, but must be {len} integers of at least {least}",
                attribute.ints
            ))
        })
    }
}
