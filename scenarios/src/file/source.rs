//! The texts that a scenario is read from: files, the library, standard input, `--set`.

use super::error::ScenarioError;
use super::library;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest scenario file, in bytes: one MiB.
pub const LARGEST_FILE: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A text and the name that messages give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The file's path as the user wrote it, or what stands for one.
    pub name: String,
    /// The text.
    pub text: String,
}

impl SourceText {
    /// A text by its name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The line of a byte, counted from 1.
    pub fn line_of(&self, position: usize) -> usize {
        1 + self.text[..position].matches('\n').count()
    }

    /// Finds a scenario as a command line names it: the library first, then a path.
    ///
    /// # Errors
    /// When there is no such file, or it is not a text of at most [`LARGEST_FILE`] bytes.
    pub fn find(argument: &str) -> Result<Self, ScenarioError> {
        match library::scenario(argument) {
            Some(text) => Ok(Self::new(format!("library scenario {argument}"), text)),
            None => Self::read_file(argument),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`SourceText::find`].
    pub fn read_file(path: &str) -> Result<Self, ScenarioError> {
        let unreadable = |error: io::Error| unreadable(path, &error);
        if Path::new(path).is_dir() {
            return Err(ScenarioError::NotReadable {
                reason: "it is a folder".to_owned(),
                remedy: "name a file in it".to_owned(),
            });
        }
        Self::read(path, File::open(path).map_err(unreadable)?)
    }

    /// Reads all of an input, such as standard input.
    ///
    /// # Errors
    /// As [`SourceText::find`].
    pub fn read(name: &str, input: impl Read) -> Result<Self, ScenarioError> {
        let mut bytes = Vec::new();
        let limit = LARGEST_FILE as u64 + 1;
        input.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
        if bytes.len() > LARGEST_FILE {
            return Err(ScenarioError::TooLarge);
        }
        // Some editors begin UTF-8 with a mark of its byte order.
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => Err(ScenarioError::NotUtf8 { position: error.utf8_error().valid_up_to() }),
        }
    }
}

fn unreadable(path: &str, error: &io::Error) -> ScenarioError {
    let remedy = match (error.kind(), library::nearest(path)) {
        (io::ErrorKind::NotFound, Some(name)) => format!("did you mean the library scenario `{name}`?"),
        (io::ErrorKind::NotFound, None) => {
            "name a file, a scenario of `copperlight list`, or `-` for standard input".to_owned()
        }
        _ => "make it a file that can be read".to_owned(),
    };
    ScenarioError::NotReadable { reason: describe(error), remedy }
}

/// The reason in words that are the same on every platform.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or library scenario".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    }
}
