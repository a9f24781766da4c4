//! Progress bars of long jobs: one for each stage, on stderr, shown once a stage has lasted a moment, and only on a terminal.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ohmloom_networks::evaluation::Progress;

/// Bars for the stages of an evaluation.
#[derive(Default)]
pub(crate) struct StageBars(Mutex<Option<ProgressBar>>);

impl StageBars {
    /// Removes the last bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.lock().take() {
            bar.finish_and_clear();
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
        self.finish();
        // indicatif draws nothing when stderr is not a terminal.
        let style =
            ProgressStyle::with_template("{msg:18} {bar:40} {pos}/{len}  {elapsed} (left {eta})");
        let bar = ProgressBar::new(steps as u64).with_message(stage);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(250));
        *self.lock() = Some(bar);
    }

    fn step(&self) {
        if let Some(bar) = &*self.lock() {
            bar.inc(1);
        }
    }
}
