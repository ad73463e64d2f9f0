//! Tables of keys that follow from the catalog and its families: overrides of a system, and `[systems.fabric]`.

use super::key::{Form, Key, KeyTable};
use copperlight_topologies::catalog::{self, Entry};
use copperlight_topologies::families::{NO_MEDIUM, ParameterKind, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES};
use copperlight_topologies::quantity::Dimension;
use copperlight_topologies::{DescribedKey, described_keys};
use std::sync::LazyLock;

static CHIP: LazyLock<KeyTable> = LazyLock::new(|| overrides("chip", "[systems.chip]"));
static SCALE_UP: LazyLock<KeyTable> = LazyLock::new(|| overrides("scale_up", "[systems.scale_up]"));
static SCALE_OUT: LazyLock<KeyTable> = LazyLock::new(|| overrides("scale_out", "[systems.scale_out]"));
static FABRIC: LazyLock<KeyTable> = LazyLock::new(|| {
    let family =
        Key::required("family", Form::Name(scale_up_families), "The rule of the wiring", "\"torus\"");
    let meaning = "What joins domains of this family; without it there is one domain";
    let joined = Key::optional("scale_out", Form::Table(|| &JOINED), meaning, "");
    fabric("[systems.fabric]", "scale_up", &[family, joined])
});
static JOINED: LazyLock<KeyTable> = LazyLock::new(|| {
    let meaning = "The rule by which domains are joined";
    let family = Key::required("family", Form::Name(scale_out_families), meaning, "\"rail-optimised\"");
    fabric("[systems.fabric.scale_out]", "scale_out", &[family])
});

/// Values of a chip that are overridden in place.
pub(super) fn chip() -> &'static KeyTable {
    &CHIP
}

/// Values of a domain's fabric that are overridden in place.
pub(super) fn scale_up() -> &'static KeyTable {
    &SCALE_UP
}

/// Values of the fabric between domains that are overridden in place.
pub(super) fn scale_out() -> &'static KeyTable {
    &SCALE_OUT
}

/// A fabric without a preset.
pub(super) fn of_fabric() -> &'static KeyTable {
    &FABRIC
}

/// The presets of the catalog.
pub(super) fn presets() -> Vec<&'static str> {
    catalog::systems().iter().map(Entry::name).collect()
}

/// The transports of the catalog, and none.
pub(super) fn transports() -> Vec<&'static str> {
    catalog::transports().iter().map(Entry::name).chain(["ideal"]).collect()
}

fn media() -> Vec<&'static str> {
    catalog::media().iter().map(Entry::name).chain([NO_MEDIUM]).collect()
}

fn scale_up_families() -> Vec<&'static str> {
    SCALE_UP_FAMILIES.iter().map(|family| family.name).collect()
}

fn scale_out_families() -> Vec<&'static str> {
    SCALE_OUT_FAMILIES.iter().map(|family| family.name).collect()
}

/// The keys of one table that can be set in place: all but files.
fn overrides(table: &str, header: &'static str) -> KeyTable {
    let keys = of_table(table).filter(|(described, _)| described.kind != ParameterKind::File);
    let keys: Vec<Key> = keys.map(|(_, key)| key.or_else(of_preset(table))).collect();
    KeyTable::new(header, keys.leak())
}

fn of_preset(table: &str) -> &'static str {
    if table == "chip" { "the catalog's" } else { "the catalog's, or what `fabric` says" }
}

/// The keys of a description of a fabric.
fn fabric(header: &'static str, table: &str, first: &[Key]) -> KeyTable {
    let words = "required or not by the family";
    let of_families = of_table(table).map(|(_, key)| key.or_else(words));
    let keys: Vec<Key> = first.iter().copied().chain(of_families).collect();
    KeyTable::new(header, keys.leak())
}

/// The described keys of one table. Their texts are made once and live as long as the program.
fn of_table(table: &str) -> impl Iterator<Item = (DescribedKey, Key)> {
    let prefix = format!("{table}.");
    described_keys().into_iter().filter_map(move |described| {
        let name: &'static str = described.key.strip_prefix(&prefix)?.to_owned().leak();
        let (meaning, example) = (described.meaning.clone().leak(), described.example.clone().leak());
        let key = Key::optional(name, form(&described), meaning, example);
        Some((described, key))
    })
}

fn form(described: &DescribedKey) -> Form {
    match described.kind {
        ParameterKind::Quantity(Dimension::Count, bounds) => {
            Form::Whole(bounds.lowest as i64, bounds.highest as i64)
        }
        ParameterKind::Quantity(Dimension::Share | Dimension::Ratio, bounds) => {
            let number = Form::Number(bounds.lowest, bounds.highest, bounds.words);
            match described.key.as_str() {
                "scale_out.oversubscription" => either(number, OVERSUBSCRIPTION),
                _ => number,
            }
        }
        ParameterKind::Quantity(dimension, bounds) => {
            let quantity = Form::Quantity(dimension, bounds.words);
            match described.key.as_str() {
                "scale_out.bandwidth_per_chip" => either(quantity, ADAPTER),
                _ => quantity,
            }
        }
        ParameterKind::Choice(_) => Form::OneOf(described.names.clone().leak()),
        ParameterKind::Medium => Form::Name(media),
        ParameterKind::File => Form::Text,
    }
}

const OVERSUBSCRIPTION: Form = Form::Pattern(r"^\s*[0-9.]+\s*:1$", "a text such as \"2:1\"");
const ADAPTER: Form = Form::Pattern(r"^\s*[0-9.]+\s*G\s*$", "the rate of an adapter, such as \"400G\"");

fn either(one: Form, other: Form) -> Form {
    Form::Either(vec![one, other].leak())
}

/// `[[systems.degrade]]`, which is read where systems are built.
pub(super) const DEGRADE: KeyTable = KeyTable::new(
    "[[systems.degrade]]",
    &[
        Key::required("target", Form::Text, "What is struck: a name, or a kind of things that are drawn", "\"plane:3\""),
        Key::optional("capacity", SHARE_LEFT, "The share of the capacity of its links that is left; 0 removes it", "0.5"),
        Key::optional(
            "compute",
            Form::Number(1e-3, 1.0, "from 0.001 to 1"),
            "For chips, instead of `capacity`: the share of the speed of their kernels that is left",
            "0.9",
        ),
        Key::optional("count", Form::Whole(1, i64::MAX), "For draws: how many are struck", "5"),
        Key::optional(
            "share",
            Form::Number(0.0, 1.0, "above 0 and at most 1"),
            "For draws, instead of `count`: which share of all is struck, to the nearest whole number",
            "0.01",
        ),
        Key::optional(
            "tier",
            Form::Text,
            "For drawn links: the name of a tier, or `scale-up` or `scale-out` for all tiers inside or between domains",
            "\"scale-up\"",
        ),
        Key::optional("seed", Form::Whole(0, i64::MAX), "For draws: the seed", "7").or_else("that of the scenario"),
    ],
)
.with_either(&[["capacity", "compute"]]);

const SHARE_LEFT: Form = Form::Number(0.0, 1.0, "0, or from 0.001 to 1");

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_topologies::Degradation;

    #[test]
    fn the_keys_of_degrade_are_those_that_it_takes() {
        let table: toml::Table = "nonsense = 1".parse().expect("this is TOML");
        let error =
            Degradation::read(&toml::Value::Table(table)).expect_err("there is no such key").to_string();
        let names: Vec<&str> = DEGRADE.keys.iter().map(|key| key.name).collect();
        assert!(error.ends_with(&format!("known keys: {}", names.join(", "))), "{error}");
    }
}
