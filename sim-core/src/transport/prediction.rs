//! The closed form of a collective's time.

use super::{CollectiveCost, PhaseProfile, ScopeTimes};
use crate::collectives::{Pace, Pattern, Phase, Schedule};
use crate::fabric::Scope;
use crate::units::Time;

/// The predicted time of a collective, in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prediction {
    /// Launch of the kernel.
    pub launch: Time,
    /// Latencies of links and software, and hand-offs of chunks, summed over the steps.
    pub latency: Time,
    /// Draining inside the domain.
    pub link: Time,
    /// Draining through switches that reduce and copy.
    pub switch: Time,
    /// Draining between domains.
    pub nic: Time,
    /// The rank's own chunk.
    pub copy: Time,
    /// Of the latency, what links take.
    pub on_links: ScopeTimes,
    /// Of the latency, what wires take until a pipeline of chunks is full.
    pub filling: ScopeTimes,
}

impl Prediction {
    /// The sum of the parts.
    pub fn total(&self) -> Time {
        self.parts().into_iter().map(|part| part.1).sum()
    }

    /// The parts with their names: `link`, `nic`, `switch`, `latency`, `launch` and `copy`.
    pub fn parts(&self) -> [(&'static str, Time); 6] {
        [
            ("link", self.link),
            ("nic", self.nic),
            ("switch", self.switch),
            ("latency", self.latency),
            ("launch", self.launch),
            ("copy", self.copy),
        ]
    }

    /// The name of the largest part, the first of them where several are.
    pub fn bound_by(&self) -> &'static str {
        let mut largest = self.parts()[0];
        for part in self.parts() {
            if part.1 > largest.1 {
                largest = part;
            }
        }
        largest.0
    }
}

/// The closed form: launch, then every step at its latency and at the rate of its slowest transfer, then the copy.
///
/// Equals the simulated time of a collective that is alone on its links and whose steps all ranks do in time; while
/// stages of a pipeline fill or empty, not all transfers of a step are there, and the simulated time may be shorter.
pub fn predict(schedule: &Schedule, profiles: &[PhaseProfile], cost: &CollectiveCost) -> Prediction {
    let mut prediction = Prediction { launch: cost.launch, copy: cost.tail, ..Prediction::default() };
    for ((phase, profile), step) in schedule.phases.iter().zip(profiles).zip(&cost.step) {
        let steps = phase.steps as u64;
        let mut slowest = Slowest::default();
        for scope in busy_scopes(phase, profile) {
            let (overhead, cap) = step.of(scope);
            let Some(meeting) = profile.of(scope) else { continue };
            let (latency, drain) = (overhead + meeting.latency, meeting.drain(phase.bytes, cap));
            if latency + drain >= slowest.latency + slowest.drain {
                // Chunks that are handed on in longer than links take hide what links take.
                let hidden = phase.pace == Pace::HandOff && overhead > step.chunks;
                let on_links = if hidden { Time::ZERO } else { meeting.latency };
                slowest = Slowest { latency, on_links, drain, scope: Some(scope) };
            }
        }
        let Slowest { latency, on_links, drain, scope } = slowest;
        let scope = scope.unwrap_or(Scope::ScaleUp);
        prediction.latency += latency * steps;
        prediction.on_links.add(scope, on_links * steps);
        let filling = Time::from_picoseconds(step.chunks.picoseconds() / 2);
        prediction.filling.add(scope, filling * steps);
        let through_switches = matches!(phase.pattern, Pattern::InNetwork(_));
        match scope {
            Scope::ScaleUp if through_switches => prediction.switch += drain * steps,
            Scope::ScaleUp => prediction.link += drain * steps,
            Scope::ScaleOut => prediction.nic += drain * steps,
        }
    }
    prediction
}

/// The slowest transfer of a step.
#[derive(Debug, Clone, Copy, Default)]
struct Slowest {
    latency: Time,
    /// What links take of it.
    on_links: Time,
    drain: Time,
    scope: Option<Scope>,
}

/// The scopes in which transfers of a phase are under way.
fn busy_scopes(phase: &Phase, profile: &PhaseProfile) -> impl Iterator<Item = Scope> {
    let (near, far) = phase.pattern.activity(phase.first);
    let both = profile.inside.is_some() && profile.outside.is_some();
    [(Scope::ScaleUp, near), (Scope::ScaleOut, far)]
        .into_iter()
        .filter(move |&(_, busy)| busy || !both)
        .map(|(scope, _)| scope)
}
