//! Decides about proposed classes: every member is compared with the first of its class, exactly.

use super::incidences::{Incidence, Incidences};
use super::refine::Classes;

/// What a member sees: the roles, the classes of the other ends, and how much they count for in all, in ascending order.
type View = Vec<(u64, u32, u128)>;

/// Whether hubs of each class touch the same classes of things alike, and things of each class are touched alike by the
/// same classes of hubs.
///
/// Colours from which refinement started are never joined, so members agree on them.
pub(super) fn is_equitable(incidences: &Incidences, classes: &Classes) -> bool {
    let (hubs, things) = (classes.hubs.class_of(), classes.things.class_of());
    let of_hub = Side {
        all: |hub| incidences.of_hub(hub),
        others: things,
        weight: |incidence: Incidence| {
            let weight = incidences.way(incidence.touch).weight;
            u128::from(weight) * u128::from(incidences.size(incidence.other as usize))
        },
        incidences,
    };
    let of_thing = Side {
        all: |thing| incidences.of_thing(thing),
        others: hubs,
        weight: |incidence: Incidence| u128::from(incidences.way(incidence.touch).weight),
        incidences,
    };
    of_hub.all_like_first(hubs, classes.hubs.len()) && of_thing.all_like_first(things, classes.things.len())
}

/// One side of the incidences.
struct Side<'a, A, W> {
    all: A,
    others: &'a [u32],
    weight: W,
    incidences: &'a Incidences,
}

impl<'a, A, W> Side<'a, A, W>
where
    A: Fn(usize) -> &'a [Incidence],
    W: Fn(Incidence) -> u128,
{
    fn all_like_first(&self, classes: &[u32], count: usize) -> bool {
        let mut first = vec![u32::MAX; count];
        let mut views: Vec<Option<View>> = vec![None; count];
        let mut view = View::new();
        for (member, &class) in classes.iter().enumerate() {
            let of_class = &mut first[class as usize];
            if *of_class == u32::MAX {
                *of_class = member as u32;
                continue;
            }
            let representative = *of_class as usize;
            if self.same_in_order((self.all)(member), (self.all)(representative)) {
                continue;
            }
            let known = views[class as usize].get_or_insert_with(|| {
                let mut view = View::new();
                self.look((self.all)(representative), &mut view);
                view
            });
            self.look((self.all)(member), &mut view);
            if view != *known {
                return false;
            }
        }
        true
    }

    /// Whether two members see the same one after another, as nearly all of a class do.
    fn same_in_order(&self, one: &[Incidence], other: &[Incidence]) -> bool {
        let class = |incidence: &Incidence| self.others[incidence.other as usize];
        let same = |(a, b): (&Incidence, &Incidence)| {
            a.touch == b.touch && class(a) == class(b) && (self.weight)(*a) == (self.weight)(*b)
        };
        one.len() == other.len() && one.iter().zip(other).all(same)
    }

    fn look(&self, from: &[Incidence], view: &mut View) {
        view.clear();
        view.extend(from.iter().map(|&incidence| {
            let role = self.incidences.way(incidence.touch).role;
            (role, self.others[incidence.other as usize], (self.weight)(incidence))
        }));
        view.sort_unstable();
        view.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            if same {
                kept.2 += next.2;
            }
            same
        });
    }
}
