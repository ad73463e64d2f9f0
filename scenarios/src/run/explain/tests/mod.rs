//! Explanations held against what they explain, and what they say.

mod explanations;
