//! Progress bars of long jobs: one for each stage, on stderr, shown once a stage has lasted a moment, and only on a terminal.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ohmloom_networks::evaluation::Progress;
use ohmloom_studies::study::Watch;

/// Bars for the stages of an evaluation, for the points of a study, for the cells of an array.
#[derive(Default)]
pub(crate) struct StageBars(Mutex<Option<ProgressBar>>);

impl StageBars {
    /// Removes the last bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.lock().take() {
            bar.finish_and_clear();
        }
    }

    /// Shows the bar of a stage of so many steps, of which some were done before.
    pub(crate) fn begin_at(&self, stage: &'static str, steps: usize, done: usize) {
        self.finish();
        // indicatif draws nothing when stderr is not a terminal.
        let style =
            ProgressStyle::with_template("{msg:18} {bar:40} {pos}/{len}  {elapsed} (left {eta})");
        let bar = ProgressBar::new(steps as u64).with_message(stage);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(done as u64);
        // What an earlier run has done says nothing about this one's speed.
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(250));
        *self.lock() = Some(bar);
    }

    /// One more step is done.
    pub(crate) fn advance(&self) {
        if let Some(bar) = &*self.lock() {
            bar.inc(1);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Progress for StageBars {
    fn begin(&self, stage: &'static str, steps: usize) {
        self.begin_at(stage, steps, 0);
    }

    fn step(&self) {
        self.advance();
    }
}

impl Watch for StageBars {
    fn begin(&self, jobs: usize, done: usize) {
        self.begin_at("evaluations", jobs, done);
    }

    fn step(&self) {
        self.advance();
    }
}
