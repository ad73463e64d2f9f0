//! Every pair whose runs are in the tables, and how many agree by kind.

use super::effect::{effect, verdict};
use super::list::{Pair, Quantity, pairs};
use super::plans;
use crate::report::{PairCount, PairEffect, PairReport, TrainingFigures, ValidationRow, Verdict};
use crate::validate::training::Published;
use crate::validate::{Table, TableKind};
use std::collections::BTreeMap;

/// A published run with what the model says of it.
struct Run<'a> {
    published: &'a Published,
    row: &'a ValidationRow,
}

/// The pairs of which both runs are in the tables; `None` without any. `rows` are those of all tables, in order.
pub(in crate::validate) fn compare(tables: &[Table], rows: &[ValidationRow]) -> Option<PairReport> {
    let published = tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let mut runs: BTreeMap<&str, Run<'_>> = BTreeMap::new();
    for ((table, own), row) in published.zip(rows) {
        let Some(Ok(published)) = own.training.as_ref().filter(|_| table.kind == TableKind::Training) else {
            continue;
        };
        runs.entry(&published.id).or_insert(Run { published, row });
    }
    let of_pair = |pair: &Pair| {
        let (baseline, variant) = (runs.get(pair.baseline.as_str())?, runs.get(pair.variant.as_str())?);
        Some(compared(pair, baseline, variant))
    };
    let effects: Vec<PairEffect> = pairs().iter().filter_map(of_pair).collect();
    (!effects.is_empty()).then(|| report(effects))
}

fn compared(pair: &Pair, baseline: &Run<'_>, variant: &Run<'_>) -> PairEffect {
    let found = found(pair, baseline, variant);
    let reason = found.as_ref().err().cloned();
    let verdict = found.as_ref().map_or(Verdict::NotRun, |found| found.verdict);
    PairEffect {
        effect: pair.effect.clone(),
        kind: pair.kind.clone(),
        quantity: pair.quantity.name(),
        baseline: pair.baseline.clone(),
        variant: pair.variant.clone(),
        comment: pair.comment.clone(),
        measured: found.as_ref().ok().map(|found| found.measured),
        modelled: found.as_ref().ok().map(|found| found.modelled),
        modelled_range: found.as_ref().ok().and_then(|found| found.range),
        ratio: found
            .as_ref()
            .ok()
            .map(|found| found.modelled / found.measured)
            .filter(|ratio| ratio.is_finite()),
        verdict,
        miss: (verdict.is_missed() && !pair.miss.is_empty()).then(|| pair.miss.clone()),
        reason,
    }
}

/// An effect that both runs show.
struct Found {
    measured: f64,
    modelled: f64,
    range: Option<[f64; 2]>,
    verdict: Verdict,
}

fn found(pair: &Pair, baseline: &Run<'_>, variant: &Run<'_>) -> Result<Found, String> {
    let (first, second) = (figures(baseline)?, figures(variant)?);
    let scale = match pair.quantity {
        Quantity::StepTime => 1.0,
        Quantity::TokensPerSecondPerChip => chips_per_token(variant)? / chips_per_token(baseline)?,
    };
    let measured = effect(second.measured_step_time_s * scale, first.measured_step_time_s);
    let modelled = plans::modelled(second, first, scale);
    let range = modelled.is_open().then(|| modelled.ends());
    Ok(Found { measured, modelled: modelled.middle(), range, verdict: verdict(measured, modelled) })
}

fn figures<'a>(run: &Run<'a>) -> Result<&'a TrainingFigures, String> {
    let why = || {
        let reason = run.row.reason.as_deref().unwrap_or("it was not simulated");
        format!("{}: {reason}", run.published.id)
    };
    run.row.training.as_ref().ok_or_else(why)
}

/// Chips over the tokens of a step: times the step time, what a chip takes for a token.
fn chips_per_token(run: &Run<'_>) -> Result<f64, String> {
    let Published { id, chips, sequence, degrees, .. } = run.published;
    let missing = |column: &str| format!("{id}: {column} is blank, so there are no tokens to count");
    let chips = chips.ok_or_else(|| missing("n_chips"))?;
    let sequence = sequence.ok_or_else(|| missing("seq"))?;
    let batch = degrees.global_batch.ok_or_else(|| missing("global_batch"))?;
    Ok(chips as f64 / (batch as f64 * sequence as f64))
}

fn report(effects: Vec<PairEffect>) -> PairReport {
    let mut kinds: Vec<PairCount> = Vec::new();
    for effect in &effects {
        let known = kinds.iter().position(|count| count.kind == effect.kind);
        let place = known.unwrap_or_else(|| {
            kinds.push(PairCount::of_kind(&effect.kind));
            kinds.len() - 1
        });
        kinds[place].add(effect.verdict);
    }
    let mut all = PairCount::of_kind("all");
    effects.iter().for_each(|effect| all.add(effect.verdict));
    PairReport { all, kinds, effects }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;
    use crate::validate::read_table;

    const HEADER: &str = "id,preset,n_chips,seq,global_batch,step_time_s,notes\n";

    /// Two runs of a pair, and the model's step times of both.
    fn evaluated(ids: [&str; 2], chips: [u64; 2], measured: [f64; 2], modelled: [f64; 2]) -> PairEffect {
        let line = |place: usize| {
            format!(
                "{},hgx-h100,{},2048,2048,{},tier=A; primary=step_time_s\n",
                ids[place], chips[place], measured[place]
            )
        };
        let text = format!("{HEADER}{}{}", line(0), line(1));
        let table = read_table("t.csv", "t.csv", TableKind::Training, &text).expect("the header is good");
        let row = |place: usize| {
            let mut figures = example::training_figures("dense-A", modelled[place]);
            figures.measured_step_time_s = measured[place];
            let [row, ..] = example::training(&[("x", figures)]);
            row
        };
        let report = compare(&[table], &[row(0), row(1)]).expect("the pair is in the list");
        assert_eq!((report.all.pairs, report.kinds.len()), (1, 1));
        report.effects.into_iter().next().expect("there is an effect")
    }

    #[test]
    fn step_times_are_compared_as_they_are() {
        let ids = ["KOR22-22B-8-full", "KOR22-22B-8-selective"];
        let pair = evaluated(ids, [8, 8], [1.42, 1.1], [1.4, 1.1]);
        assert_eq!(pair.measured, Some((1.1_f64 / 1.42).ln()));
        assert_eq!(pair.modelled, Some((1.1_f64 / 1.4).ln()));
        assert_eq!((pair.verdict, pair.miss), (Verdict::Within, None));
    }

    #[test]
    fn rates_of_tokens_count_chips_and_misses_are_explained() {
        let ids = ["MLPERF-v4.1-GPT3-175B-H100-1536-Oracle", "MLPERF-v4.1-GPT3-175B-H100-3072-Oracle"];
        // Twice the chips take half the time in the model, and more than that as measured.
        let pair = evaluated(ids, [1536, 3072], [5.0, 3.0], [5.0, 2.5]);
        let near =
            |value: Option<f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 1e-12);
        assert!(near(pair.measured, 1.2_f64.ln()) && near(pair.modelled, 0.0), "{pair:?}");
        assert_eq!(pair.verdict, Verdict::Outside);
        assert!(pair.miss.is_some_and(|sentence| sentence.contains("RoCE")));
    }

    #[test]
    fn tables_without_pairs_have_no_report() {
        assert_eq!(compare(&[], &[]), None);
    }
}
