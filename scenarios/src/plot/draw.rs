//! All figures that a report asks for.

use super::busbw::draw_busbw;
use super::canvas::Drawing;
use super::exposed_communication::draw_exposed_communication;
use super::interactive::charts;
use super::link_utilization::draw_link_utilization;
use super::measured::drawings;
use super::mfu::draw_mfu;
use super::render::{PlotError, png, svg};
use super::wiring::{WiringTitle, draw_wiring};
use crate::report::{CurveKind, Drawn, Evidence, Figure, ScenarioReport, ValidationReport, VectorFigure};
use copperlight_core::fabric::Fabric;

/// Draws the figures of `report.curves`; one without data is left out with a note.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn draw(report: &ScenarioReport) -> Result<Drawn, PlotError> {
    let mut drawn = Drawn::default();
    for kind in CurveKind::ALL.into_iter().filter(|kind| report.curves.contains(kind)) {
        let drawing = match kind {
            CurveKind::Mfu => draw_mfu(report),
            CurveKind::ExposedCommunicationShare => draw_exposed_communication(report),
            CurveKind::LinkUtilization => draw_link_utilization(report),
            CurveKind::Busbw => draw_busbw(report),
        };
        match drawing {
            Some(drawing) => {
                drawn.figures.push(rendered(kind.name(), &drawing)?);
                drawn
                    .notes
                    .extend(drawing.notes.iter().map(|note| format!("figure `{}`: {note}", kind.name())));
            }
            None => {
                drawn.notes.push(format!("figure `{}` is left out: no point has data for it", kind.name()));
            }
        }
    }
    drawn.charts = charts(report, &drawn.figures);
    Ok(drawn)
}

/// Draws how a fabric of chips and switches is wired; `None` where chips are joined without switches.
///
/// # Errors
/// [`PlotError`] when the drawing library fails, which no data is known to cause.
pub fn wiring_figure(fabric: &Fabric, title: &WiringTitle) -> Result<Option<Figure>, PlotError> {
    draw_wiring(fabric, title).map(|drawing| rendered("wiring", &drawing)).transpose()
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

fn rendered(name: &str, drawing: &Drawing) -> Result<Figure, PlotError> {
    let failed = |reason| PlotError::Drawing { figure: name.to_owned(), reason };
    Ok(Figure {
        name: name.to_owned(),
        title: drawing.title.clone(),
        svg: svg(&drawing.canvas).map_err(failed)?,
        png: png(&drawing.canvas).map_err(failed)?,
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
        assert_eq!(names, CurveKind::ALL.map(CurveKind::name));
        for figure in &drawn.figures {
            assert!(figure.svg.starts_with("<svg"), "{}", &figure.svg[..20]);
            assert!(figure.png.starts_with(b"\x89PNG"));
        }
        assert_eq!(drawn.notes, Vec::<String>::new());
    }

    #[test]
    fn a_figure_without_data_is_left_out_with_a_note() {
        let mut report = example::two_systems(1);
        report.timelines.clear();
        report.busbw.clear();
        report.results.results.iter_mut().for_each(example::make_too_large);
        let drawn = draw(&report).expect("nothing can be drawn");
        assert!(drawn.figures.is_empty());
        assert_eq!(drawn.notes.len(), 4);
    }

    #[test]
    fn names_from_the_scenario_stay_text() {
        let mut report = example::two_systems(1);
        for point in &mut report.results.results {
            point.system = "<script>".into();
        }
        let drawn = draw(&report).expect("the example can be drawn");
        assert!(drawn.figures.iter().all(|figure| !figure.svg.contains("<script")));
    }

    #[test]
    fn drawing_twice_gives_the_same_bytes() {
        let report = example::two_systems(3);
        let draw_once = || draw(&report).expect("the example can be drawn");
        assert_eq!(draw_once(), draw_once());
    }
}
