//! The digest of an outcome: of what happened, not of how it was found.

use crate::outcome::{Digest, LinkOutcome};
use crate::units::{Bytes, Time};
use siphasher::sip128::{Hash128, Hasher128, SipHasher13};
use std::collections::BTreeMap;
use std::hash::Hasher;

/// The operations of one rank, hashed stream by stream as they end.
#[derive(Debug, Clone)]
pub(crate) struct OperationHashes(Vec<StreamHash>);

/// The operations of one stream; the last few are gathered, for a hasher takes whole words faster.
#[derive(Debug, Clone)]
struct StreamHash {
    hasher: SipHasher13,
    gathered: [u8; GATHERED * OPERATION],
    length: usize,
}

/// The bytes of an operation: its index, when it began, and when it ended.
const OPERATION: usize = 20;

/// So many operations fill whole words.
const GATHERED: usize = 4;

/// What is hashed of an operation.
fn bytes_of(index: u32, (begun, ended): (Time, Time)) -> [u8; OPERATION] {
    let mut operation = [0; OPERATION];
    operation[..4].copy_from_slice(&index.to_le_bytes());
    operation[4..12].copy_from_slice(&begun.picoseconds().to_le_bytes());
    operation[12..].copy_from_slice(&ended.picoseconds().to_le_bytes());
    operation
}

impl StreamHash {
    fn new() -> Self {
        Self { hasher: SipHasher13::new(), gathered: [0; GATHERED * OPERATION], length: 0 }
    }

    fn add(&mut self, index: u32, times: (Time, Time)) {
        self.gathered[self.length..][..OPERATION].copy_from_slice(&bytes_of(index, times));
        self.length += OPERATION;
        if self.length == self.gathered.len() {
            self.hasher.write(&self.gathered);
            self.length = 0;
        }
    }

    /// As many operations as there are bytes of, one after another.
    fn add_bytes(&mut self, operations: &[u8]) {
        self.hasher.write(&self.gathered[..self.length]);
        self.length = 0;
        self.hasher.write(operations);
    }

    fn finish(&self) -> u128 {
        let mut hasher = self.hasher;
        hasher.write(&self.gathered[..self.length]);
        value(hasher.finish128())
    }
}

impl OperationHashes {
    /// A rank with streams of indices below `streams`.
    pub(crate) fn new(streams: usize) -> Self {
        Self((0..streams).map(|_| StreamHash::new()).collect())
    }

    /// An operation of a stream has begun and ended.
    pub(crate) fn add(&mut self, stream: usize, index: u32, times: (Time, Time)) {
        self.0[stream].add(index, times);
    }

    /// Many operations of a stream have begun and ended, one after another.
    pub(crate) fn add_all(&mut self, stream: usize, operations: impl Iterator<Item = (u32, (Time, Time))>) {
        let mut bytes = Vec::with_capacity(OPERATION * operations.size_hint().0);
        operations.for_each(|(index, times)| bytes.extend_from_slice(&bytes_of(index, times)));
        self.0[stream].add_bytes(&bytes);
    }

    /// The hash of the streams with these indices.
    pub(crate) fn finish(&self, streams: impl Iterator<Item = usize>) -> u128 {
        let mut hasher = SipHasher13::new();
        for stream in streams {
            write(&mut hasher, self.0[stream].finish());
        }
        value(hasher.finish128())
    }
}

/// The hash of a rank's messages, each with its end (0 sent, 1 received), its bytes, and when it began and ended.
///
/// Their order does not matter.
pub(crate) fn messages_hash(messages: &mut [(u8, Bytes, Time, Time)]) -> u128 {
    messages.sort_unstable();
    let mut hasher = SipHasher13::new();
    for (end, bytes, begun, ended) in messages {
        hasher.write(&[*end]);
        for number in [bytes.count(), begun.picoseconds(), ended.picoseconds()] {
            hasher.write(&number.to_le_bytes());
        }
    }
    value(hasher.finish128())
}

/// The digest of ranks, given as hashes with multiplicities, and of links.
///
/// Equal members are counted and not listed, so that it does not matter which of them were simulated.
pub(crate) fn outcome_digest(ranks: impl Iterator<Item = (u128, u64)>, links: &[LinkOutcome]) -> Digest {
    let mut rank_counts: BTreeMap<u128, u64> = BTreeMap::new();
    for (hash, multiplicity) in ranks {
        *rank_counts.entry(hash).or_default() += multiplicity;
    }
    let mut link_counts: BTreeMap<u128, u64> = BTreeMap::new();
    for link in links {
        *link_counts.entry(link.weighted_bytes).or_default() += link.multiplicity;
    }
    let mut hasher = SipHasher13::new();
    for (part, counts) in [rank_counts, link_counts].into_iter().enumerate() {
        hasher.write(&(part as u64).to_le_bytes());
        for (hash, count) in counts {
            write(&mut hasher, hash);
            hasher.write(&count.to_le_bytes());
        }
    }
    Digest(value(hasher.finish128()))
}

fn write(hasher: &mut SipHasher13, value: u128) {
    hasher.write(&value.to_le_bytes());
}

fn value(hash: Hash128) -> u128 {
    u128::from(hash.h1) << 64 | u128::from(hash.h2)
}
