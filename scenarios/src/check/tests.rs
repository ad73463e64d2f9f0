//! Invented results held against expectations and baselines: what holds, what fails, and how it is said.

use super::*;
use crate::file::{Scenario, SourceText, check};
use crate::report::{
    Breakdown, CheckCase, CheckReport, CheckedScenario, PointResult, ScenarioResults, Work, check_github,
    check_junit, check_table,
};
use serde_json::json;

/// Two systems at two batches each, with expectations from line 21 on.
fn scenario(expectations: &str) -> Scenario {
    scenario_of("copper", expectations)
}

fn scenario_of(system: &str, expectations: &str) -> Scenario {
    let head = r#"
[scenario]
name = "two"
[[systems]]
name = "SYSTEM"
preset = "gb200-nvl72"
chips = 8
[[systems]]
name = "light"
preset = "cloudmatrix384"
chips = 16
[workload]
kind = "training"
model = "llama-3.1-8b"
sequence_length = 512
global_batch = 16
parallelism = { tensor = 2 }
[[sweep]]
parameter = "workload.global_batch"
values = [16, 32]
"#;
    let text = format!("{}{expectations}", head.replace("SYSTEM", system));
    check(SourceText::new("two.toml", text), &[]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn point(system: &str, batch: u64, step: f64) -> PointResult {
    PointResult {
        system: system.to_owned(),
        chips: if system == "light" { 16 } else { 8 },
        point: [("workload.global_batch".to_owned(), json!(batch))].into(),
        fits: true,
        step_time_s: Some(step),
        mfu: Some(0.5 / step),
        breakdown_s: Some(Breakdown { tensor: Some(step / 4.0), wait: Some(0.0), ..Breakdown::default() }),
        ..PointResult::default()
    }
}

/// Copper takes 1 s and 2 s, light takes 1.5 s and 3 s.
fn points() -> Vec<PointResult> {
    vec![point("copper", 16, 1.0), point("copper", 32, 2.0), point("light", 16, 1.5), point("light", 32, 3.0)]
}

fn results(points: Vec<PointResult>) -> ScenarioResults {
    ScenarioResults {
        schema: 1,
        scenario: "two".to_owned(),
        version: "0.1.0".to_owned(),
        input_hash: "4567".to_owned(),
        seed: 1,
        fidelity: "flow".to_owned(),
        digest: "0123".to_owned(),
        work: Work::default(),
        results: points,
        comparisons: Vec::new(),
    }
}

/// `held` or the first finding of every case, in order.
fn verdicts(cases: &[CheckCase]) -> Vec<String> {
    let verdict = |case: &CheckCase| match case.held {
        true => "held".to_owned(),
        false => case.findings.iter().map(crate::report::Finding::sentence).collect::<Vec<_>>().join("; "),
    };
    cases.iter().map(verdict).collect()
}

fn judged(expectation: &str) -> Vec<String> {
    verdicts(&judge(&scenario(&format!("[[expect]]\n{expectation}\n")), &points()))
}

#[test]
fn bounds_belong_to_what_is_allowed() {
    assert_eq!(judged("metric = 'step_time_s'\nmin = 1\nmax = 3"), ["held"; 4]);
    assert_eq!(
        judged("metric = 'step_time_s'\nsystem = 'copper'\nmax = 1.6"),
        ["held", "step_time_s is 2.0 s, expected at most 1.6 s (+25 %)"]
    );
    assert_eq!(
        judged("metric = 'mfu'\nchips = 16\nmin = 0.2\nmax = 0.3"),
        [
            "mfu is 0.3333333333333333, expected from 0.2 to 0.3 (+11 %)",
            "mfu is 0.16666666666666666, expected from 0.2 to 0.3 (-17 %)"
        ]
    );
    assert_eq!(
        judged("metric = 'breakdown_s.wait'\nchips = 8\npoint = { workload.global_batch = 16 }\nmin = 0.1"),
        ["breakdown_s.wait is 0.0 s, expected at least 0.1 s (-100 %)"]
    );
}

#[test]
fn values_have_a_tolerance() {
    let at = "system = 'copper'\npoint = { 'workload.global_batch' = 16 }\nmetric = 'step_time_s'\nequals = ";
    let held = |rest: &str| judged(&format!("{at}{rest}"));
    assert_eq!(held("1"), ["held"]);
    assert_eq!(held("0.99\ntolerance = 0.02"), ["held"]);
    assert_eq!(held("0.99\ntolerance = '2 %'"), ["held"]);
    assert_eq!(held("0.97\nabsolute_tolerance = 0.031"), ["held"]);
    assert_eq!(held("0.99"), ["step_time_s is 1.0 s, expected equal to 0.99 s (+1.01 %)"]);
    assert_eq!(
        held("0.9\ntolerance = 0.02"),
        ["step_time_s is 1.0 s, expected equal to 0.9 s within 2 % (+11 %)"]
    );
    assert_eq!(
        held("0.9\nabsolute_tolerance = 0.05"),
        ["step_time_s is 1.0 s, expected equal to 0.9 s within 0.05 s (+11 %)"]
    );
}

#[test]
fn systems_are_compared_at_the_same_point() {
    let of_copper = "system = 'copper'\nmetric = 'step_time_s'\n";
    assert_eq!(judged(&format!("{of_copper}below = 'light'")), ["held"; 2]);
    assert_eq!(judged(&format!("{of_copper}below = 'light'\nby = 1.5")), ["held"; 2]);
    // Without a system, every other one is compared.
    assert_eq!(judged("metric = 'mfu'\nabove = 'light'\nby = 1.4"), ["held"; 2]);
    assert_eq!(
        judged(&format!("{of_copper}below = 'light'\nby = 2")),
        [
            "step_time_s is 1.0 s, expected below 1.5 s of light on 16 chips with workload.global_batch = 16 by a factor \
             of 2 (+33 %)",
            "step_time_s is 2.0 s, expected below 3 s of light on 16 chips with workload.global_batch = 32 by a factor \
             of 2 (+33 %)"
        ]
    );
    assert_eq!(
        judged(&format!("{of_copper}point = {{ workload.global_batch = 32 }}\nabove = 'light'")),
        [
            "step_time_s is 2.0 s, expected above 3 s of light on 16 chips with workload.global_batch = 32 (-33 %)"
        ]
    );
}

#[test]
fn what_does_not_fit_or_failed_holds_nothing_but_that_it_does_not_fit() {
    let mut points = points();
    points[0] =
        PointResult { fits: false, step_time_s: None, mfu: None, breakdown_s: None, ..points[0].clone() };
    let judged = |expectation: &str| {
        verdicts(&judge(&scenario(&format!("[[expect]]\nsystem = 'copper'\n{expectation}")), &points))
    };
    let why = "copper on 8 chips with workload.global_batch = 16 does not fit in memory";
    assert_eq!(judged("fits = true"), [why, "held"]);
    assert_eq!(judged("fits = false"), ["held", "fits is true, expected false"]);
    assert_eq!(judged("metric = 'mfu'\nmin = 0"), [why, "held"]);
    assert_eq!(judged("metric = 'mfu'\nabove = 'light'"), [why, "held"]);
}

#[test]
fn what_is_not_modelled_fails_with_a_sentence() {
    let point = "copper on 8 chips with workload.global_batch = 16";
    let at = "system = 'copper'\npoint = { workload.global_batch = 16 }\nmax = 1\n";
    assert_eq!(
        judged(&format!("{at}metric = 'energy_j_per_token'")),
        [format!("energy_j_per_token is not known of {point}: it is null in the results")]
    );
    assert_eq!(
        judged(&format!("{at}metric = 'breakdown_s.expert'")),
        [format!(
            "breakdown_s.expert is not known of {point}; there are breakdown_s.tensor, breakdown_s.wait"
        )]
    );
}

fn report_of(scenario: &Scenario, points: &[PointResult]) -> CheckReport {
    CheckReport::of(vec![CheckedScenario {
        scenario: scenario.name.clone(),
        file: Some("runs/a,b:%.toml".to_owned()),
        digest: None,
        cases: judge(scenario, points),
        notes: Vec::new(),
    }])
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("a vector takes every byte");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// What a scenario file may hold.
const HOSTILE: &str = r#"</failure>]]>&<!--\"'::error::%0A,"#;

/// The same with what it may not, as results of other programs may.
const WORSE: &str = "</failure>]]>&<!--\"'::error::\u{1}%0A,";

/// A report whose names, messages and numbers are everything that a format could stumble over.
fn hostile_report() -> CheckReport {
    let message = r#"message = "first <line>\r\n::error::second & 'third' BELL 100 %""#;
    let mut scenario =
        scenario_of(HOSTILE, &format!("[[expect]]\nmetric = 'step_time_s'\nmax = 1.5\n{message}\n"));
    let message = &mut scenario.expectations[0].message;
    *message = message.as_ref().map(|text| text.replace("BELL", "\u{7}"));
    let points = [point(WORSE, 16, 1.0), PointResult { chips: 8, ..point(WORSE, 32, 2.0) }];
    report_of(&scenario, &points)
}

#[test]
fn junit_is_xml_whatever_names_are() {
    let report = hostile_report();
    let text = written(|out| check_junit::write_junit(out, &report));
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let root = document.root_element();
    assert_eq!((root.attribute("tests"), root.attribute("failures")), (Some("2"), Some("1")));
    let cases: Vec<_> = root.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), 2);
    let title = "</failure>]]>&<!--\"'::error::\u{fffd}%0A, on 8 chips with workload.global_batch = 32: \
                 step_time_s at most 1.5 s (line 21)";
    assert_eq!(cases[1].attribute("name"), Some(title));
    assert_eq!(cases[1].attribute("file"), Some("runs/a,b:%.toml"));
    let failure = cases[1].first_element_child().expect("the second case failed");
    assert_eq!(failure.attribute("message"), Some("step_time_s is 2.0 s, expected at most 1.5 s (+33 %)"));
    let body = "at runs/a,b:%.toml:21\nstep_time_s is 2.0 s, expected at most 1.5 s (+33 %)\n\
                first <line>\r\n::error::second & 'third' \u{fffd} 100 %";
    assert_eq!(failure.text(), Some(body));
}

#[test]
fn annotations_are_one_line_each_whatever_names_are() {
    let text = written(|out| check_github::write_annotations(out, &hostile_report()));
    let expected = "::error file=runs/a%2Cb%3A%25.toml,line=21,title=two%3A step_time_s at most 1.5 s::\
                    </failure>]]>&<!--\"'::error::\u{1}%250A, on 8 chips with workload.global_batch = 32%0A\
                    step_time_s is 2.0 s, expected at most 1.5 s (+33 %25)%0A\
                    first <line>%0D%0A::error::second & 'third' \u{7} 100 %25\n";
    assert_eq!(text, expected);
}

#[test]
fn tables_say_what_failed_and_count_the_rest() {
    let scenario = scenario("[[expect]]\nmetric = 'mfu'\nmin = 0.3\nreason = 'the offer says so'\n");
    let report = report_of(&scenario, &points());
    let table = written(|out| check_table::write_table(out, &report));
    let expected = "\
FAILED two: copper on 8 chips with workload.global_batch = 32: mfu at least 0.3
    at        runs/a,b:%.toml:21
    expected  at least 0.3
    seen      0.25
    off by    -17 %
    note      the offer says so

FAILED two: light on 16 chips with workload.global_batch = 32: mfu at least 0.3
    at        runs/a,b:%.toml:21
    expected  at least 0.3
    seen      0.16666666666666666
    off by    -44 %
    note      the offer says so

check: 2 held, 2 failed in 1 scenario
";
    assert_eq!(table, expected);
    let markdown = written(|out| check_table::write_markdown(out, &report));
    assert!(
        markdown.starts_with("check: 2 held, 2 failed in 1 scenario\n\n| scenario | where | point |"),
        "{markdown}"
    );
    assert_eq!(markdown.lines().count(), 7, "{markdown}");
}

fn comparing(scenario: &Scenario, before: Vec<PointResult>, tolerances: &[&str]) -> Comparing {
    let baseline = ResultBaseline::of([(scenario, &results(before))], Tolerances::default());
    let text = baseline.text();
    let baseline = ResultBaseline::parse(text.as_bytes(), "base.json").expect("what was written is read");
    let mut named = baseline.tolerances();
    let read = |text: &&str| text.parse::<MetricTolerance>().expect("it is a tolerance");
    named.overlay(&tolerances.iter().map(read).collect::<Vec<_>>());
    Comparing { baseline, tolerances: named, digest: false }
}

#[test]
fn a_baseline_holds_what_it_was_written_for() {
    let scenario = scenario("");
    let comparing = Comparing { digest: true, ..comparing(&scenario, points(), &[]) };
    let compared = comparing.compare(&scenario, &results(points()));
    assert_eq!((verdicts(&compared.cases), compared.common), (vec!["held".to_owned(); 5], 4));
    assert_eq!(compared.notes, Vec::<String>::new());
    let other = ScenarioResults { digest: "4567".to_owned(), ..results(points()) };
    let digest = comparing.compare(&scenario, &other).cases;
    assert_eq!(verdicts(&digest)[4], "digest is 4567, expected 0123");
}

#[test]
fn every_number_that_is_off_is_named() {
    let scenario = scenario("");
    let mut now = points();
    now[1] = point("copper", 32, 2.02);
    now[2].breakdown_s = None;
    let strict = comparing(&scenario, points(), &[]).compare(&scenario, &results(now.clone()));
    assert_eq!(
        verdicts(&strict.cases),
        [
            "held",
            "breakdown_s.tensor is 0.505 s, expected 0.5 s (+1.00 %); \
             mfu is 0.24752475247524752, expected 0.25 (-0.99 %); \
             step_time_s is 2.02 s, expected 2 s (+1.00 %)",
            "breakdown_s.tensor was 0.375 s in the baseline, and is not known now; \
             breakdown_s.wait was 0 s in the baseline, and is not known now",
            "held"
        ]
    );
    let loose = ["step_time_s=2%", "mfu=0.02", "breakdown_s=0.011"];
    let loose = comparing(&scenario, points(), &loose).compare(&scenario, &results(now));
    assert_eq!(loose.cases.iter().filter(|case| case.held).count(), 3);
}

#[test]
fn points_that_come_and_go_are_named_and_so_is_another_unit() {
    let scenario = scenario("");
    let mut now = points();
    now.swap_remove(0);
    now[1].fits = false;
    let mut before = points();
    before.truncate(3);
    let mut comparing = comparing(&scenario, before, &[]);
    comparing.baseline.units.insert("step_time_s".to_owned(), "ms".to_owned());
    let compared = comparing.compare(&scenario, &results(now));
    assert_eq!(
        verdicts(&compared.cases),
        [
            "the point is not in the baseline; write it again to pin it",
            "the point does not fit in memory, and did in the baseline",
            "step_time_s was in `ms` in the baseline, and is in `s` now",
            "the point is in the baseline, and the scenario has it no more",
        ]
    );
    assert_eq!(compared.common, 2);
    let other = scenario_of("dark", "");
    let notes = comparing.compare(&other, &results(points())).notes;
    assert_eq!(
        notes,
        ["the scenario is not the one that the baseline was written for: its input hash differs"]
    );
}

#[test]
fn what_is_new_since_the_baseline_is_a_note() {
    let scenario = scenario("");
    let mut before = points();
    before.iter_mut().for_each(|point| point.mfu = None);
    let compared = comparing(&scenario, before, &[]).compare(&scenario, &results(points()));
    assert!(compared.cases.iter().all(|case| case.held));
    assert_eq!(compared.notes, ["mfu: not in the baseline and not compared; write it again to pin them"]);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let refused =
        |text: &str| ResultBaseline::parse(text.as_bytes(), "b.json").expect_err("it is none").to_string();
    let remedy = "write one with `copperlight check SCENARIO --write-baseline FILE`";
    assert_eq!(
        refused("{"),
        format!(
            "b.json: this is no baseline of check: EOF while parsing an object at line 1 column 1; {remedy}"
        )
    );
    assert_eq!(
        refused(r#"{"schema": 1, "groups": {}}"#),
        format!(r#"b.json: this is no baseline of check: it lacks "kind": "copperlight check"; {remedy}"#)
    );
    assert_eq!(
        refused(r#"{"kind": "copperlight check", "schema": 2}"#),
        format!("b.json: the baseline has schema 2, and this program reads 1; {remedy}")
    );
    let text = comparing(&scenario(""), points(), &[]).baseline.text();
    let edited =
        |tolerances: &str| text.replace("\"tolerances\": {}", &format!("\"tolerances\": {tolerances}"));
    assert!(ResultBaseline::parse(edited(r#"{"breakdown_s": 0.5, "mfu": 0}"#).as_bytes(), "b.json").is_ok());
    assert_eq!(
        refused(&edited(r#"{"mfuu": 0.5}"#)),
        "b.json: no metric is named `mfuu`; did you mean `mfu`?"
    );
    assert_eq!(
        refused(&edited(r#"{"mfu": -0.5}"#)),
        "b.json: the tolerance of `mfu` is -0.5; write a number of at least 0, such as 0.02"
    );
}

#[test]
fn the_file_of_a_baseline_has_one_number_on_a_line_in_a_fixed_order() {
    let text = comparing(&scenario(""), vec![point("copper", 16, 1.0)], &[]).baseline.text();
    let points = text.split("\"points\"").nth(1).expect("there are points");
    let expected = r#": [
        {
          "system": "copper",
          "chips": 8,
          "point": {
            "workload.global_batch": 16
          },
          "fits": true,
          "metrics": {
            "breakdown_s.tensor": 0.25,
            "breakdown_s.wait": 0.0,
            "mfu": 0.5,
            "step_time_s": 1.0
          }
        }
      ]
    }
  }
}
"#;
    assert_eq!(points, expected);
}
