//! All figures that a report asks for.

use super::busbw::draw_busbw;
use super::busiest_links::draw_busiest_links;
use super::canvas::Drawing;
use super::communication_share::draw_communication_share;
use super::cost::{draw_cost, why_no_cost};
use super::energy::draw_energy;
use super::exposed_communication::draw_exposed_communication;
use super::heat_map::draw_heat_map;
use super::interactive::charts;
use super::ledger::draw_ledger;
use super::link_histogram::draw_link_histogram;
use super::link_utilization::draw_link_utilization;
use super::measured::drawings;
use super::memory::draw_memory;
use super::mfu::draw_mfu;
use super::pipeline_timeline::draw_pipeline_timeline;
use super::render::{PlotError, png, svg};
use super::roofline::draw_roofline;
use super::theme::Ground;
use super::tornado::draw_tornado;
use super::wiring::{WiringTitle, draw_wiring};
use crate::report::{
    CurveKind, Drawn, Evidence, Figure, FigureTheme, ScenarioReport, SensitivityReport, ValidationReport,
    VectorFigure,
};
use copperlight_core::fabric::Fabric;
use rayon::prelude::*;

/// The most points of which a tornado is drawn.
const MOST_TORNADOS: usize = 24;

/// Draws the figures of `report.curves`; one without data is left out, with a note where the scenario names it.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn draw(report: &ScenarioReport) -> Result<Drawn, PlotError> {
    let kinds: Vec<CurveKind> =
        CurveKind::ALL.into_iter().filter(|kind| report.curves.contains(kind)).collect();
    let figures: Result<Vec<_>, PlotError> = kinds.par_iter().map(|kind| figure(*kind, report)).collect();
    let mut drawn = Drawn::default();
    for (kind, figure) in kinds.into_iter().zip(figures?) {
        match figure {
            Some((figure, notes)) => {
                drawn.figures.push(figure);
                drawn.notes.extend(notes.iter().map(|note| format!("figure `{}`: {note}", kind.name())));
            }
            None if report.figures.named => {
                let why = why_left_out(kind, report);
                drawn.notes.push(format!("figure `{}` is left out: {why}", kind.name()));
            }
            None => {}
        }
    }
    drawn.charts = charts(report, &drawn.figures);
    Ok(drawn)
}

/// The files of a figure of one kind and what is to be said about it; `None` when no point has data for it.
fn figure(kind: CurveKind, report: &ScenarioReport) -> Result<Option<(Figure, Vec<String>)>, PlotError> {
    let Some(drawing) = drawing(kind, report) else { return Ok(None) };
    let figure = rendered(kind.name(), &drawing, report.figures.theme)?;
    Ok(Some((figure, drawing.notes)))
}

/// The figure of one kind; `None` when no point has data for it.
pub(super) fn drawing(kind: CurveKind, report: &ScenarioReport) -> Option<Drawing> {
    match kind {
        CurveKind::Mfu => draw_mfu(report),
        CurveKind::CommunicationShare => draw_communication_share(report),
        CurveKind::ExposedCommunicationShare => draw_exposed_communication(report),
        CurveKind::LinkUtilization => draw_link_utilization(report),
        CurveKind::Busbw => draw_busbw(report),
        CurveKind::Ledger => draw_ledger(report),
        CurveKind::Memory => draw_memory(report),
        CurveKind::PipelineTimeline => draw_pipeline_timeline(report),
        CurveKind::Roofline => draw_roofline(report),
        CurveKind::HeatMap => draw_heat_map(report),
        CurveKind::Energy => draw_energy(report),
        CurveKind::Cost => draw_cost(report),
        CurveKind::BusiestLinks => draw_busiest_links(report),
        CurveKind::LinkHistogram => draw_link_histogram(report),
    }
}

/// Why there is nothing to draw.
fn why_left_out(kind: CurveKind, report: &ScenarioReport) -> String {
    match kind {
        CurveKind::HeatMap => "it needs a sweep over exactly two parameters".to_owned(),
        CurveKind::PipelineTimeline => {
            "no training step was simulated: a closed form has no timeline".to_owned()
        }
        CurveKind::Cost => why_no_cost(report),
        CurveKind::BusiestLinks | CurveKind::LinkHistogram => {
            "no point was simulated: closed forms know no single links".to_owned()
        }
        _ => "no point has data for it".to_owned(),
    }
}

/// Draws what moves the time of each point, the first points of too many, with notes on what is left out.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn tornado_figures(report: &SensitivityReport) -> Result<Drawn, PlotError> {
    let mut drawn = Drawn::default();
    let several = report.points.len() > 1;
    for (index, point) in report.points.iter().enumerate().take(MOST_TORNADOS) {
        let name = if several { format!("tornado-{}", index + 1) } else { "tornado".to_owned() };
        match draw_tornado(report, point) {
            Some(drawing) => {
                drawn.notes.extend(drawing.notes.iter().map(|note| format!("figure `{name}`: {note}")));
                drawn.figures.push(rendered(&name, &drawing, FigureTheme::Light)?);
            }
            None => drawn
                .notes
                .push(format!("figure `{name}` is left out: no value changes the time of its point")),
        }
    }
    if report.points.len() > MOST_TORNADOS {
        let points = report.points.len();
        drawn.notes.push(format!("there are figures of the first {MOST_TORNADOS} of {points} points"));
    }
    Ok(drawn)
}

