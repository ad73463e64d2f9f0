//! The points of a scenario, each made when it is asked for, as if it stood in a file of its own.
//!
//! A scenario of ten million points takes as much memory as its text and its values: little is kept of a point, and not
//! for long (`kept`).

use super::combinations::{Chosen, Combinations};
use super::document::{Entry, Node, Table, Value};
use super::findings::Findings;
use super::kept::Kept;
use super::point_place::{PointFailure, PointPlace};
use super::scenario::{Fidelity, Point, SystemEntry, Workload};
use super::section::Section;
use super::seeds::Seeds;
use super::sweep::{SweepPlan, Target};
use super::systems::Machine;
use super::{header, pairing, systems, workload};
use copperlight_topologies::System;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// So many points count as few.
const FEW: u64 = 4_096;

/// The tables of a document that points are made of, and what their sweeps put into them.
#[derive(Debug)]
pub(super) struct Points {
    systems: Vec<Node>,
    workload: Node,
    header: Node,
    sweeps: Vec<SweepPlan>,
    combinations: Combinations,
    /// The folder that files are named from.
    folder: PathBuf,
    /// What the file states before any sweep.
    stated: (Fidelity, u64),
    seeds: Seeds,
    kept: Kept,
}

/// Systems, workload, header and sweeps as they stand in the document.
pub(super) struct Declared<'a> {
    pub(super) systems: Vec<&'a Node>,
    pub(super) workload: &'a Node,
    pub(super) header: &'a Node,
    /// What the header says of fidelity and seed.
    pub(super) stated: (Fidelity, u64),
    pub(super) sweeps: &'a [SweepPlan],
}

impl Points {
    /// The points of a document; `findings` knows its folder.
    pub(super) fn new(declared: &Declared<'_>, findings: &Findings) -> Self {
        Self {
            systems: declared.systems.iter().map(|node| (*node).clone()).collect(),
            workload: declared.workload.clone(),
            header: declared.header.clone(),
            sweeps: declared.sweeps.to_vec(),
            combinations: Combinations::new(declared.systems.len(), declared.sweeps),
            folder: findings.folder().to_owned(),
            stated: declared.stated,
            seeds: Seeds::default(),
            kept: Kept::default(),
        }
    }

    /// These points with the seeds of their scenario.
    pub(super) fn seeded(self, seeds: Seeds) -> Self {
        Self { seeds, ..self }
    }

    pub(super) fn combinations(&self) -> &Combinations {
        &self.combinations
    }

    pub(super) fn sweeps(&self) -> &[SweepPlan] {
        &self.sweeps
    }

    /// The systems as the file declares them.
    pub(super) fn systems(&self) -> &[Node] {
        &self.systems
    }

    /// The number of points.
    pub(super) fn count(&self) -> usize {
        usize::try_from(self.combinations.count()).expect("a checked scenario has few enough points")
    }

    /// The seed of point `index`.
    pub(super) fn seed_of(&self, index: u64) -> u64 {
        let findings = Findings::of_point(&self.folder, true);
        let stated = self.read_header(&self.combinations.choose(index), &findings);
        self.seeds.of_point(stated.unwrap_or(self.stated).1, || self.combinations.setting(index))
    }

    /// Points among which every value of every sweep is found; all where they are few.
    pub(super) fn sample(&self) -> Vec<u64> {
        self.combinations.sample(FEW)
    }

    /// Point `index`, or why there can be none.
    pub(super) fn point(&self, index: usize) -> Result<Point, PointFailure> {
        let findings = Findings::of_point(&self.folder, true);
        let chosen = self.combinations.choose(index as u64);
        if let Some(point) = self.make(index, &chosen, &findings)
            && !findings.any()
        {
            return Ok(point);
        }
        let first = findings.into_errors().into_iter().next().expect("what cannot be made has an error");
        let remedy = first.error.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default();
        let message = format!("{}{remedy}", first.error);
        Err(PointFailure { place: self.place(index, &chosen), message })
    }

    /// Makes point `index` and notes what is wrong with it and what it takes for granted.
    pub(super) fn check(&self, index: usize) -> (Option<Point>, Findings) {
        let findings = Findings::of_point(&self.folder, false);
        let point = self.make(index, &self.combinations.choose(index as u64), &findings);
        (point.filter(|_| !findings.any()), findings)
    }

    /// Where point `index` stands.
    pub(super) fn place_of(&self, index: usize) -> PointPlace {
        self.place(index, &self.combinations.choose(index as u64))
    }

    /// A system as its first point has it, whatever runs on it.
    pub(super) fn machine_alone(&self, system: usize) -> Option<SystemEntry> {
        let findings = Findings::of_point(&self.folder, true);
        let chosen = self.combinations.choose(self.combinations.of_system(system).start);
        let node = self.system_node(&chosen, &findings)?;
        let context = (Some(node.place), &findings);
        let section = Section::element(node.as_table()?, "systems", system, context);
        let Machine { name, system: machine, .. } = systems::read(&section).filter(|_| !findings.any())?;
        Some(SystemEntry { name, system: machine, chips: self.stated_chips(system) })
    }

    /// The chips that the file states for a system before any sweep.
    pub(super) fn stated_chips(&self, system: usize) -> Option<usize> {
        match self.systems[system].as_table()?.get("chips")?.node.value {
            Value::Integer(chips) => usize::try_from(chips).ok(),
            _ => None,
        }
    }

