//! Errors of `copperlight`, except those of scenario files.

use super::{Case, fault};
use copperlight::calibrate::{CalibrateChipsError, CalibrateError, NcclTestsError, SourceError};
use copperlight::check::{MetricToleranceError, ResultBaselineError};
use copperlight::claims::ClaimError;
use copperlight::commands::{BookError, Failure};
use copperlight::estimate::EstimateError;
use copperlight::file::{KeyPathError, ScenarioError, ScenarioErrors};
use copperlight::flow_case::{FlowCaseError, NamedCase};
use copperlight::plot::PlotError;
use copperlight::report::compare::CompareError;
use copperlight::report::files::FilesError;
use copperlight::run::RunError;
use copperlight::search::SearchError;
use copperlight::trace::TraceFileError;
use copperlight::training::{
    Experts, FlopConvention, Model, ModelShape, Parallelism, Precision, Recipe, Recompute, Schedule,
    TrainingJob, TrainingPlan,
};
use copperlight::validate::{BaselineError, ValidateError};
use copperlight_core::fabric::{FailedLinks, RoutingError};
use copperlight_core::ids::RankId;
use copperlight_core::simulation::SimulationError;
use copperlight_topologies::{BuildError, RangeError};
use std::io::{Error, ErrorKind};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = key_paths();
    cases.extend(models());
    cases.extend(plans());
    cases.extend(plans_with_experts());
    cases.extend(pipelines());
    cases.extend(flow_cases());
    cases.extend(runs());
    cases.extend(searches());
    cases.extend(files());
    cases.extend(measurements());
    cases.extend(result_baselines());
    cases.extend(comparisons());
    cases.extend(claims());
    cases.extend(failures());
    cases.extend(super::sweeps::cases());
    cases
}

fn key_paths() -> Vec<Case> {
    let path = || "systems[7]".to_owned();
    vec![
        Case::of(&KeyPathError::Malformed { text: "systems..chips".to_owned() }),
        Case::of(&KeyPathError::NoSuchElement { path: path(), length: 2 }),
        Case::of(&KeyPathError::NotATable { path: path(), kind: "a number" }),
    ]
}

fn library_shape() -> ModelShape {
    *Model::library("llama-3.1-8b").expect("the model is in the library").shape()
}

fn models() -> Vec<Case> {
    let model = |shape| fault(Model::new("mine", shape));
    let experts = Experts {
        experts: 8,
        top_k: 2,
        expert_ffn: 1 << 20,
        shared_ffn: 0,
        dense_layers: 0,
        every: 1,
        groups: 1,
        top_groups: 1,
    };
    vec![
        model(ModelShape { layers: 0, ..library_shape() }),
        model(ModelShape { hidden: 1 << 40, ..library_shape() }),
        model(ModelShape { kv_heads: 5, ..library_shape() }),
        model(ModelShape { experts: Some(Experts { top_k: 9, ..experts }), ..library_shape() }),
        model(ModelShape {
            experts: Some(Experts { groups: 4, top_groups: 5, ..experts }),
            ..library_shape()
        }),
        model(ModelShape { experts: Some(Experts { dense_layers: 32, ..experts }), ..library_shape() }),
        model(ModelShape { experts: Some(Experts { experts: 1 << 20, ..experts }), ..library_shape() }),
    ]
}

/// A plan of 16 chips that is legal but for what `change` does to it.
fn plan(chips: u64, change: impl FnOnce(&mut TrainingPlan)) -> Case {
    let mut plan = TrainingPlan {
        model: Model::library("llama-3.1-8b").expect("the model is in the library"),
        parallelism: Parallelism {
            tensor: 2,
            pipeline: 4,
            data: 2,
            micro_batch: 1,
            sequence_parallel: true,
            recompute: Recompute::SELECTIVE,
            ..Parallelism::default()
        },
        sequence_length: 4096,
        global_batch: 64,
        precision: Precision::Bf16,
        layers_per_chunk: None,
        recipe: Recipe::default(),
        flop_convention: FlopConvention::default(),
        search: None,
        run_tokens: None,
    };
    change(&mut plan);
    fault(TrainingJob::new(plan, chips))
}

