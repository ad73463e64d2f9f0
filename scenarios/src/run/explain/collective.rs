//! Why a collective of a point ran as it did.

use crate::file::{CollectiveSpec, Point};
use crate::report::{CollectiveRow, Explanation};
use crate::run::fabric::build;
use crate::run::{EngineOptions, RunError, explanation};
use copperlight_core::ids::EndpointId;
use copperlight_core::transport::{Planner, fastest};
use copperlight_core::units::Time;

/// The candidates of the call, and the terms of the one that ran.
pub(super) fn explain(
    point: &Point,
    (spec, row): (&CollectiveSpec, &CollectiveRow),
    engine: EngineOptions,
) -> Result<Explanation, RunError> {
    let name = &point.system_name;
    let fabric = build(&point.system, name, point.chips)?;
    let call = spec.call();
    let options = engine.with(point.system.transport());
    let members: Vec<EndpointId> = (0..point.chips).map(EndpointId::new).collect();
    let plans = Planner::new(&fabric, &options.transport).plans(&members, &call);
    let plans = plans.map_err(|source| RunError::Routing { system: name.clone(), source })?;
    let simulated = Time::from_seconds(row.time_us * 1e-6);
    Ok(explanation::explain(&plans, fastest(&plans), simulated))
}