    /// A point as its tables say it, or as parts of it were made for another one.
    fn make(&self, index: usize, chosen: &Chosen, findings: &Findings) -> Option<Point> {
        let kept = self.kept.find(&self.sweeps, chosen).filter(|_| findings.is_forgetful());
        let (machine, workload) = match kept {
            Some(kept) if pairing::fits(&kept.0, &kept.1) => kept,
            _ => self.read(chosen, findings)?,
        };
        let Machine { name: system_name, mut system, chips } = machine;
        let (mut workload, chips) = (workload, chips?.value);
        let (fidelity, seed) = self.read_header(chosen, findings)?;
        let seed = self.seeds.of_point(seed, || self.combinations.setting(index as u64));
        set_draw_seed((&mut system, &mut workload), seed);
        let (system_index, values) = (chosen.system, self.values(chosen));
        Some(Point { index, system_index, system_name, system, chips, workload, values, fidelity, seed })
    }

    /// Reads what a point is made of.
    fn read(&self, chosen: &Chosen, findings: &Findings) -> Option<(Machine, Workload)> {
        let system_node = self.system_node(chosen, findings)?;
        let work_node = self.workload_node(chosen, system_node.as_table()?, findings)?;
        let (system_table, work_table) = (system_node.as_table()?, work_node.as_table()?);
        let context = (Some(system_node.place), findings);
        let section = Section::element(system_table, "systems", chosen.system, context);
        let machine = systems::read(&section);
        let chips = machine.as_ref().and_then(|machine| machine.chips);
        let section = Section::new(work_table, "workload", Some(work_node.place), findings);
        let known = machine.as_ref().filter(|_| findings.is_forgetful());
        let workload = known.and_then(|machine| self.kept.workload(&self.sweeps, chosen, machine));
        let workload = workload.or_else(|| workload::read(&section, chips));
        let (machine, workload) = (machine?, workload?);
        pairing::check(&machine, &workload, (system_table, &section))?;
        if !findings.any() {
            self.kept.keep(&self.sweeps, chosen, (&machine, &workload));
        }
        Some((machine, workload))
    }

    /// The level of detail and the seed that a point states.
    fn read_header(&self, chosen: &Chosen, findings: &Findings) -> Option<(Fidelity, u64)> {
        if !self.is_swept(chosen, Target::Scenario) {
            return Some(self.stated);
        }
        let node = self.with_values(&self.header, Target::Scenario, chosen, findings)?;
        let section = Section::new(node.as_table()?, "scenario", Some(node.place), findings);
        section.describe(&header::KEYS);
        Some((header::read_fidelity(&section), header::read_seed(&section)))
    }

    fn values(&self, chosen: &Chosen) -> BTreeMap<String, toml::Value> {
        let value = |(sweep, value): &(usize, usize)| {
            let sweep = &self.sweeps[*sweep];
            (sweep.parameter.clone(), sweep.values[*value].to_toml())
        };
        chosen.values.iter().map(value).collect()
    }

    fn place(&self, index: usize, chosen: &Chosen) -> PointPlace {
        let node = self.system_node(chosen, &Findings::of_point(&self.folder, true));
        let table = node.as_ref().and_then(Node::as_table);
        let value = |key| Some(&table?.get(key)?.node.value);
        let name = [value("name"), value("preset")].into_iter().flatten().find_map(|value| match value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        });
        let chips = match value("chips") {
            Some(Value::Integer(chips)) => usize::try_from(*chips).ok(),
            _ => None,
        };
        PointPlace {
            index,
            system_index: chosen.system,
            system_name: name.unwrap_or_else(|| format!("systems[{}]", chosen.system)),
            chips,
            values: self.values(chosen),
        }
    }

    fn system_node(&self, chosen: &Chosen, findings: &Findings) -> Option<Node> {
        self.with_values(&self.systems[chosen.system], Target::Systems, chosen, findings)
    }

    fn workload_node(&self, chosen: &Chosen, system: &Table, findings: &Findings) -> Option<Node> {
        let mut workload = self.with_values(&self.workload, Target::Workload, chosen, findings)?;
        overlay_parallelism(system, &mut workload);
        Some(workload)
    }

    fn is_swept(&self, chosen: &Chosen, target: Target) -> bool {
        chosen.values.iter().any(|(sweep, _)| self.sweeps[*sweep].target() == target)
    }

    /// A table with the chosen values in it.
    fn with_values(&self, node: &Node, target: Target, chosen: &Chosen, findings: &Findings) -> Option<Node> {
        let mut node = node.clone();
        let Value::Table(table) = &mut node.value else { return Some(node) };
        for &(sweep, value) in &chosen.values {
            let sweep = &self.sweeps[sweep];
            if sweep.target() != target {
                continue;
            }
            if let Err(error) = sweep.path.below_root().set(table, sweep.place, &sweep.values[value]) {
                findings.error(Some(sweep.place), error.into());
                return None;
            }
        }
        Some(node)
    }
}

/// Draws of a point are those of its seed, unless it states one of its own.
fn set_draw_seed((system, workload): (&mut System, &mut Workload), seed: u64) {
    system.set_draw_seed(seed);
    if let Workload::Traffic(traffic) = workload {
        traffic.seed.get_or_insert(seed);
    }
}

/// Lays `[systems.parallelism]` over `[workload.parallelism]`; one that says how it is meant stands by itself.
fn overlay_parallelism(system: &Table, work: &mut Node) {
    let Some(own) = system.get("parallelism") else { return };
    let (Some(upper), Value::Table(work)) = (own.node.as_table(), &mut work.value) else { return };
    let lower = work.get("parallelism").filter(|_| upper.get("plan").is_none());
    let merged = match lower.and_then(|entry| entry.node.as_table()) {
        Some(lower) => lower.overlaid_by(upper),
        None => upper.clone(),
    };
    let place = work.get("parallelism").map_or(own.node.place, |entry| entry.node.place);
    let node = Node { place, value: Value::Table(merged) };
    work.insert(Entry { key: "parallelism".to_owned(), place, node });
}
