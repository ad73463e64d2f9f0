//! The keys of `[claim]`, `[[claim.evidence]]` and `[claim.flip]`.

use super::claimed::Verdict;
use super::key::{Form, Key, KeyTable};
use super::limits::MOST_CHIPS;

/// The keys of `[claim]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[claim]",
    &[
        Key::optional(
            "statement",
            Form::Text,
            "The claim in one sentence; required without `part_of`",
            "\"Optical domains train faster than copper ones of the same price.\"",
        ),
        Key::optional(
            "source",
            Form::Text,
            "Where the claim is made; required without `part_of`",
            "\"press, 2025\"",
        ),
        Key::optional(
            "confirmed_by",
            Form::Text,
            "What would confirm it; required without `part_of`",
            "\"More tokens per second for every dollar.\"",
        ),
        Key::optional(
            "refuted_by",
            Form::Text,
            "What would refute it; required without `part_of`",
            "\"Fewer tokens per second for every dollar.\"",
        ),
        Key::optional(
            "explanation",
            Form::Text,
            "Why it comes out as it does, without numbers",
            "\"The links of a chip do not get more by reaching further.\"",
        ),
        Key::optional(
            "missing",
            Form::List(&Form::Text),
            "What cannot be judged here",
            "[\"the quality of the model\"]",
        ),
        Key::optional(
            "part_of",
            Form::Text,
            "The claim that this scenario has more evidence for, in place of a text of its own",
            "\"light-beats-copper\"",
        ),
        Key::optional("flip", Form::Table(|| &FLIP), "What turns the verdict", ""),
        Key::optional("evidence", Form::Tables(|| &EVIDENCE), "What is looked at", ""),
    ],
);

/// The keys of `[claim.flip]`.
pub(super) const FLIP: KeyTable = KeyTable::new(
    "[claim.flip]",
    &[
        Key::required(
            "set",
            Form::List(&Form::Text),
            "The settings, as `--set` takes them",
            "[\"systems[0].chip.peak_bf16=\\\"1000 TFLOP/s\\\"\"]",
        ),
        Key::required("verdict", Form::OneOf(&Verdict::NAMES), "The verdict with them", "\"holds\""),
        Key::optional(
            "because",
            Form::Text,
            "The world that they describe",
            "\"copper with a third of its peak\"",
        ),
    ],
);

/// The keys of `[[claim.evidence]]`.
pub(super) const EVIDENCE: KeyTable = KeyTable::new(
    "[[claim.evidence]]",
    &[
        Key::required("name", Form::Text, "What the figure is", "\"tokens/s per dollar, light over copper\""),
        Key::optional(
            "metric",
            Form::Text,
            "A result, by its path, or one that follows from results",
            "\"tokens_per_second_per_usd\"",
        ),
        Key::optional(
            "fact",
            Form::Text,
            "In place of a metric: a value of the system as it is set, or `derived.` and the name of one that follows",
            "\"chip.peak_bf16\"",
        ),
        Key::optional(
            "catalog",
            Form::Text,
            "In place of a metric: a value of the catalog, as part, entry and key",
            "\"media.dsp.reach\"",
        ),
        Key::optional("system", Form::Text, "The system that is meant", "\"CM384 optical\""),
        Key::optional("chips", Form::Whole(1, MOST_CHIPS), "The number of chips that is meant", "1152"),
        Key::optional(
            "point",
            Form::FreeTable,
            "A table of swept keys and their values, of the point that is meant",
            "{ \"workload.micro_batch\" = 2 }",
        ),
        Key::optional(
            "over",
            Form::Table(|| &OVER),
            "What it is divided by: the same figure of another point or system, or a value of the catalog",
            "",
        ),
        Key::optional("times", POSITIVE, "By what it is multiplied", "1000").or("1"),
        Key::optional(
            "unit",
            Form::Text,
            "The unit, where it is another one than that of the figure",
            "\"towns\"",
        )
        .or_else("the figure's"),
        Key::optional("min", ANY_NUMBER, "The least value that speaks for the claim", "1"),
        Key::optional("max", ANY_NUMBER, "The greatest value that speaks for the claim", "2"),
        Key::optional(
            "when",
            Form::Text,
            "The circumstance that it is about, for the words of a verdict",
            "\"per dollar\"",
        )
        .or_else("`name`"),
    ],
);

/// The keys of `over`.
pub(super) const OVER: KeyTable = KeyTable::new(
    "claim.evidence.over",
    &[
        Key::optional("system", Form::Text, "The other system", "\"NVL72 copper\"").or_else("the same"),
        Key::optional("chips", Form::Whole(1, MOST_CHIPS), "The other number of chips", "72")
            .or_else("that of the figure, where no system is named"),
        Key::optional("point", Form::FreeTable, "Other swept values", "{ \"workload.micro_batch\" = 1 }")
            .or_else("those of the figure"),
        Key::optional(
            "paired",
            Form::Boolean,
            "Whether the ends of both figures go together, because the same sources decide them",
            "true",
        )
        .or("false"),
        Key::optional(
            "catalog",
            Form::Text,
            "Beside `catalog`: another value of it",
            "\"media.copper.reach\"",
        ),
    ],
);

const ANY_NUMBER: Form = Form::Number(f64::MIN, f64::MAX, "a finite number");

const POSITIVE: Form = Form::Number(f64::MIN_POSITIVE, f64::MAX, "greater than 0");
