//! Where the groups of a job lie: in one node, in one domain, or across domains; and what to do when they straddle.

use crate::report::{GroupSpread, Placement};
use crate::training::RankLayout;
use copperlight_core::fabric::Level;
use copperlight_core::ids::{EndpointId, RankId};
use copperlight_topologies::Direction;

/// Counts the groups of each direction by the smallest container that holds them, rank `r` being on endpoint `r`.
///
/// Of the levels of a fabric, the last are its domains, and the first are its nodes where there are several.
pub(super) fn of_groups(levels: &[Level], layout: &RankLayout) -> Placement {
    let spread = |direction| spread(levels, layout.groups(direction));
    Placement {
        tensor: spread(Direction::Tensor),
        context: spread(Direction::Context),
        expert: spread(Direction::Expert),
        data: spread(Direction::Data),
        pipeline: spread(Direction::Pipeline),
    }
}

fn spread(levels: &[Level], groups: Vec<Vec<RankId>>) -> GroupSpread {
    let (node, domain) = match levels {
        [] => (None, None),
        [domain] => (None, Some(domain)),
        [node, .., domain] => (Some(node), Some(domain)),
    };
    let mut spread = GroupSpread { inside_node: node.map(|_| 0), ..GroupSpread::default() };
    for group in groups {
        match &mut spread.inside_node {
            Some(inside) if node.is_some_and(|node| holds(node, &group)) => *inside += 1,
            _ if domain.is_none_or(|domain| holds(domain, &group)) => spread.inside_domain += 1,
            _ => spread.across_domains += 1,
        }
    }
    spread
}

/// Whether one container has all members of a group.
fn holds(level: &Level, group: &[RankId]) -> bool {
    let container = |rank: &RankId| level.container(EndpointId::new(rank.index()));
    let mut containers = group.iter().map(container);
    let first = containers.next();
    containers.all(|other| Some(other) == first)
}

/// What to say when tensor groups straddle domains, whose links between them are the slowest: how many do, and what
/// would avoid it.
pub(super) fn straddling(levels: &[Level], layout: &RankLayout, placement: &Placement) -> Option<String> {
    let (groups, across) = (placement.tensor.groups(), placement.tensor.across_domains);
    let domain = levels.last().filter(|_| across > 0)?;
    let chips = (0..domain.endpoints()).filter(|&chip| domain.container(EndpointId::new(chip)) == 0).count();
    let (degree, stride) = (layout.degree(Direction::Tensor), layout.tensor_stride());
    let cross = if across == 1 { "crosses" } else { "cross" };
    let remedy = remedy(degree, stride, chips);
    Some(format!(
        "tensor groups of {degree} straddle domains of {chips} chips: {across} of {groups} groups {cross}; {remedy}"
    ))
}

