//! `copperlight claims`: verdicts, their evidence, and what turns them.

use super::json_schema::violations;
use super::{Workplace, keys};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Quick claims: one whose evidence stands in two scenarios.
const TWO_SCENARIOS: &str = "h20-is-a-fifth";

#[test]
fn digests_are_those_of_run() {
    let place = Workplace::new();
    let claims = place.json(&["claims", TWO_SCENARIOS]);
    let claims = claims.as_array().expect("claims are an array");
    assert_eq!(claims.len(), 1);
    let expected = ["claim", "evidence", "fails_when", "holds_when", "id", "missing", "verdict"];
    assert_eq!(keys(&claims[0]), expected);
    assert_eq!(
        (claims[0]["id"].as_str(), claims[0]["verdict"].as_str()),
        (Some(TWO_SCENARIOS), Some("holds-when"))
    );
    let evidence = claims[0]["evidence"].as_array().expect("evidence is a list");
    let simulated = evidence.iter().filter(|piece| !piece["digest"].is_null());
    let mut scenarios: Vec<&str> =
        simulated.clone().map(|piece| piece["scenario"].as_str().expect("it names its scenario")).collect();
    scenarios.dedup();
    assert_eq!(scenarios, [TWO_SCENARIOS, "h20-is-a-fifth-all-reduce"]);
    for scenario in scenarios {
        let digest = place.json(&["run", scenario, "--no-files"])["digest"].clone();
        let of_scenario = simulated.clone().filter(|piece| piece["scenario"] == scenario);
        assert!(
            of_scenario.clone().count() > 0 && of_scenario.clone().all(|piece| piece["digest"] == digest)
        );
    }
    for piece in evidence {
        assert!(
            piece["value"].is_number() && piece["metric"].is_string() && piece["unit"].is_string(),
            "{piece}"
        );
        assert_eq!(piece["digest"].is_null(), piece["source"].is_string(), "{piece}");
    }
}

#[test]
fn a_setting_turns_a_verdict() {
    let place = Workplace::new();
    let verdict = |settings: &[&str]| {
        let mut words = vec!["claims", "light-beats-copper"];
        settings.iter().for_each(|setting| words.extend(["--set", setting]));
        place.json(&words)[0]["verdict"].as_str().expect("a verdict is a text").to_owned()
    };
    assert_eq!(verdict(&[]), "holds-when");
    assert_eq!(verdict(&["systems[1].chip.peak_bf16=300 TFLOP/s"]), "does-not-hold");
}

#[test]
fn tables_fit_into_eighty_columns_and_csv_has_a_row_for_each_piece() {
    let place = Workplace::new();
    let table = place.succeed(&["claims", TWO_SCENARIOS]).stdout;
    assert!(table.contains("holds-when") && table.contains("bus bandwidth"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let csv = place.succeed(&["claims", TWO_SCENARIOS, "--format", "csv"]).stdout;
    let pieces = place.json(&["claims", TWO_SCENARIOS])[0]["evidence"].as_array().map(Vec::len);
    assert_eq!(Some(csv.lines().count() - 1), pieces);
    assert!(csv.starts_with("id,verdict,name,metric,value,unit,"), "{csv}");
}

#[test]
fn what_is_no_claim_is_refused() {
    let place = Workplace::new();
    place.refuse(&["claims", "light-beats-coper"], &["light-beats-coper"]);
    place.refuse(&["claims", "incast-and-hot-spot"], &["states no claim", "[claim]"]);
    place.refuse(&["claims", "h20-is-a-fifth-all-reduce"], &["a part of the claim `h20-is-a-fifth`"]);
    place.refuse(&["claims", TWO_SCENARIOS, "--set", "workload.colour=1"], &["colour"]);
}

#[test]
fn the_schema_takes_every_claim() {
    let schema: Value =
        serde_json::from_str(&Workplace::new().succeed(&["schema"]).stdout).expect("it is JSON");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    let entries = fs::read_dir(workspace.join("scenarios/library/claims")).expect("the folder is there");
    let mut seen = 0;
    for path in entries.map(|entry| entry.expect("it can be listed").path()) {
        let text = fs::read_to_string(&path).expect("a scenario is a text");
        assert!(text.starts_with("#:schema ../scenarios/scenario.schema.json\n"), "{}", path.display());
        let document: toml::Table = text.parse().expect("a scenario is TOML");
        let document = serde_json::to_value(document).expect("TOML is JSON as well");
        assert_eq!(violations(&schema, &document), [""; 0], "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0, "there are claims");
}
