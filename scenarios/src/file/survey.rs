//! What the points of a scenario have in common, found by making them once before anything runs.
//!
//! All points are made where they are few. Where they are many each value of each sweep is met with the first values
//! of the others, so that checking costs little beside running; whatever is wrong with another combination is then
//! found when its point is made.

use super::error::LocatedError;
use super::findings::Findings;
use super::points::Points;
use super::scenario::{Point, SystemEntry, Workload};
use crate::training::FlopConvention;
use copperlight_topologies::Software;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// So many points are looked at for one that is legal, where none of the sample is.
const SOUGHT: u64 = 10_000;

/// So many points are made at once.
const BATCH: usize = 256;

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Survey {
    /// The first legal point of each system; without one, the machine alone.
    entries: Vec<Option<SystemEntry>>,
    /// The first legal point of each system.
    first: Vec<Option<usize>>,
    /// The most chips of a point of each system.
    most_chips: Vec<usize>,
    /// The software that jobs on each system name.
    software: Vec<BTreeSet<Software>>,
    /// The FLOP convention of the first job.
    convention: Option<FlopConvention>,
    kinds: Kinds,
}

/// Which kinds of workloads there are.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds {
    training: bool,
    collective: bool,
    traffic: bool,
}

/// Makes points and notes in `findings` what no point can be with.
pub(super) fn survey(points: &Points, findings: &Findings) -> Survey {
    let systems = points.systems().len();
    let mut survey = Survey {
        entries: vec![None; systems],
        first: vec![None; systems],
        most_chips: vec![0; systems],
        software: vec![BTreeSet::new(); systems],
        ..Survey::default()
    };
    let mut combined: Vec<Vec<LocatedError>> = vec![Vec::new(); systems];
    let sample = points.sample();
    survey.look((points, findings), &sample, &mut combined);
    for system in 0..systems {
        if survey.first[system].is_none() && points.count() > sample.len() {
            let numbers = points.combinations().of_system(system);
            let sought: Vec<u64> = numbers.take(SOUGHT as usize).collect();
            survey.look((points, findings), &sought, &mut combined);
        }
    }
    survey.judge((points, findings), combined);
    survey
}

impl Survey {
    /// The systems as their first points have them, which know their seeds by now.
    pub(super) fn entries(&self, points: &Points) -> Vec<SystemEntry> {
        let seeded = |(system, entry): (usize, &Option<SystemEntry>)| {
            let mut entry = entry.clone()?;
            let first = self.first[system].map(|first| first as u64);
            let first = first.unwrap_or(points.combinations().of_system(system).start);
            entry.system.set_draw_seed(points.seed_of(first));
            Some(entry)
        };
        self.entries.iter().enumerate().filter_map(seeded).collect()
    }

    /// The most chips of a point of a system.
    pub(crate) fn most_chips(&self, system: usize) -> usize {
        self.most_chips[system]
    }

    /// The index of the first legal point of a system.
    pub(crate) fn first_point(&self, system: usize) -> Option<usize> {
        self.first[system]
    }

    /// The software generations that the jobs of a system's points name.
    pub(crate) fn software(&self, system: usize) -> &BTreeSet<Software> {
        &self.software[system]
    }

    /// The FLOP convention of a scenario, which all its points share unless they sweep it.
    pub(crate) fn convention(&self) -> FlopConvention {
        self.convention.unwrap_or_default()
    }

    /// Whether some point trains.
    pub(crate) fn trains(&self) -> bool {
        self.kinds.training
    }

    /// Whether all points train.
    pub(crate) fn only_trains(&self) -> bool {
        !self.kinds.collective && !self.kinds.traffic
    }

    /// Whether all points are collectives.
    pub(crate) fn only_collectives(&self) -> bool {
        !self.kinds.training && !self.kinds.traffic
    }

    /// Whether some point is traffic.
    pub(crate) fn has_traffic(&self) -> bool {
        self.kinds.traffic
    }

    /// Makes some points; what is wrong with the file is noted, what is wrong with combinations is kept by system.
    fn look(
        &mut self,
        (points, findings): (&Points, &Findings),
        indices: &[u64],
        combined: &mut [Vec<LocatedError>],
    ) {
        for batch in indices.chunks(BATCH) {
            let check = |&index: &u64| points.check(index as usize);
            let checked: Vec<(Option<Point>, Findings)> = batch.par_iter().map(check).collect();
            for (&index, (point, found)) in batch.iter().zip(checked) {
                let system = points.combinations().choose(index).system;
                findings.adopt(&found, system);
                if let Some(point) = point {
                    self.note(points, point);
                }
                let (of_combination, of_file): (Vec<_>, Vec<_>) =
                    found.into_errors().into_iter().partition(|found| found.error.is_of_combination());
                of_file.into_iter().for_each(|found| findings.error(found.place, found.error));
                let room = BATCH.saturating_sub(combined[system].len());
                combined[system].extend(of_combination.into_iter().take(room));
            }
        }
    }

    /// Notes what a legal point is like.
    fn note(&mut self, points: &Points, point: Point) {
        let system = point.system_index;
        self.most_chips[system] = self.most_chips[system].max(point.chips);
        match &point.workload {
            Workload::Training(job) => {
                self.kinds.training = true;
                self.convention.get_or_insert(job.flop_convention());
                self.software[system].extend(job.recipe().software);
            }
            Workload::Collective(_) => self.kinds.collective = true,
            Workload::Traffic(_) => self.kinds.traffic = true,
        }
        if self.first[system].is_none_or(|first| first > point.index) {
            self.first[system] = Some(point.index);
            let chips = points.stated_chips(system);
            self.entries[system] = Some(SystemEntry { name: point.system_name, system: point.system, chips });
        }
    }

    /// What is wrong with combinations is an error of the file where no point of a system that is not swept is legal,
    /// or no point at all.
    fn judge(&mut self, (points, findings): (&Points, &Findings), combined: Vec<Vec<LocatedError>>) {
        let none = self.first.iter().all(Option::is_none) || findings.any();
        for (system, errors) in combined.into_iter().enumerate() {
            if self.first[system].is_none() && !none {
                self.entries[system] = points.machine_alone(system);
            }
            let numbers = points.combinations().of_system(system);
            let alone = self.first[system].is_none() && numbers.end - numbers.start == 1;
            if none || alone || self.entries[system].is_none() {
                errors.into_iter().for_each(|found| findings.error(found.place, found.error));
            }
        }
    }
}
