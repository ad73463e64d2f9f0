//! Transport families of the catalog as the core's [`Transport`].

use crate::catalog::{self, CatalogError, Entry, Section, Sourced};
use copperlight_core::transport::{ByProtocol, ExpertCost, InNetworkCost, ScopeCost, Transport};
use copperlight_core::units::{Bandwidth, Time};
use copperlight_core::workload::Library;

/// The name that switches every software cost off.
pub(crate) const IDEAL: &str = "ideal";

/// What public measurements stand behind a transport family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Measured inside domains and between them, or without cost.
    Calibrated,
    /// Measured inside domains; what lies between them is taken from elsewhere.
    InsideDomains,
    /// Not measured.
    Uncalibrated,
}

/// A transport family with its name, its standing and the values that its costs are read from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedTransport {
    pub(crate) name: String,
    pub(crate) costs: Transport,
    pub(crate) standing: Standing,
    /// None for `ideal`, which has no values.
    entry: Option<Entry>,
}

impl NamedTransport {
    /// No software cost.
    pub(crate) fn ideal() -> Self {
        let standing = Standing::Calibrated;
        Self { name: IDEAL.to_owned(), costs: Transport::ideal(), standing, entry: None }
    }

    /// Every value in effect with its source; none for `ideal`.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, &Sourced)> {
        self.entry.iter().flat_map(Entry::values)
    }

    /// Puts another value in the place of one that was checked for this key, and reads the costs again.
    pub(crate) fn replace(&mut self, key: &str, value: Sourced) {
        let Some(entry) = &mut self.entry else { return };
        entry.replace(key, value);
        self.costs = read(entry);
    }

    /// The family of this name, or `ideal`.
    pub(crate) fn find(name: &str) -> Result<Self, CatalogError> {
        if name == IDEAL {
            return Ok(Self::ideal());
        }
        let entry = catalog::find(Section::Transports, name)?;
        let standing = standing(entry.text("status").unwrap_or_default());
        Ok(Self { name: name.to_owned(), costs: read(entry), standing, entry: Some(entry.clone()) })
    }
}

/// A transport family of the catalog with values that can be tried in the place of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TransportFamily {
    entry: Entry,
}

impl TransportFamily {
    /// The family of this name.
    ///
    /// # Errors
    /// [`CatalogError`] when the catalog has none; `ideal` is none.
    pub fn find(name: &str) -> Result<Self, CatalogError> {
        Ok(Self { entry: catalog::find(Section::Transports, name)?.clone() })
    }

    /// The value in effect by dotted key, such as `scale_up.step_ll`, with its unit and source.
    pub fn value(&self, key: &str) -> Option<&Sourced> {
        self.entry.value(key)
    }

    /// Puts a value in the place of the one under this key, in its unit; nothing where the family has no such value.
    pub fn set(&mut self, key: &str, value: f64) {
        if let Some(shipped) = self.entry.value(key).cloned() {
            self.entry.replace(key, Sourced { value, ..shipped });
        }
    }

    /// What software adds to the wire with these values.
    pub fn costs(&self) -> Transport {
        read(&self.entry)
    }
}

fn standing(status: &str) -> Standing {
    match status {
        "calibrated" => Standing::Calibrated,
        "calibrated inside a domain" => Standing::InsideDomains,
        _ => Standing::Uncalibrated,
    }
}

/// The parameters of a family in checked units.
fn read(entry: &Entry) -> Transport {
    Transport {
        launch: time(entry, "launch"),
        start: ByProtocol {
            ll: time(entry, "start_ll"),
            ll128: time(entry, "start_ll128"),
            simple: time(entry, "start_simple"),
        },
        ramp: time(entry, "ramp"),
        own_chunk: number(entry, "own_chunk"),
        own_chunk_all_to_all: number(entry, "own_chunk_all_to_all"),
        peer: time(entry, "peer"),
        all_to_all_efficiency: entry.base_value("all_to_all_efficiency").unwrap_or(1.0),
        jitter: optional_time(entry, "jitter"),
        library: library(entry),
        in_network: in_network(entry),
        experts: ExpertCost {
            launch: entry.base_value("experts.launch").map_or(time(entry, "launch"), Time::from_seconds),
            doubling: optional_time(entry, "experts.doubling"),
            copy: optional_rate(entry, "experts.copy"),
            reduce: optional_rate(entry, "experts.reduce"),
            spread: entry.base_value("experts.spread").unwrap_or(0.0),
        },
        scale_up: scope(entry, "scale_up"),
        scale_out: scope(entry, "scale_out"),
    }
}

