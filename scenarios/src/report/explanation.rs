//! Why a collective ran as it did, and what its time is made of.

use super::results::CollectiveRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an algorithm and a protocol ran, and the terms of their closed form beside the simulated time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What was considered, the least predicted time first; what ran is the first.
    pub candidates: Vec<Candidate>,
    /// What would have run next; `None` where nothing else was considered.
    pub runner_up: Option<RunnerUp>,
    /// The dependent steps of each rank.
    pub steps: u64,
    /// The chunks that follow one another through the steps; 1 where the buffer is not cut.
    pub chunks: u64,
    /// The terms of the closed form, in microseconds.
    pub terms_us: Terms,
    /// Their sum, in microseconds.
    pub predicted_us: f64,
    /// Simulated minus predicted time, in microseconds.
    pub simulated_minus_predicted_us: f64,
}

/// An algorithm with a protocol that was considered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// The algorithm.
    pub algorithm: String,
    /// The protocol.
    pub protocol: String,
    /// Its closed form, in microseconds.
    pub predicted_us: f64,
}

/// The second best of the candidates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RunnerUp {
    /// The algorithm.
    pub algorithm: String,
    /// The protocol.
    pub protocol: String,
    /// How much longer it is predicted to take, as a share of what ran; `None` where that takes no time.
    pub longer_by: Option<f64>,
}

/// The terms of a closed form.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// Before the first step: the kernel, the start of the protocol, the latest rank.
    pub launch: f64,
    /// Latencies of links and software over all steps, and hand-offs of chunks.
    pub latency: f64,
    /// Draining over links inside domains.
    pub link: f64,
    /// Draining through switches that reduce and copy.
    pub switch: f64,
    /// Draining over adapters, between domains.
    pub nic: f64,
    /// Copying and reducing what stays on the chip.
    pub copy: f64,
}

impl Terms {
    /// The terms with their names.
    pub fn named(&self) -> [(&'static str, f64); 6] {
        [
            ("launch", self.launch),
            ("latency", self.latency),
            ("link", self.link),
            ("switch", self.switch),
            ("nic", self.nic),
            ("copy", self.copy),
        ]
    }
}

impl Explanation {
    /// The explanation in sentences, without the size that it is about.
    pub fn sentences(&self, row: &CollectiveRow) -> Vec<String> {
        let share = |part: f64| if self.predicted_us > 0.0 { part / self.predicted_us * 100.0 } else { 0.0 };
        let bound = self.terms_us.named().into_iter().find(|(name, _)| *name == row.bound_by);
        let bound = bound.map_or(0.0, |(_, part)| share(part));
        let difference = self.simulated_minus_predicted_us;
        vec![
            format!("{} {} ran: {}", row.algorithm, row.protocol, self.reason()),
            format!("predicted: {}", self.predictions()),
            format!("terms: {}", self.sum()),
            format!(
                "simulated {} us, {:+.2} us ({:+.1} %) of the closed form; bound by {}, {bound:.0} % of it",
                digits(row.time_us),
                difference,
                share(difference),
                row.bound_by
            ),
        ]
    }

    fn reason(&self) -> String {
        match &self.runner_up {
            None => "nothing else was considered".to_owned(),
            Some(RunnerUp { algorithm, protocol, longer_by: None }) => {
                format!("it takes no time, and neither does {algorithm} {protocol}")
            }
            Some(RunnerUp { algorithm, protocol, longer_by: Some(longer) }) => format!(
                "least predicted time of {}; next is {algorithm} {protocol}, {:.1} % longer",
                self.candidates.len(),
                longer * 100.0
            ),
        }
    }

    fn predictions(&self) -> String {
        let one = |candidate: &Candidate| {
            let Candidate { algorithm, protocol, predicted_us } = candidate;
            format!("{algorithm} {protocol} {} us", digits(*predicted_us))
        };
        self.candidates.iter().map(one).collect::<Vec<String>>().join(", ")
    }

    /// `launch 11.8 + latency 3.2 + link 100.1 = 115.1 us in 14 steps`; terms of nothing are left out.
    fn sum(&self) -> String {
        let some = self.terms_us.named().into_iter().filter(|(_, part)| *part > 0.0);
        let terms: Vec<String> = some.map(|(name, part)| format!("{name} {}", digits(part))).collect();
        let terms = if terms.is_empty() { "nothing".to_owned() } else { terms.join(" + ") };
        let steps = if self.steps == 1 { "1 step".to_owned() } else { format!("{} steps", self.steps) };
        let chunks = if self.chunks > 1 { format!(", {} chunks", self.chunks) } else { String::new() };
        format!("{terms} = {} us, {steps}{chunks}", digits(self.predicted_us))
    }
}

/// Microseconds with two decimals, as in the table.
fn digits(microseconds: f64) -> String {
    format!("{microseconds:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(protocol: &str, predicted_us: f64) -> Candidate {
        Candidate { algorithm: "ring".into(), protocol: protocol.into(), predicted_us }
    }

    #[test]
    fn sentences_say_why_and_what_the_time_is_made_of() {
        let row = CollectiveRow {
            algorithm: "ring".into(),
            protocol: "ll".into(),
            bound_by: "latency".into(),
            time_us: 19.5,
            ..CollectiveRow::default()
        };
        let explanation = Explanation {
            candidates: vec![candidate("ll", 20.0), candidate("simple", 25.0)],
            runner_up: Some(RunnerUp {
                algorithm: "ring".into(),
                protocol: "simple".into(),
                longer_by: Some(0.25),
            }),
            steps: 14,
            chunks: 1,
            terms_us: Terms { launch: 4.5, latency: 15.0, link: 0.5, ..Terms::default() },
            predicted_us: 20.0,
            simulated_minus_predicted_us: -0.5,
        };
        assert_eq!(
            explanation.sentences(&row),
            [
                "ring ll ran: least predicted time of 2; next is ring simple, 25.0 % longer",
                "predicted: ring ll 20.00 us, ring simple 25.00 us",
                "terms: launch 4.50 + latency 15.00 + link 0.50 = 20.00 us, 14 steps",
                "simulated 19.50 us, -0.50 us (-2.5 %) of the closed form; bound by latency, 75 % of it",
            ]
        );
        let alone = Explanation { candidates: vec![candidate("ll", 0.0)], ..Explanation::default() };
        let said = alone.sentences(&CollectiveRow { time_us: 0.0, ..row });
        assert_eq!(said[0], "ring ll ran: nothing else was considered");
        assert_eq!(said[2], "terms: nothing = 0.00 us, 0 steps");
    }
}
