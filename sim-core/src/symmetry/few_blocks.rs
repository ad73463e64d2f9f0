//! A single collective over many equal blocks of ranks is folded over five of them.
//!
//! Let the ranks in one cell of the fabric be a block, all blocks as far apart as the first two, and let transfers stay
//! inside a block or go to the same place of the next one, around the end to the first. A link belongs to a cell in which
//! each transfer that crosses it begins or ends, so what a block and its links see are the transfers that touch it: from
//! the block before and to the block after. There are three kinds of blocks: the first and the last, which are
//! touched by transfers around the end, and all others, which are the second one moved by whole cells.
//!
//! The first three blocks and the last two, joined to a ring, have these three kinds among them, with their own routes.
//! Where they fold onto one another, rank by rank, the division of all ranks by their places in the block is equitable:
//! each block sees what one of those sees, moved. So the classes are those of the five blocks, as much larger as there are
//! more blocks. Where they do not, all ranks are looked at.

use super::fold::Folding;
use super::listing::{ListedStep, Listing};
use crate::collectives::Pattern;
use crate::fabric::{Fabric, RoutingError};
use crate::ids::RankId;
use crate::transport::even_blocks;

/// The blocks that stand for all.
const KEPT: usize = 5;

/// The folding of what is listed, if it is a single collective over many blocks that fold onto one another.
pub(super) fn fold(fabric: &Fabric, listing: &Listing) -> Result<Option<Folding>, RoutingError> {
    let Some((few, block, blocks)) = few(fabric, listing) else { return Ok(None) };
    let Ok(folding) = Folding::of_all(fabric, &few)? else { return Ok(None) };
    Ok(folding.repeated(block, (KEPT, blocks)))
}

/// The same over the blocks that are kept, with the size of a block and the number of all.
fn few(fabric: &Fabric, listing: &Listing) -> Option<(Listing, usize, usize)> {
    let Listing { steps, nodes, groups, endpoints, own, messages } = listing;
    let [group] = &groups[..] else { return None };
    let in_order = group.len() == own.len() && group.iter().enumerate().all(|(at, rank)| rank.index() == at);
    let alike = own.iter().all(|&number| number == own[0]);
    if !in_order || !alike || !nodes.is_empty() || !messages.is_empty() {
        return None;
    }
    let (block, blocks) = even_blocks(fabric, endpoints)?;
    if blocks <= KEPT {
        return None;
    }
    let step = |listed: &ListedStep| {
        let pattern = shortened(listed.pattern, (block, blocks))?;
        Some(ListedStep { pattern, ..*listed })
    };
    let kept = [0, 1, 2, blocks - 2, blocks - 1];
    let few = Listing {
        steps: steps.iter().map(step).collect::<Option<_>>()?,
        nodes: Vec::new(),
        groups: vec![(0..KEPT * block).map(RankId::new).collect()],
        endpoints: kept.iter().flat_map(|at| &endpoints[at * block..(at + 1) * block]).copied().collect(),
        own: vec![0; KEPT * block],
        messages: Vec::new(),
    };
    Some((few, block, blocks))
}

/// A pattern over the blocks that are kept, if its transfers stay in a block or go on to the next.
fn shortened(pattern: Pattern, (block, blocks): (usize, usize)) -> Option<Pattern> {
    match pattern {
        Pattern::Ring { stride, size } if stride == block && size == blocks => {
            Some(Pattern::Ring { stride, size: KEPT })
        }
        Pattern::Ring { stride, size } | Pattern::Exchange { stride, size, .. }
            if block.is_multiple_of(stride * size) =>
        {
            Some(pattern)
        }
        _ => None,
    }
}
