//! Records what the stages of a pipeline do while a step is simulated.
//!
//! Of each stage the first simulated rank is watched: its ledger says what it is in, and its program of which pass the
//! kernels are that it runs.

use crate::report::{StageBlock, StageRow, StageState, StageTimeline};
use crate::training::{COMPUTE, Ledger, LedgerEntry, LedgerSlice, ProgramSpan, SpanKind, TrainingWorkload};
use copperlight_core::ids::RankId;
use copperlight_core::simulation::{Notice, Observer, Recurrence, Representative};
use copperlight_core::units::Time;
use copperlight_core::workload::OperationKind;
use std::collections::BTreeMap;

/// The most stages that are kept.
const MOST_STAGES: usize = 64;
/// The most blocks of one stage, and of all together: what is shorter than its part of the step cannot be seen.
const MOST_BLOCKS: usize = 1_400;
const MOST_BLOCKS_IN_ALL: usize = 22_400;
/// A pass that is shorter than this part of the width of a figure cannot be told from its neighbours.
const BLOCKS_OF_A_PASS: usize = 4;

/// Watches one rank of each stage.
#[derive(Debug)]
pub(super) struct StageRecorder<'a> {
    workload: &'a TrainingWorkload,
    ledger: Ledger,
    /// For each simulated rank, what is recorded of it.
    tracks: Vec<Option<Track>>,
    end: Time,
}

/// The kernels of one rank.
#[derive(Debug, Clone)]
struct Track {
    stage: usize,
    rank: RankId,
    spans: Vec<ProgramSpan>,
    /// What kernels were of, up to when; neighbours differ.
    kernels: Vec<(StageState, Time)>,
}

impl<'a> StageRecorder<'a> {
    /// Watches a step of this workload.
    pub(super) fn new(workload: &'a TrainingWorkload) -> Self {
        Self { workload, ledger: Ledger::new(), tracks: Vec::new(), end: Time::ZERO }
    }

    /// What was recorded, by stage.
    pub(super) fn timeline(&self, system: &str, chips: u64) -> StageTimeline {
        let stages = self.workload.layout().stages();
        let shown = stages.min(MOST_STAGES);
        let most = MOST_BLOCKS.min(MOST_BLOCKS_IN_ALL / shown.max(1));
        let passes = self.tracks.iter().flatten().map(|track| track.kernels.len()).max().unwrap_or(0);
        let shown_ends = shown_ends(self.end, passes, MOST_BLOCKS);
        let watched = self.tracks.iter().zip(self.ledger.tracks());
        let row = |(track, ledger): (&Option<Track>, &[LedgerSlice])| {
            track.as_ref().map(|track| track.row(ledger, (self.end, shown_ends), most))
        };
        let mut rows: Vec<StageRow> = watched.filter_map(row).collect();
        rows.sort_by_key(|row| row.stage);
        StageTimeline {
            system: system.to_owned(),
            chips,
            setting: String::new(),
            step_seconds: self.end.seconds(),
            shown_ends,
            stages,
            rows,
        }
    }
}

impl Track {
    /// A kernel has ended.
    fn kernel(&mut self, state: StageState, at: Time) {
        match self.kernels.last_mut() {
            Some((last, ended)) if *last == state => *ended = at,
            _ => self.kernels.push((state, at)),
        }
    }

    /// The kernels that have ended since come again, so often.
    fn repeat_since(&mut self, last: Option<Time>, (duration, times): (Time, u64)) {
        let first = self.kernels.partition_point(|(_, ended)| last.is_some_and(|last| *ended <= last));
        let again = self.kernels[first..].to_vec();
        for round in 1..=times {
            again.iter().for_each(|&(state, ended)| self.kernel(state, ended + duration * round));
        }
    }

    /// Of a step that is shown at both of its ends only, each of them has half of the blocks.
    fn row(&self, ledger: &[LedgerSlice], (end, ends): (Time, Option<f64>), most: usize) -> StageRow {
        let pieces = self.pieces(ledger);
        let mut seconds = [0.0; StageState::COUNT];
        let mut from = Time::ZERO;
        for &(state, until) in &pieces {
            seconds[state as usize] += (until - from).seconds();
            from = until;
        }
        let end = end.seconds();
        let (blocks, last_blocks) = match ends {
            None => (visible(&pieces, (0.0, end), most), Vec::new()),
            Some(width) => {
                let at = |window| visible(&pieces, window, most / 2);
                (at((0.0, width)), at((end - width, end)))
            }
        };
        StageRow { stage: self.stage, rank: self.rank.index(), blocks, last_blocks, seconds }
    }

