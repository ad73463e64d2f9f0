//! `copperlight catalog systems NAME --physical`, and media that do not reach.

use super::{Workplace, number};

#[test]
fn copper_does_not_span_a_cloudmatrix() {
    let setting = "systems[1].scale_up.medium=copper";
    let done = Workplace::new().run(&["run", "nvl72-vs-cm384", "--set", setting]);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert_eq!(
        done.stderr,
        "error: CM384 optical: link domain0/node0/l1-plane5 -> domain0/l2-plane5-4 (scale-up-l2) is 10.486 m long \
         and copper reaches 2 m at 112 Gb/s a lane; media that would do: cpo, dsp, lpo; \
         set scale_up.uplink_medium = \"cpo\"\n"
    );
    Workplace::new().refuse(&["run", "nvl72-vs-cm384", "--set", setting], &["10.486 m"]);
}

#[test]
fn another_medium_takes_longer() {
    let place = Workplace::new();
    let time = |medium: &str| {
        let setting = format!("scale_up.medium={medium}");
        let sizes = ["-b", "1K", "-e", "1K", "--set", setting.as_str()];
        let words = ["collective", "all-reduce", "--system", "gb200-nvl72", "--chips", "8"];
        number(&place.json(&[&words[..], &sizes[..]].concat())["rows"][0]["time_us"])
    };
    let copper = time("copper");
    assert_eq!(time("active-copper"), copper);
    for medium in ["lpo", "dsp", "cpo"] {
        assert!(time(medium) > copper, "{medium}");
    }
    place.refuse(
        &["collective", "all-reduce", "--system", "gb200-nvl72", "--set", "scale_up.medium=coper"],
        &["did you mean `copper`?", "scale_up.medium"],
    );
}

#[test]
fn the_bill_of_materials_is_of_a_whole_system() {
    let setting = r#"degrade=[{target="plane:3",capacity=0}]"#;
    let told = "gb200-nvl72: the bill of materials is of a whole system; write it without `degrade`";
    Workplace::new().refuse(&["catalog", "systems", "gb200-nvl72", "--physical", "--set", setting], &[told]);
}

#[test]
fn a_domain_that_is_gone_needs_a_number_of_chips() {
    let place = Workplace::new();
    let setting = r#"degrade=[{target="domain:0",capacity=0}]"#;
    let words = ["export", "--system", "hgx-h100", "--set", setting];
    let told = "no chip is left in the domain of `hgx-h100`; say how many chips with --chips";
    place.refuse(&words, &[told]);
    let done = place.run(&[&words[..], &["--chips", "8"]].concat());
    assert!(done.code == 0 && done.stdout.contains("domain1/chip7"), "{}", done.stderr);
}

#[test]
fn slow_kernels_of_a_collective_are_noted() {
    let setting = r#"degrade=[{target="chip:3",compute=0.5}]"#;
    let sizes = ["-b", "1M", "-e", "1M", "--set", setting];
    let done =
        Workplace::new().run(&[&["collective", "all-reduce", "--system", "hgx-h100"][..], &sizes].concat());
    let note = "note: hgx-h100: `compute` of degrade changes nothing: a collective runs no kernels\n";
    assert!(done.code == 0 && done.stderr.contains(note), "{}", done.stderr);
}

#[test]
fn counts_are_plain_integers() {
    let place = Workplace::new();
    let light = place.json(&["catalog", "systems", "cloudmatrix384", "--physical"]);
    let counts = [
        ("chips", 384),
        ("racks", 16),
        ("modules_scale_up", 5376),
        ("modules_scale_out", 1536),
        ("modules", 6912),
        ("switch_chips_l1", 336),
        ("switch_chips_l2", 112),
        ("cables_copper", 0),
        ("cables_optical", 3456),
    ];
    for (key, count) in counts {
        assert_eq!(light[key].as_u64(), Some(count), "{key}");
    }
    let copper = place.json(&["catalog", "systems", "gb200-nvl72", "--physical"]);
    for (key, count) in
        [("pairs_copper", 5184), ("cables_copper", 5184), ("switch_chips_l1", 18), ("modules_scale_up", 0)]
    {
        assert_eq!(copper[key].as_u64(), Some(count), "{key}");
    }
    assert!(copper["power_switches_scale_up"].is_null() && copper["preset"].is_null());
    assert_eq!(copper["layout"]["switch_trays"]["value"].as_f64(), Some(9.0));
    let twice = place.json(&["catalog", "systems", "cloudmatrix384", "--physical", "--chips", "768"]);
    assert_eq!(twice["modules_scale_up"].as_u64(), Some(2 * 5376));
}

#[test]
fn optics_stand_beside_the_copper_of_the_preset() {
    let place = Workplace::new();
    let words = ["catalog", "systems", "gb200-nvl72", "--physical", "--set", "scale_up.medium=dsp"];
    let light = place.json(&words);
    assert_eq!(light["modules_scale_up"].as_u64(), Some(1296));
    assert_eq!(light["preset"]["modules_scale_up"].as_u64(), Some(0));
    let watts = &light["power_modules_scale_up"];
    assert_eq!((number(&watts["value"]), number(&watts["high"])), (19_440.0, 20_736.0));
    assert_eq!(number(&light["tiers"][0]["link_latency_ns"]), 430.0);
    assert_eq!(number(&light["preset"]["tiers"][0]["link_latency_ns"]), 300.0);
    let text = place.succeed(&words).stdout;
    assert!(text.contains("as preset") && text.contains("19,440 W") && text.contains("unknown"), "{text}");
    let csv = place.succeed(&[&words[..], &["--format", "csv"]].concat()).stdout;
    assert!(csv.contains("\nmodules_scale_up,1296,1296,1296,count,0\n"), "{csv}");
    assert!(csv.contains("\npower_switches_scale_up,,,,W,\n"), "{csv}");
    let markdown = place.succeed(&[&words[..], &["--format", "markdown"]].concat()).stdout;
    assert!(markdown.contains("| pairs of copper | 0 | 5,184 |"), "{markdown}");
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let place = Workplace::new();
    place.refuse(&["catalog", "systems", "--physical"], &["catalog systems NAME --physical"]);
    place.refuse(&["catalog", "chips", "gb200", "--physical"], &["catalog systems NAME --physical"]);
    place.refuse(&["catalog", "systems", "gb200-nvl27", "--physical"], &["did you mean `gb200-nvl72`?"]);
    place.refuse(&["catalog", "systems", "gb200-nvl72", "--chips", "8"], &["--physical"]);
    place.refuse(
        &["catalog", "systems", "cloudmatrix384", "--physical", "--set", "scale_up.medium=copper"],
        &["cloudmatrix384: link ", "10.486 m"],
    );
}
