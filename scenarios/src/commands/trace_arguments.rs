//! Timelines of ranks, as flags of `copperlight run`.

use super::failure::Failure;
use crate::file::{Scenario, Workload};
use crate::report::number;
use crate::run::{EngineOptions, MOST_HELD, RunOptions};
use crate::trace::{PointTrace, Trace, TraceFile, TraceRequest};
use clap::Args;
use copperlight_core::ids::RankId;
use std::path::PathBuf;

/// Flags of what ranks do over time.
#[derive(Debug, Args)]
pub(super) struct TraceArguments {
    /// Write what each simulated rank and the links do over time to FILE, for ui.perfetto.dev: as JSON where FILE
    /// ends in `.json`, else in Perfetto's own format
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// The ranks in the trace, such as `0,8,64` [default: all that are simulated]
    #[arg(long, value_name = "RANKS", value_delimiter = ',', requires = "trace")]
    trace_ranks: Vec<u32>,
    /// Record the busiest links over time, in a second simulation, and show them
    #[arg(long, conflicts_with = "shard")]
    links: bool,
}

/// A trace in the making.
pub(super) struct Tracing {
    file: TraceFile,
    pub(super) request: TraceRequest,
    pub(super) traces: Vec<Trace>,
}

impl TraceArguments {
    /// How scenarios are run, given how they are besides.
    pub(super) fn options(&self, options: RunOptions) -> RunOptions {
        RunOptions { engine: EngineOptions { watch_links: self.links, ..options.engine }, ..options }
    }

    /// Refuses to record the links of so many points that they cannot be held.
    pub(super) fn check_links(&self, scenarios: &[Scenario]) -> Result<(), Failure> {
        match scenarios.iter().find(|scenario| self.links && scenario.point_count() > MOST_HELD) {
            Some(scenario) => Err(Failure::Usage(format!(
                "--links: `{}` has {} points, and links of at most {MOST_HELD} are recorded; leave values of its sweeps out",
                scenario.name,
                scenario.point_count()
            ))),
            None => Ok(()),
        }
    }

    /// A trace where one is asked for: of training steps, into a file that can be written.
    pub(super) fn begin(&self, scenarios: &[Scenario]) -> Result<Option<Tracing>, Failure> {
        let Some(path) = &self.trace else { return Ok(None) };
        for scenario in scenarios {
            if !scenario.trains() {
                let sentence = format!(
                    "--trace: `{}` has no training step, and a trace shows nothing else; leave --trace out",
                    scenario.name
                );
                return Err(Failure::Usage(sentence));
            }
        }
        if let Some(scenario) = scenarios.iter().find(|scenario| scenario.point_count() > MOST_HELD) {
            let (name, points) = (&scenario.name, scenario.point_count());
            let sentence = format!(
                "--trace: `{name}` has {points} points, and a trace holds {MOST_HELD} at most; leave values of its sweeps out"
            );
            return Err(Failure::Usage(sentence));
        }
        self.check_ranks(scenarios)?;
        let points: usize = scenarios.iter().map(Scenario::point_count).sum();
        let ranks = self.trace_ranks.iter().map(|&rank| RankId::new(rank as usize)).collect();
        let request = TraceRequest {
            ranks: (!self.trace_ranks.is_empty()).then_some(ranks),
            operations: TraceRequest::OPERATIONS / points.max(1),
        };
        Ok(Some(Tracing { file: TraceFile::create(path)?, request, traces: Vec::new() }))
    }

    /// Refuses ranks that no step has: their tracks would be empty.
    fn check_ranks(&self, scenarios: &[Scenario]) -> Result<(), Failure> {
        let steps = scenarios
            .iter()
            .flat_map(Scenario::points)
            .filter(|point| matches!(point.workload, Workload::Training(_)));
        let most = steps.map(|point| point.chips).max().unwrap_or(0);
        match self.trace_ranks.iter().find(|&&rank| rank as usize >= most) {
            Some(rank) => Err(Failure::Usage(format!(
                "--trace-ranks: no step has rank {rank}; ranks are 0 to {}",
                most.saturating_sub(1)
            ))),
            None => Ok(()),
        }
    }
}

impl Tracing {
    /// Writes what was recorded; what a reader should know of it, and that it is there.
    pub(super) fn finish(self) -> Result<Vec<String>, Failure> {
        let Self { file, traces, .. } = self;
        if traces.iter().all(|trace| trace.points.is_empty()) {
            return Ok(Vec::new());
        }
        if let Some(sentence) = nothing_recorded(&traces) {
            return Err(Failure::Usage(sentence));
        }
        let points = traces.iter().flat_map(|trace| &trace.points);
        let mut notes: Vec<String> =
            points.flat_map(PointTrace::notes).map(|note| format!("note: {note}")).collect();
        let path = file.write(&traces)?;
        notes.push(format!("wrote {}: open it in https://ui.perfetto.dev", path.display()));
        Ok(notes)
    }
}

/// The most points, and the most ranks of each, that a sentence names.
const MOST_POINTS: usize = 4;
const MOST_RANKS: usize = 16;

/// Says which ranks could be asked for, where none that was asked for is simulated at any point.
fn nothing_recorded(traces: &[Trace]) -> Option<String> {
    let points: Vec<&PointTrace> = traces.iter().flat_map(|trace| &trace.points).collect();
    if points.iter().any(|point| !point.ranks.is_empty()) {
        return None;
    }
    let choices = points.iter().take(MOST_POINTS).map(|point| {
        let mut ranks: Vec<String> =
            point.simulated.iter().take(MOST_RANKS).map(|rank| rank.index().to_string()).collect();
        let more = point.simulated.len().saturating_sub(MOST_RANKS);
        if more > 0 {
            ranks.push(format!("{more} more"));
        }
        let noun = if point.simulated.len() == 1 { "rank" } else { "ranks" };
        format!("{noun} {} of {}", number::joined(&ranks), point.title())
    });
    let mut choices: Vec<String> = choices.collect();
    let more = points.len().saturating_sub(MOST_POINTS);
    if more > 0 {
        choices.push(format!("and those of {more} more points"));
    }
    Some(format!(
        "--trace-ranks: none of these ranks is simulated, because others stand for them; choose among {}, or simulate \
         every rank with --no-fold",
        choices.join("; ")
    ))
}
