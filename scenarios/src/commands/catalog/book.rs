//! The whole catalog as a page of the book: `copperlight catalog all --format markdown`.

use super::part::Part;
use super::sheets;
use crate::report::markdown;
use std::io::{self, Write};

const HEAD: &str = "# The catalog

<!-- Written by `copperlight catalog all --format markdown`; edit the files under topologies/catalog/ and
     scenarios/library/models/ instead. -->

Every value that Copperlight knows about machines and models, with where it comes from. `confidence` is
`vendor_spec` (the vendor's own figure), `published` (of those who trained a model), `measured`, `analyst_estimate`, `inferred` (derived, fitted or assumed
here) or `derived` (computed from other values of the same entry by the formula shown). `range` is the span between
sources that disagree. Peaks are dense; bandwidth is per direction unless the key says otherwise. A value that no
source gives is absent, never guessed; [known gaps](#known-gaps) are at the end.

";

/// Writes the page; it ends without an empty line.
pub(super) fn write(out: &mut dyn Write) -> io::Result<()> {
    let mut page = HEAD.as_bytes().to_vec();
    Part::WITH_ENTRIES.into_iter().try_for_each(|part| write_part(&mut page, part))?;
    out.write_all(page.trim_ascii_end())?;
    writeln!(out)
}

fn write_part(page: &mut Vec<u8>, part: Part) -> io::Result<()> {
    writeln!(page, "## {}\n", heading(part))?;
    markdown::write_sheet(page, &sheets::overview(part))?;
    if part == Part::Gaps {
        return Ok(());
    }
    // Models are many, and most of their values have one source.
    let sheet = if part == Part::Models { sheets::by_source } else { sheets::details };
    part.listed().into_iter().try_for_each(|entry| markdown::write_sheet(page, &sheet(&entry)))
}

const fn heading(part: Part) -> &'static str {
    match part {
        Part::Chips => "Chips",
        Part::Systems => "Systems",
        Part::Media => "Media",
        Part::Switches => "Switches",
        Part::Transports => "Transports",
        Part::Software => "Software generations",
        Part::Models => "Models",
        Part::Gaps => "Known gaps",
        Part::All => "Everything",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept_file;

    #[test]
    fn the_page_in_the_book_is_what_the_program_writes() {
        let mut written = Vec::new();
        write(&mut written).expect("a vector takes every byte");
        kept_file::hold("../docs/src/reference/catalog.md", &written);
    }
}
