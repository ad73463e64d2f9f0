//! Invented results for the tests of writers and figures. Nothing here was simulated.

use super::{
    ALL_VALUES, Assumption, Breakdown, BusbwCurve, BusyLink, CollectiveReport, CollectiveRow, Comparison,
    CurveKind, ENVELOPE, Envelope, ErrorSummary, FailedPoints, FailedVariant, FigureForm, GroupMean,
    GroupSpread, LinkReport, MEMORY_CAPACITY, MEMORY_TOTAL, MeanSummary, MeasuredRates, PairCount,
    PairEffect, PairReport, Placement, PointResult, RateMetric, RowKind, SCHEMA, ScenarioReport,
    ScenarioResults, SensitivityEnd, SensitivityPoint, SensitivityReport, SensitivityValue, TierLinks,
    TierUtilization, TimeMetric, TrainingErrors, TrainingFigures, UtilizationTimeline, ValidationGroup,
    ValidationReport, ValidationRow, Verdict, Work, WorstRow,
};
use copperlight_topologies::End;

const SYSTEMS: [(&str, f64, f64); 2] = [("NVL72 copper", 0.412, 0.09), ("CM384 optical", 0.357, 0.16)];

/// Two systems at 1,152 chips and its doublings.
pub(crate) fn two_systems(chip_counts: u32) -> ScenarioReport {
    let mut results = Vec::new();
    for doubling in 0..chip_counts {
        for (system, mfu, exposed) in SYSTEMS {
            results.push(training_point(system, 1152 << doubling, [mfu, exposed]));
        }
    }
    ScenarioReport {
        timelines: results.iter().flat_map(timelines).collect(),
        points: results.len(),
        failed: FailedPoints::default(),
        results: ScenarioResults {
            schema: SCHEMA,
            scenario: "nvl72-vs-cm384".into(),
            version: "0.1.0".into(),
            input_hash: "0f3c6f4f2d1b7a58".into(),
            seed: 1,
            fidelity: "flow".to_owned(),
            digest: "5a3e9d1c77b0f24e".into(),
            work: Work { events: 12_345, flows: 678, ..Work::default() },
            comparisons: Comparison::of(&results),
            results,
        },
        question: "For a trillion-parameter dense model, do 384-chip optical supernodes beat 72-chip copper \
                   domains?"
            .into(),
        busbw: busbw_curves(),
        measured: vec![MeasuredRates {
            system: "NVL72 copper".into(),
            chips: 72,
            point: [].into(),
            source: "a page of results".into(),
            points: vec![(1 << 26, 540.0), (1 << 30, 790.0), (1 << 34, 815.0)],
        }],
        message_bytes: Vec::new(),
        stage_timelines: Vec::new(),
        rooflines: Vec::new(),
        notes: Vec::new(),
        warnings: vec!["CM384 line rates are used as 392 GB/s; published values range from 350".into()],
        assumptions: vec![Assumption {
            what: "NVL72 copper: scale_up.link_bandwidth".into(),
            value: "50 GB/s".into(),
            source: "NVIDIA GB200 NVL72 data sheet".into(),
        }],
        reproduce: "copperlight run nvl72-vs-cm384".into(),
        resolved_toml: "[scenario]\nname = \"nvl72-vs-cm384\"\n".into(),
        curves: CurveKind::ALL.to_vec(),
        figures: FigureForm { named: true, ..FigureForm::default() },
    }
}

