//! Leaves links of a wired fabric a share of their capacity.

use super::Degradations;
use super::degradation::{Degradation, Drawn, DrawnKind, Effect, Target};
use super::draw::draw;
use super::slots::{Geometry, Slots, TargetError};
use crate::families::{Layout, ScaleOut, ScaleUpDomain};
use crate::suggestion::Suggestion;
use copperlight_core::fabric::{FabricBuilder, Link, Scope};
use copperlight_core::ids::{EndpointId, LinkId, NodeId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A fabric that was wired, every place of a chip being an endpoint still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wired<'a> {
    pub(crate) domain: &'a dyn ScaleUpDomain,
    pub(crate) scale_out: Option<&'a dyn ScaleOut>,
    /// How the places lie in domains.
    pub(crate) layout: &'a Layout,
    pub(crate) geometry: Geometry,
    pub(crate) first_scale_out_link: usize,
}

/// Applies every degradation of links, then takes the chips of empty places out of service.
///
/// Complexity: O(links) for each entry.
///
/// # Errors
/// The entry at fault, and why its target cannot be struck.
pub(crate) fn apply(
    builder: &mut FabricBuilder,
    wired: Wired<'_>,
    (degradations, slots): (&Degradations, &Slots),
) -> Result<(), (usize, TargetError)> {
    for (index, entry) in degradations.entries.iter().enumerate() {
        let Effect::Capacity(share) = entry.effect else { continue };
        if entry.removes_chips() {
            continue;
        }
        let struck = struck_links(builder, wired, (index, entry, degradations));
        for link in degradations.pass_over(struck).map_err(|error| (index, error))? {
            builder.derate(link, share);
        }
    }
    if !slots.empty.is_empty() {
        builder.retire(&slots.empty.iter().map(|&place| EndpointId::new(place)).collect());
    }
    Ok(())
}

/// Applies every degradation to the first `chips` nodes of a graph, which are its chips, and to its other nodes.
///
/// # Errors
/// The entry at fault, and why its target cannot be struck: a graph has neither planes nor chips out of service.
pub(crate) fn apply_to_graph(
    builder: &mut FabricBuilder,
    chips: usize,
    degradations: &Degradations,
) -> Result<(), (usize, TargetError)> {
    for (index, entry) in degradations.entries.iter().enumerate() {
        let Effect::Capacity(share) = entry.effect else { continue };
        let struck = struck_links_of_graph(builder, chips, (index, entry, degradations));
        for link in degradations.pass_over(struck).map_err(|error| (index, error))? {
            builder.derate(link, share);
        }
    }
    Ok(())
}

fn struck_links_of_graph(
    builder: &FabricBuilder,
    chips: usize,
    (index, entry, all): (usize, &Degradation, &Degradations),
) -> Result<Vec<LinkId>, TargetError> {
    let target = || entry.target.to_string();
    let not_here = |reason| Err(TargetError::DoesNotApply { target: target(), reason });
    let at = |nodes: BTreeSet<NodeId>| links_at(builder, &nodes);
    match &entry.target {
        Target::Link(name) => links_named(builder, name),
        Target::Switch(name) => node_named(builder, chips, name).map(|node| at(BTreeSet::from([node]))),
        Target::Drawn(drawn) if drawn.kind != DrawnKind::Chips => {
            drawn_links(builder, chips, (drawn, index, all.seed))
        }
        Target::Chip { domain: None, .. } | Target::Drawn(_) if entry.removes_chips() => not_here(
            "a chip of a file stays in service; remove its node from the file, or leave it some capacity",
        ),
        Target::Chip { domain: None, chip } if *chip < chips => Ok(at(BTreeSet::from([NodeId::new(*chip)]))),
        Target::Chip { domain: None, .. } => {
            Err(TargetError::Beyond { target: target(), what: "chips", last: chips - 1 })
        }
        Target::Drawn(drawn) => {
            Ok(at(draw(drawn, chips, (index, all.seed))?.into_iter().map(NodeId::new).collect()))
        }
        _ => not_here("a file has nodes and links; name a link, a switch or a chip"),
    }
}

