//! The flow engine: the same as its plain twin, and lawful.
//!
//! - `drawing`: random cases, from ties to capacities a millionfold apart
//! - `symmetric`: random cases that a rotation leaves as they are
//! - `fair`: the plain rates themselves are max-min fair
//! - `twin`: the engine's finishes equal those of the plain twin
//! - `laws`: order, symmetry, time, company and scale change nothing that they should not
//! - `ring`: ring all-reduces whose every link has its own latency equal a recurrence

mod drawing;
mod fair;
mod laws;
mod ring;
mod symmetric;
mod twin;

use copperlight_core::engine::{Limits, StopReason};
use copperlight_core::simulation::{FlowsOutcome, solve_flows};
use copperlight_core::units::Time;
use copperlight_tests::plain_flows::PlainCase;

/// What the engine makes of a case, all of whose flows finish.
fn outcome(plain: &PlainCase) -> FlowsOutcome {
    let outcome = solve_flows(&plain.case(), Limits::default());
    assert_eq!(outcome.stop, StopReason::Exhausted, "every flow of a drawn case finishes");
    outcome
}

/// When each flow finishes, by the engine.
fn finishes(plain: &PlainCase) -> Vec<Time> {
    outcome(plain).finished
}

/// A finish may differ by this share of the time since the first start of the case, or by [`ABSOLUTE`], whichever
/// is larger.
///
/// All sides round alike, so they agree to the picosecond unless a rate that differs in its last digit tips a
/// rounding or a tie. What is tipped is handed on: a flow that goes on ten times slower makes ten of one picosecond,
/// and flows that start later inherit it. Hence the time since the first start of all.
const RELATIVE: f64 = 1e-6;

/// Two picoseconds: the rounding of a start and of a finish.
const ABSOLUTE: u64 = 2;

/// The first of the flows expected that finishes at another time, in words.
fn differs(plain: &PlainCase, found: &[Time], expected: &[Time]) -> Option<String> {
    assert!(found.len() >= expected.len(), "every flow has a finish");
    let first = plain.flows.iter().map(|flow| flow.start).min().unwrap_or_default();
    let differs = |index: &usize| {
        let (found, expected) = (found[*index].picoseconds(), expected[*index].picoseconds());
        let passed = expected - first.picoseconds();
        found.abs_diff(expected) > ABSOLUTE.max((passed as f64 * RELATIVE) as u64)
    };
    let index = (0..expected.len()).find(differs)?;
    Some(format!("flow {index} finishes at {}, expected {}", found[index], expected[index]))
}
