//! Every combination of systems and swept values, each checked as if it stood in a file of its own.

use super::document::{Entry, Node, Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::limits::MOST_POINTS;
use super::scenario::Point;
use super::section::Section;
use super::sweep::SweepPlan;
use super::systems::Machine;
use super::{pairing, systems, workload};

/// Systems, workload and sweeps as they stand in the document.
pub(super) struct Declared<'a> {
    pub(super) systems: Vec<&'a Node>,
    pub(super) workload: &'a Node,
    pub(super) sweeps: &'a [SweepPlan],
}

/// Makes and checks every point: systems outermost, then the sweeps as declared, the last one fastest.
pub(super) fn make(declared: &Declared<'_>, findings: &Findings) -> Vec<Point> {
    if !few_enough(declared, findings) {
        return Vec::new();
    }
    let mut points = Vec::new();
    for system in 0..declared.systems.len() {
        let sweeps: Vec<&SweepPlan> = declared.sweeps.iter().filter(|sweep| sweep.concerns(system)).collect();
        let combinations: usize = sweeps.iter().map(|sweep| sweep.values.len()).product();
        for number in 0..combinations {
            let chosen = choose(&sweeps, number);
            if let Some(point) = make_one(declared, system, &chosen, findings) {
                points.push(Point { index: points.len(), ..point });
            }
        }
    }
    points
}

fn few_enough(declared: &Declared<'_>, findings: &Findings) -> bool {
    let combinations = |system| {
        let sweeps = declared.sweeps.iter().filter(|sweep| sweep.concerns(system));
        sweeps.fold(1u64, |points, sweep| points.saturating_mul(sweep.values.len() as u64))
    };
    let points = (0..declared.systems.len()).map(combinations).fold(0, u64::saturating_add);
    if points > MOST_POINTS {
        let place = declared.sweeps.first().map(|sweep| sweep.place);
        findings.error(place, ScenarioError::TooManyPoints { points, limit: MOST_POINTS });
    }
    points <= MOST_POINTS
}

/// The values of combination `number`, the last sweep varying fastest.
fn choose<'a>(sweeps: &[&'a SweepPlan], mut number: usize) -> Vec<(&'a SweepPlan, &'a Node)> {
    let mut chosen = Vec::new();
    for &sweep in sweeps.iter().rev() {
        chosen.push((sweep, &sweep.values[number % sweep.values.len()]));
        number /= sweep.values.len();
    }
    chosen.reverse();
    chosen
}

fn make_one(
    declared: &Declared<'_>,
    system_index: usize,
    chosen: &[(&SweepPlan, &Node)],
    findings: &Findings,
) -> Option<Point> {
    let (system, work) = put_values(declared, system_index, chosen, findings)?;
    let (system_table, work_table) = (system.as_table()?, work.as_table()?);
    let section = Section::element(system_table, "systems", system_index, (Some(system.place), findings));
    let machine = systems::read(&section);
    let chips = machine.as_ref().and_then(|machine| machine.chips);
    let section = Section::new(work_table, "workload", Some(work.place), findings);
    let workload = workload::read(&section, chips);
    let (machine, chips, workload) = (machine?, chips?.value, workload?);
    pairing::check(&machine, &workload, (system_table, &section))?;
    let value = |(sweep, value): &(&SweepPlan, &Node)| (sweep.parameter.clone(), value.to_toml());
    let values = chosen.iter().map(value).collect();
    let Machine { name: system_name, system, .. } = machine;
    Some(Point { index: 0, system_index, system_name, system, chips, workload, values })
}

/// The tables of a system and of the workload with the chosen values in them.
fn put_values(
    declared: &Declared<'_>,
    system_index: usize,
    chosen: &[(&SweepPlan, &Node)],
    findings: &Findings,
) -> Option<(Node, Node)> {
    let (mut system, mut work) = (declared.systems[system_index].clone(), declared.workload.clone());
    for (sweep, value) in chosen {
        let target = if sweep.of_systems() { &mut system } else { &mut work };
        let Value::Table(table) = &mut target.value else { continue };
        if let Err(error) = sweep.path.below_root().set(table, sweep.place, value) {
            findings.error(Some(sweep.place), error.into());
            return None;
        }
    }
    overlay_parallelism(system.as_table()?, &mut work);
    Some((system, work))
}

/// Lays `[systems.parallelism]` over `[workload.parallelism]`.
fn overlay_parallelism(system: &Table, work: &mut Node) {
    let Some(own) = system.get("parallelism") else { return };
    let (Some(upper), Value::Table(work)) = (own.node.as_table(), &mut work.value) else { return };
    let merged = match work.get("parallelism").and_then(|entry| entry.node.as_table()) {
        Some(lower) => lower.overlaid_by(upper),
        None => upper.clone(),
    };
    let place = work.get("parallelism").map_or(own.node.place, |entry| entry.node.place);
    let node = Node { place, value: Value::Table(merged) };
    work.insert(Entry { key: "parallelism".to_owned(), place, node });
}