fn training_point(system: &str, chips: u64, [mfu, exposed]: [f64; 2]) -> PointResult {
    let decline = 1.0 - 0.03 * (chips as f64 / 1152.0).log2();
    let mfu = mfu * decline;
    let peak = if system.starts_with("NVL") { 2_500.0 } else { 752.0 };
    let step = 1.4e8 / (chips as f64 * peak * mfu);
    let exposed = exposed / decline;
    let part = |share: f64| Some(step * share);
    PointResult {
        system: system.into(),
        chips,
        point: [("systems.chips".to_owned(), chips.into())].into(),
        fits: true,
        step_time_s: Some(step),
        mfu: Some(mfu),
        mfu_bf16: Some(mfu),
        hfu: Some(mfu * 1.03),
        peak_tflops_per_chip: Some(peak),
        model_tflops_per_chip: Some(peak * mfu),
        tokens_per_second_per_chip: Some(11_520.0 * 2048.0 / step / chips as f64),
        communication_share: Some(exposed * 1.4),
        exposed_communication_share: Some(exposed),
        breakdown_s: Some(Breakdown {
            compute: part(0.85 - exposed),
            tensor: part(exposed * 0.7),
            context: None,
            pipeline: part(exposed * 0.1),
            data: part(exposed * 0.2),
            expert: None,
            bubble: part(0.12),
            optimizer: part(0.02),
            wait: part(0.01),
        }),
        memory_gb: Some(
            [("weights", 15.6), ("gradients", 31.25), ("activations", 42.0), (MEMORY_TOTAL, 88.85)]
                .into_iter()
                .chain([(MEMORY_CAPACITY, 192.0)])
                .map(|(name, gb)| (name.to_owned(), gb))
                .collect(),
        ),
        link_utilization: Some(
            [
                ("scale-up".to_owned(), TierUtilization { mean: 0.21, peak: 0.83 }),
                ("scale-out".to_owned(), TierUtilization { mean: 0.05, peak: 0.92 }),
            ]
            .into(),
        ),
        tier_bytes: Some([("scale-up".to_owned(), 21_000_000_000_000), ("scale-out".to_owned(), 30)].into()),
        placement: Some(placement(chips)),
        ..PointResult::default()
    }
}

/// Tensor groups of 8 in nodes, 16 stages.
fn placement(chips: u64) -> Placement {
    let spread = |inside_node, inside_domain, across_domains| GroupSpread {
        inside_node: Some(inside_node),
        inside_domain,
        across_domains,
    };
    let alone = spread(chips, 0, 0);
    Placement {
        tensor: spread(chips / 8, 0, 0),
        context: alone,
        expert: alone,
        data: spread(0, 120, 8),
        pipeline: spread(0, 0, 72),
    }
}

/// Turns a point into one that does not fit in memory.
pub(crate) fn make_too_large(point: &mut PointResult) {
    let memory = [(MEMORY_TOTAL.to_owned(), 240.0), (MEMORY_CAPACITY.to_owned(), 192.0)].into();
    *point = PointResult {
        system: point.system.clone(),
        chips: point.chips,
        point: point.point.clone(),
        fits: false,
        memory_gb: Some(memory),
        ..PointResult::default()
    };
}

/// A step in 600 bins: regular bursts on the scale-up links, one long burst at the end on the scale-out links.
fn timelines(point: &PointResult) -> Vec<UtilizationTimeline> {
    let bins = 600;
    let bin_seconds = point.step_time_s.unwrap_or(1.0) / f64::from(bins);
    let busy = point.exposed_communication_share.unwrap_or(0.1);
    let scale_up = |bin: i32| match bin {
        0..30 | 500.. => 0.3 * busy,
        bin => 2.0 * busy + 0.08 * f64::from(bin * 37 % 11) / 11.0,
    };
    let scale_out = |bin: i32| if bin > 520 && bin < 580 { 0.92 } else { 0.02 + 0.03 * f64::from(bin % 3) };
    let timeline = |tier: &str, utilization: Vec<f64>| UtilizationTimeline {
        system: point.system.clone(),
        chips: point.chips,
        setting: String::new(),
        tier: tier.into(),
        bin_seconds,
        utilization,
    };
    vec![
        timeline("scale-up", (0..bins).map(scale_up).collect()),
        timeline("scale-out", (0..bins).map(scale_out).collect()),
    ]
}

