//! The reference page of scenario files: prose from `page.txt`, and a table for every table of keys.

use super::key::{Fallback, Form, Key, KeyTable};
use super::root;
use std::fmt::Write;

/// The prose; `{{[header]}}` stands for the keys of the table with that header, `{{[workload] kind}}` for those of a
/// kind.
const PROSE: &str = include_str!("page.txt");

/// The page `docs/src/reference/scenario_file.md`.
pub fn reference_page() -> String {
    let mut page = String::new();
    for line in PROSE.lines() {
        match line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            Some(name) => page.push_str(&keys_of(name)),
            None => page.push_str(line),
        }
        page.push('\n');
    }
    page
}

fn keys_of(name: &str) -> String {
    let found = tables().into_iter().find(|(known, _)| known == name);
    let (_, described) =
        found.unwrap_or_else(|| panic!("the prose names `{name}`, which is a table of keys"));
    let mut text =
        String::from("| key | value | unless given | meaning | example |\n|---|---|---|---|---|\n");
    for key in described.available() {
        writeln!(text, "{}", row(key)).expect("a text takes every line");
    }
    for [first, second] in described.either {
        write!(text, "\nExactly one of `{first}` and `{second}` is written.\n")
            .expect("a text takes every line");
    }
    text.trim_end().to_owned()
}

/// Every table by its header, those of one kind of work with the kind.
fn tables() -> Vec<(String, &'static KeyTable)> {
    let mut tables = vec![(String::new(), &root::KEYS)];
    for key in root::KEYS.keys {
        collect(&key.form, &mut tables);
    }
    tables
}

fn collect(form: &Form, tables: &mut Vec<(String, &'static KeyTable)>) {
    let below: Vec<&'static KeyTable> = match form {
        Form::Table(keys) | Form::Tables(keys) => vec![keys()],
        Form::Kinds(kinds) => kinds.iter().map(|keys| keys()).collect(),
        Form::Either(forms) => return forms.iter().for_each(|form| collect(form, tables)),
        _ => return,
    };
    for described in below {
        let kind = described.key("kind").map(|key| format!(" {}", key.example.trim_matches('"')));
        tables.push((format!("{}{}", described.header, kind.unwrap_or_default()), described));
        described.keys.iter().for_each(|key| collect(&key.form, tables));
    }
}

fn row(key: &Key) -> String {
    let example = if key.example.is_empty() { String::new() } else { format!("`{}`", key.example) };
    let cells = [format!("`{}`", key.name), value(&key.form), fallback(key), key.meaning.to_owned(), example];
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |", cells.join(" | "))
}

fn fallback(key: &Key) -> String {
    match key.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::Nothing => String::new(),
        Fallback::Value(text) => format!("`{text}`"),
        Fallback::Words(words) => words.to_owned(),
    }
}

/// How many names are worth listing in a cell.
const MOST_NAMES: usize = 20;

/// The form of a value in words.
fn value(form: &Form) -> String {
    match form {
        Form::Text => "a text".to_owned(),
        Form::Boolean => "`true` or `false`".to_owned(),
        Form::Whole(0, i64::MAX) => "a whole number from 0".to_owned(),
        Form::Whole(least, i64::MAX) => format!("a whole number from {least}"),
        Form::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Form::WholeUpTo(least, _, words) => format!("a whole number from {least} to {words}"),
        Form::Number(_, _, words) if words.contains("number") => (*words).to_owned(),
        Form::Number(_, _, words) => format!("a number {words}"),
        Form::Quantity(dimension, words) => format!("{} with its unit, {words}", article(dimension.name())),
        Form::Pattern(_, words) => (*words).to_owned(),
        Form::OneOf(_) | Form::Name(_) => names(&form.names().unwrap_or_default()),
        Form::List(element) => format!("a list of: {}", value(element)),
        Form::Table(keys) => format!("a table, `{}`", keys().header),
        Form::Tables(keys) => format!("tables, each headed `{}`", keys().header),
        Form::Kinds(_) => "a table".to_owned(),
        Form::Either(forms) => forms.iter().map(value).collect::<Vec<_>>().join("; or "),
        Form::Any => "any value that the key takes".to_owned(),
        Form::FreeTable => "a table".to_owned(),
        Form::Later(_) | Form::Elsewhere(_) => String::new(),
    }
}

fn article(name: &str) -> String {
    format!("a {name}")
}

fn names(names: &[&str]) -> String {
    if names.len() > MOST_NAMES {
        return format!("one of {} names, such as `\"{}\"`", names.len(), names[0]);
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`\"{name}\"`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept_file;

    #[test]
    fn the_page_in_the_book_is_what_the_program_writes() {
        kept_file::hold("../docs/src/reference/scenario_file.md", reference_page().as_bytes());
    }

    #[test]
    fn every_table_has_its_place_on_the_page() {
        for (name, described) in tables() {
            assert!(PROSE.contains(&format!("{{{{{name}}}}}")), "`{name}` is not on the page");
            for key in described.available() {
                let said = !key.meaning.is_empty() && !key.meaning.ends_with('.');
                assert!(said, "`{}` in {name} has a meaning, without a full stop", key.name);
            }
        }
    }
}
