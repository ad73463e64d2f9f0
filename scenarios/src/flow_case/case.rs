//! A flow case as a file states it.

use super::answer::{CaseAnswer, FinishedFlow};
use super::error::FlowCaseError;
use super::fields::{Fields, Keys};
use super::{flows, links, order};
use copperlight_core::engine::{Limits, StopReason};
use copperlight_core::simulation::{FlowCase, solve_flows};
use copperlight_core::units::Time;
use copperlight_topologies::distinct_json;
use serde_json::Value;

const KEYS: Keys = Keys {
    read: &["links", "flows"],
    ignored: &[
        "meta",
        "name",
        "text",
        "model",
        "source",
        "makespan_s",
        "max_relative_deviation_between_the_two",
    ],
};

/// A checked case of the core, with the ids of its flows.
#[derive(Debug, Clone)]
pub struct NamedCase {
    /// The case.
    pub case: FlowCase,
    /// The id of each flow as the file writes it: a number or a text.
    pub ids: Vec<Value>,
}

impl NamedCase {
    /// Reads and checks a case.
    ///
    /// # Errors
    /// [`FlowCaseError`] names the flow or link, the key and the remedy.
    pub fn read(text: &str) -> Result<Self, FlowCaseError> {
        let document = distinct_json::read(text).map_err(FlowCaseError::of_json)?;
        let fields = Fields::new(&document, "the case".to_owned(), &KEYS)?;
        let (links, link_indices) = links::read(fields.array("links")?)?;
        let elements = fields.array("flows")?;
        let flows = flows::read(elements, &link_indices)?;
        let ids: Vec<Value> = elements.iter().map(|element| element["id"].clone()).collect();
        match order::find_cycle(&flows) {
            Some(cycle) => Err(cycle_error(&cycle, &ids)),
            None => Ok(Self { case: FlowCase::new(links, flows), ids }),
        }
    }

    /// When each flow finishes.
    ///
    /// # Errors
    /// [`StopReason`] when a limit stops it, or when some flow takes longer than can be simulated.
    pub fn solve(&self, limits: Limits) -> Result<CaseAnswer, StopReason> {
        let outcome = solve_flows(&self.case, limits);
        if outcome.stop != StopReason::Exhausted {
            return Err(outcome.stop);
        }
        let finished = outcome.finished;
        let makespan = finished.iter().copied().max().unwrap_or(Time::ZERO);
        let flow = |(id, finish): (&Value, Time)| FinishedFlow { id: id.clone(), finish_s: finish.seconds() };
        Ok(CaseAnswer {
            flows: self.ids.iter().zip(finished).map(flow).collect(),
            makespan_s: makespan.seconds(),
        })
    }
}

fn cycle_error(cycle: &[usize], ids: &[Value]) -> FlowCaseError {
    let around = cycle.iter().chain(cycle.first()).take(8);
    let names: Vec<String> = around.map(|&index| ids[index].to_string()).collect();
    let ellipsis = if cycle.len() >= 8 { " after ..." } else { "" };
    let cycle_text = format!("{}{ellipsis}", names.join(" after "));
    FlowCaseError::Cycle { item: format!("flow {}", ids[cycle[0]]), cycle: cycle_text }
}
