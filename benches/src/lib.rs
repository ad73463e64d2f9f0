//! Criterion benches of Copperlight live in `benches/`; this library holds their shared inputs.
