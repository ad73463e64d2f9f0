//! Where chips stand when some are out of service: places of removed chips stay empty, and later chips move up.

use super::Degradations;
use super::degradation::{Degradation, Drawn, DrawnKind, Effect, Target};
use super::draw::draw;
use crate::suggestion::Suggestion;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use thiserror::Error;

/// Why a target cannot be struck.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TargetError {
    /// A number beyond those that exist.
    #[error("there is no `{target}`: {what} are 0 to {last}")]
    Beyond {
        /// The target.
        target: String,
        /// What is counted.
        what: &'static str,
        /// The last that exists.
        last: usize,
    },
    /// Parts that these domains do not have.
    #[error("`{target}` does not apply: {reason}")]
    DoesNotApply {
        /// The target.
        target: String,
        /// Why.
        reason: &'static str,
    },
    /// A name that nothing has.
    #[error("there is no `{target}`{suggestion}: {known}")]
    UnknownName {
        /// The target.
        target: String,
        /// A name near to it.
        suggestion: Suggestion,
        /// What there is.
        known: String,
    },
    /// More to be drawn than exist.
    #[error("{what} cannot be: there are only {among}; draw fewer")]
    TooMany {
        /// What was to be drawn.
        what: String,
        /// How many there are.
        among: usize,
    },
    /// A share that is less than half of one part.
    #[error("{what} are none of {among}; draw a larger share, or a count")]
    NoneDrawn {
        /// What was to be drawn.
        what: String,
        /// How many there are.
        among: usize,
    },
    /// No chip would be left.
    #[error("too many chips are removed: the others would stand past place {limit}; remove fewer")]
    NoRoom {
        /// The most places.
        limit: usize,
    },
}

/// How places of chips make up trays and domains.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) chips_per_domain: usize,
    pub(crate) chips_per_node: Option<usize>,
    /// The most places that a fabric has.
    pub(crate) most_places: usize,
}

/// The places of a fabric, and those whose chips are out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slots {
    /// All places that are wired, empty ones included.
    pub(crate) places: usize,
    pub(crate) empty: BTreeSet<usize>,
}

impl Slots {
    /// The place of each chip in service; `None` when the n-th chip stands in the n-th place.
    pub(crate) fn place_of_chip(&self) -> Option<Vec<u32>> {
        let in_service = (0..self.places).filter(|place| !self.empty.contains(place));
        (!self.empty.is_empty()).then(|| in_service.map(|place| place as u32).collect())
    }

    /// The number of the chip in a place; `None` in an empty one.
    fn chip_at(&self, place: usize) -> Option<usize> {
        (!self.empty.contains(&place)).then(|| place - self.empty.range(..place).count())
    }
}

impl Degradations {
    /// The places that `chips` chips in service need: as many as leave that number when all others are removed.
    ///
    /// # Errors
    /// The entry at fault, and why its target cannot be struck.
    pub(crate) fn slots(&self, chips: usize, geometry: Geometry) -> Result<Slots, (usize, TargetError)> {
        let removed = self.removed(geometry)?;
        let mut places = chips;
        loop {
            // One more place is at most one more chip in service, so that this never goes too far.
            let missing = chips - removed.in_service(places);
            if missing == 0 {
                break;
            }
            places += missing;
            if places > geometry.most_places {
                return Err((0, TargetError::NoRoom { limit: geometry.most_places }));
            }
        }
        for &(index, start) in &removed.starts {
            self.check_present(Some(start), (places, geometry), &self.entries[index])
                .map_err(|error| (index, error))?;
        }
        Ok(Slots { places, empty: self.empty_places(&removed, places)? })
    }

    /// How many of the first `places` places have chips in service.
    ///
    /// # Errors
    /// The entry at fault, and why its target cannot be struck.
    pub(crate) fn in_service(
        &self,
        places: usize,
        geometry: Geometry,
    ) -> Result<usize, (usize, TargetError)> {
        Ok(self.removed(geometry)?.in_service(places))
    }

