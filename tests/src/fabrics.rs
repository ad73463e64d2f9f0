//! Small fabrics, wired by hand so that the engine is tested without the families that it will carry.

use copperlight_core::fabric::{Fabric, FabricBuilder, Level, Link, Route, Router, RoutingError, Scope};
use copperlight_core::ids::EndpointId;
use copperlight_core::units::{Bandwidth, Time};

/// A fabric of domains: every chip has one link to each plane of its domain, and each domain one shared uplink.
#[derive(Debug, Clone, PartialEq)]
pub struct Domains {
    /// How many chips there are; the last domain may be partial.
    pub chips: usize,
    /// Chips of a domain.
    pub per_domain: usize,
    /// Planes of a domain.
    pub planes: usize,
    /// Capacity of a link of a plane, in GB/s.
    pub link: f64,
    /// Capacity of the uplink that a domain's chips share, in GB/s.
    pub uplink: f64,
    /// A chip whose links run at half their capacity.
    pub derated: Option<usize>,
}

impl Domains {
    /// One domain and one plane: a star.
    pub fn star(chips: usize, link: f64) -> Self {
        Self { chips, per_domain: chips, planes: 1, link, uplink: link, derated: None }
    }

    /// Wires it. Links: up and down of each chip, each over all planes; then up and down of each domain.
    pub fn build(&self) -> Fabric {
        let mut builder = FabricBuilder::new();
        let chips: Vec<_> = (0..self.chips).map(|chip| builder.endpoint(format!("chip{chip}"))).collect();
        let domains = self.chips.div_ceil(self.per_domain);
        let planes: Vec<_> =
            (0..domains * self.planes).map(|plane| builder.switch(format!("plane{plane}"))).collect();
        let core = builder.switch("core");
        let inside = builder.tier("scale-up", Scope::ScaleUp);
        let outside = builder.tier("scale-out", Scope::ScaleOut);
        let medium = builder.medium("copper");
        for upwards in [true, false] {
            for (index, &chip) in chips.iter().enumerate() {
                let share = if self.derated == Some(index) { 0.5 } else { 1.0 };
                for plane in 0..self.planes {
                    let switch = planes[index / self.per_domain * self.planes + plane];
                    let ends = (chip.into(), switch);
                    let (from, to) = if upwards { ends } else { (ends.1, ends.0) };
                    let capacity = Bandwidth::from_gigabytes_per_second(self.link * share);
                    let latency = Time::from_picoseconds(250_000);
                    builder.link(Link { from, to, capacity, latency, tier: inside, medium });
                }
            }
        }
        for upwards in [true, false] {
            for domain in 0..domains {
                let ends = (planes[domain * self.planes], core);
                let (from, to) = if upwards { ends } else { (ends.1, ends.0) };
                let capacity = Bandwidth::from_gigabytes_per_second(self.uplink);
                let latency = Time::from_picoseconds(500_000);
                builder.link(Link { from, to, capacity, latency, tier: outside, medium });
            }
        }
        let domain_of = (0..self.chips).map(|chip| (chip / self.per_domain) as u32).collect();
        builder.level(Level::new("domain", domain_of));
        builder.build(Box::new(self.clone())).expect("the test fabric is sound")
    }
}

impl Router for Domains {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let (from, to) = (from.index(), to.index());
        let (source, target) = (from / self.per_domain, to / self.per_domain);
        let domains = self.chips.div_ceil(self.per_domain);
        let up = from * self.planes..(from + 1) * self.planes;
        let down = (self.chips + to) * self.planes..(self.chips + to + 1) * self.planes;
        let outside = 2 * self.chips * self.planes;
        if source == target {
            return Ok(Route::stages(fabric, &[up, down]));
        }
        let leave = outside + source..outside + source + 1;
        let arrive = outside + domains + target..outside + domains + target + 1;
        Ok(Route::stages(fabric, &[up, leave, arrive, down]))
    }
}
