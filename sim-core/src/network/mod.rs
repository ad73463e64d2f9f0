//! How flows share links.
//!
//! [`max_min_rates`] is the definition: pure, plain water-filling, the twin that any faster version is held
//! against. [`FlowLevel`] keeps the flows that are draining, asks for new rates when one comes or goes, and says
//! when each will have drained. Neither knows collectives, programs or machines.

mod fair_share;
mod flow_level;
mod timeline;

pub use fair_share::{Contender, Crossing, FairShare, max_min_rates};
pub use flow_level::{FlowLevel, FlowSlot, NewFlow, Path};
pub use timeline::Timeline;
