//! One thing that is wrong with a system: what it strikes and what is left.

use std::fmt;

/// One entry of `[[systems.degrade]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Degradation {
    /// What it strikes.
    pub target: Target,
    /// What is left.
    pub effect: Effect,
}

/// What a degradation strikes; numbers count from 0, names are those of the fabric.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `plane:3`: every link of a plane, in one domain or in all.
    Plane {
        /// The domain; all when absent.
        domain: Option<usize>,
        /// The plane.
        plane: usize,
    },
    /// `scale-out/plane:1`: every link of a plane of the scale-out fabric.
    ScaleOutPlane(usize),
    /// `link:A -> B`, or `link:A <-> B` for both directions.
    Link(String),
    /// `switch:NAME`: every link of a switch.
    Switch(String),
    /// `domain:0`: every chip of a domain.
    Domain(usize),
    /// `node:5` or `tray:5`: every chip of a tray, counted over all domains unless one is named.
    Node {
        /// The domain.
        domain: Option<usize>,
        /// The tray.
        node: usize,
    },
    /// `chip:17`, counted over all domains unless one is named.
    Chip {
        /// The domain.
        domain: Option<usize>,
        /// The chip.
        chip: usize,
    },
    /// `links`, `switches`, `chips`: some of them, drawn by a seed.
    Drawn(Drawn),
}

/// Parts that are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What is drawn.
    pub kind: DrawnKind,
    /// How many.
    pub amount: Amount,
    /// The tier that links are drawn from; all when absent.
    pub tier: Option<String>,
    /// The seed; that of the scenario when absent.
    pub seed: Option<u64>,
}

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnKind {
    /// Cables: both directions of a link.
    Links,
    /// Switches.
    Switches,
    /// Chips.
    Chips,
}

/// How many parts are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// So many.
    Count(usize),
    /// A share of all, to the nearest whole number.
    Share(f64),
}

/// What is left of what was struck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// This share of the capacity of its links; 0 removes it.
    Capacity(f64),
    /// This share of the speed of its kernels.
    Compute(f64),
}

impl Degradation {
    /// The entry as a file has it.
    pub(crate) fn to_toml(&self) -> toml::Table {
        let mut table = toml::Table::new();
        let mut put = |key: &str, value: toml::Value| {
            table.insert(key.to_owned(), value);
        };
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX).into();
        put("target", self.target.to_string().into());
        match self.effect {
            Effect::Capacity(share) => put("capacity", share.into()),
            Effect::Compute(share) => put("compute", share.into()),
        }
        if let Target::Drawn(Drawn { amount, tier, seed, .. }) = &self.target {
            match *amount {
                Amount::Count(count) => put("count", whole(count as u64)),
                Amount::Share(share) => put("share", share.into()),
            }
            tier.iter().for_each(|tier| put("tier", tier.as_str().into()));
            seed.iter().for_each(|&seed| put("seed", whole(seed)));
        }
        table
    }

    /// Whether chips go out of service.
    pub(super) fn removes_chips(&self) -> bool {
        let chips = match &self.target {
            Target::Domain(_) | Target::Node { .. } | Target::Chip { .. } => true,
            Target::Drawn(drawn) => drawn.kind == DrawnKind::Chips,
            _ => false,
        };
        chips && self.effect == Effect::Capacity(0.0)
    }
}

impl Amount {
    /// How many of so many.
    pub(super) fn of(self, among: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Share(share) => (share * among as f64).round() as usize,
        }
    }
}

impl Effect {
    /// What both leave together; nothing when they strike different things.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        // A product such as 0.1 * 0.1 is to read 0.01, not 0.010000000000000002.
        let product = |one: f64, other: f64| (one * other * 1e12).round() / 1e12;
        match (self, other) {
            (Self::Capacity(one), Self::Capacity(other)) => Some(Self::Capacity(product(one, other))),
            (Self::Compute(one), Self::Compute(other)) => Some(Self::Compute(product(one, other))),
            _ => None,
        }
    }
}

impl Drawn {
    /// `5 drawn links`, or `0.01 % of links`.
    pub(super) fn amount_and_kind(&self) -> String {
        let name = self.kind.name();
        match self.amount {
            Amount::Count(1) => format!("1 drawn {}", name.trim_end_matches("es").trim_end_matches('s')),
            Amount::Count(count) => format!("{count} drawn {name}"),
            // A share such as 0.07 is to read 7 %, not 7.000000000000001 %.
            Amount::Share(share) => format!("{} % of {name}", (share * 1e12).round() / 1e10),
        }
    }
}

impl DrawnKind {
    /// The name as files have it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Switches => "switches",
            Self::Chips => "chips",
        }
    }
}

impl fmt::Display for Target {
    /// The text that a file has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope =
            |domain: &Option<usize>| domain.map_or(String::new(), |domain| format!("domain:{domain}/"));
        match self {
            Self::Plane { domain, plane } => write!(f, "{}plane:{plane}", scope(domain)),
            Self::ScaleOutPlane(plane) => write!(f, "scale-out/plane:{plane}"),
            Self::Link(name) => write!(f, "link:{name}"),
            Self::Switch(name) => write!(f, "switch:{name}"),
            Self::Domain(domain) => write!(f, "domain:{domain}"),
            Self::Node { domain, node } => write!(f, "{}node:{node}", scope(domain)),
            Self::Chip { domain, chip } => write!(f, "{}chip:{chip}", scope(domain)),
            Self::Drawn(drawn) => write!(f, "{}", drawn.kind.name()),
        }
    }
}

impl fmt::Display for Drawn {
    /// In words: `5 drawn links of scale-up`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawn = if matches!(self.amount, Amount::Share(_)) { ", drawn" } else { "" };
        write!(f, "{}{drawn}", self.amount_and_kind())?;
        self.tier.as_ref().map_or(Ok(()), |tier| write!(f, " of {tier}"))
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capacity(0.0) => write!(f, "removed"),
            Self::Capacity(share) => write!(f, "at {share} of the capacity"),
            Self::Compute(share) => write!(f, "at {share} of the compute"),
        }
    }
}
