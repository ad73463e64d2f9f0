//! What a browser may run and load: the scripts and styles of the page, by their hashes, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The policy of a page with this script, these styles and these figures, whose own styles are allowed too.
pub(super) fn policy<'a>(script: &str, style: &'a str, figures: impl Iterator<Item = &'a str>) -> String {
    let styles: BTreeSet<String> = figures.flat_map(styles_in).chain([style]).map(source).collect();
    let styles: Vec<String> = styles.into_iter().collect();
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        source(script),
        styles.join(" ")
    )
}

/// A text as the policy names it.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// What stands in the style elements of a figure.
fn styles_in(svg: &str) -> impl Iterator<Item = &str> {
    svg.split("<style").skip(1).filter_map(|rest| {
        let (_, content) = rest.split_once('>')?;
        content.split_once("</style>").map(|(style, _)| style)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_that_browsers_compute() {
        // Of the text `alert('Hello, world.');`, as in Content Security Policy Level 3, section 1.1.
        let hash = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        let policy = policy("alert('Hello, world.');", "", std::iter::empty());
        assert!(policy.contains(&format!("script-src {hash};")), "{policy}");
    }

    #[test]
    fn styles_of_figures_are_allowed_once() {
        let svg = "<svg><style type=\"text/css\">a{}</style><style>b{}</style></svg>";
        let policy = policy("", "p{}", [svg, svg].into_iter());
        for style in ["a{}", "b{}", "p{}"] {
            assert_eq!(policy.matches(&source(style)).count(), 1, "{policy}");
        }
    }
}
