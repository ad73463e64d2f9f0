//! A tutorial, read: what is saved, run, reckoned and drawn, in the order of the page.

use super::folder;
use std::fs;

/// A line of a transcript that stands for any number of lines.
const ELIDED: &str = "...";

/// A page of the book and what it asks of its reader.
pub(crate) struct Page {
    /// The page as it stands in the book.
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
    /// What stands in blocks, and what does not.
    pub(crate) shown: String,
    pub(crate) prose: String,
    /// The pictures that the page's own commands make, by their path from the page.
    pub(crate) pictures: Vec<String>,
}

/// What a block asks for.
pub(crate) enum Block {
    /// A file to save.
    File { name: String, text: String },
    /// Commands to run.
    Console(Vec<Command>),
    /// Lines of arithmetic.
    Arithmetic(Vec<String>),
}

/// A command of a transcript.
pub(crate) struct Command {
    /// As it stands on the page, over one or more lines.
    pub(crate) source: String,
    /// What is run.
    pub(crate) line: String,
    /// What the page shows behind it.
    pub(crate) output: Vec<String>,
}

impl Page {
    /// Reads the tutorial of this name.
    pub(crate) fn read(name: &str) -> Self {
        let path = folder().join(format!("{name}.md"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut page = Self {
            blocks: Vec::new(),
            shown: String::new(),
            prose: String::new(),
            pictures: Vec::new(),
            text,
        };
        let text = page.text.clone();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(kind) = line.strip_prefix("```") {
                let content: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                page.take_block(kind, &content);
            } else {
                page.take_prose(line);
            }
        }
        page
    }

    fn take_block(&mut self, kind: &str, lines: &[&str]) {
        self.shown.push_str(&lines.join("\n"));
        self.shown.push('\n');
        match kind {
            "console" => self.blocks.push(Block::Console(commands(lines))),
            "arithmetic" => {
                self.blocks.push(Block::Arithmetic(lines.iter().map(|&line| line.into()).collect()));
            }
            "toml" => {
                let name = lines.first().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
                assert!(name.ends_with(".toml"), "the first line of a file names it: {lines:?}");
                self.blocks.push(Block::File { name: name.into(), text: lines.join("\n") + "\n" });
            }
            "text" => {}
            _ => panic!("nothing is known of blocks of `{kind}` in tutorials"),
        }
    }

    fn take_prose(&mut self, line: &str) {
        self.prose.push_str(line);
        self.prose.push('\n');
        if let Some((_, target)) = line.strip_prefix("![").and_then(|image| image.split_once("](")) {
            let path = target.strip_suffix(')').expect("a picture stands on a line of its own");
            if !path.starts_with("../") {
                self.pictures.push(path.to_owned());
            }
        }
    }
}

/// The commands of a transcript, each with what follows it.
fn commands(lines: &[&str]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for &line in lines {
        let last = commands.last_mut();
        if let Some(typed) = line.strip_prefix("$ ") {
            commands.push(Command { source: line.into(), line: typed.into(), output: Vec::new() });
        } else if let Some(unfinished) = last.filter(|command| command.line.ends_with('\\')) {
            unfinished.source.push_str(&format!("\n{line}"));
            unfinished.line.truncate(unfinished.line.len() - 1);
            unfinished.line.push_str(line.trim_start());
        } else {
            let command = commands.last_mut().expect("a transcript begins with a command");
            command.output.push(line.to_owned());
        }
    }
    commands
}

/// Whether what was printed is what a page shows.
pub(crate) fn shows(output: &[String], printed: &[String]) -> bool {
    let mut parts = output.split(|line| line == ELIDED);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(found) = (0..=rest.len()).find(|&from| rest[from..].starts_with(part)) else { return false };
        rest = &rest[found + part.len()..];
    }
    true
}

/// What a page should show instead: its own selection of lines with the numbers of today, or else everything.
pub(crate) fn refreshed(output: &[String], printed: &[String]) -> Vec<String> {
    let mut rest = printed;
    let mut fresh = Vec::new();
    for line in output {
        if line == ELIDED {
            fresh.push(line.clone());
            continue;
        }
        let Some(found) = rest.iter().position(|candidate| shape(candidate) == shape(line)) else {
            return printed.to_vec();
        };
        fresh.push(rest[found].clone());
        rest = &rest[found + 1..];
    }
    if shows(&fresh, printed) { fresh } else { printed.to_vec() }
}

/// What is left of a line without its numbers and the width of its columns.
fn shape(line: &str) -> String {
    line.chars().filter(|letter| !letter.is_ascii_digit() && !" .,-+".contains(*letter)).collect()
}
