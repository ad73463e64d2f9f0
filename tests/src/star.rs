//! A star whose links each have a latency of their own.

use copperlight_core::fabric::{Fabric, FabricBuilder, Link, Route, Router, RoutingError, Scope};
use copperlight_core::ids::EndpointId;
use copperlight_core::units::{Bandwidth, Time};

/// Chips around one switch, with one link up and one link down each.
#[derive(Debug, Clone, PartialEq)]
pub struct Star {
    /// Capacity of every link.
    pub capacity: Bandwidth,
    /// Latency of each chip's link up.
    pub up: Vec<Time>,
    /// Latency of each chip's link down, for as many chips.
    pub down: Vec<Time>,
}

impl Star {
    /// Wires it: the links up, then the links down.
    pub fn build(&self) -> Fabric {
        let mut builder = FabricBuilder::new();
        let chips: Vec<_> = (0..self.up.len()).map(|chip| builder.endpoint(format!("chip{chip}"))).collect();
        let switch = builder.switch("switch");
        let tier = builder.tier("scale-up", Scope::ScaleUp);
        let medium = builder.medium("copper");
        let capacity = self.capacity;
        for (&chip, &latency) in chips.iter().zip(&self.up) {
            builder.link(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
        }
        for (&chip, &latency) in chips.iter().zip(&self.down) {
            builder.link(Link { from: switch, to: chip.into(), capacity, latency, tier, medium });
        }
        builder.build(Box::new(self.clone())).expect("the test fabric is sound")
    }
}

impl Router for Star {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let (up, down) = (from.index(), self.up.len() + to.index());
        Ok(Route::stages(fabric, &[up..up + 1, down..down + 1]))
    }
}
