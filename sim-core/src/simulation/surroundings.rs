//! What a simulation stands in: the fabric, the workload, the folding between them, and what counts bytes.

use super::gauges::Gauges;
use crate::fabric::Fabric;
use crate::symmetry::Folding;
use crate::workload::Workload;

/// What plans and routes are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) fabric: &'a Fabric,
    pub(super) workload: &'a dyn Workload,
    pub(super) folding: &'a Folding,
    pub(super) gauges: &'a Gauges,
}

impl Surroundings<'_> {
    /// Whether flows on a link of a class can hold one another back.
    pub(super) fn can_be_full(&self, link: u32) -> bool {
        !self.fabric.is_never_full(self.folding.links()[link as usize].link)
    }
}
