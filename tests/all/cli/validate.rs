//! `copperlight validate`.

use super::{Done, Workplace, keys, number, sorted};
use serde_json::Value;
use std::fs;

/// The exit code of errors that have grown.
const WORSE: i32 = 1;

const HEADER: &str = "preset,chips,chips_per_domain,scale_out_gbps_per_chip,transport,collective,algorithm,\
                      tokens_per_rank,hidden,top_k,experts,system,dtype,size_bytes,time_us,busbw_GBps,source\n";

/// A time, a rate, and six rows that cannot run, each for a reason of its own; the last of one field too few.
const ROWS: &str = "\
hgx-h100,8,8,,none,all-reduce,auto,,,,,8xH100,half,134217728,500,,\"a page, with a comma\"
hgx-h100,8,8,,none,all-gather,auto,,,,,8xH100,half,1048576,,40,a page
hgx-h100,8,8,,none,all-reduce,auto,,,,,8xH100,half,1024,,,a page
hgx-h001,8,8,,none,all-reduce,auto,,,,,8xH100,half,1024,10,,a page
hgx-h100,8,8,,none,all-redcue,auto,,,,,8xH100,half,1024,10,,a page
hgx-h100,many,8,,none,all-reduce,auto,,,,,8xH100,half,1024,10,,a page
hgx-h800,16,8,400,ib,ep-dispatch,auto,128,7168,8,,H800,,,118,,a page
hgx-h100,8,8,,none,all-reduce,auto,,,,,8xH100,half,1024,10,a page
";

const TRAINING: &str =
    "id,preset,n_chips,step_time_s,mfu,notes\nrun-1,hgx-h100,64,2.5,,tier=A; primary=step_time_s\n";

/// A folder `data` with one table of collectives and one of training runs, and files that are none of them.
fn measurements() -> Workplace {
    let place = Workplace::new();
    fs::create_dir_all(place.path("data/collectives")).expect("the folder of the test can be written");
    place.put("data/collectives/mine.csv", &format!("{HEADER}{ROWS}"));
    place.put("data/collectives/notes.txt", "not a table");
    place.put("data/chips.toml", "not a table either");
    place.put("data/training_truth.csv", TRAINING);
    place
}

const AGAINST: [&str; 3] = ["validate", "--against", "data"];

fn with<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&AGAINST[..], words].concat()
}

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().expect("rows are an array")
}

#[test]
fn every_row_is_there_with_an_error_or_a_reason() {
    let place = measurements();
    let document = place.json(&AGAINST);
    assert_eq!(keys(&document), sorted(["schema", "groups", "mean", "rows", "notes"]));
    let rows = rows(&document);
    assert_eq!(rows.len(), 9);
    for (index, row) in rows[..8].iter().enumerate() {
        assert_eq!((row["kind"].as_str(), row["table"].as_str()), (Some("collective"), Some("mine.csv")));
        assert_eq!(row["row"].as_u64(), Some(index as u64 + 1));
        assert_eq!(row["modelled"].is_null(), row["reason"].is_string(), "{row}");
        assert_eq!(row["modelled"].is_null(), row["error"].is_null(), "{row}");
    }
    let reasons: Vec<&str> = rows[2..].iter().filter_map(|row| row["reason"].as_str()).collect();
    let expected = [
        "line 4: neither time_us nor busbw_GBps was published, so there is nothing to compare",
        "the catalog has no `hgx-h001`",
        "line 6: `all-redcue` is not a known collective operation; did you mean `all-reduce`?",
        "line 7: chips is `many`; write a whole number from 1 to 1000000",
        "line 8: dtype is blank",
        "line 9: there are 16 fields, and the header has 17; quote fields with commas",
        "the library has no model `` of these sizes, and layers was not published",
    ];
    assert_eq!(reasons.len(), expected.len());
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "`{reason}` is not `{expected}`");
    }
}

