//! What checking a document has found so far: errors, and the defaults that were filled in.

use super::document::Place;
use super::error::{LocatedError, ScenarioError};
use super::named_file;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// What checking has found so far: errors, and the defaults that were filled in.
#[derive(Debug, Default)]
pub(super) struct Findings {
    errors: RefCell<BTreeSet<LocatedError>>,
    /// `None` where points have different ones, or some leave it open.
    defaults: RefCell<BTreeMap<String, Option<toml::Value>>>,
    /// The tables whose defaults were taken over from points: `workload`, `systems[0]`.
    tables: RefCell<BTreeSet<String>>,
    /// Whether defaults are noted.
    forgetful: bool,
    /// Keys that change nothing, by name; `None` for one that changes something at some point.
    idle: RefCell<BTreeMap<&'static str, Option<IdleKey>>>,
    folder: PathBuf,
    /// The files that were read, each with a hash of its text.
    files: RefCell<BTreeMap<String, u128>>,
}

/// A key that changes nothing where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdleKey {
    pub(super) place: Option<Place>,
    /// The key and its value as they may be written.
    pub(super) written: String,
    /// Why it changes nothing.
    pub(super) reason: &'static str,
}

impl Findings {
    /// Nothing yet, for the text of this name: files that it names stand beside it.
    pub(super) fn of(source_name: &str) -> Self {
        let folder = Path::new(source_name).parent().map(Path::to_path_buf);
        Self { folder: folder.unwrap_or_default(), ..Self::default() }
    }

    /// Nothing yet, for a point of a scenario of which all is known but whether the point can be.
    pub(super) fn of_point(folder: &Path, forgetful: bool) -> Self {
        Self { folder: folder.to_owned(), forgetful, ..Self::default() }
    }

    /// Whether defaults are not noted.
    pub(super) fn is_forgetful(&self) -> bool {
        self.forgetful
    }

    /// The folder that files are named from.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads a file that the scenario names.
    ///
    /// # Errors
    /// Why it cannot be read, in words, with the remedy.
    pub(super) fn read_file(&self, name: &str) -> Result<String, String> {
        let text = named_file::read(&self.folder, name)?;
        if !self.forgetful {
            let mut hasher = SipHasher13::new();
            hasher.write(text.as_bytes());
            self.files.borrow_mut().insert(name.to_owned(), hasher.finish128().as_u128());
        }
        Ok(text)
    }

    /// The files that were read, each with a hash of its text.
    pub(super) fn files(&self) -> BTreeMap<String, u128> {
        self.files.borrow().clone()
    }

    /// Notes an error; the same error at the same place counts once, however many points meet it.
    pub(super) fn error(&self, place: Option<Place>, error: ScenarioError) {
        self.errors.borrow_mut().insert(LocatedError { place, error });
    }

    /// Notes that a default was used for the value at a key path.
    pub(super) fn note_default(&self, path: &str, value: impl Into<toml::Value>) {
        if !self.forgetful {
            note(&mut self.defaults.borrow_mut(), path.to_owned(), Some(value.into()));
        }
    }

    /// Takes over the defaults, the files and the keys without effect that a point of a system has noted.
    pub(super) fn adopt(&self, other: &Self, system: usize) {
        self.files.borrow_mut().extend(other.files());
        let tables = ["workload".to_owned(), format!("systems[{system}]")];
        self.adopt_defaults(&other.defaults.borrow(), tables);
        let mut idle = self.idle.borrow_mut();
        other.idle.borrow().iter().for_each(|(key, found)| note_effect(&mut idle, key, found.clone()));
    }

    /// Takes over defaults of these tables; those of which only some points know hold for no file.
    fn adopt_defaults(&self, theirs: &BTreeMap<String, Option<toml::Value>>, tables: [String; 2]) {
        let mut defaults = self.defaults.borrow_mut();
        let mut seen = self.tables.borrow_mut();
        let known =
            |path: &str| seen.contains(table_of(path)) && tables.iter().any(|table| table == table_of(path));
        let strange = |(path, _): &(&String, &mut _)| known(path) && !theirs.contains_key(*path);
        defaults.iter_mut().filter(strange).for_each(|(_, value)| *value = None);
        for (path, value) in theirs {
            let is_late = known(path) && !defaults.contains_key(path);
            note(&mut defaults, path.clone(), value.clone().filter(|_| !is_late));
        }
        seen.extend(tables);
    }

    /// Notes that a key that was written changes something here, or why it does not.
    pub(super) fn effect(&self, key: &'static str, idle: Option<IdleKey>) {
        if !self.forgetful {
            note_effect(&mut self.idle.borrow_mut(), key, idle);
        }
    }

    /// The keys that change nothing at any point.
    pub(super) fn idle(&self) -> Vec<IdleKey> {
        self.idle.borrow().values().flatten().cloned().collect()
    }

    /// Notes that nobody has decided on the value at a key path: no default stands for it.
    pub(super) fn leave_open(&self, path: &str) {
        if !self.forgetful {
            self.defaults.borrow_mut().insert(path.to_owned(), None);
        }
    }

    /// Whether anything is wrong.
    pub(super) fn any(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// The errors in the order of the text.
    pub(super) fn into_errors(self) -> Vec<LocatedError> {
        self.errors.into_inner().into_iter().collect()
    }

    /// The defaults that were used, by key path: those that all points have in common.
    pub(super) fn defaults(&self) -> BTreeMap<String, toml::Value> {
        let defaults = self.defaults.borrow();
        let common = |(path, value): (&String, &Option<toml::Value>)| Some((path.clone(), value.clone()?));
        defaults.iter().filter_map(common).collect()
    }
}

/// The table of the document that a path begins with.
fn table_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Notes the default of a path, or that there is no one default.
fn note(defaults: &mut BTreeMap<String, Option<toml::Value>>, path: String, value: Option<toml::Value>) {
    match defaults.entry(path) {
        Entry::Vacant(entry) => {
            entry.insert(value);
        }
        Entry::Occupied(mut entry) => {
            if *entry.get() != value {
                entry.insert(None);
            }
        }
    }
}

/// A key has an effect where it has one at any point.
fn note_effect(all: &mut BTreeMap<&'static str, Option<IdleKey>>, key: &'static str, idle: Option<IdleKey>) {
    let known = all.entry(key).or_insert_with(|| idle.clone());
    if idle.is_none() {
        *known = None;
    }
}
