//! How far a stream of a rank has come.

use super::account::Account;
use copperlight_core::units::Time;

/// How far a stream has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stream {
    /// When its last operation ended, and the path that led there.
    pub(super) ended: Time,
    pub(super) done: Account,
    /// When its operation was entered; when it began, and the path that led there.
    pub(super) entered: Time,
    pub(super) began: Time,
    pub(super) account: Account,
    /// Where the parts of its operation stand.
    pub(super) parts: Option<u32>,
}
