//! Running one analysis and making plots of what it gives.

use std::ops::ControlFlow;

use ohmloom_solver::circuit::{
    self, Circuit, CircuitError, DcOutput, FrequencySweep as Spaced, Grid, Guesses, NoiseSpectrum,
    Options, Sweep, SweepTarget, TransientWindow,
};

use super::recording::{Recorder, Selection};
use crate::elaborate::{Analysis, DcSweep, FrequencySweep, Noise, Output, Spacing, Transient};
use crate::results::{Plot, Vector, VectorKind};

/// A circuit with everything that its analyses need.
pub(super) struct Bench<'a> {
    pub(super) circuit: &'a mut Circuit,
    pub(super) options: &'a Options,
    pub(super) guesses: &'a Guesses,
    pub(super) selection: &'a Selection,
    pub(super) title: &'a str,
    /// The last operating point or time point, for `@element[quantity]` in scripts.
    pub(super) last_solution: &'a mut Option<Vec<f64>>,
}

/// Called as a transient proceeds, with the time reached and the end; may break it off, which keeps what there is.
pub type Progress<'a> = &'a mut dyn FnMut(f64, f64) -> ControlFlow<()>;

/// A [`Progress`] that neither shows nor stops anything.
pub fn carry_on(_time: f64, _stop: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

impl Bench<'_> {
    /// Runs an analysis and adds its plots to `plots`, also the part of a sweep or transient that came before an error.
    /// `.step` and `.mc` are not analyses of one circuit and give nothing here.
    pub(super) fn run(
        &mut self,
        analysis: &Analysis,
        progress: Progress<'_>,
        plots: &mut Vec<Plot>,
    ) -> Result<(), CircuitError> {
        match analysis {
            Analysis::OperatingPoint => self.operating_point(plots),
            Analysis::Dc(sweeps) => self.dc(sweeps, plots),
            Analysis::Ac(sweep) => self.ac(sweep, plots),
            Analysis::Transient(transient) => self.transient(transient, progress, plots),
            Analysis::Noise(noise) => self.noise(noise, plots),
            Analysis::TransferFunction { output, source } => self.transfer(output, source, plots),
            Analysis::Sensitivity { output, sweep } => match sweep {
                None => self.sensitivity(output, plots),
                Some(_) => Err(CircuitError::Settings(
                    ".sens: small-signal sensitivities (`ac`) are not supported; leave the frequencies out for DC sensitivities".to_owned(),
                )),
            },
            Analysis::Step(_) | Analysis::MonteCarlo { .. } => Ok(()),
        }
    }

    /// The start of operating points: `.ic` applies to transients only, but ngspice takes it as a guess elsewhere.
    fn static_guesses(&self) -> Guesses {
        let mut nodesets = self.guesses.nodesets.clone();
        nodesets.extend_from_slice(&self.guesses.held);
        Guesses {
            nodesets,
            held: Vec::new(),
        }
    }

    fn operating_point(&mut self, plots: &mut Vec<Plot>) -> Result<(), CircuitError> {
        let guesses = self.static_guesses();
        let found = circuit::operating_point(self.circuit, self.options, &guesses)?;
        let mut recorder = Recorder::new(self.circuit, self.selection, None, false);
        recorder.record(self.circuit, None, &self.circuit.at(&found.x, self.options))?;
        *self.last_solution = Some(found.x);
        plots.push(recorder.into_plot(self.title, "Operating Point"));
        Ok(())
    }

    fn dc(&mut self, sweeps: &[DcSweep], plots: &mut Vec<Plot>) -> Result<(), CircuitError> {
        let mut solver_sweeps = Vec::with_capacity(sweeps.len());
        for sweep in sweeps {
            solver_sweeps.push(Sweep {
                target: Self::target(&sweep.variable)?,
                values: Sweep::linear(sweep.start, sweep.stop, sweep.step)?,
            });
        }
        let scale = match sweeps.first().map(|sweep| sweep.variable.as_str()) {
            Some("temp") => ("temp-sweep", VectorKind::TemperatureSweep),
            Some(name) if base_letter(name) == Some('i') => ("i-sweep", VectorKind::Current),
            Some(name) if base_letter(name) == Some('r') => {
                ("res-sweep", VectorKind::ResistanceSweep)
            }
            _ => ("v-sweep", VectorKind::Voltage),
        };
        let mut recorder = Recorder::new(self.circuit, self.selection, Some(scale), false);
        let guesses = self.static_guesses();
        let mut last = Vec::new();
        let outcome = circuit::dc_sweep(
            self.circuit,
            self.options,
            &guesses,
            &solver_sweeps,
            &mut |circuit, value, point| {
                last.clear();
                last.extend_from_slice(point.x);
                recorder.record(circuit, Some(value), point)
            },
        );
        *self.last_solution = Some(last);
        plots.push(recorder.into_plot(self.title, "DC transfer characteristic"));
        outcome
    }

    fn target(variable: &str) -> Result<SweepTarget, CircuitError> {
        if variable == "temp" {
            return Ok(SweepTarget::Temperature);
        }
        if let Some((element, parameter)) = variable
            .strip_prefix('@')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|rest| rest.split_once('['))
        {
            return Ok(SweepTarget::Parameter {
                element: element.to_owned(),
                parameter: parameter.to_owned(),
            });
        }
        if !matches!(base_letter(variable), Some('v' | 'i' | 'r')) {
            return Err(CircuitError::Settings(format!(
                ".dc: `{variable}` is not a voltage source, a current source, a resistor or `temp`"
            )));
        }
        Ok(SweepTarget::Element(variable.to_owned()))
    }

    fn ac(&mut self, sweep: &FrequencySweep, plots: &mut Vec<Plot>) -> Result<(), CircuitError> {
        let frequencies = frequencies(sweep, Grid::Stretched)?;
        let guesses = self.static_guesses();
        let found = circuit::operating_point(self.circuit, self.options, &guesses)?;
        let mut recorder = Recorder::new(
            self.circuit,
            self.selection,
            Some(("frequency", VectorKind::Frequency)),
            true,
        );
        let outcome = circuit::ac(
            self.circuit,
            self.options,
            &found.x,
            &frequencies,
            &mut |_, frequency, phasors| {
                recorder.record_phasors(frequency, phasors);
                Ok(())
            },
        );
        let mut plot = recorder.into_plot(self.title, "AC Analysis");
        if sweep.spacing != Spacing::Linear
            && let Some(scale) = plot.vectors.first_mut()
        {
            scale.logarithmic = true;
        }
        plots.push(plot);
        outcome
    }

    fn transient(
        &mut self,
        transient: &Transient,
        progress: Progress<'_>,
        plots: &mut Vec<Plot>,
    ) -> Result<(), CircuitError> {
        let mut recorder = Recorder::new(
            self.circuit,
            self.selection,
            Some(("time", VectorKind::Time)),
            false,
        );
        let window = TransientWindow {
            step: transient.step,
            stop: transient.stop,
            start: transient.start,
            largest_step: transient.max_step,
            use_initial_conditions: transient.use_initial_conditions,
        };
        let mut last = Vec::new();
        let outcome = circuit::transient(
            self.circuit,
            self.options,
            self.guesses,
            &window,
            &mut |circuit, point| {
                last.clear();
                last.extend_from_slice(point.x);
                recorder.record(circuit, Some(point.time), point)?;
                match progress(point.time, transient.stop) {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(()) => Err(CircuitError::Output(format!(
                        "interrupted at t = {:e} s",
                        point.time
                    ))),
                }
            },
        );
        *self.last_solution = Some(last);
        plots.push(recorder.into_plot(self.title, "Transient Analysis"));
        outcome.map(|_| ())
    }

    fn noise(&mut self, noise: &Noise, plots: &mut Vec<Plot>) -> Result<(), CircuitError> {
        let plus = self.circuit.node(&noise.node)?;
        let minus = self
            .circuit
            .node(noise.reference.as_deref().unwrap_or("0"))?;
        let frequencies = frequencies(&noise.sweep, Grid::Exact)?;
        let guesses = self.static_guesses();
        let found = circuit::operating_point(self.circuit, self.options, &guesses)?;
        let spectrum = circuit::noise(
            self.circuit,
            self.options,
            &found.x,
            (plus, minus),
            &noise.source,
            &frequencies,
        )?;
        let logarithmic = noise.sweep.spacing != Spacing::Linear;
        let detailed = noise.points_per_summary.is_some_and(|points| points > 0);
        let input = match base_letter(&noise.source) {
            Some('i') => (VectorKind::CurrentDensity, VectorKind::Current),
            _ => (VectorKind::VoltageDensity, VectorKind::Voltage),
        };
        let plots_made = noise_plots(self.title, &spectrum, input, detailed, logarithmic);
        plots.extend(plots_made);
        Ok(())
    }

    fn output(&self, output: &Output) -> Result<DcOutput, CircuitError> {
        Ok(match output {
            Output::Voltage(plus, minus) => DcOutput::Voltage(
                self.circuit.node(plus)?,
                self.circuit.node(minus.as_deref().unwrap_or("0"))?,
            ),
            Output::Current(element) => DcOutput::Current(element.clone()),
        })
    }

    fn transfer(
        &mut self,
        output: &Output,
        source: &str,
        plots: &mut Vec<Plot>,
    ) -> Result<(), CircuitError> {
        let guesses = self.static_guesses();
        let observed = self.output(output)?;
        let result =
            circuit::transfer_function(self.circuit, self.options, &guesses, &observed, source)?;
        let name = match output {
            Output::Voltage(plus, None) => format!("output_impedance_at_V({plus})"),
            Output::Voltage(plus, Some(minus)) => format!("output_impedance_at_V({plus},{minus})"),
            Output::Current(element) => format!("{element}#Output_impedance"),
        };
        let mut plot = Plot::new(self.title, "Transfer Function");
        plot.vectors = vec![
            Vector::real("Transfer_function", VectorKind::Voltage, vec![result.gain]),
            Vector::real(
                format!("{source}#Input_impedance"),
                VectorKind::Voltage,
                vec![result.input_resistance],
            ),
            Vector::real(name, VectorKind::Voltage, vec![result.output_resistance]),
        ];
        plots.push(plot);
        Ok(())
    }

    fn sensitivity(&mut self, output: &Output, plots: &mut Vec<Plot>) -> Result<(), CircuitError> {
        let guesses = self.static_guesses();
        let observed = self.output(output)?;
        let sensitivities =
            circuit::dc_sensitivities(self.circuit, self.options, &guesses, &observed)?;
        let mut plot = Plot::new(self.title, "Sensitivity Analysis");
        plot.vectors = sensitivities
            .into_iter()
            .map(|entry| {
                let name = match entry.parameter {
                    "dc" | "resistance" | "capacitance" | "inductance" | "gain" => entry.element,
                    parameter => format!("{}:{parameter}", entry.element),
                };
                Vector::real(name, VectorKind::NoType, vec![entry.derivative])
            })
            .collect();
        plots.push(plot);
        Ok(())
    }
}

