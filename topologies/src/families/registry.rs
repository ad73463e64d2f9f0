//! All families by name, with the parameters that each declares.

use super::parameter::Parameter;
use super::{
    fat_tree, fat_tree_scale_out, full_mesh, rail_optimised, scale_up_planes, star, torus, two_tier_planes,
};
use crate::graph;

/// A family that a description can name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// The name, such as `torus`.
    pub name: &'static str,
    /// One line on what it is.
    pub title: &'static str,
    /// Its parameters, in the order of the reference.
    pub parameters: &'static [Parameter],
}

impl Family {
    /// The parameter of a dotted key, if the family has it.
    pub fn parameter(&self, key: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.key == key)
    }
}

/// The families of a fabric or domain.
pub const SCALE_UP_FAMILIES: &[Family] = &[
    Family { name: "star", title: "chips around one switch", parameters: star::PARAMETERS },
    Family {
        name: "scale-up-planes",
        title: "chips on planes of one switch chip each",
        parameters: scale_up_planes::PARAMETERS,
    },
    Family {
        name: "two-tier-planes",
        title: "chips on planes of two stages",
        parameters: two_tier_planes::PARAMETERS,
    },
    Family { name: "torus", title: "chips in a torus", parameters: torus::PARAMETERS },
    Family {
        name: "full-mesh",
        title: "chips that are all joined directly",
        parameters: full_mesh::PARAMETERS,
    },
    Family { name: "fat-tree", title: "chips on a fat tree", parameters: fat_tree::PARAMETERS },
    Family { name: "graph", title: "nodes and links of a file", parameters: graph::PARAMETERS },
];

/// The families that join domains.
pub const SCALE_OUT_FAMILIES: &[Family] = &[
    Family {
        name: "rail-optimised",
        title: "rails of leaf switches under a core",
        parameters: rail_optimised::PARAMETERS,
    },
    Family { name: "fat-tree", title: "a fat tree of adapters", parameters: fat_tree_scale_out::PARAMETERS },
];

/// The family of a fabric or domain with this name.
pub fn scale_up_family(name: &str) -> Option<&'static Family> {
    SCALE_UP_FAMILIES.iter().find(|family| family.name == name)
}

/// The family that joins domains with this name.
pub fn scale_out_family(name: &str) -> Option<&'static Family> {
    SCALE_OUT_FAMILIES.iter().find(|family| family.name == name)
}

/// The first parameter of a dotted key; families that share a key agree on its kind.
pub fn parameter(key: &str) -> Option<&'static Parameter> {
    let families = SCALE_UP_FAMILIES.iter().chain(SCALE_OUT_FAMILIES);
    families.flat_map(|family| family.parameters).find(|parameter| parameter.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_one_kind_of_value_in_all_families() {
        for family in SCALE_UP_FAMILIES.iter().chain(SCALE_OUT_FAMILIES) {
            for own in family.parameters {
                let first = parameter(own.key).expect("the family is listed");
                // The names to choose from may differ.
                let same = std::mem::discriminant(&own.kind) == std::mem::discriminant(&first.kind);
                assert!(same, "{} of {}", own.key, family.name);
                assert_eq!(own.dimension(), first.dimension(), "{} of {}", own.key, family.name);
                let name = own.key.strip_prefix("scale_up.").or(own.key.strip_prefix("scale_out."));
                assert_eq!(name, Some(own.name()), "{}", own.key);
                assert!(!own.meaning.is_empty());
            }
        }
    }
}
