//! How much longer kernels take that run while their chip communicates.
//!
//! Found once for a block by itself: which part of each kernel lies beside collectives of the same block.

use super::exchanges::StageExchanges;
use copperlight_core::workload::{MAX_STREAMS, Operation, OperationKind};

/// A stretch of time.
type Span = (f64, f64);

/// The seconds of each kernel of a block beside whose collectives a chip loses `share` of its speed, in the order of
/// operations; zero for what is no kernel.
pub(super) fn stretched(operations: &[Operation], exchanges: &StageExchanges<'_>, share: f64) -> Vec<f64> {
    let mut ends = [0.0; MAX_STREAMS];
    let mut spans = Vec::with_capacity(operations.len());
    for operation in operations {
        let seconds = match operation.kind {
            OperationKind::Compute { duration } => duration.seconds(),
            OperationKind::Collective { communicator, call } => {
                exchanges.any_collective(communicator, &call).seconds
            }
            OperationKind::Send { .. } | OperationKind::Receive { .. } => 0.0,
        };
        let waits = operation.waits.with(operation.stream);
        let begin = waits.iter().map(|stream| ends[stream.index()]).fold(0.0, f64::max);
        ends[operation.stream.index()] = begin + seconds;
        spans.push((begin, begin + seconds));
    }
    let busy = union(operations, &spans);
    let longer = |(operation, &(begin, end)): (&Operation, &Span)| match operation.kind {
        OperationKind::Compute { .. } => (end - begin) + beside(&busy, (begin, end)) * share / (1.0 - share),
        _ => 0.0,
    };
    operations.iter().zip(&spans).map(longer).collect()
}

/// When any collective is under way, in order and apart.
fn union(operations: &[Operation], spans: &[Span]) -> Vec<Span> {
    let is_collective = |operation: &Operation| matches!(operation.kind, OperationKind::Collective { .. });
    let all = operations.iter().zip(spans).filter(|(operation, _)| is_collective(operation));
    let mut all: Vec<Span> = all.map(|(_, span)| *span).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut apart: Vec<Span> = Vec::new();
    for (begin, end) in all {
        match apart.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((begin, end)),
        }
    }
    apart
}

/// How much of a span lies in spans that are in order and apart.
fn beside(busy: &[Span], (begin, end): Span) -> f64 {
    let first = busy.partition_point(|span| span.1 <= begin);
    let within = busy[first..].iter().take_while(|span| span.0 < end);
    within.map(|span| span.1.min(end) - span.0.max(begin)).sum()
}
