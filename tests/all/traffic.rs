//! Traffic: closed forms of each pattern, exact folding, draws by seed, and what is slow makes it slower.

mod closed_forms;
mod properties;
mod scenarios;