fn plans() -> Vec<Case> {
    let cut = Parallelism { tensor: 8, pipeline: 16, ..Parallelism::default() };
    vec![
        plan(16, |plan| plan.parallelism.tensor = 0),
        plan(16, |plan| plan.global_batch = 1 << 40),
        plan(24, |_| ()),
        fault(cut.replicas(1_000)),
        fault(Parallelism { context: 2, ..cut }.replicas(1_000)),
        plan(56, |plan| plan.parallelism.tensor = 7),
        plan(16, |plan| plan.sequence_length = 4095),
        plan(48, |plan| plan.parallelism.context = 3),
        plan(2 * 40 * 2, |plan| plan.parallelism.pipeline = 40),
        plan(16, |plan| plan.global_batch = 63),
        plan(16, |plan| plan.global_batch = 1 << 24),
    ]
}

/// A plan of 16 chips for a model of 8 experts that is legal but for what `change` does to it.
fn plan_with_experts(chips: u64, change: impl FnOnce(&mut TrainingPlan)) -> Case {
    plan(chips, |plan| {
        plan.model = Model::library("mixtral-8x7b").expect("the model is in the library");
        change(plan);
    })
}

fn plans_with_experts() -> Vec<Case> {
    vec![
        plan(16, |plan| plan.parallelism.expert = 2),
        plan_with_experts(16, |plan| plan.parallelism.expert = 3),
        plan_with_experts(16, |plan| plan.parallelism.expert_tensor = 3),
        plan_with_experts(16, |plan| plan.parallelism.expert = 8),
        plan_with_experts(16, |plan| plan.parallelism.sequence_parallel = false),
        plan_with_experts(16, |plan| {
            plan.parallelism.overlap.experts = true;
            plan.parallelism.schedule = Schedule::ZeroBubble;
        }),
    ]
}

/// Of four stages with eight layers each; every replica has 32 micro-batches.
fn pipelines() -> Vec<Case> {
    let interleaved = |plan: &mut TrainingPlan| plan.parallelism.virtual_stages = 3;
    let both_ways = |plan: &mut TrainingPlan| plan.parallelism.schedule = Schedule::DualPipe;
    vec![
        plan(16, |plan| plan.parallelism.virtual_stages = 9),
        plan(16, |plan| plan.layers_per_chunk = Some(vec![8; 3])),
        plan(16, |plan| plan.layers_per_chunk = Some(vec![8, 8, 8, 7])),
        plan(16, |plan| {
            interleaved(plan);
            plan.parallelism.schedule = Schedule::ZeroBubble;
        }),
        plan(4, |plan| {
            interleaved(plan);
            plan.parallelism.pipeline = 1;
        }),
        plan(16, |plan| {
            interleaved(plan);
            plan.global_batch = 12;
        }),
        plan(20, |plan| {
            both_ways(plan);
            plan.parallelism.pipeline = 5;
        }),
        plan(16, |plan| {
            both_ways(plan);
            plan.global_batch = 12;
        }),
    ]
}

