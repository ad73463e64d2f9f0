//! A sorted map in two layers: one that copies share, and one that holds what each has put in since.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Values by key; whatever is in `own` hides what is shared.
#[derive(Debug, Clone)]
pub(super) struct Layers<V> {
    shared: Arc<BTreeMap<String, V>>,
    own: BTreeMap<String, V>,
}

impl<V> Default for Layers<V> {
    fn default() -> Self {
        Self { shared: Arc::default(), own: BTreeMap::new() }
    }
}

impl<V: PartialEq> PartialEq for Layers<V> {
    /// Whether both have the same values, in whichever layers.
    fn eq(&self, other: &Self) -> bool {
        let shared = Arc::ptr_eq(&self.shared, &other.shared) && self.own == other.own;
        shared || self.iter().eq(other.iter())
    }
}

impl<V> Layers<V> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.own.get(key).or_else(|| self.shared.get(key))
    }

    /// Puts a value in.
    pub(super) fn insert(&mut self, key: String, value: V) {
        self.own.insert(key, value);
    }

    /// All values, sorted by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let shared = self.shared.iter().filter(|(key, _)| !self.own.contains_key(*key));
        let mut own = self.own.iter().peekable();
        let mut shared = shared.peekable();
        std::iter::from_fn(move || {
            let next_is_own = match (own.peek(), shared.peek()) {
                (Some((own, _)), Some((shared, _))) => own < shared,
                (own, _) => own.is_some(),
            };
            let next = if next_is_own { own.next() } else { shared.next() };
            next.map(|(key, value)| (key.as_str(), value))
        })
    }
}

impl<V: PartialEq> Layers<V> {
    /// Whether both have the same values under all keys that count.
    pub(super) fn is_alike(&self, other: &Self, counts: impl Fn(&str) -> bool) -> bool {
        let counted = |values: &BTreeMap<String, V>| values.keys().any(|key| counts(key));
        let untouched = !counted(&self.own) && !counted(&other.own);
        if Arc::ptr_eq(&self.shared, &other.shared) && untouched {
            return true;
        }
        let of = |layers: &Self| layers.iter().filter(|(key, _)| counts(key)).count();
        let same = |(key, value): (&str, &V)| !counts(key) || other.get(key) == Some(value);
        of(self) == of(other) && self.iter().all(same)
    }
}

impl<V: Clone> Layers<V> {
    /// The same values, all of which copies share.
    pub(super) fn settled(self) -> Self {
        let mut shared = Arc::unwrap_or_clone(self.shared);
        shared.extend(self.own);
        Self { shared: Arc::new(shared), own: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_hides_what_is_shared() {
        let mut one = Layers::default();
        one.insert("b".to_owned(), 1);
        one.insert("d".to_owned(), 2);
        let one = one.settled();
        let mut other = one.clone();
        assert_eq!(one, other);
        for (key, value) in [("a", 3), ("d", 4), ("e", 5)] {
            other.insert(key.to_owned(), value);
        }
        assert_eq!(one.iter().collect::<Vec<_>>(), [("b", &1), ("d", &2)]);
        assert_eq!(other.iter().collect::<Vec<_>>(), [("a", &3), ("b", &1), ("d", &4), ("e", &5)]);
        assert_eq!((one.get("d"), other.get("d"), other.get("c")), (Some(&2), Some(&4), None));
        assert_eq!(other.clone().settled(), other);
        assert_ne!(one, other);
        assert!(one.is_alike(&other, |key| matches!(key, "b" | "c")) && one.is_alike(&one, |_| true));
        assert!(!one.is_alike(&other, |key| key == "d") && !one.is_alike(&other, |key| key == "a"));
    }
}
