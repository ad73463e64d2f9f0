//! A plan in words: `tensor 8, pipeline 12 x 4 virtual stages, data 12, micro batch 2, no recompute, ZeRO 1`.

use crate::training::{Parallelism, Recompute, RecomputedModules, Schedule, TensorOverlap};

/// The plan in words: its degrees above 1, then how passes run.
pub fn words(plan: &Parallelism) -> String {
    let mut words = Vec::new();
    let degree = |name: &str, value: u64| (value > 1).then(|| format!("{name} {value}"));
    words.extend(degree("tensor", plan.tensor));
    words.extend(degree("context", plan.context));
    words.extend(pipeline(plan));
    words.push(format!("data {}", plan.data));
    words.extend(degree("expert", plan.expert));
    words.extend(degree("expert tensor", plan.expert_tensor));
    words.push(format!("micro batch {}", plan.micro_batch));
    words.push(recompute(plan.recompute));
    words.push(format!("ZeRO {}", plan.zero as u64));
    if let TensorOverlap::Chunks(chunks) = plan.overlap.tensor {
        words.push(format!("matmuls in {chunks} chunks"));
    }
    if plan.overlap.experts {
        words.push("experts beside passes".to_owned());
    }
    words.join(", ")
}

fn pipeline(plan: &Parallelism) -> Option<String> {
    let stages = plan.pipeline;
    Some(match (plan.schedule, plan.virtual_stages) {
        _ if stages == 1 => return None,
        (Schedule::OneForwardOneBackward, 1) => format!("pipeline {stages}"),
        (Schedule::OneForwardOneBackward, chunks) => format!("pipeline {stages} x {chunks} virtual stages"),
        (Schedule::GPipe, _) => format!("pipeline {stages} by GPipe"),
        (Schedule::ZeroBubble, _) => format!("pipeline {stages} by zero-bubble"),
        (Schedule::DualPipe, _) => format!("pipeline {stages} by DualPipe"),
    })
}

fn recompute(recompute: Recompute) -> String {
    match recompute {
        Recompute::NONE => "no recompute".to_owned(),
        Recompute::SELECTIVE => "selective recompute".to_owned(),
        Recompute::Full { layers: None } => "full recompute".to_owned(),
        Recompute::Full { layers: Some(layers) } => format!("full recompute of {layers} layers a chunk"),
        Recompute::Modules(modules) => {
            let named = RecomputedModules::ALL.into_iter().filter(|(_, one)| modules.contains(*one));
            format!("recompute of {}", named.map(|(name, _)| name).collect::<Vec<_>>().join(" and "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_of_one_go_without_saying() {
        let plan = Parallelism { data: 8, ..Parallelism::default() };
        assert_eq!(words(&plan), "data 8, micro batch 1, no recompute, ZeRO 1");
        let plan = Parallelism {
            tensor: 8,
            pipeline: 12,
            virtual_stages: 4,
            recompute: Recompute::Modules(RecomputedModules::NORMS.with(RecomputedModules::ACTIVATION)),
            ..plan
        };
        assert_eq!(
            words(&plan),
            "tensor 8, pipeline 12 x 4 virtual stages, data 8, micro batch 1, recompute of norms and activation, ZeRO 1"
        );
    }
}
