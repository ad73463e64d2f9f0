//! What collectives do, and not only how long they take: the transfers that a simulation moved are executed on symbolic
//! data, and every rank ends with exactly the contributions that it should have.
//!
//! - `contributions`, `meaning`: the data, and what each collective makes of it
//! - `transfers`, `machine`: the transfers of an outcome, checked against the schedule, and executed
//! - `sizes`: every algorithm of every operation, over any number of ranks
//! - `called`, `late`: ranks that come late and groups in any order
//! - `counting`: what a position waits for is what others send to it
//! - `folded`: folded runs equal full ones

mod called;
mod contributions;
mod counting;
mod folded;
mod late;
mod machine;
mod meaning;
mod sizes;
mod transfers;

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::RankId;
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::{Plan, Planner, Transport};
use copperlight_core::workload::{Algorithm, CollectiveCall, Workload};
use machine::Machine;
use meaning::Meaning;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a workload in which one group calls one collective, and executes its transfers.
fn prove(fabric: &Fabric, workload: &dyn Workload, members: &[RankId], plan: &Plan, transport: Transport) {
    let options = Options::new(transport).unfolded().recorded();
    let outcome =
        simulate(fabric, workload, &options, &mut Unobserved).expect("the workload fits the fabric");
    assert_eq!(outcome.stop, StopReason::Completed);
    prove_outcome(&outcome, members, plan);
}

fn prove_outcome(outcome: &Outcome, members: &[RankId], plan: &Plan) {
    let Plan { call, schedule, .. } = plan;
    let moved = transfers::moved(&outcome.transfers, members);
    transfers::assert_complete(&moved, schedule);
    assert_eq!(transfers::busiest(&moved, members.len()), schedule.wire_bytes());
    let meaning =
        Meaning { kind: call.kind, ranks: members.len(), atoms: schedule.atoms(), bytes: call.bytes };
    let mut machine = Machine::new(schedule, meaning);
    machine.execute(&moved);
    machine.assert_done();
}

/// The plans by which a collective can be asked to run, none twice.
fn plans(
    fabric: &Fabric,
    transport: &Transport,
    (workload, members): (&dyn Workload, &[RankId]),
    call: CollectiveCall,
) -> Vec<Plan> {
    let endpoints: Vec<_> = members.iter().map(|&rank| workload.endpoint(rank)).collect();
    let mut planner = Planner::new(fabric, transport);
    let mut seen = BTreeSet::new();
    let plan = |algorithm| {
        let asked = CollectiveCall { algorithm: Some(algorithm), ..call };
        planner.plan(&endpoints, &asked).expect("all chips are joined")
    };
    Algorithm::ALL.into_iter().map(plan).filter(|plan| seen.insert(plan.schedule.algorithm)).collect()
}

/// Says what was being proved when that fails.
fn named(name: impl FnOnce() -> String, prove: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(prove)).is_err() {
        panic!("in {}, as said above", name());
    }
}
