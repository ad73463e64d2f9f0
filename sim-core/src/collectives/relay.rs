//! Tokens for experts that cross the network once to each domain, where a member hands them on; and answers back.
//!
//! A rank sends a token to the member of its own place in each domain that has experts for it, and that one gives it to
//! those of its domain. Answers take the same way back: they are summed in the domain, and one sum crosses the network.
//! Tokens are cut into chunks: while one is handed on, the next is on its way between domains. Kernels for several nodes
//! work so: DeepSeek-V3 (arXiv:2412.19437, section 3.2.2), DeepEP, HybridEP.

use super::experts::{Busiest, Load};
use super::{Atoms, Pattern, Phase, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveCall, CollectiveKind};

/// What is under way in a step, between members of one place in each domain, and inside domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relay {
    inside: usize,
    /// To the domain of the busiest rank, and to each of the others; nothing in a step without.
    between: Option<Load>,
    /// To the busiest rank, and to each of the others; nothing in a step without.
    within: Option<Load>,
}

/// Two stages of `chunks` chunks each, the second a step behind the first, over domains of `inside` ranks.
pub(super) fn schedule(call: &CollectiveCall, (ranks, inside): (usize, usize), chunks: usize) -> Schedule {
    let chunks = chunks.max(1);
    let returning = call.kind == CollectiveKind::EpCombine;
    let [between, within] = shares(call, (ranks, inside)).map(|share| Some(share.load(chunks, returning)));
    let relay = |between, within| Pattern::Relay(Relay { inside, between, within });
    let phase = |pattern, steps: usize| Phase::new(pattern, steps, Bytes::new(1));
    let (first, last) = match returning {
        false => (relay(between, None), relay(None, within)),
        true => (relay(None, within), relay(between, None)),
    };
    let phases = vec![phase(first, 1), phase(relay(between, within), chunks - 1), phase(last, 1)];
    Schedule::new(Algorithm::Hierarchical, ranks, phases)
}

/// What a rank sends to a member of each other domain, and what it hands to each other member of its own.
///
/// Of `S` bytes of tokens, those for a domain are `D S / N` where a token goes to `D` of `N` domains. A member hands on
/// what has come from everywhere, its own tokens among it: `R S / m` to each of `m` where a token goes to `R` ranks.
fn shares(call: &CollectiveCall, (ranks, inside): (usize, usize)) -> [Busiest; 2] {
    let bytes = call.bytes.count() as f64;
    let domains = ranks / inside;
    let (reached, copies) = (call.experts.expected_places(domains), call.experts.expected_places(ranks));
    let of_rank = Busiest::new((bytes * copies, bytes), ranks, call.experts.imbalance());
    // The domain of the busiest rank gets more than the others by as much as its ranks together.
    let together = of_rank.busiest + (inside - 1) as f64 * of_rank.others;
    let all = of_rank.busiest + (ranks - 1) as f64 * of_rank.others;
    let heavier = if all > 0.0 { together / all * domains as f64 } else { 1.0 };
    let between = Busiest::new((bytes * reached, bytes), domains, heavier);
    [between, of_rank.times(domains as f64)]
}

impl Relay {
    /// The members of a domain.
    pub const fn inside(self) -> usize {
        self.inside
    }

    /// Whether transfers inside domains, and transfers between them, are on their way.
    pub(super) const fn activity(self) -> (bool, bool) {
        (self.within.is_some(), self.between.is_some())
    }

    /// Whether every position sends the same.
    pub(super) fn is_even(self) -> bool {
        [self.between, self.within].into_iter().flatten().all(Load::is_even)
    }

    pub(super) fn sends(self, ranks: usize, position: usize) -> Vec<Send> {
        let Self { inside, between, within } = self;
        let (domain, member) = (position / inside, position % inside);
        let to_domain = |load: Load| {
            let send = move |shift: usize| {
                let target = (domain + shift) % (ranks / inside);
                let blocks = load.between(domain, target);
                Send { blocks, ..Send::one(target * inside + member) }
            };
            (1..ranks / inside).map(send)
        };
        let to_member = |load: Load| {
            let send = move |shift: usize| {
                let target = domain * inside + (member + shift) % inside;
                Send { blocks: load.between(position, target), ..Send::one(target) }
            };
            (1..inside).map(send)
        };
        let far = between.into_iter().flat_map(to_domain);
        far.chain(within.into_iter().flat_map(to_member)).collect()
    }

    /// What a transfer carries, whatever the chunk: atom `s n + d` is what rank `s` has for rank `d`.
    pub(super) fn contents(self, ranks: usize, (position, to): (usize, usize)) -> Atoms {
        let (inside, domains) = (self.inside, ranks / self.inside);
        let member = position % inside;
        let is_returning = [self.between, self.within].into_iter().flatten().any(Load::is_returning);
        let (first, stride, count) = match (is_returning, position / inside == to / inside) {
            // Tokens for a domain, and those of all whose place the sender has.
            (false, false) => (position * ranks + to / inside * inside, 1, inside),
            (false, true) => (member * ranks + to, inside * ranks, domains),
            // Answers to all whose place the receiver has, and those of a domain.
            (true, true) => (position * ranks + to % inside, inside, domains),
            (true, false) => (position / inside * inside * ranks + to, ranks, inside),
        };
        Atoms { first, stride, count, action: None }
    }

