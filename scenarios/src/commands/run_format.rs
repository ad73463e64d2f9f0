//! The formats of results on standard output, for the commands that end in the results of scenarios.

use super::output::Output;
use crate::report::{Listing, ScenarioReport, csv, json, jsonl, markdown, table};
use clap::ValueEnum;
use std::io;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RunFormat {
    /// Aligned columns for people.
    Table,
    /// One JSON document.
    Json,
    /// One row of JSON in a line for each point.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Tables for a page.
    Markdown,
}

impl RunFormat {
    /// Writes the formats of which every scenario has its own.
    pub(super) fn write_one(self, report: &ScenarioReport, output: &mut Output<'_>) -> io::Result<()> {
        match self {
            Self::Table => table::write_report(output.data, report, output.page),
            Self::Markdown => markdown::write_report(output.data, report),
            Self::Csv | Self::Json | Self::Jsonl => Ok(()),
        }?;
        output.data.flush()
    }

    /// Writes the formats that are one document for all scenarios; where `several` were asked for, each is named.
    pub(super) fn write_together(
        self,
        several: Several,
        all: &[Listing<'_>],
        output: &mut Output<'_>,
    ) -> io::Result<()> {
        let out = &mut *output.data;
        match (self, all, several) {
            (_, [], _) | (Self::Table | Self::Markdown, ..) => Ok(()),
            (Self::Json, &[one], Several::No) => json::write_results(out, one),
            (Self::Json, all, _) => json::write_several(out, all),
            (Self::Jsonl, &[one], Several::No) => jsonl::write_results(out, one),
            (Self::Jsonl, all, _) => jsonl::write_several(out, all),
            (Self::Csv, &[one], Several::No) => csv::write_results(out, one),
            (Self::Csv, all, _) => csv::write_several(out, all),
        }
    }
}

/// Whether several scenarios were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    /// One scenario, whose results stand alone.
    No,
    /// Several, whose results are told apart.
    Yes,
}
