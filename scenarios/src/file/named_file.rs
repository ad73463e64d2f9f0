//! Files that a scenario names, such as the nodes and links of a fabric: their paths begin where the scenario stands.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The largest file, in bytes: 256 MiB.
const LARGEST: u64 = 256 << 20;

/// Reads the file of this name in `folder`; an absolute name stands for itself.
///
/// # Errors
/// Why it cannot be read, in words that are the same on every platform, with the remedy.
pub(super) fn read(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    if path.is_dir() {
        return Err("it is a folder; name a file in it".to_owned());
    }
    let describe = |kind: ErrorKind, other: String| match kind {
        ErrorKind::NotFound => "there is no such file; its path begins at the folder of this one".to_owned(),
        ErrorKind::PermissionDenied => "permission is denied; make it a file that can be read".to_owned(),
        _ => other,
    };
    let file = File::open(&path).map_err(|error| describe(error.kind(), error.to_string()))?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| describe(error.kind(), error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 256 MiB; check that this is the file you meant".to_owned());
    }
    utf8(bytes)
}

/// Bytes as text, or why they are none.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        format!("it is not UTF-8 text: byte {position} does not belong to any character; save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(read(folder, "Cargo.toml").is_ok());
        let reason = |name| read(folder, name).expect_err("this is no text file");
        assert_eq!(
            reason("no-such-file"),
            "there is no such file; its path begins at the folder of this one"
        );
        assert_eq!(reason("src"), "it is a folder; name a file in it");
    }
}
