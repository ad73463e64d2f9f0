//! `copperlight new`, `completions` and `man`.

use super::{BAD_INPUT, Workplace, command};
use std::process::Stdio;

#[test]
fn what_is_new_runs_as_it_is() {
    let place = Workplace::new();
    for kind in ["training", "collective", "traffic"] {
        let done = place.succeed(&["new", kind, "--kind", kind]);
        assert_eq!(done.stdout, format!("{kind}.toml\n"));
        assert!(done.stderr.contains(&format!("copperlight run {kind}.toml")), "{}", done.stderr);
        let results = place.json(&["run", &format!("{kind}.toml"), "--no-files"]);
        assert_eq!(results["scenario"], kind);
        let points = results["results"].as_array().expect("a run has points");
        assert!(points.len() > 2 && points.iter().all(|point| point["fits"] == true), "{kind}");
    }
}

#[test]
fn nothing_is_written_over_and_names_are_checked() {
    let place = Workplace::new();
    place.succeed(&["new", "mine.toml", "--out", "deep/folder"]);
    assert_eq!(place.names("deep/folder"), ["mine.toml"]);
    let before = place.read("deep/folder/mine.toml");
    let again = place.run(&["new", "mine", "--out", "deep/folder", "--kind", "traffic"]);
    assert_eq!(again.code, BAD_INPUT);
    assert!(again.stderr.contains("is there already and is not written over"), "{}", again.stderr);
    assert_eq!(place.read("deep/folder/mine.toml"), before);
    for name in ["../mine", "a/b", "", ".hidden", "two words", "-x", "tab\there"] {
        let done = place.run(&["new", "--", name]);
        assert_eq!(done.code, BAD_INPUT, "{name:?}: {}", done.stdout);
        assert!(done.stderr.contains("use letters, digits"), "{}", done.stderr);
    }
    place.put("file", "");
    place.refuse(&["new", "mine", "--out", "file"], &["mine.toml cannot be written", "--out"]);
    assert_eq!(place.names("."), ["deep", "file"]);
}

#[test]
fn shells_complete_and_man_shows_every_command() {
    let place = Workplace::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.succeed(&["completions", shell]).stdout;
        for word in ["copperlight", "collective", "sensitivity", "--no-files"] {
            let bare = word.trim_start_matches('-');
            assert!(script.contains(bare), "{shell} does not know {word}");
        }
    }
    place.refuse(&["completions", "tcsh"], &["tcsh", "bash"]);
    let page = place.succeed(&["man"]).stdout;
    assert!(page.contains(".TH copperlight") && page.contains("72 chips on copper"), "{page}");
    let page = place.succeed(&["man", "run"]).stdout;
    assert!(
        page.contains(".TH copperlight-run")
            && page.contains("copperlight run")
            && page.contains("\\-\\-no\\-files"),
        "{page}"
    );
    place.refuse(&["man", "rnu"], &["there is no command `rnu`", "did you mean `run`?"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Workplace::new();
    for arguments in [&["schema"][..], &["schema", "results"], &["completions", "bash"], &["man"]] {
        let mut child = std::process::Command::new(command(place.folder.path()).get_program())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        drop(child.stdout.take());
        let done = child.wait_with_output().expect("the binary ends");
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
        assert!(done.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}
