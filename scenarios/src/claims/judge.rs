//! Runs the scenarios of claims and puts together what they show.

use super::evidence::{Seen, look_up};
use super::report::ClaimReport;
use super::verdict::{Standing, verdict};
use crate::file::{
    ClaimHead, ClaimStatement, ClaimTable, Divisor, Evidence, Figure, PointSelector, Scenario,
};
use crate::report::{PointResult, ScenarioResults};
use crate::run::{ProgressEvent, RunError, RunOptions, Tell, in_pool, run_scenario};
use rayon::prelude::*;
use thiserror::Error;

/// A claim that is to be judged: the scenario that states it, and those that have further evidence.
#[derive(Debug, Clone)]
pub struct AskedClaim {
    /// The scenarios, the one with the statement first.
    pub scenarios: Vec<Scenario>,
}

/// Why claims cannot be judged.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// The scenario claims nothing.
    #[error("`{scenario}` states no claim; add a table [claim] with a statement and [[claim.evidence]]")]
    NoClaim {
        /// The scenario.
        scenario: String,
    },
    /// The scenario is a part of another claim.
    #[error("`{scenario}` is a part of the claim `{whole}`; judge that one")]
    Part {
        /// The scenario.
        scenario: String,
        /// The claim.
        whole: String,
    },
    /// A piece of evidence that means several points.
    #[error("`{evidence}` in the claim of `{scenario}`: {problem}")]
    Point {
        /// The scenario.
        scenario: String,
        /// The name of the piece.
        evidence: String,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// A scenario cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Judges claims side by side; they come in the order in which they were asked for.
///
/// # Errors
/// [`ClaimError`] for what is no claim, before anything runs, and for a scenario of which no point can be run.
pub fn judge_claims(
    claims: &[AskedClaim],
    threads: Option<usize>,
    tell: Tell<'_>,
) -> Result<Vec<ClaimReport>, ClaimError> {
    claims.iter().try_for_each(check)?;
    let scenarios: Vec<&Scenario> = claims.iter().flat_map(|claim| &claim.scenarios).collect();
    tell(ProgressEvent::Started { parts: scenarios.len() });
    // Scenarios stand side by side; what is left of the threads goes through the points of each.
    let run = |scenario: &&Scenario| {
        let each = rayon::current_num_threads().div_ceil(scenarios.len());
        let options = RunOptions { threads: Some(each), ..RunOptions::default() };
        let report = run_scenario(scenario, &options, &|_| ())?;
        tell(ProgressEvent::Finished { what: scenario.name.clone() });
        Ok(report.results)
    };
    let results: Result<Vec<ScenarioResults>, RunError> =
        in_pool(threads, || scenarios.par_iter().with_max_len(1).map(run).collect())?;
    let mut results = results?.into_iter();
    let judged = claims.iter().map(|claim| {
        let of_claim: Vec<ScenarioResults> = results.by_ref().take(claim.scenarios.len()).collect();
        judge(claim, &of_claim)
    });
    Ok(judged.collect())
}

/// The statement of a claim.
fn statement(claim: &AskedClaim) -> Option<&ClaimStatement> {
    claim.scenarios.first()?.claim.as_ref()?.statement()
}

/// Refuses what is no claim, and evidence that means several points.
pub(super) fn check(claim: &AskedClaim) -> Result<(), ClaimError> {
    let Some(first) = claim.scenarios.first() else { return Ok(()) };
    let scenario = first.name.clone();
    match &first.claim {
        None => return Err(ClaimError::NoClaim { scenario }),
        Some(ClaimTable { head: ClaimHead::PartOf(whole), .. }) => {
            return Err(ClaimError::Part { scenario, whole: whole.clone() });
        }
        Some(_) => {}
    }
    claim.scenarios.iter().try_for_each(check_points)
}

/// Whether each piece means one point. Which points there are is known before they are run.
fn check_points(scenario: &Scenario) -> Result<(), ClaimError> {
    let places = (0..scenario.point_count()).map(|index| scenario.place_of(index));
    let places: Vec<PointResult> = places.map(|place| PointResult::failed(&place, "not run")).collect();
    for evidence in scenario.claim.iter().flat_map(|claim| &claim.evidence) {
        for point in points_of(evidence) {
            let meant = places.iter().filter(|place| point.selects(&place.system, place.chips, &place.point));
            let count = meant.count();
            if count > 1 {
                let problem =
                    format!("{count} points are meant, and one must be; name its system, chips and point");
                let (scenario, evidence) = (scenario.name.clone(), evidence.name.clone());
                return Err(ClaimError::Point { scenario, evidence, problem });
            }
        }
    }
    Ok(())
}

/// The points that a piece looks at.
fn points_of(evidence: &Evidence) -> impl Iterator<Item = &PointSelector> {
    let of_figure = match &evidence.figure {
        Figure::Metric { point, .. } => Some(point),
        Figure::Fact { .. } | Figure::Catalog(_) => None,
    };
    let of_divisor = match &evidence.over {
        Some(Divisor::Point(point)) => Some(point),
        _ => None,
    };
    of_figure.into_iter().chain(of_divisor)
}

/// Puts together what the scenarios of a claim have shown.
fn judge(claim: &AskedClaim, results: &[ScenarioResults]) -> ClaimReport {
    let text = statement(claim).expect("claims are checked before they are run").clone();
    let mut report = ClaimReport::begun(&claim.scenarios[0].name, text);
    for (scenario, results) in claim.scenarios.iter().zip(results) {
        for stated in scenario.claim.iter().flat_map(|table| &table.evidence) {
            let (piece, problem) = look_up(stated, Seen { scenario, results });
            report.missing.extend(problem);
            report.note_circumstance(stated.when.as_deref().unwrap_or(&stated.name), &piece);
            report.evidence.push(piece);
        }
    }
    let standings: Vec<Standing> = report.evidence.iter().map(|piece| piece.standing).collect();
    ClaimReport { verdict: verdict(&standings), ..report }
}
