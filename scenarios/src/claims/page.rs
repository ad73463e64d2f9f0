//! Judged claims as a page of the book.

use super::report::{ClaimEvidence, ClaimReport};
use super::table::{claim_details, claim_verdicts};
use crate::file::{ClaimStatement, Flip};
use crate::report::{Sheet, markdown};
use std::collections::BTreeSet;

const HEAD: &str = "# Claims, judged

<!-- Written by `copperlight claims --format markdown`; edit the files under scenarios/library/claims/ instead. -->

What was said in the press and on stages about copper, light and chips, and what the simulator finds. Each claim is a
scenario that `copperlight run NAME` runs as any other; a verdict follows from its evidence by rule and from nothing
else:

- `holds`: every condition holds, at every end of what sources allow
- `does-not-hold`: no condition holds, at any end
- `holds-when`: some hold, or hold at one end of what sources allow only; the text says which
- `cannot-be-judged`: no figure that a condition is about could be had

In the tables `wanted` is what speaks for the claim. `mostly` and `hardly` are figures that speak for it or against it,
and not at every end of what sources allow, which stands in brackets behind the figure.

`copperlight claims` judges all of them again, `copperlight claims NAME --set PATH=VALUE` in a world with another value.
";

/// The page.
pub fn page(claims: &[ClaimReport]) -> String {
    let sections: Vec<String> = claims.iter().map(section).collect();
    format!("{HEAD}\n{}\n{}", table(&linked(claims)), sections.join("\n"))
}

/// The overview, with links to the sections.
fn linked(claims: &[ClaimReport]) -> Sheet {
    let mut sheet = claim_verdicts(claims);
    sheet.columns.truncate(2);
    sheet.rows.iter_mut().for_each(|row| row.truncate(2));
    sheet
}

fn table(sheet: &Sheet) -> String {
    let mut text = Vec::new();
    markdown::write_sheet(&mut text, sheet).expect("memory takes every line");
    String::from_utf8(text).expect("tables are text")
}

fn section(claim: &ClaimReport) -> String {
    let mut lines = vec![format!("## {}\n", claim.id), format!("> {}\n", claim.claim)];
    lines.push(format!("**Verdict: `{}`.**{}\n", claim.verdict.name(), circumstances(claim)));
    if let Some(explanation) = claim.text.as_ref().and_then(|text| text.explanation.as_ref()) {
        lines.push(format!("{explanation}\n"));
    }
    lines.push(table(&claim_details(claim)));
    lines.extend(claim.text.as_ref().map(|text| said(claim, text)));
    lines.join("\n")
}

/// Under which circumstances the claim holds and does not.
fn circumstances(claim: &ClaimReport) -> String {
    let list = |start: &str, when: &[String]| match when {
        [] => String::new(),
        when => format!(" {start}: {}.", when.join("; ")),
    };
    format!("{}{}", list("It holds", &claim.holds_when), list("It does not", &claim.fails_when))
}

/// How it is judged, what would turn the verdict, what is not known, and where all of it comes from.
fn said(claim: &ClaimReport, text: &ClaimStatement) -> String {
    let mut lines = vec![
        format!("- **Made in:** {}.", bare(&text.source)),
        format!("- **Confirmed by:** {}.", bare(&text.confirmed_by)),
        format!("- **Refuted by:** {}.", bare(&text.refuted_by)),
    ];
    lines.extend(text.flip.as_ref().map(|flip| turned(claim, flip)));
    if !claim.missing.is_empty() {
        let missing: Vec<&str> = claim.missing.iter().map(|one| bare(one)).collect();
        lines.push(format!("- **Not judged here:** {}.", missing.join("; ")));
    }
    let digests: BTreeSet<String> = claim.evidence.iter().filter_map(digest).collect();
    if !digests.is_empty() {
        lines.push(format!("- **Digests:** {}.", Vec::from_iter(digests).join(", ")));
    }
    let sources: BTreeSet<&str> = claim.evidence.iter().filter_map(|piece| piece.source.as_deref()).collect();
    if !sources.is_empty() {
        lines.push(format!("- **Figures of the catalog:** {}.", Vec::from_iter(sources).join("; ")));
    }
    lines.join("\n") + "\n"
}

fn turned(claim: &ClaimReport, flip: &Flip) -> String {
    let settings: Vec<String> = flip.set.iter().map(|setting| format!("--set '{setting}'")).collect();
    let because = flip.because.as_ref().map_or_else(String::new, |because| format!(" ({})", bare(because)));
    format!(
        "- **What would change it:** `copperlight claims {} {}` says `{}`{because}.",
        claim.id,
        settings.join(" "),
        flip.verdict.name()
    )
}

fn digest(piece: &ClaimEvidence) -> Option<String> {
    piece.digest.as_ref().map(|digest| format!("`{}` {digest}", piece.scenario))
}

/// A sentence without its full stop.
fn bare(text: &str) -> &str {
    text.trim_end_matches('.')
}
