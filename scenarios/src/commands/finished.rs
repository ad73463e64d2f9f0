//! A scenario of which every part is done: what is written about it.

use super::failure::Failure;
use super::output::Output;
use super::run_format::RunFormat;
use crate::file::Scenario;
use crate::report::{Drawn, Listing, PointResult, Points, ScenarioReport, files, number};
use crate::run::{Frame, PointsOf, Records, RunError, RunOptions, assemble, check_any_point, explain};
use std::io;
use std::path::Path;

/// A report, and all of its rows.
pub(super) struct Finished {
    pub(super) report: ScenarioReport,
    /// Rows that are read as they are needed, where there are too many.
    rows: Option<Rows>,
}

struct Rows {
    records: Box<dyn Records>,
    points: usize,
}

/// What is said besides the data.
#[derive(Clone, Copy)]
pub(super) struct Saying<'a> {
    /// How data are written.
    pub(super) format: RunFormat,
    /// Where files are written.
    pub(super) folder: Option<&'a Path>,
    /// No notes.
    pub(super) quiet: bool,
}

impl Points for Rows {
    fn visit(&self, visit: &mut dyn FnMut(&PointResult) -> io::Result<()>) -> io::Result<()> {
        PointsOf { records: &*self.records, points: self.points }.visit(visit)
    }
}

impl Finished {
    /// Puts the report together; of many points the records stay at hand.
    ///
    /// # Errors
    /// [`Failure::Run`] when a record cannot be read, or when every point has failed.
    pub(super) fn new(frame: &Frame, records: impl Records + 'static) -> Result<Self, Failure> {
        let report =
            assemble(frame, &records).map_err(|error| RunError::Keep { reason: error.to_string() })?;
        check_any_point(&report)?;
        let rows = frame.is_large().then(|| Rows { records: Box::new(records), points: frame.points });
        Ok(Self { report, rows })
    }

    /// Says of every point why it came out so.
    ///
    /// # Errors
    /// [`RunError`] names the point that cannot be explained.
    pub(super) fn explain(&mut self, scenario: &Scenario, options: &RunOptions) -> Result<(), RunError> {
        explain(scenario, &mut self.report.results, options)
    }

    /// The results with all of their rows.
    pub(super) fn listing(&self) -> Listing<'_> {
        Listing { results: &self.report.results, points: self.points() }
    }

    fn points(&self) -> &dyn Points {
        match &self.rows {
            Some(rows) => rows,
            None => &self.report.results.results,
        }
    }

    /// Writes what one scenario has shown; neither a closed pipe nor a full disk costs the other its results.
    pub(super) fn write(&self, saying: Saying<'_>, output: &mut Output<'_>) -> Result<(), Failure> {
        let shown = saying.format.write_one(&self.report, output);
        if self.report.nothing_fits() {
            return Err(RunError::NothingFits { notes: self.report.notes.clone() }.into());
        }
        let drawn = saying.folder.map(|folder| self.write_files(folder)).transpose()?;
        shown?;
        if !saying.quiet {
            let drawn = drawn.as_ref().map(|drawn| drawn.notes.as_slice()).unwrap_or_default();
            self.write_notes(drawn, saying.folder, output)?;
        }
        Ok(())
    }

    fn write_files(&self, folder: &Path) -> Result<Drawn, Failure> {
        let drawn = if self.report.is_selection() { not_drawn(&self.report) } else { draw(&self.report)? };
        let written = files::Written { report: &self.report, points: self.points(), drawn: &drawn };
        files::write_files(written, folder)?;
        Ok(drawn)
    }

    fn write_notes(
        &self,
        drawn: &[String],
        folder: Option<&Path>,
        output: &mut Output<'_>,
    ) -> io::Result<()> {
        for note in self.report.warnings.iter().chain(&self.report.notes).chain(drawn) {
            writeln!(output.notes, "note: {note}")?;
        }
        match folder {
            Some(folder) => writeln!(output.notes, "wrote {}", folder.join("report.html").display()),
            None => Ok(()),
        }
    }
}

/// Fails where a point was begun and could not finish.
///
/// # Errors
/// [`Failure::Unfinished`].
pub(super) fn check_finished(report: &ScenarioReport) -> Result<(), Failure> {
    let failed = &report.failed;
    if failed.unfinished == 0 && !failed.curves_unfinished {
        return Ok(());
    }
    let scenario = report.results.scenario.clone();
    Err(Failure::Unfinished { scenario, unfinished: failed.unfinished, points: report.points })
}

fn not_drawn(report: &ScenarioReport) -> Drawn {
    let points = number::grouped(report.points as u64);
    let note = format!("there are no figures: {points} points are too many for one");
    Drawn { figures: Vec::new(), notes: vec![note], ..Drawn::default() }
}

#[cfg(feature = "plots")]
fn draw(report: &ScenarioReport) -> Result<Drawn, Failure> {
    crate::plot::draw(report).map_err(|error| Failure::Figures(error.to_string()))
}

#[cfg(not(feature = "plots"))]
fn draw(_: &ScenarioReport) -> Result<Drawn, Failure> {
    let note = "this program was built without the feature `plots`: there are no figures".to_owned();
    Ok(Drawn { figures: Vec::new(), notes: vec![note] })
}
