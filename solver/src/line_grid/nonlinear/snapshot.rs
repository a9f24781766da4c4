//! Going back to an earlier point, and ahead along the way from it.

use rayon::prelude::*;

use super::super::lanes::{LANES, Lanes, Transpose, Transposed};
use super::super::terminals::{Profile, Terminals};
use super::fields::Spread;
use super::newton::ArrayPoint;
use crate::simd;

/// The deviations of a point with what the wires supply there.
#[derive(Debug, Clone)]
pub(in super::super) struct Snapshot([Vec<Lanes>; 4]);

impl<M: Clone + Default + Send + Sync> ArrayPoint<M> {
    fn fields(&mut self) -> [&mut Vec<Lanes>; 4] {
        [
            &mut self.row_deviation,
            &mut self.column_deviation,
            &mut self.row_supply,
            &mut self.column_supply,
        ]
    }

    /// Keeps the present point.
    pub(in super::super) fn snapshot(&mut self) -> Snapshot {
        Snapshot(self.fields().map(|field| field.clone()))
    }

    /// Goes back to a point.
    pub(in super::super) fn restore(&mut self, snapshot: &Snapshot) {
        for (field, kept) in self.fields().into_iter().zip(&snapshot.0) {
            field.copy_from_slice(kept);
        }
    }

    /// Goes on along the way from `earlier` to here, by `factor` times that way.
    pub(in super::super) fn extrapolate(&mut self, earlier: &Snapshot, factor: f64) {
        for (field, earlier) in self.fields().into_iter().zip(&earlier.0) {
            for (value, earlier) in field.iter_mut().zip(earlier) {
                for lane in 0..LANES {
                    value.0[lane] += factor * (value.0[lane] - earlier.0[lane]);
                }
            }
        }
    }

    /// See [`NonlinearArray`](super::NonlinearArray)'s function of that name.
    pub(super) fn visit<T: Send>(
        &mut self,
        terminals: &Terminals,
        (row_profile, column_profile): &(Profile, Profile),
        spread: Spread,
        more: &mut [T],
        visit: impl Fn((usize, usize), (f64, f64), &mut M, &mut T) -> f64 + Sync,
    ) -> f64 {
        let shape = self.tangent.rows.shape;
        let (along_rows, along_columns) = (shape.positions, self.tangent.columns.shape.positions);
        let column_deviation = &self.column_deviation;
        let largest: Vec<f64> = (self.memory.par_chunks_mut(LANES * along_rows))
            .zip(more.par_chunks_mut(LANES * along_rows))
            .zip(self.row_deviation.par_chunks(along_rows))
            .with_min_len(spread.grain(along_rows))
            .enumerate()
            .map(|(block, ((memory, more), drop))| {
                let mut rise = vec![Lanes::default(); along_rows];
                simd::run(Transpose {
                    source: Transposed::new(column_deviation, along_columns, block),
                    target: &mut rise,
                });
                let mut largest: f64 = 0.0;
                for (index, (memory, more)) in memory.iter_mut().zip(more).enumerate() {
                    let (lane, column) = (index / along_rows, index % along_rows);
                    let row = block * LANES + lane;
                    let potentials = (
                        terminals.rows.voltage(row_profile, row, column) - drop[column].0[lane],
                        terminals.columns.voltage(column_profile, column, row)
                            + rise[column].0[lane],
                    );
                    let value = visit((row, column), potentials, memory, more);
                    // What is not a number stays so.
                    if value > largest || value.is_nan() {
                        largest = value;
                    }
                }
                largest
            })
            .collect();
        largest
            .into_iter()
            .fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a })
    }
}
