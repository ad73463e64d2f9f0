//! The model against published measurements: errors are no larger than those written down beside the tables.
//!
//! Where the model has changed for the better, `copperlight validate --write-baseline` writes them anew.

use copperlight::validate::{Baseline, TableKind, built_in_tables, compare};
use std::path::Path;

#[test]
fn errors_have_not_grown_since_they_were_written_down() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/library/measured");
    let mut before = Baseline::read(&library.join("baseline.json")).unwrap_or_else(|error| panic!("{error}"));
    before.keep(TableKind::Collectives);
    let tables = built_in_tables(TableKind::Collectives);
    let now = Baseline::of(&compare(&tables, None).unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(before.grown(&now), Vec::<String>::new());
    assert_eq!(before.unknown(&now), Vec::<&str>::new());
}
