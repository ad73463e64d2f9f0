//! What checking a document has found so far: errors, and the defaults that were filled in.

use super::document::Place;
use super::error::{LocatedError, ScenarioError};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What checking has found so far: errors, and the defaults that were filled in.
#[derive(Debug, Default)]
pub(super) struct Findings {
    errors: RefCell<BTreeSet<LocatedError>>,
    defaults: RefCell<BTreeMap<String, toml::Value>>,
    folder: PathBuf,
}

impl Findings {
    /// Nothing yet, for the text of this name: files that it names stand beside it.
    pub(super) fn of(source_name: &str) -> Self {
        let folder = Path::new(source_name).parent().map(Path::to_path_buf);
        Self { folder: folder.unwrap_or_default(), ..Self::default() }
    }

    /// The folder that files are named from.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Notes an error; the same error at the same place counts once, however many points meet it.
    pub(super) fn error(&self, place: Option<Place>, error: ScenarioError) {
        self.errors.borrow_mut().insert(LocatedError { place, error });
    }

    /// Notes that a default was used for the value at a key path.
    pub(super) fn note_default(&self, path: &str, value: impl Into<toml::Value>) {
        self.defaults.borrow_mut().insert(path.to_owned(), value.into());
    }

    /// Whether anything is wrong.
    pub(super) fn any(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// The errors in the order of the text.
    pub(super) fn into_errors(self) -> Vec<LocatedError> {
        self.errors.into_inner().into_iter().collect()
    }

    /// The defaults that were used, by key path.
    pub(super) fn defaults(&self) -> BTreeMap<String, toml::Value> {
        self.defaults.borrow().clone()
    }
}
