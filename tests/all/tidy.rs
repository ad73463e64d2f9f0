//! Tidiness that no compiler checks: which way crates and modules point, where each dependency may be seen, and that
//! the pages that describe the code name what exists.
//!
//! Everything is read as text from the repository that this test was built in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The workspace's packages by folder, and the folders of those packages that each may depend on.
const CRATES: [(&str, &[&str]); 5] = [
    ("sim-core", &[]),
    ("topologies", &["sim-core"]),
    ("scenarios", &["sim-core", "topologies"]),
    ("benches", &["sim-core", "topologies", "scenarios"]),
    ("tests", &["sim-core", "topologies", "scenarios"]),
];

/// The modules of the core, and the modules that each may use: what a module is not given it does not know.
const CORE_MODULES: [(&str, &[&str]); 15] = [
    ("units", &[]),
    ("ids", &[]),
    ("rng", &[]),
    ("engine", &["units"]),
    ("fabric", &["units", "ids"]),
    ("routing", &["units", "ids", "fabric"]),
    ("workload", &["units", "ids"]),
    ("collectives", &["units", "workload"]),
    ("transport", &["units", "ids", "fabric", "routing", "workload", "collectives"]),
    ("network", &["units"]),
    ("symmetry", &["units", "ids", "fabric", "routing", "workload", "collectives", "transport", "network"]),
    ("outcome", &["units", "ids", "engine", "network", "symmetry"]),
    ("digest", &["units", "outcome"]),
    (
        "simulation",
        &[
            "units",
            "ids",
            "rng",
            "engine",
            "fabric",
            "routing",
            "workload",
            "collectives",
            "transport",
            "network",
            "symmetry",
            "outcome",
            "digest",
        ],
    ),
    (
        "traffic",
        &[
            "units",
            "ids",
            "engine",
            "fabric",
            "workload",
            "transport",
            "network",
            "symmetry",
            "outcome",
            "digest",
            "simulation",
        ],
    ),
];

/// Dependencies that only some places may name; a place is a file, or a folder with all that is in it.
const CONFINED: [(&str, &[&str]); 5] = [
    ("petgraph", &["sim-core/src/fabric/graph.rs", "sim-core/src/fabric/maximum_flow.rs"]),
    ("plotters", &["scenarios/src/plot/"]),
    ("png", &["scenarios/src/plot/"]),
    ("clap", &["scenarios/src/commands/", "scenarios/src/main.rs"]),
    ("indicatif", &["scenarios/src/commands/", "scenarios/src/main.rs"]),
];

/// What a simulation may not touch: files, the network, the environment, the clock of the machine.
const OUTSIDE_WORLD: [&str; 6] = ["std::fs", "std::io", "std::net", "std::env", "std::process", "std::time"];

/// Beside the packages, what of the repository is ours to keep tidy.
const OTHER_PLACES: [&str; 10] = [
    "Cargo.toml",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs",
    ".ci",
    ".github",
];

#[test]
fn crates_point_one_way() {
    let packages: BTreeMap<String, &str> =
        CRATES.iter().map(|(folder, _)| (package_name(folder), *folder)).collect();
    for (folder, allowed) in CRATES {
        for dependency in dependencies(folder) {
            let Some(target) = packages.get(&dependency) else { continue };
            assert!(allowed.contains(target), "{folder} depends on {target}, which is not below it");
        }
    }
    let members = table("Cargo.toml")["workspace"]["members"].as_array().map_or(0, Vec::len);
    assert_eq!(members, CRATES.len(), "this test knows every member of the workspace");
}

#[test]
fn modules_of_the_core_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = CORE_MODULES.into_iter().collect();
    let mut found = BTreeSet::new();
    for file in rust_files("sim-core/src") {
        let path = file.strip_prefix("sim-core/src/").expect("the file was listed under this folder");
        let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        found.insert(module.to_owned());
        let allowed = allowed.get(module).unwrap_or_else(|| panic!("{file}: add {module} to CORE_MODULES"));
        let code = code_of(&file);
        for used in modules_used(&code) {
            assert!(used == module || allowed.contains(&used), "{file}: {module} may not use {used}");
        }
        assert!(!leaves_its_module(path, &code), "{file}: name other modules from the root, as crate::...");
    }
    let known: BTreeSet<String> = CORE_MODULES.iter().map(|(module, _)| (*module).to_owned()).collect();
    assert_eq!(found, known, "CORE_MODULES lists the modules of sim-core");
}

