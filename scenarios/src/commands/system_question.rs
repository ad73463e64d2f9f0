//! What `copperlight catalog systems NAME` may be asked beyond the entry itself, of so many chips and with other values.

use super::failure::Failure;
use crate::file::{NamedSystem, load_system};
use clap::Args;

/// Arguments of questions about one system.
#[derive(Debug, Args)]
pub(super) struct SystemArguments {
    #[command(flatten)]
    question: QuestionFlags,
    /// How many chips the question is about [default: one domain]
    #[arg(long, value_name = "N", requires = "question", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    chips: Option<u32>,
    /// Set a value of the system that the question is about: `scale_up.medium=dsp`
    #[arg(long = "set", value_name = "PATH=VALUE", requires = "question")]
    settings: Vec<String>,
}

#[derive(Debug, Args)]
#[group(id = "question", multiple = false)]
struct QuestionFlags {
    /// The bill of materials of a system: racks, cables by length, modules, switch chips, watts, price, failures
    #[arg(long)]
    physical: bool,
    /// What a system could do at best: longest route, injection, tiers, bisection, ideal collectives
    #[arg(long)]
    analysis: bool,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SystemQuestion {
    /// What it is made of.
    Physical,
    /// What it could do at best.
    Analysis,
}

impl SystemQuestion {
    const fn flag(self) -> &'static str {
        match self {
            Self::Physical => "--physical",
            Self::Analysis => "--analysis",
        }
    }
}

impl SystemArguments {
    /// What is asked, if anything.
    pub(super) const fn question(&self) -> Option<SystemQuestion> {
        match (self.question.physical, self.question.analysis) {
            (true, _) => Some(SystemQuestion::Physical),
            (_, true) => Some(SystemQuestion::Analysis),
            _ => None,
        }
    }

    /// Whether the system is another than the preset of its name.
    pub(super) fn has_settings(&self) -> bool {
        !self.settings.is_empty()
    }

    /// The preset or file of this name with the settings, and the number of chips where there is one.
    ///
    /// # Errors
    /// [`Failure`] without a name, or with everything that is wrong with the system.
    pub(super) fn load(&self, name: Option<&str>, question: SystemQuestion) -> Result<NamedSystem, Failure> {
        let flag = question.flag();
        let name = name.ok_or_else(|| {
            Failure::Usage(format!(
                "{flag} is of one system; write `copperlight catalog systems NAME {flag}`"
            ))
        })?;
        let mut named = load_system(name, &self.settings)?;
        named.chips = self.chips.map(|chips| chips as usize).or(named.chips);
        Ok(named)
    }
}
