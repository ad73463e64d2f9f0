//! The plans that are tried in place of one that does not fit.

use crate::training::plan::{
    AttentionKernel, Chunk, Parallelism, Recompute, RecomputedModules, TrainingJob, TrainingPlan, ZeroStage,
};

/// Plans of one kind of change, from the least to the greatest.
type Family = Vec<TrainingPlan>;

/// The changes of one kind each, by what they cost.
pub(super) fn families(job: &TrainingJob) -> Vec<Family> {
    let plan = job.plan();
    let [deals_state, deals_passes] = zero(plan);
    let mut families = vec![sequence_parallel(plan), deals_state, recompute(job)];
    if plan.parallelism.pipeline == 1 {
        families.extend([deals_passes, micro_batches(plan)]);
        families.extend(raised_degrees(plan));
    } else {
        families.push(micro_batches(plan));
        families.extend(raised_degrees(plan));
        families.push(deals_passes);
    }
    families
}

/// The plan with everything that saves memory without other degrees; less of it where the rest is not legal.
pub(super) fn most_saving(plan: &TrainingPlan) -> Family {
    let mut saving = plan.clone();
    saving.parallelism.recompute = Recompute::Full { layers: None };
    saving.parallelism.sequence_parallel |= plan.parallelism.tensor > 1;
    saving.parallelism.zero = plan.parallelism.zero.max(ZeroStage::Optimizer);
    let smallest = with(&saving, |parallelism| parallelism.micro_batch = 1);
    vec![smallest, saving]
}

/// Higher degrees on the same chips, by what they cost: fewer replicas make room for them.
pub(super) fn raised_degrees(plan: &TrainingPlan) -> Vec<Family> {
    let experts = if plan.model.shape().experts.is_some() { raise(plan, |p| &mut p.expert) } else { vec![] };
    vec![
        experts,
        raise_into(plan, |p| &mut p.pipeline),
        raise_into(plan, |p| &mut p.tensor),
        raise_into(plan, |p| &mut p.context),
    ]
}

/// The same plan on twice, four times, ... the chips, which go to stages, replicas and the tensor group in every way.
pub(super) fn on_more_chips(plan: &TrainingPlan) -> Family {
    let splits = (1..=MOST_DOUBLINGS).flat_map(|doublings| {
        (0..=doublings).flat_map(move |tensor| {
            (0..=doublings - tensor).rev().map(move |stages| [tensor, stages, doublings - tensor - stages])
        })
    });
    let raised = splits.flat_map(|[tensor, stages, replicas]: [u32; 3]| {
        let larger = with(plan, |parallelism| {
            parallelism.tensor <<= tensor;
            parallelism.pipeline <<= stages;
            parallelism.data <<= replicas;
        });
        let more_experts = (plan.model.shape().experts.is_some() && replicas > 0)
            .then(|| with(&larger, |parallelism| parallelism.expert <<= replicas));
        std::iter::once(larger).chain(more_experts)
    });
    raised.map(without_layout).collect()
}

/// How often the chips are doubled.
const MOST_DOUBLINGS: u32 = 8;

fn sequence_parallel(plan: &TrainingPlan) -> Family {
    let applies = plan.parallelism.tensor > 1 && !plan.parallelism.sequence_parallel;
    let changed = with(plan, |parallelism| parallelism.sequence_parallel = true);
    if applies { vec![changed] } else { Vec::new() }
}

/// More and more modules, then whole layers.
fn recompute(job: &TrainingJob) -> Family {
    let plan = job.plan();
    let (mut levels, whole_from) = match plan.parallelism.recompute {
        Recompute::Modules(modules) => (module_levels(plan, modules), 1),
        Recompute::Full { layers: Some(layers) } => (Vec::new(), layers + 1),
        Recompute::Full { layers: None } => return Vec::new(),
    };
    let chunks = job.stages().iter().flat_map(|stage| &stage.chunks);
    let longest = chunks.map(Chunk::layer_count).max().unwrap_or(1);
    levels.extend((whole_from..longest).map(|layers| Recompute::Full { layers: Some(layers) }));
    levels.push(Recompute::Full { layers: None });
    levels.into_iter().map(|level| with(plan, |parallelism| parallelism.recompute = level)).collect()
}

