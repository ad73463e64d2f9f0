//! Everything that an outcome says of what happened, without the numbers of those to whom it happened.

use copperlight_core::fabric::Fabric;
use copperlight_core::network::Timeline;
use copperlight_core::outcome::{Digest, Outcome, StopReason, Work};
use copperlight_core::simulation::{Notice, Observer, Options, Representative, SimulationError, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Time;
use copperlight_core::workload::Workload;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// How a workload is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Full,
    FoldAndReplay,
    Fold,
    Replay,
}

impl Way {
    /// All but the full simulation.
    pub(super) const SHORT: [Self; 3] = [Self::FoldAndReplay, Self::Fold, Self::Replay];

    pub(super) fn options(self, transport: Transport) -> Options {
        let options = Options::new(transport);
        match self {
            Self::Full => options.unfolded(),
            Self::FoldAndReplay => options,
            Self::Fold => Options { replay: false, ..options },
            Self::Replay => Options { fold: false, ..options },
        }
    }
}

/// When an operation was entered, when it began, when it ended.
type Times = [Time; 3];

/// What one rank went through: its role, and the times of each operation by its index in the program.
type Life = (usize, BTreeMap<u32, Times>);

/// Notes what every representative goes through.
#[derive(Default)]
struct Notes {
    representatives: Vec<Representative>,
    lives: Vec<BTreeMap<u32, Times>>,
    told: Time,
    end: Option<Time>,
}

impl Notes {
    fn note(&mut self, which: usize, notice: &Notice<'_>) {
        assert!(self.told <= notice.at, "notices come in time order");
        self.told = notice.at;
        let life = &mut self.lives[notice.representative];
        life.entry(notice.index).or_insert([Time::MAX; 3])[which] = notice.at;
    }
}

impl Observer for Notes {
    fn start(&mut self, representatives: &[Representative]) {
        let lives = vec![BTreeMap::new(); representatives.len()];
        *self = Self { representatives: representatives.to_vec(), lives, ..Self::default() };
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.note(0, notice);
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.note(1, notice);
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.note(2, notice);
    }

    fn finish(&mut self, end: Time) {
        self.end = Some(end);
    }
}

/// What happened, counted and not listed, so that it does not matter which of those that are alike were simulated.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    pub(super) end: Time,
    pub(super) digest: Digest,
    pub(super) work: Work,
    /// How many ranks ended when.
    pub(super) ends: BTreeMap<Time, u64>,
    /// How many links of each tier carried how much, weighted; those that carried nothing are left out.
    pub(super) links: BTreeMap<(usize, u128), u64>,
    /// What each tier carried, in bytes as drawn over time.
    pub(super) tiers: Vec<f64>,
    /// How many ranks went through what.
    lives: BTreeMap<Life, u64>,
}

impl Evidence {
    /// Runs a workload to its end and watches it.
    ///
    /// `None` where ranks that communicate are not joined.
    pub(super) fn of(fabric: &Fabric, workload: &dyn Workload, options: &Options) -> Option<Self> {
        let mut notes = Notes::default();
        let outcome = match simulate(fabric, workload, options, &mut notes) {
            Ok(outcome) => outcome,
            Err(SimulationError::Routing(_)) => return None,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(outcome.stop, StopReason::Completed);
        assert_eq!(notes.end, Some(outcome.end), "who watches is told of the end");
        Some(Self::from_notes(fabric, workload, (&outcome, notes)))
    }

    fn from_notes(fabric: &Fabric, workload: &dyn Workload, (outcome, notes): (&Outcome, Notes)) -> Self {
        let ends = outcome.ranks.iter().map(|rank| (rank.end, u64::from(rank.multiplicity)));
        let carrying = outcome.links.iter().filter(|link| link.weighted_bytes > 0);
        let links = carrying.map(|link| {
            let tier = fabric.link(link.link).tier.index();
            ((tier, link.weighted_bytes), link.multiplicity)
        });
        let lives = notes.representatives.iter().zip(notes.lives).map(|(representative, life)| {
            let role = workload.role(representative.rank).index();
            ((role, life), u64::from(representative.multiplicity))
        });
        let evidence = Self {
            end: outcome.end,
            digest: outcome.digest,
            work: outcome.work,
            ends: counted(ends),
            links: counted(links),
            tiers: outcome.tiers.iter().map(Timeline::total).collect(),
            lives: counted(lives),
        };
        let ranks = workload.ranks() as u64;
        assert_eq!(evidence.ends.values().sum::<u64>(), ranks, "representatives stand for all ranks");
        assert_eq!(evidence.lives.values().sum::<u64>(), ranks, "all ranks are watched");
        evidence
    }

    /// What differs first between a full simulation and this one, in words; `None` when nothing does.
    pub(super) fn difference_from(&self, full: &Self) -> Option<String> {
        let operations = [self.operations(), full.operations()];
        let [found, expected] = &operations;
        differs("operations (role, index, [entered, begun, ended])", found, expected)
            .or_else(|| differs("ranks and what each went through", &self.lives, &full.lives))
            .or_else(|| differs("ends of ranks", &self.ends, &full.ends))
            .or_else(|| differs("links (tier, weighted bytes)", &self.links, &full.links))
            .or_else(|| self.tiers_differ(full))
            .or_else(|| (self.end != full.end).then(|| format!("it ends {}, not {}", self.end, full.end)))
            .or_else(|| (self.digest != full.digest).then(|| "only the digest differs".to_owned()))
    }

    /// Each operation of every rank by itself.
    fn operations(&self) -> BTreeMap<(usize, u32, Times), u64> {
        let of_life = |((role, life), ranks): (&Life, &u64)| {
            let (role, ranks) = (*role, *ranks);
            let operations: Vec<_> =
                life.iter().map(|(&index, &times)| ((role, index, times), ranks)).collect();
            operations
        };
        counted(self.lives.iter().flat_map(of_life))
    }

    /// Over time each flow carries its rate for a time that is rounded to picoseconds: half of one is 0.005 B at 10 GB/s, on
    /// some links of a tier.
    fn tiers_differ(&self, full: &Self) -> Option<String> {
        let rounded = (0.05 * full.work.flows as f64).max(100.0);
        let close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-6 * expected + rounded;
        let alike = self.tiers.len() == full.tiers.len() && self.tiers.iter().zip(&full.tiers).all(close);
        (!alike).then(|| format!("tiers carry {:?} B, not {:?}", self.tiers, full.tiers))
    }
}

fn counted<K: Ord>(items: impl Iterator<Item = (K, u64)>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    items.for_each(|(item, count)| *counts.entry(item).or_default() += count);
    counts
}

/// The first of two multisets that they do not have equally often.
fn differs<K: Ord + Debug>(
    what: &str,
    found: &BTreeMap<K, u64>,
    expected: &BTreeMap<K, u64>,
) -> Option<String> {
    let all = expected.keys().chain(found.keys());
    let count = |of: &BTreeMap<K, u64>, key: &K| of.get(key).copied().unwrap_or(0);
    let mut differing = all.filter(|key| count(found, key) != count(expected, key));
    let first = differing.next()?;
    Some(format!("{what}: {first:?} {} times, not {}", count(found, first), count(expected, first)))
}
