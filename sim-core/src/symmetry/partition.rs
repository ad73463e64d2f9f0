//! A partition that is only ever made finer: what Paige and Tarjan (1987) call a refinable partition.

use std::ops::Range;

/// A split of a class: the members in `range` have left the class `old` for `new`.
#[derive(Debug, Clone)]
pub(super) struct Split {
    pub(super) range: Range<u32>,
    pub(super) old: u32,
    pub(super) new: u32,
}

/// Classes of the numbers from 0 on.
#[derive(Debug, Clone)]
pub(super) struct Partition {
    /// The members, those of a class side by side.
    members: Vec<u32>,
    place: Vec<u32>,
    class_of: Vec<u32>,
    classes: Vec<Class>,
    /// The classes with marked members.
    touched: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Class {
    start: u32,
    size: u32,
    /// How many of its members are marked; they stand first.
    marked: u32,
    /// What members had in common when the class was last split.
    signature: u64,
}

impl Partition {
    /// The classes of equal colours, some of which may have no members; every member is marked.
    pub(super) fn of_colours(colours: Vec<u32>) -> Self {
        let count = colours.iter().max().map_or(0, |&largest| largest as usize + 1);
        let mut classes = vec![Class { start: 0, size: 0, marked: 0, signature: 0 }; count];
        colours.iter().for_each(|&colour| classes[colour as usize].size += 1);
        let mut start = 0;
        for class in &mut classes {
            class.start = start;
            start += class.size;
        }
        let (mut members, mut place) = (vec![0; colours.len()], vec![0; colours.len()]);
        for (member, &colour) in colours.iter().enumerate() {
            let class = &mut classes[colour as usize];
            let at = class.start + class.marked;
            class.marked += 1;
            members[at as usize] = member as u32;
            place[member] = at;
        }
        let touched = (0..count as u32).filter(|&class| classes[class as usize].size > 0).collect();
        Self { members, place, class_of: colours, touched, classes }
    }

    /// The class of each number.
    pub(super) fn class_of(&self) -> &[u32] {
        &self.class_of
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// How many members a class has.
    pub(super) fn size(&self, class: u32) -> u32 {
        self.classes[class as usize].size
    }

    /// The members at some places.
    pub(super) fn members(&self, range: Range<u32>) -> &[u32] {
        &self.members[range.start as usize..range.end as usize]
    }

    /// Marks a member whose signature may have changed.
    pub(super) fn mark(&mut self, member: u32) {
        let number = self.class_of[member as usize];
        let class = &mut self.classes[number as usize];
        let (at, first) = (self.place[member as usize], class.start + class.marked);
        if at < first {
            return;
        }
        if class.marked == 0 {
            self.touched.push(number);
        }
        class.marked += 1;
        let other = self.members[first as usize];
        self.members.swap(at as usize, first as usize);
        self.place[other as usize] = at;
        self.place[member as usize] = first;
    }

    /// Splits every class with marked members by the signatures of its members; those that are not marked have the
    /// signature that they had. The largest part keeps its name.
    pub(super) fn split(&mut self, signatures: &[u64], splits: &mut Vec<Split>) {
        for class in std::mem::take(&mut self.touched) {
            self.split_class(class, signatures, splits);
        }
    }

    fn split_class(&mut self, number: u32, signatures: &[u64], splits: &mut Vec<Split>) {
        let Class { start, size, marked, signature } = self.classes[number as usize];
        self.classes[number as usize].marked = 0;
        let marked_members = &mut self.members[start as usize..(start + marked) as usize];
        let of = |member: u32| signatures[member as usize];
        let first = of(marked_members[0]);
        let rest = size - marked;
        if marked_members.iter().all(|&member| of(member) == first) {
            if rest == 0 {
                self.classes[number as usize].signature = first;
                return;
            }
            if first == signature {
                return;
            }
        } else {
            // Those like the unmarked stand next to them.
            marked_members.sort_unstable_by_key(|&member| (rest > 0 && of(member) == signature, of(member)));
            for (at, &member) in (start..).zip(marked_members.iter()) {
                self.place[member as usize] = at;
            }
        }
        let parts = self.parts(start..start + marked, (rest, signature), signatures);
        let largest = parts.iter().map(|part| part.0.len()).max().unwrap_or(0);
        let kept = parts.iter().position(|part| part.0.len() == largest).unwrap_or(0);
        for (index, (range, signature)) in parts.into_iter().enumerate() {
            let class = Class { start: range.start, size: range.len() as u32, marked: 0, signature };
            if index == kept {
                self.classes[number as usize] = class;
                continue;
            }
            let new = self.classes.len() as u32;
            self.classes.push(class);
            for at in range.clone() {
                self.class_of[self.members[at as usize] as usize] = new;
            }
            splits.push(Split { range, old: number, new });
        }
    }

    /// The parts of a class whose marked members are sorted; the unmarked ones join those of their signature.
    fn parts(
        &self,
        marked: Range<u32>,
        (rest, unmarked): (u32, u64),
        signatures: &[u64],
    ) -> Vec<(Range<u32>, u64)> {
        let mut parts: Vec<(Range<u32>, u64)> = Vec::new();
        for at in marked.clone() {
            let signature = signatures[self.members[at as usize] as usize];
            match parts.last_mut().filter(|last| last.1 == signature) {
                Some(last) => last.0.end = at + 1,
                None => parts.push((at..at + 1, signature)),
            }
        }
        if rest > 0 {
            match parts.last_mut().filter(|last| last.1 == unmarked) {
                Some(last) => last.0.end = marked.end + rest,
                None => parts.push((marked.end..marked.end + rest, unmarked)),
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_part_keeps_its_name() {
        let mut partition = Partition::of_colours(vec![0; 6]);
        let mut splits = Vec::new();
        partition.split(&[7, 7, 9, 7, 9, 7], &mut splits);
        assert_eq!(partition.class_of(), [0, 0, 1, 0, 1, 0]);
        assert_eq!(splits.len(), 1);
        // One of the larger class changes; the unmarked keep what they had.
        partition.mark(3);
        partition.mark(3);
        splits.clear();
        partition.split(&[7, 7, 9, 8, 9, 7], &mut splits);
        assert_eq!(partition.class_of(), [0, 0, 1, 2, 1, 0]);
        assert_eq!(partition.members(splits[0].range.clone()), [3]);
    }

    #[test]
    fn members_that_end_up_alike_stay_together() {
        let mut partition = Partition::of_colours(vec![0; 4]);
        partition.split(&[5; 4], &mut Vec::new());
        partition.mark(2);
        partition.mark(0);
        let mut splits = Vec::new();
        partition.split(&[5, 5, 5, 5], &mut splits);
        assert!(splits.is_empty());
        assert_eq!(partition.len(), 1);
        assert_eq!(partition.size(0), 4);
    }
}
