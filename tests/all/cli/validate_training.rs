//! `copperlight validate --kind training`: published training runs out of a small table.

use super::{Workplace, number};
use serde_json::Value;

const HEADER: &str = "id,preset,model,params_b,layers,hidden,heads,kv_heads,ffn,vocab,seq,chip,n_chips,network,tp,pp,dp,\
                      ep,cp,vpp,micro_batch,global_batch,zero,sp,recompute,precision,tflops_per_gpu,mfu,step_time_s,\
                      tokens_per_s_per_gpu,source,notes\n";

/// A time, a rate of which the micro-batch was not published, and an MFU.
const ROWS: &str = "\
MB26.04-small,hgx-h100,Llama-3.1-8B,8,32,4096,32,8,14336,128256,4096,H100,8,,2,1,4,,1,,1,8,1,1,none,BF16,,,0.5,,a page,tier=A; primary=step_time_s
TITAN-small,hgx-h100,Llama-3.1-8B,8,32,4096,32,8,14336,128256,4096,H100,8,,1,1,8,,1,,,32,3 (FSDP2),,full,BF16,,,,7000,a page,tier=B; primary=tokens_per_s_per_gpu
mine,hgx-h100,Llama-3.1-8B,8,32,4096,32,8,14336,128256,4096,H100,16,,4,2,2,,1,1,1,4,1,1,,FP8,,0.3,,,\"a page, with a comma\",tier=B; primary=mfu
";

/// What is wrong with a row, by column, and the reason that it gets.
const WRONG: [(&str, &str, &str); 16] = [
    ("step_time_s", "NaN", "step_time_s is `NaN`"),
    ("step_time_s", "-1", "step_time_s is `-1`"),
    ("step_time_s", "", "no measured value was published, so there is nothing to compare"),
    ("global_batch", "0", "global_batch is `0`"),
    ("global_batch", "3", "`global_batch` = 3 is no multiple"),
    ("global_batch", "", "global_batch is blank: the batch was not published"),
    ("precision", "FP3", "precision is `FP3`; begin with BF16, FP16, FP8, MXFP8 or NVFP4"),
    ("tp", "0", "tp is `0`"),
    ("tp", "3", "tensor"),
    ("n_chips", "99999999999999999999", "n_chips is `99999999999999999999`"),
    ("layers", "18446744073709551615", "layers is `18446744073709551615`"),
    ("preset", "hgx-h001", "did you mean"),
    ("preset", "", "the catalog has no system of H100 chips"),
    ("recompute", "selective:soup", "recompute is `selective:soup`"),
    ("zero", "many", "zero is `many`; begin with 0, 1, 2 or 3"),
    ("notes", "primary=step_time_s", "the notes name no tier; write tier=A, tier=B or tier=C"),
];

fn table(rows: &str) -> Workplace {
    let place = Workplace::new();
    std::fs::create_dir_all(place.path("data")).expect("the folder of the test can be written");
    place.put("data/training_truth.csv", &format!("{HEADER}{rows}"));
    place
}

const AGAINST: [&str; 5] = ["validate", "--kind", "training", "--against", "data"];

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().expect("rows are an array")
}

/// The first row with another value in one column.
fn changed(column: &str, value: &str) -> String {
    let place = HEADER.trim().split(',').position(|name| name == column).expect("the table has the column");
    let first = ROWS.lines().next().expect("there is a row");
    let mut fields: Vec<&str> = first.split(',').collect();
    fields[place] = value;
    fields.join(",") + "\n"
}

