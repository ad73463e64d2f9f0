//! Where an actor finds the counterparts of its operations, looked up once for all of them.

use super::setup::{Actor, Plans};
use crate::workload::Counterpart;

/// Where a counterpart is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A computation has none.
    Nowhere,
    /// Messages to it leave through one of the actor's ports.
    Port(u32),
    /// Messages from it come through a mailbox.
    Mailbox(u32),
    /// A group does something together.
    Group(CallPlace),
}

/// How an actor takes part in a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallPlace {
    pub(super) group: u32,
    /// The actor's place among the members.
    pub(super) member: u32,
    /// The place of the call's plan among those of the group.
    pub(super) plan: u32,
}

/// The places of all counterparts of an actor's program, in their order.
pub(super) fn places(actor: &Actor, plans: &Plans) -> Vec<Place> {
    let place = |counterpart: &Counterpart| match *counterpart {
        Counterpart::To { peer, channel } => {
            let port = actor.sends.binary_search_by_key(&(peer, channel), |port| (port.slot, port.channel));
            Place::Port(port.expect("a program sends through ports that were prepared") as u32)
        }
        Counterpart::From { peer, channel } => {
            let port = actor.receives.binary_search_by_key(&(peer, channel), |port| (port.0, port.1));
            let port = port.expect("a program receives through ports that were prepared");
            Place::Mailbox(actor.receives[port].2)
        }
        Counterpart::Group { communicator, call } => {
            let place = actor.groups.iter().find(|place| place.0 == communicator);
            let &(_, group, member) = place.expect("a rank is in a group of each communicator that it calls");
            let known = plans[group as usize].iter().position(|plan| plan.call == call);
            // A call that the first member never makes has no plan: any other plan exposes the mismatch.
            Place::Group(CallPlace { group, member, plan: known.unwrap_or(0) as u32 })
        }
    };
    actor.program.counterparts().iter().map(place).collect()
}
