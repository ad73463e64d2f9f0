//! `torus`: chips in a ring along each of two or three dimensions, joined to their neighbours without a switch.
//!
//! Chip `x + size_x * (y + size_y * z)` stands at `(x, y, z)`. TPU pods are such tori (Jouppi et al., "TPU v4",
//! ISCA 2023). A dimension of size 1 has no links, one of size 2 a single link each way, a larger one two
//! neighbours: the way around is not a second link to the same chip.
//!
//! Routes go along x, then y, then z (dimension order; Dally and Seitz, "Deadlock-Free Message Routing", 1987), the
//! shorter way around; when both ways around are equally long, half of the flow takes each, so that the rule looks
//! the same from every chip and in every mirror.
//!
//! A partial domain is the most cube-like box of its chips that fits the sizes, closed to a torus of its own, as
//! optical circuit switches do for a slice of a TPU pod.
//!
//! Counts: `chips * d` links for `d` links a chip, one for each dimension of size 2 and two for each larger one; no
//! switches. Chip `c` owns links `c * d` to `c * d + d - 1`: along x up, x down, y up, and so on.

use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, check_bandwidth, check_count,
    check_domain_size,
};
use super::parameter::{Fallback, Parameter};
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::{LinkId, NodeId};
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "torus";

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::parts("scale_up.size_x", "chips along x"),
    Parameter::parts("scale_up.size_y", "chips along y"),
    Parameter::parts("scale_up.size_z", "chips along z").or(Fallback::Number(1.0)),
    Parameter::bandwidth("scale_up.link_bandwidth", "one link to one neighbour"),
    Parameter::latency("scale_up.link_latency", "one link"),
    Parameter::medium("scale_up.medium", "what links are made of"),
];

/// Chips in rings along two or three dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Torus {
    /// Chips along x, y and z.
    pub sizes: [usize; 3],
    /// The bandwidth of a link to one neighbour, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of one link; a route has as many as there are steps.
    pub link_latency: Time,
    /// What links are made of.
    pub medium: String,
}

/// A step along one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl Torus {
    /// The sizes of a domain with `chips` chips; `None` when they make no box within those of the family.
    fn sizes_of(&self, chips: usize) -> Option<Box3> {
        if chips == self.chips() { Some(Box3(self.sizes)) } else { Box3::most_cubic(chips, self.sizes) }
    }

    /// The sizes of a domain that was checked.
    fn checked_sizes(&self, chips: usize) -> Box3 {
        // Chips that make no box are a line here, in closed forms that nobody builds.
        self.sizes_of(chips).unwrap_or(Box3([chips, 1, 1]))
    }

    /// The nearest numbers of chips below and above that make a box.
    fn nearest(&self, chips: usize) -> (usize, usize) {
        let makes_box = |chips: &usize| self.sizes_of(*chips).is_some();
        let below = (1..chips).rev().find(makes_box).unwrap_or(1);
        let above = (chips + 1..=self.chips()).find(makes_box).unwrap_or(self.chips());
        (below, above)
    }
}

/// The sizes of a domain and its links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Box3([usize; 3]);

impl Box3 {
    /// The box of `chips` chips with the least surface that fits `sizes`; of equal ones the first along x, then y.
    fn most_cubic(chips: usize, sizes: [usize; 3]) -> Option<Self> {
        let fits = |x: usize| {
            let rest = chips / x;
            let divisors = (1..=sizes[1].min(rest)).filter(move |y| rest.is_multiple_of(*y));
            divisors.map(move |y| Self([x, y, rest / y])).filter(move |found| found.0[2] <= sizes[2])
        };
        let along_x = (1..=sizes[0].min(chips)).filter(|x| chips.is_multiple_of(*x));
        along_x.flat_map(fits).min_by_key(|found| (found.surface(), std::cmp::Reverse(found.0)))
    }

    fn surface(self) -> usize {
        let [x, y, z] = self.0;
        x * y + y * z + z * x
    }

    /// The links that a chip sends over along one dimension.
    fn links_along(self, dimension: usize) -> usize {
        self.0[dimension].saturating_sub(1).min(2)
    }

    /// The links that each chip sends over.
    fn links_per_chip(self) -> usize {
        (0..3).map(|dimension| self.links_along(dimension)).sum()
    }

    /// The link of a chip along a dimension, counted from the domain's first.
    fn link(self, chip: usize, dimension: usize, direction: Direction) -> usize {
        let before: usize = (0..dimension).map(|before| self.links_along(before)).sum();
        let second = usize::from(direction == Direction::Down && self.links_along(dimension) == 2);
        chip * self.links_per_chip() + before + second
    }

    /// How far apart in numbers two neighbours along a dimension are.
    fn stride(self, dimension: usize) -> usize {
        self.0[..dimension].iter().product()
    }

    fn coordinate(self, chip: usize, dimension: usize) -> usize {
        chip / self.stride(dimension) % self.0[dimension]
    }

