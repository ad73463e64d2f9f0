//! Runs of one source that differ in their number of chips: their ratio is what scale costs.

use super::rows::Observation;
use std::collections::BTreeMap;

/// Two runs, by place: on fewer chips and on more.
pub(super) type Pair = [usize; 2];

/// Every run against the one of its kind on the fewest chips.
pub(super) fn pairs(rows: &[Observation]) -> Vec<Pair> {
    let mut kinds: BTreeMap<(&str, Option<&str>, &str), Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        kinds.entry((&row.family, row.generation, &row.likeness)).or_default().push(place);
    }
    let of_kind = |places: Vec<usize>| {
        let fewest = places.iter().copied().min_by_key(|place| rows[*place].chips).expect("a kind has runs");
        let more = places.into_iter().filter(move |place| rows[*place].chips > rows[fewest].chips);
        more.map(move |place| [fewest, place]).collect::<Vec<Pair>>()
    };
    kinds.into_values().flat_map(of_kind).collect()
}
