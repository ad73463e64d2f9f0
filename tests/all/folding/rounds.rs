//! Rounds of a whole step are passed over, and nothing that can be seen of a run tells of it: random pipelines, most of
//! which come to a steady state, and some of which nearly do.

use super::evidence::{Evidence, Way};
use super::steps::Step;
use crate::machines::{JOINING, Machine, family};
use copperlight_core::fabric::Fabric;
use copperlight_core::simulation::{Options, Slowing, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_tests::cases;
use copperlight_tests::transports::costly;
use proptest::prelude::*;
use std::sync::Mutex;

/// What keeps a pipeline from being all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Oddity {
    Nothing,
    /// Every stage takes longer than the one before.
    Uneven,
    /// One rank takes twice as long.
    Slow,
    /// Messages take longer than passes: they are always on their way.
    LongMessages,
    /// The last round takes longer.
    Last,
    /// Gradients or parameters are on their way beside passes.
    Beside,
}

/// Five in seven are odd, so that no draw of 200 comes near the half that is asked for.
const ODDITIES: [Oddity; 7] = [
    Oddity::Nothing,
    Oddity::Nothing,
    Oddity::Uneven,
    Oddity::Slow,
    Oddity::LongMessages,
    Oddity::Last,
    Oddity::Beside,
];

#[derive(Debug, Clone)]
pub(super) struct Case {
    oddity: Oddity,
    pub(super) machine: Machine,
    costly: bool,
    /// The share of their speed that kernels lose beside messages and collectives, in thousandths.
    lost: u16,
    pub(super) step: Step,
}

impl Case {
    pub(super) fn options(&self, way: Way) -> Options {
        let transport = if self.costly { costly().with_ideal_switches() } else { Transport::ideal() };
        let slowing = Slowing::per_mille(self.lost).expect("the share is less than all");
        way.options(transport).slowed(slowing)
    }
}

fn step() -> impl Strategy<Value = Step> {
    let replicas = prop_oneof![1 => Just(1_usize), 1 => 1..4_usize];
    let sizes = (1..5_usize, replicas, 1..5_usize, prop_oneof![2 => Just(1_usize), 1 => 2..4_usize]);
    let length = (6..19_usize, 1..3_usize, 1..400_000_u64);
    let bytes = [0..200_000_u64, 0..200_000_u64, 0..2_000_000_u64];
    (sizes, length, bytes, prop::bool::ANY).prop_map(|(sizes, length, bytes, posted)| {
        let (tensor, replicas, stages, chunks) = sizes;
        let (micro_batches, layers, nanoseconds) = length;
        Step {
            tensor,
            replicas,
            stages,
            chunks: if stages == 1 { 1 } else { chunks },
            micro_batches: micro_batches * if chunks > 1 { stages } else { 2 },
            layers,
            nanoseconds,
            slope: 0,
            slow: None,
            last: 0,
            bytes,
            posted,
            reduce_beside: false,
            gather_beside: false,
        }
    })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let machine = (family(4..13), prop::sample::select(JOINING[1..].to_vec()));
    let odd = (prop::sample::select(ODDITIES.to_vec()), 0..1_000_usize, 1..100_000_u64);
    let transport = (prop::bool::ANY, prop_oneof![2 => Just(0), 1 => 1..1_000_u16]);
    (machine, step(), transport, odd).prop_map(|((family, joining), mut step, (costly, lost), odd)| {
        let (oddity, place, time) = odd;
        let ranks = step.tensor * step.replicas * step.stages;
        match oddity {
            Oddity::Nothing => {}
            Oddity::Uneven => step.slope = time,
            Oddity::Slow => step.slow = Some(place % ranks),
            Oddity::LongMessages => step.bytes[1] = 200 * step.nanoseconds,
            Oddity::Last => step.last = time,
            Oddity::Beside => {
                step.reduce_beside = !place.is_multiple_of(3);
                step.gather_beside = !place.is_multiple_of(2) || !step.reduce_beside;
            }
        }
        let joining = joining.to_owned();
        let machine = Machine { family, joining, faults: Vec::new(), graph: None, chips: ranks };
        Case { oddity, machine, costly, lost, step }
    })
}

/// How many cases ran, in how many rounds were passed over, and in how many of those that were odd.
#[derive(Debug, Default)]
struct Counts {
    cases: usize,
    recurring: usize,
    odd: usize,
    odd_and_recurring: usize,
    /// Something was on its way beside passes, and rounds recurred all the same.
    beside_and_recurring: usize,
    /// Flows were under way where rounds began and ended.
    under_way: usize,
    /// Kernels were slower beside messages and collectives.
    slowed: usize,
    slowed_and_recurring: usize,
}

