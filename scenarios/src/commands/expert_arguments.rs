//! The flags of `copperlight collective` that exchanges with experts alone have.

use super::failure::Failure;
use crate::file::{
    DEFAULT_ELEMENT, DEFAULT_TOP_K, ExpertTokens, MOST_GROUPS, MOST_HIDDEN, MOST_IMBALANCE, MOST_TOKENS,
    MOST_TOP_K, element_named,
};
use clap::Args;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveKind, ExpertRouting};

/// How tokens spread, and how many there are.
#[derive(Debug, Args)]
pub(super) struct ExpertArguments {
    /// The experts that each token goes to, for ep-dispatch and ep-combine [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TOP_K)))]
    top_k: Option<u32>,
    /// What the busiest rank of experts gets, over the mean, for ep-dispatch and ep-combine [default: 1]
    #[arg(long, value_name = "RATIO", allow_negative_numbers = true)]
    imbalance: Option<f64>,
    /// Groups of experts, for ep-dispatch and ep-combine between domains [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_GROUPS)))]
    expert_groups: Option<u32>,
    /// In how many of the groups all experts of a token are [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_GROUPS)))]
    top_groups: Option<u32>,
    /// The tokens of each rank instead of their size, for ep-dispatch and ep-combine; several make a row each
    #[arg(
        long,
        value_name = "N,..",
        value_delimiter = ',',
        conflicts_with_all = ["minbytes", "maxbytes", "stepfactor", "stepbytes"],
        value_parser = clap::value_parser!(u64).range(1..=MOST_TOKENS.unsigned_abs())
    )]
    tokens: Vec<u64>,
    /// The dimensions of a token, with --tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_HIDDEN.unsigned_abs()))]
    hidden: Option<u64>,
    /// What a dimension is sent as, with --tokens: fp8 (with scales), bf16 [default: bf16]
    #[arg(long, value_name = "NAME")]
    element: Option<String>,
}

impl ExpertArguments {
    /// How tokens spread over the ranks of experts.
    ///
    /// # Errors
    /// [`Failure`] when the operation has no experts and a flag of theirs is given, or a number is out of bounds.
    pub(super) fn routing(&self, kind: CollectiveKind) -> Result<ExpertRouting, Failure> {
        if !matches!(kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine) {
            return match self.given().next() {
                None => Ok(ExpertRouting::default()),
                Some(flag) => Err(Failure::Usage(format!(
                    "{flag} is for ep-dispatch and ep-combine and means nothing for {}; leave it out",
                    kind.name()
                ))),
            };
        }
        let imbalance = self.imbalance.unwrap_or(1.0);
        if !(1.0..=MOST_IMBALANCE).contains(&imbalance) {
            return Err(Failure::Usage(format!(
                "--imbalance is {imbalance}; it is the busiest rank's share over the mean, from 1 to {MOST_IMBALANCE}"
            )));
        }
        let groups = self.expert_groups.unwrap_or(1);
        let chosen = self.top_groups.unwrap_or(groups);
        if chosen > groups {
            return Err(Failure::Usage(format!(
                "--top-groups is {chosen} of --expert-groups {groups}; a token chooses from at most all groups"
            )));
        }
        Ok(ExpertRouting::new(self.top_k.unwrap_or(DEFAULT_TOP_K), imbalance).within_groups(chosen, groups))
    }

    /// The flags that are given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let flags = [
            ("--top-k", self.top_k.is_some()),
            ("--imbalance", self.imbalance.is_some()),
            ("--expert-groups", self.expert_groups.is_some()),
            ("--top-groups", self.top_groups.is_some()),
            ("--tokens", !self.tokens.is_empty()),
            ("--hidden", self.hidden.is_some()),
            ("--element", self.element.is_some()),
        ];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// The bytes of the tokens; `None` where sizes are given as such.
    ///
    /// # Errors
    /// [`Failure`] when a flag is missing, or given without those it belongs to.
    pub(super) fn sizes(&self, kind: CollectiveKind) -> Result<Option<Vec<Bytes>>, Failure> {
        let usage = |sentence: &str| Err(Failure::Usage(sentence.to_owned()));
        match (self.tokens.is_empty(), self.hidden) {
            (true, Some(_)) => {
                return usage("--hidden goes with --tokens; give the tokens of a rank, or leave it out");
            }
            (true, None) if self.element.is_some() => {
                return usage("--element goes with --tokens and --hidden; give them, or leave it out");
            }
            (true, None) => return Ok(None),
            (false, None) => {
                return usage("--tokens needs the dimensions of a token: add --hidden 7168, for example");
            }
            (false, Some(_)) => {}
        }
        let element = self.element.as_deref().unwrap_or(DEFAULT_ELEMENT);
        let bytes_per_element =
            element_named(element).map_err(|error| Failure::Argument { flag: "--element", error })?;
        let hidden = self.hidden.unwrap_or_default();
        let bytes = |&tokens: &u64| ExpertTokens { tokens, hidden, bytes_per_element }.bytes(kind);
        Ok(Some(self.tokens.iter().map(bytes).collect()))
    }
}
