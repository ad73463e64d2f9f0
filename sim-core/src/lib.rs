//! Discrete-event simulation of GPU-cluster fabrics: time, links, and how bytes move.
//!
//! A [`Fabric`](fabric::Fabric) is what bytes can move over; a [`Workload`](workload::Workload) is what every rank
//! does; [`simulate`](simulation::simulate) runs the one on the other and gives an [`Outcome`](outcome::Outcome),
//! which holds facts only. The crate knows no machine, no neural network, no file format and no plot.
//!
//! ```
//! use copperlight_core::fabric::{FabricBuilder, Link, Scope};
//! use copperlight_core::routing::ShortestPath;
//! use copperlight_core::simulation::{Options, Unobserved, simulate};
//! use copperlight_core::transport::Transport;
//! use copperlight_core::units::{Bytes, Time};
//! use copperlight_core::workload::{CollectiveCall, CollectiveKind, SingleCollective};
//!
//! // Four chips around one switch.
//! let mut builder = FabricBuilder::new();
//! let chips = [0, 1, 2, 3].map(|chip| builder.endpoint(format!("chip{chip}")));
//! let switch = builder.switch("switch");
//! let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
//! let (capacity, latency) = ("50 GB/s".parse()?, "250 ns".parse()?);
//! for chip in chips {
//!     builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
//! }
//! let fabric = builder.build(Box::new(ShortestPath::default()))?;
//!
//! // A ring all-reduce of 1 MB takes 2 x 3 steps of 0.5 us and 250 kB at 50 GB/s: 5.5 us each.
//! let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1_000_000));
//! let workload = SingleCollective::new(4, call);
//! let outcome = simulate(&fabric, &workload, &Options::new(Transport::ideal()), &mut Unobserved)?;
//! assert_eq!(outcome.end, Time::from_microseconds(33.0));
//!
//! // The four ranks are identical by construction: one was simulated, and the digest is that of all four.
//! assert_eq!(outcome.work.ranks_simulated, 1);
//! let full = Options::new(Transport::ideal()).unfolded();
//! assert_eq!(simulate(&fabric, &workload, &full, &mut Unobserved)?.digest, outcome.digest);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where to go next: [`engine`] is where time passes, [`network`] where links are shared, [`collectives`] where
//! collectives become transfers, [`transport`] what software adds, [`symmetry`] why few ranks stand for many,
//! [`traffic`] where chips post messages without programs. `examples/` has a ring beside its closed form, and a
//! collective of one's own, written out as messages.

pub mod collectives;
mod digest;
pub mod engine;
pub mod fabric;
pub mod ids;
pub mod network;
pub mod outcome;
pub mod rng;
pub mod routing;
pub mod simulation;
pub mod symmetry;
pub mod traffic;
pub mod transport;
pub mod units;
pub mod workload;
