//! The least cut through a switch and its ends: what closed forms of bisection are made of.

use std::ops::Range;

/// Links cut at a switch and its `ends`, those below `half` being senders and the others receivers, when the switch
/// stands where it cuts least: first with all that is above it on the senders' side, then on the receivers'.
///
/// An end has `width[0]` links to the switch, and the switch `width[1]` to what is above it, in each direction.
pub(super) fn leaf_cuts(ends: &Range<usize>, half: usize, width: [usize; 2]) -> [usize; 2] {
    let [of_end, up] = width;
    let senders = of_end * (half.clamp(ends.start, ends.end) - ends.start);
    let receivers = of_end * ends.len() - senders;
    [receivers.min(senders + up), senders.min(receivers + up)]
}
