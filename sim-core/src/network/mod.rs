//! How flows share links.
//!
//! [`max_min_rates`] is the definition: pure, plain water-filling, the twin that the fast solver is held against.
//! [`FlowLevel`] keeps the flows that are draining, gives them new rates when one comes or goes, and says when to
//! look whether some have drained; `region` is the solver, of no more links than a change concerns. Neither knows
//! collectives, programs or machines.

mod clock;
mod coupled;
mod effort;
mod fair_share;
mod flow_level;
mod flows;
mod links;
mod passing;
mod pushes;
mod rate_record;
mod region;
mod service;
mod sweep;
mod tiers;
mod timeline;
mod water;

pub use effort::Effort;
pub use fair_share::{Contender, Crossing, max_min_rates};
pub use flow_level::{FlowLevel, NewFlow, UnderWay, Wakeup};
pub use links::NetworkLink;
pub use rate_record::{Changes, RateRecord};
pub use tiers::Moved;
pub use timeline::Timeline;
