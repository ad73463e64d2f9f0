//! The tables of a scenario file.

use super::key::{Form, Key, KeyTable};
use super::{claim_keys, collective, expectation_keys, header, report, sweep, systems, traffic, training};

/// The top of a scenario.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "",
    &[
        Key::required(
            "scenario",
            Form::Table(|| &header::KEYS),
            "Name, question, level of detail and seed",
            "",
        ),
        Key::required("systems", Form::Tables(|| &systems::KEYS), "The machines that are compared", ""),
        Key::required(
            "workload",
            Form::Kinds(&[|| &training::KEYS, || &collective::KEYS, || &traffic::KEYS]),
            "What runs on every machine",
            "",
        ),
        Key::optional("sweep", Form::Tables(|| &sweep::KEYS), "Keys that take several values", ""),
        Key::optional(
            "expect",
            Form::Tables(|| &expectation_keys::KEYS),
            "What results must keep, read by `check`",
            "",
        ),
        Key::optional(
            "claim",
            Form::Table(|| &claim_keys::KEYS),
            "A claim, and what results say about it, read by `claims` only",
            "",
        ),
        Key::optional("report", Form::Table(|| &report::KEYS), "What is drawn", ""),
    ],
);
