//! How to make the results again.

use super::super::scenario_report::ScenarioReport;
use super::escape::escaped;

/// The command, the digest that it must give, and the scenario in full.
pub(super) fn reproduction(report: &ScenarioReport) -> String {
    let results = &report.results;
    let (command, digest, seed) = (escaped(&report.reproduce), escaped(&results.digest), results.seed);
    let toml = match report.resolved_toml.as_str() {
        "" => String::new(),
        toml => format!(
            "<details>\n<summary>The scenario with every default filled in</summary>\n{}</details>\n",
            block(&escaped(toml), "The scenario")
        ),
    };
    format!(
        "{}<p>The same input gives the digest <code>{digest}</code> on every machine (seed {seed}).</p>\n{toml}",
        block(&command, "The command")
    )
}

/// Text to be copied, already escaped; it scrolls where the page is narrow.
fn block(text: &str, name: &str) -> String {
    format!(
        "<pre class=\"copied\" role=\"group\" aria-label=\"{name}\" tabindex=\"0\"><code>{text}</code></pre>\n"
    )
}

/// Which program made the page, and what it simulated for it.
pub(super) fn footer(report: &ScenarioReport) -> String {
    let work = report.results.work;
    format!(
        "<footer>Copperlight {}: {} events, {} flows, {} rate solves, {} ranks simulated in {} classes, {} \
         collectives replayed.</footer>\n",
        env!("CARGO_PKG_VERSION"),
        work.events,
        work.flows,
        work.rate_solves,
        work.ranks_simulated,
        work.classes,
        work.replayed
    )
}
