//! How far metrics may be from what a baseline has, each as a share of it.

use crate::file::relative_tolerance;
use std::collections::BTreeMap;
use std::str::FromStr;
use thiserror::Error;

/// The tolerance of metrics of which nothing else is said: what a compiler or platform may change in the last digits.
pub(super) const DEFAULT: f64 = 1e-9;

/// A metric, or a table of them, and its tolerance: `step_time_s=0.02`, `breakdown_s=2%`.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricTolerance {
    /// The metric, or what stands before a dot in several.
    pub metric: String,
    /// The share of the number written down.
    pub share: f64,
}

/// Why a text is no [`MetricTolerance`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MetricToleranceError {
    /// There is no `=`.
    #[error("`{text}` is no METRIC=REL; write one such as step_time_s=0.02 or breakdown_s=2%")]
    NoEqualsSign {
        /// The text.
        text: String,
    },
    /// The share is none.
    #[error("{problem}")]
    NoShare {
        /// What is wrong with it, with the remedy.
        problem: String,
    },
}

impl FromStr for MetricTolerance {
    type Err = MetricToleranceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((metric, share)) = text.split_once('=') else {
            return Err(MetricToleranceError::NoEqualsSign { text: text.to_owned() });
        };
        let share = relative_tolerance(share).map_err(|problem| MetricToleranceError::NoShare { problem })?;
        Ok(Self { metric: metric.trim().to_owned(), share })
    }
}

/// The tolerances of metrics: those of a baseline, overlaid by those of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerances {
    /// That of metrics that are not named.
    pub default: f64,
    /// Those of metrics, and of tables of metrics.
    pub named: BTreeMap<String, f64>,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self { default: DEFAULT, named: BTreeMap::new() }
    }
}

impl Tolerances {
    /// The tolerance of a metric: its own, else that of the table it is in, else that of all.
    pub fn of(&self, metric: &str) -> f64 {
        let mut path = metric;
        loop {
            if let Some(share) = self.named.get(path) {
                return *share;
            }
            match path.rsplit_once('.') {
                Some((table, _)) => path = table,
                None => return self.default,
            }
        }
    }

    /// Puts others over these.
    pub fn overlay(&mut self, others: &[MetricTolerance]) {
        self.named.extend(others.iter().map(|one| (one.metric.clone(), one.share)));
    }

    /// The first name that is that of no metric and of no table of metrics.
    pub fn unknown<'a, 'm>(&'a self, metrics: impl Iterator<Item = &'m str> + Clone) -> Option<&'a str> {
        let is_known = |name: &&String| {
            let below = format!("{name}.");
            metrics.clone().any(|metric| metric == *name || metric.starts_with(&below))
        };
        self.named.keys().find(|name| !is_known(name)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_has_its_own_tolerance_or_that_of_its_table() {
        let mut tolerances = Tolerances::default();
        let read = |text: &str| text.parse::<MetricTolerance>().expect("it is a tolerance");
        tolerances.overlay(&[read("breakdown_s=2%"), read("breakdown_s.wait = 0.5")]);
        assert_eq!(tolerances.of("breakdown_s.wait"), 0.5);
        assert_eq!(tolerances.of("breakdown_s.tensor"), 0.02);
        assert_eq!(tolerances.of("mfu"), DEFAULT);
        let known = ["breakdown_s.wait", "mfu"];
        assert_eq!(tolerances.unknown(known.into_iter()), None);
        assert_eq!(tolerances.unknown(["mfu"].into_iter()), Some("breakdown_s"));
    }
}
