//! The files of the catalog, embedded and read once.

use super::entry::Entry;
use super::fields::Section;
use super::lending::with_lent_shares;
use crate::suggestion::Suggestion;
use std::sync::LazyLock;
use thiserror::Error;

static CHIPS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let amd = include_str!("../../catalog/chips/amd.toml");
    let china = include_str!("../../catalog/chips/china.toml");
    let google = include_str!("../../catalog/chips/google.toml");
    let huawei = include_str!("../../catalog/chips/huawei.toml");
    let nvidia = include_str!("../../catalog/chips/nvidia.toml");
    with_lent_shares(read(Section::Chips, &[amd, china, google, huawei, nvidia]))
});
static SYSTEMS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let amd = include_str!("../../catalog/systems/amd.toml");
    let google = include_str!("../../catalog/systems/google.toml");
    let huawei = include_str!("../../catalog/systems/huawei.toml");
    let nvidia = include_str!("../../catalog/systems/nvidia.toml");
    read(Section::Systems, &[amd, google, huawei, nvidia])
});
static MEDIA: LazyLock<Vec<Entry>> =
    LazyLock::new(|| read(Section::Media, &[include_str!("../../catalog/media.toml")]));
static FACILITIES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| read(Section::Facilities, &[include_str!("../../catalog/facility.toml")]));
static SOFTWARE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| read(Section::Software, &[include_str!("../../catalog/software.toml")]));
static SWITCHES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| read(Section::Switches, &[include_str!("../../catalog/switches.toml")]));
static LAYOUTS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| read(Section::Layouts, &[include_str!("../../catalog/layouts.toml")]));
static TRANSPORTS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let amd = include_str!("../../catalog/transports/amd.toml");
    let google = include_str!("../../catalog/transports/google.toml");
    let huawei = include_str!("../../catalog/transports/huawei.toml");
    let nvidia = include_str!("../../catalog/transports/nvidia.toml");
    let ethernet = include_str!("../../catalog/transports/nvidia_ethernet.toml");
    read(Section::Transports, &[amd, google, huawei, nvidia, ethernet])
});

/// Systems whose names are settled and whose wiring is still to come.
const ANNOUNCED_SYSTEMS: &[&str] = &["vr-nvl72", "helios", "atlas-960"];

/// Why the catalog has no entry of a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogError {
    /// The name is settled, the entry is still to come.
    #[error("`{name}` is not available yet; available: {known}")]
    NotAvailableYet {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// Nothing has this name.
    #[error("the catalog has no `{name}`{suggestion}; known: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// A name near to it.
        suggestion: Suggestion,
        /// The names that exist.
        known: String,
    },
}

/// All chips, by name.
pub fn chips() -> &'static [Entry] {
    &CHIPS
}

/// All systems, by name.
pub fn systems() -> &'static [Entry] {
    &SYSTEMS
}

/// All media, by name.
pub fn media() -> &'static [Entry] {
    &MEDIA
}

/// All switch chips and boxes, by name.
pub fn switches() -> &'static [Entry] {
    &SWITCHES
}

/// All layouts, by the name of their system.
pub fn layouts() -> &'static [Entry] {
    &LAYOUTS
}

/// All transport families, by name.
pub fn transports() -> &'static [Entry] {
    &TRANSPORTS
}

/// What surrounds systems: cooling, electricity, depreciation.
pub fn facilities() -> &'static [Entry] {
    &FACILITIES
}

/// All software generations, by name.
pub fn software() -> &'static [Entry] {
    &SOFTWARE
}

/// All entries of a section, by name.
pub fn entries(section: Section) -> &'static [Entry] {
    match section {
        Section::Chips => chips(),
        Section::Systems => systems(),
        Section::Media => media(),
        Section::Switches => switches(),
        Section::Layouts => layouts(),
        Section::Transports => transports(),
        Section::Facilities => facilities(),
        Section::Software => software(),
    }
}

/// The entry of a section with this name.
///
/// # Errors
/// [`CatalogError`] suggests a name, or says that the entry is still to come.
pub fn find(section: Section, name: &str) -> Result<&'static Entry, CatalogError> {
    let entries = entries(section);
    if let Some(entry) = entries.iter().find(|entry| entry.name() == name) {
        return Ok(entry);
    }
    let names = || entries.iter().map(Entry::name);
    let known = names().collect::<Vec<_>>().join(", ");
    let name = name.to_owned();
    if section == Section::Systems && ANNOUNCED_SYSTEMS.contains(&name.as_str()) {
        return Err(CatalogError::NotAvailableYet { name, known });
    }
    let suggestion = Suggestion::nearest(&name, names());
    Err(CatalogError::Unknown { name, suggestion, known })
}

/// Reads the embedded files of a section, sorted by name. Their faults are faults of this crate and found by its
/// tests, hence the panics.
fn read(section: Section, texts: &[&str]) -> Vec<Entry> {
    let read = texts.iter().flat_map(|text| read_file(section, text));
    let mut entries: Vec<Entry> = read.map(Entry::settled).collect();
    entries.sort_by(|a, b| a.name().cmp(b.name()));
    let repeated = entries.windows(2).find(|pair| pair[0].name() == pair[1].name());
    assert!(repeated.is_none(), "the embedded catalog has {repeated:?}");
    entries
}

fn read_file(section: Section, text: &str) -> Vec<Entry> {
    let file: toml::Table = text.parse().expect("the embedded catalog is TOML");
    let read_entry = |(name, value): (&String, &toml::Value)| {
        let table = value.as_table().expect("the embedded catalog has a table for each entry");
        Entry::read(section, name, table).unwrap_or_else(|error| panic!("catalog entry {name}: {error}"))
    };
    file.iter().map(read_entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads_and_no_value_lacks_a_source() {
        let full = [chips(), systems(), media(), switches(), transports(), layouts(), facilities()];
        for entry in full.into_iter().flatten() {
            assert!(entry.values().count() > 0, "{}", entry.name());
        }
        for entries in full.into_iter().chain([software()]) {
            assert!(!entries.is_empty());
            for entry in entries {
                assert!(entry.text("title").is_some(), "{}", entry.name());
                assert!(entry.values().all(|(_, value)| !value.source.is_empty()));
            }
        }
    }

    #[test]
    fn references_between_files_resolve() {
        for system in systems() {
            let chip = system.text("chip").expect("a system names its chip");
            assert!(find(Section::Chips, chip).is_ok(), "{chip}");
            let transport = system.text("transport").expect("a system names its transport");
            assert!(find(Section::Transports, transport).is_ok(), "{transport}");
            for (key, medium) in system.texts().filter(|(key, _)| key.ends_with("medium")) {
                assert!(find(Section::Media, medium).is_ok(), "{key} = {medium}");
            }
        }
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion_and_a_later_one_a_promise() {
        let unknown = find(Section::Systems, "gb200-nvl27").expect_err("there is no such system");
        let told = unknown.to_string();
        let start = "the catalog has no `gb200-nvl27` (did you mean `gb200-nvl72`?); known: ";
        assert!(told.starts_with(start) && told.contains("cloudmatrix384, gb200-nvl72"), "{told}");
        for name in ANNOUNCED_SYSTEMS {
            let later = find(Section::Systems, name).expect_err("this system comes later");
            assert!(matches!(later, CatalogError::NotAvailableYet { .. }));
            assert!(later.to_string().contains("not available yet"));
        }
        let strange = find(Section::Chips, "zzz").expect_err("there is no such chip");
        assert!(matches!(strange, CatalogError::Unknown { .. }));
    }
}