/// Whether a file of the core climbs out of its top-level module by `super`, where no arrow would be seen.
fn leaves_its_module(path: &str, code: &str) -> bool {
    let own = code.split("#[cfg(test)]").next().unwrap_or(code);
    let is_top = !path.contains('/') || path.ends_with("/mod.rs");
    own.contains("super::super::") || is_top && own.contains("super::")
}

#[test]
fn the_core_does_not_see_the_outside_world() {
    for file in rust_files("sim-core/src") {
        let code = code_of(&file);
        for name in OUTSIDE_WORLD {
            assert!(!code.contains(name), "{file} uses {name}");
        }
    }
    let formats = ["serde", "serde_json", "toml", "csv"];
    let found: Vec<String> =
        dependencies("sim-core").into_iter().filter(|name| formats.contains(&name.as_str())).collect();
    assert!(found.is_empty(), "sim-core knows no file format, but depends on {found:?}");
}

#[test]
fn confined_dependencies_stay_where_they_are() {
    for file in all_rust_files() {
        let code = code_of(&file);
        for (dependency, places) in CONFINED {
            let at_home = places.iter().any(|place| file.starts_with(place));
            let named =
                words(&code).any(|word| word == dependency) && code.contains(&format!("{dependency}::"));
            assert!(at_home || !named, "{file} names {dependency}, which belongs in {places:?}");
        }
    }
}

#[test]
fn manifests_inherit_lints_and_bench_nothing_by_accident() {
    for (folder, _) in CRATES {
        let manifest = table(&format!("{folder}/Cargo.toml"));
        let inherited = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(inherited, Some(true), "{folder} inherits the lints of the workspace");
        let no_bench = |target: &Value| target.get("bench").and_then(Value::as_bool) == Some(false);
        if repository().join(folder).join("src/lib.rs").exists() {
            assert!(manifest.get("lib").is_some_and(no_bench), "{folder}: [lib] has bench = false");
        }
        let binaries = manifest.get("bin").and_then(Value::as_array).cloned().unwrap_or_default();
        assert!(binaries.iter().all(no_bench), "{folder}: every [[bin]] has bench = false");
        if repository().join(folder).join("src/main.rs").exists() {
            assert!(!binaries.is_empty(), "{folder}: src/main.rs is declared as a [[bin]]");
        }
    }
}

#[test]
fn no_lint_is_allowed_away_and_no_map_has_a_random_order() {
    let allow = ["#[", "allow("].concat();
    let allow_all = ["#![", "allow("].concat();
    let maps = ["Map", "Set"].map(|kind| format!("Hash{kind}"));
    for file in all_rust_files() {
        let code = code_of(&file);
        assert!(
            !code.contains(&allow) && !code.contains(&allow_all),
            "{file}: use #[expect(.., reason = \"..\")]"
        );
        for map in &maps {
            assert!(words(&code).all(|word| word != map), "{file}: {map} has a random order");
        }
    }
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let places = ["home", "work", "Users", "root"].map(|name| format!("/{name}/"));
    for file in our_files() {
        let Ok(text) = fs::read_to_string(repository().join(&file)) else { continue };
        for (place, (at, _)) in
            places.iter().flat_map(|place| text.match_indices(place).map(move |m| (place, m)))
        {
            let before = text[..at].chars().next_back();
            let inside_a_longer_path = before.is_some_and(|c| c.is_alphanumeric() || "._-}>/".contains(c));
            let line = text[..at].lines().count();
            assert!(inside_a_longer_path, "{file}:{line} names {place}, a place on one machine");
        }
    }
}

#[test]
fn the_architecture_page_names_every_source_folder_and_nothing_else() {
    let page = read("docs/src/architecture.md");
    let named: BTreeSet<&str> = in_backticks(&page).filter(|word| is_path(word)).collect();
    for name in &named {
        assert!(repository().join(name).exists(), "architecture.md names {name}, which does not exist");
    }
    for (folder, _) in CRATES {
        for source in source_folders(&repository().join(folder).join("src")) {
            assert!(named.contains(source.as_str()), "architecture.md does not name {source}");
        }
    }
}

