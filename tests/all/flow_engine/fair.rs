//! The plain rates, which everything else is held against, are max-min fair by the definition of it.

use super::drawing::case;
use copperlight_core::network::{Contender, Crossing, max_min_rates};
use copperlight_core::units::Bandwidth;
use copperlight_tests::cases;
use proptest::prelude::*;

/// Sums of rates are compared to so much, relatively.
const CLOSE: f64 = 1e-9;

/// Integer weights to a whole: divisible by every number of planes that is drawn.
const WHOLE: f64 = 840.0;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    /// No link is above its capacity, and whoever wants more crosses a full link on which nobody is faster: such
    /// rates exist once only (Bertsekas and Gallager, Data Networks, 1992, section 6.5.2).
    #[test]
    fn plain_rates_are_max_min_fair(case in case(24, 40)) {
        let crossing = |&(link, weight): &(usize, f64)| Crossing {
            link: link as u32,
            weight: (weight * WHOLE).round() as u64,
        };
        let crossings: Vec<Vec<Crossing>> =
            case.flows.iter().map(|flow| flow.hops.iter().map(crossing).collect()).collect();
        let capacities: Vec<f64> =
            case.links.iter().map(|link| link.capacity.bytes_per_second() * WHOLE).collect();
        let cap = |index: usize| case.flows[index].rate_cap.unwrap_or(Bandwidth::UNBOUNDED).bytes_per_second();
        let contenders: Vec<Contender<'_>> = crossings
            .iter()
            .enumerate()
            .map(|(index, crossings)| Contender { crossings, cap: cap(index) })
            .collect();
        let rates = max_min_rates(&capacities, &contenders);
        let mut loads = vec![0.0; capacities.len()];
        let mut fastest = vec![0.0_f64; capacities.len()];
        for (crossings, &rate) in crossings.iter().zip(&rates) {
            for crossing in crossings {
                let link = crossing.link as usize;
                loads[link] += rate * crossing.weight as f64;
                fastest[link] = fastest[link].max(rate);
            }
        }
        for (load, capacity) in loads.iter().zip(&capacities) {
            prop_assert!(*load <= capacity * (1.0 + CLOSE), "a load of {load} on {capacity}");
        }
        for (contender, &rate) in contenders.iter().zip(&rates) {
            let content = rate >= contender.cap * (1.0 - CLOSE);
            let held_back = |crossing: &Crossing| {
                let link = crossing.link as usize;
                let full = loads[link] >= capacities[link] * (1.0 - CLOSE);
                full && rate >= fastest[link] * (1.0 - CLOSE)
            };
            prop_assert!(rate > 0.0 && rate <= contender.cap, "a rate of {rate}");
            prop_assert!(content || contender.crossings.iter().any(held_back), "{rate} could be more");
        }
    }
}
