//! A scenario that is run with what is done kept: gone on with, interrupted, or a shard of it.

use super::failure::Failure;
use super::finished::Finished;
use super::interrupt::Heard;
use super::output::Output;
use super::progress::Progress;
use crate::file::Scenario;
use crate::run::{Frame, PartDone, PartsRun, RunOptions, label_traces, run_parts};
use crate::sweep::{Header, Journal, Opening, Shard, Store};
use crate::trace::{PointTrace, Trace, TraceRequest};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// How a scenario is run, and where what is done is kept.
#[derive(Clone, Copy)]
pub(super) struct Keeping<'a> {
    pub(super) options: RunOptions,
    /// The output folder; with none nothing lasts.
    pub(super) folder: Option<&'a Path>,
    pub(super) opening: Opening,
    pub(super) shard: Option<Shard>,
    /// What is recorded of what ranks do over time. Nothing is kept then, because a trace needs every point; nor is it
    /// where links are watched, which what was kept before may lack.
    pub(super) trace: Option<&'a TraceRequest>,
    pub(super) quiet: bool,
}

/// What is there at the end.
pub(super) enum Ended {
    /// The results of all points.
    Whole(Box<Whole>),
    /// A share of the points, in its journal.
    Shard,
}

/// Everything of a scenario.
pub(super) struct Whole {
    pub(super) finished: Finished,
    pub(super) trace: Option<Trace>,
    /// What is to be removed when everything is written.
    pub(super) store: Arc<Store>,
}

/// Runs the parts of a scenario that are not done yet, and puts its report together.
pub(super) fn run_kept(
    scenario: &Scenario,
    keeping: Keeping<'_>,
    output: &mut Output<'_>,
) -> Result<Ended, Failure> {
    let frame = Frame::of(scenario);
    let (store, parts) = open(&frame, keeping, output)?;
    let traces = run_missing((scenario, &frame), (&store, &parts), keeping, output)?;
    if let Some(shard) = keeping.shard {
        return end_shard(&store, shard, (&frame, keeping), output);
    }
    let finished = match Finished::new(&frame, Arc::clone(&store)) {
        Ok(finished) => finished,
        Err(failure) => {
            store.remove();
            return Err(failure);
        }
    };
    let trace = keeping.trace.map(|_| label_traces(&finished.report, traces));
    Ok(Ended::Whole(Box::new(Whole { finished, trace, store })))
}

/// Where what is done is kept, and the parts that are still to be run.
fn open(
    frame: &Frame,
    keeping: Keeping<'_>,
    output: &mut Output<'_>,
) -> Result<(Arc<Store>, Vec<usize>), Failure> {
    let header = Header::new(frame.clone(), keeping.options.engine, keeping.shard);
    let Some(folder) =
        keeping.folder.filter(|_| keeping.trace.is_none() && !keeping.options.engine.watch_links)
    else {
        let parts = header.parts();
        return Ok((Arc::new(Store::nowhere(header)?), parts));
    };
    let (journal, notes) = Journal::open(folder, header, keeping.opening)?;
    if !keeping.quiet {
        notes.iter().try_for_each(|note| writeln!(output.notes, "note: {note}"))?;
    }
    let parts = journal.missing();
    Ok((Arc::new(Store::Journal(Box::new(journal))), parts))
}

/// Runs the parts, each kept as it is done; what ranks did, where that was asked for.
fn run_missing(
    (scenario, frame): (&Scenario, &Frame),
    (store, parts): (&Store, &[usize]),
    keeping: Keeping<'_>,
    output: &mut Output<'_>,
) -> Result<Vec<(usize, PointTrace)>, Failure> {
    let heard = Heard::new();
    let traces = Mutex::new(Vec::new());
    let keep = |done: PartDone| -> io::Result<()> {
        if let Some(trace) = done.trace {
            traces.lock().unwrap_or_else(PoisonError::into_inner).push((done.part, trace));
        }
        store.keep(done.part, done.record)
    };
    let Keeping { options, trace, .. } = keeping;
    let run = PartsRun { scenario, frame, parts, options, trace, stop: heard.stop() };
    let ran = Progress::told(&scenario.name, keeping.quiet, output, |tell| run_parts(&run, &keep, tell));
    match (ran, heard.is_stopped()) {
        (Ok(()), false) => Ok(traces.into_inner().unwrap_or_else(PoisonError::into_inner)),
        (Ok(()), true) => Err(interrupted(store)),
        (Err(error), _) => {
            store.leave();
            Err(error.into())
        }
    }
}

/// What is said of a run that was interrupted; its journal stays.
fn interrupted(store: &Store) -> Failure {
    let kept = store.journal().map(|journal| {
        let (done, points) = journal.points();
        (done, points, journal.path().to_owned())
    });
    store.leave();
    match kept {
        Some((done, points, path)) => Failure::Interrupted { done, points, path },
        None => Failure::InterruptedWithoutFiles,
    }
}

/// Marks the journal of a shard as complete, and says what to do with it.
fn end_shard(
    store: &Store,
    shard: Shard,
    (frame, keeping): (&Frame, Keeping<'_>),
    output: &mut Output<'_>,
) -> Result<Ended, Failure> {
    let journal = store.journal().expect("a shard has an output folder");
    journal.complete().map_err(|error| Failure::Kept(error.to_string()))?;
    if !keeping.quiet {
        let (path, name) = (journal.path().display(), &frame.scenario);
        let folder = journal.path().parent().unwrap_or(Path::new("."));
        writeln!(
            output.notes,
            "note: shard {shard} of `{name}` is done; when all are, `copperlight merge {} --out DIR` puts them together",
            folder.display()
        )?;
        writeln!(output.notes, "wrote {path}")?;
    }
    store.leave();
    Ok(Ended::Shard)
}
