//! Dense numbers for what comes, in the order in which it comes first.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// The numbers of what has come.
#[derive(Debug)]
pub(super) struct Numbering<K> {
    known: FxHashMap<K, u32>,
    /// What came last: much is as what came before it.
    last: Option<(K, u32)>,
}

impl<K> Default for Numbering<K> {
    fn default() -> Self {
        Self { known: FxHashMap::default(), last: None }
    }
}

impl<K: Copy + Eq + Hash> Numbering<K> {
    /// The number of a key, the next one where it is new.
    pub(super) fn number(&mut self, key: K) -> u32 {
        if let Some((_, number)) = self.last.filter(|last| last.0 == key) {
            return number;
        }
        let next = self.known.len() as u32;
        let number = *self.known.entry(key).or_insert(next);
        self.last = Some((key, number));
        number
    }

    /// All keys by their numbers.
    pub(super) fn into_keys(self) -> Vec<K> {
        let mut keys: Vec<(u32, K)> = self.known.into_iter().map(|(key, number)| (number, key)).collect();
        keys.sort_unstable_by_key(|key| key.0);
        keys.into_iter().map(|key| key.1).collect()
    }
}
