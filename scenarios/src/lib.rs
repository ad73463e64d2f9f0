//! Copperlight: what wins for trillion-parameter training, 72 chips on copper or 384 on light?
//!
//! This crate turns scenario files into simulations and simulations into reports:
//!
//! - [`mod@file`]: a scenario file, read and checked, with errors that show the line and the remedy
//! - [`estimate`]: a training step in closed form, as fast as thousands of plans need
//! - [`training`]: a training step of a transformer as programs of events, its memory and its ledger
//! - [`critical_path`]: which resource bound each interval of the path that a run's end waited for
//! - [`traffic`]: permutations, incasts, uniform and hot-spot traffic as lists of messages
//! - [`run`]: every point of a scenario, and collectives by size
//! - [`sweep`]: sweeps that go on after any end, shared among machines
//! - [`search`]: parallelism plans for a system and a model, the best of them simulated
//! - [`trace`]: what ranks do over time, for viewers of timelines
//! - [`report`] and [`plot`]: tables, JSON, CSV, figures and one self-contained page
//! - [`claims`]: claims about machines, each judged by what its scenario shows
//! - [`validate`]: published measurements, row by row, and the model held against them
//! - [`calibrate`]: the parameters of transport families, fitted again to measurements
//! - [`flow_case`]: any flows on any links, from a JSON file
//!
//! The command line is a thin layer on top of it, behind the `cli` feature.

pub mod calibrate;
pub mod check;
pub mod claims;
#[cfg(feature = "cli")]
pub mod commands;
pub mod critical_path;
pub mod estimate;
pub mod file;
pub mod flow_case;
#[cfg(test)]
mod kept_file;
#[cfg(feature = "plots")]
pub mod plot;
pub mod report;
pub mod run;
pub mod search;
pub mod sweep;
pub mod trace;
pub mod traffic;
pub mod training;
pub mod validate;
