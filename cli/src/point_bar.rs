//! The progress bar of a study, on stderr and only on a terminal.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ohmloom_studies::study::Watch;

/// A bar that counts evaluations.
#[derive(Default)]
pub(crate) struct PointBar(Mutex<Option<ProgressBar>>);

impl PointBar {
    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.lock().take() {
            bar.finish_and_clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for PointBar {
    fn begin(&self, jobs: usize, done: usize) {
        let style = ProgressStyle::with_template(
            "evaluations {bar:40} {pos}/{len}  {elapsed} (left {eta})",
        );
        let bar = ProgressBar::new(jobs as u64);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(done as u64);
        // What an earlier run has done says nothing about this one's speed.
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(250));
        *self.lock() = Some(bar);
    }

    fn step(&self) {
        if let Some(bar) = &*self.lock() {
            bar.inc(1);
        }
    }
}
