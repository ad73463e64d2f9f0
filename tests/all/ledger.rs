//! Where time goes: the ledger equals its definition on random programs, and its laws hold on training steps.

mod definition;
mod jobs;
mod programs;
mod properties;