    /// The ledger with compute divided by what kernels were of.
    fn pieces(&self, ledger: &[LedgerSlice]) -> Vec<(StageState, Time)> {
        let mut pieces = Vec::new();
        let (mut from, mut kernel) = (Time::ZERO, 0);
        for slice in ledger {
            match state_of(slice.entry) {
                Some(state) => pieces.push((state, slice.until)),
                None => {
                    while from < slice.until {
                        while self.kernels.get(kernel).is_some_and(|(_, ended)| *ended <= from) {
                            kernel += 1;
                        }
                        let (state, ended) = self
                            .kernels
                            .get(kernel)
                            .map_or((StageState::StepOverhead, slice.until), |of| *of);
                        from = ended.min(slice.until);
                        pieces.push((state, from));
                    }
                }
            }
            from = slice.until;
        }
        pieces
    }
}

/// What an entry of the ledger is called here; nothing for compute, which is divided by passes.
const fn state_of(entry: LedgerEntry) -> Option<StageState> {
    match entry {
        LedgerEntry::Compute => None,
        LedgerEntry::Optimizer => Some(StageState::Optimizer),
        LedgerEntry::Bubble => Some(StageState::Bubble),
        LedgerEntry::Wait => Some(StageState::Wait),
        LedgerEntry::Tensor
        | LedgerEntry::Context
        | LedgerEntry::Pipeline
        | LedgerEntry::Data
        | LedgerEntry::Expert => Some(StageState::Communication),
    }
}

const fn state_of_span(kind: SpanKind) -> StageState {
    match kind {
        SpanKind::Forward => StageState::Forward,
        SpanKind::Backward { recomputes: false } => StageState::Backward,
        SpanKind::Backward { recomputes: true } => StageState::BackwardWithRecompute,
        SpanKind::WeightGradient => StageState::WeightGradient,
        SpanKind::ForwardAndBackward => StageState::ForwardAndBackward,
        SpanKind::End => StageState::StepOverhead,
    }
}

/// How much of both ends of a step is shown, in seconds, where its passes are too many to be seen all; `None` where they
/// are not.
fn shown_ends(end: Time, passes: usize, most: usize) -> Option<f64> {
    let blocks = passes * BLOCKS_OF_A_PASS;
    (blocks > most).then(|| end.seconds() * (most as f64 / 2.0) / blocks as f64)
}

/// The pieces between two times as at most so many blocks: of each equal part, the state that lasts longest in it.
fn visible(pieces: &[(StageState, Time)], (begin, end): (f64, f64), most: usize) -> Vec<StageBlock> {
    let mut blocks: Vec<StageBlock> = Vec::new();
    let edge = |part: usize| begin + (end - begin) * part as f64 / most as f64;
    let mut piece = pieces.partition_point(|(_, until)| until.seconds() <= begin);
    let mut from = begin;
    for part in 0..most {
        let until = edge(part + 1);
        let mut lasting = [0.0; StageState::COUNT];
        while let Some((state, ended)) = pieces.get(piece) {
            let here = ended.seconds().min(until);
            lasting[*state as usize] += (here - from).max(0.0);
            from = here.max(from);
            if ended.seconds() > until {
                break;
            }
            piece += 1;
        }
        // Of equally long ones the first.
        let longest = StageState::ALL
            .into_iter()
            .rev()
            .max_by(|a, b| lasting[*a as usize].total_cmp(&lasting[*b as usize]));
        let state = longest.unwrap_or(StageState::Wait);
        match blocks.last_mut() {
            Some(last) if last.state == state => last.until = until,
            _ => blocks.push(StageBlock { state, until }),
        }
    }
    blocks
}

