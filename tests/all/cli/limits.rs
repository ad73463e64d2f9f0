//! Limits on simulations: exit code 3, no data, and a message that says what grew.

use super::{STAR, TINY, UNFINISHED, Workplace};

const PARKING_LOT: &str = include_str!("../../oracle/02_parking_lot_3.json");

fn stopped(place: &Workplace, arguments: &[&str], says: &str) {
    let done = place.run(arguments);
    assert_eq!(done.code, UNFINISHED, "{arguments:?}:\n{}{}", done.stdout, done.stderr);
    assert_eq!(done.stdout, "", "{arguments:?} is stopped and prints data");
    assert!(done.stderr.contains(says), "{arguments:?} does not say `{says}`:\n{}", done.stderr);
}

#[test]
fn flows_stop_at_their_limits() {
    let place = Workplace::with("case.json", PARKING_LOT);
    let flows = |limit: [&'static str; 2]| [&["flows", "case.json"], &limit[..]].concat();
    stopped(&place, &flows(["--max-events", "3"]), "more than 3 events, the limit; raise `--max-events`");
    stopped(
        &place,
        &flows(["--max-time", "1 ms"]),
        "past 1 ms, the limit of simulated time; raise `--max-time`",
    );
    stopped(&place, &flows(["--max-memory", "10 B"]), "more than the limit of 10 B; most of it");
    place.succeed(&flows(["--max-events", "1000"]));
    place.succeed(&flows(["--max-time", "1 s"]));
    place.succeed(&flows(["--max-memory", "1 GB"]));
}

#[test]
fn a_collective_stops_at_its_limits_however_it_is_run() {
    let place = Workplace::with("star.toml", STAR);
    let ring = |more: &[&'static str]| {
        let all = ["collective", "all-reduce", "--system", "star.toml", "-g", "8", "-b", "1M", "-e", "1M"];
        [&all[..], more].concat()
    };
    let says = "more than 20 events, the limit";
    stopped(&place, &ring(&["--algorithm", "ring", "--no-fold", "--max-events", "20"]), says);
    stopped(&place, &ring(&["--algorithm", "ring", "--max-time", "1 us"]), "past 1 us, the limit");
    place.succeed(&ring(&["--max-events", "100000", "--max-memory", "1 GB"]));
}

#[test]
fn a_training_step_stops_inside_a_recording_too() {
    let place = Workplace::with("tiny.toml", TINY);
    let done = place.run(&["run", "tiny.toml", "--no-files", "--max-events", "10"]);
    assert_eq!(done.code, UNFINISHED, "{}", done.stderr);
    assert!(done.stderr.contains("more than 10 events, the limit"), "{}", done.stderr);
}

#[test]
fn a_limit_that_is_no_limit_is_refused() {
    let place = Workplace::with("case.json", PARKING_LOT);
    place.refuse(&["flows", "case.json", "--max-events", "0"], &["--max-events"]);
    place.refuse(&["flows", "case.json", "--max-time", "5"], &["--max-time", "unit"]);
    place.refuse(&["flows", "case.json", "--max-memory", "much"], &["--max-memory"]);
}
