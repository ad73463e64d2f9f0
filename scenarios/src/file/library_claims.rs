//! The scenarios that judge claims.

/// A claim of the library.
#[derive(Debug, Clone, Copy)]
pub struct LibraryClaim {
    /// The name, which is that of the scenario that states it.
    pub name: &'static str,
    text: &'static str,
    /// Name and text of further scenarios with evidence.
    parts: &'static [(&'static str, &'static str)],
}

/// The text of a file of the folder of claims.
macro_rules! claim_text {
    ($name:literal) => {
        include_str!(concat!("../../library/claims/", $name, ".toml"))
    };
}

/// A claim by its name, and the names of its further scenarios.
macro_rules! claim {
    ($name:literal $(, $part:literal)*) => {
        LibraryClaim { name: $name, text: claim_text!($name), parts: &[$(($part, claim_text!($part))),*] }
    };
}

/// Every claim in order.
const CLAIMS: &[LibraryClaim] = &[
    claim!("light-beats-copper"),
    claim!("communication-over-half"),
    claim!("optics-more-bandwidth"),
    claim!("seventy-two-is-the-optimum"),
    claim!("blackwell-four-times"),
    claim!("ascend-matches-a100", "ascend-matches-a100-all-reduce"),
    claim!("h20-is-a-fifth", "h20-is-a-fifth-all-reduce"),
    claim!("export-cuts"),
    claim!("weak-chips-many"),
    claim!("floor-space-and-power"),
    claim!("a-tenth-of-the-parameters"),
    claim!("photonic-links"),
    claim!("a-hundred-thousand-chips"),
    claim!("a-town-for-a-year"),
    claim!("ten-terabytes-nvlink"),
];

impl LibraryClaim {
    /// The names of its scenarios, the one with the statement first.
    pub fn scenarios(&self) -> impl Iterator<Item = &'static str> + Clone {
        std::iter::once(self.name).chain(self.parts.iter().map(|(name, _)| *name))
    }
}

/// Every claim of the library in order.
pub fn all() -> impl Iterator<Item = &'static LibraryClaim> + Clone {
    CLAIMS.iter()
}

/// The names of all scenarios that judge claims.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    CLAIMS.iter().flat_map(LibraryClaim::scenarios)
}

/// The text of a scenario that judges a claim.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let texts = |claim: &'static LibraryClaim| {
        std::iter::once((claim.name, claim.text)).chain(claim.parts.iter().copied())
    };
    CLAIMS.iter().flat_map(texts).find(|(known, _)| *known == name).map(|(_, text)| text)
}