/// How busy links were at every point.
pub(crate) fn add_links(report: &mut ScenarioReport) {
    for point in &mut report.results.results {
        let busy = |link: &str, tier: &str, mean: f64, alike: u64| BusyLink {
            link: link.into(),
            tier: tier.into(),
            capacity_gb_per_s: 50.0,
            mean,
            bytes: (mean * 50e9) as u64,
            alike,
            ..BusyLink::default()
        };
        let mut tiers = [
            TierLinks { links: 41_472, ..TierLinks::default() },
            TierLinks { links: 2304, idle: 288, ..TierLinks::default() },
        ];
        [(0.4, 1152), (0.21, 40_320)].into_iter().for_each(|(mean, links)| tiers[0].count(mean, links));
        [(0.0, 288), (0.05, 2016)].into_iter().for_each(|(mean, links)| tiers[1].count(mean, links));
        let [scale_up, scale_out] = tiers;
        point.links = Some(LinkReport {
            tiers: [("scale-up".to_owned(), scale_up), ("scale-out".to_owned(), scale_out)].into(),
            busiest: vec![
                busy("domain0/chip0 -> domain0/plane0", "scale-up", 0.4, 1152),
                busy("domain1/chip0 -> domain1/plane0", "scale-up", 0.21, 40_320),
                busy("domain0/chip0 -> domain0/rail0/leaf", "scale-out", 0.05, 2016),
            ],
        });
    }
}

/// All-reduce on one domain of each system, 1 KiB to 16 GiB.
pub(crate) fn busbw_curves() -> Vec<BusbwCurve> {
    vec![busbw_curve("NVL72 copper", 72, [9.0, 820.0]), busbw_curve("CM384 optical", 384, [31.0, 300.0])]
}

fn busbw_curve(system: &str, chips: u64, [latency_us, line_gb_per_s]: [f64; 2]) -> BusbwCurve {
    let rows = (10..=34).map(|power| {
        let size_bytes = 1_u64 << power;
        let factor = 2.0 * (chips - 1) as f64 / chips as f64;
        let time_us = latency_us + size_bytes as f64 * factor / (line_gb_per_s * 1e3);
        let algbw = size_bytes as f64 / (time_us * 1e3);
        CollectiveRow {
            size_bytes,
            time_us,
            algbw_gb_per_s: Some(algbw),
            busbw_gb_per_s: Some(algbw * factor),
            wire_bytes_per_chip: 2 * (chips - 1) * size_bytes.div_ceil(chips),
            algorithm: "ring".into(),
            protocol: "simple".into(),
            bound_by: "bandwidth".into(),
            tier_bytes: Some(
                [("scale-up".to_owned(), 4 * chips * size_bytes.div_ceil(chips) * (chips - 1))].into(),
            ),
            ..CollectiveRow::default()
        }
    });
    BusbwCurve { system: system.into(), chips, rows: rows.collect(), ..BusbwCurve::default() }
}

/// The report of a `collective` command.
pub(crate) fn collective() -> CollectiveReport {
    CollectiveReport {
        schema: SCHEMA,
        system: "gb200-nvl72".into(),
        chips: 72,
        op: "all-reduce".into(),
        rows: busbw_curves().remove(0).rows,
        work: Work::default(),
        digest: "00ff".into(),
        envelope: None,
        notes: Vec::new(),
    }
}

