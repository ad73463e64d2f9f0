//! The files that `check` reads and writes: baselines and JUnit XML.

use super::failure::Failure;
use crate::check::{Comparing, MetricTolerance, ResultBaseline, ResultBaselineError, Tolerances};
use crate::file::Scenario;
use crate::report::{CheckReport, ScenarioResults, can_be_written, check_junit, write_whole};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Flags of baselines.
#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    /// Fail when a metric of a point is another than in this file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the metrics of every point down; tolerances that stand in the file are kept
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// How far a metric, or a table such as breakdown_s, may be from the baseline: step_time_s=0.02, breakdown_s=2%
    #[arg(long = "tolerance", value_name = "METRIC=REL")]
    tolerances: Vec<MetricTolerance>,
    /// Fail also when the digest is another than in the baseline: results equal to the bit
    #[arg(long, requires = "baseline")]
    digest: bool,
}

impl BaselineArguments {
    /// Whether a baseline is to be written.
    pub(super) fn is_written(&self) -> bool {
        self.write_baseline.is_some()
    }

    /// The baseline to hold results against, once all flags about baselines make sense.
    pub(super) fn read(&self, scenarios: &[Scenario]) -> Result<Option<Comparing>, Failure> {
        if let Some(path) = &self.write_baseline {
            let shown = path.display().to_string();
            can_be_written(path).map_err(|reason| ResultBaselineError::Write { path: shown, reason })?;
            self.replaced()?;
        }
        let Some(path) = &self.baseline else {
            return match self.tolerances.first() {
                Some(one) if self.write_baseline.is_none() => Err(Failure::Usage(format!(
                    "--tolerance {}={} is about a baseline, and none is given; add --baseline FILE",
                    one.metric, one.share
                ))),
                _ => Ok(None),
            };
        };
        let baseline = ResultBaseline::read(path)?;
        let mut tolerances = baseline.tolerances();
        tolerances.overlay(&self.tolerances);
        self.check_flags(&baseline)?;
        let comparing = Comparing { baseline, tolerances, digest: self.digest };
        if scenarios.iter().any(|scenario| comparing.baseline.has(&scenario.name)) {
            return Ok(Some(comparing));
        }
        Err(nothing_in_common(self, &comparing, scenarios))
    }

    /// Checks that every `--tolerance` is of a metric that the baseline has.
    fn check_flags(&self, baseline: &ResultBaseline) -> Result<(), Failure> {
        let mut of_flags = Tolerances::default();
        of_flags.overlay(&self.tolerances);
        Ok(baseline.check_names(&of_flags, "--tolerance")?)
    }

    /// Writes the baseline that is asked for, and names its file.
    pub(super) fn write<'a>(
        &self,
        shown: impl IntoIterator<Item = (&'a Scenario, &'a ScenarioResults)>,
        before: Option<&Comparing>,
    ) -> Result<Option<&Path>, Failure> {
        let Some(path) = &self.write_baseline else { return Ok(None) };
        let mut tolerances = match (before, self.replaced()?) {
            (Some(before), _) => before.baseline.tolerances(),
            (None, Some(replaced)) => replaced.tolerances(),
            (None, None) => Tolerances::default(),
        };
        tolerances.overlay(&self.tolerances);
        let baseline = ResultBaseline::of(shown, tolerances);
        self.check_flags(&baseline)?;
        baseline.write(path)?;
        Ok(Some(path))
    }

    /// The baseline that will be written over; whatever else stands there is left alone.
    fn replaced(&self) -> Result<Option<ResultBaseline>, Failure> {
        let path = self.write_baseline.as_deref().filter(|path| path.exists());
        let Some(path) = path.filter(|path| fs::metadata(path).is_ok_and(|found| found.len() > 0)) else {
            return Ok(None);
        };
        match ResultBaseline::read(path) {
            Ok(baseline) => Ok(Some(baseline)),
            // One of another version is what a new one is written for.
            Err(ResultBaselineError::Schema { .. }) => Ok(None),
            Err(ResultBaselineError::Malformed { path, problem }) => Err(Failure::Usage(format!(
                "{path} is there and is no baseline of check ({problem}); remove it, or name another file"
            ))),
            Err(error) => Err(error.into()),
        }
    }
}

/// A baseline of other scenarios, or of other points of them.
pub(super) fn nothing_in_common(
    arguments: &BaselineArguments,
    comparing: &Comparing,
    scenarios: &[Scenario],
) -> Failure {
    let quoted = |name: &str| format!("`{name}`");
    let path = arguments.baseline.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let here: Vec<String> = scenarios.iter().map(|scenario| quoted(&scenario.name)).collect();
    let there: Vec<String> = comparing.baseline.scenarios().map(quoted).collect();
    let there = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
    ResultBaselineError::NothingInCommon { path, here: here.join(", "), there }.into()
}

/// Whether JUnit XML can be written, before anything runs.
pub(super) fn check_junit(path: &Path) -> Result<(), Failure> {
    can_be_written(path).map_err(|reason| not_written(path, reason))
}

/// Writes JUnit XML.
pub(super) fn write_junit(path: &Path, report: &CheckReport) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    check_junit::write_junit(&mut bytes, report)?;
    write_whole(path, &bytes).map_err(|reason| not_written(path, reason))
}

fn not_written(path: &Path, reason: String) -> Failure {
    Failure::NotWritten { path: path.display().to_string(), reason }
}