fn struck_links(
    builder: &FabricBuilder,
    wired: Wired<'_>,
    (index, entry, all): (usize, &Degradation, &Degradations),
) -> Result<Vec<LinkId>, TargetError> {
    match &entry.target {
        Target::Plane { domain, plane } => links_of_plane(wired, *domain, *plane),
        Target::ScaleOutPlane(plane) => links_of_scale_out_plane(builder, wired, *plane),
        Target::Link(name) => links_named(builder, name),
        Target::Switch(name) => {
            let node = node_named(builder, wired.layout.chips(), name);
            node.map(|node| links_at(builder, &BTreeSet::from([node])))
        }
        Target::Drawn(drawn) if drawn.kind != DrawnKind::Chips => {
            drawn_links(builder, wired.layout.chips(), (drawn, index, all.seed))
        }
        _ => {
            let places = wired.layout.chips();
            let struck = all.places_of(index, entry, (places, wired.geometry))?;
            all.check_present(struck.start_of_named, (places, wired.geometry), entry)?;
            let present = struck.places.into_iter().filter(|place| *place < places);
            Ok(links_at(builder, &present.map(NodeId::new).collect()))
        }
    }
}

/// Every link with one end at one of these nodes.
fn links_at(builder: &FabricBuilder, nodes: &BTreeSet<NodeId>) -> Vec<LinkId> {
    links_where(builder, |link| nodes.contains(&link.from) || nodes.contains(&link.to))
}

fn links_where(builder: &FabricBuilder, wanted: impl Fn(&Link) -> bool) -> Vec<LinkId> {
    let links = builder.links().iter().enumerate();
    links.filter(|(_, link)| wanted(link)).map(|(index, _)| LinkId::new(index)).collect()
}

fn links_of_plane(wired: Wired<'_>, domain: Option<usize>, plane: usize) -> Result<Vec<LinkId>, TargetError> {
    let (planes, domains) = (wired.domain.planes(), wired.layout.domains());
    let target = || Target::Plane { domain, plane }.to_string();
    check_plane(plane, planes, target)?;
    if domain.is_some_and(|domain| domain >= domains) {
        return Err(TargetError::Beyond { target: target(), what: "domains", last: domains - 1 });
    }
    let (mut first, mut found) = (0, Vec::new());
    for (index, chips) in wired.layout.domain_sizes().enumerate() {
        let links: usize = wired.domain.counts(chips).links.iter().sum();
        if domain.is_none_or(|domain| domain == index) {
            let of_plane = (0..links).filter(|&link| wired.domain.plane_of(chips, link) == Some(plane));
            found.extend(of_plane.map(|link| LinkId::new(first + link)));
        }
        first += links;
    }
    Ok(found)
}

fn links_of_scale_out_plane(
    builder: &FabricBuilder,
    wired: Wired<'_>,
    plane: usize,
) -> Result<Vec<LinkId>, TargetError> {
    let target = Target::ScaleOutPlane(plane).to_string();
    let Some(scale_out) = wired.scale_out.filter(|_| wired.layout.domains() > 1) else {
        let reason = "one domain has no scale-out fabric";
        return Err(TargetError::DoesNotApply { target, reason });
    };
    check_plane(plane, scale_out.planes(), || target)?;
    let links = 0..builder.links().len() - wired.first_scale_out_link;
    let of_plane = links.filter(|&link| scale_out.plane_of(wired.layout, link) == Some(plane));
    Ok(of_plane.map(|link| LinkId::new(wired.first_scale_out_link + link)).collect())
}

fn check_plane(plane: usize, planes: usize, target: impl FnOnce() -> String) -> Result<(), TargetError> {
    match planes {
        0 => {
            let reason = "this family has no planes that fail one by one; name a switch or a link";
            Err(TargetError::DoesNotApply { target: target(), reason })
        }
        _ if plane >= planes => {
            Err(TargetError::Beyond { target: target(), what: "planes", last: planes - 1 })
        }
        _ => Ok(()),
    }
}

