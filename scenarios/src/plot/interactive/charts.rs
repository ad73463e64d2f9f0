//! Which figures have an interactive twin.

use super::super::communication_share::{EXPOSED, TOTAL};
use super::super::mfu::MFU;
use super::super::sweep_chart::Against;
use super::bus_bandwidth::bus_bandwidth;
use super::energy::energy;
use super::shares::share_chart;
use super::utilization::utilization;
use crate::report::{Chart, Figure, ScenarioReport};

/// The twins of these figures; those of other kinds, and those with too little to explore, stay pictures.
pub(in crate::plot) fn charts(report: &ScenarioReport, figures: &[Figure]) -> Vec<Chart> {
    let twin = |figure: &Figure| {
        let chart = match figure.name.as_str() {
            "mfu" => share_chart(report, ("MFU", Against::Parameter), &[("", MFU)]),
            "exposed_communication_share" => {
                share_chart(report, ("exposed communication", Against::Messages), &[("", EXPOSED)])
            }
            "communication_share" => {
                let shares = [("total", TOTAL), ("exposed", EXPOSED)];
                share_chart(report, ("communication", Against::Messages), &shares)
            }
            "energy" => energy(report),
            "busbw" => bus_bandwidth(report),
            "link_utilization" => utilization(report),
            _ => None,
        }?;
        Some(Chart { name: figure.name.clone(), title: figure.title.clone(), ..chart })
    };
    figures.iter().filter_map(twin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn twins(chip_counts: u32, name: &str) -> Vec<Chart> {
        let figure = Figure { name: name.into(), title: "T".into(), ..Figure::default() };
        charts(&example::two_systems(chip_counts), &[figure])
    }

    #[test]
    fn a_twin_holds_the_values_of_the_results() {
        let report = example::two_systems(3);
        let [chart] = &twins(3, "mfu")[..] else { panic!("MFU has a twin") };
        let expected: Vec<Option<f64>> =
            report.results.results.iter().filter(|p| p.system == "CM384 optical").map(|p| p.mfu).collect();
        assert_eq!((chart.name.as_str(), chart.title.as_str()), ("mfu", "T"));
        assert_eq!(chart.views[0].x, [1152.0, 2304.0, 4608.0]);
        assert_eq!(chart.views[0].labels, ["1,152", "2,304", "4,608"]);
        assert_eq!(chart.views[0].series[1].label, "CM384 optical");
        assert_eq!(chart.views[0].series[1].values, expected);
    }

    #[test]
    fn total_and_exposed_shares_are_two_lines_of_one_colour() {
        let [chart] = &twins(2, "communication_share")[..] else { panic!("shares have a twin") };
        let series = &chart.views[0].series;
        let labels: Vec<&str> = series.iter().map(|series| series.label.as_str()).collect();
        let of = |system: &str| ["total", "exposed"].map(|what| format!("{system}, {what}"));
        assert_eq!(labels, [of("NVL72 copper"), of("CM384 optical")].concat());
        assert_eq!(series[0].color, series[1].color);
        assert_eq!([series[0].dashed, series[1].dashed], [false, true]);
    }

    #[test]
    fn figures_without_a_course_and_unknown_figures_stay_pictures() {
        assert_eq!(twins(1, "mfu"), []);
        assert_eq!(twins(2, "memory"), []);
    }

    #[test]
    fn the_size_of_a_collective_is_the_position() {
        let report = example::two_systems(1);
        let [chart] = &twins(1, "busbw")[..] else { panic!("bus bandwidth has a twin") };
        assert_eq!(chart.views[0].x[0], 1024.0);
        let highest = report.busbw[1].rows.last().and_then(|row| row.busbw_gb_per_s);
        assert_eq!(chart.views[0].series[1].values.last(), Some(&highest));
    }

    #[test]
    fn every_step_is_a_view_with_a_series_for_each_tier() {
        let [chart] = &twins(2, "link_utilization")[..] else { panic!("utilization has a twin") };
        assert_eq!(chart.views.len(), 4);
        assert_eq!(chart.views[1].label, "CM384 optical, 1,152 chips");
        for view in &chart.views {
            assert_eq!(view.series.len(), 2);
            assert!(view.series.iter().all(|series| series.values.len() == view.x.len()));
        }
        assert_eq!(chart.notes, Vec::<String>::new());
    }

    #[test]
    fn many_steps_are_cut_and_said() {
        let [chart] = &twins(40, "link_utilization")[..] else { panic!("utilization has a twin") };
        assert!(chart.views.len() < 80 && chart.views.len() > 40, "{}", chart.views.len());
        assert!(chart.notes[0].ends_with("of 80 steps."), "{:?}", chart.notes);
    }
}
