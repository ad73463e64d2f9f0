//! "Did you mean": the known name that is most like what was written.

/// How long a name must be to be recognised by its beginning alone.
const LONG_ENOUGH: usize = 4;

/// How long a text may be and still be meant as a name.
const LONGEST: usize = 100;

/// How many names of one beginning are worth naming.
const MOST_BEGUN: usize = 4;

/// The most similar of `known`, when it is similar enough to be a slip of the hand.
///
/// A dotted name may be meant by its last part, and any name by its beginning.
pub(crate) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    if written.len() > LONGEST {
        return None;
    }
    let written = written.to_lowercase();
    let (best, steps) =
        known.clone().map(|name| (name, distance(&written, name))).min_by_key(|(_, steps)| *steps)?;
    let tolerated = (written.chars().count() / 3).clamp(1, 4);
    if steps <= tolerated {
        return Some(best);
    }
    let mut known = known;
    known.find(|name| written.len() >= LONG_ENOUGH && name.to_lowercase().starts_with(&written))
}

fn distance(written: &str, name: &str) -> usize {
    let name = name.to_lowercase();
    let whole = strsim::osa_distance(written, &name);
    match name.rsplit_once('.') {
        Some((_, last)) if !written.contains('.') => whole.min(strsim::osa_distance(written, last)),
        _ => whole,
    }
}

/// The names of which this is the beginning, where it is long enough to tell.
pub(crate) fn beginning_with<'k>(written: &str, known: &[&'k str]) -> Vec<&'k str> {
    let written = written.to_lowercase();
    let begins = |name: &&str| written.len() >= LONG_ENOUGH && name.to_lowercase().starts_with(&written);
    known.iter().copied().filter(begins).collect()
}

/// What to do about an unknown name: those that begin like it, the nearest known one, or all of them.
pub(crate) fn remedy(written: &str, known: &[&str]) -> String {
    let begun = beginning_with(written, known);
    if (1..=MOST_BEGUN).contains(&begun.len()) {
        return format!("did you mean `{}`?", begun.join("` or `"));
    }
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
        assert_eq!(nearest("global", known.into_iter()), Some("global_batch"));
        assert_eq!(
            nearest("link_latency", ["scale_up.link_latency"].into_iter()),
            Some("scale_up.link_latency")
        );
    }

    #[test]
    fn names_that_begin_alike_come_before_names_that_look_alike() {
        let known = ["ascend-910", "ascend-950dt", "ascend-950pr"];
        assert_eq!(remedy("ascend-950", &known), "did you mean `ascend-950dt` or `ascend-950pr`?");
        assert_eq!(remedy("ascend-91", &known), "did you mean `ascend-910`?");
    }
}