/// A collective of which two values matter and two do not; with all at their low ends it takes too long.
pub(crate) fn sensitivity() -> SensitivityReport {
    let value = |key: &str, unit: &str, [value, low, high]: [f64; 3], times: [f64; 2]| {
        let end = |value, time: f64| SensitivityEnd { value, metric: Some(time), rate: Some(1e4 / time) };
        SensitivityValue {
            key: key.into(),
            value,
            low: end(low, times[0]),
            high: end(high, times[1]),
            unit: unit.into(),
            source: "a page".into(),
        }
    };
    let base = 1_000.0;
    SensitivityReport {
        schema: SCHEMA,
        scenario: "ranges".into(),
        label: ENVELOPE,
        points: vec![SensitivityPoint {
            system: "CM384 optical".into(),
            chips: 384,
            point: [("systems.note".to_owned(), 1.into())].into(),
            time: envelope(TimeMetric::TimeUs, [base, 800.0, 1_120.0, 800.0]),
            rate: envelope(RateMetric::BusbwGbPerS, [10.0, 8.9, 12.5, 12.5]),
            values: vec![
                value("scale_up.link_bandwidth", "GB/s", [28.0, 25.0, 28.0], [1_120.0, base]),
                value("transport.scale_up.efficiency", "share", [0.7, 0.7, 0.85], [base, 900.0]),
                value("chip.peak_bf16", "TFLOP/s", [752.0, 707.8, 780.0], [base; 2]),
                value("chip.power", "W", [1_000.0, 900.0, 1_000.0], [base; 2]),
            ],
            failures: vec![FailedVariant::at(ALL_VALUES, End::Low, "it takes too long".into())],
        }],
        comparisons: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    }
}

/// An envelope of which the run with all values at their low ends gave nothing.
fn envelope<M>(metric: M, [base, low, high, all_high]: [f64; 4]) -> Envelope<M> {
    let [base, low, high, all_high] = [base, low, high, all_high].map(Some);
    Envelope { metric, base, low, high, all_low: None, all_high }
}

/// Two tables: one with a row that was compared and one that was not, and one that is apart.
pub(crate) fn validation() -> ValidationReport {
    let row = |table: &str, row, size, times: [f64; 2]| ValidationRow {
        kind: RowKind::Collective,
        table: table.into(),
        row,
        id: None,
        preset: Some("hgx-h100".into()),
        chips: Some(8),
        op: Some("all-reduce".into()),
        size_bytes: Some(size),
        measured: Some(times[0]),
        modelled: Some(times[1]),
        unit: Some("us"),
        error: Some(0.2),
        reason: None,
        group: table.into(),
        algorithm: Some("ring".into()),
        protocol: Some("ll".into()),
        training: None,
    };
    let (one, large) = (row("a.csv", 1, 1 << 10, [10.0, 12.0]), row("b.csv", 1, 64 << 20, [1e3, 1.2e3]));
    let (modelled, error, reason) = (None, None, Some("line 3: chips is blank".into()));
    let (chips, algorithm, protocol) = (None, None, None);
    let blank = ValidationRow { row: 2, chips, modelled, error, reason, algorithm, protocol, ..one.clone() };
    let apart = ValidationRow { group: "b.csv (16 chips, auto)".into(), ..large };
    let explanation = Some("a report of trouble".to_owned());
    let mean = |groups, error| MeanSummary { groups, mean_absolute_error: error, bias: error };
    ValidationReport {
        schema: SCHEMA,
        groups: vec![validation_group("a.csv", 2, None), validation_group("b.csv", 1, explanation)],
        mean: GroupMean { all: mean(1, Some(0.2)), large: mean(0, None) },
        rows: vec![one, blank, apart],
        pairs: None,
        notes: Vec::new(),
    }
}

/// What is said of a run that was measured at 1 s, of this class and with this modelled step time.
pub(crate) fn training_figures(class: &'static str, step_time_s: f64) -> TrainingFigures {
    TrainingFigures {
        class,
        family: "RUNS".into(),
        generation: None,
        model: "llama-70b".into(),
        chip: "h100".into(),
        precision: "bf16",
        modelled_range: None,
        plans: Vec::new(),
        step_time_s,
        measured_step_time_s: 1.0,
        measured_mfu: 0.5,
        breakdown: [("bubble", 0.25), ("compute", 0.75)].into(),
        assumed: Vec::new(),
    }
}

