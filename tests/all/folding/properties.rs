//! Folded equals unfolded: random jobs on random machines of every family, most of which have something wrong.
//!
//! What is counted at the end keeps the property honest: a program that simulated everything in full would pass every
//! comparison, and no count.

use super::evidence::{Evidence, Way};
use super::jobs::{Act, Grouping, Job, act, order};
use crate::machines::{Machine, family, fault};
use copperlight_core::transport::Transport;
use copperlight_tests::cases;
use copperlight_tests::transports::costly;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The most chips of a machine; the fewest are 4.
const MOST_CHIPS: usize = 48;

/// What is wrong with a case, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    Nothing,
    /// One rank starts late.
    Late,
    /// Some ranks start late, each at another time.
    SeveralLate,
    /// One rank computes slowly.
    Slow,
    /// Links that lost capacity or are gone.
    Links,
    /// A plane, of domains or between them, that lost capacity or is gone.
    Plane,
    /// Chips are missing at the end of the last domain.
    PartialDomain,
    /// Groups of 8 on domains of 12.
    TensorGroups,
    /// Groups that lie across domains.
    Straddling,
    /// Routes by hash.
    Hashed,
}

const DEFECTS: [Defect; 12] = [
    Defect::Nothing,
    Defect::Nothing,
    Defect::Nothing,
    Defect::Late,
    Defect::SeveralLate,
    Defect::Slow,
    Defect::Links,
    Defect::Plane,
    Defect::PartialDomain,
    Defect::TensorGroups,
    Defect::Straddling,
    Defect::Hashed,
];

/// Software: none, none but switches that reduce, or one of which every parameter matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Software {
    Ideal,
    IdealSwitches,
    Costly,
}

/// A job on a machine.
#[derive(Debug, Clone)]
pub(super) struct Case {
    defect: Defect,
    pub(super) machine: Machine,
    software: Software,
    pub(super) job: Job,
}

impl Case {
    pub(super) fn transport(&self) -> Transport {
        match self.software {
            Software::Ideal => Transport::ideal(),
            Software::IdealSwitches => Transport::ideal().with_ideal_switches(),
            Software::Costly => costly().with_ideal_switches(),
        }
    }

    /// Whether its symmetry is broken, on purpose or not.
    fn is_broken(&self) -> bool {
        let (job, domain) = (&self.job, self.machine.domain());
        let used = |communicator: usize| {
            let called = |act: &Act| match act {
                Act::Collective(of, _) | Act::Background(of, _) => of % job.groupings.len() == communicator,
                _ => false,
            };
            job.acts.iter().any(called)
        };
        let groupings = job.groupings.iter().enumerate().filter(|(communicator, _)| used(*communicator));
        let uneven = groupings.into_iter().any(|(_, grouping)| grouping.is_uneven(job.ranks, domain));
        let partial = domain < job.ranks && !job.ranks.is_multiple_of(domain);
        let hashed = self.machine.family.contains("ecmp");
        let odd = !job.late.is_empty() || job.slow.iter().any(|_| job.computes());
        odd || uneven || partial || hashed || !self.machine.faults.is_empty()
    }
}

impl Job {
    /// With groups that fill domains of this size or divide them, and stages of equal size.
    fn even_out(&mut self, domain: usize) {
        let divisor = |number: usize, most: usize| {
            (1..=most.min(number)).rev().find(|size| number.is_multiple_of(*size)).unwrap_or(1)
        };
        self.stages = divisor(self.ranks, self.stages);
        for grouping in &mut self.groupings {
            *grouping = match *grouping {
                Grouping::Whole => Grouping::Whole,
                Grouping::Blocks { size, offset } => Grouping::Blocks { size: divisor(domain, size), offset },
                Grouping::Strides(count) => Grouping::Strides(divisor(self.ranks, count)),
            };
        }
    }

    fn computes(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Compute(nanoseconds) if *nanoseconds > 0))
    }
}

