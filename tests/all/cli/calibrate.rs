//! `copperlight calibrate`.

use super::{BAD_INPUT, Workplace};

/// What nccl-tests writes on eight chips, with the times of a fast ring.
const NCCL_TESTS: &str = "\
#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
        1024           256     float     sum      -1    20.31    0.05    0.09      0    20.20    0.05    0.09      0
     1048576        262144     float     sum      -1    35.10   29.87   52.28      0    35.00   29.96   52.43      0
   268435456      67108864     float     sum      -1   1150.0  233.42  408.49      0   1149.0  233.63  408.85      0
  8589934592    2147483648     float     sum      -1    31215  275.19  481.58      0    31208  275.25  481.69      0
";

const TOLD: [&str; 8] = [
    "calibrate",
    "mine.txt",
    "--family",
    "nvlink4-infiniband",
    "--system",
    "hgx-h100",
    "--operation",
    "all-reduce",
];

#[test]
fn output_of_nccl_tests_is_fitted() {
    let place = Workplace::with("mine.txt", NCCL_TESTS);
    let document = place.json(&TOLD);
    let groups = document["groups"].as_array().expect("groups are an array");
    assert_eq!((groups.len(), groups[0]["rows"].as_u64()), (1, Some(4)));
    let parameters = document["parameters"].as_array().expect("parameters are an array");
    let named = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name);
    assert!(
        named("launch").is_some_and(|launch| launch["refitted"].as_f64().is_some_and(|value| value > 1.0))
    );
    // No all-to-all was timed, and what all GPU families share stays as it is.
    assert!(named("own_chunk_all_to_all").is_some_and(|own| own["refitted"].is_null()));
    assert!(named("ramp").is_none());
}

#[test]
fn a_fit_goes_to_a_file_as_a_fragment_of_the_catalog() {
    let place = Workplace::with("mine.txt", NCCL_TESTS);
    let done = place.succeed(&[&TOLD[..], &["--format", "toml", "--out", "fit.toml"]].concat());
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", "wrote fit.toml\n"));
    let written: toml::Table = place.read("fit.toml").parse().expect("a fragment is TOML");
    assert_eq!(written["nvlink4"]["launch"]["unit"].as_str(), Some("us"));
}

#[test]
fn what_is_missing_is_named() {
    let place = Workplace::with("mine.txt", NCCL_TESTS);
    place.put("prose.txt", "nothing of interest\n");
    let told = |words: &[&str]| {
        let done = place.run(words);
        assert_eq!(done.code, BAD_INPUT, "{}", done.stderr);
        done.stderr
    };
    assert_eq!(
        told(&["calibrate", "mine.txt"]),
        "error: mine.txt: this is output of nccl-tests; say with --system on which system of `copperlight list` it \
         was taken\n"
    );
    assert_eq!(
        told(&["calibrate", "mine.txt", "--system", "hgx-h100"]),
        "error: mine.txt: this is output of nccl-tests; say with --operation which collective it timed\n"
    );
    assert_eq!(
        told(&["calibrate", "prose.txt"]),
        "error: prose.txt: there is no line of nccl-tests: size count type [redop] [root] time algbw busbw #wrong; a \
         table of columns names them in its first line, preset among them\n"
    );
    let unknown = told(&["calibrate", "--family", "nvlink9"]);
    assert!(
        unknown.starts_with("error: `nvlink9` is no transport family; write all or one of "),
        "{unknown}"
    );
    let unmeasured = told(&["calibrate", "--family", "ici-dcn"]);
    assert!(
        unmeasured.starts_with(
            "error: no parameter of ici-dcn is fitted: no public table measures it; write all or"
        ),
        "{unmeasured}"
    );
    let other = told(&[&TOLD[..3], &["nvlink3-infiniband"], &TOLD[4..]].concat());
    assert_eq!(
        other,
        "error: no row of the tables runs over nvlink3-infiniband; name a table that does, or --family all\n"
    );
}
