//! The parallel ways between two endpoints, before weights are put on them.

use super::{Fabric, Route};
use crate::ids::LinkId;
use std::ops::Range;

/// The parallel ways between two endpoints.
///
/// A family says which ways there are; how much of a flow takes each one follows from what is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ways {
    /// Stages in the order of the path, each a range of consecutive links.
    ///
    /// There are as many ways as the longest stage has links, and every other stage's length divides that number:
    /// way `w` of `W` crosses link `w * len / W` of a stage with `len` links.
    Stages(Vec<Range<usize>>),
    /// One list of links for each way, in the order of the path.
    Paths(Vec<Vec<LinkId>>),
}

impl Route {
    /// The route over these ways, each link with its share of the flow.
    pub fn over(fabric: &Fabric, ways: &Ways) -> Self {
        match ways {
            Ways::Stages(stages) => Self::stages(fabric, stages),
            Ways::Paths(paths) => Self::spray(fabric, paths),
        }
    }
}
