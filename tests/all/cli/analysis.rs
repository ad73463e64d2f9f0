//! `copperlight catalog systems NAME --analysis`.

use super::{STAR, Workplace, keys, number, sorted};

const WORDS: [&str; 4] = ["catalog", "systems", "gb200-nvl72", "--analysis"];

#[test]
fn a_domain_and_two_are_told_in_numbers() {
    let place = Workplace::new();
    let one = place.json(&WORDS);
    let expected = sorted([
        "system",
        "chips",
        "longest_route_links",
        "longest_route_latency_ns",
        "injection_scale_up_gb_per_s",
        "injection_scale_out_gb_per_s",
        "domain_bisection_gb_per_s",
        "ideal_all_reduce_busbw_gb_per_s",
        "ideal_all_to_all_busbw_gb_per_s",
        "tiers",
    ]);
    assert_eq!(keys(&one), expected);
    assert_eq!((one["chips"].as_u64(), one["longest_route_links"].as_u64()), (Some(72), Some(2)));
    assert_eq!(number(&one["longest_route_latency_ns"]), 600.0);
    assert_eq!(number(&one["domain_bisection_gb_per_s"]), 32_400.0);
    assert!(one["injection_scale_out_gb_per_s"].is_null(), "one domain sends to no other");
    assert_eq!(one["tiers"][0]["tier"], "scale-up");
    assert_eq!(one["tiers"][0]["links"].as_u64(), Some(2592));
    assert_eq!(number(&one["tiers"][0]["capacity_gb_per_s"]), 129_600.0);
    let two = place.json(&[&WORDS[..], &["--chips", "144"]].concat());
    assert_eq!(number(&two["injection_scale_out_gb_per_s"]), 50.0);
    // 72 of 144 messages leave the domain of each chip: 143 / 72 x 50 GB/s.
    let all_to_all = number(&two["ideal_all_to_all_busbw_gb_per_s"]);
    assert!((all_to_all - 143.0 / 72.0 * 50.0).abs() < 1e-6, "{all_to_all}");
}

#[test]
fn people_and_spreadsheets_read_it_too() {
    let place = Workplace::with("star.toml", STAR);
    let text = place.succeed(&WORDS).stdout;
    for line in ["gb200-nvl72: 72 chips", "32,400 GB/s", "0.600 us", "a chip sends to other domains", "n/a"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let markdown = place.succeed(&[&WORDS[..], &["--format", "markdown"]].concat()).stdout;
    assert!(markdown.contains("| half of a domain sends to the rest | 32,400 GB/s |"), "{markdown}");
    let csv = ["catalog", "systems", "star.toml", "--analysis", "--chips", "8", "--format", "csv"];
    let text = place.succeed(&csv).stdout;
    let start = "figure,value\nchips,8\nlongest_route_links,2\nlongest_route_latency_ns,500.0\n\
        injection_scale_up_gb_per_s,900.0\ninjection_scale_out_gb_per_s,\ndomain_bisection_gb_per_s,3600.0\n";
    let end = "\ntiers.scale-up.links,16\ntiers.scale-up.capacity_gb_per_s,14400.0\n";
    assert!(text.starts_with(start) && text.ends_with(end), "{text}");
    assert_eq!(text.lines().count(), 11);
}

#[test]
fn settings_and_faults_show() {
    let place = Workplace::new();
    let fault = "degrade=[{target=\"plane:3\",capacity=0}]";
    let words = [&WORDS[..], &["--set", fault]].concat();
    assert_eq!(number(&place.json(&words)["domain_bisection_gb_per_s"]), 36.0 * 850.0);
    let notes = place.succeed(&words).stderr;
    assert_eq!(notes, "note: gb200-nvl72: degraded: 1 of 18 planes removed\n");
    let faster = place.json(&[&WORDS[..], &["--set", "scale_up.link_bandwidth=100 GB/s"]].concat());
    assert_eq!(number(&faster["injection_scale_up_gb_per_s"]), 1800.0);
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let place = Workplace::with("star.toml", STAR);
    place.refuse(&["catalog", "systems", "--analysis"], &["catalog systems NAME --analysis"]);
    place.refuse(
        &["catalog", "chips", "gb200", "--analysis"],
        &["--analysis is of one system; write `copperlight catalog systems NAME --analysis`"],
    );
    place.refuse(&["catalog", "systems", "gb200-nvl27", "--analysis"], &["did you mean `gb200-nvl72`?"]);
    place.refuse(&[&WORDS[..], &["--physical"]].concat(), &["--physical", "--analysis"]);
    place.refuse(&[&WORDS[..3], &["--set", "scale_up.medium=dsp"]].concat(), &["--physical|--analysis"]);
    place.refuse(&[&WORDS[..], &["--chips", "0"]].concat(), &["--chips"]);
    place.refuse(
        &["catalog", "systems", "star.toml", "--analysis"],
        &["has no size of its own; say how many chips with --chips"],
    );
    place.refuse(
        &["catalog", "systems", "mi300x", "--analysis", "--chips", "9", "--set", "chips_per_domain=9"],
        &["chips_per_domain"],
    );
    let cut = "degrade=[{target=\"links\",share=1.0,capacity=0}]";
    place.refuse(&[&WORDS[..], &["--set", cut]].concat(), &["gb200-nvl72: domain0/chip0 cannot reach"]);
}
