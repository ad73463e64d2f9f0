//! Traffic in closed form: the time that no sharing of links can beat.
//!
//! A flow takes its delay and its bytes at what its route carries when nothing else is on it; a link takes the shortest
//! delay of what crosses it and then all of its bytes. All flows together take the longest of these.

use super::outcome;
use super::surroundings::fabric_of;
use crate::file::Point;
use crate::report::PointResult;
use crate::run::RunError;
use crate::run::point::PointOutcome;
use crate::run::traffic::{Loads, row};
use crate::traffic::TrafficSpec;
use copperlight_core::fabric::{Fabric, Route, RoutingError, Scope};
use copperlight_core::ids::LinkId;
use copperlight_core::traffic::{Message, Traffic};
use copperlight_core::transport::Transport;
use copperlight_core::units::Time;

/// Works out the traffic of one point.
pub(super) fn run(point: &Point, spec: &TrafficSpec) -> Result<PointOutcome, RunError> {
    let around = fabric_of(point)?;
    let fabric = &around.fabric;
    let traffic = spec.traffic(point.chips);
    let routing = |source| RunError::Routing { system: point.system_name.clone(), source };
    let bounds = Bounds::of((fabric, &point.system.transport()), &traffic).map_err(routing)?;
    let loads = Loads::of(fabric, &traffic).map_err(routing)?;
    let mut row = row(spec, &traffic, &bounds.alone, &loads);
    row.set_time(bounds.all(), traffic.ranks);
    let (system, chips) = (point.system_name.clone(), point.chips as u64);
    let result = PointResult { system, chips, fits: true, traffic: Some(row), ..PointResult::default() };
    Ok(outcome(result, Vec::new()))
}

/// Times that cannot be beaten.
struct Bounds {
    /// Of each flow.
    alone: Vec<Time>,
    /// Of the busiest link.
    link: Time,
}

/// What crosses a link: the shortest delay, and the seconds that all bytes take.
#[derive(Clone, Copy)]
struct Crossed {
    delay: Time,
    seconds: f64,
}

impl Bounds {
    fn of(around: (&Fabric, &Transport), traffic: &Traffic) -> Result<Self, RoutingError> {
        let idle = Crossed { delay: Time::MAX, seconds: 0.0 };
        let mut crossed = vec![idle; around.0.links().len()];
        let alone = traffic.messages.iter().map(|message| cross(around, message, &mut crossed));
        let alone = alone.collect::<Result<Vec<Time>, RoutingError>>()?;
        let used = crossed.iter().filter(|link| link.seconds > 0.0);
        let link = used.map(|link| link.delay + Time::from_seconds(link.seconds)).max();
        Ok(Self { alone, link: link.unwrap_or_default() })
    }

    /// Of all flows together.
    fn all(&self) -> Time {
        self.alone.iter().copied().fold(self.link, Time::max)
    }
}

/// Puts a message on the links of its route; what it takes there alone.
fn cross(
    (fabric, transport): (&Fabric, &Transport),
    message: &Message,
    crossed: &mut [Crossed],
) -> Result<Time, RoutingError> {
    let [from, to] = message.endpoints();
    let route: Route = fabric.route(from, to)?;
    let scope = if fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
    let delay = transport.scope(scope).message + route.latency();
    let mut slowest = 0.0_f64;
    for hop in route.hops() {
        let share = hop.weight as f64 / fabric.weight_denominator() as f64;
        for link in hop.range() {
            let ends = fabric.link(LinkId::new(link));
            let efficiency = transport.scope(fabric.tiers()[ends.tier.index()].scope).efficiency;
            let seconds =
                message.bytes.count() as f64 * share / (ends.capacity * efficiency).bytes_per_second();
            crossed[link].delay = crossed[link].delay.min(delay);
            crossed[link].seconds += seconds;
            slowest = slowest.max(seconds);
        }
    }
    Ok(delay + Time::from_seconds(slowest))
}
