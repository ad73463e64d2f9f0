//! Judged claims as tables of text.

use super::report::ClaimReport;
use crate::report::{Column, Sheet};

/// A row for each claim: the verdict on it.
pub fn claim_verdicts(claims: &[ClaimReport]) -> Sheet {
    let columns = [Column::text("claim"), Column::text("verdict"), Column::text("in a sentence")];
    let mut sheet = Sheet::new("", columns.into());
    for claim in claims {
        sheet.push(vec![claim.id.clone(), claim.verdict.name().to_owned(), claim.claim.clone()]);
    }
    sheet
}

/// A row for each piece of evidence of one claim.
pub fn claim_details(claim: &ClaimReport) -> Sheet {
    let columns = [
        Column::text("evidence"),
        Column::number("figure", ""),
        Column::text("wanted"),
        Column::text("holds"),
    ];
    let mut sheet = Sheet::new("", columns.into());
    for piece in &claim.evidence {
        let range = piece.range().map_or_else(String::new, |range| format!(" ({range})"));
        let figure = format!("{}{range}", piece.figure());
        sheet.push(vec![piece.name.clone(), figure, piece.condition(), piece.standing.word().to_owned()]);
    }
    sheet
}

/// A row for each piece of evidence of each claim, for machines.
pub fn claim_rows(claims: &[ClaimReport]) -> Sheet {
    const HEADS: [&str; 13] = [
        "id", "verdict", "name", "metric", "value", "unit", "low", "high", "min", "max", "standing",
        "scenario", "digest",
    ];
    let mut sheet = Sheet::new("", HEADS.map(Column::text).into());
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    for claim in claims {
        for piece in &claim.evidence {
            sheet.push(vec![
                claim.id.clone(),
                claim.verdict.name().to_owned(),
                piece.name.clone(),
                piece.metric.clone(),
                number(piece.value),
                piece.unit.clone(),
                number(piece.low),
                number(piece.high),
                number(piece.min),
                number(piece.max),
                piece.standing.name().to_owned(),
                piece.scenario.clone(),
                piece.digest.clone().unwrap_or_default(),
            ]);
        }
    }
    sheet
}
