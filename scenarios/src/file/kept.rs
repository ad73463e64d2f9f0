//! Machines and workloads that were read for earlier points, for those that have the same.
//!
//! Neighbours in a sweep differ in few values. What does not depend on these is read once.

use super::combinations::Chosen;
use super::scenario::Workload;
use super::sweep::{SweepPlan, Target};
use super::systems::Machine;
use rustc_hash::FxHashMap;
use std::sync::Mutex;

/// So many of each are kept, and then all are forgotten.
const MOST: usize = 512;

/// The system, its chips where they matter, and the values of those sweeps that count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    system: usize,
    chips: usize,
    values: Vec<(usize, usize)>,
}

/// What was read, by what it depends on.
#[derive(Debug, Default)]
pub(super) struct Kept {
    machines: Mutex<FxHashMap<Key, Machine>>,
    workloads: Mutex<FxHashMap<Key, Workload>>,
}

impl Kept {
    /// Machine and workload of a point, where both are known.
    pub(super) fn find(&self, sweeps: &[SweepPlan], chosen: &Chosen) -> Option<(Machine, Workload)> {
        let machine = self.machines.lock().ok()?.get(&machine_key(sweeps, chosen)).cloned()?;
        let key = workload_key(sweeps, chosen, &machine)?;
        let workload = self.workloads.lock().ok()?.get(&key).cloned()?;
        Some((machine, workload))
    }

    /// The workload of a point with this machine, where it is known.
    pub(super) fn workload(
        &self,
        sweeps: &[SweepPlan],
        chosen: &Chosen,
        machine: &Machine,
    ) -> Option<Workload> {
        let key = workload_key(sweeps, chosen, machine)?;
        self.workloads.lock().ok()?.get(&key).cloned()
    }

    /// Keeps what was read for a legal point.
    pub(super) fn keep(
        &self,
        sweeps: &[SweepPlan],
        chosen: &Chosen,
        (machine, workload): (&Machine, &Workload),
    ) {
        put(&self.machines, Some(machine_key(sweeps, chosen)), machine);
        put(&self.workloads, workload_key(sweeps, chosen, machine), workload);
    }
}

fn put<V: Clone>(kept: &Mutex<FxHashMap<Key, V>>, key: Option<Key>, value: &V) {
    let (Some(key), Ok(mut kept)) = (key, kept.lock()) else { return };
    if kept.contains_key(&key) {
        return;
    }
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(key, value.clone());
}

/// What a machine depends on: the values of its own table.
fn machine_key(sweeps: &[SweepPlan], chosen: &Chosen) -> Key {
    let own = |sweep: &SweepPlan| sweep.target() == Target::Systems && !sweep.is_of_plan();
    Key { system: chosen.system, chips: 0, values: values(sweeps, chosen, own) }
}

/// What a workload depends on: the chips, the values of its table, and what the system lays over its plan.
fn workload_key(sweeps: &[SweepPlan], chosen: &Chosen, machine: &Machine) -> Option<Key> {
    let own = |sweep: &SweepPlan| sweep.target() == Target::Workload || sweep.is_of_plan();
    let chips = machine.chips.as_ref()?.value;
    Some(Key { system: chosen.system, chips, values: values(sweeps, chosen, own) })
}

fn values(sweeps: &[SweepPlan], chosen: &Chosen, counts: impl Fn(&SweepPlan) -> bool) -> Vec<(usize, usize)> {
    chosen.values.iter().copied().filter(|(sweep, _)| counts(&sweeps[*sweep])).collect()
}