/// The links of `A -> B`, or those of both directions of `A <-> B`.
fn links_named(builder: &FabricBuilder, name: &str) -> Result<Vec<LinkId>, TargetError> {
    let (from, to, both) = match (name.split_once("<->"), name.split_once("->")) {
        (Some((from, to)), _) => (from, to, true),
        (None, Some((from, to))) => (from, to, false),
        (None, None) => {
            let known = "the name of a link is that of its ends, such as `domain0/chip0 -> domain0/plane3`, \
                         or with `<->` for both directions";
            return Err(unknown("link", name, None, known.to_owned()));
        }
    };
    let end = |end: &str| {
        let place = builder.node_names().iter().position(|known| known == end.trim());
        place.map(NodeId::new).ok_or_else(|| {
            let known = builder.node_names().iter().map(String::as_str);
            let known_as = format!("no chip and no switch is called {}", end.trim());
            unknown("link", name, Some(Suggestion::nearest(end.trim(), known)), known_as)
        })
    };
    let (from, to) = (end(from)?, end(to)?);
    let found = links_where(builder, |link| {
        let ends = (link.from, link.to);
        ends == (from, to) || both && ends == (to, from)
    });
    if found.is_empty() {
        return Err(unknown("link", name, None, "no link joins the two".to_owned()));
    }
    Ok(found)
}

fn node_named(builder: &FabricBuilder, chips: usize, name: &str) -> Result<NodeId, TargetError> {
    let switches = &builder.node_names()[chips..];
    let place = switches.iter().position(|known| known == name);
    place.map(|place| NodeId::new(chips + place)).ok_or_else(|| {
        let suggestion = Suggestion::nearest(name, switches.iter().map(String::as_str));
        let known = match switches {
            [] => "there are no switches".to_owned(),
            [first, .., last] => format!("the {} switches are {first} to {last}", switches.len()),
            [only] => format!("the only switch is {only}"),
        };
        unknown("switch", name, Some(suggestion), known)
    })
}

fn unknown(kind: &str, name: &str, suggestion: Option<Suggestion>, known: String) -> TargetError {
    let suggestion = suggestion.unwrap_or_else(|| Suggestion::nearest(name, []));
    TargetError::UnknownName { target: format!("{kind}:{name}"), suggestion, known }
}

fn drawn_links(
    builder: &FabricBuilder,
    chips: usize,
    (drawn, index, seed): (&Drawn, usize, u64),
) -> Result<Vec<LinkId>, TargetError> {
    if drawn.kind == DrawnKind::Switches {
        let places = draw(drawn, builder.node_names().len() - chips, (index, seed))?;
        return Ok(links_at(builder, &places.into_iter().map(|place| NodeId::new(chips + place)).collect()));
    }
    let cables = cables(builder, drawn.tier.as_deref())?;
    let places = draw(drawn, cables.len(), (index, seed))?;
    Ok(places.into_iter().flat_map(|place| cables[place].iter().copied()).collect())
}

/// Both directions of every link of a tier, in the order of the lower identifier; all tiers unless one is named.
fn cables(builder: &FabricBuilder, tier: Option<&str>) -> Result<Vec<Vec<LinkId>>, TargetError> {
    let wanted = tiers_named(builder, tier)?;
    let mut open: BTreeMap<(NodeId, NodeId), VecDeque<usize>> = BTreeMap::new();
    let mut cables: Vec<Vec<LinkId>> = Vec::new();
    for (index, link) in builder.links().iter().enumerate() {
        if !wanted[link.tier.index()] {
            continue;
        }
        // A link back belongs to the first link there that has none yet.
        match open.get_mut(&(link.to, link.from)).and_then(VecDeque::pop_front) {
            Some(cable) => cables[cable].push(LinkId::new(index)),
            None => {
                open.entry((link.from, link.to)).or_default().push_back(cables.len());
                cables.push(vec![LinkId::new(index)]);
            }
        }
    }
    Ok(cables)
}

/// Which tiers a name means: the tier of that name, or all of the scope of that name.
fn tiers_named(builder: &FabricBuilder, name: Option<&str>) -> Result<Vec<bool>, TargetError> {
    let tiers = builder.tiers();
    let Some(name) = name else { return Ok(vec![true; tiers.len()]) };
    let exact: Vec<bool> = tiers.iter().map(|tier| tier.name == name).collect();
    if exact.contains(&true) {
        return Ok(exact);
    }
    let scope = match name {
        "scale-up" => Some(Scope::ScaleUp),
        "scale-out" => Some(Scope::ScaleOut),
        _ => None,
    };
    let of_scope: Vec<bool> = tiers.iter().map(|tier| Some(tier.scope) == scope).collect();
    if of_scope.contains(&true) {
        return Ok(of_scope);
    }
    let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
    let suggestion = Suggestion::nearest(name, names.iter().copied());
    let known = format!("the tiers are {}", names.join(", "));
    Err(TargetError::UnknownName { target: format!("tier {name}"), suggestion, known })
}
