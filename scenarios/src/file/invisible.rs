//! Characters that would not be shown as they are: control characters, and those that turn text around.
//!
//! Names go to terminals, pages and folders, so no key and no text of a scenario may hold them.

use super::document::{Node, Place, Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;

/// Refuses them in all keys and texts of a document.
pub(super) fn refuse(document: &Table, findings: &Findings) {
    for entry in &document.entries {
        let is_hidden = |c: &char| is_invisible(*c) || c.is_control();
        if let Some(hidden) = entry.key.chars().find(is_hidden) {
            let visible: String = entry.key.chars().filter(|c| !is_hidden(c)).collect();
            note(findings, entry.place, format!("the key `{visible}`"), hidden);
        }
        refuse_in(&entry.key, &entry.node, findings);
    }
}

fn refuse_in(key: &str, node: &Node, findings: &Findings) {
    match &node.value {
        Value::Text(text) => {
            if let Some(hidden) = text.chars().find(|c| is_invisible(*c)) {
                note(findings, node.place, format!("the text of `{key}`"), hidden);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| refuse_in(key, element, findings)),
        Value::Table(table) => refuse(table, findings),
        _ => {}
    }
}

fn note(findings: &Findings, place: Place, what: String, hidden: char) {
    findings.error(Some(place), ScenarioError::InvisibleCharacter { what, code: hidden.into() });
}

/// Line breaks and tabs are layout, and may stand in a text.
fn is_invisible(c: char) -> bool {
    let turns_around =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns_around || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}
