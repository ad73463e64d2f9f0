//! Every schedule against its closed form, its published order and its memory.

mod memory;
mod orders;
mod spans;

use crate::training::model::ModelShape;
use crate::training::plan::{Parallelism, Schedule, Stage};
use crate::training::testing::small_shape;

/// A pipeline of chunks of one layer each.
fn pipeline(schedule: Schedule, stages: u64, virtual_stages: u64) -> Vec<Stage> {
    let shape = ModelShape { layers: stages * virtual_stages, ..small_shape() };
    let plan = Parallelism { pipeline: stages, virtual_stages, schedule, ..Parallelism::default() };
    Stage::lay_out(&shape, &plan, None).expect("there are as many layers as chunks")
}
