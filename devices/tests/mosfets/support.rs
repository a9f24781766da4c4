//! Transistors of known parameters, placed on the nodes 1 to 4: drain, gate, source, bulk.

use std::sync::Arc;

use ohmloom_devices::mosfets::{Level, Mosfet, MosfetInstance, MosfetModel, Polarity};
use ohmloom_devices::parameters::Parameters;
use ohmloom_solver::circuit::{Element, ElementProbe, Phase, Point, Start, Unknown};

/// `name=value` pairs of a `.model` or an instance line.
pub(crate) type Card = &'static [(&'static str, f64)];

pub(crate) fn parameters<P: Parameters>(card: Card) -> P {
    let mut set = P::default();
    for (name, value) in card {
        set.set(name, *value).unwrap();
    }
    set
}

pub(crate) fn terminals<E: Element>() -> [Unknown; 4] {
    [1, 2, 3, 4].map(ElementProbe::<E>::node)
}

pub(crate) fn mosfet<L: Level>(
    polarity: Polarity,
    model: Card,
    instance: Card,
) -> ElementProbe<Mosfet<L>> {
    let model: MosfetModel = parameters(model);
    let instance: MosfetInstance = parameters(instance);
    let element = Mosfet::<L>::new(
        "m1".to_owned(),
        terminals::<Mosfet<L>>(),
        polarity,
        Arc::new(model),
        instance,
    )
    .unwrap();
    ElementProbe::new(element, 4).unwrap()
}

/// Calls `use_point` with the point at `x` (without ground).
pub(crate) fn at<R>(x: &[f64], phase: Phase, use_point: impl FnOnce(&Point<'_>) -> R) -> R {
    let mut solution = vec![0.0];
    solution.extend_from_slice(x);
    use_point(&Point {
        x: &solution,
        time: 0.0,
        phase,
        start: Start::Continue,
        gmin: 1e-12,
        source_factor: 1.0,
        temperature: 300.15,
        frequency: 0.0,
    })
}

/// A quantity of the element at `x`.
pub(crate) fn value<E: Element>(probe: &ElementProbe<E>, x: &[f64], quantity: &str) -> f64 {
    at(x, Phase::SmallSignal, |point| {
        probe.element().value(quantity, point)
    })
    .unwrap_or_else(|| panic!("no quantity {quantity}"))
}

/// Node voltages of an element whose terminals are at `x`: internal nodes (after the terminals) by Newton's method.
pub(crate) fn solve<E: Element>(probe: &mut ElementProbe<E>, terminals: [f64; 4]) -> Vec<f64> {
    let mut x = terminals.to_vec();
    x.resize(probe.unknown_count(), 0.0);
    for (inner, outer) in [0, 2].into_iter().take(x.len() - 4).enumerate() {
        x[4 + inner] = terminals[outer];
    }
    for _ in 0..50 {
        let e = probe.evaluate(&x, Phase::Dc, Start::Continue);
        let (f, j) = (&e.residual[4..], &e.conductance[4..]);
        let step: Vec<f64> = match f.len() {
            0 => return x,
            1 => vec![f[0] / j[0][4]],
            _ => {
                let det = j[0][4] * j[1][5] - j[0][5] * j[1][4];
                vec![
                    (f[0] * j[1][5] - f[1] * j[0][5]) / det,
                    (f[1] * j[0][4] - f[0] * j[1][4]) / det,
                ]
            }
        };
        for (v, d) in x[4..].iter_mut().zip(&step) {
            *v -= d;
        }
        if step.iter().all(|d| d.abs() < 1e-13) {
            break;
        }
    }
    x
}

/// A small generator of numbers in a range, the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}