#[test]
fn times_and_rates_are_what_the_collective_command_says() {
    let place = measurements();
    let document = place.json(&AGAINST);
    let simulated = |operation: &str, size: &str| {
        let words = ["collective", operation, "--system", "hgx-h100", "--chips", "8", "-b", size, "-e", size];
        place.json(&words)["rows"][0].clone()
    };
    let row = &rows(&document)[0];
    let row_keys = [
        "kind",
        "table",
        "row",
        "preset",
        "chips",
        "op",
        "size_bytes",
        "measured",
        "modelled",
        "unit",
        "error",
        "reason",
        "group",
        "algorithm",
        "protocol",
    ];
    assert_eq!(keys(row), sorted(row_keys));
    let modelled = simulated("all-reduce", "128M");
    assert_eq!((row["unit"].as_str(), &row["modelled"]), (Some("us"), &modelled["time_us"]));
    assert_eq!(number(&row["error"]), number(&modelled["time_us"]) / 500.0 - 1.0);
    let row = &rows(&document)[1];
    let modelled = simulated("all-gather", "1M");
    assert_eq!((row["unit"].as_str(), &row["modelled"]), (Some("GB/s"), &modelled["busbw_gb_per_s"]));
    // A rate is inverted: twice the rate is half the time, an error of -0.5.
    assert_eq!(number(&row["error"]), 40.0 / number(&modelled["busbw_gb_per_s"]) - 1.0);
}

#[test]
fn training_runs_have_their_id_and_what_was_measured() {
    let document = measurements().json(&AGAINST);
    let row = rows(&document).last().expect("there are rows");
    assert_eq!((row["kind"].as_str(), row["id"].as_str()), (Some("training"), Some("run-1")));
    assert_eq!(
        (row["row"].as_u64(), row["measured"].as_f64(), row["unit"].as_str()),
        (Some(1), Some(2.5), Some("s"))
    );
    assert!(row["op"].is_null() && row["modelled"].is_null(), "{row}");
}

#[test]
fn exchanges_of_experts_are_simulated() {
    let place = measurements();
    let row = "hgx-h800,16,8,400,ib,ep-dispatch,auto,128,7168,8,,H800,fp8,,118,,a page\n";
    place.put("data/collectives/mine.csv", &format!("{HEADER}{row}"));
    let document = place.json(&AGAINST);
    let row = &rows(&document)[0];
    assert!(row["size_bytes"].is_null() && row["reason"].is_null(), "{row}");
    assert_eq!(number(&row["error"]), number(&row["modelled"]) / 118.0 - 1.0);
    assert_eq!(row["group"].as_str(), Some("mine.csv (hgx-h800)"));
}

#[test]
fn groups_have_means_bias_and_worst_rows() {
    let document = measurements().json(&AGAINST);
    let groups = document["groups"].as_array().expect("groups are an array");
    let names: Vec<&str> = groups.iter().filter_map(|group| group["name"].as_str()).collect();
    assert_eq!(names, ["mine.csv", "mine.csv (hgx-h800)", "training_truth.csv"]);
    let errors: Vec<f64> = rows(&document)[..2].iter().map(|row| number(&row["error"])).collect();
    let group = &groups[0];
    assert_eq!((group["rows"].as_u64(), group["compared"].as_u64()), (Some(7), Some(2)));
    let mean = errors.iter().map(|error| error.abs()).sum::<f64>() / 2.0;
    assert!((number(&group["mean_absolute_error"]) - mean).abs() < 1e-12, "{group}");
    assert!((number(&group["bias"]) - errors.iter().sum::<f64>() / 2.0).abs() < 1e-12, "{group}");
    assert_eq!(group["worst"].as_array().map(Vec::len), Some(2));
    // Only the first row is of 64 MiB or more.
    assert_eq!(group["large"]["compared"].as_u64(), Some(1));
    assert_eq!(number(&group["large"]["bias"]), errors[0]);
    assert!(groups[1]["mean_absolute_error"].is_null(), "what was not compared has no error");
    let mean = &document["mean"]["all"];
    assert_eq!((mean["groups"].as_u64(), &mean["bias"]), (Some(1), &group["bias"]));
}

