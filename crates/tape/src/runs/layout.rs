//! Where every number of a forward run lies, and what is done with it.

use super::order::{Group, Rule, order};
use super::pieces::pieces;
use super::places::{NONE, Piece, Place};
use super::reverse_layout::Reverse;
use crate::lanes::{Ends, Item, Lowered, Step, needed, operands, varies};
use crate::list::{Primals, Program, Side};
use crate::number::Scalar;
use crate::rules::{Code, Form as Operands};

/// A step of the forward run. What it reads lies before what it writes.
#[derive(Clone, Debug)]
pub(super) enum Forward {
    /// Copies the numbers at places of the list, from `list` on.
    Gather { out: Place, len: u32, list: u32 },
    /// A rule of numbers side by side.
    Rule {
        code: Code,
        exponent: u32,
        out: Place,
        len: u32,
        x: Place,
        y: Place,
    },
    /// A running sum, or difference, that begins with the number at `first`.
    Chain {
        code: Code,
        out: Place,
        len: u32,
        first: Place,
        y: Place,
    },
}

/// A comparison, and where its two sides lie; [`NONE`] of a number.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub guard: u32,
    pub sides: [Place; 2],
}

/// A program with one result as runs.
pub(crate) struct Runs<T> {
    pub(super) forward: Vec<Forward>,
    pub(super) lists: Vec<Place>,
    /// Numbers that never change.
    pub(super) fixed: Vec<(Place, T)>,
    /// How many values there are.
    pub(super) places: usize,
    pub(super) inputs: usize,
    pub(super) guards: Vec<Compared>,
    pub(super) result: Place,
    pub(super) reverse: Reverse,
}

/// A step takes as long as about so many operations of a replay: there have to be more in each.
const WORTH: usize = 3;

impl<T: Scalar> Runs<T> {
    /// The runs of a program, with `recorded` as what never changes; `None` where there would be no
    /// gain. The result is the one output of `ends`.
    pub fn of(
        program: &Program<T>,
        recorded: &Primals<T>,
        lowered: &Lowered<T>,
        ends: &Ends,
    ) -> Option<Self> {
        let [result] = ends.outputs[..] else {
            return None;
        };
        if !is_repetitive(lowered) {
            return None;
        }
        let wanted = ends.inputs.iter().zip(&ends.wanted);
        let wanted = wanted.filter_map(|(&item, &wanted)| wanted.then_some(item));
        let wanted: Vec<Item> = wanted.collect();
        let rules = rules(program, lowered, ends, &wanted)?;
        let uses = uses(program, lowered, &rules, result);
        let mut layout = Layout {
            rules: &rules,
            numbers: &lowered.numbers,
            place: vec![NONE; lowered.items],
            next: 0,
            forward: Vec::new(),
            lists: Vec::new(),
            fixed: Vec::new(),
            done: Vec::with_capacity(rules.len()),
            pieces: Vec::new(),
        };
        for &input in &ends.inputs {
            layout.place[input as usize] = layout.take(1);
        }
        layout.fix(program, recorded, lowered);
        order(&rules, &uses, |group| layout.lay(group));
        let guards = layout.guards(program, lowered);
        let reverse = Reverse::new(&rules, &layout.done, &layout.pieces, result, &wanted);
        let steps = layout.forward.len() + reverse.steps.len();
        (steps * WORTH <= 2 * rules.len()).then(|| Runs {
            result: layout.place[result as usize],
            forward: layout.forward,
            lists: layout.lists,
            fixed: layout.fixed,
            places: layout.next as usize,
            inputs: ends.inputs.len(),
            guards,
            reverse,
        })
    }
}

/// Whether rules recur so often that there may be runs that pay: asked before anything is laid out,
/// which takes far longer.
fn is_repetitive<T: Scalar>(lowered: &Lowered<T>) -> bool {
    let (mut seen, mut kinds, mut count) = ([false; 256], 0, 0);
    for step in &lowered.steps {
        match *step {
            Step::Rule { code, .. } => {
                count += 1;
                let seen = &mut seen[code as usize];
                kinds += usize::from(!*seen);
                *seen = true;
            }
            Step::Apply { .. } => return false,
            Step::Guard { .. } => {}
        }
    }
    count >= 2 * WORTH * kinds
}

