//! What a reader of a collective's rows should know: what ran in place of what was asked for, and rates above the line.

use super::collective::SizedOutcome;
use crate::report::{CollectiveRow, number};
use copperlight_core::transport::Replacement;
use copperlight_core::units::Bandwidth;
use copperlight_core::workload::{Algorithm, CollectiveKind};

/// The sentences about sizes of one collective over so many ranks, without the name of the system.
pub(super) fn of(kind: CollectiveKind, ranks: usize, outcomes: &[SizedOutcome]) -> Vec<String> {
    let Some(first) = outcomes.first() else { return Vec::new() };
    let rows = || outcomes.iter().map(|outcome| &outcome.row);
    let above = above_line_rate((kind, ranks), rows(), first.line_rate);
    first.replaced.iter().cloned().chain(above).collect()
}

/// Says what runs in place of what was asked for, and why.
pub(super) fn replaced(asked: Algorithm, ran: Algorithm, why: Replacement) -> String {
    let because = match why {
        Replacement::OneTier => "all ranks stand in one tier".to_owned(),
        Replacement::NoSwitches => {
            "its transport has no switches that reduce and copy (in_network.start)".to_owned()
        }
        Replacement::FewRanks { ranks, least } => {
            format!("switches reduce for {least} ranks of a domain or more, and there are {ranks}")
        }
        Replacement::Scattered => "the ranks do not stand in domains of equal size".to_owned(),
        Replacement::SeveralDomains => {
            "the ranks stand in several domains, and switches reduce inside one".to_owned()
        }
        Replacement::OneDomain => "all ranks stand in one domain".to_owned(),
        Replacement::LongChain => "a chain along so many ranks is not run".to_owned(),
        Replacement::OtherOperation => "the operation does not run so".to_owned(),
    };
    format!("{} was asked for and {} ran: {because}", asked.name(), ran.name())
}

/// Explains the highest bus bandwidth where it is above what a chip's links carry.
fn above_line_rate<'r>(
    (kind, ranks): (CollectiveKind, usize),
    rows: impl Iterator<Item = &'r CollectiveRow>,
    line_rate: Bandwidth,
) -> Option<String> {
    let line = line_rate.bytes_per_second() / 1e9;
    let known = rows.filter_map(|row| Some((row, row.busbw_gb_per_s?)));
    let (row, busbw) = known.max_by(|a, b| a.1.total_cmp(&b.1))?;
    if busbw <= line || row.size_bytes == 0 {
        return None;
    }
    let counted = match kind {
        CollectiveKind::AllReduce => "2(n-1)/n S",
        CollectiveKind::ReduceScatter | CollectiveKind::AllGather | CollectiveKind::AllToAll => "(n-1)/n S",
        _ => "S",
    };
    let factor = kind.bus_factor(ranks);
    let sent = row.wire_bytes_per_chip as f64 / row.size_bytes as f64;
    let sends = match (kind, row.algorithm.as_str()) {
        (CollectiveKind::AllReduce, "nvls") => "with reduction in the switches a chip sends S + S/n",
        (_, "nvls" | "nvls-tree") => "with reduction in the switches a chip sends less",
        _ => "as it ran a chip sends less",
    };
    Some(format!(
        "busbw counts {counted} ({factor:.3} S) as if each chip sent it; {sends} ({sent:.3} S), so busbw may exceed the \
         line rate of {} GB/s",
        number::rounded(line)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_above_the_line_is_explained() {
        let row = |busbw: f64| CollectiveRow {
            size_bytes: 8000,
            wire_bytes_per_chip: 9000,
            busbw_gb_per_s: Some(busbw),
            algorithm: "nvls".to_owned(),
            ..CollectiveRow::default()
        };
        let line = Bandwidth::from_bytes_per_second(450e9);
        let said = |busbw: f64| {
            let rows = [row(100.0), row(busbw)];
            above_line_rate((CollectiveKind::AllReduce, 8), rows.iter(), line)
        };
        assert_eq!(said(449.0), None);
        assert_eq!(
            said(480.0).as_deref(),
            Some(
                "busbw counts 2(n-1)/n S (1.750 S) as if each chip sent it; with reduction in the switches a chip \
                 sends S + S/n (1.125 S), so busbw may exceed the line rate of 450 GB/s"
            )
        );
    }

    #[test]
    fn what_runs_instead_is_named_with_the_reason() {
        let said = |why| replaced(Algorithm::Nvls, Algorithm::Ring, why);
        assert_eq!(
            said(Replacement::FewRanks { ranks: 4, least: 6 }),
            "nvls was asked for and ring ran: switches reduce for 6 ranks of a domain or more, and there are 4"
        );
        assert_eq!(
            said(Replacement::NoSwitches),
            "nvls was asked for and ring ran: its transport has no switches that reduce and copy (in_network.start)"
        );
        assert_eq!(
            said(Replacement::SeveralDomains),
            "nvls was asked for and ring ran: the ranks stand in several domains, and switches reduce inside one"
        );
        assert_eq!(
            said(Replacement::Scattered),
            "nvls was asked for and ring ran: the ranks do not stand in domains of equal size"
        );
        assert_eq!(
            replaced(Algorithm::Hierarchical, Algorithm::Ring, Replacement::OneTier),
            "hierarchical was asked for and ring ran: all ranks stand in one tier"
        );
        assert_eq!(
            replaced(Algorithm::NvlsTree, Algorithm::Nvls, Replacement::OneDomain),
            "nvls-tree was asked for and nvls ran: all ranks stand in one domain"
        );
        assert_eq!(
            replaced(Algorithm::Ring, Algorithm::Tree, Replacement::LongChain),
            "ring was asked for and tree ran: a chain along so many ranks is not run"
        );
        assert_eq!(
            replaced(Algorithm::Tree, Algorithm::Ring, Replacement::OtherOperation),
            "tree was asked for and ring ran: the operation does not run so"
        );
    }
}
