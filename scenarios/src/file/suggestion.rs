//! "Did you mean": the known name that is most like what was written.

/// The most similar of `known`, when it is similar enough to be a slip of the hand.
pub(crate) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let written = written.to_lowercase();
    let distance = |name: &str| strsim::osa_distance(&written, &name.to_lowercase());
    let (best, steps) = known.map(|name| (name, distance(name))).min_by_key(|(_, steps)| *steps)?;
    let tolerated = (written.chars().count() / 3).clamp(1, 4);
    (steps <= tolerated).then_some(best)
}

/// What to do about an unknown name: the nearest known one, or all of them.
pub(crate) fn remedy<'k>(written: &str, known: &[&'k str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let known = ["sequence_length", "global_batch", "micro_batch"];
        assert_eq!(nearest("sequense_lenght", known.into_iter()), Some("sequence_length"));
        assert_eq!(nearest("Micro_Batch", known.into_iter()), Some("micro_batch"));
        assert_eq!(nearest("colour", known.into_iter()), None);
    }
}
