//! Routers for fabrics of any shape; structured families bring their own rules.

mod costs;
mod equal_cost;
mod explicit;
mod shortest_path;

pub use equal_cost::EqualCost;
pub use explicit::ExplicitRoutes;
pub use shortest_path::ShortestPath;
