//! A trained network: its weight layers, and the plans that run it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tract_onnx::prelude::{DatumType, InferenceFact, InferenceModel, InferenceModelExt, OutletId};
use tract_onnx::tract_hir::internal::{InletId, expand};

use crate::error::Error;
use crate::layer::{Operators, WeightLayer};
use crate::lowering::LoweredLayer;
use crate::onnx::{self, guarded};
use crate::plan::{Compiled, LayerPlan, Plan};

/// A network read from an ONNX file: one float32 input whose first dimension is the batch, and one output (the
/// first, where the file has several) with the batch first.
pub struct Network {
    path: PathBuf,
    model: InferenceModel,
    output: OutletId,
    fixed_batch: Option<usize>,
    sample_shape: Vec<usize>,
    classes: usize,
    layers: Arc<[WeightLayer]>,
    /// Node of each layer in `model`.
    nodes: Vec<usize>,
}

impl Network {
    /// Reads the ONNX file `path` and finds its weight layers.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::MalformedModel`] for the file itself; [`Error::UnknownOperator`] and
    /// [`Error::UnsupportedWeights`] name the node that cannot be run or mapped; [`Error::Graph`] where the shapes
    /// of the graph do not fit together.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let imported = onnx::import(&path)?;
        let (fixed_batch, sample_shape) = imported.input_shape;
        let mut analysed = at_batch(
            &path,
            &imported.model,
            fixed_batch.unwrap_or(1),
            &sample_shape,
        )?;
        guarded(&path, "shape inference", || analysed.analyse(false))?;
        let extracted = onnx::weight_layers(&path, &imported.graph, &imported.outlets, &analysed)?;
        let output = analysed.outputs[0];
        let (layers, nodes): (Vec<_>, Vec<_>) =
            extracted.into_iter().map(|e| (e.layer, e.node)).unzip();
        let mut network = Self {
            path,
            model: imported.model,
            output,
            fixed_batch,
            sample_shape,
            classes: 0,
            layers: layers.into(),
            nodes,
        };
        network.classes = network.digital_plan(fixed_batch.unwrap_or(1))?.classes();
        Ok(network)
    }

    /// The file the network was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The layers with constant weights, in the order of the file.
    pub fn layers(&self) -> &[WeightLayer] {
        &self.layers
    }

    /// Shape of one input sample, without the batch.
    pub fn sample_shape(&self) -> &[usize] {
        &self.sample_shape
    }

    /// Number of outputs for one sample.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The only batch size the network can run at, where the file declares one.
    pub fn fixed_batch(&self) -> Option<usize> {
        self.fixed_batch
    }

    /// The unmodified network in 32-bit floating point, for batches of `batch` samples.
    ///
    /// # Errors
    /// [`Error::Batch`] if the network cannot run at this batch size.
    pub fn digital_plan(&self, batch: usize) -> Result<Plan, Error> {
        Ok(Plan::new(self.compile(batch, None, &[self.output])?))
    }

    /// The network with every weight layer computed by `operators`, for batches of `batch` samples.
    ///
    /// # Errors
    /// [`Error::Operators`] if there is not one operator of the right shape per layer and group; [`Error::Batch`].
    pub fn analog_plan(&self, batch: usize, operators: &Operators) -> Result<Plan, Error> {
        Ok(Plan::new(self.compile(
            batch,
            Some(operators),
            &[self.output],
        )?))
    }

    /// Like [`digital_plan`](Self::digital_plan), with the output of every weight layer.
    ///
    /// # Errors
    /// As [`digital_plan`](Self::digital_plan).
    pub fn digital_layer_plan(&self, batch: usize) -> Result<LayerPlan, Error> {
        Ok(LayerPlan::new(self.compile(
            batch,
            None,
            &self.layer_outlets(),
        )?))
    }

    /// Like [`analog_plan`](Self::analog_plan), with the output of every weight layer.
    ///
    /// # Errors
    /// As [`analog_plan`](Self::analog_plan).
    pub fn analog_layer_plan(
        &self,
        batch: usize,
        operators: &Operators,
    ) -> Result<LayerPlan, Error> {
        Ok(LayerPlan::new(self.compile(
            batch,
            Some(operators),
            &self.layer_outlets(),
        )?))
    }

    fn layer_outlets(&self) -> Vec<OutletId> {
        self.nodes
            .iter()
            .map(|&node| OutletId::new(node, 0))
            .collect()
    }

    fn compile(
        &self,
        batch: usize,
        operators: Option<&Operators>,
        outputs: &[OutletId],
    ) -> Result<Compiled, Error> {
        self.check_batch(batch)?;
        let mut model = at_batch(&self.path, &self.model, batch, &self.sample_shape)?;
        if let Some(operators) = operators {
            self.check_operators(operators)?;
            for (index, operators) in operators.iter().enumerate() {
                let operators = operators.clone();
                self.replace(
                    &mut model,
                    LoweredLayer {
                        layers: self.layers.clone(),
                        index,
                        operators,
                    },
                );
            }
        }
        guarded(&self.path, "selecting outputs", || {
            model.select_output_outlets(outputs)
        })?;
        Compiled::new(&self.path, model, batch, &self.sample_shape)
    }

    /// Puts `lowered` in the place of its node, whose only input is then the activation.
    fn replace(&self, model: &mut InferenceModel, lowered: LoweredLayer) {
        let id = self.nodes[lowered.index];
        let inputs = std::mem::take(&mut model.nodes[id].inputs);
        for (slot, outlet) in inputs.iter().enumerate().skip(1) {
            let inlet = InletId::new(id, slot);
            model.nodes[outlet.node].outputs[outlet.slot]
                .successors
                .retain(|successor| *successor != inlet);
        }
        model.nodes[id].inputs = inputs.into_iter().take(1).collect();
        model.nodes[id].op = expand(lowered);
    }

    fn check_batch(&self, batch: usize) -> Result<(), Error> {
        let reason = match self.fixed_batch {
            Some(fixed) if fixed != batch => {
                format!("the network is declared for batches of exactly {fixed}")
            }
            _ if batch == 0 => "at least one sample is needed".into(),
            _ => return Ok(()),
        };
        Err(Error::Batch {
            requested: batch,
            reason,
        })
    }

    fn check_operators(&self, operators: &Operators) -> Result<(), Error> {
        if operators.len() != self.layers.len() {
            let reason = format!(
                "{} layers expected, {} given",
                self.layers.len(),
                operators.len()
            );
            return Err(Error::Operators {
                layer: "-".into(),
                reason,
            });
        }
        for (layer, operators) in self.layers.iter().zip(operators) {
            let wrong = |reason| Error::Operators {
                layer: layer.name.clone(),
                reason,
            };
            if operators.len() != layer.groups() {
                return Err(wrong(format!(
                    "{} groups expected, {} given",
                    layer.groups(),
                    operators.len()
                )));
            }
            for (matrix, operator) in layer.matrices.iter().zip(operators) {
                let expected = if operator.takes_whole_inputs() {
                    layer.whole_lengths()
                } else {
                    (matrix.inputs(), matrix.outputs())
                };
                let given = (operator.rows(), operator.columns());
                if expected != given {
                    return Err(wrong(format!(
                        "{} rows and {} columns expected, {} and {} given",
                        expected.0, expected.1, given.0, given.1
                    )));
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("path", &self.path)
            .field("fixed_batch", &self.fixed_batch)
            .field("sample_shape", &self.sample_shape)
            .field("classes", &self.classes)
            .field(
                "layers",
                &self
                    .layers
                    .iter()
                    .map(|layer| &layer.name)
                    .collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

/// A copy of `model` whose input has the given batch.
fn at_batch(
    path: &Path,
    model: &InferenceModel,
    batch: usize,
    sample: &[usize],
) -> Result<InferenceModel, Error> {
    let mut model = model.clone();
    let shape: Vec<usize> = std::iter::once(batch)
        .chain(sample.iter().copied())
        .collect();
    guarded(path, "setting the input shape", || {
        model.set_input_fact(0, InferenceFact::dt_shape(DatumType::F32, &shape))
    })?;
    Ok(model)
}
