//! Discrete-event simulation of GPU-cluster fabrics: time, links, and how bytes move.

pub mod collectives;
mod digest;
pub mod engine;
pub mod fabric;
pub mod ids;
pub mod network;
pub mod outcome;
pub mod rng;
pub mod routing;
pub mod simulation;
pub mod symmetry;
pub mod transport;
pub mod units;
pub mod workload;
