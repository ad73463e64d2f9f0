//! Whether every cable is short enough for what it is made of.

use super::layer::Physical;
use super::length::Length;
use super::medium::Medium;
use super::tier_cables::{TierCables, TierKind};
use copperlight_core::fabric::Scope;
use copperlight_core::units::Bandwidth;
use thiserror::Error;

/// The longest link of a tier, and what it is made of, which does not span it.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(
    "link {link} ({tier}) is {length} long and {medium} reaches {reach} at {} Gb/s a lane; {remedy}",
    .lane_rate.bytes_per_second() * 8.0 / 1e9
)]
pub struct LongCable {
    /// The two ends of the link.
    pub link: String,
    /// The tier.
    pub tier: &'static str,
    /// The length of the link.
    pub length: Length,
    /// What it is made of.
    pub medium: &'static str,
    /// How far that reaches.
    pub reach: Length,
    /// The rate of a lane.
    pub lane_rate: Bandwidth,
    /// The media that would do, and the key that sets them.
    pub remedy: String,
}

/// A cable that its medium does not span.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReachError {
    /// A link is longer than its medium reaches at its lane rate.
    #[error(transparent)]
    TooLong(Box<LongCable>),
}

/// Holds the longest cable of every tier against the reach of its medium, from the chips outwards.
///
/// The core of the fabric between domains stands for stages of any extent and is not held against a reach.
///
/// # Errors
/// [`ReachError`] names the longest link of the first tier that is too long, and the media that would do.
pub(crate) fn check_reach(physical: &Physical) -> Result<(), ReachError> {
    let single = physical.domains == 1;
    let held = |tier: &&TierCables| match tier.kind.scope {
        Scope::ScaleUp => true,
        Scope::ScaleOut => !single && tier.kind.name == "scale-out",
    };
    physical.tiers.iter().filter(held).try_for_each(check_tier)
}

fn check_tier(tier: &TierCables) -> Result<(), ReachError> {
    let kind = &tier.kind;
    let Some(longest) = tier.longest() else { return Ok(()) };
    match kind.medium.reach(Some(kind.lane_rate)) {
        Some(reach) if longest.length > reach => Err(ReachError::TooLong(Box::new(LongCable {
            link: format!("{} -> {}", longest.from, longest.to),
            tier: kind.name,
            length: longest.length,
            medium: kind.medium.name(),
            reach,
            lane_rate: kind.lane_rate,
            remedy: remedy(kind, longest.length),
        }))),
        _ => Ok(()),
    }
}

fn remedy(kind: &TierKind, length: Length) -> String {
    let spans = |medium: &Medium| medium.reach(Some(kind.lane_rate)).is_some_and(|reach| length <= reach);
    let media: Vec<&str> = Medium::all().filter(spans).map(|medium| medium.name()).collect();
    match media.as_slice() {
        [] => "no medium of the catalog reaches so far; use fewer chips a domain".to_owned(),
        [first, ..] => {
            format!("media that would do: {}; set {} = \"{first}\"", media.join(", "), kind.medium_key)
        }
    }
}
