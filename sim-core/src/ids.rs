//! Dense identifiers as newtypes, all made by one macro.

/// Declares a dense `u32` identifier with `new`, `index` and `Display`.
macro_rules! dense_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u32);

        impl $name {
            /// The identifier with this index.
            ///
            /// # Panics
            /// When `index` does not fit 32 bits.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("identifiers are dense and fit 32 bits"))
            }

            /// The index that this identifier stands for.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    )*};
}

dense_ids! {
    /// A node of a fabric: endpoints come first, switches after them.
    NodeId = "node ";
    /// A chip as the fabric sees it; endpoint `i` is node `i`.
    EndpointId = "endpoint ";
    /// A directed link.
    LinkId = "link ";
    /// A tier of a fabric, such as the scale-up links of the first stage.
    TierId = "tier ";
    /// A participant of a workload.
    RankId = "rank ";
    /// A program that several ranks run.
    RoleId = "role ";
    /// A partition of ranks into groups that run collectives together.
    CommunicatorId = "communicator ";
    /// One group of a communicator.
    GroupId = "group ";
    /// The n-th peer that a program names.
    PeerSlot = "peer ";
}

impl From<EndpointId> for NodeId {
    fn from(endpoint: EndpointId) -> Self {
        Self(endpoint.0)
    }
}