#[test]
fn results_do_not_depend_on_threads() {
    let place = Workplace::new();
    let run = |threads| {
        place.succeed(&["validate", "--kind", "collective", "--threads", threads, "--format", "json"]).stdout
    };
    assert_eq!(run("1"), run("3"));
}

#[test]
fn built_in_tables_are_compared_and_what_is_apart_is_explained() {
    let place = Workplace::new();
    let document = place.json(&["validate", "--kind", "collective"]);
    let groups = document["groups"].as_array().expect("groups are an array");
    let find = |name: &str| {
        let found = groups.iter().find(|group| group["name"].as_str() == Some(name));
        found.unwrap_or_else(|| panic!("there is no group {name}"))
    };
    assert_eq!(find("aiconfigurator_h100_sxm_nccl2.29.2.csv")["compared"].as_u64(), Some(252));
    let apart = find("h20_8_and_16gpu.csv (16 chips, auto)");
    assert_eq!((apart["in_mean"].as_bool(), apart["rows"].as_u64()), (Some(false), Some(6)));
    let explanation = apart["explanation"].as_str().expect("it is explained");
    assert!(explanation.starts_with("a report of bad performance (NVIDIA/nccl issue 1244)"), "{explanation}");
    for experts in ["ep_dispatch_combine.csv (hgx-h800)", "ep_dispatch_combine.csv (cloudmatrix384)"] {
        find(experts);
    }
    let floor = rows(&document).iter().filter(|row| row["table"] == "azure_nd_a100_v4.csv");
    let times: Vec<f64> =
        floor.filter(|row| row["unit"] == "us").map(|row| number(&row["modelled"])).collect();
    assert_eq!(times[0], 43.0, "the harness takes 43 us to issue an operation");
}

#[test]
fn tables_and_csv_tell_the_same() {
    let place = measurements();
    let table = place.succeed(&AGAINST);
    for fragment in ["mine.csv ", "mean over 1 group ", "Worst rows", "1 row not compared: chips is `many`"] {
        assert!(table.stdout.contains(fragment), "`{fragment}` is missing:\n{}", table.stdout);
    }
    let csv = place.succeed(&with(&["--format", "csv"])).stdout;
    assert!(
        csv.starts_with("kind,table,row,id,preset,chips,op,size_bytes,measured,modelled,unit,error,reason,")
    );
    assert_eq!(csv.lines().count(), 1 + 9);
    let markdown = place.succeed(&with(&["--format", "markdown"])).stdout;
    assert!(markdown.contains("| mine.csv | 7 | 2 |"), "{markdown}");
}

#[test]
fn networks_that_the_catalog_lacks_are_noted_unless_quiet() {
    let place = measurements();
    let row = "hgx-a100,16,8,200,roce,all-reduce,ring,,,,,,half,1024,10,,a page\n";
    place.put("data/collectives/mine.csv", &format!("{HEADER}{row}"));
    let note = "note: rows of hgx-a100 over nvlink3-roce, which the catalog does not have, run over nvlink3-infiniband\n";
    assert_eq!(place.succeed(&AGAINST).stderr, note);
    assert_eq!(place.succeed(&with(&["--quiet"])).stderr, "");
}

