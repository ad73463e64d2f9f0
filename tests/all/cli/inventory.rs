//! `copperlight list`, `copperlight catalog`, help, and what is no command.

use super::{Workplace, keys};

#[test]
fn list_names_what_is_built_in() {
    let done = Workplace::new().succeed(&["list"]);
    for name in
        ["nvl72-vs-cm384", "light-beats-copper", "gpt-1t", "llama-3.1-8b", "gb200-nvl72", "cloudmatrix384"]
    {
        let listed = done.stdout.lines().any(|line| line.split_whitespace().next() == Some(name));
        assert!(listed, "`{name}` is not listed:\n{}", done.stdout);
    }
}

#[test]
fn every_catalog_value_has_unit_source_and_confidence() {
    let place = Workplace::new();
    for part in ["chips", "systems", "media", "switches", "transports", "software"] {
        let entries = place.json(&["catalog", part]);
        let entries = entries.as_array().expect("the catalog is an array");
        assert!(!entries.is_empty(), "{part}");
        for entry in entries {
            for (key, value) in entry["values"].as_object().expect("an entry has values") {
                let place = format!("{part} {} {key}", entry["name"]);
                assert!(value["value"].is_number(), "{place}");
                for field in ["unit", "source", "confidence"] {
                    assert!(
                        value[field].as_str().is_some_and(|text| !text.trim().is_empty()),
                        "{place}: {field}"
                    );
                }
            }
        }
    }
}

#[test]
fn both_machines_are_in_the_catalog() {
    let place = Workplace::new();
    let systems = place.succeed(&["catalog", "systems"]).stdout;
    assert!(systems.contains("gb200-nvl72") && systems.contains("cloudmatrix384"), "{systems}");
    let one = place.json(&["catalog", "systems", "cloudmatrix384"]);
    assert_eq!(keys(&one), ["derived", "name", "texts", "title", "values"]);
    assert_eq!(one["values"]["scale_up.planes"]["value"].as_f64(), Some(7.0));
    let details = place.succeed(&["catalog", "chips", "gb200"]).stdout;
    assert!(details.contains("peak_bf16") && details.contains("2500 TFLOP/s"), "{details}");
}

#[test]
fn unknown_entries_are_refused_with_a_suggestion() {
    let place = Workplace::new();
    place.refuse(&["catalog", "chips", "gb20"], &["`gb20`", "did you mean `gb200`?"]);
    place.refuse(&["catalog", "boxes"], &["chips", "systems"]);
}

#[test]
fn help_and_version_are_data() {
    let place = Workplace::new();
    let help = place.succeed(&["--help"]).stdout;
    for command in ["run", "collective", "plan", "sensitivity", "claims", "flows", "list", "catalog"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is missing:\n{help}");
        assert!(!place.succeed(&[command, "--help"]).stdout.is_empty());
    }
    assert!(place.succeed(&["--version"]).stdout.starts_with("copperlight "));
}

#[test]
fn unknown_commands_are_refused() {
    Workplace::new().refuse(&["rnu", "x"], &["rnu"]);
}
