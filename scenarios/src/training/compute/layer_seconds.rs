//! What passes of a micro-batch take, for who bounds plans without programs.

/// Seconds of one micro-batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PassSeconds {
    /// Forward.
    pub forward: f64,
    /// Backward.
    pub backward: f64,
}

impl PassSeconds {
    /// Both.
    pub fn total(&self) -> f64 {
        self.forward + self.backward
    }
}
