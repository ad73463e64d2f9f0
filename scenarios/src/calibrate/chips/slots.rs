//! Parameters by owner, their shipped values, and the rates of a chip where they have others.

use super::field::Field;
use super::guesses::{KNOWN, OF_ALL, OF_CHIPS, OF_HOSTS, OWNERS};
use crate::training::ChipRates;
use copperlight_topologies::Precision;
use copperlight_topologies::catalog::{self, ARCHITECTURES, Entry, Section};

/// The chip whose values stand for what all share.
const REFERENCE: &str = "h100";

/// The chip that MXFP8 is told by.
const OF_MXFP8: &str = "gb200";

/// The share of the best measured matmul that none of a step may exceed.
const BEST_MATMUL: f64 = 0.95;

/// Who shares a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// All GPUs.
    All,
    /// A chip, and those that take its values.
    Chip(&'static str),
    /// Chips whose hosts are alike.
    Hosts(&'static str),
    /// A software generation on an architecture, and releases that were taken with it.
    Software(&'static str, &'static str),
}

/// A parameter of an owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slot {
    pub(super) field: Field,
    pub(super) owner: Owner,
    pub(super) shipped: f64,
    pub(super) guess: f64,
    pub(super) bounds: [f64; 2],
    /// By which factor it is usually off its guess.
    pub(super) spread: f64,
}

/// What a step has of the slots: its chip, its precision and its software.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kind<'a> {
    pub(super) chip: &'a str,
    pub(super) architecture: Option<&'a str>,
    pub(super) precision: Precision,
    pub(super) software: Option<&'static str>,
    pub(super) has_experts: bool,
    pub(super) has_small_heads: bool,
}

/// All slots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slots {
    pub(super) all: Vec<Slot>,
}

impl Owner {
    /// The entry of the catalog, or `all`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Chip(name) | Self::Hosts(name) | Self::Software(name, _) => name,
        }
    }

    /// The key of a parameter in that entry.
    pub(super) fn key(self, field: Field) -> String {
        match self {
            Self::All | Self::Chip(_) | Self::Hosts(_) => field.key().to_owned(),
            Self::Software(_, architecture) => format!("{architecture}.{}", field.key()),
        }
    }
}

impl Slots {
    /// Those of the catalog.
    pub(super) fn of_catalog() -> Self {
        let of_chip = |&(chip, field, guess): &(&'static str, Field, f64)| Slot {
            field,
            owner: Owner::Chip(chip),
            shipped: value(entry(chip), field.key()),
            guess,
            bounds: bounds(entry(chip), field),
            spread: known(chip, field).map_or_else(|| field.spread(), |(_, spread)| spread),
        };
        let of_hosts = |&(name, chip, guess): &(&'static str, &str, f64)| Slot {
            field: Field::ExpertLayer,
            owner: Owner::Hosts(name),
            shipped: value(entry(chip), Field::ExpertLayer.key()),
            guess,
            bounds: Field::ExpertLayer.bounds(),
            spread: Field::ExpertLayer.spread(),
        };
        let of_all = |&(field, guess): &(Field, f64)| Slot {
            field,
            owner: Owner::All,
            shipped: of_all(field),
            guess,
            bounds: field.bounds(),
            spread: field.spread(),
        };
        let shared = OF_ALL.iter().map(of_all).chain(OF_HOSTS.iter().map(of_hosts));
        let all = shared.chain(OF_CHIPS.iter().map(of_chip)).chain(of_software());
        Self { all: all.collect() }
    }

    /// The shipped values.
    pub(super) fn shipped(&self) -> Vec<f64> {
        self.all.iter().map(|slot| slot.shipped).collect()
    }

    /// The slots that a step depends on, in the order in which they are set; `None` where no slot is of its chip.
    pub(super) fn of(&self, kind: &Kind<'_>) -> Option<Vec<usize>> {
        let family = entry(kind.chip).text("family").unwrap_or(kind.chip);
        let owner = OWNERS.into_iter().find(|owner| *owner == family)?;
        let is_own =
            |field| self.all.iter().any(|slot| slot.field == field && is_chip(slot.owner, kind.chip));
        let is_of = |slot: &Slot| match slot.owner {
            Owner::All => true,
            Owner::Hosts(name) => name == hosts(kind.chip),
            Owner::Chip(chip) if chip == kind.chip => true,
            Owner::Chip(chip) => chip == owner && !is_own(slot.field),
            Owner::Software(name, architecture) => {
                let fitted = kind.software.and_then(|own| taken_with(own, architecture, slot.field.key()));
                kind.architecture == Some(architecture) && fitted == Some(name)
            }
        };
        let felt = |slot: &Slot| {
            slot.field.is_felt_in(kind.precision)
                && (kind.has_experts || !slot.field.is_of_experts())
                && (kind.has_small_heads || slot.field != Field::Heads64)
        };
        let own = |index: &usize| is_of(&self.all[*index]) && felt(&self.all[*index]);
        let mut slots: Vec<usize> = (0..self.all.len()).filter(own).collect();
        // What is relative to another comes after it.
        slots.sort_by_key(|index| self.all[*index].field == Field::MxRelative);
        Some(slots)
    }

