//! The sum over components.
//!
//! A component has `count` units, works `steps` operations of `latency` one after another, and draws `count * power`, or `energy` for each
//! of its operations. The inference takes the sum of all components' times. What is proportional to a quantity that layers have parts of
//! is shared out to them by it; what is not belongs to no layer.

use ohmloom_layouts::placement::ArrayLayout;
use ohmloom_peripherals::components::Part;

use super::plan::Mapping;
use super::quantities::{Factor, Quantities, Quantity};
use super::report::{
    ComponentCost, Cost, CrossbarReport, LayerComponent, LayerReport, MappingReport, Totals,
};
use super::settings::{CROSSBAR, ComponentSettings, EnergyRule};
use super::{MappingError, arrays::ReadCost};

/// One component before the inference's time is known.
struct Line {
    name: String,
    count: f64,
    steps: f64,
    unit_latency: f64,
    area: f64,
    /// While it works, W.
    power: f64,
    /// Of its operations, J.
    energy: f64,
    /// Each layer's share of area, of power and energy, and of time.
    shares: Vec<[f64; 3]>,
}

impl Line {
    fn latency(&self) -> f64 {
        self.steps * self.unit_latency
    }

    /// Cost in an inference that takes `time`.
    fn cost(&self, rule: EnergyRule, time: f64) -> Cost {
        let (power, energy) = match rule {
            EnergyRule::AlwaysOn => (self.power, self.power * time),
            EnergyRule::Active => {
                let energy = self.power * self.latency();
                (if time > 0.0 { energy / time } else { 0.0 }, energy)
            }
        };
        let drawn = if time > 0.0 { self.energy / time } else { 0.0 };
        Cost {
            area_m2: self.area,
            power_w: power + drawn,
            energy_j: energy + self.energy,
            latency_s: self.latency(),
        }
    }
}

impl Mapping {
    /// What the mapping costs. `network` is the name that the report gives it.
    ///
    /// # Errors
    /// Components whose part is not known or does not say what is needed; arrays that have no solution; an inference that takes no time, where
    /// a power is to be told from an energy.
    pub fn report(&self, network: &str) -> Result<MappingReport, MappingError> {
        let settings = &self.settings;
        let quantities = self.quantities();
        let reads = self.read_cost(quantities.total.passes)?;
        let library = settings.component_library()?;
        let mut lines = vec![self.arrays_line(&quantities, &reads)];
        for component in &settings.component {
            let part = settings.part_of(component, library.as_ref())?;
            lines.push(line(
                component,
                &part,
                settings.input_bits,
                settings.output_bits,
                &quantities,
            )?);
        }
        let time: f64 = lines.iter().map(Line::latency).sum();
        let needs_time =
            settings.energy == EnergyRule::Active || lines.iter().any(|line| line.energy > 0.0);
        if needs_time && time <= 0.0 {
            let reason = "no component takes time, so that energy over time is no power: give [crossbar] delay, or steps and a latency to a component";
            return Err(MappingError::Value {
                reason: reason.into(),
            });
        }
        let costs: Vec<Cost> = lines
            .iter()
            .map(|line| line.cost(settings.energy, time))
            .collect();
        let layers = self.layer_reports(&quantities, &lines, &costs);
        let components = lines.iter().zip(&costs).map(|(line, &cost)| ComponentCost {
            name: line.name.clone(),
            count: line.count.round() as u64,
            steps: line.steps.round() as u64,
            unit_latency_s: line.unit_latency,
            cost,
        });
        let placement = self.placement();
        let arrays = || self.layers().iter().flat_map(|layer| &layer.arrays);
        let cells = placement.tiles * placement.tile.cells();
        let programmed_cells = layers.iter().map(|layer| layer.programmed_cells).sum();
        Ok(MappingReport {
            network: network.into(),
            total: Totals {
                rows: arrays().map(ArrayLayout::rows).sum(),
                columns: arrays().map(ArrayLayout::columns).sum(),
                tiles: placement.tiles,
                slices: placement.slices.len(),
                cells,
                programmed_cells,
                unprogrammed_cells: cells - programmed_cells,
                utilisation: programmed_cells as f64 / cells.max(1) as f64,
                passes: quantities.total.passes as u64,
                conversions: quantities.total.conversions as u64,
                parameters: self
                    .layers()
                    .iter()
                    .map(super::MappedLayer::parameters)
                    .sum(),
                cost: sum(&costs),
            },
            components: components.collect(),
            crossbar: CrossbarReport {
                read_power_w: reads.power_w,
                pass_energy_j: reads.power_w * reads.step_s,
                step_s: reads.step_s,
                solved_reads: reads.solved,
            },
            layers,
            settings: settings.clone(),
        })
    }

