//! "Did you mean": the known name nearest to an unknown one.

use std::fmt;

/// A name that the user may have meant; shown as a part of a sentence, empty when nothing is near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion(Option<String>);

impl Suggestion {
    /// The name of `known` that is nearest to `name`, if one is near.
    pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let scored = known.into_iter().map(|candidate| (likeness(name, candidate), candidate));
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
        Self(best.filter(|(score, _)| *score > 0.8).map(|(_, candidate)| candidate.to_owned()))
    }

    /// The name, if one is near.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// How alike two names are, up to 1; a dotted name may also be meant by its last part alone.
fn likeness(name: &str, candidate: &str) -> f64 {
    let whole = strsim::jaro_winkler(name, candidate);
    match candidate.rsplit_once('.') {
        Some((_, last)) if !name.contains('.') => whole.max(strsim::jaro_winkler(name, last)),
        _ => whole,
    }
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, " (did you mean `{name}`?)"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["scale_up.link_bandwidth", "scale_up.link_latency", "chip.power"];
        let nearest = |name| Suggestion::nearest(name, known);
        assert_eq!(nearest("scale_up.link_bandwith").name(), Some("scale_up.link_bandwidth"));
        assert_eq!(nearest("link_latency").name(), Some("scale_up.link_latency"));
        assert_eq!(nearest("zzz").name(), None);
        assert_eq!(nearest("zzz").to_string(), "");
    }
}