/// Training runs by name.
pub(crate) fn training<const N: usize>(runs: &[(&str, TrainingFigures); N]) -> [ValidationRow; N] {
    let blank = validation().rows.remove(0);
    std::array::from_fn(|index| {
        let (name, figures) = &runs[index];
        ValidationRow {
            kind: RowKind::Training,
            table: "runs.csv".into(),
            row: index as u64 + 1,
            id: Some((*name).to_owned()),
            chips: Some(64 << index),
            op: None,
            size_bytes: None,
            measured: Some(figures.measured_step_time_s),
            modelled: Some(figures.step_time_s),
            unit: Some("s"),
            error: Some(figures.step_time_s / figures.measured_step_time_s - 1.0),
            group: format!("runs.csv: {}", figures.class),
            algorithm: None,
            protocol: None,
            training: Some(figures.clone()),
            ..blank.clone()
        }
    })
}

/// Training runs of each class, a group of each sort, and pairs.
pub(crate) fn training_report() -> ValidationReport {
    let mut wide = training_figures("moe", 2.0);
    wide.modelled_range = Some([1.0, 4.0]);
    let runs =
        [("a", training_figures("dense-A", 1.1)), ("b", training_figures("dense-B", 0.9)), ("c", wide)];
    let group = |by: &'static str| ValidationGroup {
        training: Some(TrainingErrors {
            by,
            median_absolute_error: Some(0.1),
            within_10_percent: Some(1.0),
            constant_mfu_error: None,
        }),
        ..validation_group("runs.csv", 3, None)
    };
    let mut report = validation();
    report.rows.extend(training(&runs));
    report.groups.extend(["class", "family", "chip", "model", "precision", "generation"].map(group));
    report.pairs = Some(pairs());
    report
}

/// A pair that agrees, one that is an open range, and one of which a run was not simulated.
pub(crate) fn pairs() -> PairReport {
    let pair = |effect: &str, kind: &str, verdict, measured: Option<f64>, modelled: Option<f64>| PairEffect {
        effect: effect.into(),
        kind: kind.into(),
        quantity: "step-time",
        baseline: "a".into(),
        variant: "b".into(),
        comment: String::new(),
        measured,
        modelled,
        modelled_range: None,
        ratio: measured.zip(modelled).map(|(measured, modelled)| modelled / measured),
        verdict,
        miss: None,
        reason: None,
    };
    let near = pair("slower", "slope", Verdict::Within, Some(0.1), Some(0.11));
    let mut open = pair("faster", "slope", Verdict::Open, Some(-0.2), Some(-0.25));
    (open.modelled_range, open.miss) = (Some([-0.3, -0.2]), Some("because.".into()));
    let mut absent = pair("absent", "other", Verdict::NotRun, None, None);
    absent.reason = Some("a: layers is blank".into());
    let mut all = PairCount::of_kind("all");
    let effects = vec![near, open, absent];
    effects.iter().for_each(|effect| all.add(effect.verdict));
    PairReport { all, kinds: Vec::new(), effects }
}

/// A group of which one row was compared, and is 20 % off; a large one where the group is apart.
fn validation_group(table: &str, rows: u64, explanation: Option<String>) -> ValidationGroup {
    let worst = vec![WorstRow { row: 1, error: 0.2 }];
    let off = ErrorSummary { compared: 1, mean_absolute_error: Some(0.2), bias: Some(0.2), worst };
    let none = ErrorSummary { compared: 0, mean_absolute_error: None, bias: None, worst: Vec::new() };
    let (name, in_mean) = match explanation {
        None => (table.to_owned(), true),
        Some(_) => (format!("{table} (16 chips, auto)"), false),
    };
    let large = if in_mean { none } else { off.clone() };
    ValidationGroup {
        name,
        table: table.to_owned(),
        rows,
        in_mean,
        explanation,
        all: off,
        large,
        training: None,
    }
}
