//! What a system says about itself: every value with its source, as a table, and what to be wary of.

use crate::catalog::Sourced;
use crate::system::System;
use crate::transport::Standing;

impl System {
    /// Every value in effect by dotted key: `chip.*`, `scale_up.*`, `scale_out.*`, and published `facts.*`.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &Sourced)> {
        self.entry.values()
    }

    /// One value in effect in its base unit: FLOP/s, bytes, bytes per second, watts, seconds, USD or a plain number.
    pub fn value(&self, key: &str) -> Option<f64> {
        self.entry.base_value(key)
    }

    /// Every name in effect by dotted key, such as `chip`, `scale_up.family`, `scale_up.medium`.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entry.texts()
    }

    /// Every value in effect with unit, source and confidence, as nested tables for `resolved.toml`.
    pub fn resolved(&self) -> toml::Table {
        let mut table = toml::Table::new();
        table.insert("name".to_owned(), self.name().into());
        table.insert("transport".to_owned(), self.transport_name().into());
        if let Some(chips) = self.chips_per_domain {
            let chips = i64::try_from(chips).expect("a domain has at most a million chips");
            table.insert("chips_per_domain".to_owned(), chips.into());
        }
        let order: Vec<toml::Value> = self.rank_order.names().map(toml::Value::from).collect();
        table.insert("rank_order".to_owned(), order.into());
        if !self.degradations().is_empty() {
            let entries = self.degradations().iter().map(|entry| entry.to_toml().into());
            table.insert("degrade".to_owned(), toml::Value::Array(entries.collect()));
        }
        for (key, text) in self.names().filter(|(key, _)| *key != "transport") {
            // The chip's own table is called `chip`, so its name goes inside.
            insert(&mut table, if key == "chip" { "chip.name" } else { key }, text.into());
        }
        for (key, value) in self.facts() {
            let value = toml::Value::try_from(value).expect("a sourced value is a TOML table");
            insert(&mut table, key, value);
        }
        table
    }

    /// Every value of the transport in effect by key, such as `launch` and `scale_up.step_ll`; none for `ideal`.
    pub fn transport_values(&self) -> impl Iterator<Item = (&str, &Sourced)> {
        self.transport.values()
    }

    /// What a reader of results should know about this system.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.communication_warnings();
        let name = self.name();
        if let Some((chip, lender)) = self.chip().and_then(|chip| Some((chip.name(), chip.borrowed_from()?)))
        {
            warnings.push(format!(
                "{name}: shares of peak that {chip} sustains are borrowed from {lender}; no published run on it was fitted"
            ));
        }
        warnings
    }

    /// The part of [`System::warnings`] that concerns the fabric itself: what is degraded, and media.
    pub fn wiring_warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.degradation_note().into_iter().collect();
        warnings.extend(self.medium_warnings());
        warnings
    }

    /// Whether no public measurement stands behind the transport in effect.
    pub fn is_uncalibrated(&self) -> bool {
        self.transport.standing == Standing::Uncalibrated
    }

    /// The part of [`System::warnings`] that concerns how bytes move.
    pub fn communication_warnings(&self) -> Vec<String> {
        let mut warnings = self.wiring_warnings();
        let name = self.name();
        let transport = &self.transport.name;
        match self.transport.standing {
            Standing::Calibrated => {}
            Standing::InsideDomains => warnings.push(format!(
                "{name}: between domains no public measurement stands behind transport {transport}; its values there are borrowed"
            )),
            Standing::Uncalibrated => warnings.push(format!(
                "{name}: no public measurement stands behind transport {transport}, nor is there a public table of all-reduce to hold it against; its values are planning constants or borrowed"
            )),
        }
        warnings
    }
}

/// Puts a value under a dotted key of one or two parts.
fn insert(table: &mut toml::Table, key: &str, value: toml::Value) {
    let Some((section, field)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let section = table.entry(section).or_insert_with(|| toml::Table::new().into());
    let section = section.as_table_mut().expect("a section of a system is a table");
    section.insert(field.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(name: &str) -> System {
        System::preset(name).expect("the preset is in the catalog")
    }

    #[test]
    fn resolved_values_show_overrides_and_sources() {
        let mut system = preset("cloudmatrix384");
        system.set("scale_up.link_bandwidth", &"25 GB/s".into()).expect("the override is sound");
        system.set("chips_per_domain", &64.into()).expect("the override is sound");
        let text = system.resolved().to_string();
        let table: toml::Table = text.parse().expect("what was written is TOML");
        assert_eq!(table["scale_up"]["link_bandwidth"]["value"].as_float(), Some(25.0));
        assert_eq!(table["scale_up"]["link_bandwidth"]["confidence"].as_str(), Some("set_by_user"));
        assert_eq!(table["chip"]["name"].as_str(), Some("ascend-910c"));
        assert_eq!(table["chip"]["peak_bf16"]["confidence"].as_str(), Some("vendor_spec"));
        assert_eq!(table["chips_per_domain"].as_integer(), Some(64));
        assert_eq!(table["transport"].as_str(), Some("ub-roce"));
        assert_eq!(system.rank_order(), preset("cloudmatrix384").rank_order());
        system.set("rank_order", &"pp-dp-tp".into()).expect("the override is sound");
        let table: toml::Table = system.resolved().to_string().parse().expect("what was written is TOML");
        assert_eq!(table["rank_order"].to_string(), "[\"pipeline\", \"data\", \"tensor\"]");
    }

    #[test]
    fn every_constant_of_the_transport_is_told() {
        let constants = |system: &System| system.transport_values().count();
        assert_eq!(constants(&preset("gb200-nvl72")), 10 + 4 + 5 + 2 * 9);
        let mut ideal = preset("gb200-nvl72");
        ideal.set("transport", &"ideal".into()).expect("the override is sound");
        assert_eq!(constants(&ideal), 0);
    }

    #[test]
    fn what_is_uncertain_is_said() {
        assert_eq!(preset("cloudmatrix384").warnings().len(), 2);
        assert!(preset("gb200-nvl72").warnings().is_empty());
        assert_eq!(preset("cloudmatrix384").communication_warnings().len(), 1);
    }
}
