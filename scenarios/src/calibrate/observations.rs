//! Measurements on the fabrics on which they were taken, and how long the closed form says that they take.

use crate::validate::{Measured, MeasuredOperation, MeasuredRun, Setup, Table, TableKind};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::transport::{Planner, Surveys, Transport};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{CollectiveCall, CollectiveKind, ExpertRouting};
use rayon::prelude::*;

/// From this size on a message is large: 64 MiB.
const LARGE: Bytes = Bytes::new(64 << 20);

/// One measurement.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    /// Which group of rows it belongs to.
    pub(super) group: usize,
    pub(super) chips: usize,
    pub(super) large: bool,
    /// Whether it is a dispatch or a combine, which have kernels of their own.
    pub(super) of_experts: bool,
    call: CollectiveCall,
    seconds: f64,
    /// What the harness takes at least.
    floor: Time,
}

/// Measurements on one machine.
pub(super) struct Batch {
    pub(super) family: String,
    pub(super) rows: Vec<Observation>,
    fabric: Fabric,
    members: Vec<EndpointId>,
    /// Whether the switches of the machine reduce and copy.
    sums: bool,
    seen: Surveys,
}

/// All measurements that can be fitted.
pub(super) struct Observations {
    pub(super) batches: Vec<Batch>,
    /// The names of the groups of rows.
    pub(super) groups: Vec<String>,
}

impl Observations {
    /// The rows of tables that can run and are not apart.
    pub(super) fn of_tables(tables: &[Table]) -> Self {
        let mut groups: Vec<String> = Vec::new();
        let mut machines: Vec<(&Setup, Vec<Observation>)> = Vec::new();
        for table in tables.iter().filter(|table| table.kind == TableKind::Collectives) {
            for row in table.rows.iter().filter(|row| !table.is_apart(row)) {
                let Ok(run) = &row.run else { continue };
                let name = table.group_of(row);
                let group = groups.iter().position(|known| *known == name).unwrap_or_else(|| {
                    groups.push(name);
                    groups.len() - 1
                });
                let observation = observation(run, (group, row.size), table.harness.floor);
                match machines.iter_mut().find(|(setup, _)| **setup == run.setup) {
                    Some((_, rows)) => rows.push(observation),
                    None => machines.push((&run.setup, vec![observation])),
                }
            }
        }
        let batches = machines.into_par_iter().filter_map(|(setup, rows)| Batch::build(setup, rows));
        Self { batches: batches.collect(), groups }
    }

    /// Leaves out machines.
    pub(super) fn keep(&mut self, kept: impl Fn(&Batch) -> bool) {
        self.batches.retain(kept);
    }

    /// Every row, in the order of batches.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Batch, &Observation)> {
        self.batches.iter().flat_map(|batch| batch.rows.iter().map(move |row| (batch, row)))
    }
}

impl Batch {
    /// Builds the machine; none where the catalog cannot, as `validate` tells row by row.
    fn build(setup: &Setup, rows: Vec<Observation>) -> Option<Self> {
        let system = setup.system().ok()?.system;
        let fabric = system.build(setup.chips).ok()?;
        let members: Vec<EndpointId> = (0..setup.chips).map(EndpointId::new).collect();
        let transport = system.transport();
        let mut planner = Planner::new(&fabric, &transport);
        let rows: Vec<Observation> =
            rows.into_iter().filter(|row| planner.plan(&members, &row.call).is_ok()).collect();
        let (seen, sums) = (planner.into_surveys(), transport.in_network.is_some());
        let family = system.transport_name().to_owned();
        (!rows.is_empty()).then_some(Self { family, rows, fabric, members, sums, seen })
    }

    /// The logarithm of modelled over measured time of each row that is asked for; zero for the others.
    pub(super) fn errors(&self, costs: Transport, asked: impl Fn(&Observation) -> bool) -> Vec<f64> {
        let in_network = costs.in_network.filter(|_| self.sums);
        let transport = Transport { in_network, ..costs };
        let mut planner = Planner::resume(&self.fabric, &transport, self.seen.clone());
        let mut error = |row: &Observation| {
            if !asked(row) {
                return 0.0;
            }
            let plan = planner.plan(&self.members, &row.call).expect("the row was planned before");
            let modelled = plan.prediction.total().max(row.floor).seconds();
            (modelled / row.seconds).ln()
        };
        self.rows.iter().map(&mut error).collect()
    }
}

fn observation(run: &MeasuredRun, (group, size): (usize, Option<Bytes>), floor: Time) -> Observation {
    let chips = run.setup.chips;
    let call = call_of(&run.operation);
    let seconds = match run.measured {
        Measured::TimeUs(time) => time * 1e-6,
        Measured::BusbwGbPerS(rate) => call.bytes.count() as f64 * call.kind.bus_factor(chips) / (rate * 1e9),
    };
    let large = size.is_some_and(|size| size >= LARGE);
    let of_experts = matches!(call.kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine);
    Observation { of_experts, group, chips, large, call, seconds, floor }
}

/// What was called.
fn call_of(operation: &MeasuredOperation) -> CollectiveCall {
    let (kind, row) = match operation {
        MeasuredOperation::Collective { kind, algorithm, size } => {
            return CollectiveCall { algorithm: *algorithm, ..CollectiveCall::auto(*kind, *size) };
        }
        MeasuredOperation::ExpertDispatch(row) => (CollectiveKind::EpDispatch, row),
        MeasuredOperation::ExpertCombine(row) => (CollectiveKind::EpCombine, row),
    };
    let choices = u32::try_from(row.top_k).unwrap_or(u32::MAX);
    let experts = ExpertRouting::new(choices, 1.0);
    CollectiveCall { experts, algorithm: row.algorithm, ..CollectiveCall::auto(kind, row.bytes(kind)) }
}
