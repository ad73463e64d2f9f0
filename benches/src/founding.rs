//! The founding scenario as it stands, at many numbers of chips.

use copperlight::file::{Scenario, load};
use copperlight::report::ScenarioReport;
use copperlight::run::{RunOptions, run_scenario};

/// The name in the library.
pub const SCENARIO: &str = "nvl72-vs-cm384";

/// From 1,152 chips on, doubling, to 1,280 and 240 whole domains; with each, micro-batches come in multiples of 16.
const CHIPS: [u64; 6] = [1_152, 2_304, 4_608, 9_216, 18_432, 92_160];

/// Two systems at each number of chips.
pub const RESULTS: usize = 2 * CHIPS.len();

const THREADS: usize = 2;

/// The scenario at all its points.
#[derive(Debug)]
pub struct Curve(Scenario);

impl Curve {
    /// Reads it.
    ///
    /// # Panics
    /// When the library lacks it.
    pub fn load() -> Self {
        let sweep = format!("sweep=[{{ parameter = \"systems.chips\", values = {CHIPS:?} }}]");
        Self(load(SCENARIO, &[sweep]).expect("the library scenario is sound"))
    }

    /// Simulates every point; writes nothing.
    pub fn run(&self) -> ScenarioReport {
        let options = RunOptions { threads: Some(THREADS), ..RunOptions::default() };
        run_scenario(&self.0, &options, &|_| {}).expect("the library scenario runs")
    }

    /// Holds a report against what it must show.
    ///
    /// # Panics
    /// When a point is missing, does not fit, is faster than its chips, or takes longer than with fewer chips.
    pub fn assert_answer(&self, report: &ScenarioReport) {
        let results = &report.results.results;
        assert_eq!(results.len(), RESULTS);
        for point in results {
            let mfu = point.mfu.expect("every point of the scenario fits in memory");
            assert!(mfu > 0.0 && mfu < 1.0, "{} on {} chips: mfu is {mfu}", point.system, point.chips);
        }
        for of_system in results.chunks(CHIPS.len()) {
            let chips: Vec<u64> = of_system.iter().map(|point| point.chips).collect();
            assert_eq!(chips, CHIPS);
            let times: Vec<f64> = of_system.iter().filter_map(|point| point.step_time_s).collect();
            assert!(times.is_sorted_by(|few, many| few > many), "{}: {times:?}", of_system[0].system);
        }
        assert!(report.results.work.classes > 0, "the classes are told");
    }
}