    /// How many transfers a position gets in a step: as many as it sends.
    pub(super) fn receives(self, ranks: usize) -> usize {
        let between = if self.between.is_some() { ranks / self.inside - 1 } else { 0 };
        let within = if self.within.is_some() { self.inside - 1 } else { 0 };
        between + within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::ExpertRouting;

    fn call(kind: CollectiveKind, bytes: u64, experts: ExpertRouting) -> CollectiveCall {
        CollectiveCall { experts, ..CollectiveCall::auto(kind, Bytes::new(bytes)) }
    }

    /// The bytes from each rank to each over all steps, and the steps.
    fn sent(schedule: &Schedule) -> (Vec<Vec<u64>>, usize) {
        let mut sent = vec![vec![0; schedule.ranks]; schedule.ranks];
        for phase in &schedule.phases {
            for (position, sent) in sent.iter_mut().enumerate() {
                for send in phase.pattern.sends(schedule.ranks, position, 0) {
                    for to in send.partners.others(position) {
                        sent[to] += send.blocks * phase.bytes.count() * phase.steps as u64;
                    }
                }
            }
        }
        (sent, schedule.steps())
    }

    #[test]
    fn two_domains_of_two_by_hand() {
        // Two choices: a token goes to 2 (1 - 1/4) = 1.5 of 2 domains and to 4 (1 - 9/16) = 1.75 of 4 ranks. Of 1,600 B
        // 1.5/2 go to the other domain, and a member hands 1.75/2 to the other one: 1,200 B and 1,400 B.
        for kind in [CollectiveKind::EpDispatch, CollectiveKind::EpCombine] {
            let call = call(kind, 1_600, ExpertRouting::new(2, 1.0));
            let (sent, steps) = sent(&schedule(&call, (4, 2), 4));
            assert_eq!(sent[0], [0, 1_400, 1_200, 0], "{kind:?}");
            assert_eq!(sent[3], [0, 1_200, 1_400, 0], "{kind:?}");
            assert_eq!(steps, 5);
        }
    }

    #[test]
    fn tokens_cross_first_and_answers_last() {
        for (kind, crosses) in [(CollectiveKind::EpDispatch, 0), (CollectiveKind::EpCombine, 2)] {
            let schedule = schedule(&call(kind, 1_600, ExpertRouting::new(2, 1.0)), (4, 2), 3);
            let activity: Vec<_> = schedule.phases.iter().map(|phase| phase.pattern.activity(0)).collect();
            assert_eq!(schedule.phases[1].steps, 2);
            assert_eq!(activity[1], (true, true));
            assert_eq!((activity[crosses], activity[2 - crosses]), ((false, true), (true, false)));
        }
    }

    #[test]
    fn the_busiest_rank_is_handed_more_and_its_domain_is_sent_more() {
        // At 1.5 times the mean rank 0 gets 1,050 of 2,800 B for four, the others 583.3 B; the domain of 0, 1,633.3 of
        // them. So 1,400 B of 2,400 B for domains cross to it, and 1,000 B from it; inside, 2 x 1,050 B and 2 x 583.3 B.
        let dispatch = call(CollectiveKind::EpDispatch, 1_600, ExpertRouting::new(2, 1.5));
        let (sent, _) = sent(&schedule(&dispatch, (4, 2), 1));
        assert_eq!(sent[1], [2_100, 0, 0, 1_000]);
        assert_eq!(sent[2], [1_400, 0, 0, 1_167]);
        let combine = call(CollectiveKind::EpCombine, 1_600, ExpertRouting::new(2, 1.5));
        let (back, _) = self::sent(&schedule(&combine, (4, 2), 1));
        let transposed = |from: usize, to: usize| back[to][from];
        assert!((0..16).all(|pair| transposed(pair / 4, pair % 4) == sent[pair / 4][pair % 4]));
    }

    #[test]
    fn groups_bound_the_domains_of_a_token() {
        // Eight choices in 4 of 8 groups, a group a domain: 4 (1 - (3/4)^8) = 3.600 domains instead of 5.251.
        let limited = ExpertRouting::new(8, 1.0).within_groups(4, 8);
        let crossing = |experts| {
            let dispatch = call(CollectiveKind::EpDispatch, 8_000_000, experts);
            sent(&schedule(&dispatch, (64, 8), 1)).0[0][8]
        };
        assert_eq!(crossing(limited), 3_599_549);
        assert_eq!(crossing(ExpertRouting::new(8, 1.0)), 5_251_129);
    }
}
