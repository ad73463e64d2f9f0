//! Bus bandwidth against the number of chips: one domain, two, and what the model says of more.

use super::super::axis::{Axis, number_label};
use super::super::canvas::Drawing;
use super::super::frame::Words;
use super::panels::{Compared, Small, figure};
use crate::report::number::{grouped, size};
use crate::report::{Growth, GrowthPoint};

const TITLE: &str = "All-reduce on NVLink5: growth with the number of GPUs";
const SUBTITLE: &str = "Bus bandwidth (GB/s) against GPUs. Points: measured; line: modelled for GB200 NVL72, one domain up to 72; \
                        dashes: extrapolated beyond what was measured.";

/// A panel for each size.
pub(super) fn draw_growth(growth: &[Growth]) -> Option<Drawing> {
    let words = Words { title: TITLE, subtitle: SUBTITLE, source: "Copperlight · copperlight validate" };
    let panels = growth.iter().filter(|growth| !growth.modelled.is_empty()).map(panel).collect();
    figure(&words, 2, panels)
}

fn panel(growth: &Growth) -> Small {
    let place = |point: &GrowthPoint| (point.chips as f64, point.busbw_gb_per_s);
    let mut systems: Vec<&str> = Vec::new();
    for point in growth.modelled.iter().chain(&growth.measured) {
        if !systems.contains(&point.system.as_str()) {
            systems.push(&point.system);
        }
    }
    let of_system = |system: &&str| {
        let own = |points: &[GrowthPoint]| -> Vec<(f64, f64)> {
            points.iter().filter(|point| point.system == **system).map(place).collect()
        };
        Compared {
            label: (*system).to_owned(),
            measured: own(&growth.measured),
            modelled: own(&growth.modelled),
            measured_to: growth.last_measured() as f64,
        }
    };
    let counts = growth.modelled.iter().map(|point| (point.chips as f64, grouped(point.chips)));
    let rates = growth.modelled.iter().chain(&growth.measured).map(|point| point.busbw_gb_per_s);
    Small {
        title: format!("All-reduce of {}", size(growth.size_bytes)),
        x: Axis::at_values("GPUs", &counts.collect::<Vec<_>>()),
        y: Axis::from_zero("", rates.fold(0.0, f64::max), number_label),
        series: systems.iter().map(of_system).collect(),
    }
}