    fn neighbour(self, chip: usize, dimension: usize, direction: Direction) -> usize {
        let (size, stride) = (self.0[dimension], self.stride(dimension));
        let at = self.coordinate(chip, dimension);
        let next = match direction {
            Direction::Up => (at + 1) % size,
            Direction::Down => (at + size - 1) % size,
        };
        chip - at * stride + next * stride
    }

    /// The directions and the number of steps from one chip to another along a dimension: two where both ways
    /// around are equally long, none where there is nothing to go.
    fn ways_along(self, from: usize, to: usize, dimension: usize) -> Vec<(Direction, usize)> {
        let size = self.0[dimension];
        let up = (self.coordinate(to, dimension) + size - self.coordinate(from, dimension)) % size;
        let down = (size - up) % size;
        match up.cmp(&down) {
            std::cmp::Ordering::Less => vec![(Direction::Up, up)],
            std::cmp::Ordering::Greater => vec![(Direction::Down, down)],
            std::cmp::Ordering::Equal if up == 0 => Vec::new(),
            // Between two chips both ways around are the same link.
            std::cmp::Ordering::Equal if size == 2 => vec![(Direction::Up, 1)],
            std::cmp::Ordering::Equal => vec![(Direction::Up, up), (Direction::Down, down)],
        }
    }

    /// The links from the first half of the chips, in the order of their numbers, to the others.
    ///
    /// All nodes of a torus are chips, so that nothing else can be cut. Along a dimension the halves meet in one row of
    /// `size` layers of `stride` chips: `into` chips of it send upwards across its middle and, in a ring, as many
    /// downwards around its end. Where rows are all in one half, none do.
    fn bisection(self) -> usize {
        let half = self.0.iter().product::<usize>() / 2;
        let across = |dimension: usize| {
            let stride = self.stride(dimension);
            let row = stride * self.0[dimension];
            let into = half % row;
            self.links_along(dimension) * into.min(stride).min(row - into)
        };
        (0..3).map(across).sum()
    }
}

impl ScaleUpDomain for Torus {
    fn chips(&self) -> usize {
        self.sizes.iter().fold(1, |chips, &size| chips.saturating_mul(size))
    }

    /// Two ways around in each of three dimensions.
    fn most_ways(&self) -> usize {
        8
    }

    fn check(&self) -> Result<(), ParameterError> {
        for (parameter, size) in ["size_x", "size_y", "size_z"].into_iter().zip(self.sizes) {
            check_count(FAMILY, parameter, size)?;
        }
        check_bandwidth(FAMILY, "link_bandwidth", self.link_bandwidth)
    }

    fn check_chips(&self, chips: usize) -> Result<(), ParameterError> {
        check_domain_size(FAMILY, self.chips())?;
        if self.sizes_of(chips).is_some() {
            return Ok(());
        }
        let (below, above) = self.nearest(chips);
        Err(ParameterError::NoBox { chips, sizes: self.sizes, below, above })
    }

    fn counts(&self, chips: usize) -> Counts {
        let links = chips * self.checked_sizes(chips).links_per_chip();
        Counts { chips, nodes: 0, switches: Vec::new(), links: vec![links] }
    }

    fn injection(&self, chips: usize) -> Bandwidth {
        self.link_bandwidth * self.checked_sizes(chips).links_per_chip() as f64
    }

    fn bisection(&self, chips: usize) -> Bandwidth {
        self.link_bandwidth * self.checked_sizes(chips).bisection() as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let sizes = self.checked_sizes(site.chips);
        let medium = builder.medium(&self.medium);
        let node = |chip: usize| NodeId::new(site.first_chip + chip);
        for chip in 0..site.chips {
            for dimension in 0..3 {
                for direction in
                    [Direction::Up, Direction::Down].into_iter().take(sizes.links_along(dimension))
                {
                    builder.link(Link {
                        from: node(chip),
                        to: node(sizes.neighbour(chip, dimension, direction)),
                        capacity: self.link_bandwidth,
                        latency: self.link_latency,
                        tier: site.tiers[0],
                        medium,
                    });
                }
            }
        }
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        let sizes = self.checked_sizes(pair.chips);
        let mut paths: Vec<(Vec<LinkId>, usize)> = vec![(Vec::new(), pair.from)];
        for dimension in 0..3 {
            let ways = sizes.ways_along(pair.from, pair.to, dimension);
            if ways.is_empty() {
                continue;
            }
            let extend = |(links, at): &(Vec<LinkId>, usize), (direction, steps): (Direction, usize)| {
                let (mut links, mut at) = (links.clone(), *at);
                for _ in 0..steps {
                    links.push(LinkId::new(pair.first_link + sizes.link(at, dimension, direction)));
                    at = sizes.neighbour(at, dimension, direction);
                }
                (links, at)
            };
            paths = paths.iter().flat_map(|path| ways.iter().map(move |&way| extend(path, way))).collect();
        }
        Ways::Paths(paths.into_iter().map(|(links, _)| links).collect())
    }
}

#[cfg(test)]
#[path = "torus_tests.rs"]
mod tests;
