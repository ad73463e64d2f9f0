//! What compute is made of: matmuls, attention, memory, the host.
//!
//! The time of every kernel is a sum of terms, each of which one rate of the chip decides, so that a term is what a step
//! loses when that rate is out of reach. The terms sum to the kernels of the programs, and what compute takes beyond
//! them in the simulation is waited for the host, or lost to communication that runs beside.

use crate::report::ExplainedPart;
use crate::run::RunError;
use crate::training::{COMPUTE, ChipRates, LedgerEntry, TrainingJob, TrainingWorkload};
use copperlight_core::ids::{RankId, RoleId};
use copperlight_core::units::Time;
use copperlight_core::workload::{Operation, OperationKind, Program, Workload};
use copperlight_topologies::HostCosts;
use std::collections::BTreeMap;

/// How many times as fast as it is a rate is made that is to be no bound.
const OUT_OF_REACH: f64 = 1e12;

/// The roles of a workload, with the first rank of each and how many ranks it has.
pub(super) struct Roles(pub(super) Vec<(RoleId, RankId, u64)>);

impl Roles {
    pub(super) fn of(workload: &TrainingWorkload) -> Self {
        let mut roles: BTreeMap<RoleId, (RankId, u64)> = BTreeMap::new();
        for rank in (0..workload.ranks()).map(RankId::new) {
            roles.entry(workload.role(rank)).or_insert((rank, 0)).1 += 1;
        }
        Self(roles.into_iter().map(|(role, (rank, count))| (role, rank, count)).collect())
    }

    /// How many ranks there are.
    pub(super) fn ranks(&self) -> f64 {
        self.0.iter().map(|(_, _, count)| *count as f64).sum()
    }
}

/// One term of kernels: its name, what decides it, and a chip on which it takes no time.
struct Cut {
    name: &'static str,
    bound_by: &'static str,
    without: fn(&ChipRates) -> ChipRates,
}

/// The terms beside those that the bandwidth of the memory decides. What multiplies others comes before them.
const CUTS: [Cut; 8] = [
    Cut {
        name: "waiting for the slowest of all chips",
        bound_by: "spread of chips",
        without: |rates| ChipRates { jitter: 0.0, ..*rates },
    },
    Cut {
        name: "matmuls: last waves of tiles not full",
        bound_by: "multiprocessors and the shape",
        without: |rates| ChipRates { wave_weight: 0.0, ..*rates },
    },
    Cut {
        name: "matmuls: arithmetic",
        bound_by: "peak x efficiency at the shape",
        without: |rates| ChipRates {
            gemm_efficiency: rates.gemm_efficiency * OUT_OF_REACH,
            gemm_efficiency_bf16: rates.gemm_efficiency_bf16 * OUT_OF_REACH,
            // Attention that is not fused has a share of the rate of matmuls.
            unfused_gemm_relative: rates.unfused_gemm_relative / OUT_OF_REACH,
            ..*rates
        },
    },
    Cut {
        name: "matmuls: operands from memory",
        bound_by: "memory bandwidth",
        without: |rates| ChipRates { gemm_traffic: 0.0, ..*rates },
    },
    Cut {
        name: "matmuls of experts: few rows each",
        bound_by: "memory bandwidth and the shape",
        without: |rates| ChipRates { grouped_gemm_penalty: 0.0, ..*rates },
    },
    Cut {
        name: "attention",
        bound_by: "peak x efficiency of its kernel",
        without: |rates| ChipRates {
            attention_efficiency: rates.attention_efficiency * OUT_OF_REACH,
            unfused_gemm_relative: rates.unfused_gemm_relative * OUT_OF_REACH,
            ..*rates
        },
    },
    Cut {
        name: "waits for shapes that routing decides",
        bound_by: "host",
        without: |rates| ChipRates { host: HostCosts { expert_wait: 0.0, ..rates.host }, ..*rates },
    },
    Cut {
        name: "what a step costs however little it computes",
        bound_by: "software",
        without: |rates| ChipRates { step_overhead: [Time::ZERO; 2], ..*rates },
    },
];

/// What is left without all of these.
const OF_MEMORY: &str = "norms, activations, copies, embedding, loss";

/// Below this share of compute a term is the rounding of kernels to picoseconds.
const LEAST: f64 = 1e-7;

/// The workload of a job on chips of other rates.
type WithRates<'a> = &'a dyn Fn(&ChipRates) -> Result<TrainingWorkload, RunError>;

/// The parts of compute, which took `simulated` seconds, of which the closed form waits `host` for launches.
pub(super) fn kernel_parts(
    (job, rates): (&TrainingJob, &ChipRates),
    roles: &Roles,
    (simulated, host): (f64, f64),
    with: WithRates<'_>,
) -> Result<Vec<ExplainedPart>, RunError> {
    let seconds = |rates: &ChipRates| Ok::<f64, RunError>(compute_seconds(&with(rates)?, roles));
    let all = seconds(rates)?;
    let (mut left, mut chip, mut parts) = (all, *rates, Vec::new());
    for cut in &CUTS {
        chip = (cut.without)(&chip);
        let without = seconds(&chip)?;
        parts.push(ExplainedPart::new(cut.name, left - without).bound_by(cut.bound_by));
        left = without;
    }
    parts.push(ExplainedPart::new(OF_MEMORY, left).bound_by("memory bandwidth"));
    parts.extend(beside(simulated - all, host, job.lost_speed(rates)));
    parts.retain(|part| part.value.abs() > LEAST * simulated);
    let kept: f64 = parts.iter().map(|part| part.value).sum();
    if let Some(largest) = parts.iter_mut().max_by(|a, b| a.value.total_cmp(&b.value)) {
        largest.value += simulated - kept;
    }
    Ok(parts)
}

/// What compute takes beyond its kernels.
fn beside(seconds: f64, host: f64, lost_speed: f64) -> [ExplainedPart; 2] {
    let host = if lost_speed > 0.0 { host.min(seconds).max(0.0) } else { seconds };
    [
        ExplainedPart::new("waits for launches", host).bound_by("host"),
        ExplainedPart::new("kernels slower while the chip communicates", seconds - host)
            .bound_by("communication beside compute"),
    ]
}

/// Seconds of compute kernels: the mean over ranks.
fn compute_seconds(workload: &TrainingWorkload, roles: &Roles) -> f64 {
    let of = |(role, _, count): &(RoleId, RankId, u64)| kernels(&workload.program(*role)) * *count as f64;
    roles.0.iter().map(of).sum::<f64>() / roles.ranks()
}

fn kernels(program: &Program) -> f64 {
    let of_block = |operations: &[Operation]| operations.iter().map(kernel).sum::<f64>();
    let blocks: Vec<f64> = program.blocks().iter().map(|block| of_block(block.operations())).collect();
    (0..program.instances()).map(|number| blocks[program.block_number(number) as usize]).sum()
}

fn kernel(operation: &Operation) -> f64 {
    match operation.kind {
        OperationKind::Compute { duration }
            if operation.stream == COMPUTE && LedgerEntry::of(operation.tag) == LedgerEntry::Compute =>
        {
            duration.seconds()
        }
        _ => 0.0,
    }
}