/// What joins domains: oversubscribed or not, in one plane or several.
fn joining() -> impl Strategy<Value = String> {
    let rails = (1..5_usize, 1..3_usize, prop::sample::select(vec!["", "oversubscription = 2\n"]));
    let rails = rails.prop_map(|(rails, planes, oversubscribed)| {
        format!(
            "[scale_out]\nfamily = 'rail-optimised'\nbandwidth_per_chip = '2 GB/s'\nlatency = '1 us'\n\
             rails = {rails}\nplanes = {planes}\n{oversubscribed}"
        )
    });
    let tree = prop::sample::select(vec![(4, 1), (8, 1), (8, 3)]).prop_map(|(radix, oversubscription)| {
        format!(
            "[scale_out]\nfamily = 'fat-tree'\nbandwidth_per_chip = '4 GB/s'\nlatency = '1 us'\n\
             radix = {radix}\noversubscription = {oversubscription}\n"
        )
    });
    prop_oneof![rails, tree]
}

fn grouping() -> impl Strategy<Value = Grouping> {
    prop_oneof![
        Just(Grouping::Whole),
        (1..7_usize).prop_map(|size| Grouping::Blocks { size, offset: 0 }),
        (1..13_usize).prop_map(Grouping::Strides),
    ]
}

fn job() -> impl Strategy<Value = Job> {
    let groupings = prop::collection::vec(grouping(), 1..4);
    let acts = (prop::collection::vec(act(), 1..5), 1..4_usize);
    (order(), groupings, (1..5_usize, prop::bool::weighted(0.2)), acts).prop_map(
        |(order, groupings, (stages, uneven), (acts, repeat))| {
            let (late, slow) = (Vec::new(), Vec::new());
            Job { ranks: 0, order, groupings, stages, uneven, acts, repeat, late, slow }
        },
    )
}

/// The machine, in so many domains, healthy.
fn machine() -> impl Strategy<Value = (Machine, usize)> {
    let graph =
        prop_oneof![8 => Just(None), 1 => prop::sample::select(vec![Some("shortest"), Some("spray")])];
    (family(3..13), prop::option::weighted(0.7, joining()), 1..6_usize, graph).prop_map(
        |(family, joining, domains, graph)| {
            let domains = if joining.is_some() { domains } else { 1 };
            let joining = joining.unwrap_or_default();
            (Machine { family, joining, faults: Vec::new(), graph, chips: 0 }, domains)
        },
    )
}

/// Any job on any machine, most of which have something wrong.
pub(super) fn case() -> impl Strategy<Value = Case> {
    let software = prop::sample::select(vec![Software::Ideal, Software::IdealSwitches, Software::Costly]);
    let places = (0..1_000_usize, 1..1_000_usize, 1..400_000_u64);
    let defect = (prop::sample::select(DEFECTS.to_vec()), places, fault());
    (machine(), job(), software, defect).prop_map(|((machine, domains), job, software, defect)| {
        let (defect, (place, other, time), fault) = defect;
        let case = Case { defect, machine, software, job };
        broken(case, domains, (place, other, time), fault)
    })
}

/// The case at its size, with what is wrong with it.
fn broken(mut case: Case, domains: usize, (place, other, time): (usize, usize, u64), fault: String) -> Case {
    let Case { defect, machine, job, .. } = &mut case;
    match defect {
        Defect::TensorGroups => {
            machine.family = "family = 'scale-up-planes'\nchips = 12\nplanes = 2".to_owned();
            job.groupings[0] = Grouping::Blocks { size: 8, offset: 0 };
        }
        Defect::Hashed => {
            machine.family = "family = 'fat-tree'\nradix = 4\ntiers = 3\nrouting = 'ecmp'".to_owned();
        }
        Defect::Links => machine.faults.push(fault),
        Defect::Plane => {
            let capacity = if place.is_multiple_of(2) { 0.0 } else { 0.5 };
            let scope = if machine.family.contains("planes =") { "" } else { "scale-out/" };
            machine.faults.push(format!("{{ target = '{scope}plane:0', capacity = {capacity} }}"));
        }
        _ => {}
    }
    if !machine.faults.is_empty() {
        machine.graph = None;
    }
    let domain = machine.domain().min(MOST_CHIPS);
    let full = (domain * domains).clamp(4, MOST_CHIPS);
    let whole = if full > domain { full - full % domain } else { full };
    let missing = if *defect == Defect::PartialDomain && domains > 1 { 1 + place % domain } else { 0 };
    machine.chips = whole.saturating_sub(missing).max(4);
    job.ranks = machine.chips;
    if !matches!(defect, Defect::TensorGroups | Defect::Straddling) {
        job.even_out(domain.min(machine.chips));
    }
    let (late, odd) = (place % job.ranks, (place + other) % job.ranks);
    match defect {
        Defect::Late => job.late = vec![(late, time)],
        Defect::SeveralLate => job.late = vec![(late, time), (odd, time / 2 + 1)],
        Defect::Slow => {
            job.slow = vec![late];
            job.acts.insert(0, Act::Compute(time));
        }
        Defect::Straddling => {
            job.groupings[0] = Grouping::Blocks { size: 2 + place % domain, offset: 1 + other % domain };
        }
        _ => {}
    }
    case
}

