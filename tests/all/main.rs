//! One test binary for the whole workspace.
//!
//! - `laws`: closed forms that simulated collectives must equal
//! - `bounds`: no simulation of any family beats what its links allow
//! - `flow_engine`: the flow engine equals its plain twin, and laws that it keeps
//! - `collectives`: every algorithm executed on symbolic data: every rank ends with exactly what it should
//! - `contention`: collectives that share links, late ranks, slow hops and planes that are gone
//! - `examples`: the examples of the crates print what they should
//! - `families`: collectives on every family of fabrics
//! - `never_full`: links that can never be full: what is declared fits, and no time depends on them
//! - `folding`: folded and replayed runs equal the full simulation, to the picosecond
//! - `ledger`: the ledger equals its definition, read out of a whole program, and is the same folded or not
//! - `critical_path`: what limits a step sums to it, is the same folded or not, and says what a faster resource gains
//! - `machines`: no tests, but random machines of every family that properties share
//! - `degrade`: what is slow or gone, how routes re-form around it, and that folding stays exact
//! - `trees`: multicast and reduction load each link once
//! - `damaged`: tiny scenarios with wrong values end with a code and a reason, never with a panic
//! - `deadlock`: what is said of ranks that wait for one another
//! - `determinism`: the same digest, run after run
//! - `tidy`: arrows between crates and modules, confined dependencies, pages that name what exists
//! - `errors`: the message of every error, none left out
//! - `oracle`: flow cases that independent simulators have solved
//! - `traffic`: permutations, incasts, uniform and hot-spot traffic: closed forms, folding, draws, what is slow
//! - `placement`: ranks on chips: any order, domains of 72, what crosses each tier
//! - `cli`: the command line, end to end
//! - `tutorials`: the tutorials of the book, typed as a student types them: what is printed, reckoned and drawn
//! - `validation`: errors against published measurements are those that are written down
//! - `library`: what is built in loads, and the founding scenario's numbers

mod bounds;
mod cli;
mod collectives;
mod contention;
mod critical_path;
mod damaged;
mod deadlock;
mod degrade;
mod determinism;
mod errors;
mod examples;
mod families;
mod flow_engine;
mod folding;
mod laws;
mod ledger;
mod library;
mod machines;
mod never_full;
mod oracle;
mod placement;
mod tidy;
mod traffic;
mod trees;
mod tutorials;
mod twins;
mod validation;
