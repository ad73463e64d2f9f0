//! Routers for fabrics of any shape; structured families bring their own rules.

mod explicit;
mod shortest_path;

pub use explicit::ExplicitRoutes;
pub use shortest_path::ShortestPath;
