//! Which values of the sweeps each point has: numbers to combinations, with nothing listed.
//!
//! Systems are outermost; then come the sweeps as declared, of which the last varies fastest. Sweeps that are zipped
//! advance together, in the place of the first of them.

use super::sweep::SweepPlan;

/// Sweeps that advance together, and how many values each of them has.
#[derive(Debug, Clone)]
struct Dimension {
    sweeps: Vec<usize>,
    length: u64,
}

/// The points of one system: a stretch of numbers.
#[derive(Debug, Clone)]
struct Stretch {
    first: u64,
    count: u64,
    /// The dimensions that change anything for the system.
    dimensions: Vec<usize>,
}

/// The values of one point: the number of its system, and for each sweep that concerns it which of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) system: usize,
    /// Sweeps with the number of the value, in the order of the sweeps.
    pub(super) values: Vec<(usize, usize)>,
}

/// Every combination of systems and swept values.
#[derive(Debug, Clone)]
pub(super) struct Combinations {
    dimensions: Vec<Dimension>,
    stretches: Vec<Stretch>,
    /// For each sweep, which systems it concerns.
    concerned: Vec<Vec<bool>>,
}

impl Combinations {
    /// The combinations of so many systems with these sweeps; zipped sweeps have equally many values.
    pub(super) fn new(systems: usize, sweeps: &[SweepPlan]) -> Self {
        let dimensions = dimensions(sweeps);
        let concerned: Vec<Vec<bool>> =
            sweeps.iter().map(|sweep| (0..systems).map(|system| sweep.concerns(system)).collect()).collect();
        let mut first = 0_u64;
        let mut stretches = Vec::with_capacity(systems);
        for system in 0..systems {
            let concerns = |dimension: &usize| {
                dimensions[*dimension].sweeps.iter().any(|&sweep| sweeps[sweep].concerns(system))
            };
            let own: Vec<usize> = (0..dimensions.len()).filter(concerns).collect();
            let lengths = own.iter().map(|&dimension| dimensions[dimension].length);
            let count = lengths.fold(1, u64::saturating_mul);
            stretches.push(Stretch { first, count, dimensions: own });
            first = first.saturating_add(count);
        }
        Self { dimensions, stretches, concerned }
    }

    /// The number of points.
    pub(super) fn count(&self) -> u64 {
        self.stretches.last().map_or(0, |last| last.first.saturating_add(last.count))
    }

    /// The numbers of the points of a system.
    pub(super) fn of_system(&self, system: usize) -> std::ops::Range<u64> {
        let Stretch { first, count, .. } = self.stretches[system];
        first..first.saturating_add(count)
    }

    /// The system of point `index`.
    ///
    /// # Panics
    /// When there is no such point.
    fn system_of(&self, index: u64) -> usize {
        assert!(index < self.count(), "a scenario of {} points has no point {index}", self.count());
        self.stretches.partition_point(|stretch| stretch.first <= index) - 1
    }

    /// The values of point `index`.
    ///
    /// # Panics
    /// When there is no such point.
    pub(super) fn choose(&self, index: u64) -> Chosen {
        let system = self.system_of(index);
        let stretch = &self.stretches[system];
        let mut number = index - stretch.first;
        let mut values = Vec::new();
        for &dimension in stretch.dimensions.iter().rev() {
            let Dimension { sweeps, length } = &self.dimensions[dimension];
            let value = (number % length) as usize;
            number /= length;
            let own = sweeps.iter().filter(|&&sweep| self.concerned[sweep][system]);
            values.extend(own.map(|&sweep| (sweep, value)));
        }
        values.sort_unstable();
        Chosen { system, values }
    }

    /// The number of a point among all settings that the systems share: points of different systems at one setting
    /// have the same.
    pub(super) fn setting(&self, index: u64) -> u64 {
        let stretch = &self.stretches[self.system_of(index)];
        let mut number = index - stretch.first;
        let (mut setting, mut weight) = (0, 1_u64);
        for &dimension in stretch.dimensions.iter().rev() {
            let length = self.dimensions[dimension].length;
            if self.is_shared(dimension) {
                setting += (number % length) * weight;
                weight *= length;
            }
            number /= length;
        }
        setting
    }

    /// Whether a dimension changes something for every system.
    fn is_shared(&self, dimension: usize) -> bool {
        self.stretches.iter().all(|stretch| stretch.dimensions.contains(&dimension))
    }

    /// Points among which every value of every sweep is found with every system: all, or where these are more than
    /// `most`, each value of each dimension with the first values of the others.
    pub(super) fn sample(&self, most: u64) -> Vec<u64> {
        if self.count() <= most {
            return (0..self.count()).collect();
        }
        let mut sample: Vec<u64> = self.stretches.iter().flat_map(|stretch| self.corner(stretch)).collect();
        sample.sort_unstable();
        sample.dedup();
        sample
    }

    /// The first point of a system, and those that differ from it in one dimension.
    fn corner(&self, stretch: &Stretch) -> Vec<u64> {
        let mut sample = vec![stretch.first];
        let mut weight = 1_u64;
        for &dimension in stretch.dimensions.iter().rev() {
            let length = self.dimensions[dimension].length;
            sample.extend((1..length).map(|value| stretch.first.saturating_add(value * weight)));
            weight = weight.saturating_mul(length);
        }
        sample
    }
}

/// Sweeps alone, and those of one zip together.
fn dimensions(sweeps: &[SweepPlan]) -> Vec<Dimension> {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for (number, sweep) in sweeps.iter().enumerate() {
        let zipped = |dimension: &&mut Dimension| {
            sweep.zip.is_some() && sweeps[dimension.sweeps[0]].zip_name() == sweep.zip_name()
        };
        match dimensions.iter_mut().find(zipped) {
            Some(dimension) => dimension.sweeps.push(number),
            None => {
                dimensions.push(Dimension { sweeps: vec![number], length: sweep.values.len() as u64 });
            }
        }
    }
    dimensions
}
