//! `resolved.toml` reads back as the same scenario.

use super::meaning::{FOUNDING, scenario};

#[test]
fn the_resolved_scenario_is_its_own_resolution() {
    for settings in [
        vec![],
        vec!["systems.chips=2304", "sweep=[]", "scenario.seed=9"],
        vec!["systems[1].parallelism={ tensor = 16, pipeline = 8 }", "sweep=[]"],
        vec!["workload.model={ layers = 64, hidden = 1024, heads = 16, ffn = 4096, vocab = 32000 }"],
        vec!["systems.scale_up.link_bandwidth=45 GB/s"],
        vec![
            "workload.parallelism.recompute=[\"norms\", \"activation\"]",
            "workload.parallelism.overlap=[\"gradients\", \"pipeline\"]",
            "workload.parallelism.tensor_chunks=4",
            "workload.recipe={ graphs = \"partial\", interference = 0.125, bucket_parameters = 1000, software = \"megatron-bridge-25.09\" }",
        ],
        vec!["workload.parallelism.recompute=full", "workload.parallelism.recompute_layers=2"],
        vec!["sweep=[{ parameter = \"workload.parallelism.zero\", values = [0, 1, 3] }]"],
        vec![
            "sweep=[{ parameter = \"systems.scale_up.link_bandwidth\", values = [\"25 GB/s\", \"50 GB/s\"] }]",
        ],
    ] {
        let first = scenario(FOUNDING, &settings);
        let again = scenario(&first.resolved_text(), &[]);
        assert_eq!(again.resolved, first.resolved, "{settings:?}");
        assert_eq!(again.point_count(), first.point_count());
        for (one, other) in first.points().zip(again.points()) {
            assert_eq!(
                (one.chips, &one.system_name, &one.workload),
                (other.chips, &other.system_name, &other.workload)
            );
            assert_eq!(one.system.resolved(), other.system.resolved());
            assert_eq!(one.values, other.values);
        }
    }
}

#[test]
fn defaults_that_only_some_points_take_are_not_written_for_all() {
    let operations = "scenario.name = 'operations'\n[[systems]]\npreset = 'hgx-h100'\n\
                      [workload]\nkind = 'collective'\nsize = '1 MiB'\noperation = 'all-reduce'\n\
                      [[sweep]]\nparameter = 'workload.operation'\nvalues = ['all-reduce', 'barrier', 'ep-dispatch']\n";
    let patterns = "scenario.name = 'patterns'\n[[systems]]\npreset = 'hgx-h100'\n\
                    [workload]\nkind = 'traffic'\nsize = '1 MiB'\npattern = 'incast'\n\
                    [[sweep]]\nparameter = 'workload.pattern'\nvalues = ['incast', 'uniform', 'hot-spot']\n";
    for text in [operations, patterns] {
        let first = scenario(text, &[]);
        let again = scenario(&first.resolved_text(), &[]);
        assert_eq!((again.hash(), &again.resolved), (first.hash(), &first.resolved));
        assert_eq!(again.points().count(), first.points().count());
        assert!(first.points().zip(again.points()).all(|(one, other)| one.workload == other.workload));
    }
}

#[test]
fn defaults_are_written_out() {
    let written =
        ["micro_batch = 1\n", "recompute = \"selective\"\n", "overlap = [\"gradients\", \"parameters\"]\n"];
    let text = written.iter().fold(FOUNDING.to_owned(), |text, line| text.replace(line, ""));
    let resolved = scenario(&text, &[]).resolved_text();
    for line in [
        "micro_batch = 1",
        "recompute = \"none\"",
        "seed = 1",
        "zero = 1",
        "overlap = \"auto\"",
        "context_exchange = \"ring\"",
        "[workload.recipe]",
        "attention = \"flash\"",
        "bucket_parameters = \"auto\"",
        "expert_imbalance = 1.0",
    ] {
        assert!(resolved.contains(line), "{line} is missing in\n{resolved}");
    }
}
