//! Claims of the library and of tests, judged.

use super::{AskedClaim, ClaimError, ClaimReport, Standing, judge_claims, page};
use crate::file::{ClaimHead, Scenario, SourceText, Verdict, check, library_claims, load};
use crate::run::{RunOptions, run_scenario};
use std::fs;

/// Two machines whose links differ by a factor of two, and one all-reduce of two sizes.
const LINKS: &str = r#"
[scenario]
name = "links"

[[systems]]
name = "slow"
chips = 4
transport = "ideal"
fabric = { family = "star", link_bandwidth = "100 GB/s", link_latency = "0 ns" }

[[systems]]
name = "fast"
chips = 4
transport = "ideal"
fabric = { family = "star", link_bandwidth = "200 GB/s", link_latency = "0 ns" }

[workload]
kind = "collective"
operation = "all-reduce"
algorithm = "ring"

[[sweep]]
parameter = "workload.size"
values = ["1 MiB", "4 MiB"]

[claim]
statement = "Fast links make a collective at least twice as fast."
source = "a test"
confirmed_by = "half the time"
refuted_by = "more than half of it"
missing = ["beauty"]

[[claim.evidence]]
name = "time, fast over slow"
metric = "time_us"
system = "fast"
point = { "workload.size" = "4 MiB" }
over = { system = "slow" }
max = 0.5
when = "at 4 MiB"

[[claim.evidence]]
name = "time of four times the bytes"
metric = "time_us"
system = "fast"
point = { "workload.size" = "4 MiB" }
over = { point = { "workload.size" = "1 MiB" } }
"#;

fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    check(SourceText::new("links.toml", text), &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn judged(text: &str, settings: &[&str]) -> ClaimReport {
    let claim = AskedClaim { scenarios: vec![scenario(text, settings)] };
    let judged = judge_claims(&[claim], Some(1), &|_| ());
    judged.expect("the claim can be judged").remove(0)
}

/// A claim of the library with its parts.
fn of_library(name: &str, settings: &[String]) -> AskedClaim {
    let claim = library_claims().find(|claim| claim.name == name).expect("the claim is in the library");
    let loaded =
        claim.scenarios().map(|part| load(part, settings).unwrap_or_else(|errors| panic!("{errors}")));
    AskedClaim { scenarios: loaded.collect() }
}

/// The page as it stands in the book.
fn kept_page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/claims.md");
    fs::read_to_string(path).expect("the page is in the book")
}

/// Claims that take a debug build no more than some seconds.
const QUICK: [&str; 3] = ["light-beats-copper", "h20-is-a-fifth", "export-cuts"];

#[test]
fn evidence_is_what_its_scenario_shows() {
    let claim = judged(LINKS, &[]);
    assert_eq!((claim.verdict, claim.id.as_str()), (Verdict::Holds, "links"));
    // Twice the bandwidth without latency: half the time. Four times the bytes: four times the time.
    let values: Vec<Option<f64>> = claim.evidence.iter().map(|piece| piece.value).collect();
    assert_eq!(values, [Some(0.5), Some(4.0)]);
    assert_eq!(claim.evidence[1].standing, Standing::Context);
    assert_eq!((claim.holds_when, claim.missing), (vec!["at 4 MiB".to_owned()], vec!["beauty".to_owned()]));
    let ran = run_scenario(&scenario(LINKS, &[]), &RunOptions::default(), &|_| ()).expect("it runs");
    assert_eq!(claim.evidence[0].digest.as_ref(), Some(&ran.results.digest));
}

#[test]
fn a_setting_turns_the_verdict_where_it_should() {
    let slower = judged(LINKS, &["systems[1].fabric.link_bandwidth=150 GB/s"]);
    assert_eq!(slower.verdict, Verdict::DoesNotHold);
    assert_eq!((slower.holds_when.len(), slower.fails_when), (0, vec!["at 4 MiB".to_owned()]));
}

#[test]
fn figures_that_no_point_has_leave_nothing_to_judge() {
    // A star has no experts, whose tokens would be copied.
    let unknown = judged(&LINKS.replace("\"time_us\"", "\"limited_by.copy\""), &[]);
    assert_eq!(unknown.verdict, Verdict::CannotBeJudged);
    let reason = "time, fast over slow: limited_by.copy is not known of fast on 4 chips";
    assert!(unknown.missing.iter().any(|one| one == reason), "{:?}", unknown.missing);
}

