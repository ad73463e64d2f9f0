//! The containers that endpoints sit in: trays, nodes, domains.

use crate::ids::EndpointId;

/// One level of containers: which container each endpoint sits in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The name of one container, such as `node` or `domain`.
    pub name: String,
    of_endpoint: Vec<u32>,
}

impl Level {
    /// A level in which endpoint `i` sits in container `of_endpoint[i]`.
    pub fn new(name: impl Into<String>, of_endpoint: Vec<u32>) -> Self {
        Self { name: name.into(), of_endpoint }
    }

    /// The same without some endpoints; those that stay keep their containers.
    pub(super) fn without(&self, gone: &[bool]) -> Self {
        let stays = self.of_endpoint.iter().zip(gone).filter(|(_, gone)| !**gone);
        Self { name: self.name.clone(), of_endpoint: stays.map(|(&container, _)| container).collect() }
    }

    /// The container of an endpoint.
    pub fn container(&self, endpoint: EndpointId) -> u32 {
        self.of_endpoint[endpoint.index()]
    }

    /// How many endpoints this level places.
    pub fn endpoints(&self) -> usize {
        self.of_endpoint.len()
    }

    /// The number of containers.
    pub fn containers(&self) -> usize {
        self.of_endpoint.iter().max().map_or(0, |&last| last as usize + 1)
    }
}
