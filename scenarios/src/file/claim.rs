//! The table `[claim]`: what is claimed, what would turn the verdict, and what is looked at (`claim_evidence`).

use super::claim_evidence;
use super::claimed::{ClaimHead, ClaimStatement, ClaimTable, Flip, Verdict};
use super::error::ScenarioError;
use super::expectation_selector::Selectable;
use super::section::{Placed, Section};

/// The keys of a claim that is whole, which a part of one has not.
const OF_WHOLE: [&str; 7] =
    ["statement", "source", "confirmed_by", "refuted_by", "explanation", "missing", "flip"];

/// Reads `[claim]` where there is one. Points that are not there are errors while nothing is `set` in the scenario.
pub(super) fn read(document: &Section<'_>, scenario: &Selectable<'_>, set: bool) -> Option<ClaimTable> {
    let section = document.entry("claim").and_then(|_| document.section("claim"))?;
    let head = read_head(&section);
    let pieces = section.sections("evidence");
    if pieces.is_empty() && section.entry("evidence").is_none() {
        section.missing("evidence", "[[claim.evidence]] with name, metric and min");
    }
    let evidence: Vec<_> = pieces.iter().map(|piece| claim_evidence::read(piece, scenario, set)).collect();
    section.finish();
    let evidence = evidence.into_iter().collect::<Option<Vec<_>>>()?;
    Some(ClaimTable { head: head?, evidence })
}

fn read_head(section: &Section<'_>) -> Option<ClaimHead> {
    if let Some(part_of) = section.text("part_of") {
        for key in OF_WHOLE {
            let Some(entry) = section.entry(key) else { continue };
            let (key, context) = (key.to_owned(), "a part of another claim".to_owned());
            let remedy = "write it into the scenario of that claim".to_owned();
            section.error(Some(entry.place), ScenarioError::Inapplicable { key, context, remedy });
        }
        return Some(ClaimHead::PartOf(part_of.value.to_owned()));
    }
    let required = |key, example| {
        if section.entry(key).is_none() {
            section.missing(key, example);
        }
        section.text(key).map(|text| text.value.to_owned())
    };
    let statement = required("statement", "statement = \"Light beats copper.\"");
    let source = required("source", "source = \"press, 2025\"");
    let confirmed_by = required("confirmed_by", "confirmed_by = \"more tokens per second\"");
    let refuted_by = required("refuted_by", "refuted_by = \"fewer tokens per second\"");
    let owned = |text: Placed<&str>| text.value.to_owned();
    let missing = section.text_list("missing").unwrap_or_default().into_iter().map(owned).collect();
    let flip = section.section_if_there("flip").map(|flip| read_flip(&flip));
    Some(ClaimHead::Whole(Box::new(ClaimStatement {
        statement: statement?,
        source: source?,
        confirmed_by: confirmed_by?,
        refuted_by: refuted_by?,
        explanation: section.text("explanation").map(owned),
        missing,
        flip: match flip {
            Some(flip) => Some(flip?),
            None => None,
        },
    })))
}

fn read_flip(section: &Section<'_>) -> Option<Flip> {
    if section.entry("set").is_none() {
        section.missing("set", "set = [\"systems.chips=72\"]");
    }
    if section.entry("verdict").is_none() {
        section.missing("verdict", "verdict = \"does-not-hold\"");
    }
    let set = section.text_list("set");
    let verdict = section.text("verdict").and_then(|written| {
        let verdict = Verdict::named(written.value);
        if verdict.is_none() {
            let (name, remedy) =
                (written.value.to_owned(), format!("use one of: {}", Verdict::NAMES.join(", ")));
            section.error(written.place, ScenarioError::UnknownName { what: "verdict", name, remedy });
        }
        verdict
    });
    let because = section.text("because").map(|text| text.value.to_owned());
    section.finish();
    let set = set?.into_iter().map(|setting| setting.value.to_owned()).collect();
    Some(Flip { set, verdict: verdict?, because })
}