#[test]
fn evidence_that_means_several_points_is_refused_before_anything_runs() {
    let text = LINKS.replace("point = { \"workload.size\" = \"4 MiB\" }\nover = { system", "over = { system");
    let claim = AskedClaim { scenarios: vec![scenario(&text, &[])] };
    let error =
        judge_claims(&[claim], Some(1), &|_| panic!("nothing runs")).expect_err("two points are meant");
    assert!(matches!(error, ClaimError::Point { .. }), "{error}");
    let without = LINKS.split("[claim]").next().expect("the scenario stands before its claim");
    let claim = AskedClaim { scenarios: vec![scenario(without, &[])] };
    let error = judge_claims(&[claim], Some(1), &|_| ()).expect_err("nothing is claimed");
    assert!(matches!(error, ClaimError::NoClaim { .. }), "{error}");
}

#[test]
fn the_claim_is_no_part_of_what_runs() {
    let without = LINKS.split("[claim]").next().expect("the scenario stands before its claim");
    assert_eq!(scenario(LINKS, &[]).hash(), scenario(without, &[]).hash());
    let resolved = scenario(LINKS, &[]).resolved_text();
    assert!(!resolved.contains("claim"), "{resolved}");
}

#[test]
fn every_claim_of_the_library_is_whole() {
    for claim in library_claims() {
        let asked = of_library(claim.name, &[]);
        super::judge::check(&asked).unwrap_or_else(|error| panic!("{}: {error}", claim.name));
        for (index, (scenario, name)) in asked.scenarios.iter().zip(claim.scenarios()).enumerate() {
            assert_eq!(scenario.name, name);
            assert!(scenario.question.as_ref().is_some_and(|question| question.ends_with('?')), "{name}");
            let table = scenario.claim.as_ref().expect("it has a table of evidence");
            assert!(table.evidence.iter().any(crate::file::Evidence::is_condition), "{name}");
            match &table.head {
                ClaimHead::PartOf(whole) => assert_eq!((whole.as_str(), index > 0), (claim.name, true)),
                ClaimHead::Whole(text) => {
                    assert_eq!(index, 0, "{name} states a claim of its own");
                    assert!(text.flip.is_some(), "{name} says what would turn its verdict");
                }
            }
        }
        let flip = asked.scenarios[0].claim.as_ref().and_then(|table| table.statement()?.flip.clone());
        of_library(claim.name, &flip.expect("it has one").set);
    }
}

#[test]
fn verdicts_of_quick_claims_are_those_of_the_page_and_turn() {
    let kept = kept_page();
    for name in QUICK {
        let asked = of_library(name, &[]);
        let flip = asked.scenarios[0].claim.as_ref().and_then(|table| table.statement()?.flip.clone());
        let flip = flip.expect("every claim says what turns it");
        let claims = [asked, of_library(name, &flip.set)];
        let judged = judge_claims(&claims, None, &|_| ()).expect("both can be judged");
        let written = page(&judged[..1]);
        let section = written.split_once(&format!("## {name}\n")).expect("it has a section").1;
        assert!(kept.contains(section.trim_end()), "docs/src/claims.md is old; it should say\n{section}");
        assert_eq!(judged[1].verdict, flip.verdict, "{name} with {:?}", flip.set);
        assert_ne!(judged[0].verdict, flip.verdict, "{name} does not turn");
    }
}

#[test]
fn the_page_has_every_claim_with_its_text() {
    let kept = kept_page();
    let sections = kept.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(sections, library_claims().count());
    for claim in library_claims() {
        let asked = of_library(claim.name, &[]);
        let text =
            asked.scenarios[0].claim.as_ref().and_then(|table| table.statement()).expect("it is stated");
        for told in [&text.statement, &text.source.trim_end_matches('.').to_owned()] {
            assert!(kept.contains(told.as_str()), "docs/src/claims.md lacks `{told}`");
        }
        assert!(kept.contains(&format!("## {}\n", claim.name)), "{}", claim.name);
    }
}