    /// Which chips go out of service, by name and by draw.
    fn removed(&self, geometry: Geometry) -> Result<Removed<'_>, (usize, TargetError)> {
        let mut named = BTreeSet::new();
        let (mut starts, mut draws) = (Vec::new(), Vec::new());
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.removes_chips()) {
            if let Target::Drawn(drawn) = &entry.target {
                draws.push((index, drawn));
                continue;
            }
            let range = geometry.range_of(&entry.target).map_err(|error| (index, error))?;
            starts.push((index, range.start));
            named.extend(range);
        }
        Ok(Removed { named: named.into_iter().collect(), starts, draws })
    }

    /// The places that are empty among the first `places`: draws pick among those that nothing before them emptied.
    fn empty_places(
        &self,
        removed: &Removed<'_>,
        places: usize,
    ) -> Result<BTreeSet<usize>, (usize, TargetError)> {
        let mut empty: BTreeSet<usize> = removed.named_below(places).iter().copied().collect();
        for &(index, drawn) in &removed.draws {
            let left: Vec<usize> = (0..places).filter(|place| !empty.contains(place)).collect();
            let drawn = self.pass_over(draw(drawn, left.len(), (index, self.seed)));
            empty.extend(drawn.map_err(|error| (index, error))?.into_iter().map(|chip| left[chip]));
        }
        Ok(empty)
    }

    /// Chips whose kernels are slower, by their numbers in service, with the share of their speed that is left.
    ///
    /// # Errors
    /// The entry at fault, and why its target cannot be struck.
    pub(crate) fn slow_chips(
        &self,
        chips: usize,
        geometry: Geometry,
    ) -> Result<BTreeMap<usize, f64>, (usize, TargetError)> {
        let slots = self.slots(chips, geometry)?;
        let mut slow = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let Effect::Compute(share) = entry.effect else { continue };
            let struck = match &entry.target {
                Target::Drawn(drawn) => self.pass_over(draw(drawn, chips, (index, self.seed))),
                _ => self.chips_named(entry, (&slots, geometry)),
            };
            for chip in struck.map_err(|error| (index, error))? {
                *slow.entry(chip).or_insert(1.0) *= share;
            }
        }
        Ok(slow)
    }

    /// The numbers of the chips of a target that is no draw; those out of service are passed over.
    fn chips_named(
        &self,
        entry: &Degradation,
        (slots, geometry): (&Slots, Geometry),
    ) -> Result<Vec<usize>, TargetError> {
        let range = geometry.range_of(&entry.target)?;
        self.check_present(Some(range.start), (slots.places, geometry), entry)?;
        Ok(range.filter(|place| *place < slots.places).filter_map(|place| slots.chip_at(place)).collect())
    }

    /// Refuses a target that begins past the last place, unless such targets are passed over.
    pub(super) fn check_present(
        &self,
        start: Option<usize>,
        (places, geometry): (usize, Geometry),
        entry: &Degradation,
    ) -> Result<(), TargetError> {
        match start.filter(|start| *start >= places && !self.only_present) {
            Some(_) => Err(geometry.beyond(&entry.target, places)),
            None => Ok(()),
        }
    }

    /// Nothing where a target is not there and such targets are passed over.
    pub(super) fn pass_over<T>(&self, found: Result<Vec<T>, TargetError>) -> Result<Vec<T>, TargetError> {
        match found {
            Err(
                TargetError::Beyond { .. }
                | TargetError::UnknownName { .. }
                | TargetError::TooMany { .. }
                | TargetError::NoneDrawn { .. },
            ) if self.only_present => Ok(Vec::new()),
            found => found,
        }
    }

    /// The places of the chips that an entry strikes.
    pub(super) fn places_of(
        &self,
        index: usize,
        entry: &Degradation,
        (chips, geometry): (usize, Geometry),
    ) -> Result<Struck, TargetError> {
        if let Target::Drawn(drawn) = &entry.target {
            assert!(drawn.kind == DrawnKind::Chips, "only chips stand in places");
            let places = draw(drawn, chips, (index, self.seed))?;
            return Ok(Struck { places, start_of_named: None });
        }
        let range = geometry.range_of(&entry.target)?;
        Ok(Struck { start_of_named: Some(range.start), places: range.collect() })
    }
}

/// The chips that go out of service.
struct Removed<'a> {
    /// The places of those that were named, in ascending order.
    named: Vec<usize>,
    /// Where the target of each of their entries begins.
    starts: Vec<(usize, usize)>,
    /// The entries that draw others.
    draws: Vec<(usize, &'a Drawn)>,
}

impl Removed<'_> {
    fn named_below(&self, places: usize) -> &[usize] {
        &self.named[..self.named.partition_point(|place| *place < places)]
    }

    /// How many chips of so many places stay in service; grows by at most one with each place.
    fn in_service(&self, places: usize) -> usize {
        let left = places - self.named_below(places).len();
        self.draws.iter().fold(left, |left, (_, drawn)| left.saturating_sub(drawn.amount.of(left)))
    }
}

/// The places that an entry strikes.
pub(super) struct Struck {
    pub(super) places: Vec<usize>,
    /// Where the target begins, when it was named and not drawn.
    pub(super) start_of_named: Option<usize>,
}

impl Geometry {
    /// That a target begins past the last of so many places.
    fn beyond(self, target: &Target, places: usize) -> TargetError {
        let last_place = places - 1;
        let (what, last) = match *target {
            Target::Chip { domain: None, .. } => ("chips", last_place),
            Target::Node { domain: None, .. } => {
                let size = self.chips_per_node.unwrap_or(1);
                let per_domain = self.chips_per_domain.div_ceil(size);
                let (domain, local) =
                    (last_place / self.chips_per_domain, last_place % self.chips_per_domain);
                ("trays", domain * per_domain + local / size)
            }
            _ => ("domains", last_place / self.chips_per_domain),
        };
        TargetError::Beyond { target: target.to_string(), what, last }
    }

    /// The places of the chips of a target.
    fn range_of(self, target: &Target) -> Result<Range<usize>, TargetError> {
        let domain_start = |domain: usize| domain.saturating_mul(self.chips_per_domain);
        let beyond = |what, last| Err(TargetError::Beyond { target: target.to_string(), what, last });
        match *target {
            Target::Domain(domain) => Ok(domain_start(domain)..domain_start(domain.saturating_add(1))),
            Target::Chip { domain: None, chip } => Ok(chip..chip + 1),
            Target::Chip { domain: Some(domain), chip } => {
                if chip >= self.chips_per_domain {
                    return beyond("chips of a domain", self.chips_per_domain - 1);
                }
                let start = domain_start(domain).saturating_add(chip);
                Ok(start..start + 1)
            }
            Target::Node { domain, node } => {
                let Some(size) = self.chips_per_node else {
                    let reason = "the chips of these domains do not stand in trays";
                    return Err(TargetError::DoesNotApply { target: target.to_string(), reason });
                };
                let per_domain = self.chips_per_domain.div_ceil(size);
                if domain.is_some() && node >= per_domain {
                    return beyond("trays of a domain", per_domain - 1);
                }
                let number = domain.unwrap_or(0).saturating_mul(per_domain).saturating_add(node);
                let first = domain_start(number / per_domain);
                let start = first.saturating_add(number % per_domain * size);
                Ok(start..(start.saturating_add(size)).min(first.saturating_add(self.chips_per_domain)))
            }
            _ => unreachable!("only chips, trays and domains stand in places"),
        }
    }
}
