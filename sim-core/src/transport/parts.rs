//! What an operation with others takes alone on its links, by what bounds it.

use super::Prediction;
use crate::fabric::Scope;
use crate::units::Time;
use crate::workload::CollectiveKind;

/// A time in two parts: inside domains and between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeTimes {
    /// Inside domains.
    pub inside: Time,
    /// Between domains.
    pub outside: Time,
}

impl ScopeTimes {
    /// All of it in one scope.
    pub const fn of(scope: Scope, time: Time) -> Self {
        match scope {
            Scope::ScaleUp => Self { inside: time, outside: Time::ZERO },
            Scope::ScaleOut => Self { inside: Time::ZERO, outside: time },
        }
    }

    /// More of it in one scope.
    pub fn add(&mut self, scope: Scope, time: Time) {
        match scope {
            Scope::ScaleUp => self.inside += time,
            Scope::ScaleOut => self.outside += time,
        }
    }

    /// Both parts.
    pub fn total(&self) -> Time {
        self.inside + self.outside
    }
}

/// The closed form of a message or a collective, by what bounds each part of it.
///
/// What a simulated one takes longer than that is time on wires of the `slowest` scope, which others share with it. Of a
/// message only what comes before its first byte is here: all after it is such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferParts {
    /// Launches, and what software adds to steps, messages and hand-offs of chunks.
    pub software: Time,
    /// Latencies of links.
    pub latency: ScopeTimes,
    /// Draining, and filling pipelines of chunks, which grows with it.
    pub wire: ScopeTimes,
    /// What kernels of expert exchanges copy in the chip's memory.
    pub copy: Time,
    /// Where most of the draining is.
    pub slowest: Scope,
}

impl TransferParts {
    /// A message, until its first byte arrives.
    pub const fn of_message(scope: Scope, overhead: Time, latency: Time) -> Self {
        Self {
            software: overhead,
            latency: ScopeTimes::of(scope, latency),
            wire: ScopeTimes::of(scope, Time::ZERO),
            copy: Time::ZERO,
            slowest: scope,
        }
    }

    /// A collective. The copy of a rank's own chunk goes at the rate of its port, and counts as time on its wires; that of
    /// tokens for experts does not.
    pub fn of_collective(kind: CollectiveKind, prediction: &Prediction) -> Self {
        let Prediction { launch, latency, link, switch, nic, copy, on_links, filling } = *prediction;
        let mut wire = ScopeTimes { inside: link + switch + filling.inside, outside: nic + filling.outside };
        let slowest = if wire.outside > wire.inside { Scope::ScaleOut } else { Scope::ScaleUp };
        let of_experts = matches!(kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine);
        if !of_experts {
            let port = if wire.inside > Time::ZERO { Scope::ScaleUp } else { slowest };
            wire.add(port, copy);
        }
        Self {
            software: launch + (latency - on_links.total() - filling.total()),
            latency: on_links,
            wire,
            copy: if of_experts { copy } else { Time::ZERO },
            slowest,
        }
    }

    /// The sum of the parts.
    pub fn total(&self) -> Time {
        self.software + self.latency.total() + self.wire.total() + self.copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collective_is_split_without_a_rest() {
        let time = Time::from_picoseconds;
        let prediction = Prediction {
            launch: time(1),
            latency: time(20),
            link: time(300),
            switch: time(0),
            nic: time(4_000),
            copy: time(50_000),
            on_links: ScopeTimes { inside: time(3), outside: time(5) },
            filling: ScopeTimes { inside: time(0), outside: time(7) },
        };
        let ring = TransferParts::of_collective(CollectiveKind::AllReduce, &prediction);
        assert_eq!(ring.total(), prediction.total());
        // 20 - 3 - 5 - 7 of the latency are software's, and the launch; the own chunk leaves by the port inside.
        assert_eq!((ring.software, ring.latency, ring.copy), (time(6), prediction.on_links, Time::ZERO));
        assert_eq!(ring.wire, ScopeTimes { inside: time(50_300), outside: time(4_007) });
        assert_eq!(ring.slowest, Scope::ScaleOut);
        let experts = TransferParts::of_collective(CollectiveKind::EpDispatch, &prediction);
        assert_eq!((experts.copy, experts.total()), (time(50_000), prediction.total()));
    }

    #[test]
    fn a_message_has_a_scope_before_it_has_bytes() {
        let message =
            TransferParts::of_message(Scope::ScaleOut, Time::from_picoseconds(2), Time::from_picoseconds(3));
        assert_eq!((message.total().picoseconds(), message.slowest), (5, Scope::ScaleOut));
    }
}
