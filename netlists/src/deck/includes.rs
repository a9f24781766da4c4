//! `.include` and `.lib`: files that a deck names.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Span;
use super::reader::{BYTE_LIMIT, ERROR_LIMIT, Mode, ReadFile, Reader};
use crate::diagnostics::Diagnostic;

/// How deep files may include each other.
const INCLUDE_DEPTH_LIMIT: usize = 40;
/// The most names of a folder that are looked at for a suggestion.
const MOST_ENTRIES: usize = 10_000;

impl Reader {
    pub(super) fn include(&mut self, span: Span, depth: usize) {
        let Some((name, place)) = self.file_name(span) else {
            return;
        };
        if let Some(file) = self.open_file(&name, place, depth) {
            self.read_lines(&file, None, depth + 1);
        }
    }

    /// `.lib file section` reads a section; `.lib section` alone starts one, which is skipped here.
    pub(super) fn library(&mut self, span: Span, depth: usize) -> Mode {
        let words = self.arguments(span);
        match words.as_slice() {
            [_] => return Mode::Skipping,
            [(name, place), (section, _)] => {
                if let Some(file) = self.open_file(name, *place, depth) {
                    let section = section.to_ascii_lowercase();
                    self.read_lines(&file, Some(&section), depth + 1);
                }
            }
            _ => self.report(Diagnostic::error(span, "write `.lib file section`")),
        }
        Mode::Reading
    }

    /// The rest of the line is a file name, which may have blanks and quotes.
    fn file_name(&mut self, span: Span) -> Option<(String, Span)> {
        let text = self.sources.original(span);
        let folded = self.sources.folded(span);
        let from = self.first_word(span).len();
        let rest = text.get(from..folded.trim_end().len()).unwrap_or("");
        let skipped = rest.len() - rest.trim_start().len();
        let written = rest.trim();
        let place = span.part(from + skipped, from + skipped + written.len());
        let name = written.trim_matches(|c| matches!(c, '"' | '\'')).to_owned();
        if name.is_empty() {
            self.report(Diagnostic::error(span, "this needs the name of a file"));
            return None;
        }
        Some((name, place))
    }

    /// Opens a file relative to the file that names it, or to the working folder.
    fn open_file(&mut self, name: &str, place: Span, depth: usize) -> Option<Rc<ReadFile>> {
        if depth + 1 > INCLUDE_DEPTH_LIMIT {
            let message =
                format!("files include each other more than {INCLUDE_DEPTH_LIMIT} levels deep");
            self.report(
                Diagnostic::error(place, message).help("look for a file that includes itself"),
            );
            self.errors = ERROR_LIMIT;
            return None;
        }
        let name = match name.strip_prefix("~/").zip(std::env::home_dir()) {
            Some((rest, home)) => home.join(rest),
            None => PathBuf::from(name),
        };
        let folder = self
            .sources
            .file(place.file)
            .map_or_else(PathBuf::new, |file| file.folder().to_path_buf());
        let beside = folder.join(&name);
        let path = if beside.is_file() || !name.is_file() {
            beside
        } else {
            name.clone()
        };
        let key = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some(file) = self.by_path.get(&key) {
            return Some(Rc::clone(file));
        }
        let read = if path.exists() && !path.is_file() && !path.is_dir() {
            // To open a pipe or a device could wait forever.
            Err("it is not a regular file".to_owned())
        } else {
            read_limited(&path, BYTE_LIMIT.saturating_sub(self.bytes))
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(reason) => {
                let message = format!("the file {} cannot be read: {reason}", path.display());
                self.report(beside_it(Diagnostic::error(place, message), &path));
                return None;
            }
        };
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let file = self.add_text(
            path.display().to_string(),
            folder,
            bytes,
            false,
            Some(place),
        )?;
        self.by_path.insert(key, Rc::clone(&file));
        Some(file)
    }
}

/// Suggests a file of the same folder with a similar name, where the file itself does not exist.
fn beside_it(finding: Diagnostic, path: &Path) -> Diagnostic {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let (Some(name), false, Ok(entries)) = (
        path.file_name().and_then(|name| name.to_str()),
        path.exists(),
        std::fs::read_dir(folder),
    ) else {
        return finding;
    };
    let mut names: Vec<String> = entries
        .take(MOST_ENTRIES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    finding.did_you_mean(name, names.iter().map(String::as_str))
}

/// Reads a file, at most `limit` bytes of it, or says why not.
pub(super) fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if metadata.len() > limit {
        return Err(format!(
            "the deck's files would have more than {BYTE_LIMIT} bytes"
        ));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limit {
        return Err(format!(
            "the deck's files would have more than {BYTE_LIMIT} bytes"
        ));
    }
    Ok(bytes)
}
