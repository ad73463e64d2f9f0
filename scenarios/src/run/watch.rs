//! What is watched of a point beside its result.

use super::RunError;
use super::rates::rates;
use crate::file::{Point, Scenario, Workload};
use crate::report::{CurveKind, Roofline, RooflineKernel};
use crate::trace::TraceRequest;
use crate::training::RoofedKernel;

/// What is asked for beside the result of a point.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watch<'a> {
    /// What ranks do over time.
    pub(super) trace: Option<&'a TraceRequest>,
    /// What the stages of its pipeline do over time, for a figure.
    pub(super) stages: bool,
    /// What its kernels compute and move, for a figure.
    pub(super) roofline: bool,
}

/// How many points of a system are looked at for one that fits in memory.
const MOST_TRIED: usize = 100;

/// The points that figures of one point of each system show: of each system the first that fits in memory.
pub(super) fn shown_in_detail(scenario: &Scenario, curves: &[CurveKind]) -> Vec<usize> {
    let wanted = [CurveKind::PipelineTimeline, CurveKind::Roofline].iter().any(|kind| curves.contains(kind));
    let systems = if wanted { scenario.systems.len() } else { 0 };
    let first_that_fits = |system: usize| {
        let first = scenario.survey().first_point(system)?;
        let is_shown = |point: Point| point.system_index == system && fits(&point);
        let mut tried = (first..scenario.point_count()).take(MOST_TRIED);
        tried.find(|&index| scenario.point(index).is_ok_and(is_shown))
    };
    (0..systems).filter_map(first_that_fits).collect()
}

/// Whether a training step fits in memory, or is not known to be too large before its plan is searched.
fn fits(point: &Point) -> bool {
    let Workload::Training(job) = &point.workload else { return false };
    job.search().is_some()
        || rates(&point.system, &point.system_name, job).is_ok_and(|rates| job.memory(&rates).fits())
}

/// The kernels of a training step below the roofs of its chip; `None` for what is no training step.
pub(super) fn roofline(point: &Point) -> Result<Option<Roofline>, RunError> {
    let Workload::Training(job) = &point.workload else { return Ok(None) };
    let rates = rates(&point.system, &point.system_name, job)?;
    let kernels = job.roofed_kernels(&rates);
    let time = |kernel: &RoofedKernel| kernel.seconds * kernel.count as f64;
    let all: f64 = kernels.iter().map(time).sum();
    let shown = |kernel: &RoofedKernel| RooflineKernel {
        name: kernel.name.to_owned(),
        flops: kernel.flops,
        bytes: kernel.bytes,
        seconds: kernel.seconds,
        time_share: time(kernel) / all,
    };
    Ok(Some(Roofline {
        system: point.system_name.clone(),
        chips: point.chips as u64,
        setting: String::new(),
        precision: job.precision().name().to_owned(),
        peak: rates.peak.flops_per_second(),
        peak_bf16: rates.peak_bf16.flops_per_second(),
        memory_bandwidth: rates.hbm_bandwidth.bytes_per_second(),
        kernels: kernels
            .iter()
            .filter(|kernel| kernel.seconds > 0.0 && kernel.flops > 0.0)
            .map(shown)
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::file::load;
    use crate::report::{ScenarioReport, StageState};
    use crate::run::{RunOptions, run_scenario};

    fn founding(curves: &str) -> ScenarioReport {
        let settings = ["sweep=[]", "workload.global_batch=144", &format!("report.curves=[{curves}]")];
        let settings = settings.map(str::to_owned);
        let scenario = load("nvl72-vs-cm384", &settings).unwrap_or_else(|errors| panic!("{errors}"));
        run_scenario(&scenario, &RunOptions::default(), &|_| {}).expect("every point runs")
    }

    #[test]
    fn one_point_of_each_system_is_shown_in_detail_where_a_figure_asks() {
        let plain = founding("\"mfu\"");
        assert!(plain.stage_timelines.is_empty() && plain.rooflines.is_empty());
        let report = founding("\"pipeline_timeline\", \"roofline\"");
        assert_eq!(report.results.digest, plain.results.digest, "who watches changes nothing");
        let points = &report.results.results;
        assert_eq!((report.stage_timelines.len(), report.rooflines.len()), (points.len(), points.len()));
        for ((timeline, roofline), point) in report.stage_timelines.iter().zip(&report.rooflines).zip(points)
        {
            assert_eq!((&timeline.system, &roofline.system), (&point.system, &point.system));
            assert_eq!((timeline.stages, timeline.rows.len()), (16, 16));
            for row in &timeline.rows {
                let seconds: f64 = row.seconds.iter().sum();
                assert!((seconds / timeline.step_seconds - 1.0).abs() < 1e-9, "{seconds}");
                let (forward, backward) = (StageState::Forward, StageState::BackwardWithRecompute);
                let [forward, backward] = [forward, backward].map(|state| row.seconds[state as usize]);
                assert!(forward > 0.0 && backward > 1.5 * forward, "{forward} {backward}");
                let last = row.blocks.last().expect("a step has blocks");
                assert!((last.until / timeline.step_seconds - 1.0).abs() < 1e-9, "{last:?}");
            }
            let shares: f64 = roofline.kernels.iter().map(|kernel| kernel.time_share).sum();
            assert!((shares - 1.0).abs() < 1e-9);
        }
    }
}