impl Observer for StageRecorder<'_> {
    fn start(&mut self, representatives: &[Representative]) {
        let layout = self.workload.layout();
        let mut first: BTreeMap<usize, RankId> = BTreeMap::new();
        for of in representatives {
            let stage = layout.stage(of.rank);
            if stage < MOST_STAGES {
                let rank = first.entry(stage).or_insert(of.rank);
                *rank = (*rank).min(of.rank);
            }
        }
        let track = |of: &Representative| {
            let stage = layout.stage(of.rank);
            let (rank, kernels) = (of.rank, Vec::new());
            (first.get(&stage) == Some(&rank)).then(|| Track {
                stage,
                rank,
                spans: self.workload.spans(rank),
                kernels,
            })
        };
        self.tracks = representatives.iter().map(track).collect();
        self.ledger = Ledger::with_tracks_of(first.values().copied().collect());
        self.ledger.start(representatives);
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        if self.tracks[notice.representative].is_some() {
            self.ledger.entered(notice);
        }
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        if self.tracks[notice.representative].is_some() {
            self.ledger.begun(notice);
        }
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        let Some(track) = &mut self.tracks[notice.representative] else { return };
        self.ledger.ended(notice);
        let operation = notice.operation;
        let is_kernel =
            operation.stream == COMPUTE && matches!(operation.kind, OperationKind::Compute { .. });
        if !is_kernel || LedgerEntry::of(operation.tag) != LedgerEntry::Compute {
            return;
        }
        let span = track.spans.partition_point(|span| span.first <= notice.index);
        let state = span
            .checked_sub(1)
            .map_or(StageState::StepOverhead, |span| state_of_span(track.spans[span].kind));
        track.kernel(state, notice.at);
    }

    /// A round runs the same passes as the one before it.
    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        let standing = |recorder: &mut Self| {
            let last = |track: &Option<Track>| track.as_ref()?.kernels.last().map(|(_, ended)| *ended);
            (recorder.ledger.standing(), recorder.tracks.iter().map(last).collect::<Vec<_>>())
        };
        rounds.tell_until(self, standing, |recorder, (ledger, kernels), left| {
            let passes_over = recorder.ledger.pass_over(ledger, rounds, left);
            if passes_over {
                let tracks = recorder.tracks.iter_mut().zip(kernels);
                let tracks = tracks.filter_map(|(track, last)| Some((track.as_mut()?, *last)));
                tracks.for_each(|(track, last)| track.repeat_since(last, (rounds.duration(), left)));
            }
            passes_over
        });
    }

    fn finish(&mut self, end: Time) {
        self.end = end;
        self.ledger.finish(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{SourceText, Workload, check};
    use crate::run::EngineOptions;
    use crate::run::fabric::run_to_end;
    use crate::run::rates::rates;
    use crate::run::step::{Machine, options, prepare};

    fn time(seconds: f64) -> Time {
        Time::from_seconds(seconds)
    }

    #[test]
    fn compute_is_divided_by_passes_and_the_rest_is_the_ledgers() {
        let slice = |entry, until| LedgerSlice { entry, until: time(until) };
        let track = Track {
            stage: 0,
            rank: RankId::new(0),
            spans: Vec::new(),
            kernels: vec![(StageState::Forward, time(2.0)), (StageState::Backward, time(5.0))],
        };
        let ledger = [
            slice(LedgerEntry::Bubble, 1.0),
            slice(LedgerEntry::Compute, 3.0),
            slice(LedgerEntry::Tensor, 4.0),
            slice(LedgerEntry::Compute, 6.0),
        ];
        let expected = [
            (StageState::Bubble, time(1.0)),
            (StageState::Forward, time(2.0)),
            (StageState::Backward, time(3.0)),
            (StageState::Communication, time(4.0)),
            (StageState::Backward, time(5.0)),
            (StageState::StepOverhead, time(6.0)),
        ];
        assert_eq!(track.pieces(&ledger), expected);
        let row = track.row(&ledger, (time(6.0), None), 6);
        assert_eq!(row.blocks.len(), 6);
        assert!((row.seconds.iter().sum::<f64>() - 6.0).abs() < 1e-9, "{row:?}");
        assert!((row.seconds[StageState::Backward as usize] - 2.0).abs() < 1e-9);
    }

    /// A small transformer in two interleaved stages, whose steady state is long.
    const SMALL: &str = "scenario.name = 'small'\n\
         [[systems]]\npreset = 'hgx-h100'\nchips = 8\n\
         [workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 256\nmicro_batch = 1\nprecision = 'bf16'\n\
         [workload.model]\nlayers = 4\nhidden = 512\nheads = 4\nkv_heads = 4\nhead_dim = 128\nffn = 2048\n\
         gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
         [workload.parallelism]\ntensor = 2\npipeline = 2\nschedule = 'interleaved-1f1b'\nvirtual_stages = 2\n\
         data = 'auto'\nrecompute = 'full'\n";

    #[test]
    fn rounds_that_are_passed_over_are_drawn_as_if_they_were_told() {
        let scenario = check(SourceText::new("test", SMALL), &[]).unwrap_or_else(|errors| panic!("{errors}"));
        let point = scenario.point(0).expect("the first point is legal");
        let Workload::Training(job) = &point.workload else { panic!("the job trains") };
        let (system, name) = (&point.system, point.system_name.as_str());
        let rates = rates(system, name, job).expect("the chip has rates");
        let machine = Machine { system, name, chips: point.chips };
        let (fabric, workload) = prepare(machine, job, &rates).expect("the node is built");
        let recorded = |fold: bool| {
            let engine = EngineOptions { fold, ..EngineOptions::default() };
            let mut recorder = StageRecorder::new(&workload);
            let options = options(machine, job, &rates, engine);
            let outcome = run_to_end((&fabric, name), &workload, &options, &mut recorder).expect("it ends");
            (outcome.work.rounds, recorder.timeline(name, point.chips as u64))
        };
        let ((rounds, folded), (none, full)) = (recorded(true), recorded(false));
        assert!(rounds > 10 && none == 0, "{rounds} rounds recurred, and {none} in full");
        assert_eq!(folded, full);
        assert!(folded.rows.iter().all(|row| row.blocks.len() > 100), "{folded:?}");
    }

    #[test]
    fn what_is_too_short_to_be_seen_goes_into_its_surroundings() {
        let piece = |n: u32| {
            let state = if n.is_multiple_of(2) { StageState::Forward } else { StageState::Communication };
            // Of each second, nine tenths are forward.
            let until = f64::from(n / 2) + if n.is_multiple_of(2) { 0.9 } else { 1.0 };
            (state, time(until))
        };
        let pieces: Vec<_> = (0..2000).map(piece).collect();
        let blocks = visible(&pieces, (0.0, 1000.0), 100);
        assert_eq!(blocks, [StageBlock { state: StageState::Forward, until: 1000.0 }]);
        assert_eq!(visible(&pieces[..4], (0.0, 2.0), 200).len(), 4);
    }

    #[test]
    fn of_very_many_passes_both_ends_are_shown() {
        assert_eq!(shown_ends(time(100.0), 50, 200), None);
        // 1,000 passes need 4,000 blocks: 200 of these are a twentieth, half of it at each end.
        let ends = shown_ends(time(100.0), 1000, 200).expect("the passes are too many");
        assert!((ends - 2.5).abs() < 1e-9, "{ends}");
        let kernels = (1..=1000).map(|n: u32| {
            let state = if n.is_multiple_of(2) { StageState::Backward } else { StageState::Forward };
            (state, time(f64::from(n) / 10.0))
        });
        let track = Track { stage: 0, rank: RankId::new(0), spans: Vec::new(), kernels: kernels.collect() };
        let ledger = [LedgerSlice { entry: LedgerEntry::Compute, until: time(100.0) }];
        let row = track.row(&ledger, (time(100.0), Some(ends)), 200);
        assert_eq!((row.blocks.len(), row.last_blocks.len()), (25, 25));
        assert!((row.blocks[24].until - 2.5).abs() < 1e-9 && (row.last_blocks[0].until - 97.6).abs() < 1e-9);
        assert!((row.last_blocks[24].until - 100.0).abs() < 1e-9, "{row:?}");
        assert!((row.seconds[StageState::Backward as usize] - 50.0).abs() < 1e-9);
    }
}
