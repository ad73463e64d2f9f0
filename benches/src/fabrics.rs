//! Fabrics to simulate on: chips around one switch.

use crate::draws::draws;
use copperlight_core::fabric::{Fabric, FabricBuilder, Link, Route, Router, RoutingError, Scope};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::units::{Bandwidth, Time};
use copperlight_topologies::System;

/// The capacity of every link, in GB/s.
pub const GIGABYTES_PER_SECOND: f64 = 900.0;

/// The latency of every link of [`star`].
pub const LATENCY: Time = Time::from_picoseconds(250_000);

/// `chips` chips around one switch: 900 GB/s and 250 ns a link, so 500 ns for the first byte.
pub fn star(chips: usize) -> Fabric {
    let text = r#"
        family = "star"
        link_bandwidth = "900 GB/s"
        link_latency = "250 ns"
    "#;
    let table = text.parse().expect("the description is TOML");
    let system = System::from_family(&table).expect("the family has these parameters");
    system.build(chips).expect("a star has any number of chips")
}

/// A star in which each direction of each link has a latency of its own, from 200 to 300 ns: no two events of a
/// ring fall together.
pub fn jittered_star(chips: usize) -> Fabric {
    let mut draw = draws("star latencies");
    let mut builder = FabricBuilder::new();
    let ends: Vec<EndpointId> = (0..chips).map(|chip| builder.endpoint(format!("chip{chip}"))).collect();
    let switch = builder.switch("switch");
    let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
    let capacity = Bandwidth::from_gigabytes_per_second(GIGABYTES_PER_SECOND);
    for up in [true, false] {
        for &end in &ends {
            let (from, to) = if up { (end.into(), switch) } else { (switch, end.into()) };
            let latency = Time::from_picoseconds(draw(200_000..=300_000));
            builder.link(Link { from, to, capacity, latency, tier, medium });
        }
    }
    builder.build(Box::new(OverTheSwitch { chips })).expect("a star joins its chips")
}

/// Up the sender's link, down the receiver's: links `i` and `chips + j`.
#[derive(Debug)]
struct OverTheSwitch {
    chips: usize,
}

impl Router for OverTheSwitch {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let links = [from.index(), self.chips + to.index()].map(LinkId::new);
        Ok(Route::path(fabric, &links))
    }
}
