//! Figures: pictures, which a script replaces by charts where it has their numbers, and tables of these numbers.

use super::super::chart::Chart;
use super::super::figure::{Drawn, Figure};
use super::chart_table::chart_table;
use super::escape::{escaped, json_in_script};
use super::sheets::table;

/// The figure that has a section of its own.
const TIMELINE: &str = "pipeline_timeline";

/// Every figure but that of the timeline.
pub(super) fn figures(drawn: &Drawn) -> String {
    drawn.figures.iter().filter(|figure| figure.name != TIMELINE).map(|f| of_page(f, drawn)).collect()
}

/// The figure of the timeline.
pub(super) fn timeline(drawn: &Drawn) -> String {
    drawn.figures.iter().filter(|figure| figure.name == TIMELINE).map(|f| of_page(f, drawn)).collect()
}

/// The numbers of all charts, for the script.
pub(super) fn data(charts: &[Chart]) -> String {
    let json = json_in_script(&charts);
    format!("<script type=\"application/json\" id=\"data\">{json}</script>\n")
}

fn of_page(figure: &Figure, drawn: &Drawn) -> String {
    let (name, title) = (escaped(&figure.name), escaped(&figure.title));
    let svg = figure.svg.trim();
    let values = drawn.charts.iter().find(|chart| chart.name == figure.name).map(values);
    format!(
        "<figure id=\"figure-{name}\" aria-labelledby=\"title-{name}\">\n\
         <figcaption id=\"title-{name}\"><h3>{title}</h3></figcaption>\n\
         <div class=\"still\" role=\"group\" aria-label=\"{title}\" tabindex=\"0\">\n\
         <div role=\"img\" aria-label=\"{title}\">{svg}</div>\n</div>\n{}</figure>\n",
        values.unwrap_or_default()
    )
}

fn values(chart: &Chart) -> String {
    let table = table(&chart_table(chart), &chart.title);
    format!("<details>\n<summary>The values of this figure as a table</summary>\n{table}</details>\n")
}

#[cfg(test)]
mod tests {
    use super::super::super::chart::ChartShape;
    use super::super::chart_table::tests::chart;
    use super::*;

    fn figure(name: &str) -> Figure {
        Figure { name: name.into(), title: "MFU".into(), svg: "<svg></svg>\n".into(), ..Figure::default() }
    }

    #[test]
    fn a_figure_with_numbers_has_a_table_of_them() {
        let charts = vec![chart(ChartShape::Lines, &[Some(0.25), Some(0.5)])];
        let drawn = Drawn { figures: vec![figure("mfu"), figure("memory")], charts, notes: Vec::new() };
        let page = figures(&drawn);
        assert_eq!(page.matches("<svg></svg>").count(), 2);
        assert_eq!(page.matches("<details>").count(), 1);
        assert!(page.contains("50.0"), "{page}");
    }

    #[test]
    fn the_timeline_stands_apart() {
        let figures_of = |name: &str| Drawn { figures: vec![figure(name)], ..Drawn::default() };
        assert!(timeline(&figures_of(TIMELINE)).contains("<svg>"));
        assert_eq!(figures(&figures_of(TIMELINE)), "");
        assert_eq!(timeline(&figures_of("mfu")), "");
    }
}
