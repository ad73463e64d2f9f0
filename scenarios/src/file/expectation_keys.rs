//! The keys of `[[expect]]`.

use super::key::{Form, Key, KeyTable};
use super::limits::MOST_CHIPS;

/// The keys of `[[expect]]`: which points are meant, and what must hold of them.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[[expect]]",
    &[
        Key::optional("system", Form::Text, "The system that it holds for", "\"NVL72 copper\"")
            .or_else("all"),
        Key::optional("chips", Form::Whole(1, MOST_CHIPS), "The number of chips that it holds for", "1152")
            .or_else("all"),
        Key::optional(
            "point",
            Form::FreeTable,
            "A table of swept keys and the values of the points that it holds for",
            "{ \"workload.micro_batch\" = 2 }",
        )
        .or_else("all points"),
        Key::optional(
            "metric",
            Form::Text,
            "The result that must hold, by its path in the results; required without `fits`",
            "\"mfu\"",
        ),
        Key::optional("min", ANY_NUMBER, "The least allowed value", "0.30"),
        Key::optional("max", ANY_NUMBER, "The greatest allowed value", "0.50"),
        Key::optional("equals", ANY_NUMBER, "The value that it must have", "0.41"),
        Key::optional(
            "tolerance",
            Form::Either(&[ANY_NUMBER, Form::Pattern(r"^\s*[0-9.eE+-]+\s*%?\s*$", "a text such as \"2 %\"")]),
            "Beside `equals`: how far the value may be off, as a share of it",
            "0.02",
        ),
        Key::optional(
            "absolute_tolerance",
            ANY_NUMBER,
            "Beside `equals`: how far the value may be off, in its unit",
            "0.001",
        ),
        Key::optional("above", Form::Text, "Another system, whose value must be lower", "\"CM384 optical\""),
        Key::optional("below", Form::Text, "Another system, whose value must be higher", "\"CM384 optical\""),
        Key::optional("by", ANY_NUMBER, "Beside `above` and `below`: by which factor at least", "1.2")
            .or_else("1"),
        Key::optional("fits", Form::Boolean, "Whether the points must fit in memory, or must not", "true"),
        Key::optional(
            "message",
            Form::Text,
            "Why it is asked for, shown where it does not hold",
            "\"the slide says so\"",
        ),
        Key::optional("reason", Form::Text, "The same, by another name", "\"the slide says so\""),
    ],
);

const ANY_NUMBER: Form = Form::Number(f64::MIN, f64::MAX, "a finite number");
