//! The matrices of a network onto tiles.

use ohmloom_devices::nonidealities::Instance;
use ohmloom_layouts::offsetting::{InputMoments, Offsetting};
use ohmloom_layouts::placement::{pack_exactly, pack_first_fit};
use ohmloom_layouts::{Conditions, Imperfections, LayoutError, MappedMatrix, MatrixOnTiles, pack};

use super::programmed::{PlannedMatrix, ProgrammedMatrix};
use super::{EvaluationError, EvaluationSettings, layout};
use crate::mapping::Packing;
use crate::network::Network;

/// Programs the tiles of a network, `[layer][group]`; `moments` are those of each matrix's inputs, where offsetting needs them. Tiles are
/// numbered through the network, for random numbers of their own.
pub(super) fn program_matrices(
    network: &Network,
    settings: &EvaluationSettings,
    moments: &[InputMoments],
) -> Result<Vec<Vec<ProgrammedMatrix>>, EvaluationError> {
    let layers = network.layers();
    let of_layer = |layer: usize, source: LayoutError| EvaluationError::Layout {
        layer: layers[layer].name.clone(),
        source: Box::new(source),
    };
    let mut planned = Vec::new();
    for (index, (layer, plan)) in layers
        .iter()
        .zip(layout::plan(layers, settings)?)
        .enumerate()
    {
        let mut first = 0;
        for (group, matrix) in layer.matrices.iter().enumerate() {
            let outputs = first..first + matrix.outputs();
            first = outputs.end;
            let bias = layer.bias.as_ref().map(|bias| &bias[outputs]);
            let matrix = PlannedMatrix::new(matrix, bias, &plan, group, settings);
            planned.push((index, matrix));
        }
    }
    let tile = settings.tiles();
    let mut first_array = 0;
    let mut matrices = Vec::with_capacity(planned.len());
    for (index, (layer, matrix)) in planned.iter().enumerate() {
        let fail = |source| of_layer(*layer, source);
        let layout = matrix.layout(settings, &tile, first_array).map_err(fail)?;
        first_array += layout.numbers();
        let method = settings.offsetting;
        matrices.push(MatrixOnTiles {
            layout,
            offsetting: method.with(moments.get(index)).map_err(fail)?,
            concurrent: matrix.concurrent,
        });
    }
    let list = settings.nonidealities();
    let imperfections = Imperfections {
        list: &list,
        instance: Instance {
            seed: settings.seed,
            ..Instance::default()
        },
    };
    let conditions = Conditions {
        cells: settings
            .cell
            .as_ref()
            .map(|cell| (cell, settings.read_voltage)),
        imperfections: (!list.entries.is_empty()).then_some(&imperfections),
    };
    let mapped = program(&matrices, &conditions, settings.layout.packing)
        .map_err(|(index, source)| of_layer(planned[index].0, source))?;
    drop(matrices);
    let mut programmed: Vec<Vec<ProgrammedMatrix>> = layers.iter().map(|_| Vec::new()).collect();
    for ((layer, matrix), mapped) in planned.into_iter().zip(mapped) {
        let matrix = matrix.programmed(mapped);
        programmed[layer].push(matrix.map_err(|source| of_layer(layer, source))?);
    }
    Ok(programmed)
}

/// Programs the matrices; an error comes with the index of its matrix.
fn program(
    matrices: &[MatrixOnTiles<'_>],
    conditions: &Conditions<'_>,
    packing: Packing,
) -> Result<Vec<MappedMatrix>, (usize, LayoutError)> {
    let alone = |(index, matrix): (usize, &MatrixOnTiles<'_>)| {
        let offsetting: Option<&Offsetting<'_>> = matrix.offsetting.as_ref();
        MappedMatrix::lay_out(&matrix.layout, conditions, offsetting)
            .map_err(|source| (index, source))
    };
    match packing {
        Packing::None => matrices.iter().enumerate().map(alone).collect(),
        Packing::FirstFit => pack(matrices, conditions, pack_first_fit),
        Packing::Exact => pack(matrices, conditions, pack_exactly),
    }
}
