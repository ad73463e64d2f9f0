//! Numbers of the prose: none that no block shows.

use super::page::Page;
use regex::Regex;
use std::collections::BTreeSet;

/// Holds that every number of two digits and more in the prose stands in a block of the page as well.
pub(super) fn check(page: &Page) {
    let shown = numbers(&page.shown);
    let unfounded: Vec<String> =
        numbers(&without_links(&page.prose)).into_iter().filter(|number| !shown.contains(number)).collect();
    assert!(unfounded.is_empty(), "no block shows these numbers of the prose: {unfounded:?}");
}

/// The numbers of a text, with commas left out of thousands.
fn numbers(text: &str) -> BTreeSet<String> {
    let pattern = r"([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?";
    let number = Regex::new(pattern).expect("the pattern is right");
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let found = number.find_iter(text).map(|found| found.as_str());
    found.filter(|found| digits(found) > 1).map(|found| found.replace(',', "")).collect()
}

/// A text without names of machines and models, in backticks or not, and without the targets of links.
fn without_links(text: &str) -> String {
    let names = Regex::new(r"`[^`]*`|\]\([^)]*\)|[A-Za-z][A-Za-z-]*[0-9]+[A-Za-z0-9]*")
        .expect("the pattern is right");
    names.replace_all(text, "").into_owned()
}
