//! A group as collectives see it: how many ranks stand together in each tier.

/// Group sizes per tier, innermost first; their product is the number of ranks.
///
/// `[8, 48]` is 48 nodes of 8. Position `p` has the coordinates `p mod 8` and `p div 8`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupShape {
    tiers: Vec<usize>,
    meshed: bool,
}

impl GroupShape {
    /// A group without structure.
    pub fn flat(ranks: usize) -> Self {
        Self { tiers: vec![ranks], meshed: false }
    }

    /// The shape of a group from the containers of its members: `levels[l][i]` holds member `i` at level `l`,
    /// innermost first.
    ///
    /// Members of one container must stand together to count as such. Where containers hold unequal numbers
    /// of members, the tier is their greatest common divisor: 3 in one domain and 6 in the next make 3 groups
    /// of 3, two of them in one domain.
    pub fn from_containers(ranks: usize, levels: &[Vec<u32>]) -> Self {
        let mut tiers = Vec::new();
        let mut inside = 1;
        for containers in levels {
            let together = run_lengths(containers).into_iter().fold(0, greatest_common_divisor);
            let here = greatest_common_divisor(together, ranks);
            if here > inside && here.is_multiple_of(inside) {
                tiers.push(here / inside);
                inside = here;
            }
        }
        if ranks > inside || tiers.is_empty() {
            tiers.push(ranks / inside.max(1));
        }
        Self { tiers, meshed: false }
    }

    /// The same group, whose innermost ranks are all joined by links of their own.
    pub fn with_mesh_inside(self) -> Self {
        Self { meshed: true, ..self }
    }

    /// Whether the innermost ranks are all joined by links of their own: they exchange with all at once.
    pub fn has_mesh_inside(&self) -> bool {
        self.meshed
    }

    /// The sizes, innermost first.
    pub fn tiers(&self) -> &[usize] {
        &self.tiers
    }

    /// The number of ranks.
    pub fn ranks(&self) -> usize {
        self.tiers.iter().product()
    }
}

fn run_lengths(containers: &[u32]) -> Vec<usize> {
    containers.chunk_by(|a, b| a == b).map(<[u32]>::len).collect()
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_domains_make_tiers() {
        let nodes: Vec<u32> = (0..32).map(|rank| rank / 8).collect();
        let domains: Vec<u32> = (0..32).map(|rank| rank / 16).collect();
        assert_eq!(GroupShape::from_containers(32, &[nodes, domains]).tiers(), [8, 2, 2]);
    }

    #[test]
    fn one_container_is_flat_and_uneven_ones_share_a_divisor() {
        assert_eq!(GroupShape::from_containers(5, &[vec![0; 5]]).tiers(), [5]);
        assert_eq!(GroupShape::from_containers(9, &[vec![0, 0, 0, 1, 1, 1, 1, 1, 1]]).tiers(), [3, 3]);
        assert_eq!(GroupShape::from_containers(3, &[vec![0, 0, 1]]).tiers(), [3]);
        assert_eq!(GroupShape::from_containers(1, &[vec![0]]).tiers(), [1]);
    }
}
