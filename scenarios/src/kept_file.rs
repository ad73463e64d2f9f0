//! Files of the repository that the program writes: tests hold them to what it writes now.

use std::{env, fs};

/// Holds the file at this path from the package to `written`; with `COPPERLIGHT_UPDATE_DOCS` it is written first.
///
/// # Panics
/// When it is another.
pub(crate) fn hold(path: &str, written: &[u8]) {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("COPPERLIGHT_UPDATE_DOCS").is_some() {
        fs::write(&file, written).expect("a file of the repository can be written");
    }
    let kept = fs::read(&file).unwrap_or_default();
    let remedy = "it is not what the program writes; run this test with COPPERLIGHT_UPDATE_DOCS=1";
    assert!(kept == written, "{}: {remedy}", path.trim_start_matches("../"));
}
