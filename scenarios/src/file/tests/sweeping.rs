//! Laws of sweeps: how many points there are, in which order, zipped or not, and that each can be made by itself.

use super::meaning::{FOUNDING, job, points, scenario};
use crate::file::{Point, Scenario, SourceText, check, point_seed};
use proptest::prelude::*;

/// The founding scenario with these sweeps.
fn swept(sweeps: &str) -> Scenario {
    scenario(FOUNDING, &[&format!("sweep=[{sweeps}]")])
}

/// The errors of the founding scenario with these settings, one a line.
fn refused(settings: &[&str]) -> String {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let errors = check(SourceText::new("test", FOUNDING), &settings).expect_err("the scenario is refused");
    errors.to_string()
}

fn sweep(parameter: &str, values: &str) -> String {
    format!("{{ parameter = \"{parameter}\", values = [{values}] }}")
}

fn zipped(parameter: &str, values: &str, name: &str) -> String {
    format!("{{ parameter = \"{parameter}\", values = [{values}], zip = \"{name}\" }}")
}

fn chips_and_micro_batch(point: &Point) -> (usize, u64) {
    (point.chips, job(point).parallelism().micro_batch)
}

#[test]
fn zipped_sweeps_advance_together_in_the_place_of_the_first() {
    let scenario = swept(
        &[
            zipped("systems.chips", "1152, 2304", "size"),
            sweep("workload.parallelism.zero", "0, 1"),
            zipped("workload.micro_batch", "2, 1", "size"),
        ]
        .join(", "),
    );
    assert_eq!(scenario.point_count(), 8);
    let first: Vec<_> = points(&scenario)[..4].iter().map(chips_and_micro_batch).collect();
    assert_eq!(first, [(1152, 2), (1152, 2), (2304, 1), (2304, 1)]);
}

#[test]
fn zipped_values_may_repeat() {
    let both = [zipped("systems.chips", "1152, 1152", "a"), zipped("workload.micro_batch", "1, 2", "a")];
    let scenario = swept(&both.join(", "));
    let all: Vec<_> = points(&scenario).iter().map(chips_and_micro_batch).collect();
    assert_eq!(all, [(1152, 1), (1152, 2), (1152, 1), (1152, 2)]);
}

#[test]
fn zips_of_unequal_length_and_of_one_sweep_are_refused() {
    let unequal =
        [zipped("systems.chips", "1152, 2304", "size"), zipped("workload.micro_batch", "1, 2, 4", "size")];
    assert_eq!(
        refused(&[&format!("sweep=[{}]", unequal.join(", "))]),
        "command line:1: the values of the sweep cannot be listed: zip = \"size\" pairs `systems.chips` with 2 values \
         and `workload.micro_batch` with 3; give both sweeps equally many values"
    );
    assert_eq!(
        refused(&[&format!("sweep=[{}]", zipped("systems.chips", "1152", "alone"))]),
        "command line:1: the values of the sweep cannot be listed: `systems.chips` is the only sweep with zip = \
         \"alone\"; write the same name into the sweep that advances with it, or leave `zip` out"
    );
}

#[test]
fn a_plan_that_a_system_has_of_its_own_cannot_be_swept_below_it() {
    let sweep = format!("sweep=[{}]", sweep("workload.parallelism.tensor", "4, 8"));
    assert_eq!(
        refused(&["systems[1].parallelism={ tensor = 8 }", &sweep]),
        "command line:1: the values of the sweep cannot be listed: `workload.parallelism.tensor` changes nothing for \
         `CM384 optical`, whose own [systems.parallelism] states it; sweep `systems.parallelism.tensor`, or remove the \
         key there"
    );
}

