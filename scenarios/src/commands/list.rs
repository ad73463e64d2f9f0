//! `copperlight list`: what is built in, by name.

use super::failure::Failure;
use super::output::Output;
use crate::file::SourceText;
use crate::file::{check, library_claims, library_scenario, library_scenario_names};
use crate::training::{LibraryModel, Model};
use copperlight_topologies::catalog;
use std::io::{self, Write};

/// Writes scenarios, claims, models and systems, a line each.
pub(super) fn run(output: &mut Output<'_>) -> Result<(), Failure> {
    let scenarios: Vec<(&str, String)> =
        library_scenario_names().map(|name| (name, question(name))).collect();
    let claims: Vec<(&str, String)> =
        library_claims().map(|claim| (claim.name, question(claim.name))).collect();
    let title = |name: &str| LibraryModel::named(name).map(|model| model.title).unwrap_or_default();
    let models: Vec<(&str, String)> = Model::library_names().map(|name| (name, title(name))).collect();
    let systems: Vec<(&str, String)> =
        catalog::systems().iter().map(|entry| (entry.name(), entry.title().to_owned())).collect();
    write_group("scenarios (copperlight run NAME)", &scenarios, output.data)?;
    write_group("claims (copperlight claims ID)", &claims, output.data)?;
    write_group("models (workload.model)", &models, output.data)?;
    write_group("systems (systems.preset, --system)", &systems, output.data)?;
    Ok(())
}

/// The question of a library scenario.
fn question(name: &str) -> String {
    let text = library_scenario(name).unwrap_or_default();
    let scenario = check(SourceText::new(name, text), &[]);
    scenario.ok().and_then(|scenario| scenario.question).unwrap_or_default()
}

fn write_group(title: &str, entries: &[(&str, String)], out: &mut dyn Write) -> io::Result<()> {
    let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    writeln!(out, "{title}")?;
    for (name, text) in entries {
        writeln!(out, "{}", format!("  {name:width$}  {text}").trim_end())?;
    }
    Ok(())
}