#[test]
fn the_summary_lists_every_page_and_links_lead_somewhere() {
    let summary = read("docs/src/SUMMARY.md");
    for file in our_files().into_iter().filter(|file| file.ends_with(".md")) {
        if let Some(page) = file.strip_prefix("docs/src/").filter(|page| *page != "SUMMARY.md") {
            assert!(summary.contains(&format!("({page})")), "docs/src/SUMMARY.md does not list {page}");
        }
        let folder = Path::new(&file).parent().expect("a file is in a folder").to_path_buf();
        for link in links(&read(&file)) {
            assert!(
                repository().join(&folder).join(&link).exists(),
                "{file} links to {link}, which does not exist"
            );
        }
    }
}

#[test]
fn continuous_integration_runs_what_the_guide_says() {
    let script = read(".ci/run");
    let guide = read("CONTRIBUTING.md");
    let commands: Vec<&str> = script.lines().filter(|line| line.contains("cargo ")).map(str::trim).collect();
    assert_eq!(commands.first().map(|first| stage_command(first)), Some("cargo test --workspace"));
    assert!(read("README.md").contains("cargo test --workspace"));
    for command in commands {
        let command = stage_command(command);
        assert!(guide.contains(command), "CONTRIBUTING.md does not name `{command}`, which .ci/run runs");
    }
}

/// The cargo command of a line of `.ci/run`, without the name of its stage.
fn stage_command(line: &str) -> &str {
    &line[line.find("cargo ").expect("the line runs cargo")..]
}

/// The root of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in the workspace").to_path_buf()
}

/// A text file of the repository, by its path from the root.
fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table(path: &str) -> Table {
    read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn package_name(folder: &str) -> String {
    let manifest = table(&format!("{folder}/Cargo.toml"));
    manifest["package"]["name"].as_str().expect("a package has a name").to_owned()
}

/// The names of everything that a package depends on, for whatever purpose.
fn dependencies(folder: &str) -> Vec<String> {
    let manifest = table(&format!("{folder}/Cargo.toml"));
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.iter().filter_map(|kind| manifest.get(*kind)?.as_table());
    tables.flat_map(Table::keys).cloned().collect()
}

/// Files of the repository under a path, as paths from the root with forward slashes, in order.
fn files_under(path: &str) -> Vec<String> {
    let whole = repository().join(path);
    if whole.is_file() {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    for name in entries(&whole) {
        files.extend(files_under(&format!("{path}/{name}")));
    }
    files
}

/// What is in a folder, in order; nothing where the folder is a cache, such as that of a build.
fn entries(folder: &Path) -> Vec<String> {
    if folder.join("CACHEDIR.TAG").exists() {
        return Vec::new();
    }
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        found.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn our_files() -> Vec<String> {
    let folders = CRATES.iter().map(|(folder, _)| *folder);
    folders.chain(OTHER_PLACES).flat_map(files_under).collect()
}

fn rust_files(path: &str) -> Vec<String> {
    files_under(path).into_iter().filter(|file| file.ends_with(".rs")).collect()
}

fn all_rust_files() -> Vec<String> {
    CRATES.iter().flat_map(|(folder, _)| rust_files(folder)).collect()
}

/// A Rust file without its comment lines.
fn code_of(path: &str) -> String {
    let text = read(path);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top-level modules that code names from the root, whether one by one or in braces.
fn modules_used(code: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(list) => used.extend(top_level_names(list)),
            None => used.extend(words(rest).next()),
        }
    }
    used
}

/// The first names of a list in braces, whose opening brace is already read.
fn top_level_names(list: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.extend(words(&list[start..at]).next());
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// What stands between single backticks, outside of fenced blocks.
fn in_backticks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2))
}

fn is_path(word: &str) -> bool {
    word.contains('/') && !word.contains(' ') && !word.contains("::")
}

/// A folder of sources and those in it, as paths that end in a slash. Folders of tests stand beside what they test.
fn source_folders(folder: &Path) -> Vec<String> {
    let path = folder.strip_prefix(repository()).expect("the folder is in the repository");
    let mut folders = vec![format!("{}/", path.to_string_lossy().replace('\\', "/"))];
    for name in entries(folder) {
        let inner = folder.join(&name);
        if inner.is_dir() && name != "tests" && name != "snapshots" {
            folders.extend(source_folders(&inner));
        }
    }
    folders
}

/// Where the links and images of a page lead, as far as that is in the repository.
fn links(page: &str) -> Vec<String> {
    let text: Vec<&str> = page.split("```").step_by(2).collect();
    let mut links = Vec::new();
    for target in
        text.iter().flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next())
    {
        let path = target.split('#').next().unwrap_or(target);
        if !path.is_empty() && !path.contains("://") {
            links.push(path.to_owned());
        }
    }
    links
}