fn flow_cases() -> Vec<Case> {
    let read = |text: &str| -> Case {
        let result: Result<NamedCase, FlowCaseError> = NamedCase::read(text);
        fault(result)
    };
    let case = |links: &str, flows: &str| read(&format!(r#"{{"links": [{links}], "flows": [{flows}]}}"#));
    let link = r#"{"id": "x", "capacity_Bps": 1e9, "latency_s": 0}"#;
    let flow = |id: u32, rest: &str| format!(r#"{{"id": {id}, "bytes": 1, "start_s": 0, {rest}}}"#);
    let one = |rest: &str| case(link, &flow(1, rest));
    let numbered = |id: &str| link.replace("\"x\"", id);
    let path = r#""path": ["x"]"#;
    let waiting = [flow(1, r#""path": ["x"], "after": [2]"#), flow(2, r#""path": ["x"], "after": [1]"#)];
    vec![
        read("{"),
        read(r#"{"links": [], "links": []}"#),
        read(r#"{"links": []}"#),
        one(r#""path": ["x"], "wieghts": [1]"#),
        one(r#""path": "x""#),
        case(r#"{"id": "x", "capacity_Bps": -1, "latency_s": 0}"#, ""),
        case(link, &format!("{}, {}", flow(1, path), flow(1, path))),
        case(&format!("{}, {}", numbered("7"), numbered("\"7\"")), ""),
        one(r#""path": ["y"]"#),
        one(r#""path": []"#),
        one(r#""path": ["x", "x"]"#),
        one(r#""path": ["x"], "weights": [1, 2]"#),
        case(link, &waiting.join(", ")),
    ]
}

fn runs() -> Vec<Case> {
    let system = || "NVL72 copper".to_owned();
    let unreachable = RoutingError::Unreachable {
        from: "chip0".to_owned(),
        to: "chip1".to_owned(),
        failed: FailedLinks::default(),
    };
    let no_range = RangeError::NoRange {
        key: "chip.power".to_owned(),
        system: "gb200-nvl72".to_owned(),
        known: "chip.hbm_capacity, scale_out.latency".to_owned(),
    };
    let shared = SimulationError::SharedEndpoint { first: RankId::new(0), second: RankId::new(1) };
    let note = |chips: u32| format!("NVL72 copper on {chips} chips does not fit in memory");
    let notes = vec![note(8), note(16)];
    let reason = || "deadlock: rank 0 waits for a message of rank 1".to_owned();
    [
        RunError::Build { system: system(), source: BuildError::Chips { chips: 0 } },
        RunError::Range { system: system(), source: no_range },
        RunError::NoChip { system: system() },
        RunError::NoRate {
            system: system(),
            chip: "ascend-910c".to_owned(),
            precision: "fp8",
            missing: "`systems.chip.peak_fp8`".to_owned(),
        },
        RunError::NoChips { system: system(), chips: 0 },
        RunError::Routing { system: system(), source: unreachable },
        RunError::Simulation { system: system(), source: shared },
        RunError::Unfinished { system: system(), reason: reason() },
        RunError::Estimate {
            system: system(),
            source: Box::new(EstimateError::Chips { job: 64, chips: 72 }),
        },
        RunError::NothingFits { notes },
        RunError::NothingToCompare,
        RunError::NoParameter {
            parameter: "systems[1].chip.gemm_eficiency_bf16".to_owned(),
            remedy: "did you mean `systems[1].chip.gemm_efficiency_bf16`?".to_owned(),
        },
        RunError::NoThreads { reason: "resource temporarily unavailable".to_owned() },
    ]
    .iter()
    .map(Case::of)
    .collect()
}

fn searches() -> Vec<Case> {
    let routing = RoutingError::Unreachable {
        from: "chip0".to_owned(),
        to: "chip1".to_owned(),
        failed: FailedLinks::default(),
    };
    let system = || "NVL72 copper".to_owned();
    let mut cases: Vec<Case> = [
        EstimateError::Build { system: system(), source: BuildError::Chips { chips: 0 } },
        EstimateError::Routing(routing),
        EstimateError::Chips { job: 64, chips: 72 },
        EstimateError::Stuck { stages: 4 },
    ]
    .iter()
    .map(Case::of)
    .collect();
    let searches = [
        SearchError::NotTraining { kind: "collective" },
        SearchError::NothingToFix { key: "tensor" },
        SearchError::Run(RunError::NoChip { system: system() }),
        SearchError::Estimate(EstimateError::Chips { job: 64, chips: 72 }),
    ];
    cases.extend(searches.iter().map(Case::of));
    cases
}

fn files() -> Vec<Case> {
    let path = || "out/results.json".into();
    let source = || Error::from(ErrorKind::PermissionDenied);
    let (found, expected) = ("other".to_owned(), "nvl72-vs-cm384".to_owned());
    let mut cases: Vec<Case> = [
        FilesError::CreateFolder { path: path(), source: source() },
        FilesError::NotAFolder { path: "out".into() },
        FilesError::Blocked { path: "out/report.html".into() },
        FilesError::OtherScenario { path: path(), found, expected },
        FilesError::NotResults { path: path() },
        FilesError::Read { path: path(), source: source() },
        FilesError::Write { path: path(), source: source() },
    ]
    .iter()
    .map(Case::of)
    .collect();
    let trace = || "timeline.json".into();
    let traces =
        [TraceFileError::Folder { path: trace() }, TraceFileError::Write { path: trace(), source: source() }];
    cases.extend(traces.iter().map(Case::of));
    let reason = "no space for the axis".to_owned();
    cases.push(Case::of(&PlotError::Drawing { figure: "mfu".to_owned(), reason }));
    cases
}

fn measurements() -> Vec<Case> {
    let place = |name: &str| name.to_owned();
    let (folder, table, baseline) =
        (|| place("data"), || place("data/collectives/h100.csv"), || place("base.json"));
    let problem = "there is no column `time_us`; the first line names preset, chips".to_owned();
    let read = [
        ValidateError::Folder { path: folder(), reason: "there is no such folder".to_owned() },
        ValidateError::NoTables { path: folder() },
        ValidateError::File { path: table(), reason: "it is larger than 64 MiB; split the table".to_owned() },
        ValidateError::Header { path: table(), problem },
    ];
    let held = [
        BaselineError::Read { path: baseline(), reason: "there is no such file".to_owned() },
        BaselineError::Malformed { path: baseline(), problem: "missing field `groups`".to_owned() },
        BaselineError::Schema { path: baseline(), found: 2 },
        BaselineError::Write { path: baseline(), reason: "there is no such folder".to_owned() },
    ];
    read.iter().map(Case::of).chain(held.iter().map(Case::of)).chain(calibrations()).collect()
}

fn page() -> BookError {
    BookError::Write { path: "page.md".to_owned(), reason: "there is no such folder".to_owned() }
}

fn calibrations() -> Vec<Case> {
    let known = || "nvlink4-infiniband, nvlink5-infiniband".to_owned();
    let fits = [
        CalibrateError::Family { name: "nvlink9".to_owned(), known: known() },
        CalibrateError::NothingFitted { name: "ici-dcn".to_owned(), known: known() },
        CalibrateError::NoRows { name: "xgmi-roce".to_owned() },
        CalibrateError::HoldOut { chips: "9999".to_owned(), which: "none" },
        CalibrateError::Run(RunError::NoChips { system: "star".to_owned(), chips: 0 }),
    ];
    let lines = || {
        [
            NcclTestsError::Time { line: 3, field: "fast".to_owned() },
            NcclTestsError::Short { line: 4, found: 2 },
            NcclTestsError::Empty,
        ]
    };
    let sources = [
        SourceError::Table(ValidateError::NoTables { path: "data".to_owned() }),
        SourceError::NcclTests { path: "run.txt".to_owned(), error: NcclTestsError::Empty },
        SourceError::NotDescribed { path: "run.txt".to_owned(), flag: "--chips", what: "how many chips ran" },
        SourceError::Flag { flag: "--operation", reason: "nothing is named `reduce-all`".to_owned() },
    ];
    let chips = [
        CalibrateChipsError::NoRows { family: "ampere".to_owned() },
        CalibrateChipsError::Step("1 group has no chips".to_owned()),
        CalibrateChipsError::Run(RunError::NoChips { system: "star".to_owned(), chips: 0 }),
    ];
    let reason = "the font is missing".to_owned();
    let drawing = BookError::Draw(PlotError::Drawing { figure: "growth".to_owned(), reason });
    let pages = [drawing, page()];
    let fits = fits.iter().map(Case::of).chain(chips.iter().map(Case::of)).chain(pages.iter().map(Case::of));
    fits.chain(lines().iter().map(Case::of)).chain(sources.iter().map(Case::of)).collect()
}

fn result_baselines() -> Vec<Case> {
    let path = || "base.json".to_owned();
    let baselines = [
        ResultBaselineError::Read { path: path(), reason: "there is no such file".to_owned() },
        ResultBaselineError::Malformed {
            path: path(),
            problem: "expected value at line 1 column 1".to_owned(),
        },
        ResultBaselineError::Schema { path: path(), found: 2 },
        ResultBaselineError::UnknownMetric {
            path: path(),
            metric: "mfuu".to_owned(),
            remedy: "did you mean `mfu`?".to_owned(),
        },
        ResultBaselineError::BadTolerance { path: path(), metric: "mfu".to_owned(), share: "-1".to_owned() },
        ResultBaselineError::NothingInCommon {
            path: path(),
            here: "`tiny`".to_owned(),
            there: "`ring`".to_owned(),
        },
        ResultBaselineError::Write { path: path(), reason: "there is no such folder".to_owned() },
    ];
    let tolerances = [
        MetricToleranceError::NoEqualsSign { text: "mfu".to_owned() },
        MetricToleranceError::NoShare { problem: "`-1` is no share of at least 0".to_owned() },
    ];
    baselines.iter().map(Case::of).chain(tolerances.iter().map(Case::of)).collect()
}

fn comparisons() -> Vec<Case> {
    let path = || "out/results.json".to_owned();
    let name = |name: &str| name.to_owned();
    [
        CompareError::Read { path: path(), reason: "there is no such file".to_owned() },
        CompareError::Malformed {
            path: path(),
            problem: "EOF while parsing a value at line 7 column 3".to_owned(),
        },
        CompareError::Schema { path: path(), found: 2, read: 1 },
        CompareError::Several { path: path(), scenarios: "`tiny`, `ring`".to_owned() },
        CompareError::UnknownSystem {
            source_name: name("tiny.toml"),
            system: name("coper"),
            remedy: "did you mean `copper`?".to_owned(),
        },
        CompareError::NoCounterpart {
            a: name("before"),
            a_systems: "`copper` and `light`".to_owned(),
            b: name("after"),
            b_systems: "`ring` and `star`".to_owned(),
            example: "before#copper".to_owned(),
        },
        CompareError::OtherKind {
            a: name("before"),
            a_runs: "training".to_owned(),
            b: name("after"),
            b_runs: "collectives".to_owned(),
        },
        CompareError::NothingInCommon {
            a: name("before"),
            a_points: "2 points on 72 and 144 chips".to_owned(),
            b: name("after"),
            b_points: "2 points on 8 and 16 chips".to_owned(),
        },
        CompareError::TooManyPoints { source_name: name("sweep.toml"), points: 2_001, most: 2_000 },
    ]
    .iter()
    .map(Case::of)
    .collect()
}

fn claims() -> Vec<Case> {
    let scenario = || "tiny".to_owned();
    [
        ClaimError::NoClaim { scenario: scenario() },
        ClaimError::Part { scenario: scenario(), whole: "light-beats-copper".to_owned() },
        ClaimError::Point {
            scenario: scenario(),
            evidence: "tokens/s per watt".to_owned(),
            problem: "2 points are meant, and one must be; name its system, chips and point".to_owned(),
        },
        ClaimError::Run(RunError::NoChips { system: "star".to_owned(), chips: 0 }),
    ]
    .iter()
    .map(Case::of)
    .collect()
}

fn failures() -> Vec<Case> {
    let unknown = ScenarioError::UnknownName {
        what: "algorithm",
        name: "rign".to_owned(),
        remedy: "did you mean `ring`?".to_owned(),
    };
    let grown = vec![
        "h100.csv, all sizes: 3.00 % is now 4.00 %".to_owned(),
        "b200.csv: the group is gone".to_owned(),
    ];
    let empty_path = FlowCaseError::EmptyPath { item: "flow 1".to_owned() };
    [
        Failure::Scenario(vec![ScenarioErrors::whole("mine.toml", ScenarioError::TooLarge)]),
        Failure::Argument { flag: "--algorithm", error: unknown },
        Failure::Parser("unexpected argument '--chip' found".to_owned()),
        Failure::Usage("--minbytes 2 KiB is more than --maxbytes 1 KiB".to_owned()),
        Failure::FlowCase { path: "case.json".to_owned(), error: empty_path },
        Failure::from(RunError::NoChips { system: "star".to_owned(), chips: 0 }),
        Failure::Validate(ValidateError::NoTables { path: "data".to_owned() }),
        Failure::Baseline(BaselineError::Schema { path: "base.json".to_owned(), found: 2 }),
        Failure::Page(page()),
        Failure::Source(SourceError::Flag { flag: "--chips", reason: "it is 0".to_owned() }),
        Failure::Calibrate(CalibrateError::NoRows { name: "xgmi-roce".to_owned() }),
        Failure::CalibrateChips(CalibrateChipsError::NoRows { family: "ampere".to_owned() }),
        Failure::Worse { path: "base.json".to_owned(), grown },
        Failure::ResultBaseline(ResultBaselineError::Schema { path: "base.json".to_owned(), found: 2 }),
        Failure::Compare(CompareError::Schema { path: "out/results.json".to_owned(), found: 2, read: 1 }),
        Failure::CheckFailed { failed: 2, all: 25 },
        Failure::NotWritten { path: "check.xml".to_owned(), reason: "it is a folder".to_owned() },
        Failure::Files(FilesError::NotResults { path: "out/results.json".into() }),
        Failure::Trace(TraceFileError::Folder { path: "timelines".into() }),
        Failure::Figures("cannot draw the figure `mfu`".to_owned()),
        Failure::Output(Error::from(ErrorKind::StorageFull)),
        Failure::from(ClaimError::NoClaim { scenario: "tiny".to_owned() }),
    ]
    .iter()
    .map(Case::of)
    .collect()
}