/// How many cases ran, and of which kinds they were.
#[derive(Debug, Default)]
struct Counts {
    by_family: BTreeMap<String, usize>,
    cases: usize,
    broken: usize,
    /// Fewer classes than ranks.
    folded: usize,
    broken_and_folded: usize,
    with_lanes: usize,
    with_replays: usize,
}

impl Counts {
    fn count(&mut self, case: &Case, (full, folded): (&Evidence, &Evidence)) {
        let fewer = usize::from(folded.work.classes < full.work.classes);
        let broken = usize::from(case.is_broken());
        *self.by_family.entry(case.machine.name().to_owned()).or_default() += 1;
        self.cases += 1;
        self.broken += broken;
        self.folded += fewer;
        self.broken_and_folded += broken * fewer;
        self.with_lanes += usize::from(folded.work.lanes > 0);
        self.with_replays += usize::from(folded.work.replayed > 0);
    }
}

static COUNTS: Mutex<Option<Counts>> = Mutex::new(None);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    fn folded_equals_unfolded_to_the_picosecond_and_the_byte(case in case()) {
        let Some(fabric) = case.machine.build() else { return Ok(()) };
        let (workload, transport) = (case.job.workload(), case.transport());
        let run = |way: Way| Evidence::of(&fabric, &workload, &way.options(transport));
        let Some(full) = run(Way::Full) else { return Ok(()) };
        prop_assert_eq!(full.work.classes, case.job.ranks as u64, "in full, every rank is a class");
        for way in Way::SHORT {
            let other = run(way).expect("what runs in full runs in every way");
            if let Some(difference) = other.difference_from(&full) {
                prop_assert!(false, "{:?} differs from the full simulation: {}", way, difference);
            }
            if way == Way::FoldAndReplay {
                let mut counts = COUNTS.lock().expect("no case panics while it counts");
                counts.get_or_insert_default().count(&case, (&full, &other));
            }
        }
    }
}

#[test]
fn folding_is_exact_on_every_family_and_happens() {
    folded_equals_unfolded_to_the_picosecond_and_the_byte();
    let counts = COUNTS.lock().expect("no case panicked");
    let counts = counts.as_ref().expect("some cases ran");
    assert_eq!(counts.by_family.len(), 7, "a family is missing: {counts:?}");
    // Of 1,264 cases that ran 63 % were broken, 46 % had fewer classes than ranks (41 % of those broken), 41 % remembered
    // collectives, and 15 % stepped some as lanes.
    assert!(2 * counts.broken >= counts.cases, "too few cases are broken: {counts:?}");
    assert!(3 * counts.folded >= counts.cases, "too few cases fold: {counts:?}");
    assert!(10 * counts.broken_and_folded >= 3 * counts.broken, "too few broken cases fold: {counts:?}");
    assert!(10 * counts.with_replays >= 3 * counts.cases, "too few cases remember collectives: {counts:?}");
    assert!(15 * counts.with_lanes >= counts.cases, "too few cases step lanes: {counts:?}");
}
