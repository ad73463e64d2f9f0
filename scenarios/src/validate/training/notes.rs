//! What the notes of a row say: sentences between semicolons, some of them `key=value`.

/// How far a row can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// Everything was published.
    A,
    /// Something is missing, or the source is weaker.
    B,
    /// Never to be compared.
    C,
}

/// The notes of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notes<'a>(pub(super) &'a str);

impl<'a> Notes<'a> {
    /// The sentences.
    pub(super) fn sentences(self) -> impl Iterator<Item = &'a str> {
        self.0.split(';').map(str::trim).filter(|sentence| !sentence.is_empty())
    }

    /// The tier: the first letter after `tier=`.
    pub(super) fn tier(self) -> Option<Tier> {
        match self.value("tier")?.chars().next()? {
            'A' => Some(Tier::A),
            'B' => Some(Tier::B),
            'C' => Some(Tier::C),
            _ => None,
        }
    }

    /// What stands behind `key=` at the beginning of a sentence, or of what is in brackets in one.
    pub(super) fn value(self, key: &str) -> Option<&'a str> {
        let of = |part: &'a str| part.trim().strip_prefix(key)?.trim_start().strip_prefix('=').map(str::trim);
        let values = self.sentences().find_map(of);
        values
            .or_else(|| {
                self.sentences().filter_map(|part| part.split_once('(')).find_map(|(_, inner)| of(inner))
            })
            .map(|value| value.trim_end_matches(')'))
    }

    /// What a run changed that must be modelled for a comparison, in the words of the notes.
    pub(super) fn changes(self) -> Option<&'a str> {
        let mut before = None;
        self.sentences().find_map(|sentence| {
            if sentence.starts_with("do not use without modelling") {
                return before;
            }
            before = Some(sentence);
            None
        })
    }

    /// Whether these words are somewhere in the notes, whatever the case of letters.
    pub(super) fn say(self, words: &str) -> bool {
        self.0.to_lowercase().contains(&words.to_lowercase())
    }

    /// Whether a flag is set; `None` where it is not mentioned.
    pub(super) fn flag(self, key: &str) -> Option<bool> {
        let wanted = format!("{}=", key.to_lowercase());
        let text = self.0.to_lowercase();
        let (_, rest) = text.split_once(&wanted)?;
        Some(rest.trim_start().starts_with("true"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIDGE: Notes<'static> = Notes(
        "tier=A; primary=tokens_per_s_per_gpu; preset v0.5.0:X_V2 (moe_a2a_overlap=False; \
         moe_flex_dispatcher_backend=hybridep; cuda_graph_impl=full_iteration); MLA",
    );

    #[test]
    fn tiers_values_and_flags_are_found() {
        assert_eq!(BRIDGE.tier(), Some(Tier::A));
        assert_eq!(Notes("tier=B (missing heads); primary=mfu").tier(), Some(Tier::B));
        assert_eq!(BRIDGE.value("primary"), Some("tokens_per_s_per_gpu"));
        assert_eq!(BRIDGE.value("moe_a2a_overlap"), Some("False"));
        assert_eq!(BRIDGE.value("moe_flex_dispatcher_backend"), Some("hybridep"));
        assert_eq!(BRIDGE.value("cuda_graph_impl"), Some("full_iteration"));
        assert_eq!(BRIDGE.value("ETP"), None);
        assert_eq!(BRIDGE.flag("moe_a2a_overlap"), Some(false));
        assert_eq!(Notes("TP_COMM_OVERLAP=False in the FP8 config").flag("TP_COMM_OVERLAP"), Some(false));
        assert_eq!(BRIDGE.flag("TP_COMM_OVERLAP"), None);
        assert!(BRIDGE.say("mla"));
    }

    #[test]
    fn what_a_run_changed_stands_before_the_warning() {
        let changed =
            Notes("tier=A; changes the algorithm (LAMB); do not use without modelling them; Table 2");
        assert_eq!(changed.changes(), Some("changes the algorithm (LAMB)"));
        assert_eq!(BRIDGE.changes(), None);
    }
}