    /// The rates of a step where slots have these values.
    pub(super) fn rates(
        &self,
        (shipped, precision): (&ChipRates, Precision),
        slots: &[usize],
        value: impl Fn(usize) -> f64,
    ) -> ChipRates {
        let mut rates = *shipped;
        for &index in slots {
            let slot = &self.all[index];
            slot.field.set(&mut rates, precision, [value(index), value(index) / slot.shipped]);
        }
        rates
    }
}

fn is_chip(owner: Owner, chip: &str) -> bool {
    matches!(owner, Owner::Chip(own) if own == chip)
}

fn entry(chip: &str) -> &'static Entry {
    catalog::find(Section::Chips, chip).expect("a chip with slots is in the catalog")
}

fn value(chip: &Entry, key: &str) -> f64 {
    chip.base_value(key).unwrap_or_else(|| panic!("the catalog gives {} its {key}", chip.name()))
}

fn of_all(field: Field) -> f64 {
    match field {
        Field::MxRelative => value(entry(OF_MXFP8), field.key()) / value(entry(OF_MXFP8), Field::Gemm8.key()),
        _ => value(entry(REFERENCE), field.key()),
    }
}

/// The hosts of a chip: those with a Grace have it in their name.
fn hosts(chip: &str) -> &'static str {
    let [(x86, ..), (grace, ..)] = OF_HOSTS;
    if chip.starts_with("gb") { grace } else { x86 }
}

/// What is known of a parameter beside its kind.
fn known(chip: &str, field: Field) -> Option<([f64; 2], f64)> {
    let found = KNOWN.into_iter().find(|(own, known, ..)| *own == chip && *known == field);
    found.map(|(_, _, bounds, spread)| (bounds, spread))
}

/// The bounds of a parameter of a chip: no matmul of a step beats the best that was measured.
fn bounds(chip: &Entry, field: Field) -> [f64; 2] {
    if let Some((bounds, _)) = known(chip.name(), field) {
        return bounds;
    }
    let measured = match field {
        Field::Gemm16 => Some(("sustained_bf16", "peak_bf16")),
        Field::Gemm8 => Some(("sustained_fp8", "peak_fp8")),
        _ => None,
    };
    let [low, high] = field.bounds();
    let best = measured.and_then(|(best, peak)| Some(chip.base_value(best)? / chip.base_value(peak)?));
    [low, best.map_or(high, |best| high.min(BEST_MATMUL * best))]
}

/// Factors of software that may be fitted where enough runs hold them: not those of references, and one for releases that
/// are taken together.
fn of_software() -> Vec<Slot> {
    let mut slots = Vec::new();
    for field in [Field::DenseTime, Field::ExpertTime] {
        for architecture in ARCHITECTURES {
            for generation in catalog::entries(Section::Software) {
                let name = generation.name();
                if taken_with(name, architecture, field.key()) == Some(name) {
                    let key = format!("{architecture}.{}", field.key());
                    let shipped = generation.base_value(&key).unwrap_or(1.0);
                    let owner = Owner::Software(name, architecture);
                    let (bounds, spread) = (field.bounds(), field.spread());
                    slots.push(Slot { field, owner, shipped, guess: 1.0, bounds, spread });
                }
            }
        }
    }
    slots
}

/// The generation whose factor a generation has on an architecture; `None` where it is a reference.
fn taken_with(name: &str, architecture: &str, key: &str) -> Option<&'static str> {
    let generation = catalog::find(Section::Software, name).ok()?;
    let value = generation.value(&format!("{architecture}.{key}"));
    let note = value.and_then(|value| value.note.as_deref()).unwrap_or_default();
    if note.starts_with("reference") {
        return None;
    }
    match note.split_once("; taken with ") {
        None => Some(generation.name()),
        Some((_, release)) => {
            let (stem, _) = name.rsplit_once('-')?;
            taken_with(&format!("{stem}-{release}"), architecture, key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_that_are_taken_together_share_a_slot() {
        let with = |name, key| taken_with(name, "blackwell", key);
        assert_eq!(with("megatron-bridge-26.02.01", "dense_time"), Some("megatron-bridge-26.02"));
        assert_eq!(with("megatron-bridge-26.08", "expert_time"), Some("megatron-bridge-26.06"));
        assert_eq!(with("megatron-bridge-26.04.01", "expert_time"), None);
        assert_eq!(taken_with("megatron-2021", "ampere", "dense_time"), None);
    }

    #[test]
    fn shipped_values_are_within_their_bounds() {
        for slot in Slots::of_catalog().all {
            let [low, high] = slot.bounds;
            // A fit may end at a bound, and shipped values are rounded.
            assert!(low <= slot.shipped && slot.shipped <= high, "{slot:?}");
            assert!(low < slot.guess && slot.guess < high, "{slot:?}");
        }
    }
}
