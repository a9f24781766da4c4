//! Products by a matrix on tiles: from activations to voltages, through the tiles, and from currents to numbers.

use ohmloom_peripherals::Magnitudes;
use ohmloom_solver::dense::multiply_transposed;

use crate::converters::{Drive, largest};
use crate::{
    Converters, LayoutError, MappedMatrix, NewtonStatistics, SignalRange, Tile, TilePosition,
};

/// Some vectors with their numbers, of which their noise depends.
struct Vectors<'a> {
    values: &'a [f64],
    numbers: &'a [u64],
}

impl MappedMatrix {
    /// Multiplies `vectors x inputs` activations by the matrix, as the tiles and their converters do it, into `vectors x outputs`.
    /// Where the cells are nonlinear, this is the product of the linear cells that stand for them.
    ///
    /// # Errors
    /// An input that is not finite; tiles not solved yet.
    ///
    /// # Panics
    /// If a slice does not hold whole vectors, or not as many as the other.
    pub fn multiply(
        &self,
        inputs: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<(), LayoutError> {
        self.multiply_by(inputs, converters, out, |_, tile, volts, currents| {
            multiply_transposed(volts, tile.differential(), currents, tile.used_rows());
            Ok(())
        })
    }

    /// As [`Self::multiply`], with the nonlinear cells: one solution by Newton's method for each tile and each vector that differs from
    /// the others. Results do not depend on the number of threads.
    ///
    /// # Errors
    /// As [`Self::multiply`]; linear cells; a solution that does not converge.
    ///
    /// # Panics
    /// As [`Self::multiply`].
    pub fn multiply_nonlinear(
        &self,
        inputs: &[f64],
        converters: &Converters,
        out: &mut [f64],
    ) -> Result<NewtonStatistics, LayoutError> {
        let mut statistics = NewtonStatistics::default();
        self.multiply_by(
            inputs,
            converters,
            out,
            |position, tile, volts, currents| {
                let cells = tile.nonlinear().ok_or(LayoutError::LinearCells)?;
                let of_tile = cells.currents(volts, currents);
                statistics =
                    statistics.merge(of_tile.map_err(|source| position.no_solution(source))?);
                Ok(())
            },
        )?;
        Ok(statistics)
    }

    /// Multiplies between the converters; `solve` gets the voltages of a tile and fills in its differential currents. Vectors with a result beyond the
    /// ADCs' range are read again with half the voltages, as often as the converters say.
    fn multiply_by(
        &self,
        inputs: &[f64],
        converters: &Converters,
        out: &mut [f64],
        mut solve: impl FnMut(&TilePosition, &Tile, &[f64], &mut [f64]) -> Result<(), LayoutError>,
    ) -> Result<(), LayoutError> {
        let vectors = self.check(inputs)?;
        assert_eq!(
            out.len(),
            vectors * self.outputs,
            "outputs: vectors x outputs"
        );
        let numbers: Vec<u64> = (converters.first_vector()..).take(vectors).collect();
        let all = Vectors {
            values: inputs,
            numbers: &numbers,
        };
        let mut beyond = self.read(&all, converters, 0, out, &mut solve)?;
        for halvings in 1..=converters.halvings() {
            if beyond.is_empty() {
                break;
            }
            let of_vector =
                |vector: usize| &inputs[vector * self.inputs..(vector + 1) * self.inputs];
            let values: Vec<f64> = beyond.iter().flat_map(|&v| of_vector(v)).copied().collect();
            let numbers: Vec<u64> = beyond.iter().map(|&vector| numbers[vector]).collect();
            let again = Vectors {
                values: &values,
                numbers: &numbers,
            };
            let mut results = vec![0.0; beyond.len() * self.outputs];
            let still = self.read(&again, converters, halvings, &mut results, &mut solve)?;
            for (&vector, results) in beyond.iter().zip(results.chunks_exact(self.outputs)) {
                out[vector * self.outputs..(vector + 1) * self.outputs].copy_from_slice(results);
            }
            beyond = still.into_iter().map(|index| beyond[index]).collect();
        }
        Ok(())
    }

    /// All reads of these vectors; returns which of them had a result beyond the ADCs' range.
    fn read(
        &self,
        vectors: &Vectors<'_>,
        converters: &Converters,
        halvings: u32,
        out: &mut [f64],
        solve: &mut impl FnMut(&TilePosition, &Tile, &[f64], &mut [f64]) -> Result<(), LayoutError>,
    ) -> Result<Vec<usize>, LayoutError> {
        out.fill(0.0);
        let mut beyond = vec![false; vectors.numbers.len()];
        for read in 0..converters.reads() {
            let drive = converters.drive(vectors.values, self.inputs, read, halvings);
            self.for_each_tile(
                &drive,
                vectors.numbers,
                converters,
                |index, volts, currents| {
                    let (position, tile) = &self.tiles[index];
                    solve(position, tile, volts, currents)?;
                    let outputs = tile.outputs();
                    let rows = volts.chunks_exact(tile.used_rows());
                    for (vector, (currents, volts)) in
                        currents.chunks_exact_mut(outputs).zip(rows).enumerate()
                    {
                        let of_vector = drive.of(vectors.numbers[vector]);
                        let mut noise = converters.sensor_noise(index, of_vector);
                        if let Some(sensors) = tile.sensors() {
                            sensors.read(currents, &mut noise);
                        }
                        beyond[vector] |= converters.sense(index, currents, &mut noise);
                        let offset = tile.offset_current(volts);
                        let scale = drive.scales[vector] * tile.weight_per_siemens;
                        let first = vector * self.outputs + position.first_output;
                        for (sum, current) in
                            out[first..first + outputs].iter_mut().zip(currents.iter())
                        {
                            *sum += scale * (current - offset);
                        }
                    }
                    Ok(())
                },
            )?;
        }
        Ok((0..beyond.len()).filter(|&vector| beyond[vector]).collect())
    }

    /// The voltages that the first read of [`Self::multiply`] applies to one tile's used rows for one vector of activations.
    pub fn tile_voltages(&self, tile: usize, vector: &[f64], converters: &Converters) -> Vec<f64> {
        let (position, placed) = &self.tiles[tile];
        let drive = converters.drive(vector, self.inputs, 0, 0);
        let first = position.first_input;
        let mut volts = drive.values[first..first + placed.used_rows()].to_vec();
        converters.drive_tile(&drive, tile, converters.first_vector(), &mut volts);
        volts
    }

    /// What the converters have to cover for these activations, see [`SignalRange`]. Where inputs are applied digit by digit, `digits` are the converters that
    /// do it, which know the range of the inputs already; the currents are those of the digits.
    ///
    /// # Errors
    /// As [`Self::multiply`].
    pub fn observe(
        &self,
        inputs: &[f64],
        digits: Option<&Converters>,
    ) -> Result<SignalRange, LayoutError> {
        self.check(inputs)?;
        let peaks: Vec<f64> = inputs.chunks_exact(self.inputs).map(largest).collect();
        let mut range = SignalRange {
            negative: inputs.iter().any(|&value| value < 0.0),
            tiles: vec![<[Magnitudes; 2]>::default(); self.tiles.len()],
            ..SignalRange::default()
        };
        for &value in inputs {
            range.input.add(value);
        }
        let ideal = Converters::ideal(1.0, 1.0);
        let converters = digits.unwrap_or(&ideal);
        let numbers: Vec<u64> = (converters.first_vector()..).take(peaks.len()).collect();
        for read in 0..converters.reads() {
            let drive = converters.drive(inputs, self.inputs, read, 0);
            self.for_each_tile(&drive, &numbers, converters, |index, volts, currents| {
                let (_, tile) = &self.tiles[index];
                multiply_transposed(volts, tile.differential(), currents, tile.used_rows());
                for (currents, &peak) in currents
                    .chunks_exact(tile.outputs())
                    .zip(&peaks)
                    .filter(|(_, peak)| **peak > 0.0)
                {
                    for &current in currents {
                        let [of_input, normalised] = match digits {
                            None => [current, current / peak],
                            Some(converters) => converters.per_input(current, peak),
                        };
                        range.tiles[index][0].add(of_input);
                        range.tiles[index][1].add(normalised);
                    }
                }
                Ok(())
            })?;
        }
        for [of_input, normalised] in &range.tiles {
            range.current = range.current.merge(of_input);
            range.normalised_current = range.normalised_current.merge(normalised);
        }
        Ok(range)
    }

    /// Calls `visit` for each tile with its index, the voltages of its rows, `vectors x used rows`, and space for its differential currents,
    /// `vectors x outputs of the tile`.
    fn for_each_tile(
        &self,
        drive: &Drive,
        numbers: &[u64],
        converters: &Converters,
        mut visit: impl FnMut(usize, &[f64], &mut [f64]) -> Result<(), LayoutError>,
    ) -> Result<(), LayoutError> {
        let (mut rows, mut currents) = (Vec::new(), Vec::new());
        let mut gathered = usize::MAX;
        for (index, (position, tile)) in self.tiles.iter().enumerate() {
            let used = tile.used_rows();
            // Tiles of one row of the grid follow each other and share their voltages, unless each has DACs of its own.
            if gathered != position.first_input || converters.has_dacs() {
                gathered = position.first_input;
                rows.clear();
                for vector in drive.values.chunks_exact(self.inputs) {
                    rows.extend_from_slice(
                        &vector[position.first_input..position.first_input + used],
                    );
                }
                for (rows, &number) in rows.chunks_exact_mut(used).zip(numbers) {
                    converters.drive_tile(drive, index, number, rows);
                }
            }
            currents.resize(numbers.len() * tile.outputs(), 0.0);
            visit(index, &rows, &mut currents)?;
        }
        Ok(())
    }
}
