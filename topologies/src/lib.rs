//! Machines as fabrics.
