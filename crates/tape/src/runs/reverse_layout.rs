//! Where every cotangent and every contribution lies, and how it is made.

use super::layout::{NONE, Piece, Place};
use super::order::Rule;
use super::pieces::{Form, pieces};
use crate::lanes::{Item, hands_on, operands};
use crate::rules::Code;
use std::ops::Range;

/// Sums of so many numbers have loops of their own.
const FEW: usize = 3;

/// A step of the reverse run. What it reads lies before what it writes.
#[derive(Clone, Debug)]
pub(super) enum Backward {
    /// Sums of terms, the first of each at a place of its own: zeros if there are no terms.
    Regular {
        out: Place,
        len: u32,
        terms: Range<u32>,
    },
    /// Sums of `count` numbers each, at most [`FEW`]; their places stand in the list from `list` on.
    Each {
        out: Place,
        len: u32,
        count: u32,
        list: u32,
    },
    /// Sums of any number of numbers each: how many are the places before the numbers'.
    Ragged { out: Place, len: u32, list: u32 },
    /// What a rule makes of cotangents for one of its numbers.
    Pull {
        code: Code,
        exponent: u32,
        is_second: bool,
        out: Place,
        len: u32,
        d: Place,
        /// Where operands and results lie among the values.
        values: [Place; 3],
    },
}

/// A term of sums side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub from: Place,
    /// Whether the next sum has the next number, or the same.
    pub moves: bool,
}

/// The reverse run.
#[derive(Debug, Default)]
pub(super) struct Reverse {
    pub steps: Vec<Backward>,
    pub terms: Vec<Term>,
    pub lists: Vec<Place>,
    /// How many places there are; the first is the result's own cotangent.
    pub places: usize,
    /// Where the gradient begins.
    pub gradient: Place,
}

/// What every item's cotangent is the sum of.
struct Contributions {
    /// Where those of an item begin; they end where the next one's begin.
    first: Vec<u32>,
    /// A rule and which of its numbers the item is, as one number; [`NONE`] of the result's own.
    of: Vec<u32>,
}

fn contribution(rule: u32, is_second: bool) -> u32 {
    2 * rule + u32::from(is_second)
}

impl Contributions {
    /// In the order in which a sweep adds them.
    fn new(rules: &[Rule], items: usize, result: Item) -> Self {
        let each = |visit: &mut dyn FnMut(Item, u32)| {
            visit(result, NONE);
            for (k, rule) in rules.iter().enumerate().rev() {
                for (item, is_second) in operands(rule.code, rule.a, rule.b) {
                    if rule.pulled[usize::from(is_second)] {
                        visit(item, contribution(k as u32, is_second));
                    }
                }
            }
        };
        let mut first = vec![0; items + 2];
        each(&mut |item, _| first[item as usize + 2] += 1);
        for k in 1..first.len() {
            first[k] += first[k - 1];
        }
        let mut of = vec![0; first[items + 1] as usize];
        each(&mut |item, contribution| {
            let place = &mut first[item as usize + 1];
            of[*place as usize] = contribution;
            *place += 1;
        });
        Contributions { first, of }
    }

    fn to(&self, item: Item) -> &[u32] {
        let ends = [0, 1].map(|next| self.first[item as usize + next] as usize);
        &self.of[ends[0]..ends[1]]
    }
}

impl Reverse {
    /// The run back through the pieces; `done` are the rules in their order, `wanted` is what is
    /// differentiated by.
    pub fn new(
        rules: &[Rule],
        done: &[u32],
        pieces: &[Piece],
        result: Item,
        wanted: &[Item],
    ) -> Self {
        let items = rules.iter().map(|rule| rule.out).chain(wanted.to_vec());
        let items = items.chain([result]).max().map_or(0, |most| most + 1);
        let most = rules.iter().flat_map(Rule::operands).max();
        let items = items.max(most.map_or(0, |most| most + 1)) as usize;
        let mut layout = Layout {
            rules,
            contributions: Contributions::new(rules, items, result),
            place: vec![NONE; 2 * rules.len()],
            reverse: Reverse {
                places: 1,
                ..Reverse::default()
            },
        };
        for piece in pieces.iter().rev() {
            layout.piece(piece, &done[piece.rules.clone()]);
        }
        let lists: Vec<Vec<Place>> = wanted.iter().map(|&item| layout.places_of(item)).collect();
        layout.reverse.gradient = layout.add_up(&lists);
        layout.reverse
    }
}

struct Layout<'r> {
    rules: &'r [Rule],
    contributions: Contributions,
    /// Where each contribution lies.
    place: Vec<Place>,
    reverse: Reverse,
}

