//! Executes transfers on symbolic data: what is sent is read when it is sent, and written when it has arrived and the
//! receiver has come to its step.

use super::contributions::Contributions;
use super::meaning::{Buffer, Meaning};
use super::transfers::Moved;
use copperlight_core::collectives::{Action, Atoms, Part, Partners, Pattern, Schedule};
use copperlight_core::units::Time;
use std::ops::Range;

/// The buffers of all positions of a group.
pub(crate) struct Machine<'a> {
    schedule: &'a Schedule,
    meaning: Meaning,
    input: Vec<Buffer>,
    working: Vec<Buffer>,
}

/// What is on its way: the atoms, what they held, and what becomes of them.
type Captured = Vec<(usize, Option<Contributions>, Action)>;

impl<'a> Machine<'a> {
    /// All positions before the collective.
    pub(crate) fn new(schedule: &'a Schedule, meaning: Meaning) -> Self {
        let input: Vec<Buffer> = (0..meaning.ranks).map(|position| meaning.before(position)).collect();
        Self { schedule, meaning, working: input.clone(), input }
    }

    /// Executes transfers in the order in which they were sent, and taken in where they had arrived.
    ///
    /// Of what happens in one picosecond, steps come in order, and what a step sends before what it takes in.
    pub(crate) fn execute(&mut self, moved: &[Moved]) {
        let begun = Begun::of(moved, self.meaning.ranks, self.schedule.steps());
        let mut events = Vec::with_capacity(2 * moved.len());
        for (index, of) in moved.iter().enumerate() {
            events.push((of.sent, of.step, None, index));
            let receivers = receivers(of);
            if receivers.clone().all(|receiver| begun.at(receiver, of.step) <= of.arrived) {
                events.push((of.arrived, of.step, Some(receivers), index));
                continue;
            }
            for receiver in receivers {
                let taken_in = of.arrived.max(begun.at(receiver, of.step));
                events.push((taken_in, of.step, Some(receiver..receiver + 1), index));
            }
        }
        events.sort_unstable_by_key(|(at, step, receivers, index)| (*at, *step, receivers.is_some(), *index));
        let mut captured: Vec<Captured> = vec![Captured::new(); moved.len()];
        for (_, _, receivers, index) in events {
            match receivers {
                None => captured[index] = self.read(&moved[index]),
                Some(receivers) => self.write(receivers, &captured[index]),
            }
        }
    }

    fn read(&self, of: &Moved) -> Captured {
        let contents = self.schedule.contents(of.position, of.step, of.partners);
        self.assert_bytes(of, &contents);
        let mut captured = Captured::new();
        for atoms in contents {
            let action = atoms.action.expect("what becomes of atoms is decided");
            captured.extend(atoms.iter().map(|atom| (atom, self.value(of, atom), action)));
        }
        captured
    }

    /// What a transfer reads: sums and exchanges of whole buffers the input, all others what is there by then.
    fn value(&self, of: &Moved, atom: usize) -> Option<Contributions> {
        if let Partners::Sum(span) = of.partners {
            let inputs = span.positions().filter_map(|position| self.input[position].get(&atom));
            return inputs.copied().reduce(Contributions::plus);
        }
        let (phase, _) = self.schedule.locate(of.step).expect("a step that was done is one");
        let whole = self.schedule.phases[phase].pattern == Pattern::Everyone(Part::Whole);
        let buffers = if whole { &self.input } else { &self.working };
        buffers[of.position].get(&atom).copied()
    }

    fn write(&mut self, receivers: Range<usize>, captured: &Captured) {
        for buffer in &mut self.working[receivers] {
            for &(atom, value, action) in captured {
                match (action, value) {
                    (Action::Set, Some(value)) => {
                        buffer.insert(atom, value);
                    }
                    (Action::Set, None) => {
                        buffer.remove(&atom);
                    }
                    (Action::Add, Some(value)) => {
                        let sum = buffer.entry(atom).or_default();
                        *sum = sum.plus(value);
                    }
                    (Action::Add, None) => {}
                }
            }
        }
    }

    /// A transfer carries all of its atoms, padded by less than a byte each and one more.
    fn assert_bytes(&self, of: &Moved, contents: &[Atoms]) {
        let Some(buffer) = self.meaning.buffer() else { return };
        let count: usize = contents.iter().map(|atoms| atoms.count).sum();
        assert!(count > 0, "{of:?} carries nothing");
        let share = buffer.count() as f64 * count as f64 / self.meaning.atoms as f64;
        let carried = of.bytes.count() as f64;
        let padded = carried - share;
        assert!((-1e-6..count as f64 + 1.0).contains(&padded), "{of:?}: {count} atoms are {share} bytes");
    }

    /// Every position has what it should have.
    pub(crate) fn assert_done(&self) {
        for position in 0..self.meaning.ranks {
            for (atom, should) in self.meaning.after(position) {
                let has = self.working[position].get(&atom);
                let met = self.meaning.is_met(has, &should);
                assert!(met, "position {position}, atom {atom} holds {has:?}, should hold {should:?}");
            }
        }
    }
}

/// Who is given what a transfer carries.
fn receivers(of: &Moved) -> Range<usize> {
    match of.partners {
        Partners::One(position) => position..position + 1,
        Partners::Copies(span) => span.positions(),
        Partners::Sum(_) => of.position..of.position + 1,
    }
}

/// When each position has been given all that it is sent in the steps before one.
///
/// What arrives earlier lies in a buffer of the transport until the position comes to its step.
struct Begun {
    steps: usize,
    times: Vec<Time>,
}

impl Begun {
    fn of(moved: &[Moved], ranks: usize, steps: usize) -> Self {
        let mut times = vec![Time::ZERO; ranks * (steps + 1)];
        for of in moved {
            for receiver in receivers(of) {
                let next = &mut times[receiver * (steps + 1) + of.step + 1];
                *next = of.arrived.max(*next);
            }
        }
        for of_position in times.chunks_mut(steps + 1) {
            for step in 0..steps {
                of_position[step + 1] = of_position[step + 1].max(of_position[step]);
            }
        }
        Self { steps, times }
    }

    fn at(&self, position: usize, step: usize) -> Time {
        self.times[position * (self.steps + 1) + step]
    }
}