/// Draws how a fabric of chips and switches is wired; `None` where chips are joined without switches.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn wiring_figure(fabric: &Fabric, title: &WiringTitle) -> Result<Option<Figure>, PlotError> {
    let theme = FigureTheme::Light;
    draw_wiring(fabric, title).map(|drawing| rendered("wiring", &drawing, theme)).transpose()
}

/// Draws the model beside measurements; figures without data are left out.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn validation_figures(
    report: &ValidationReport,
    evidence: &Evidence,
) -> Result<Vec<VectorFigure>, PlotError> {
    let figure = |(name, drawing): (&str, Drawing)| {
        let failed = |reason| PlotError::Drawing { figure: name.to_owned(), reason };
        let svg = svg(&drawing.canvas).map_err(failed)?;
        Ok(VectorFigure { name: name.to_owned(), title: drawing.title, svg })
    };
    drawings(report, evidence).into_iter().map(figure).collect()
}

fn rendered(name: &str, drawing: &Drawing, theme: FigureTheme) -> Result<Figure, PlotError> {
    let failed = |reason| PlotError::Drawing { figure: name.to_owned(), reason };
    let on = |ground| png(&drawing.canvas, ground).map_err(failed);
    let (bitmap, dark) = match theme {
        FigureTheme::Light => (on(Ground::Light)?, None),
        FigureTheme::Dark => (on(Ground::Dark)?, None),
        FigureTheme::Both => (on(Ground::Light)?, Some(on(Ground::Dark)?)),
    };
    Ok(Figure {
        name: name.to_owned(),
        title: drawing.title.clone(),
        svg: svg(&drawing.canvas).map_err(failed)?,
        png: bitmap,
        dark_png: dark,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn every_requested_figure_is_drawn_in_both_formats() {
        let drawn = draw(&example::two_systems(2)).expect("the example can be drawn");
        let names: Vec<&str> = drawn.figures.iter().map(|figure| figure.name.as_str()).collect();
        let expected = [
            "mfu",
            "communication_share",
            "exposed_communication_share",
            "ledger",
            "memory",
            "link_utilization",
            "busbw",
        ];
        assert_eq!(names, expected);
        for figure in &drawn.figures {
            assert!(figure.svg.starts_with("<svg"), "{}", &figure.svg[..20]);
            assert!(figure.png.starts_with(b"\x89PNG"));
        }
        assert_eq!(names.len() + drawn.notes.len(), CurveKind::ALL.len(), "{:?}", drawn.notes);
    }

    #[test]
    fn a_figure_without_data_is_left_out_with_a_note() {
        let mut report = example::two_systems(1);
        report.timelines.clear();
        report.busbw.clear();
        report.results.results.iter_mut().for_each(example::make_too_large);
        report.results.results.iter_mut().for_each(|point| point.memory_gb = None);
        let drawn = draw(&report).expect("nothing can be drawn");
        assert!(drawn.figures.is_empty());
        assert_eq!(drawn.notes.len(), CurveKind::ALL.len());
        report.figures.named = false;
        assert_eq!(draw(&report).expect("nothing can be drawn"), Drawn::default());
    }

    #[test]
    fn bitmaps_are_drawn_on_the_grounds_that_are_asked_for() {
        let mut report = example::two_systems(1);
        report.curves = vec![CurveKind::Mfu];
        let mut mfu_on = |theme| {
            report.figures.theme = theme;
            draw(&report).expect("the example can be drawn").figures.swap_remove(0)
        };
        let [light, dark, both] = [FigureTheme::Light, FigureTheme::Dark, FigureTheme::Both].map(&mut mfu_on);
        assert!(light.png != dark.png && light.svg == dark.svg);
        assert_eq!((light.dark_png, dark.dark_png), (None, None));
        assert_eq!((both.png, both.dark_png), (light.png, Some(dark.png)));
    }

    #[test]
    fn names_from_the_scenario_stay_text() {
        let mut report = example::two_systems(1);
        for point in &mut report.results.results {
            point.system = "<script>".into();
        }
        report.curves = vec![CurveKind::Mfu, CurveKind::Ledger];
        let drawn = draw(&report).expect("the example can be drawn");
        assert_eq!(drawn.figures.len(), 2);
        assert!(drawn.figures.iter().all(|figure| !figure.svg.contains("<script")));
    }

    #[test]
    fn drawing_twice_gives_the_same_bytes() {
        let mut report = example::two_systems(3);
        report.curves = vec![CurveKind::Ledger, CurveKind::Busbw];
        let draw_once = || draw(&report).expect("the example can be drawn");
        assert_eq!(draw_once(), draw_once());
    }
}
