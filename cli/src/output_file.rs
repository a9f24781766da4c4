//! Files that appear complete or not at all: written under a temporary name in the same folder, then renamed.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use ohmloom_studies::plots::PlotError;
use tempfile::{Builder, TempPath};

/// A file that is going to be written.
pub(crate) struct OutputFile {
    /// As the user wrote it.
    path: PathBuf,
    /// What is replaced: absolute, symbolic links followed. `None` for a device or pipe, which is written in place.
    target: Option<PathBuf>,
    staged: Option<TempPath>,
}

impl OutputFile {
    /// Makes sure that the file can be written, before long work whose result it is to hold.
    pub(crate) fn new(path: &Path) -> Result<Self> {
        let target = target(path).with_context(|| refusal(path))?;
        if let Some(target) = &target {
            temporary_beside(target).with_context(|| refusal(path))?;
        }
        Ok(Self {
            path: path.to_owned(),
            target,
            staged: None,
        })
    }

    /// The file as the user wrote it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether writing this file replaces `other`'s, or the existing file `other`.
    pub(crate) fn replaces(&self, other: &Path) -> bool {
        let Some(own) = &self.target else {
            return false;
        };
        target(other).is_ok_and(|other| other.as_ref() == Some(own))
    }

    /// Writes the content: `fill` gets the name of a file that it may overwrite.
    pub(crate) fn stage(&mut self, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let Some(target) = &self.target else {
            return fill(&self.path).with_context(|| refusal(&self.path));
        };
        let temporary = temporary_beside(target).with_context(|| refusal(&self.path))?;
        fill(&temporary).with_context(|| refusal(&self.path))?;
        self.staged = Some(temporary);
        Ok(())
    }

    /// Gives the staged content its final name.
    pub(crate) fn publish(self) -> Result<()> {
        match (self.staged, self.target) {
            (Some(temporary), Some(target)) => temporary
                .persist(target)
                .map_err(|error| error.error)
                .with_context(|| refusal(&self.path)),
            _ => Ok(()),
        }
    }
}

/// What is wrong with a plot, without the file's name: the caller knows the final one, the error the temporary one.
pub(crate) fn plot_error(error: PlotError) -> anyhow::Error {
    match error {
        PlotError::Write { source, .. } => source.into(),
        PlotError::Draw { message, .. } => anyhow!(message),
        other => other.into(),
    }
}

fn refusal(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

fn target(path: &Path) -> Result<Option<PathBuf>> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => bail!("it is a folder"),
        Ok(found) if !found.is_file() => Ok(None),
        Ok(found) if found.permissions().readonly() => bail!("it is write-protected"),
        Ok(_) => Ok(Some(path.canonicalize()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = path
                .file_name()
                .ok_or_else(|| anyhow!("it names no file"))?;
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let absolute = folder
                .canonicalize()
                .with_context(|| format!("folder {}", folder.display()))?;
            Ok(Some(absolute.join(name)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A new empty file in the target's folder with the target's extension; removed when dropped.
fn temporary_beside(target: &Path) -> Result<TempPath> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut suffix = OsString::new();
    if let Some(extension) = target.extension() {
        suffix.push(".");
        suffix.push(extension);
    }
    let mut builder = Builder::new();
    builder.prefix(".ohmloom-").suffix(&suffix);
    // Readable by whom other new files are; by default temporary files are private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder
        .tempfile_in(folder)
        .map_err(|error| anyhow!("folder {}: {}", folder.display(), reason(&error)))?;
    Ok(file.into_temp_path())
}

/// What the operating system said, without the temporary name.
fn reason(error: &std::io::Error) -> String {
    let kind = std::io::Error::from(error.kind());
    kind.to_string()
}
