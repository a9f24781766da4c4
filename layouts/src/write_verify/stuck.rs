//! Memristors some of which do not respond.

use ohmloom_solver::line_grid::TimeStep;
use ohmloom_solver::lu::Complex;

use crate::cells::Device;

/// Devices some of which keep their states whatever is done to them.
#[derive(Clone, Debug)]
pub(super) struct WithStuck<D> {
    pub(super) device: D,
    /// Row-major.
    pub(super) stuck: Vec<bool>,
}

/// What such a device has accepted.
#[derive(Clone, Debug)]
pub(super) struct StuckHistory<H> {
    pub(super) device: H,
    stuck: bool,
}

impl<D: Device> Device for WithStuck<D> {
    type Guess = D::Guess;
    type History = StuckHistory<D::History>;

    fn fresh(&self, index: usize) -> Self::History {
        StuckHistory {
            device: self.device.fresh(index),
            stuck: self.stuck[index],
        }
    }

    #[inline]
    fn at_rest(
        &self,
        index: usize,
        v: f64,
        history: &Self::History,
        guess: &mut D::Guess,
    ) -> (f64, f64) {
        self.device.at_rest(index, v, &history.device, guess)
    }

    fn begin(&self, index: usize, v: f64, history: &mut Self::History, guess: &mut D::Guess) {
        self.device.begin(index, v, &mut history.device, guess);
    }

    #[inline]
    fn in_step(
        &self,
        index: usize,
        v: f64,
        step: &TimeStep,
        history: &Self::History,
        guess: &mut D::Guess,
    ) -> (f64, f64) {
        if history.stuck {
            self.device.at_rest(index, v, &history.device, guess)
        } else {
            self.device.in_step(index, v, step, &history.device, guess)
        }
    }

    fn admittance(
        &self,
        index: usize,
        v: f64,
        omega: f64,
        history: &Self::History,
        guess: &mut D::Guess,
    ) -> Complex {
        if history.stuck {
            let (_, slope) = self.device.at_rest(index, v, &history.device, guess);
            Complex::new(slope, 0.0)
        } else {
            self.device
                .admittance(index, v, omega, &history.device, guess)
        }
    }

    fn truncation(
        &self,
        step: &TimeStep,
        history: &Self::History,
        guess: &D::Guess,
        reltol: f64,
    ) -> f64 {
        if history.stuck {
            0.0
        } else {
            self.device.truncation(step, &history.device, guess, reltol)
        }
    }

    fn accept(&self, step: &TimeStep, history: &mut Self::History, guess: &D::Guess, corner: bool) {
        if !history.stuck {
            self.device.accept(step, &mut history.device, guess, corner);
        }
    }
}