/// The rules that are needed, in the order of the tape; `None` if there is more than rules.
fn rules<T: Scalar>(
    program: &Program<T>,
    lowered: &Lowered<T>,
    ends: &Ends,
    wanted: &[Item],
) -> Option<Vec<Rule>> {
    let (needed, varies) = (
        needed(program, lowered, ends),
        varies(program, lowered, wanted),
    );
    let mut rules = Vec::with_capacity(lowered.steps.len());
    for step in &lowered.steps {
        match *step {
            Step::Rule { code, out, a, b } if needed[out as usize] => rules.push(Rule {
                code,
                out,
                a,
                b,
                has_two: code.form() == Operands::Two,
                pulled: [false; 2],
            }),
            Step::Rule { .. } | Step::Guard { .. } => {}
            Step::Apply { .. } => return None,
        }
    }
    let mut reached = vec![false; lowered.items];
    ends.outputs
        .iter()
        .for_each(|&output| reached[output as usize] = true);
    for rule in rules.iter_mut().rev() {
        if !reached[rule.out as usize] || !varies[rule.out as usize] {
            continue;
        }
        for (item, is_second) in operands(rule.code, rule.a, rule.b) {
            if varies[item as usize] {
                reached[item as usize] = true;
                rule.pulled[usize::from(is_second)] = true;
            }
        }
    }
    Some(rules)
}

/// How often each item is read.
fn uses<T: Scalar>(
    program: &Program<T>,
    lowered: &Lowered<T>,
    rules: &[Rule],
    result: Item,
) -> Vec<u32> {
    let mut uses = vec![0; lowered.items];
    uses[result as usize] += 1;
    let guards = program.guards.iter();
    for side in guards.flat_map(|guard| [guard.left, guard.right]) {
        if let Side::Entry(entry) = side {
            uses[lowered.items_of(entry).start as usize] += 1;
        }
    }
    let read = rules.iter().flat_map(Rule::operands);
    read.for_each(|item| uses[item as usize] += 1);
    uses
}

struct Layout<'r, T> {
    rules: &'r [Rule],
    numbers: &'r [T],
    place: Vec<Place>,
    next: Place,
    forward: Vec<Forward>,
    lists: Vec<Place>,
    fixed: Vec<(Place, T)>,
    /// The rules in the order in which they are done.
    done: Vec<u32>,
    pieces: Vec<Piece>,
}

