//! Copperlight: what wins for trillion-parameter training, 72 chips on copper or 384 on light?
//!
//! This crate turns scenario files into simulations and simulations into reports. A scenario is a text; what is wrong
//! with it is said before anything runs, and every number of it can be set:
//!
//! ```
//! use copperlight::file::{SourceText, check};
//! use copperlight::run::{RunOptions, run_scenario};
//!
//! let text = r#"
//! [scenario]
//! name = "one-tier-or-two"
//!
//! [[systems]]
//! preset = "gb200-nvl72"
//! chips = 64
//!
//! [[systems]]
//! preset = "cloudmatrix384"
//! chips = 64
//!
//! [workload]
//! kind = "collective"
//! operation = "all-to-all"
//! size = "64 MiB"
//! "#;
//!
//! // Wires only: 63/64 of 64 MiB at 900 and at 392 GB/s, and 0.6 and 2.2 us for the first byte.
//! let wires = ["systems.transport=ideal".to_owned()];
//! let scenario = check(SourceText::new("one-tier-or-two.toml", text), &wires)?;
//! let report = run_scenario(&scenario, &RunOptions::default(), &|_| ())?;
//! let [copper, light] = &report.results.results[..] else { panic!("there are two systems") };
//! assert_eq!(copper.collective.as_ref().map(|row| row.time_us.round()), Some(74.0));
//! assert_eq!(light.collective.as_ref().map(|row| row.time_us.round()), Some(170.0));
//!
//! // A mistake is found with its place and its remedy.
//! let typo = SourceText::new("typo.toml", text.replace("chips", "chip"));
//! let Err(errors) = check(typo, &[]) else { panic!("there is no key `chip`") };
//! assert!(errors.to_string().contains("did you mean `chips`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/` has a training step and a sweep in code; where things are:
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
