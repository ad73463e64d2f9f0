//! The plain twin of the flow engine: the same semantics, written to be read and not to be fast.
//!
//! At every instant at which a flow starts or finishes, the rates of all draining flows are found anew by plain
//! water-filling. Nothing is local, lazy, queued or remembered: whatever the engine does to be fast has to show here.

use copperlight_core::network::{Contender, Crossing, max_min_rates};
use copperlight_core::simulation::{Flow, FlowCase, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};

/// Links, and flows over them, open to be changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlainCase {
    /// The links.
    pub links: Vec<FlowLink>,
    /// The flows, which name links and one another by their places.
    pub flows: Vec<Flow>,
}

impl PlainCase {
    /// The same for the engine.
    pub fn case(&self) -> FlowCase {
        FlowCase::new(self.links.clone(), self.flows.iter().cloned())
    }

    /// When each flow finishes, by the plain twin.
    ///
    /// # Panics
    /// When a flow never finishes: it follows itself, or takes longer than time has.
    pub fn solve(&self) -> Vec<Time> {
        let mut twin = Twin::new(self);
        twin.plan_departures();
        while let Some(now) = twin.next_instant() {
            twin.pass(now);
            twin.plan_departures();
            if twin.next_instant() != Some(now) {
                twin.share(now);
            }
        }
        twin.stages.iter().map(Stage::finished).collect()
    }
}

/// Weights are integers, so many to a whole: a power of two, so that paths, whose weights are whole, are exact.
const WHOLE: f64 = (1_u64 << 40) as f64;

/// A rate that changes by less than this, relatively, has not changed.
const SAME_RATE: f64 = 1e-12;

/// How far a flow has come.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Some predecessor has not finished.
    Follows,
    /// Drains from this instant on.
    Departs(Time),
    Drains(Draining),
    Finished(Time),
}

#[derive(Debug, Clone, Copy)]
struct Draining {
    /// Bytes left at `since`, the last change of the rate.
    remaining: f64,
    since: Time,
    rate: f64,
    finish: Time,
}

impl Stage {
    fn next_instant(&self) -> Option<Time> {
        match *self {
            Self::Departs(at) => Some(at),
            Self::Drains(draining) => Some(draining.finish),
            Self::Follows | Self::Finished(_) => None,
        }
    }

    fn finished(&self) -> Time {
        let Self::Finished(at) = *self else { panic!("every flow finishes, but one is left: {self:?}") };
        at
    }
}

impl Draining {
    /// Goes on at another rate: what has drained until now is taken off, and the finish is rounded anew.
    fn change_rate(&mut self, now: Time, rate: f64) {
        if self.rate == rate || (self.rate / rate - 1.0).abs() <= SAME_RATE {
            return;
        }
        let elapsed = (now - self.since).picoseconds() as f64 / 1e12;
        if elapsed > 0.0 {
            self.remaining = (self.remaining - self.rate * elapsed).max(0.0);
        }
        self.since = now;
        self.rate = rate;
        self.finish = now + Bandwidth::from_bytes_per_second(rate).drain_time_of(self.remaining);
    }
}

struct Twin<'a> {
    case: &'a PlainCase,
    capacities: Vec<f64>,
    crossings: Vec<Vec<Crossing>>,
    stages: Vec<Stage>,
}

impl<'a> Twin<'a> {
    fn new(case: &'a PlainCase) -> Self {
        let crossing = |&(link, weight): &(usize, f64)| Crossing {
            link: u32::try_from(link).expect("a case has few links"),
            weight: (weight * WHOLE).round() as u64,
        };
        Self {
            case,
            capacities: case.links.iter().map(|link| link.capacity.bytes_per_second() * WHOLE).collect(),
            crossings: case.flows.iter().map(|flow| flow.hops.iter().map(crossing).collect()).collect(),
            stages: vec![Stage::Follows; case.flows.len()],
        }
    }

    /// Flows whose predecessors have all finished will drain after the latencies of their links.
    fn plan_departures(&mut self) {
        for (index, flow) in self.case.flows.iter().enumerate() {
            let finish = |&before: &usize| match self.stages[before] {
                Stage::Finished(at) => Some(at),
                _ => None,
            };
            if let (Stage::Follows, Some(finishes)) =
                (self.stages[index], flow.after.iter().map(finish).collect::<Option<Vec<Time>>>())
            {
                let start = finishes.into_iter().fold(flow.start, Time::max);
                let latency: Time = flow.hops.iter().map(|&(link, _)| self.case.links[link].latency).sum();
                self.stages[index] = Stage::Departs(start + latency);
            }
        }
    }

    fn next_instant(&self) -> Option<Time> {
        self.stages.iter().filter_map(Stage::next_instant).min().filter(|&at| at < Time::MAX)
    }

    /// What is due at `now` happens: flows finish and begin to drain, those without bytes both at once.
    fn pass(&mut self, now: Time) {
        for (stage, flow) in self.stages.iter_mut().zip(&self.case.flows) {
            *stage = match *stage {
                Stage::Drains(draining) if draining.finish == now => Stage::Finished(now),
                Stage::Departs(at) if at == now && flow.bytes == Bytes::ZERO => Stage::Finished(now),
                Stage::Departs(at) if at == now => {
                    let remaining = flow.bytes.count() as f64;
                    Stage::Drains(Draining { remaining, since: now, rate: 0.0, finish: Time::MAX })
                }
                other => other,
            };
        }
    }

    /// All draining flows get their fair rates.
    fn share(&mut self, now: Time) {
        let mut contenders = Vec::new();
        for (index, flow) in self.case.flows.iter().enumerate() {
            if let Stage::Drains(_) = self.stages[index] {
                let cap = flow.rate_cap.unwrap_or(Bandwidth::UNBOUNDED).bytes_per_second();
                contenders.push(Contender { crossings: &self.crossings[index], cap });
            }
        }
        let rates = max_min_rates(&self.capacities, &contenders);
        let draining = self.stages.iter_mut().filter_map(|stage| match stage {
            Stage::Drains(draining) => Some(draining),
            _ => None,
        });
        draining.zip(rates).for_each(|(draining, rate)| draining.change_rate(now, rate));
    }
}