impl<T: Scalar> Layout<'_, T> {
    fn take(&mut self, count: usize) -> Place {
        let place = self.next;
        self.next += count as Place;
        place
    }

    /// Gives a place to what is read and is neither an input nor a result.
    fn fix(&mut self, program: &Program<T>, recorded: &Primals<T>, lowered: &Lowered<T>) {
        let mut is_made = vec![false; lowered.items];
        let made = self.rules.iter();
        made.for_each(|rule| is_made[rule.out as usize] = true);
        for entry in 0..lowered.entries() {
            let numbers = recorded.view(program, entry);
            for (item, &number) in lowered.items_of(entry as u32).zip(numbers.values()) {
                if self.place[item as usize] == NONE && !is_made[item as usize] {
                    let place = self.take(1);
                    self.place[item as usize] = place;
                    self.fixed.push((place, number));
                }
            }
        }
    }

    fn guards(&self, program: &Program<T>, lowered: &Lowered<T>) -> Vec<Compared> {
        let place = |side| match side {
            Side::Entry(entry) => self.place[lowered.items_of(entry).start as usize],
            Side::Number(_) => NONE,
        };
        let guards = program.guards.iter().enumerate();
        guards
            .map(|(guard, compared)| Compared {
                guard: guard as u32,
                sides: [place(compared.left), place(compared.right)],
            })
            .collect()
    }

    fn place_of(&self, rule: u32) -> (Place, Place) {
        let rule = &self.rules[rule as usize];
        let second = if rule.has_two {
            self.place[rule.b as usize]
        } else {
            0
        };
        (self.place[rule.a as usize], second)
    }

    fn lay(&mut self, group: Group) {
        match group {
            Group::Apart(mut rules) => {
                rules.sort_by_cached_key(|&rule| self.place_of(rule));
                let has_two = self.rules[rules[0] as usize].has_two;
                let places: Vec<_> = rules.iter().map(|&rule| self.place_of(rule)).collect();
                let follows = |k: usize| {
                    let ((a, b), (last_a, last_b)) = (places[k], places[k - 1]);
                    (a == last_a + 1 && (!has_two || b == last_b + 1)).then_some(())
                };
                for (range, _) in pieces(rules.len(), follows) {
                    self.rules_side_by_side(&rules[range.clone()], &places[range]);
                }
            }
            Group::Chain(rules) => self.chain(&rules),
        }
    }

    /// Rules of one kind that do not wait for each other.
    fn rules_side_by_side(&mut self, rules: &[u32], places: &[(Place, Place)]) {
        let rule = self.rules[rules[0] as usize];
        let items = self.side_by_side(places.iter().map(|places| places.0));
        let (x, y) = match rule.code.form() {
            Operands::Two => {
                let others = self.side_by_side(places.iter().map(|places| places.1));
                (items, others)
            }
            Operands::NumberRight => (items, self.numbers_of(rules)),
            Operands::NumberLeft => (self.numbers_of(rules), items),
            _ => (items, items),
        };
        let out = self.take(rules.len());
        let (code, len) = (rule.code.of_entries(), rules.len() as u32);
        let exponent = if code == Code::PowI { rule.b } else { 0 };
        self.forward.push(Forward::Rule {
            code,
            exponent,
            out,
            len,
            x,
            y,
        });
        self.note(rules, [x, y], out, false);
    }

    fn chain(&mut self, rules: &[u32]) {
        let first = self.place_of(rules[0]).0;
        let seconds: Vec<Place> = rules.iter().map(|&rule| self.place_of(rule).1).collect();
        let y = self.side_by_side(seconds.into_iter());
        let out = self.take(rules.len());
        self.forward.push(Forward::Chain {
            code: self.rules[rules[0] as usize].code,
            out,
            len: rules.len() as u32,
            first,
            y,
        });
        self.note(rules, [first, y], out, true);
    }

    /// Remembers where the results of rules lie.
    fn note(&mut self, rules: &[u32], [x, y]: [Place; 2], out: Place, is_chain: bool) {
        for (k, &rule) in rules.iter().enumerate() {
            self.place[self.rules[rule as usize].out as usize] = out + k as Place;
        }
        let start = self.done.len();
        self.done.extend(rules);
        let rule = &self.rules[rules[0] as usize];
        self.pieces.push(Piece {
            rules: start..self.done.len(),
            code: rule.code.of_entries(),
            exponent: if rule.code == Code::PowI { rule.b } else { 0 },
            pulled: rule.pulled,
            is_chain,
            out,
            x,
            y,
        });
    }

    /// Where the numbers at these places lie side by side: where they are, or where a step copies
    /// them to.
    fn side_by_side(&mut self, mut places: impl Iterator<Item = Place> + Clone) -> Place {
        let mut expected = places.clone().next().unwrap_or(0)..;
        if places.clone().all(|place| expected.next() == Some(place)) {
            return places.next().unwrap_or(0);
        }
        let list = self.lists.len();
        self.lists.extend(places);
        let len = self.lists.len() - list;
        let out = self.take(len);
        self.forward.push(Forward::Gather {
            out,
            len: len as u32,
            list: list as u32,
        });
        out
    }

    /// Where the numbers lie that rules have as an operand.
    fn numbers_of(&mut self, rules: &[u32]) -> Place {
        let out = self.take(rules.len());
        let number = |&rule: &u32| self.numbers[self.rules[rule as usize].b as usize];
        let numbers = rules.iter().map(number);
        self.fixed.extend((out..).zip(numbers));
        out
    }
}