#[test]
fn a_sweep_may_be_of_a_preset_a_model_a_plan_or_a_seed() {
    let presets = swept(&sweep("systems[0].preset", "\"gb200-nvl72\", \"gb300-nvl72\""));
    let names: Vec<_> = points(&presets).iter().map(|point| point.system.name().to_owned()).collect();
    assert_eq!(names, ["gb200-nvl72", "gb300-nvl72", "cloudmatrix384"]);
    let models = swept(&sweep("workload.model", "\"gpt-1t\", \"mt-nlg-530b\""));
    let of_model = |index: usize| job(&points(&models)[index]).model().name().to_owned();
    assert_eq!((of_model(0), of_model(1)), ("gpt-1t".to_owned(), "mt-nlg-530b".to_owned()));
    let plans = swept(&sweep("systems.parallelism.tensor", "4, 8"));
    let tensor = |index: usize| job(&points(&plans)[index]).parallelism().tensor;
    assert_eq!([0, 1, 2, 3].map(tensor), [4, 8, 4, 8]);
    let pipeline = |index: usize| job(&points(&plans)[index]).parallelism().pipeline;
    assert_eq!([0, 1].map(pipeline), [16, 16], "siblings keep their values");
    let seeds = swept(&sweep("scenario.seed", "5, 6"));
    assert_eq!(points(&seeds).iter().map(|point| point.seed).collect::<Vec<_>>(), [5, 6, 5, 6]);
}

#[test]
fn one_key_of_one_table_in_a_list_may_be_swept() {
    let degrade =
        "systems.degrade=[{ target = \"plane:0\", capacity = 0.5 }, { target = \"chip:3\", compute = 0.9 }]";
    let values = sweep("systems[0].degrade[0].capacity", "0.25, 0.75");
    let scenario = scenario(FOUNDING, &["systems.chips=1152", degrade, &format!("sweep=[{values}]")]);
    for point in scenario.points().filter(|point| point.system_index == 0) {
        let texts: Vec<String> =
            point.system.degradations().iter().map(|entry| format!("{entry:?}")).collect();
        assert_eq!(texts.len(), 2, "siblings stay");
        let swept = point.values["systems[0].degrade[0].capacity"].to_string();
        assert!(texts[0].contains(&swept) && texts[1].contains("0.9"), "{texts:?}");
    }
}

#[test]
fn what_is_wrong_at_some_points_is_a_failed_point() {
    // 1,200 chips are no multiple of 8 x 16.
    let scenario = swept(&sweep("systems.chips", "1152, 1200, 2304"));
    assert_eq!((scenario.point_count(), scenario.points().count()), (6, 4));
    let failure = scenario.point(1).expect_err("1,200 chips are no multiple");
    assert_eq!(
        failure.to_string(),
        "illegal plan: `chips` = 1200 is no multiple of tensor x pipeline = 8 x 16 = 128; use 1152 or 1280 chips, or \
         other degrees"
    );
    assert_eq!((failure.place.system_name.as_str(), failure.place.chips), ("NVL72 copper", Some(1200)));
    assert_eq!(failure.place, scenario.place_of(1));
}

#[test]
fn what_is_wrong_at_every_point_or_in_a_value_is_an_error_of_the_file() {
    let all = format!("sweep=[{}]", sweep("systems.chips", "1200, 1201"));
    assert!(refused(&[&all]).contains("`chips` = 1201 is no multiple"));
    let value = format!("sweep=[{}]", sweep("systems.chips", "1152, \"many\""));
    assert_eq!(
        refused(&[&value]),
        "command line:1: `chips` takes a whole number, and this is a text; write a whole number"
    );
}

#[test]
fn ten_thousand_by_a_thousand_points_are_not_held() {
    let range = |parameter: &str, to: usize| {
        format!("{{ parameter = \"{parameter}\", from = 1, to = {to}, step = 1 }}")
    };
    let sweeps = [range("workload.tokens", 1_000), range("workload.recipe.bucket_parameters", 5_000)];
    let scenario = scenario(FOUNDING, &[&format!("sweep=[{}]", sweeps.join(", ")), "systems.chips=1152"]);
    assert_eq!(scenario.point_count(), 10_000_000);
    let last = scenario.point(9_999_999).expect("the last point is legal");
    assert_eq!(last.values["workload.tokens"].as_integer(), Some(1_000));
    assert_eq!((last.index, last.system_index), (9_999_999, 1));
    let more = [&sweeps[..], &[range("workload.micro_batch", 5)]].concat();
    let more = refused(&[&format!("sweep=[{}]", more.join(", "))]);
    assert!(more.contains("make 50000000 points, and at most 10000000 are run"), "{more}");
}

