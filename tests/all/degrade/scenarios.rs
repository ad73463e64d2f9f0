//! `[[systems.degrade]]` in files and on the command line: training, collectives, sweeps.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::ScenarioReport;
use copperlight::run::{RunOptions, run_scenario};

/// The smallest training scenario of one system, and a second table of systems or nothing.
const TRAINING: &str = include_str!("../cli/tiny.toml");

const COLLECTIVE: &str = r#"
[scenario]
name = "ring"
seed = 7

[[systems]]
name = "NVL72"
preset = "gb200-nvl72"
transport = "ideal"

[[systems.degrade]]
target = "plane:3"
capacity = 0

[workload]
kind = "collective"
operation = "all-reduce"
size = "1 GiB"
algorithm = "ring"
"#;

fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    check(SourceText::new("test.toml", text), &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn run(text: &str, settings: &[&str]) -> ScenarioReport {
    let report = run_scenario(&scenario(text, settings), &RunOptions::default(), &|_| {});
    report.unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str, settings: &[&str]) -> String {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    match check(SourceText::new("test.toml", text), &settings) {
        Err(errors) => errors.to_string(),
        Ok(scenario) => match run_scenario(&scenario, &RunOptions::default(), &|_| {}) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("what is wrong was accepted"),
        },
    }
}

fn times(report: &ScenarioReport) -> Vec<f64> {
    let time = |result: &copperlight::report::PointResult| result.collective.as_ref().map(|row| row.time_us);
    report.results.results.iter().filter_map(time).collect()
}

#[test]
fn a_file_degrades_and_the_report_says_so() {
    let report = run(COLLECTIVE, &[]);
    let healthy = run(COLLECTIVE, &["systems.degrade=[]"]);
    let ratio = times(&report)[0] / times(&healthy)[0];
    assert!((ratio - 18.0 / 17.0).abs() < 5e-3, "{ratio}");
    assert!(report.warnings.contains(&"gb200-nvl72: degraded: 1 of 18 planes removed".to_owned()));
    assert!(!healthy.warnings.iter().any(|warning| warning.contains("degraded")));
    assert!(report.resolved_toml.contains("[[systems.degrade]]"), "{}", report.resolved_toml);
    let again = run(&report.resolved_toml, &[]);
    assert_eq!(again.results.digest, report.results.digest);
}

#[test]
fn the_command_line_degrades_and_sweeps() {
    let set = r#"systems[0].degrade=[{target="plane:3",capacity=0.5},{target="plane:4",capacity=0}]"#;
    let (set, healthy) = (run(COLLECTIVE, &[set]), run(COLLECTIVE, &["systems.degrade=[]"]));
    let ratio = times(&set)[0] / times(&healthy)[0];
    assert!((ratio - 18.0 / 16.5).abs() < 1e-2, "{ratio}");
    let capacity =
        format!("{COLLECTIVE}\n[[sweep]]\nparameter = \"systems.degrade.capacity\"\nvalues = [1, 0.5, 0]\n");
    let swept = times(&run(&capacity, &[]));
    assert!(swept.len() == 3 && swept.is_sorted() && swept[0] < swept[2], "{swept:?}");
    let whole = format!(
        "{COLLECTIVE}\n[[sweep]]\nparameter = \"systems[0].degrade\"\nvalues = [[], [{{ target = \"plane:0\", capacity = 0 }}]]\n"
    );
    assert_eq!(times(&run(&whole, &[])).len(), 2);
}

#[test]
fn draws_follow_the_seed_of_the_scenario() {
    let set = r#"systems.degrade=[{target="links",count=40,tier="scale-up",capacity=0}]"#;
    let digest = |seed: &str| run(COLLECTIVE, &[set, seed]).results.digest;
    assert_eq!(digest("scenario.seed=7"), run(COLLECTIVE, &[set]).results.digest);
    assert_ne!(digest("scenario.seed=7"), digest("scenario.seed=8"));
}

#[test]
fn chips_out_of_service_are_left_out_of_the_default_size() {
    let set = r#"systems.degrade=[{target="tray:5",capacity=0}]"#;
    assert_eq!(scenario(COLLECTIVE, &[set]).point(0).expect("the point is legal").chips, 68);
    assert_eq!(
        scenario(COLLECTIVE, &[set, "systems.chips=72"]).point(0).expect("the point is legal").chips,
        72
    );
}

