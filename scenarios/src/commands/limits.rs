//! Limits on a simulation, as flags.

use clap::Args;
use copperlight_core::engine::Limits;
use copperlight_core::units::{Bytes, Time, UnitError};

/// Flags that stop a simulation before it takes too much.
#[derive(Debug, Args)]
pub(super) struct LimitArguments {
    /// Stop a simulation that takes more events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_events: Option<u64>,
    /// Stop a simulation that goes on past so much simulated time, such as "10 s"
    #[arg(long, value_name = "TIME", value_parser = time)]
    max_time: Option<Time>,
    /// Stop a simulation whose flows and events take more memory, such as "4 GB"
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    max_memory: Option<Bytes>,
}

impl LimitArguments {
    /// The limits that were asked for, and none beside them.
    pub(super) fn limits(&self) -> Limits {
        let none = Limits::default();
        Limits {
            events: self.max_events.unwrap_or(none.events),
            time: self.max_time.unwrap_or(none.time),
            memory: self.max_memory.unwrap_or(none.memory),
        }
    }
}

fn time(text: &str) -> Result<Time, UnitError> {
    text.parse()
}

fn memory(text: &str) -> Result<Bytes, UnitError> {
    text.parse()
}
