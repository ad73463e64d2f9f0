//! Parameters by owner: what a fit varies, and what a catalog says with other values.

use super::parameter::{GPUS, Owner, PARAMETERS, Parameter, Place};
use copperlight_core::transport::Transport;
use copperlight_topologies::TransportFamily;
use copperlight_topologies::catalog;
use std::collections::BTreeMap;

/// A parameter of one owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slot {
    pub(super) parameter: &'static Parameter,
    /// The part of the families' names that the owner is known by; empty for what all GPU families share.
    pub(super) owner: &'static str,
}

/// All slots of the catalog, and the families that they are in.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    pub(super) all: Vec<Slot>,
    families: BTreeMap<String, TransportFamily>,
}

impl Slot {
    /// The name, with its owner where it has one.
    pub(super) fn name(&self) -> String {
        match self.owner {
            "" => self.parameter.name.to_owned(),
            owner => format!("{owner}: {}", self.parameter.name),
        }
    }

    /// Whether a family has this slot.
    pub(super) fn is_of(&self, family: &str) -> bool {
        let (inside, network) = family.split_once('-').unwrap_or((family, ""));
        match self.parameter.owner {
            Owner::Gpus => GPUS.contains(&inside),
            Owner::Inside(_) => self.owner == inside,
            Owner::Network(_) => self.owner == network && GPUS.contains(&inside),
        }
    }

    /// The value in the catalog.
    fn shipped(&self, family: &TransportFamily) -> Option<f64> {
        let value = |key| family.value(key).map(|sourced| sourced.value);
        match self.parameter.places[0] {
            Place::Value(key) => value(key),
            Place::Times(key, of) => Some(value(key)? / value(of)?),
        }
    }
}

impl Slots {
    /// Those of the catalog's families.
    pub(super) fn of_catalog() -> Self {
        let mut families = BTreeMap::new();
        for entry in catalog::transports() {
            let family = TransportFamily::find(entry.name()).expect("the catalog has its own families");
            families.insert(entry.name().to_owned(), family);
        }
        let mut all = Vec::new();
        for parameter in &PARAMETERS {
            let owners: &[&'static str] = match parameter.owner {
                Owner::Gpus => &[""],
                Owner::Inside(owners) | Owner::Network(owners) => owners,
            };
            all.extend(owners.iter().map(|owner| Slot { parameter, owner }));
        }
        Self { all, families }
    }

    /// The names of all families.
    pub(super) fn families(&self) -> impl Iterator<Item = &str> {
        self.families.keys().map(String::as_str)
    }

    /// The value of each slot in the catalog.
    pub(super) fn shipped(&self) -> Vec<f64> {
        let value = |slot: &Slot| {
            let mut of = self.families.iter().filter(|(name, _)| slot.is_of(name));
            let found = of.find_map(|(_, family)| slot.shipped(family));
            found.unwrap_or_else(|| panic!("the catalog gives a family its {}", slot.name()))
        };
        self.all.iter().map(value).collect()
    }

    /// The costs of a family where its slots have these values.
    pub(super) fn costs(&self, family: &str, values: &[f64]) -> Transport {
        let mut found = self.families[family].clone();
        for (slot, &value) in self.all.iter().zip(values).filter(|(slot, _)| slot.is_of(family)) {
            for place in slot.parameter.places {
                match *place {
                    Place::Value(key) => found.set(key, value),
                    Place::Times(key, of) => {
                        let other = found.value(of).map_or(1.0, |sourced| sourced.value);
                        found.set(key, value * other);
                    }
                }
            }
        }
        found.costs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_values_are_the_shipped_costs() {
        let slots = Slots::of_catalog();
        let shipped = slots.shipped();
        for family in slots.families() {
            let own = TransportFamily::find(family).expect("the family is in the catalog").costs();
            assert_eq!(slots.costs(family, &shipped), own, "{family}");
        }
    }

    #[test]
    fn every_slot_belongs_to_a_family() {
        let slots = Slots::of_catalog();
        for slot in &slots.all {
            assert!(slots.families().any(|family| slot.is_of(family)), "{}", slot.name());
        }
    }
}