/// What keeps groups of `degree` ranks, `stride` apart, inside domains of `chips` chips.
fn remedy(degree: usize, stride: usize, chips: usize) -> String {
    let smaller = (2..degree).rev().find(|less| degree.is_multiple_of(*less) && chips.is_multiple_of(*less));
    let smaller = smaller.map_or_else(|| "a smaller tensor".to_owned(), |less| format!("tensor = {less}"));
    // Groups that are `stride` apart are interleaved, so many at a time.
    let interleaved = degree * stride;
    match chips / interleaved * interleaved {
        _ if degree > chips => format!("use {smaller}"),
        0 => "put tensor first in rank_order".to_owned(),
        whole if stride == 1 => format!("use chips_per_domain = {whole} or {smaller}"),
        whole => format!("use chips_per_domain = {whole}, or put tensor first in rank_order"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{FlopConvention, Model, Parallelism, Precision, Recipe, TrainingJob, TrainingPlan};
    use copperlight_topologies::RankOrder;

    /// The trillion-parameter model of 160 heads with these degrees of tensor, pipeline and data.
    fn layout([tensor, pipeline, data]: [u64; 3], order: &str) -> RankLayout {
        let plan = TrainingPlan {
            model: Model::library("gpt-1t").expect("it is in the library"),
            parallelism: Parallelism { tensor, pipeline, data, ..Parallelism::default() },
            sequence_length: 2048,
            global_batch: data,
            precision: Precision::Bf16,
            layers_per_chunk: None,
            recipe: Recipe::default(),
            flop_convention: FlopConvention::default(),
            run_tokens: None,
            search: None,
        };
        let job = TrainingJob::new(plan, tensor * pipeline * data).expect("the plan is legal");
        job.layout(&RankOrder::parse(order).expect("the order is sound"))
    }

    /// Nodes of 4 in domains of `per_domain`.
    fn levels(chips: u32, per_domain: u32) -> [Level; 2] {
        let nodes = per_domain.div_ceil(4);
        let node = |chip| chip / per_domain * nodes + chip % per_domain / 4;
        [
            Level::new("node", (0..chips).map(node).collect()),
            Level::new("domain", (0..chips).map(|chip| chip / per_domain).collect()),
        ]
    }

    fn counts(spread: GroupSpread) -> [u64; 3] {
        [spread.inside_node.expect("there are nodes"), spread.inside_domain, spread.across_domains]
    }

    fn placed(degrees: [u64; 3], order: &str, per_domain: u32) -> ([[u64; 3]; 3], Option<String>) {
        let layout = layout(degrees, order);
        let levels = levels(layout.ranks() as u32, per_domain);
        let placement = of_groups(&levels, &layout);
        let note = straddling(&levels, &layout, &placement);
        let Placement { tensor, data, pipeline, .. } = placement;
        ([tensor, data, pipeline].map(counts), note)
    }

    #[test]
    fn nine_groups_of_eight_fill_a_domain_of_72() {
        // 144 chips: 18 tensor groups of 8, 2 nodes each; 16 data groups of 9 in 72 consecutive ranks; 72 pipelines.
        let (spreads, note) = placed([8, 2, 9], "tensor-data-pipeline", 72);
        assert_eq!(spreads, [[0, 18, 0], [0, 16, 0], [0, 0, 72]]);
        assert_eq!(note, None);
        let (spreads, _) = placed([4, 2, 18], "tensor-data-pipeline", 72);
        assert_eq!(spreads[0], [36, 0, 0]);
    }

    /// Rows of the table in `docs/src/models/placement.md`.
    #[test]
    fn the_rows_of_the_page_are_these() {
        let default = "tensor-context-expert-data-pipeline";
        let rows = [
            (([8, 16, 9], default, 72), [[0, 144, 0], [0, 128, 0], [0, 0, 72]]),
            (([4, 16, 18], default, 72), [[288, 0, 0], [0, 64, 0], [0, 0, 72]]),
            (([16, 8, 9], default, 72), [[0, 64, 8], [0, 0, 128], [0, 0, 144]]),
            (([16, 8, 9], default, 64), [[0, 72, 0], [0, 0, 128], [0, 0, 144]]),
            (([8, 9, 16], "tp-pp-dp", 72), [[0, 144, 0], [0, 0, 72], [0, 128, 0]]),
            (([8, 16, 9], "pp-dp-tp", 72), [[0, 0, 144], [0, 0, 128], [0, 64, 8]]),
        ];
        for ((degrees, order, per_domain), expected) in rows {
            assert_eq!(placed(degrees, order, per_domain).0, expected, "{degrees:?} in order {order}");
        }
    }

    #[test]
    fn groups_of_16_straddle_72_and_not_64() {
        // 1,152 chips are 16 domains of 72. Of 72 groups, those that hold a multiple of 72 inside cross: 72 k with k odd.
        let (spreads, note) = placed([16, 8, 9], "tensor-data-pipeline", 72);
        assert_eq!(spreads[0], [0, 64, 8]);
        let note = note.expect("groups straddle");
        assert_eq!(
            note,
            "tensor groups of 16 straddle domains of 72 chips: 8 of 72 groups cross; use chips_per_domain = 64 or \
             tensor = 8"
        );
        let (spreads, note) = placed([16, 8, 9], "tensor-data-pipeline", 64);
        assert_eq!((spreads[0], note), ([0, 72, 0], None));
        let (_, note) = placed([16, 1, 5], "tensor-data-pipeline", 72);
        assert!(note.expect("one straddles").contains("72 chips: 1 of 5 groups crosses; "));
    }

    #[test]
    fn the_remedy_fits_the_reason() {
        let note = |degrees, order: &str| placed(degrees, order, 72).1.expect("groups straddle");
        assert_eq!(
            note([80, 1, 3], "tensor-data-pipeline"),
            "tensor groups of 80 straddle domains of 72 chips: 3 of 3 groups cross; use tensor = 8"
        );
        assert_eq!(
            note([8, 2, 20], "data-tensor-pipeline"),
            "tensor groups of 8 straddle domains of 72 chips: 40 of 40 groups cross; put tensor first in rank_order"
        );
        assert_eq!(
            note([8, 32, 4], "data-tensor-pipeline"),
            "tensor groups of 8 straddle domains of 72 chips: 44 of 128 groups cross; use chips_per_domain = 64, or put \
             tensor first in rank_order"
        );
        assert_eq!(remedy(5, 1, 72), "use chips_per_domain = 70 or a smaller tensor");
    }

    #[test]
    fn a_fabric_without_nodes_has_none_to_lie_in() {
        let layout = layout([8, 1, 2], "tensor-data-pipeline");
        let domain = [Level::new("domain", vec![0; 16])];
        let expected = GroupSpread { inside_node: None, inside_domain: 2, across_domains: 0 };
        assert_eq!(of_groups(&domain, &layout).tensor, expected);
        assert_eq!(of_groups(&[], &layout).tensor, expected);
    }
}
