//! Degradations as files have them.

use super::degradation::{Amount, Degradation, Drawn, DrawnKind, Effect, Target};
use crate::suggestion::Suggestion;
use thiserror::Error;
use toml::{Table, Value};

const KEYS: &[&str] = &["target", "capacity", "compute", "count", "share", "tier", "seed"];

/// What a target may be, in words.
const TARGETS: &str = "plane:N, link:NAME, switch:NAME, node:N, chip:N, domain:N, or links, switches or chips with a count or share";

/// The words that begin a target.
const WORDS: &[&str] =
    &["plane", "link", "switch", "node", "tray", "chip", "domain", "scale-out", "links", "switches", "chips"];

/// Why an entry of `degrade` cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DegradeError {
    /// Something else than a table.
    #[error("this is no table; write {{ target = \"plane:3\", capacity = 0 }}")]
    NoTable,
    /// A key that no entry has.
    #[error("there is no key `{key}`{suggestion}; known keys: {}", KEYS.join(", "))]
    UnknownKey {
        /// The key as written.
        key: String,
        /// A key near to it.
        suggestion: Suggestion,
    },
    /// No target, or one that is no text.
    #[error("`target` is missing or no text; write target = \"plane:3\"")]
    NoTarget,
    /// A target of no known kind.
    #[error("`{target}` is no target{suggestion}; write {TARGETS}")]
    UnknownTarget {
        /// The target as written.
        target: String,
        /// A kind of target near to it.
        suggestion: Suggestion,
    },
    /// Neither of two keys, or both.
    #[error("{found}; write either `{first}` or `{second}`")]
    EitherOr {
        /// What is there.
        found: String,
        /// The one key.
        first: &'static str,
        /// The other key.
        second: &'static str,
    },
    /// A value of the wrong kind or out of its range.
    #[error("`{key}` is {value}; it must be {bound}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The value as written.
        value: String,
        /// What it must be.
        bound: &'static str,
    },
    /// A key beside a target that it says nothing about.
    #[error("`{key}` says nothing about `{target}`; it goes with {with}")]
    Idle {
        /// The key.
        key: &'static str,
        /// The target.
        target: String,
        /// The targets that it goes with.
        with: &'static str,
    },
    /// Kernels that no chip runs.
    #[error(
        "`compute` slows the kernels of a chip, and a bare family has none; write capacity, or name a preset"
    )]
    NoChip,
}

impl Degradation {
    /// Reads one entry.
    ///
    /// # Errors
    /// [`DegradeError`] names the key that is at fault.
    pub fn read(value: &Value) -> Result<Self, DegradeError> {
        let table = value.as_table().ok_or(DegradeError::NoTable)?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let suggestion = Suggestion::nearest(key, KEYS.iter().copied());
            return Err(DegradeError::UnknownKey { key: key.clone(), suggestion });
        }
        let text = table.get("target").and_then(Value::as_str).ok_or(DegradeError::NoTarget)?;
        let target = match drawn_kind(text) {
            Some(kind) => Target::Drawn(read_drawn(table, kind)?),
            None => {
                let draws =
                    ["count", "share", "tier", "seed"].into_iter().find(|key| table.contains_key(*key));
                if let Some(key) = draws {
                    let with = "the targets links, switches and chips, which are drawn";
                    return Err(DegradeError::Idle { key, target: text.to_owned(), with });
                }
                read_named(text)?
            }
        };
        let effect = read_effect(table, &target)?;
        Ok(Self { target, effect })
    }
}

fn drawn_kind(text: &str) -> Option<DrawnKind> {
    [DrawnKind::Links, DrawnKind::Switches, DrawnKind::Chips].into_iter().find(|kind| kind.name() == text)
}

