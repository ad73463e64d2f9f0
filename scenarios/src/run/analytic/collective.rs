//! One collective in closed form: the plan of least predicted time, and that time.

use super::outcome;
use super::surroundings::{Surroundings, fabric_of};
use crate::file::{CollectiveSpec, Point};
use crate::report::{Explanation, PointResult, Work};
use crate::run::collective::{SizedOutcome, line_rate, row_of};
use crate::run::point::{PointOutcome, place};
use crate::run::{RunError, collective_notes, explanation};
use copperlight_core::ids::EndpointId;
use copperlight_core::transport::{Planner, Transport, fastest};
use copperlight_core::units::Bandwidth;
use copperlight_core::workload::CollectiveCall;

/// Works out the collective of one point.
pub(super) fn run(point: &Point, spec: &CollectiveSpec) -> Result<PointOutcome, RunError> {
    let around = fabric_of(point)?;
    let call = spec.call();
    let asked = Asked { chips: point.chips, call, transport: point.system.transport(), explained: false };
    let sized = run_size((&around, &point.system_name), &asked)?;
    let notes = collective_notes::of(spec.operation, point.chips, std::slice::from_ref(&sized));
    let notes = notes.into_iter().map(|note| format!("{}: {note}", place(point))).collect();
    let result = PointResult::of_collective(point.system_name.clone(), point.chips as u64, sized.row);
    Ok(outcome(result, notes))
}

/// One size of a collective over the first chips of a fabric.
pub(in crate::run) struct Asked {
    pub(in crate::run) chips: usize,
    pub(in crate::run) call: CollectiveCall,
    pub(in crate::run) transport: Transport,
    /// Whether the choice is explained.
    pub(in crate::run) explained: bool,
}

/// What one size takes by its closed form.
pub(in crate::run) fn run_size(
    (around, name): (&Surroundings, &str),
    asked: &Asked,
) -> Result<SizedOutcome, RunError> {
    let members: Vec<EndpointId> = (0..asked.chips).map(EndpointId::new).collect();
    let mut planner = Planner::resume(&around.fabric, &asked.transport, around.seen.take());
    let planned = planner.plans(&members, &asked.call);
    let replacement = planner.replacement(&members, &asked.call);
    around.seen.replace(planner.into_surveys());
    let routing = |source| RunError::Routing { system: name.to_owned(), source };
    let (plans, replacement) = (planned.map_err(routing)?, replacement.map_err(routing)?);
    let plan = fastest(&plans);
    let replaced = asked.call.algorithm.zip(replacement);
    let replaced =
        replaced.map(|(asked, why)| collective_notes::replaced(asked, plan.schedule.algorithm, why));
    let time = plan.prediction.total();
    let explanation = asked.explained.then(|| explanation::explain(&plans, plan, time));
    Ok(SizedOutcome {
        row: row_of(asked.chips, plan, time),
        work: Work::default(),
        digest: String::new(),
        explanation: explanation.unwrap_or_else(Explanation::default),
        replaced,
        limited_by: None,
        line_rate: around.line_rate(asked.chips),
    })
}

impl Surroundings {
    /// What the links of the weakest of so many chips carry.
    fn line_rate(&self, chips: usize) -> Bandwidth {
        let rates = (0..chips).map(|chip| line_rate(&self.fabric, EndpointId::new(chip)));
        *self.line_rate.get_or_init(|| rates.fold(Bandwidth::UNBOUNDED, Bandwidth::min))
    }
}
