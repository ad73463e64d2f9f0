//! Folding and replay are exact: every way of running a workload gives the same outcome, to the picosecond and the byte.

mod by_hand;
mod domains;
mod entries;
mod evidence;
mod jobs;
mod ledgers;
mod library;
mod library_sizes;
mod plans;
mod properties;
mod recurring;
mod rounds;
mod slowing;
mod steps;
mod under_way;
