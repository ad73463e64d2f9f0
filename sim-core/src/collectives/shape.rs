//! A group as collectives see it: how many ranks stand together in each tier.

/// Group sizes per tier, innermost first; their product is the number of ranks.
///
/// `[8, 48]` is 48 nodes of 8. Position `p` has the coordinates `p mod 8` and `p div 8`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupShape {
    tiers: Vec<usize>,
    meshed: bool,
    domain: usize,
}

impl GroupShape {
    /// A group without structure.
    pub fn flat(ranks: usize) -> Self {
        Self { tiers: vec![ranks], meshed: false, domain: ranks }
    }

    /// The shape of a group from the containers of its members: `levels[l][i]` holds member `i` at level `l`,
    /// innermost first.
    ///
    /// Members of one container must stand together to count as such. Where containers hold unequal numbers
    /// of members, the tier is their greatest common divisor: 3 in one domain and 6 in the next make 3 groups
    /// of 3, two of them in one domain. The outermost containers count as scale-up domains.
    pub fn from_containers(ranks: usize, levels: &[Vec<u32>]) -> Self {
        let mut tiers = Vec::new();
        let mut inside = 1;
        for containers in levels {
            let here = members_together(ranks, containers);
            if here > inside && here.is_multiple_of(inside) {
                tiers.push(here / inside);
                inside = here;
            }
        }
        if ranks > inside || tiers.is_empty() {
            tiers.push(ranks / inside.max(1));
        }
        let domain = levels.last().map_or(ranks, |containers| members_together(ranks, containers));
        Self { tiers, meshed: false, domain }
    }

    /// The same group, whose members stand in these scale-up domains.
    pub fn with_domains(self, containers: &[u32]) -> Self {
        let domain = members_together(self.ranks(), containers);
        Self { domain, ..self }
    }

    /// The same group, whose innermost ranks are all joined by links of their own.
    pub fn with_mesh_inside(self) -> Self {
        Self { meshed: true, ..self }
    }

    /// Whether the innermost ranks are all joined by links of their own: they exchange with all at once.
    pub fn has_mesh_inside(&self) -> bool {
        self.meshed
    }

    /// The ranks that stand together in each scale-up domain.
    pub fn domain(&self) -> usize {
        self.domain
    }

    /// Whether there are several scale-up domains, with more than one rank in each.
    pub fn has_several_domains(&self) -> bool {
        (2..self.ranks()).contains(&self.domain)
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

/// How many members stand together in every container that has any.
fn members_together(ranks: usize, containers: &[u32]) -> usize {
    greatest_common_divisor(run_lengths(containers).into_iter().fold(0, greatest_common_divisor), ranks)
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
    fn domains_are_the_outermost_containers() {
        let nodes: Vec<u32> = (0..32).map(|rank| rank / 8).collect();
        let domains: Vec<u32> = (0..32).map(|rank| rank / 16).collect();
        let shape = GroupShape::from_containers(32, &[nodes.clone(), domains]);
        assert_eq!((shape.domain(), shape.has_several_domains()), (16, true));
        let one = GroupShape::from_containers(32, &[nodes]).with_domains(&[0; 32]);
        assert_eq!((one.tiers(), one.has_several_domains()), (&[8, 4][..], false));
        let alone: Vec<u32> = (0..32).collect();
        assert!(!GroupShape::from_containers(32, &[alone]).has_several_domains());
    }

    #[test]
    fn one_container_is_flat_and_uneven_ones_share_a_divisor() {
        assert_eq!(GroupShape::from_containers(5, &[vec![0; 5]]).tiers(), [5]);
        assert_eq!(GroupShape::from_containers(9, &[vec![0, 0, 0, 1, 1, 1, 1, 1, 1]]).tiers(), [3, 3]);
        assert_eq!(GroupShape::from_containers(3, &[vec![0, 0, 1]]).tiers(), [3]);
        assert_eq!(GroupShape::from_containers(1, &[vec![0]]).tiers(), [1]);
    }
}
