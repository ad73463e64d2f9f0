//! Sweeps of points in closed form, each made from its scenario, worked out and written.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::PointResult;
use copperlight::run::run_alone;

/// A sweep with its name.
#[derive(Debug, Clone, Copy)]
pub struct PointsCase {
    /// What is swept, on what.
    pub name: &'static str,
    text: &'static str,
}

/// Every sweep that is measured.
pub const POINTS: [PointsCase; 4] = [
    PointsCase {
        name: "all-reduce-sizes-nvl72",
        text: "[[systems]]\npreset = 'gb200-nvl72'\nchips = 72\n\
               [workload]\nkind = 'collective'\noperation = 'all-reduce'\n\
               [[sweep]]\nparameter = 'workload.size'\nfrom = '1 MB'\nto = '1000 MB'\nstep = '1 MB'\n",
    },
    PointsCase {
        name: "all-reduce-bandwidths-h100",
        text: "[[systems]]\npreset = 'hgx-h100'\nchips = 8\n\
               [workload]\nkind = 'collective'\noperation = 'all-reduce'\nsize = '1 GB'\n\
               [[sweep]]\nparameter = 'systems.scale_up.link_bandwidth'\n\
               from = '10 GB/s'\nto = '59 GB/s'\nstep = '0.1 GB/s'\n",
    },
    PointsCase {
        name: "step-peaks-llama-8b-h100",
        text: "[[systems]]\npreset = 'hgx-h100'\nchips = 8\n\
               [workload]\nkind = 'training'\nmodel = 'llama-3.1-8b'\nsequence_length = 4096\nglobal_batch = 128\n\
               [workload.parallelism]\ntensor = 8\nrecompute = 'full'\n\
               [[sweep]]\nparameter = 'systems.chip.peak_bf16'\n\
               from = '500 TFLOP/s'\nto = '1000 TFLOP/s'\nstep = '5 TFLOP/s'\n",
    },
    PointsCase {
        name: "step-bandwidths-gpt-1t-nvl72",
        text: "[[systems]]\npreset = 'gb200-nvl72'\nchips = 1152\n\
               [workload]\nkind = 'training'\nmodel = 'gpt-1t'\nsequence_length = 2048\nglobal_batch = 11520\n\
               [workload.parallelism]\ntensor = 8\npipeline = 16\nschedule = 'interleaved-1f1b'\nvirtual_stages = 4\n\
               sequence_parallel = true\nzero = 1\nrecompute = 'selective'\n\
               [[sweep]]\nparameter = 'systems.scale_out.bandwidth_per_chip'\n\
               from = '20 GB/s'\nto = '119 GB/s'\nstep = '5 GB/s'\n",
    },
];

impl PointsCase {
    /// The checked scenario.
    pub fn load(&self) -> Scenario {
        let text = format!("[scenario]\nname = 'sweep'\nfidelity = 'analytic'\n{}", self.text);
        check(SourceText::new(self.name, text), &[]).unwrap_or_else(|errors| panic!("{errors}"))
    }

    /// Makes, works out and writes point `index`; its result.
    pub fn run(&self, scenario: &Scenario, index: usize, written: &mut Vec<u8>) -> PointResult {
        let point = scenario.point(index).unwrap_or_else(|failure| panic!("{failure}"));
        let result = run_alone(&point).unwrap_or_else(|error| panic!("{error}"));
        serde_json::to_writer(&mut *written, &result).expect("a result can be written as JSON");
        result
    }

    /// Holds a sweep against what it must be: larger sizes take longer, and more bandwidth or compute is never slower.
    ///
    /// # Panics
    /// When it does not hold.
    pub fn assert_answers(&self, results: &[PointResult]) {
        let seconds = |result: &PointResult| match &result.collective {
            Some(row) => row.time_us / 1e6,
            None => result.step_time_s.expect("the step fits"),
        };
        let of_sizes = self.name.contains("sizes");
        for pair in results.windows(2) {
            let (one, next) = (seconds(&pair[0]), seconds(&pair[1]));
            let ordered = if of_sizes { one < next } else { next <= one * (1.0 + 1e-9) };
            assert!(ordered, "{}: {one} s, then {next} s", self.name);
        }
    }
}
