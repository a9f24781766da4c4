//! Running a study's jobs.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ohmloom_networks::evaluation::{AnalogNetwork, References, Silent};

use super::configuration::number_text;
use super::error::StudyError;
use super::inputs::Inputs;
use super::journal::{Entry, Heading, Journal};
use super::manifest::{Manifest, Shard};
use super::metrics::{metrics, times};
use super::plan::{Job, Study};
use super::results;

/// While jobs run, `results.csv` is brought up to date about this often.
const REFRESH: Duration = Duration::from_secs(5);

/// How a study is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// The results folder.
    pub out: PathBuf,
    /// Jobs at the same time, at least 1; each of them uses all threads of the present rayon pool.
    pub jobs: usize,
    /// Whether to go on with what is in the folder.
    pub resume: bool,
    /// Which part of the jobs to run.
    pub shard: Shard,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutcome {
    /// Jobs of the shard.
    pub jobs: usize,
    /// Jobs that an earlier run had finished.
    pub earlier: usize,
    /// Jobs that failed: which, and why. They are not among the results; a resumed run tries them again.
    pub failures: Vec<(String, String)>,
}

/// Is told how far a run is.
pub trait Watch: Sync {
    /// The run begins; `done` of `jobs` jobs are done already.
    fn begin(&self, jobs: usize, done: usize);
    /// One more job is done or has failed.
    fn step(&self);
}

/// Runs what is left of a study and writes `study.json`, `journal.jsonl`, `results.csv` and `timing.csv` to the results folder.
///
/// The results do not depend on the number of jobs at the same time, on the threads, on interruptions or on shards. Jobs whose tiles are
/// equal share their solution.
///
/// # Errors
/// Inputs that cannot be read; a folder with results of another study, or that cannot be written. A job that fails is no error but part of
/// the outcome.
pub fn run(
    study: &Study,
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<RunOutcome, StudyError> {
    let out = &options.out;
    std::fs::create_dir_all(out).map_err(StudyError::file(out))?;
    let inputs = Inputs::load(study, out)?;
    let manifest = Manifest::new(study, inputs.files.clone(), options.shard);
    let heading = Heading {
        study: manifest.identity()?,
        shard: options.shard,
    };
    let (journal, entries) = Journal::open(out, &heading, options.resume)?;
    manifest.write(out)?;
    let earlier = entries.len();
    let jobs: Vec<usize> = (0..study.jobs())
        .filter(|&job| options.shard.contains(job))
        .collect();
    let entries: BTreeMap<usize, Entry> = entries
        .into_iter()
        .map(|entry| (entry.job, entry))
        .collect();
    let left: Vec<usize> = jobs
        .iter()
        .copied()
        .filter(|job| !entries.contains_key(job))
        .collect();
    let references = inputs.references(study);
    let groups = Mutex::new(groups(study, &left, options.jobs.max(1))?);
    watch.begin(jobs.len(), earlier);
    let record = Mutex::new(Record {
        folder: out,
        manifest: &manifest,
        journal,
        entries,
        failures: BTreeMap::new(),
        refreshed: Instant::now(),
    });
    let work = || -> Result<(), StudyError> {
        loop {
            let Some(group) = lock(&groups).pop_front() else {
                return Ok(());
            };
            let outcome = run_group(study, &references, &group, |job, result| {
                let recorded = lock(&record).add(job, result);
                watch.step();
                recorded
            });
            if outcome.is_err() {
                // Nothing can be recorded any more: the other workers stop after their group.
                lock(&groups).clear();
                return outcome;
            }
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..options.jobs.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| match worker.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            })
    })?;
    let record = record.into_inner().unwrap_or_else(PoisonError::into_inner);
    record.write()?;
    let failures = record.failures.into_iter().map(|(job, reason)| {
        let (point, seed) = study.point_and_seed(job);
        (
            format!("point {point}, seed {seed} ({})", study.words(point)),
            reason,
        )
    });
    Ok(RunOutcome {
        jobs: jobs.len(),
        earlier,
        failures: failures.collect(),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What has been done, in memory and on the disk.
struct Record<'a> {
    folder: &'a Path,
    manifest: &'a Manifest,
    journal: Journal,
    entries: BTreeMap<usize, Entry>,
    failures: BTreeMap<usize, String>,
    refreshed: Instant,
}

impl Record<'_> {
    fn add(&mut self, job: usize, result: Result<Entry, StudyError>) -> Result<(), StudyError> {
        match result {
            Err(error) => {
                self.failures.insert(job, error.to_string());
            }
            Ok(entry) => {
                self.journal.append(&entry)?;
                self.entries.insert(job, entry);
                if self.refreshed.elapsed() > REFRESH {
                    self.write()?;
                    self.refreshed = Instant::now();
                }
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<(), StudyError> {
        let entries: Vec<Entry> = self.entries.values().cloned().collect();
        results::write(self.folder, self.manifest, &entries)
    }
}

/// Jobs of one network, on as many images, with equal tiles together, in the order of their first ones; groups are cut where there would be fewer than workers.
fn groups(
    study: &Study,
    left: &[usize],
    workers: usize,
) -> Result<VecDeque<Vec<usize>>, StudyError> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: BTreeMap<(usize, Option<usize>, String), usize> = BTreeMap::new();
    for &number in left {
        let job = study.job(number)?;
        let tiles = serde_json::to_string(&job.settings.of_tiles())
            .map_err(|error| StudyError::Inputs(error.to_string()))?;
        // Offsetting may depend on the images.
        let section = &study.sections[job.section];
        let key = (section.network, section.limit, tiles);
        let group = *known.entry(key).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(number);
    }
    let longest = left.len().div_ceil(workers).max(1);
    Ok(groups
        .iter()
        .flat_map(|group| group.chunks(longest).map(<[usize]>::to_vec))
        .collect())
}

/// Runs jobs with equal tiles one after another. `record` says whether to go on.
fn run_group(
    study: &Study,
    references: &[Arc<References<'_>>],
    group: &[usize],
    mut record: impl FnMut(usize, Result<Entry, StudyError>) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let mut solved: Option<AnalogNetwork<'_>> = None;
    for &number in group {
        let mut evaluate = |job: &Job| -> Result<Entry, StudyError> {
            let references = &references[job.section];
            let analog = match solved.take() {
                None => references.analog(&job.settings, &Silent)?,
                Some(solved) => solved.with_settings(&job.settings)?,
            };
            let report = references.evaluate(solved.insert(analog), 0, &Silent)?;
            let metrics = metrics(&report);
            if let Some((name, value)) = metrics.iter().find(|(_, value)| !value.is_finite()) {
                return Err(StudyError::Inputs(format!(
                    "{name} = {value}: not a finite number"
                )));
            }
            Ok(Entry {
                job: number,
                point: job.point,
                seed: job.seed,
                values: study.values(job.point),
                metrics: metrics
                    .into_iter()
                    .map(|(name, value)| (name, number_text(value)))
                    .collect(),
                configuration: job.configuration.clone(),
                seconds: times(&report.seconds),
            })
        };
        let result = study.job(number).and_then(|job| evaluate(&job));
        record(number, result)?;
    }
    Ok(())
}
