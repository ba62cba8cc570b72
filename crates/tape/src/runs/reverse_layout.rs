//! Where every cotangent and every contribution lies, and how it is made.

use super::order::Rule;
use super::pieces::{Form, pieces};
use super::places::{NONE, Piece, Place};
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
    /// Sums of `count` numbers each, at most [`FEW`]; their places stand in the list, from `list`
    /// on.
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
        let sums = layout.sums_of(wanted.iter().copied());
        layout.reverse.gradient = layout.add_up(&sums);
        layout.reverse
    }
}

/// The places of the terms of sums.
#[derive(Default)]
struct Sums {
    places: Vec<Place>,
    /// Where the terms of each end.
    ends: Vec<usize>,
}

impl Sums {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn terms(&self, k: usize) -> &[Place] {
        let start = k.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start..self.ends[k]]
    }

    fn is_one_each(&self) -> bool {
        self.ends.iter().zip(1..).all(|(&end, count)| end == count)
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

    /// Where those numbers lie whose sums are the cotangents of items.
    fn sums_of(&self, items: impl Iterator<Item = Item>) -> Sums {
        let mut sums = Sums::default();
        let place = |&of: &u32| {
            if of == NONE {
                0
            } else {
                self.place[of as usize]
            }
        };
        for item in items {
            let contributions = self.contributions.to(item);
            sums.places.extend(contributions.iter().map(place));
            sums.ends.push(sums.places.len());
        }
        sums
    }

    /// The contributions of rules that are done together.
    fn piece(&mut self, piece: &Piece, rules: &[u32]) {
        if piece.pulled == [false; 2] {
            return;
        }
        if piece.is_chain {
            return self.chain(piece, rules);
        }
        let items = rules.iter().map(|&rule| self.rules[rule as usize].out);
        let sums = self.sums_of(items);
        let made = [false, true]
            .map(|second| piece.pulled[usize::from(second)] && !hands_on(piece.code, second));
        let goes_on = || sums.places.windows(2).all(|two| two[0] + 1 == two[1]);
        let is_made = made[0] || made[1];
        let cotangents: Vec<Place> = if sums.is_one_each() && (!is_made || goes_on()) {
            sums.places
        } else {
            let start = self.add_up(&sums);
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
        let sums = self.sums_of([end].into_iter());
        let cotangent = match sums.places[..] {
            [place] => place,
            _ => self.add_up(&sums),
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
    fn add_up(&mut self, sums: &Sums) -> Place {
        let start = self.take(sums.len());
        // Equal steps, as bits: of sums of equally many numbers.
        let step = |k: usize| {
            let (last, next) = (sums.terms(k - 1), sums.terms(k));
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
        for (range, form) in pieces(sums.len(), step) {
            let out = start + range.start as Place;
            match form {
                Form::Regular => {
                    let moves = match range.len() {
                        1 => 0,
                        _ => step(range.start + 1).unwrap_or(0),
                    };
                    self.regular(out, range.len() as u32, sums.terms(range.start), moves);
                }
                Form::Scattered => self.scattered(out, sums, range),
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

    fn scattered(&mut self, out: Place, sums: &Sums, range: Range<usize>) {
        let (len, list) = (range.len() as u32, self.reverse.lists.len() as u32);
        let each = sums.terms(range.start).len();
        let is_even = range.clone().all(|k| sums.terms(k).len() == each);
        if is_even && (1..=FEW).contains(&each) {
            range.for_each(|k| self.reverse.lists.extend(sums.terms(k)));
            let count = each as u32;
            self.reverse.steps.push(Backward::Each {
                out,
                len,
                count,
                list,
            });
            return;
        }
        for k in range {
            self.reverse.lists.push(sums.terms(k).len() as Place);
            self.reverse.lists.extend(sums.terms(k));
        }
        self.reverse.steps.push(Backward::Ragged { out, len, list });
    }
}
