//! Groups as plans are made for: those that differ by whole cells of a fabric have one name.

use crate::fabric::Fabric;
use crate::ids::EndpointId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The members of a group.
pub(super) type Members = Arc<[EndpointId]>;

/// The name of a group, and the members for which it stands.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) group: u32,
    pub(super) members: Members,
}

/// The names of all groups that were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    names: FxHashMap<Members, u32>,
    /// The members of a group that was moved; kept for its memory.
    moved: Vec<EndpointId>,
}

impl Groups {
    /// The name of a group, with the members moved down by as many whole cells as they can be.
    pub(super) fn name(&mut self, fabric: &Fabric, members: &[EndpointId]) -> Named {
        let first = members.iter().map(|member| member.index()).min().unwrap_or(0);
        let by = fabric.cell().map_or(0, |cell| first - first % cell);
        let members = if by == 0 {
            members
        } else {
            self.moved.clear();
            self.moved.extend(members.iter().map(|member| EndpointId::new(member.index() - by)));
            &self.moved
        };
        if let Some((members, &group)) = self.names.get_key_value(members) {
            return Named { group, members: Arc::clone(members) };
        }
        let named = Named { group: self.names.len() as u32, members: members.into() };
        self.names.insert(Arc::clone(&named.members), named.group);
        named
    }
}
