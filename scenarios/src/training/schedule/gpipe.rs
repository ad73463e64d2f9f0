//! `GPipe` (Huang et al. 2019, arXiv:1811.06965): all micro-batches forward, then all backward, the last one first.

use super::pass::{PassOf, Step};

pub(super) fn steps(micro_batches: u64) -> Vec<Step> {
    let forward = (0..micro_batches).map(|micro_batch| PassOf::forward(0, micro_batch));
    let backward = (0..micro_batches).rev().map(|micro_batch| PassOf::backward(0, micro_batch));
    forward.chain(backward).map(Step::One).collect()
}
