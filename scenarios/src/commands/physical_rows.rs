//! What a bill of materials holds, as rows, and as one JSON document.

use crate::report::number::grouped;
use crate::report::{Column, Sheet};
use copperlight_core::fabric::Scope;
use copperlight_topologies::Interval;
use copperlight_topologies::physical::{BillOfMaterials, Length, TierCables};
use serde_json::{Map, Value, json};

/// The ends of the length classes, in metres.
const CLASSES: [f64; 8] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// One count or figure of a bill.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The key in JSON and CSV.
    pub(super) key: &'static str,
    /// What people read.
    pub(super) title: &'static str,
    /// What it is.
    pub(super) figure: Figure,
}

/// A count, or a figure with its unit and range.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Figure {
    /// Things that were counted.
    Count(usize),
    /// A figure that sources give.
    Interval(&'static str, Interval),
    /// No source gives it; the unit that it would have.
    Unknown(&'static str),
}

impl Figure {
    fn estimate(unit: &'static str, estimate: Option<Interval>) -> Self {
        estimate.map_or(Self::Unknown(unit), |estimate| Self::Interval(unit, estimate))
    }

    fn count(count: Option<usize>) -> Self {
        count.map_or(Self::Unknown("count"), Self::Count)
    }

    /// The unit.
    pub(super) const fn unit(&self) -> &'static str {
        match self {
            Self::Count(_) => "count",
            Self::Interval(unit, _) | Self::Unknown(unit) => unit,
        }
    }

    /// Value, low and high; empty where unknown.
    pub(super) fn numbers(&self) -> [String; 3] {
        match self {
            Self::Count(count) => [count.to_string(), count.to_string(), count.to_string()],
            Self::Interval(_, Interval { value, low, high }) => [value, low, high].map(ToString::to_string),
            Self::Unknown(_) => Default::default(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Count(count) => json!(count),
            Self::Interval(unit, estimate) => estimate_json(unit, *estimate),
            Self::Unknown(_) => Value::Null,
        }
    }
}

fn estimate_json(unit: &str, Interval { value, low, high }: Interval) -> Value {
    json!({ "value": value, "unit": unit, "low": low, "high": high })
}

/// Every count and figure of a bill, in the same order for every bill.
pub(super) fn items(bill: &BillOfMaterials) -> Vec<Item> {
    let item = |key, title, figure| Item { key, title, figure };
    let counts = counts(bill).into_iter().map(|(key, title, count)| item(key, title, Figure::count(count)));
    let figures = figures(bill).into_iter();
    counts
        .chain(figures.map(|(key, title, unit, figure)| item(key, title, Figure::estimate(unit, figure))))
        .collect()
}

fn counts(bill: &BillOfMaterials) -> [(&'static str, &'static str, Option<usize>); 16] {
    let physical = &bill.physical;
    let switches = bill.switches_scale_out;
    [
        ("domains", "domains", Some(physical.domains)),
        ("nodes", "nodes or trays", Some(physical.nodes)),
        ("racks", "racks, without the scale-out fabric's", Some(physical.racks)),
        ("switch_chips_l1", "switch chips next to the chips (L1)", Some(bill.switch_chips_l1)),
        ("switch_chips_l2", "switch chips behind them (L2)", Some(bill.switch_chips_l2)),
        ("switches_leaf", "leaf switches of the scale-out fabric", switches.map(|switches| switches.leaf)),
        ("switches_spine", "spine switches of the scale-out fabric", switches.map(|switches| switches.spine)),
        ("modules_scale_up", "optical modules, scale-up", Some(bill.modules_scale_up)),
        ("modules_scale_out", "optical modules, scale-out", Some(bill.modules_scale_out)),
        ("modules", "optical modules", Some(bill.modules_scale_up + bill.modules_scale_out)),
        ("links_on_boards", "links on boards", Some(bill.links_on_boards)),
        ("links_copper", "links of copper cable", Some(bill.links_copper)),
        ("links_optical", "links of optical cable", Some(bill.links_optical)),
        ("pairs_copper", "pairs of copper", Some(bill.pairs_copper)),
        ("cables_copper", "copper cables, one pair each", Some(bill.cables_copper)),
        ("cables_optical", "optical cables, module to module", Some(bill.cables_optical)),
    ]
}

fn figures(bill: &BillOfMaterials) -> [(&'static str, &'static str, &'static str, Option<Interval>); 12] {
    let power = &bill.power;
    let (up, out) = (Scope::ScaleUp, Scope::ScaleOut);
    let metres = Some(Interval::exact(bill.cable_metres));
    [
        ("cable_length", "length of all pairs and optical links", "m", metres),
        ("power_chips", "power of the chips", "W", power.chip_watts),
        ("power_modules_scale_up", "power of modules, scale-up", "W", power.module_watts(up)),
        ("power_modules_scale_out", "power of modules, scale-out", "W", power.module_watts(out)),
        ("power_switches_scale_up", "power of switches, scale-up", "W", power.switch_watts(up)),
        ("power_switches_scale_out", "power of switches, scale-out", "W", power.switch_watts(out)),
        ("power_rest_per_chip", "power of hosts and the rest, a chip", "W", power.rest_watts_per_chip),
        ("power_domains", "power of the domains", "W", power.domain_watts),
        ("power_interconnect", "power of links and switches, an analyst's", "W", power.interconnect_watts),
        ("price_domains", "price of the domains", "USD", bill.price_dollars),
        ("price_interconnect", "price of links and switches, an analyst's", "USD", bill.interconnect_dollars),
        ("module_failures_per_year", "module failures expected", "per year", bill.module_failures_per_year),
    ]
}

/// The bill as JSON: counts are plain integers, figures objects, null is unknown.
pub(super) fn document(bill: &BillOfMaterials) -> Map<String, Value> {
    let mut whole = Map::new();
    whole.insert("chips".to_owned(), json!(bill.physical.chips));
    whole.extend(items(bill).into_iter().map(|item| (item.key.to_owned(), item.figure.json())));
    let contained = json!(bill.power.rest_contains_switches);
    whole.insert("power_rest_contains_switches".to_owned(), contained);
    let tiers: Vec<Value> = bill.physical.tiers.iter().map(tier_document).collect();
    whole.insert("tiers".to_owned(), tiers.into());
    whole
}

fn tier_document(tier: &TierCables) -> Value {
    let kind = &tier.kind;
    let reach = kind.medium.reach(Some(kind.lane_rate)).map(Length::metres);
    let longest = tier.longest().map(|longest| {
        json!({ "link": format!("{} -> {}", longest.from, longest.to), "length_m": longest.length.metres() })
    });
    let class = |(from, to, links): (f64, Option<f64>, usize)| json!({ "above_m": from, "up_to_m": to, "links": links });
    let classes: Vec<Value> = classes(tier).into_iter().map(class).collect();
    json!({
        "tier": kind.name,
        "scope": if kind.scope == Scope::ScaleUp { "scale-up" } else { "scale-out" },
        "medium": kind.medium.name(),
        "lane_rate_gb_per_s": kind.lane_rate.gigabytes_per_second(),
        "lanes_per_link": kind.lanes_per_link(),
        "links": tier.links(),
        "links_on_boards": tier.links_on_boards(),
        "modules": tier.modules(),
        "reach_m": reach,
        "longest": longest,
        "link_latency_ns": kind.link_latency.map(|latency| latency.seconds() * 1e9),
        "cables_by_length": classes,
    })
}

/// Cabled links by class of length: above, up to and including, how many. Empty classes are left out.
fn classes(tier: &TierCables) -> Vec<(f64, Option<f64>, usize)> {
    let edges = [0.0].into_iter().chain(CLASSES);
    let upper = CLASSES.into_iter().map(Some).chain([None]);
    let links_of = |(from, to): (f64, Option<f64>)| {
        let within = |length: Length| length.metres() > from && to.is_none_or(|to| length.metres() <= to);
        let links = tier.groups().filter(|group| within(group.length)).map(|group| group.links).sum();
        (from, to, links)
    };
    edges.zip(upper).map(links_of).filter(|(_, _, links)| *links > 0).collect()
}

/// Links by tier, medium and length class, with the longest of each tier.
pub(super) fn cable_sheet(bill: &BillOfMaterials) -> Sheet {
    let columns = vec![
        Column::text("tier"),
        Column::text("medium"),
        Column::text("length"),
        Column::number("links", ""),
        Column::number("longest", "m"),
        Column::number("reach", "m"),
        Column::number("latency", "ns a link"),
    ];
    let mut sheet = Sheet::new("Links by length", columns);
    for tier in &bill.physical.tiers {
        let kind = &tier.kind;
        let metres =
            |length: Option<Length>| length.map_or_else(String::new, |length| length.metres().to_string());
        let nanoseconds = kind.link_latency.map(|latency| (latency.seconds() * 1e9).to_string());
        let longest = metres(tier.longest().map(|longest| longest.length));
        let reach = metres(kind.medium.reach(Some(kind.lane_rate)));
        let mut push = |medium: &str, length: String, links: usize, [longest, reach]: [&str; 2]| {
            let latency = nanoseconds.clone().unwrap_or_default();
            let start = [kind.name.to_owned(), medium.to_owned(), length, grouped(links as u64)];
            sheet.push(start.into_iter().chain([longest.to_owned(), reach.to_owned(), latency]).collect());
        };
        if tier.links_on_boards() > 0 {
            push("board", "traces".to_owned(), tier.links_on_boards(), ["", ""]);
        }
        for (from, to, links) in classes(tier) {
            let length = to.map_or_else(|| format!("above {from} m"), |to| format!("{from} to {to} m"));
            push(kind.medium.name(), length, links, [&longest, &reach]);
        }
    }
    sheet
}