static COUNTS: Mutex<Option<Counts>> = Mutex::new(None);

fn evidence(fabric: &Fabric, case: &Case, way: Way) -> Option<Evidence> {
    Evidence::of(fabric, &case.step, &case.options(way))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200)))]

    fn a_run_that_passes_over_rounds_equals_the_full_one(case in case()) {
        let Some(fabric) = case.machine.build() else { return Ok(()) };
        let Some(full) = evidence(&fabric, &case, Way::Full) else { return Ok(()) };
        prop_assert_eq!((full.work.rounds, full.work.repeated), (0, 0), "in full, everything is simulated");
        for way in Way::SHORT {
            let other = evidence(&fabric, &case, way).expect("what runs in full runs in every way");
            if let Some(difference) = other.difference_from(&full) {
                prop_assert!(false, "{:?} differs from the full simulation: {}", way, difference);
            }
            if way == Way::FoldAndReplay {
                let mut counts = COUNTS.lock().expect("no case panics while it counts");
                let counts = counts.get_or_insert_default();
                let (odd, recurs) = (case.oddity != Oddity::Nothing, other.work.rounds > 0);
                counts.cases += 1;
                counts.recurring += usize::from(recurs);
                counts.odd += usize::from(odd);
                counts.odd_and_recurring += usize::from(odd && recurs);
                counts.beside_and_recurring += usize::from(recurs && case.oddity == Oddity::Beside);
                counts.under_way += usize::from(other.work.rounds_under_way > 0);
                counts.slowed += usize::from(case.lost > 0);
                counts.slowed_and_recurring += usize::from(case.lost > 0 && recurs);
            }
        }
    }
}

#[test]
fn rounds_are_passed_over_exactly_and_often() {
    a_run_that_passes_over_rounds_equals_the_full_one();
    let counts = COUNTS.lock().expect("no case panicked");
    let counts = counts.as_ref().expect("some cases ran");
    assert!(2 * counts.recurring >= counts.cases, "too few cases come to a steady state: {counts:?}");
    assert!(2 * counts.odd >= counts.cases, "too few cases are odd: {counts:?}");
    assert!(
        3 * counts.odd_and_recurring >= counts.odd,
        "too few odd cases come to a steady state: {counts:?}"
    );
    assert!(5 * counts.slowed >= counts.cases, "too few cases are slowed: {counts:?}");
    assert!(3 * counts.slowed_and_recurring >= counts.slowed, "too few slowed cases recur: {counts:?}");
    assert!(40 * counts.under_way >= counts.cases, "too few cases recur with flows under way: {counts:?}");
    assert!(counts.beside_and_recurring > 0, "nothing was beside passes: {counts:?}");
}

#[test]
fn only_the_calls_that_are_met_run_by_events() {
    let machine = Machine {
        family: "family = 'star'\nchips = 16".to_owned(),
        joining: String::new(),
        faults: Vec::new(),
        graph: None,
        chips: 16,
    };
    let step = Step {
        tensor: 4,
        replicas: 4,
        stages: 1,
        chunks: 1,
        micro_batches: 40,
        layers: 3,
        nanoseconds: 20_000,
        slope: 0,
        slow: None,
        last: 0,
        bytes: [100_000, 0, 1_000_000],
        posted: true,
        reduce_beside: true,
        gather_beside: false,
    };
    let case = Case { oddity: Oddity::Beside, machine, costly: false, lost: 0, step };
    let fabric = case.machine.build().expect("a star has any number of chips");
    let full = evidence(&fabric, &case, Way::Full).expect("all chips are joined");
    let folded = evidence(&fabric, &case, Way::FoldAndReplay).expect("all chips are joined");
    assert_eq!(folded.difference_from(&full), None);
    // Both communicators meet in the last backward pass, the 40th of a rank: 6 of its 480 tensor collectives are in there.
    let options = Way::FoldAndReplay.options(Transport::ideal());
    let outcome = simulate(&fabric, &case.step, &options, &mut Unobserved).expect("the step fits the star");
    assert_eq!(outcome.by_events.len(), 2, "{:?}", outcome.by_events);
    let [tensor, data] = outcome.calls_by_events[..] else { panic!("{:?}", outcome.calls_by_events) };
    assert_eq!((tensor.calls, data.calls), (480, 3));
    assert!((1..=6).contains(&tensor.by_events), "{tensor:?}");
    assert!((1..=3).contains(&data.by_events), "{data:?}");
    assert!(outcome.work.met > 0 && outcome.work.rounds >= 30, "{:?}", outcome.work);
}
