//! The key `degrade` of a system: what is slow or gone, and what follows from it.

use super::description::System;
use super::overrides::OverrideError;
use crate::degrade::{Degradation, DegradeError, Effect, Target};
use crate::families::BuildError;
use std::collections::BTreeMap;
use toml::Value;

/// The key.
pub(super) const DEGRADE: &str = "degrade";

impl System {
    /// Everything that is slow or gone, in the order of the file.
    pub fn degradations(&self) -> &[Degradation] {
        &self.degradations.entries
    }

    /// Sets the seed of draws that name none; it is 1 before.
    pub fn set_draw_seed(&mut self, seed: u64) {
        self.degradations.seed = seed;
    }

    /// The same system to be built smaller: degradations of what a smaller fabric does not have are passed over.
    #[must_use]
    pub fn to_be_cut(&self) -> Self {
        let mut cut = self.clone();
        cut.degradations.only_present = true;
        cut
    }

    /// Chips of a fabric of `chips` chips whose kernels are slower, with the share of their speed that is left.
    ///
    /// # Errors
    /// [`BuildError`] when a degradation strikes what is not there.
    pub fn slow_chips(&self, chips: usize) -> Result<BTreeMap<usize, f64>, BuildError> {
        // The kernels of a graph's chips are unknown, and nothing slows them.
        if self.graph.is_some() || self.degradations.entries.is_empty() || chips == 0 {
            return Ok(BTreeMap::new());
        }
        Ok(self.degradations.slow_chips(chips, self.machine(chips).geometry())?)
    }

    /// The chips in service of one full domain: what fills a domain when nobody says how many chips there are. None
    /// may be left.
    pub fn chips_in_service(&self) -> usize {
        let size = self.domain_size();
        if self.graph.is_some() || self.degradations.entries.is_empty() {
            return size;
        }
        self.degradations.in_service(size, self.machine(size).geometry()).unwrap_or(size)
    }

    /// The places that so many chips in service need.
    pub(super) fn places(&self, chips: usize) -> Result<usize, BuildError> {
        if self.degradations.entries.is_empty() || chips == 0 {
            return Ok(chips);
        }
        Ok(self.degradations.slots(chips, self.machine(chips).geometry())?.places)
    }

    pub(super) fn set_degrade(&mut self, value: &Value) -> Result<(), OverrideError> {
        let example = "[{ target = \"plane:3\", capacity = 0 }]";
        let expected = "a list of tables, each headed [[systems.degrade]]";
        let list = value
            .as_array()
            .ok_or_else(|| super::overrides::wrong_type(DEGRADE, value, expected, example))?;
        let read = |(index, entry): (usize, &Value)| {
            let fault = |error| OverrideError::Degrade { key: DEGRADE.to_owned(), index, error };
            let read = Degradation::read(entry).map_err(fault)?;
            let computes = matches!(read.effect, Effect::Compute(_));
            if computes && self.chip.is_none() { Err(fault(DegradeError::NoChip)) } else { Ok(read) }
        };
        self.degradations.entries = list.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        self.overridden.insert(DEGRADE.to_owned());
        Ok(())
    }

    /// What is slow or gone, in one sentence; nothing when all is well.
    pub(super) fn degradation_note(&self) -> Option<String> {
        // Planes that fare alike are counted together.
        let mut counted: Vec<(Effect, usize)> = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        for entry in self.merged_degradations() {
            match &entry.target {
                Target::Plane { domain: None, .. } => {
                    match counted.iter_mut().find(|(effect, _)| *effect == entry.effect) {
                        Some((_, count)) => *count += 1,
                        None => counted.push((entry.effect, 1)),
                    }
                }
                Target::Drawn(drawn) => {
                    let seed = drawn.seed.unwrap_or(self.degradations.seed);
                    parts.push(format!("{drawn} with seed {seed} {}", entry.effect));
                }
                target => parts.push(format!("{target} {}", entry.effect)),
            }
        }
        let planes = if self.graph.is_some() { 0 } else { self.machine(1).domain().planes() };
        let of_planes = counted.iter().map(|(effect, count)| format!("{count} of {planes} planes {effect}"));
        let parts: Vec<String> = of_planes.chain(parts).collect();
        (!parts.is_empty()).then(|| format!("{}: degraded: {}", self.name(), parts.join("; ")))
    }

    /// The entries, those of one named target being one: what they leave is the product of what each leaves.
    fn merged_degradations(&self) -> Vec<Degradation> {
        let mut merged: Vec<Degradation> = Vec::new();
        for entry in &self.degradations.entries {
            let is_draw = matches!(entry.target, Target::Drawn(_));
            let both = merged.iter_mut().filter(|other| !is_draw && other.target == entry.target);
            let effect = both.filter_map(|other| Some((other.effect.and(entry.effect)?, other))).next();
            match effect {
                Some((effect, other)) => other.effect = effect,
                None => merged.push(entry.clone()),
            }
        }
        merged
    }

    /// That slow kernels change nothing where none run; nothing when all are as fast as they are.
    pub fn idle_compute_note(&self) -> Option<String> {
        let slows = |entry: &Degradation| matches!(entry.effect, Effect::Compute(_));
        let note =
            || format!("{}: `compute` of degrade changes nothing: a collective runs no kernels", self.name());
        self.degradations.entries.iter().any(slows).then(note)
    }
}