/// Sets of modules, each with those before it.
fn module_levels(plan: &TrainingPlan, modules: RecomputedModules) -> Vec<Recompute> {
    let shape = plan.model.shape();
    let stores_scores = plan.recipe.attention == AttentionKernel::Unfused;
    let cheap = RecomputedModules::NORMS.with(RecomputedModules::ACTIVATION);
    let large = if shape.experts.is_some() {
        RecomputedModules::EXPERTS.with(RecomputedModules::SHARED_EXPERTS)
    } else {
        RecomputedModules::FEED_FORWARD
    };
    let steps = [
        (stores_scores, RecomputedModules::CORE_ATTENTION),
        (true, cheap),
        (shape.latent.is_some(), RecomputedModules::LATENT_UP_PROJECTION),
        (true, large),
    ];
    let applicable = steps.into_iter().filter(|(applies, _)| *applies).map(|(_, step)| step);
    let levels = applicable.scan(modules, |all, step| {
        *all = all.with(step);
        Some(*all)
    });
    levels.filter(|level| *level != modules).map(Recompute::Modules).collect()
}

/// ZeRO-1, which costs nothing; and the higher stages, which exchange in every pass: dear in a pipeline of many.
fn zero(plan: &TrainingPlan) -> [Family; 2] {
    let higher = |stages: &[ZeroStage]| {
        let higher = stages.iter().filter(|stage| **stage > plan.parallelism.zero);
        higher.map(|stage| with(plan, |parallelism| parallelism.zero = *stage)).collect()
    };
    [higher(&[ZeroStage::Optimizer]), higher(&[ZeroStage::Gradients, ZeroStage::Parameters])]
}

/// Fewer sequences in a pass, of which there are then more.
fn micro_batches(plan: &TrainingPlan) -> Family {
    let sequences = plan.parallelism.micro_batch;
    let fewer = (1..sequences).rev().filter(|fewer| sequences.is_multiple_of(*fewer));
    fewer.map(|fewer| with(plan, |parallelism| parallelism.micro_batch = fewer)).collect()
}

/// Multiples of a degree that take no chips of their own.
fn raise(plan: &TrainingPlan, degree: fn(&mut Parallelism) -> &mut u64) -> Family {
    let chips = plan.parallelism.chips();
    let factors = (2..=chips.min(MOST_FACTOR)).filter(|factor| chips.is_multiple_of(*factor));
    factors.map(|factor| with(plan, |parallelism| *degree(parallelism) *= factor)).collect()
}

/// Multiples of a degree, whose chips come from the replicas.
fn raise_into(plan: &TrainingPlan, degree: fn(&mut Parallelism) -> &mut u64) -> Family {
    let data = plan.parallelism.data;
    let factors = (2..=data.min(MOST_FACTOR)).filter(|factor| data.is_multiple_of(*factor));
    let raised = factors.map(|factor| {
        with(plan, |parallelism| {
            *degree(parallelism) *= factor;
            parallelism.data /= factor;
        })
    });
    raised.map(without_layout).collect()
}

/// The greatest factor by which a degree is raised.
const MOST_FACTOR: u64 = 1024;

/// Layers divided anew: a layout is of one number of stages.
fn without_layout(mut plan: TrainingPlan) -> TrainingPlan {
    plan.layers_per_chunk = None;
    plan
}

fn with(plan: &TrainingPlan, change: impl FnOnce(&mut Parallelism)) -> TrainingPlan {
    let mut changed = plan.clone();
    change(&mut changed.parallelism);
    changed
}
