//! Errors of scenario files as people see them: file, line, the underlined text, the remedy.

use crate::file::{LocatedError, ScenarioErrors, shown};
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// How many errors are drawn; a file with more has most of them for one reason.
const MOST_DRAWN: usize = 20;

/// Whether errors are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// As a terminal shows them.
    On,
    /// Plain text.
    Off,
}

/// Draws every error below each other.
pub fn render(errors: &ScenarioErrors, colour: Colour) -> String {
    let renderer = match colour {
        Colour::On => Renderer::styled(),
        Colour::Off => Renderer::plain(),
    };
    let drawn = errors.errors.iter().take(MOST_DRAWN);
    let mut blocks: Vec<String> = drawn.map(|error| render_one(errors, error, &renderer)).collect();
    if errors.errors.len() > MOST_DRAWN {
        blocks.push(format!("... and {} more errors", errors.errors.len() - MOST_DRAWN));
    }
    blocks.join("\n\n") + "\n"
}

fn render_one(errors: &ScenarioErrors, located: &LocatedError, renderer: &Renderer) -> String {
    let message = shown(&located.error.to_string());
    let source = &errors.sources[located.place.map_or(0, |place| place.source)];
    let place: Element<'_> = match located.place {
        Some(place) if is_long(&source.text, place.start) => {
            let (_, line) = errors.line_of(located);
            Origin::path(source.name.as_str()).line(line.unwrap_or(1)).into()
        }
        Some(place) => {
            let span = visible(&source.text, place.range());
            let annotation = AnnotationKind::Primary.span(span);
            Snippet::source(source.text.as_str()).path(source.name.as_str()).annotation(annotation).into()
        }
        None => Origin::path(source.name.as_str()).into(),
    };
    let mut group = Group::with_title(Level::ERROR.primary_title(message.as_str())).element(place);
    if let Some(remedy) = located.error.remedy() {
        group = group.element(Level::HELP.message(shown(&remedy)));
    }
    renderer.render(&[group])
}

/// The longest line that is worth drawing, in bytes.
const LONGEST_LINE: usize = 1000;

/// Whether the line around a byte is longer than anyone writes.
fn is_long(text: &str, position: usize) -> bool {
    let start = text[..position].rfind('\n').map_or(0, |end| end + 1);
    let end = text[position..].find('\n').map_or(text.len(), |length| position + length);
    end - start > LONGEST_LINE
}

/// The span cut to its first line, at least one character wide where there is one.
fn visible(text: &str, span: Range<usize>) -> Range<usize> {
    let rest = &text[span.start..];
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let wanted = span.len().min(line);
    let first = rest.chars().next().map_or(0, char::len_utf8);
    span.start..span.start + wanted.max(if line > 0 { first } else { 0 })
}
