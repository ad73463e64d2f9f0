//! The schemas: they take every scenario and every result that the program takes or writes, and refuse what it refuses.

use super::json_schema::violations;
use super::{TINY, Workplace};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder of the package `copperlight` that end so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    let entries = fs::read_dir(workspace.join("scenarios").join(folder)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} has files that end in {ending}");
    paths
}

fn schema(of: &[&str]) -> Value {
    let done = Workplace::new().succeed(&[&["schema"], of].concat());
    serde_json::from_str(&done.stdout).expect("a schema is JSON")
}

/// A scenario as the schema sees it; `None` where it is no TOML.
fn document(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::to_value(text.parse::<toml::Table>().ok()?).ok()
}

#[test]
fn the_schema_takes_every_scenario_of_the_library_and_every_template() {
    let schema = schema(&[]);
    let kept = files("library/scenarios", "scenario.schema.json");
    let kept: Value = serde_json::from_str(&fs::read_to_string(&kept[0]).expect("it can be read"))
        .expect("the schema beside the library is JSON");
    assert_eq!(kept, schema, "the schema beside the library is the one that is printed");
    for path in [files("library/scenarios", ".toml"), files("library/templates", ".toml")].concat() {
        let text = fs::read_to_string(&path).expect("a scenario is a text");
        assert!(text.starts_with("#:schema ./scenario.schema.json\n"), "{}", path.display());
        let document = document(&text).expect("a scenario is TOML");
        assert_eq!(violations(&schema, &document), [""; 0], "{}", path.display());
    }
    assert_eq!(violations(&schema, &document(TINY).expect("this is TOML")), [""; 0]);
}

#[test]
fn the_schema_refuses_unknown_keys_and_wrong_types() {
    let schema = schema(&[]);
    let mut refused = 0;
    for path in files("src/file/tests/broken", ".toml") {
        let text = fs::read_to_string(&path).expect("a case is a text");
        let message = fs::read_to_string(path.with_extension("txt")).expect("a case has its message");
        let speaks = message.contains("error: unknown key") || message.contains(", and this is ");
        let (true, false, Some(document)) = (speaks, text.contains("#--set "), document(&text)) else {
            continue;
        };
        assert!(!violations(&schema, &document).is_empty(), "the schema takes {}", path.display());
        refused += 1;
    }
    assert!(refused > 8, "only {refused} files were held against the schema");
}

#[test]
fn the_schema_of_results_takes_what_is_printed() {
    let schema = schema(&["results"]);
    let place = Workplace::with("tiny.toml", TINY);
    place.put(
        "busbw.toml",
        "[scenario]\nname = 'busbw'\n[[systems]]\npreset = 'hgx-h100'\n[workload]\nkind = 'collective'\n\
         operation = 'all-reduce'\nsize = '1 MiB'\n",
    );
    place.put(
        "traffic.toml",
        "[scenario]\nname = 'traffic'\n[[systems]]\npreset = 'hgx-h100'\n[workload]\nkind = 'traffic'\n\
         pattern = 'permutation'\nsize = '1 MiB'\n",
    );
    let mut together = vec!["run", "--no-files"];
    for name in ["tiny.toml", "busbw.toml", "traffic.toml"] {
        let results = place.json(&["run", name, "--no-files"]);
        assert_eq!(violations(&schema, &results), [""; 0], "{name}");
        assert!(!violations(&schema, &serde_json::json!({ "results": results["results"] })).is_empty());
        together.push(name);
    }
    assert_eq!(violations(&schema, &place.json(&together)), [""; 0]);
}

#[test]
fn the_schema_of_comparisons_takes_what_is_printed() {
    let schema = schema(&["compare"]);
    let place = Workplace::with("tiny.toml", TINY);
    let steps = place.json(&["compare", "copper", "light", "--quiet", "--scenario", "tiny.toml"]);
    let words = ["--chips", "8", "-b", "64K", "-e", "1M", "-f", "4", "--format", "json"];
    for (file, system) in [("a.json", "gb200-nvl72"), ("b.json", "cloudmatrix384")] {
        let rows = place.succeed(&[&["collective", "all-reduce", "--system", system][..], &words].concat());
        place.put(file, &rows.stdout);
    }
    let sizes = place.json(&["compare", "a.json", "b.json"]);
    for (document, list, key) in [(steps, "steps", "limited_by"), (sizes, "sizes", "a_time_us")] {
        assert_eq!(violations(&schema, &document), [""; 0], "{list}");
        let mut without = document.clone();
        let first = without[list][0].as_object_mut().expect("there is a first one");
        assert!(first.remove(key).is_some_and(|value| !value.is_null()), "{list} have `{key}`");
        assert_eq!(violations(&schema, &without).len(), 1, "`{key}` may not be missing");
    }
}