impl Layout<'_> {
    fn take(&mut self, count: usize) -> Place {
        let place = self.reverse.places as Place;
        self.reverse.places += count;
        place
    }

    /// Where those numbers lie whose sum is the cotangent of an item.
    fn places_of(&self, item: Item) -> Vec<Place> {
        let place = |&of: &u32| {
            if of == NONE {
                0
            } else {
                self.place[of as usize]
            }
        };
        self.contributions.to(item).iter().map(place).collect()
    }

    /// The contributions of rules that are done together.
    fn piece(&mut self, piece: &Piece, rules: &[u32]) {
        if piece.pulled == [false; 2] {
            return;
        }
        if piece.is_chain {
            return self.chain(piece, rules);
        }
        let out = |&rule: &u32| self.rules[rule as usize].out;
        let lists: Vec<Vec<Place>> = rules.iter().map(|rule| self.places_of(out(rule))).collect();
        let made = [false, true]
            .map(|second| piece.pulled[usize::from(second)] && !hands_on(piece.code, second));
        let is_one_each = lists.iter().all(|list| list.len() == 1);
        let goes_on = || lists.windows(2).all(|two| two[0][0] + 1 == two[1][0]);
        let is_made = made[0] || made[1];
        let cotangents: Vec<Place> = if is_one_each && (!is_made || goes_on()) {
            lists.iter().map(|list| list[0]).collect()
        } else {
            let start = self.add_up(&lists);
            (start..).take(rules.len()).collect()
        };
        for is_second in [false, true] {
            if !piece.pulled[usize::from(is_second)] {
                continue;
            }
            let is_made = made[usize::from(is_second)];
            let start = is_made.then(|| {
                let values = [piece.x, piece.y, piece.out];
                self.pull(piece, is_second, rules.len(), cotangents[0], values)
            });
            for (k, &rule) in rules.iter().enumerate() {
                let place = start.map_or(cotangents[k], |start| start + k as Place);
                self.place[contribution(rule, is_second) as usize] = place;
            }
        }
    }

    /// All numbers of a running sum get the cotangent of its end.
    fn chain(&mut self, piece: &Piece, rules: &[u32]) {
        let end = self.rules[*rules.last().expect("a chain has rules") as usize].out;
        let list = self.places_of(end);
        let cotangent = match list[..] {
            [place] => place,
            _ => self.add_up(&[list]),
        };
        let second = match (piece.pulled[1], hands_on(piece.code, true)) {
            (true, false) => {
                let values = [piece.x, piece.y, piece.out];
                self.pull(piece, true, 1, cotangent, values)
            }
            _ => cotangent,
        };
        for &rule in rules {
            self.place[contribution(rule, false) as usize] = cotangent;
            self.place[contribution(rule, true) as usize] = second;
        }
    }

    fn pull(
        &mut self,
        piece: &Piece,
        is_second: bool,
        len: usize,
        d: Place,
        values: [Place; 3],
    ) -> Place {
        let out = self.take(len);
        self.reverse.steps.push(Backward::Pull {
            code: piece.code,
            exponent: piece.exponent,
            is_second,
            out,
            len: len as u32,
            d,
            values,
        });
        out
    }

    /// Steps that add up what lies at these places, a sum for each list; returns where the first
    /// sum lies.
    fn add_up(&mut self, lists: &[Vec<Place>]) -> Place {
        let start = self.take(lists.len());
        // Equal steps, as bits: of lists of equally many places.
        let step = |k: usize| {
            let (last, next) = (&lists[k - 1], &lists[k]);
            if last.len() != next.len() || next.len() > 64 {
                return None;
            }
            let mut moves = 0u64;
            for (j, (last, next)) in last.iter().zip(next).enumerate() {
                match next.checked_sub(*last) {
                    Some(0) => {}
                    Some(1) => moves |= 1 << j,
                    _ => return None,
                }
            }
            Some(moves)
        };
        for (range, form) in pieces(lists.len(), step) {
            let out = start + range.start as Place;
            let some = &lists[range.clone()];
            let moves = match form {
                Form::Regular if range.len() > 1 => step(range.start + 1).unwrap_or(0),
                _ => 0,
            };
            match form {
                Form::Regular => self.regular(out, range.len() as u32, &some[0], moves),
                Form::Scattered => self.scattered(out, some),
            }
        }
        start
    }

    fn regular(&mut self, out: Place, len: u32, list: &[Place], moves: u64) {
        let first = self.reverse.terms.len() as u32;
        let terms = list.iter().enumerate().map(|(j, &from)| Term {
            from,
            moves: moves >> j & 1 == 1,
        });
        self.reverse.terms.extend(terms);
        let terms = first..self.reverse.terms.len() as u32;
        self.reverse
            .steps
            .push(Backward::Regular { out, len, terms });
    }

    fn scattered(&mut self, out: Place, lists: &[Vec<Place>]) {
        let (len, list) = (lists.len() as u32, self.reverse.lists.len() as u32);
        let each = lists[0].len();
        let is_even = lists.iter().all(|list| list.len() == each);
        if is_even && (1..=FEW).contains(&each) {
            self.reverse.lists.extend(lists.iter().flatten());
            let count = each as u32;
            self.reverse.steps.push(Backward::Each {
                out,
                len,
                count,
                list,
            });
            return;
        }
        for places in lists {
            self.reverse.lists.push(places.len() as Place);
            self.reverse.lists.extend(places);
        }
        self.reverse.steps.push(Backward::Ragged { out, len, list });
    }
}