fn read_named(text: &str) -> Result<Target, DegradeError> {
    let word = text.split([':', '/']).next().unwrap_or_default();
    let unknown = || {
        let known = WORDS.iter().copied().filter(|known| *known != word);
        let suggestion = Suggestion::nearest(word, known);
        DegradeError::UnknownTarget { target: text.to_owned(), suggestion }
    };
    if let Some(plane) = text.strip_prefix("scale-out/plane:") {
        return plane.parse().map(Target::ScaleOutPlane).map_err(|_| unknown());
    }
    let (domain, rest) = match text.strip_prefix("domain:") {
        Some(scoped) => {
            let (number, rest) = scoped.split_once('/').unwrap_or((scoped, ""));
            (Some(number.parse().map_err(|_| unknown())?), rest)
        }
        None => (None, text),
    };
    if let (Some(domain), "") = (domain, rest) {
        return Ok(Target::Domain(domain));
    }
    let (kind, name) = rest.split_once(':').ok_or_else(unknown)?;
    let number = || name.parse::<usize>().map_err(|_| unknown());
    match (kind, domain) {
        ("plane", _) => Ok(Target::Plane { domain, plane: number()? }),
        ("node" | "tray", _) => Ok(Target::Node { domain, node: number()? }),
        ("chip", _) => Ok(Target::Chip { domain, chip: number()? }),
        ("link", None) => Ok(Target::Link(name.trim().to_owned())),
        ("switch", None) => Ok(Target::Switch(name.trim().to_owned())),
        _ => Err(unknown()),
    }
}

fn read_drawn(table: &Table, kind: DrawnKind) -> Result<Drawn, DegradeError> {
    let amount = match (table.get("count"), table.get("share")) {
        (Some(count), None) => {
            let bound = "a whole number of at least 1";
            let found = count.as_integer().and_then(|count| usize::try_from(count).ok());
            let count = found.filter(|count| *count > 0);
            Amount::Count(count.ok_or_else(|| out_of_range("count", &table["count"], bound))?)
        }
        (None, Some(_)) => {
            Amount::Share(read_share(table, "share", (1e-9, "a number above 0 and at most 1"))?)
        }
        (count, _) => {
            let found = match count {
                Some(_) => "`count` and `share` are both here".to_owned(),
                None => format!("nothing says how many {} are drawn", kind.name()),
            };
            return Err(DegradeError::EitherOr { found, first: "count", second: "share" });
        }
    };
    let tier = match table.get("tier") {
        None => None,
        Some(_) if kind != DrawnKind::Links => {
            let target = kind.name().to_owned();
            return Err(DegradeError::Idle { key: "tier", target, with: "the target links" });
        }
        Some(tier) => {
            let name = tier.as_str().ok_or_else(|| out_of_range("tier", tier, "the name of a tier"))?;
            Some(name.to_owned())
        }
    };
    let seed = table.get("seed").map(|seed| {
        let found = seed.as_integer().and_then(|seed| u64::try_from(seed).ok());
        found.ok_or_else(|| out_of_range("seed", seed, "a whole number of at least 0"))
    });
    Ok(Drawn { kind, amount, tier, seed: seed.transpose()? })
}

fn read_effect(table: &Table, target: &Target) -> Result<Effect, DegradeError> {
    match (table.contains_key("capacity"), table.contains_key("compute")) {
        (true, false) => {
            let bound = (1e-3, "0 (removed), or a number from 0.001 to 1");
            read_share(table, "capacity", bound).map(Effect::Capacity)
        }
        (false, true) => {
            let computes = match target {
                Target::Domain(_) | Target::Node { .. } | Target::Chip { .. } => true,
                Target::Drawn(drawn) => drawn.kind == DrawnKind::Chips,
                _ => false,
            };
            if !computes {
                let with = "chips: chip:N, node:N, domain:N and chips";
                return Err(DegradeError::Idle { key: "compute", target: target.to_string(), with });
            }
            read_share(table, "compute", (1e-3, "a number from 0.001 to 1")).map(Effect::Compute)
        }
        (both, _) => {
            let found = match both {
                true => "`capacity` and `compute` are both here".to_owned(),
                false => format!("nothing says what is left of `{target}`"),
            };
            Err(DegradeError::EitherOr { found, first: "capacity", second: "compute" })
        }
    }
}

/// A number from `least` to 1; also 0 where links may be removed.
fn read_share(
    table: &Table,
    key: &'static str,
    (least, bound): (f64, &'static str),
) -> Result<f64, DegradeError> {
    let number = match &table[key] {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let possible = |number: &f64| (least..=1.0).contains(number) || key == "capacity" && *number == 0.0;
    number.filter(possible).map(f64::abs).ok_or_else(|| out_of_range(key, &table[key], bound))
}

fn out_of_range(key: &'static str, value: &Value, bound: &'static str) -> DegradeError {
    DegradeError::OutOfRange { key, value: value.to_string(), bound }
}