#[test]
fn the_hash_is_of_what_points_depend_on() {
    let hash = |settings: &[&str]| scenario(FOUNDING, settings).hash();
    let base = hash(&[]);
    assert_eq!(scenario(&FOUNDING.replace("\n", "\n# another layout\n"), &[]).hash(), base);
    assert_eq!(hash(&["scenario.question=Why?", "report.curves=[]", "scenario.seed=1"]), base);
    assert_ne!(hash(&["scenario.seed=2"]), base);
    assert_ne!(hash(&["workload.micro_batch=2"]), base);
    let again = scenario(&scenario(FOUNDING, &[]).resolved_text(), &[]);
    assert_eq!(again.hash(), base, "the resolved scenario is the same scenario");
}

#[test]
fn systems_at_one_setting_draw_from_one_seed() {
    let scenario = swept(
        &[
            sweep("systems.chips", "1152, 2304"),
            sweep("systems[0].scale_up.link_latency", "\"100 ns\", \"200 ns\""),
        ]
        .join(", "),
    );
    let seeds: Vec<u64> = scenario.points().map(|point| point.seed).collect();
    let of = |setting| point_seed(scenario.hash(), setting);
    assert_eq!(seeds, [of(0), of(0), of(1), of(1), of(0), of(1)]);
    let plain = super::meaning::scenario(FOUNDING, &["sweep=[]"]);
    assert!(plain.points().all(|point| point.seed == 1), "without sweeps the seed is the scenario's");
}

/// Sweeps of these numbers of values; those with the same zip have equally many.
fn sweeps() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((1_usize..4, any::<bool>()), 1..4)
}

const KEYS: [(&str, [&str; 3]); 3] = [
    ("systems.chips", ["1152", "2304", "1200"]),
    ("workload.micro_batch", ["1", "2", "5"]),
    ("workload.parallelism.zero", ["0", "1", "2"]),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The number of points is the product of the lengths, zips counted once, for each system; each point by itself is the
    /// one in its turn, and differs from all others in its place.
    #[test]
    fn points_are_counted_ordered_and_made_one_by_one(lengths in sweeps()) {
        let in_zip = lengths.iter().filter(|(_, zip)| *zip).count();
        let least = lengths.iter().filter(|(_, zip)| *zip).map(|(length, _)| *length).min();
        let mut texts = Vec::new();
        let mut product = 1;
        for ((parameter, values), (length, zip)) in KEYS.iter().zip(&lengths) {
            let together = *zip && in_zip > 1;
            let length = if together { least.unwrap_or(1) } else { *length };
            let values = values[..length].join(", ");
            texts.push(if together { zipped(parameter, &values, "z") } else { sweep(parameter, &values) });
            product *= if together { 1 } else { length };
        }
        product *= if in_zip > 1 { least.unwrap_or(1) } else { 1 };
        let scenario = swept(&texts.join(", "));
        prop_assert_eq!(scenario.point_count(), 2 * product);
        let mut legal = scenario.points();
        let mut places = std::collections::BTreeSet::new();
        for index in 0..scenario.point_count() {
            let place = scenario.place_of(index);
            let is_new = places.insert(format!("{} {:?}", place.system_index, place.values));
            prop_assert!(is_new);
            match scenario.point(index) {
                Ok(point) => {
                    let next = legal.next().expect("each legal point has its turn");
                    prop_assert_eq!((point.index, &point.values), (index, &place.values));
                    prop_assert_eq!((next.index, next.workload, next.seed), (index, point.workload, point.seed));
                }
                Err(failure) => prop_assert_eq!(failure.place, place),
            }
        }
    }
}
