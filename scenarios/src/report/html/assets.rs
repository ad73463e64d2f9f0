//! The scripts and styles of the page.

use std::sync::LazyLock;

/// The styles of uPlot, then ours.
pub(super) const STYLE: &str = concat!(
    include_str!("../../../assets/uplot/uPlot.min.css"),
    "\n",
    include_str!("../../../assets/report.css")
);

/// uPlot under its licence, then our script.
pub(super) static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let licence = include_str!("../../../assets/uplot/LICENSE.txt");
    let library = include_str!("../../../assets/uplot/uPlot.iife.min.js");
    let report = include_str!("../../../assets/report.js");
    format!("/* uPlot 1.6.32\n{licence}*/\n{library}\n{report}")
});

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::fs;
    use std::path::Path;

    #[test]
    fn vendored_files_have_their_checksums() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/uplot");
        let sums = fs::read_to_string(folder.join("SHA256SUMS")).expect("the list is there");
        let lines: Vec<&str> = sums.lines().collect();
        assert_eq!(lines.len(), 3, "script, styles and licence");
        for line in lines {
            let (sum, name) = line.split_once("  ").expect("a line is a sum and a name");
            let bytes = fs::read(folder.join(name)).expect("the file is there");
            let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            assert_eq!(hash, sum, "{name}");
        }
    }

    #[test]
    fn neither_ends_its_element() {
        for text in [STYLE, SCRIPT.as_str()] {
            assert!(!text.contains("</") && !text.contains("<!--") && !text.contains("<script"));
        }
    }

    #[test]
    fn styles_load_nothing() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