    fn arrays_line(&self, quantities: &Quantities, reads: &ReadCost) -> Line {
        let crossbar = &self.settings.crossbar;
        let cells = (self.placement().tiles * self.placement().tile.cells()) as f64;
        let count = [Factor::Quantity(Quantity::Tiles)];
        let shares = (0..self.layers().len()).map(|layer| {
            [
                share(quantities, &count, layer),
                reads.shares[layer],
                share(quantities, &crossbar.steps, layer),
            ]
        });
        Line {
            name: CROSSBAR.into(),
            count: cells,
            steps: quantities.product(&crossbar.steps),
            unit_latency: reads.step_s,
            area: cells * crossbar.cell_area_m2,
            power: reads.power_w,
            energy: 0.0,
            shares: shares.collect(),
        }
    }

    fn layer_reports(
        &self,
        quantities: &Quantities,
        lines: &[Line],
        costs: &[Cost],
    ) -> Vec<LayerReport> {
        let mut slices = vec![0; self.layers().len()];
        for placed in &self.placement().slices {
            slices[placed.slice.layer] += 1;
        }
        self.layers()
            .iter()
            .enumerate()
            .map(|(index, layer)| {
                let components: Vec<LayerComponent> = lines
                    .iter()
                    .zip(costs)
                    .filter(|(line, _)| line.shares[index].iter().any(|&share| share > 0.0))
                    .map(|(line, cost)| {
                        let [area, energy, time] = line.shares[index];
                        LayerComponent {
                            name: line.name.clone(),
                            cost: Cost {
                                area_m2: area * cost.area_m2,
                                power_w: energy * cost.power_w,
                                energy_j: energy * cost.energy_j,
                                latency_s: time * cost.latency_s,
                            },
                        }
                    })
                    .collect();
                let of = &quantities.layers[index];
                LayerReport {
                    name: layer.name.clone(),
                    layout: layer.layout.scheme().name(),
                    arrays: layer.arrays.len(),
                    rows: layer
                        .arrays
                        .iter()
                        .map(ArrayLayout::rows)
                        .max()
                        .unwrap_or(0),
                    columns: layer
                        .arrays
                        .iter()
                        .map(ArrayLayout::columns)
                        .max()
                        .unwrap_or(0),
                    cells: layer.layout.cells(),
                    programmed_cells: layer.layout.programmed_cells(),
                    unprogrammed_cells: layer.layout.cells() - layer.layout.programmed_cells(),
                    density: layer.layout.density(),
                    slices: slices[index],
                    tiles: of.tiles,
                    passes: of.passes as u64,
                    conversions: of.conversions as u64,
                    cost: sum(&components.iter().map(|part| part.cost).collect::<Vec<_>>()),
                    components,
                }
            })
            .collect()
    }
}

fn line(
    component: &ComponentSettings,
    part: &Part,
    input_bits: u32,
    output_bits: u32,
    quantities: &Quantities,
) -> Result<Line, MappingError> {
    let fail = |reason: &str| MappingError::Value {
        reason: format!("[[component]] \"{}\": {reason}", component.name),
    };
    let count = quantities.product(&component.count);
    let unit_latency = if component.steps.is_empty() {
        0.0
    } else {
        part.latency()?
    };
    // A component that works on inputs converts words of their length.
    let drives = Factor::Quantity(Quantity::Drives);
    let bits = if component.operations.contains(&drives) {
        input_bits
    } else {
        output_bits
    };
    let (power, energy) = match (part.power_w, part.operation_energy(bits)) {
        (Some(power), _) => (count * power, 0.0),
        (None, Some(_)) if component.operations.is_empty() => {
            return Err(fail(
                "its part has an energy for each operation, so operations must be given",
            ));
        }
        (None, Some(energy)) => (0.0, energy * quantities.product(&component.operations)),
        (None, None) => return Err(fail("neither power nor energy is given")),
    };
    if part.power_w.is_some() && !component.operations.is_empty() {
        return Err(fail("its part has a power, so operations have no meaning"));
    }
    let consumers = if component.operations.is_empty() {
        &component.count
    } else {
        &component.operations
    };
    let shares = (0..quantities.layers.len()).map(|layer| {
        [
            share(quantities, &component.count, layer),
            share(quantities, consumers, layer),
            share(quantities, &component.steps, layer),
        ]
    });
    Ok(Line {
        name: component.name.clone(),
        count,
        steps: quantities.product(&component.steps),
        unit_latency,
        area: count * part.area()?,
        power,
        energy,
        shares: shares.collect(),
    })
}

/// A layer's share of a product.
fn share(quantities: &Quantities, factors: &[Factor], layer: usize) -> f64 {
    let total = quantities.product(factors);
    if total > 0.0 {
        quantities.product_of_layer(factors, layer) / total
    } else {
        0.0
    }
}

fn sum(costs: &[Cost]) -> Cost {
    costs.iter().fold(Cost::default(), |sum, cost| Cost {
        area_m2: sum.area_m2 + cost.area_m2,
        power_w: sum.power_w + cost.power_w,
        energy_j: sum.energy_j + cost.energy_j,
        latency_s: sum.latency_s + cost.latency_s,
    })
}
