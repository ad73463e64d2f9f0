//! What counts bytes over time: one gauge for each tier, and one for each link that is watched by itself.

use crate::fabric::Fabric;
use crate::ids::LinkId;
use crate::network::Timeline;
use crate::outcome::WatchedLink;
use crate::symmetry::FoldedLink;
use crate::units::Time;

/// Which gauge counts what each class of links carries: that of its tier, unless it is watched.
#[derive(Debug)]
pub(crate) struct Gauges {
    of_class: Vec<u32>,
    tiers: usize,
    watched: usize,
}

impl Gauges {
    /// A gauge for each tier, and one for each watched link that stands for a class.
    pub(crate) fn of_links(fabric: &Fabric, links: &[FoldedLink], watched: &[LinkId]) -> Self {
        let place = |link: LinkId| watched.iter().position(|&other| other == link);
        Self::new(fabric, links, watched.len(), |class| place(links[class].link))
    }

    /// A gauge for each tier, and one for each watched class.
    pub(crate) fn of_classes(fabric: &Fabric, links: &[FoldedLink], watched: &[u32]) -> Self {
        let place = |class: usize| watched.iter().position(|&other| other as usize == class);
        Self::new(fabric, links, watched.len(), place)
    }

    fn new(
        fabric: &Fabric,
        links: &[FoldedLink],
        watched: usize,
        place: impl Fn(usize) -> Option<usize>,
    ) -> Self {
        let tiers = fabric.tiers().len();
        let tier = |class: usize| fabric.link(links[class].link).tier.index();
        let gauge = |class| place(class).map_or_else(|| tier(class), |place| tiers + place) as u32;
        let of_class = (0..links.len()).map(gauge).collect();
        Self { of_class, tiers, watched }
    }

    /// The gauge of a class of links.
    pub(crate) fn of(&self, class: u32) -> usize {
        self.of_class[class as usize] as usize
    }

    /// How many gauges there are.
    pub(crate) fn count(&self) -> usize {
        self.tiers + self.watched
    }

    /// The gauge of a class that is watched by itself.
    pub(crate) fn of_watched(&self, class: u32) -> Option<usize> {
        Some(self.of(class)).filter(|&gauge| gauge >= self.tiers)
    }

    /// What the gauges have shown: the timeline of each tier with all of its links, and that of each watched link.
    pub(crate) fn read<'a>(
        &self,
        (fabric, links): (&Fabric, &[FoldedLink]),
        timelines: impl Iterator<Item = &'a Timeline>,
        end: Time,
    ) -> (Vec<Timeline>, Vec<WatchedLink>) {
        let gauges: Vec<&Timeline> = timelines.collect();
        let mut tiers: Vec<Timeline> = gauges[..self.tiers].iter().map(|&tier| tier.clone()).collect();
        let mut watched = Vec::new();
        for (class, folded) in links.iter().enumerate() {
            let Some(gauge) = self.of_watched(class as u32) else { continue };
            let all = gauges[gauge];
            tiers[fabric.link(folded.link).tier.index()].add_timeline(Time::ZERO..end, all);
            let carried = all.clone().times(1.0 / folded.multiplicity as f64);
            watched.push(WatchedLink { link: folded.link, carried });
        }
        (tiers, watched)
    }
}
