//! Links as the network sees them, with loads that are exact whatever the order of flows.

use crate::units::Time;

/// What a link is to the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetworkLink {
    /// Bytes per second times the denominator of the weights.
    pub capacity: f64,
    /// The tier that it belongs to.
    pub tier: usize,
    /// How many links it stands for.
    pub multiplicity: u64,
    /// Whether it can hold flows back; one that does not only counts what it carries.
    pub binds: bool,
}

/// A flow on a link: the flow, and which of its hops the link is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) flow: u32,
    pub(super) hop: u32,
}

/// A link and what is on it.
#[derive(Debug)]
pub(super) struct LinkState {
    /// Whether it can hold flows back; if not, nobody is seated on it.
    pub(super) binds: bool,
    pub(super) capacity: f64,
    /// The sum of weight x rate over the flows on it, where the capacity is [`CAPACITY`]: a whole number, so that
    /// what is added can be taken off again.
    pub(super) load: f64,
    /// What would be added to the load if flows that are not settled yet went as fast as they could.
    pub(super) extra: f64,
    load_per_rate: f64,
    /// What a rate on it adds to the load of its tier.
    pub(super) tier_load_per_rate: f64,
    /// The rate of the flows that it holds back; infinite when it holds none back.
    pub(super) level: f64,
    /// When the first of the flows that it leads drains.
    pub(super) next_finish: Time,
    /// The earliest wake-up that was asked for and has not come.
    pub(super) queued: Time,
    /// The weighted bytes of the flows that have started.
    pub(super) carried: u128,
    pub(super) seats: Vec<Seat>,
    /// Flows on it that have drained in this picosecond.
    pub(super) ended: u32,
    /// Its place in the region that is being solved; meaningless when that place is another link's.
    pub(super) place: u32,
    /// Its place among the links that are solved as one; [`NOT_COUPLED`] when it is not one of them.
    pub(super) coupled: u32,
    pub(super) tier: u32,
}

/// In place of the place of a link that is not solved as one with others.
pub(super) const NOT_COUPLED: u32 = u32::MAX;

/// The load of a link that is full.
const CAPACITY: f64 = (1_u64 << 40) as f64;

/// A link counts as full when less than this load is free: flows are rounded to one each, and there may be many.
const MARGIN: f64 = (1_u64 << 20) as f64;

/// Half a unit in the last place is 1/2 here: adding and taking this off rounds to whole numbers.
const ROUNDING: f64 = 1.5 * (1_u64 << 52) as f64;

/// The nearest whole number; sums of these are exact up to 2^53, in any order.
pub(super) fn whole(number: f64) -> f64 {
    number + ROUNDING - ROUNDING
}

impl LinkState {
    pub(super) fn new(link: &NetworkLink, tier_load_per_rate: f64) -> Self {
        Self {
            binds: link.binds,
            capacity: link.capacity,
            load: 0.0,
            extra: 0.0,
            tier_load_per_rate,
            load_per_rate: CAPACITY / link.capacity,
            level: f64::INFINITY,
            next_finish: Time::MAX,
            queued: Time::MAX,
            carried: 0,
            seats: Vec::new(),
            ended: 0,
            place: 0,
            coupled: NOT_COUPLED,
            tier: link.tier as u32,
        }
    }

    /// The rate of a flow of this weight that has the link to itself.
    pub(super) fn rate_alone(&self, weight: u64) -> f64 {
        self.capacity / weight as i64 as f64
    }

    /// The load of a flow of this weight and rate.
    pub(super) fn load_of(&self, weight: u64, rate: f64) -> f64 {
        whole(weight as i64 as f64 * rate * self.load_per_rate)
    }

    /// Whether flows on it may not be given more without looking at all of them.
    ///
    /// In doubt it is: looking at flows for no reason changes nothing.
    pub(super) fn is_full(&self) -> bool {
        self.level < f64::INFINITY || self.load + self.extra >= CAPACITY - MARGIN
    }

    /// Whether it is solved as one with others.
    pub(super) fn is_coupled(&self) -> bool {
        self.coupled != NOT_COUPLED
    }

    /// Forgets everything that its flows have left behind.
    pub(super) fn clear(&mut self) {
        self.seats.clear();
        self.load = 0.0;
        self.level = f64::INFINITY;
        self.next_finish = Time::MAX;
        self.ended = 0;
    }
}

/// Rates as integers: exact sums, in any order.
#[derive(Debug, Clone, Copy)]
pub(super) struct FixedPoint {
    units_per_one: f64,
    one_per_unit: f64,
}

/// The largest capacity has about so many bits: sums of 2^26 loads of that size still fit.
const CAPACITY_BITS: i32 = 100;

impl FixedPoint {
    /// The finest that holds loads of links up to `largest_capacity`.
    pub(super) fn for_capacities_up_to(largest_capacity: f64) -> Self {
        let bits = CAPACITY_BITS - largest_capacity.max(1.0).log2().ceil() as i32;
        Self { units_per_one: 2_f64.powi(bits), one_per_unit: 2_f64.powi(-bits) }
    }

    /// The integer for a rate or a capacity, rounded down.
    pub(super) fn of(self, rate: f64) -> i128 {
        (rate * self.units_per_one) as i128
    }

    /// The number that an integer stands for.
    pub(super) fn value(self, units: i128) -> f64 {
        units as f64 * self.one_per_unit
    }
}