#[test]
fn runs_are_compared_by_what_was_measured() {
    let document = table(ROWS).json(&AGAINST);
    let [time, rate, mfu] = rows(&document) else { panic!("there are three rows: {document}") };
    let units = [time, rate, mfu].map(|row| row["unit"].as_str());
    assert_eq!(units, [Some("s"), Some("tokens/s per chip"), Some("share")]);
    assert_eq!(
        [time, rate, mfu].map(|row| row["class"].as_str()),
        [Some("dense-A"), Some("dense-B"), Some("dense-B")]
    );
    for row in [time, rate, mfu] {
        let off = number(&row["step_time_s"]) / number(&row["measured_step_time_s"]) - 1.0;
        assert!((number(&row["error"]) - off).abs() < 1e-9, "{row}");
        let shares: f64 = row["breakdown"].as_object().expect("it has one").values().map(number).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{row}");
    }
    assert_eq!(number(&time["modelled"]), number(&time["step_time_s"]));
    assert_eq!(time["generation"].as_str(), Some("megatron-bridge-26.04"));
    let tokens = 32.0 * 4096.0 / 8.0;
    assert!((number(&rate["modelled"]) * number(&rate["step_time_s"]) / tokens - 1.0).abs() < 1e-9, "{rate}");
    let [low, high] = [0, 1].map(|end| number(&rate["modelled_range"][end]));
    assert!(low < number(&rate["modelled"]) && number(&rate["modelled"]) < high, "{rate}");
    assert!(mfu["generation"].is_null() && mfu["modelled_range"].is_null(), "{mfu}");
}

#[test]
fn text_tables_and_csv_have_the_same_rows() {
    let place = table(ROWS);
    let with = |words: &[&str]| place.succeed(&[&AGAINST[..], words].concat()).stdout;
    let text = with(&[]);
    assert!(text.contains("dense, tier A") && text.contains("training_truth.csv"), "{text}");
    let csv = with(&["--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + 3, "{csv}");
    let header = csv.lines().next().expect("there is a header");
    for column in ["class", "generation", "modelled_low", "step_time_s", "breakdown", "assumed"] {
        assert!(header.split(',').any(|name| name == column), "{column} is missing: {header}");
    }
    let only = with(&["--only", "TITAN", "--format", "csv"]);
    assert_eq!(only.lines().count(), 1 + 1, "{only}");
}

#[test]
fn nothing_to_compare_is_an_error() {
    let done = table(ROWS).run(&[&AGAINST[..], &["--only", "no-such-run"]].concat());
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert_eq!(
        done.stderr,
        "error: --only no-such-run: no training run has it in its id, and no table of collectives in its name; write \
         part of one, such as DGXC-v25.04 or aiconfigurator\n"
    );
    let done = table(ROWS).run(&["validate", "--kind", "collective", "--against", "data"]);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert_eq!(done.stderr, "error: --kind: there is no table of this kind; leave --kind out\n");
}

#[test]
fn a_wrong_row_has_a_reason() {
    let wrong: String = WRONG.iter().map(|(column, value, _)| changed(column, value)).collect();
    let document = table(&wrong).json(&AGAINST);
    for (row, (column, value, expected)) in rows(&document).iter().zip(WRONG) {
        let reason = row["reason"].as_str().unwrap_or_else(|| panic!("{column} = {value} is taken: {row}"));
        assert!(reason.contains(expected), "{column} = {value}: {reason}");
        assert!(row["modelled"].is_null() && row["error"].is_null(), "{row}");
    }
}

#[test]
fn names_are_shown_as_they_are_and_lead_nowhere() {
    let names = ["../../etc/passwd", "=HYPERLINK(1)", "\"a\nb\"", "MB-", "DGXC-v", "é-ü", "MEGASCALE", "-"];
    let rows_of: String = names.iter().map(|name| changed("id", name).replace(",0.5,", ",,")).collect();
    let document = table(&rows_of).json(&AGAINST);
    let ids: Vec<&str> = rows(&document).iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, names.map(|name| name.trim_matches('"')));
    assert!(rows(&document).iter().all(|row| row["reason"].is_string()));
}

#[test]
fn columns_that_a_table_lacks_are_not_published() {
    let place = table("");
    place.put(
        "data/training_truth.csv",
        "id,preset,n_chips,step_time_s,mfu,notes\nrun,hgx-h100,8,1,,tier=A; primary=step_time_s\n",
    );
    let document = place.json(&AGAINST);
    let reason = rows(&document)[0]["reason"].as_str().expect("there is a reason");
    assert_eq!(reason, "the library has no model `` of these sizes, and layers was not published");
}