#[test]
fn a_baseline_fails_on_what_has_grown() {
    let place = measurements();
    let done = place.succeed(&with(&["--write-baseline", "base.json"]));
    assert_eq!(done.stderr, "wrote base.json\n");
    assert_eq!(place.succeed(&with(&["--baseline", "base.json"])).stderr, "");
    let written: Value = serde_json::from_str(&place.read("base.json")).expect("a baseline is JSON");
    assert_eq!(written["schema"].as_u64(), Some(1));

    let mut better = written.clone();
    let error = number(&written["groups"]["mine.csv"]["all"]["mean_absolute_error"]);
    better["groups"]["mine.csv"]["all"]["mean_absolute_error"] = Value::from(error - 0.01);
    better["groups"]["gone.csv"] = written["groups"]["mine.csv"].clone();
    place.put("better.json", &better.to_string());
    let Done { code, stdout, stderr } = place.run(&with(&["--baseline", "better.json"]));
    assert_eq!(code, WORSE, "{stderr}");
    assert!(stdout.contains("mine.csv"), "results are shown all the same");
    let percent = |error: f64| format!("{:.2} %", error * 100.0);
    let grown = format!("mine.csv, all sizes: {} is now {}", percent(error - 0.01), percent(error));
    let expected = format!("error: worse than better.json:\n  gone.csv: the group is gone\n  {grown}\n");
    assert_eq!(stderr, expected);

    // The same numbers within 0.05 points, and a group that is new.
    let mut near = written.clone();
    near["groups"]["mine.csv"]["all"]["mean_absolute_error"] = Value::from(error - 0.000_4);
    near["groups"].as_object_mut().expect("groups are an object").remove("training_truth.csv");
    place.put("near.json", &near.to_string());
    let note = "note: training_truth.csv is not in the baseline\n";
    assert_eq!(place.succeed(&with(&["--baseline", "near.json"])).stderr, note);
}

#[test]
fn what_cannot_be_read_is_refused_before_anything_runs() {
    let place = measurements();
    let exact = |words: &[&str], message: &str| {
        place.refuse(words, &[]);
        assert_eq!(place.run(words).stderr, format!("error: {message}\n"));
    };
    let remedy = "name a folder that holds collectives/*.csv or training_truth.csv";
    let none = &["validate", "--against", "nowhere"];
    exact(none, &format!("nowhere: there is no such folder; {remedy}"));
    let file = &["validate", "--against", "data/chips.toml"];
    exact(file, &format!("data/chips.toml: it is not a folder; {remedy}"));
    exact(
        &["validate", "--against", "data/collectives"],
        "data/collectives: there is neither collectives/*.csv nor training_truth.csv; name the folder that holds them",
    );
    place.put("bad.json", "{}");
    let baseline = "bad.json: this is no baseline: missing field `schema` at line 1 column 2; \
                    write one with --write-baseline";
    exact(&with(&["--baseline", "bad.json"]), baseline);
    let missing =
        "none.json: the baseline cannot be read: there is no such file; write one with --write-baseline";
    exact(&with(&["--baseline", "none.json"]), missing);
    place.put("data/collectives/bad.csv", "preset,chips,collective,size_bytes,time_us\n");
    let header = "data/collectives/bad.csv: there is no column `busbw_GBps`; the first line names preset, chips, \
                  collective, size_bytes, time_us, busbw_GBps";
    exact(&AGAINST, header);
    place.put("data/collectives/bad.csv", "preset,preset\n");
    exact(&AGAINST, "data/collectives/bad.csv: the column `preset` is there twice; keep one of them");
    place.put("data/collectives/bad.csv", "");
    exact(
        &AGAINST,
        "data/collectives/bad.csv: the file has no header; the first line names preset, chips, collective, \
                     size_bytes, time_us, busbw_GBps",
    );
}

#[test]
fn a_page_is_written_with_its_figures_beside_it() {
    let place = measurements();
    let done = place.succeed(&with(&["--write-page", "book/page.md"]));
    assert_eq!(done.stderr, "wrote book/page.md\n");
    let page = place.read("book/page.md");
    assert!(page.contains("mine.csv: 1 row not compared: the catalog has no"), "{page}");
    let figures: Vec<&str> =
        page.lines().filter_map(|line| line.split_once("](")).map(|(_, rest)| rest).collect();
    let figures: Vec<&str> = figures.into_iter().filter_map(|rest| rest.strip_suffix(')')).collect();
    assert_eq!(figures, ["figures/validation_errors.svg", "figures/validation_growth.svg"]);
    for figure in figures {
        assert!(place.read(&format!("book/{figure}")).starts_with("<svg"));
    }
    let Done { code, stderr, .. } = place.run(&with(&["--write-page", "data/chips.toml/page.md"]));
    assert_eq!(code, 2);
    let cannot = "error: data/chips.toml/page.md: the page of --write-page cannot be written here: ";
    assert!(stderr.starts_with(cannot), "{stderr}");
}