/// The letter that tells what an element is, behind the path of its subcircuits: `r` for `r.x1.r3` and for `r3`.
fn base_letter(name: &str) -> Option<char> {
    name.chars().next()
}

fn frequencies(sweep: &FrequencySweep, grid: Grid) -> Result<Vec<f64>, CircuitError> {
    let points = sweep.points as usize;
    let spacing = match sweep.spacing {
        Spacing::Decade => Spaced::Decade(points),
        Spacing::Octave => Spaced::Octave(points),
        Spacing::Linear => Spaced::Linear(points),
    };
    spacing.frequencies(sweep.start, sweep.stop, grid)
}

/// Amplitude densities and integrated amplitudes, with the vector names of ngspice: of every element each source and their sum.
fn noise_plots(
    title: &str,
    spectrum: &NoiseSpectrum,
    (input_density, input_total): (VectorKind, VectorKind),
    detailed: bool,
    logarithmic: bool,
) -> Vec<Plot> {
    let root = |powers: &[f64]| {
        powers
            .iter()
            .map(|power| power.sqrt())
            .collect::<Vec<f64>>()
    };
    let density =
        |name: String, powers: &[f64]| Vector::real(name, VectorKind::VoltageDensity, root(powers));
    let total = |name: String, power: f64| {
        let kind = if name.starts_with('i') {
            input_total.clone()
        } else {
            VectorKind::Voltage
        };
        Vector::real(name, kind, vec![power.sqrt()])
    };
    let mut spectra = Plot::new(title, "Noise Spectral Density Curves");
    let mut totals = Plot::new(title, "Integrated Noise");
    spectra.vectors.push(Vector {
        logarithmic,
        ..Vector::real(
            "frequency",
            VectorKind::Frequency,
            spectrum.frequencies.clone(),
        )
    });
    if detailed {
        let mut first = 0;
        while first < spectrum.contributors.len() {
            let element = &spectrum.contributors[first].element;
            let after = spectrum.contributors[first..]
                .iter()
                .position(|other| other.element != *element)
                .map_or(spectrum.contributors.len(), |count| first + count);
            let mut sum = vec![0.0; spectrum.frequencies.len()];
            let mut sum_totals = (0.0, 0.0);
            for source in first..after {
                let label = spectrum.contributors[source].label;
                let (at_output, at_input) = spectrum.contribution_totals[source];
                for (sum, part) in sum.iter_mut().zip(&spectrum.contributions[source]) {
                    *sum += part;
                }
                sum_totals.0 += at_output;
                sum_totals.1 += at_input;
                if !label.is_empty() {
                    spectra.vectors.push(density(
                        format!("onoise_{element}_{label}"),
                        &spectrum.contributions[source],
                    ));
                    totals
                        .vectors
                        .push(total(format!("onoise_total_{element}_{label}"), at_output));
                    totals
                        .vectors
                        .push(total(format!("inoise_total_{element}_{label}"), at_input));
                }
            }
            spectra
                .vectors
                .push(density(format!("onoise_{element}"), &sum));
            totals
                .vectors
                .push(total(format!("onoise_total_{element}"), sum_totals.0));
            totals
                .vectors
                .push(total(format!("inoise_total_{element}"), sum_totals.1));
            first = after;
        }
    }
    spectra
        .vectors
        .push(density("onoise_spectrum".to_owned(), &spectrum.output));
    spectra.vectors.push(Vector::real(
        "inoise_spectrum",
        input_density,
        root(&spectrum.input),
    ));
    totals
        .vectors
        .push(total("onoise_total".to_owned(), spectrum.output_total));
    totals
        .vectors
        .push(total("inoise_total".to_owned(), spectrum.input_total));
    vec![spectra, totals]
}
