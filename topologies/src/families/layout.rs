//! How the chips of a system lie in domains: whole domains first, the last may be partial.

/// How chips lie in domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    chips: usize,
    chips_per_domain: usize,
}

impl Layout {
    /// `chips` chips in domains of `chips_per_domain`, of which the last may have fewer.
    pub const fn new(chips: usize, chips_per_domain: usize) -> Self {
        Self { chips, chips_per_domain }
    }

    /// All chips.
    pub const fn chips(&self) -> usize {
        self.chips
    }

    /// The chips of every domain but the last.
    pub const fn chips_per_domain(&self) -> usize {
        self.chips_per_domain
    }

    /// The number of domains.
    pub const fn domains(&self) -> usize {
        self.chips.div_ceil(self.chips_per_domain)
    }

    /// The chips of one domain.
    pub fn chips_of(&self, domain: usize) -> usize {
        self.chips_per_domain.min(self.chips - domain * self.chips_per_domain)
    }

    /// The chips of each domain.
    pub fn domain_sizes(&self) -> impl Iterator<Item = usize> {
        (0..self.domains()).map(|domain| self.chips_of(domain))
    }

    /// The domain of a chip and its number there.
    pub const fn position(&self, chip: usize) -> (usize, usize) {
        (chip / self.chips_per_domain, chip % self.chips_per_domain)
    }
}

/// The least number that is a multiple of both, of which none is 0; the largest there is where it would be larger.
pub(super) fn least_common_multiple(first: usize, second: usize) -> usize {
    let (mut a, mut b) = (first, second);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    (first / a).saturating_mul(second)
}
