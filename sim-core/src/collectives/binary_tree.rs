//! Double binary trees: every node is a leaf of one and stands inside the other (Sanders, Speck and Träff, 2009).
//!
//! The first tree is the binary tree over the bits of the node; the second is it mirrored, or, for an odd number of
//! nodes, shifted by one, as in NCCL (`src/graph/trees.cc`).

/// The number of trees.
pub(super) const TREES: usize = 2;

/// One of the trees over a number of nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct BinaryTree {
    pub(super) nodes: usize,
    pub(super) tree: usize,
}

impl BinaryTree {
    /// The node above; `None` for the root.
    pub(super) fn parent(self, node: usize) -> Option<usize> {
        let node = self.canonical(node);
        if node == 0 {
            return None;
        }
        let bit = node & node.wrapping_neg();
        let up = (node ^ bit) | (bit << 1);
        Some(self.renamed(if up >= self.nodes { node ^ bit } else { up }))
    }

    /// The nodes below, two at most.
    pub(super) fn children(self, node: usize) -> impl Iterator<Item = usize> {
        let node = self.canonical(node);
        let (left, right) = if node == 0 {
            let top = self.nodes.next_power_of_two() >> 1;
            (None, (self.nodes > 1).then_some(top))
        } else {
            let low = (node & node.wrapping_neg()) >> 1;
            let mut step = low;
            while step > 0 && node + step >= self.nodes {
                step >>= 1;
            }
            ((low > 0).then(|| node - low), (step > 0).then_some(node + step))
        };
        left.into_iter().chain(right).map(move |child| self.renamed(child))
    }

    /// How far a node is from the root.
    pub(super) fn level(self, node: usize) -> usize {
        std::iter::successors(self.parent(node), |&above| self.parent(above)).count()
    }

    /// How far the farthest node is from the root.
    pub(super) fn depth(nodes: usize) -> usize {
        nodes.next_power_of_two().trailing_zeros() as usize
    }

    fn canonical(self, node: usize) -> usize {
        match self.tree {
            0 => node,
            _ if self.nodes % 2 == 1 => (node + self.nodes - 1) % self.nodes,
            _ => self.nodes - 1 - node,
        }
    }

    fn renamed(self, canonical: usize) -> usize {
        match self.tree {
            0 => canonical,
            _ if self.nodes % 2 == 1 => (canonical + 1) % self.nodes,
            _ => self.nodes - 1 - canonical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_hangs_on_the_root_and_children_know_their_parents() {
        for nodes in 1..70 {
            for tree in 0..TREES {
                let tree = BinaryTree { nodes, tree };
                assert_eq!((0..nodes).filter(|&node| tree.parent(node).is_none()).count(), 1);
                for node in 0..nodes {
                    assert!(tree.level(node) <= BinaryTree::depth(nodes));
                    assert!(tree.children(node).all(|child| tree.parent(child) == Some(node)));
                    assert!(tree.parent(node).is_none_or(|up| tree.children(up).any(|down| down == node)));
                }
            }
        }
    }

    #[test]
    fn nodes_inside_one_tree_are_leaves_of_the_other() {
        for nodes in [4, 6, 8, 9, 64] {
            let inside = |tree, node| BinaryTree { nodes, tree }.children(node).next().is_some();
            // Of an odd number, the root of the one also stands inside the other.
            let roots = nodes % 2;
            assert!((roots..nodes).all(|node| !(inside(0, node) && inside(1, node))), "{nodes}");
        }
    }
}