/// One scope. Steps are fitted end to end: the fabric charges its own latency, so the part that the fit
/// contains is taken off.
fn scope(entry: &Entry, scope: &str) -> ScopeCost {
    let contained = time(entry, &format!("{scope}.contained_latency"));
    let software = |field: &str| time(entry, &format!("{scope}.{field}")).saturating_sub(contained);
    let share = |field: &str| number(entry, &format!("{scope}.{field}"));
    ScopeCost {
        step: ByProtocol {
            ll: software("step_ll"),
            ll128: software("step_ll128"),
            simple: software("step_simple"),
        },
        efficiency: share("efficiency"),
        protocol_share: ByProtocol {
            ll: share("share_ll"),
            ll128: share("share_ll128"),
            simple: share("share_simple"),
        },
        message: software("message"),
    }
}

/// The library whose choice of algorithms `auto` follows; `any` where none is named.
fn library(entry: &Entry) -> Library {
    let named = |library: &Library| entry.text("library") == Some(library.name());
    Library::ALL.into_iter().find(named).unwrap_or(Library::Any)
}

/// Switches that reduce and copy, where the family has them.
fn in_network(entry: &Entry) -> Option<InNetworkCost> {
    entry.value("in_network.start").map(|_| InNetworkCost {
        start: time(entry, "in_network.start"),
        hand_off: time(entry, "in_network.hand_off"),
        efficiency: number(entry, "in_network.efficiency"),
        least_ranks: number(entry, "in_network.least_ranks") as u32,
    })
}

fn optional_time(entry: &Entry, key: &str) -> Time {
    entry.base_value(key).map_or(Time::ZERO, Time::from_seconds)
}

fn optional_rate(entry: &Entry, key: &str) -> Bandwidth {
    entry.base_value(key).map_or(Bandwidth::UNBOUNDED, Bandwidth::from_bytes_per_second)
}

fn number(entry: &Entry, key: &str) -> f64 {
    let value = entry.base_value(key);
    value.unwrap_or_else(|| panic!("the catalog gives transport {} its {key}", entry.name()))
}

fn time(entry: &Entry, key: &str) -> Time {
    Time::from_seconds(number(entry, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_of_the_catalog_reads() {
        for entry in catalog::transports() {
            let found = NamedTransport::find(entry.name()).expect("the family is in the catalog");
            assert!(found.costs.launch > Time::ZERO);
            let known = ["calibrated", "calibrated inside a domain", "uncalibrated"];
            assert!(entry.text("status").is_some_and(|status| known.contains(&status)), "{}", entry.name());
        }
    }

    #[test]
    fn steps_are_what_software_adds_to_the_links() {
        let nvlink = NamedTransport::find("nvlink5-infiniband").expect("the family is in the catalog");
        assert_eq!(nvlink.standing, Standing::Calibrated);
        // 1.25 - 0.6 us; 2.02 x 1.25 - 0.6 us; 6.6 - 1.32 us; 8.25 - 1.32 us.
        assert_eq!(nvlink.costs.scale_up.step.ll, Time::from_picoseconds(650_000));
        assert_eq!(nvlink.costs.scale_up.step.simple, Time::from_picoseconds(1_925_000));
        assert_eq!(nvlink.costs.scale_out.step.ll, Time::from_picoseconds(5_280_000));
        assert_eq!(nvlink.costs.scale_out.message, Time::from_picoseconds(6_930_000));
        assert_eq!(nvlink.costs.scale_up.efficiency, 0.83);
        let ub = NamedTransport::find("ub-roce").expect("the family is in the catalog");
        assert_eq!(ub.standing, Standing::Uncalibrated);
        assert_eq!(ub.costs.scale_up.step.ll, Time::ZERO);
        let older = NamedTransport::find("nvlink3-infiniband").expect("the family is in the catalog");
        assert_eq!(older.standing, Standing::InsideDomains);
        // 0.876 - 0.6 us.
        assert_eq!(older.costs.scale_up.step.ll, Time::from_picoseconds(276_000));
    }

    #[test]
    fn ideal_is_no_family_and_costs_nothing() {
        let ideal = NamedTransport::find("ideal").expect("ideal is always there");
        assert_eq!(ideal.costs, Transport::ideal());
        assert!(matches!(NamedTransport::find("nvlink6"), Err(CatalogError::Unknown { .. })));
    }
}
