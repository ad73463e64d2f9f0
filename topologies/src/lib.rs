//! Machines as fabrics: a catalog in which every value has a source, and the families that wire it.
//!
//! - [`catalog`]: chips, systems, media, switches, transports and software, each value with unit, source and confidence
//! - [`families`]: the wiring of a domain, and domains joined; one file each, every route by rule
//! - [`graph`]: any fabric from a file of nodes and links
//! - [`export`]: a fabric as DOT or JSON
//! - [`distinct_json`]: JSON in which no object has a key twice
//! - [`analysis`]: what a fabric could do at best, without a simulation
//! - [`energy`]: what a system draws while a step runs
//! - [`physical`]: where racks and switches stand, cables and their media, reach, power, parts
//! - [`System`]: a preset or a family with its overrides, ready to be built
//!
//! This crate moves no bytes: it hands [`copperlight_core`] a fabric and a transport. `examples/` has a topology of one's
//! own, from a text to a simulated collective.
//!
//! ```
//! use copperlight_core::fabric::Scope;
//! use copperlight_core::ids::EndpointId;
//! use copperlight_topologies::System;
//!
//! let mut system = System::preset("cloudmatrix384")?;
//! let fabric = system.build(768)?;
//!
//! // Two chips of different nodes spray over 7 planes and 16 second-stage chips: 2.2 us for the first byte.
//! let route = fabric.route(EndpointId::new(0), EndpointId::new(8))?;
//! assert_eq!(route.latency().microseconds(), 2.2);
//! let injection = fabric.injection_bandwidth(EndpointId::new(0), Scope::ScaleUp);
//! assert_eq!(injection.gigabytes_per_second(), 392.0);
//!
//! // Payload instead of line rate.
//! system.set("scale_up.link_bandwidth", &"25 GB/s".into())?;
//! assert_eq!(system.scale_up_bandwidth_per_chip().gigabytes_per_second(), 350.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analysis;
pub mod catalog;
mod chip;
mod degrade;
pub mod distinct_json;
pub mod energy;
pub mod export;
pub mod families;
pub mod graph;
mod interval;
pub mod physical;
pub mod quantity;
mod software;
mod suggestion;
mod system;
mod transport;

pub use chip::{Chip, HostCosts, KernelShares, Precision, StepCosts};
pub use degrade::{Amount, Degradation, DegradeError, Drawn, DrawnKind, Effect, Target, TargetError};
pub use families::{BuildError, Counts, MAXIMUM_CHIPS, ParameterError};
pub use interval::Interval;
pub use software::{Software, SoftwareFactors};
pub use suggestion::Suggestion;
pub use system::{
    DescribedKey, Direction, End, FamilyError, OverrideError, PhysicalError, RangeError, RangedValue,
    RankOrder, RankOrderError, ReadFile, System, described_keys,
};
pub use transport::TransportFamily;
