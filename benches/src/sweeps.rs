//! All-reduces of all sizes on the two machines, as `copperlight collective` runs them.

use copperlight::report::CollectiveReport;
use copperlight::run::{CollectiveRequest, EngineOptions, run_collective};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveKind, ExpertRouting};
use copperlight_topologies::System;

/// Each machine with the chips of one domain.
pub const MACHINES: [(&str, usize); 2] = [("gb200-nvl72", 72), ("cloudmatrix384", 384)];

/// 8 B to 16 GiB, doubling.
const EXPONENTS: std::ops::RangeInclusive<u32> = 3..=34;

/// How many sizes that are.
pub const SIZES: usize = 32;

/// The largest and smallest bus bandwidth, in GB/s, that any catalog lets the machines reach with 16 GiB.
///
/// A ring on 900 GB/s, or switches that reduce; and 7 planes of 56 GB/s.
const LARGEST_BUSBW: [(f64, f64); 2] = [(700.0, 1_000.0), (250.0, 392.0)];

/// All sizes on one machine.
#[derive(Debug)]
pub struct Sweep {
    request: CollectiveRequest,
    busbw: (f64, f64),
}

impl Sweep {
    /// The sweeps over [`MACHINES`].
    pub fn all() -> Vec<Self> {
        MACHINES.iter().zip(LARGEST_BUSBW).map(|(&machine, busbw)| Self::new(machine, busbw)).collect()
    }

    fn new((preset, chips): (&str, usize), busbw: (f64, f64)) -> Self {
        let request = CollectiveRequest {
            system: System::preset(preset).expect("the preset is in the catalog"),
            system_name: preset.to_owned(),
            chips,
            kind: CollectiveKind::AllReduce,
            sizes: EXPONENTS.map(|exponent| Bytes::new(1 << exponent)).collect(),
            algorithm: None,
            protocol: None,
            experts: ExpertRouting::default(),
            fidelity: copperlight::file::Fidelity::Flow,
            engine: EngineOptions::default(),
        };
        Self { request, busbw }
    }

    /// The machine.
    pub fn name(&self) -> &str {
        &self.request.system_name
    }

    /// Simulates every size.
    pub fn run(&self) -> CollectiveReport {
        run_collective(&self.request).expect("the machine runs all-reduces")
    }

    /// The same sizes, each in a request of its own.
    pub fn run_one_by_one(&self) -> Vec<CollectiveReport> {
        let alone = |&size: &Bytes| CollectiveRequest { sizes: vec![size], ..self.request.clone() };
        let requests = self.request.sizes.iter().map(alone);
        requests.map(|request| run_collective(&request).expect("the machine runs all-reduces")).collect()
    }

    /// Holds a report against what is known of this sweep: more bytes never take less time, bandwidth of the largest is
    /// what the links and the library reach, and every row is that of the same size by itself.
    ///
    /// # Panics
    /// When it differs.
    pub fn assert_answer(&self, report: &CollectiveReport) {
        assert_eq!(report.rows.len(), SIZES);
        let times: Vec<f64> = report.rows.iter().map(|row| row.time_us).collect();
        assert!(times.is_sorted(), "{}: more bytes take less time: {times:?}", self.name());
        let busbw = report.rows[SIZES - 1].busbw_gb_per_s.expect("16 GiB take time");
        let (low, high) = self.busbw;
        assert!((low..high).contains(&busbw), "{}: {busbw} GB/s with 16 GiB", self.name());
        for (row, alone) in report.rows.iter().zip(self.run_one_by_one()) {
            assert_eq!(row.time_us, alone.rows[0].time_us, "{}: {} B", self.name(), row.size_bytes);
            assert_eq!(row.algorithm, alone.rows[0].algorithm);
        }
    }
}
