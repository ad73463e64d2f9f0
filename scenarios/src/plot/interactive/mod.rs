//! The numbers behind figures, for pages that draw them by script: the same points, labels and colours.
//!
//! | file | idea |
//! |---|---|
//! | `charts.rs` | which figures have such a twin |
//! | `shares.rs` | a share against what the sweep varies |
//! | `bus_bandwidth.rs` | bus bandwidth against size |
//! | `energy.rs` | energy per token, with its envelope |
//! | `utilization.rs` | how busy the links of each tier are over one step |
//! | `busy_links.rs` | how busy the busiest links are over one step |
//! | `series_style.rs` | colours and markers of the figures as a page writes them |

mod bus_bandwidth;
mod busy_links;
mod charts;
mod energy;
mod series_style;
mod shares;
mod utilization;

pub(super) use charts::charts;