#[test]
fn slow_kernels_slow_a_training_step() {
    let step = |settings: &[&str]| {
        let report = run(TRAINING, settings);
        report.results.results[0].step_time_s.expect("the point fits in memory")
    };
    let healthy = step(&["sweep=[]"]);
    let slow = step(&["sweep=[]", r#"systems[0].degrade=[{target="chip:3",compute=0.5}]"#]);
    assert!(slow > healthy * 1.02 && slow < healthy * 2.0, "{slow} after {healthy}");
    let plane = step(&["sweep=[]", r#"systems[0].degrade=[{target="plane:3",capacity=0}]"#]);
    assert!(plane > healthy && plane < healthy * 18.0 / 17.0, "{plane} after {healthy}");
}

#[test]
fn slow_kernels_change_nothing_in_a_collective() {
    let healthy = run(COLLECTIVE, &["systems.degrade=[]"]);
    let slow = run(COLLECTIVE, &[r#"systems.degrade=[{target="chip:3",compute=0.5}]"#]);
    assert_eq!(slow.results.digest, healthy.results.digest);
    let note = "gb200-nvl72: `compute` of degrade changes nothing: a collective runs no kernels";
    assert!(slow.warnings.iter().any(|warning| warning == note), "{:?}", slow.warnings);
    assert!(!healthy.warnings.iter().any(|warning| warning == note));
}

#[test]
fn a_domain_without_chips_needs_a_size() {
    for entry in [r#"target="domain:0""#, r#"target="chips",count=72"#] {
        let set = format!("systems.degrade=[{{{entry},capacity=0}}]");
        assert_eq!(
            refused(COLLECTIVE, &[&set]),
            "command line:1: the system cannot be built: no chip is left in the domain; say how many chips, such as \
             chips = 8"
        );
        assert_eq!(
            scenario(COLLECTIVE, &[&set, "systems.chips=72"]).point(0).expect("the point is legal").chips,
            72
        );
    }
}

#[test]
fn a_system_without_entries_is_named() {
    let second = "[[systems]]\nname = 'other'\npreset = 'hgx-h100'\n\n[workload]";
    let two = COLLECTIVE.replace("[workload]", second);
    assert_eq!(
        refused(&two, &["systems.degrade.capacity=0.5"]),
        "command line:1: the system cannot be built: `other` has no list `degrade`; head each entry \
         [[systems.degrade]], or write the number of a system that has one, such as systems[0].degrade.capacity"
    );
    scenario(&two, &["systems[0].degrade.capacity=0.5"]);
}

#[test]
fn errors_name_the_entry() {
    let set = r#"systems.degrade=[{target="plane:0",capacity=0},{target="pane:1",capacity=0}]"#;
    assert_eq!(
        refused(COLLECTIVE, &[set]),
        "command line:1: the system cannot be built: `degrade[1]`: `pane:1` is no target (did you mean `plane`?); \
         write plane:N, link:NAME, switch:NAME, node:N, chip:N, domain:N, or links, switches or chips with a count \
         or share"
    );
    assert_eq!(
        refused(COLLECTIVE, &["systems.degrade[0].target=plane:18"]),
        "NVL72: degrade[0]: there is no `plane:18`: planes are 0 to 17"
    );
    assert_eq!(
        refused(COLLECTIVE, &[r#"systems.degrade=[{target="chip:72",compute=0.5}]"#]),
        "command line:1: the system cannot be built: degrade[0]: there is no `chip:72`: chips are 0 to 71"
    );
    assert_eq!(
        refused(COLLECTIVE, &[r#"systems.degrade=[{target="links",share=1,capacity=0}]"#]),
        "NVL72: domain0/chip0 cannot reach domain0/chip1: no path of links joins them"
    );
}

#[test]
fn every_point_of_a_sweep_says_what_is_degraded() {
    let sweep = r#"sweep=[{parameter="systems[0].degrade", values=[[], [{target="plane:3",capacity=0}], [{target="plane:3",capacity=0.5}]]}]"#;
    let report = run(COLLECTIVE, &["systems.degrade=[]", sweep]);
    let notes: Vec<&String> = report.warnings.iter().filter(|warning| warning.contains("degraded")).collect();
    assert_eq!(notes.len(), 2, "{:?}", report.warnings);
    assert!(
        notes[0].contains("1 of 18 planes removed") && notes[1].contains("1 of 18 planes at 0.5"),
        "{notes:?}"
    );
}
