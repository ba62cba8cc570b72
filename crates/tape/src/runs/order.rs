//! Which rules are done together, and when.

use crate::lanes::Item;
use crate::rules::Code;
use std::collections::HashMap;

/// A rule of a program that is needed: on two items, on one, or on an item and a number or an
/// exponent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub code: Code,
    pub out: Item,
    pub a: Item,
    /// An item, the index of a number, or an exponent, as the code says.
    pub b: u32,
    /// Whether the second operand is an item.
    pub has_two: bool,
    /// Which of the numbers get something of the result's cotangent.
    pub pulled: [bool; 2],
}

impl Rule {
    /// The items it reads.
    pub fn operands(&self) -> impl Iterator<Item = Item> + use<> {
        let second = (self.has_two && self.code != Code::MulItself).then_some(self.b);
        [Some(self.a), second].into_iter().flatten()
    }

    /// Of rules of one kind a loop can be made.
    fn kind(&self) -> (u8, u32, [bool; 2]) {
        let exponent = if self.code == Code::PowI { self.b } else { 0 };
        (self.code as u8, exponent, self.pulled)
    }
}

/// Rules that are done together.
#[derive(Debug)]
pub(super) enum Group {
    /// Rules of one kind, none of which needs the result of another.
    Apart(Vec<u32>),
    /// A running sum or difference: the first operand of each is the result of the one before,
    /// which nothing else needs.
    Chain(Vec<u32>),
}

/// So many rules are put into another order at a time: enough for long runs, few enough that their
/// numbers stay in a fast cache from one run to the next.
const WINDOW: usize = 4096;
/// A shorter running sum is not worth a loop.
const CHAIN: usize = 4;

/// Hands out groups of rules, in an order in which they can be done. `uses` says how often each
/// item is read.
pub(super) fn order(rules: &[Rule], uses: &[u32], mut group: impl FnMut(Group)) {
    let mut window = Window::default();
    let mut maker = vec![u32::MAX; uses.len()];
    for (at, rules) in rules.chunks(WINDOW).enumerate() {
        window.order(rules, (at * WINDOW) as u32, uses, &mut maker, &mut group);
    }
}

/// What is known of the rules that are ordered at the moment.
#[derive(Default)]
struct Window {
    /// The node of each rule: itself, or the first rule of its chain.
    node: Vec<u32>,
    /// The rules of the chain that begins with a rule.
    chains: HashMap<u32, Vec<u32>>,
    /// Whether a chain begins with a rule.
    begins_chain: Vec<bool>,
    /// For how many results a node still waits.
    waiting: Vec<u32>,
    /// Who reads a rule's result: its readers end where the next one's begin.
    readers: Vec<u32>,
    first_reader: Vec<u32>,
    /// The kind of a rule, numbered.
    kind: Vec<u32>,
}

impl Window {
    fn order(
        &mut self,
        rules: &[Rule],
        first: u32,
        uses: &[u32],
        maker: &mut [u32],
        group: &mut impl FnMut(Group),
    ) {
        let end = first + rules.len() as u32;
        for (k, rule) in rules.iter().enumerate() {
            maker[rule.out as usize] = first + k as u32;
        }
        let made_here = |item: Item| {
            let maker = maker[item as usize];
            (first..end).contains(&maker).then(|| maker - first)
        };
        self.find_chains(rules, uses, &made_here);
        self.find_readers(rules, &made_here);
        let kinds = self.number_kinds(rules);
        let mut ready: Vec<Vec<u32>> = vec![Vec::new(); kinds];
        let mut left = vec![0u32; kinds];
        let mut chains: Vec<u32> = Vec::new();
        for k in 0..rules.len() as u32 {
            if self.node[k as usize] == k {
                if !self.begins_chain[k as usize] {
                    left[self.kind[k as usize] as usize] += 1;
                }
                if self.waiting[k as usize] == 0 {
                    self.is_ready(k, &mut ready, &mut chains);
                }
            }
        }
        loop {
            let (done, is_chain) = if let Some(chain) = chains.pop() {
                (self.chains[&chain].clone(), true)
            } else {
                // A kind of which nothing more will come, or else the one of which there is most.
                let some = (0..kinds).filter(|&kind| !ready[kind].is_empty());
                let urgent = |&kind: &usize| {
                    let count = ready[kind].len();
                    (count as u32 == left[kind], count)
                };
                let Some(kind) = some.max_by_key(urgent) else {
                    return;
                };
                let rules = std::mem::take(&mut ready[kind]);
                left[kind] -= rules.len() as u32;
                (rules, false)
            };
            for &rule in &done {
                self.is_done(rule, &mut ready, &mut chains);
            }
            let done = done.into_iter().map(|rule| first + rule).collect();
            group(if is_chain {
                Group::Chain(done)
            } else {
                Group::Apart(done)
            });
        }
    }

    /// Finds running sums: each rule joins the chain of the one that made its first operand, if
    /// that is of the same kind and made it for nobody else.
    fn find_chains(
        &mut self,
        rules: &[Rule],
        uses: &[u32],
        made_here: &impl Fn(Item) -> Option<u32>,
    ) {
        self.node = (0..rules.len() as u32).collect();
        self.chains.clear();
        for (k, rule) in rules.iter().enumerate() {
            if !matches!(rule.code, Code::Add | Code::Sub) || uses[rule.a as usize] != 1 {
                continue;
            }
            let Some(before) = made_here(rule.a) else {
                continue;
            };
            if rules[before as usize].kind() == rule.kind() {
                let start = self.node[before as usize];
                self.node[k] = start;
                let chain = self.chains.entry(start).or_insert_with(|| vec![start]);
                chain.push(k as u32);
            }
        }
        let node = &mut self.node;
        self.chains.retain(|_, chain| {
            let is_long = chain.len() >= CHAIN;
            if !is_long {
                chain.iter().for_each(|&rule| node[rule as usize] = rule);
            }
            is_long
        });
        self.begins_chain = vec![false; rules.len()];
        let begun = self.chains.keys();
        begun.for_each(|&rule| self.begins_chain[rule as usize] = true);
    }

    fn find_readers(&mut self, rules: &[Rule], made_here: &impl Fn(Item) -> Option<u32>) {
        let count = rules.len();
        self.waiting = vec![0; count];
        self.first_reader = vec![0; count + 2];
        let node = &self.node;
        let each = |visit: &mut dyn FnMut(u32, u32)| {
            for (k, rule) in rules.iter().enumerate() {
                for maker in rule.operands().filter_map(made_here) {
                    // A chain does not wait for itself.
                    if node[maker as usize] != node[k] {
                        visit(maker, node[k]);
                    }
                }
            }
        };
        each(&mut |maker, reader| {
            self.first_reader[maker as usize + 2] += 1;
            self.waiting[reader as usize] += 1;
        });
        for k in 1..self.first_reader.len() {
            self.first_reader[k] += self.first_reader[k - 1];
        }
        self.readers = vec![0; self.first_reader[count + 1] as usize];
        each(&mut |maker, reader| {
            let place = &mut self.first_reader[maker as usize + 1];
            self.readers[*place as usize] = reader;
            *place += 1;
        });
    }

    /// Numbers the kinds of the rules; returns how many there are.
    fn number_kinds(&mut self, rules: &[Rule]) -> usize {
        // There are few: looking through them is faster than hashing.
        let mut kinds = Vec::new();
        self.kind.clear();
        for rule in rules {
            let kind = rule.kind();
            let known = kinds.iter().position(|known| *known == kind);
            let number = known.unwrap_or_else(|| {
                kinds.push(kind);
                kinds.len() - 1
            });
            self.kind.push(number as u32);
        }
        kinds.len()
    }

    fn is_ready(&self, node: u32, ready: &mut [Vec<u32>], chains: &mut Vec<u32>) {
        if self.begins_chain[node as usize] {
            chains.push(node);
        } else {
            ready[self.kind[node as usize] as usize].push(node);
        }
    }

    /// Tells the readers of a rule's result that it is there.
    fn is_done(&mut self, rule: u32, ready: &mut [Vec<u32>], chains: &mut Vec<u32>) {
        let readers = self.first_reader[rule as usize]..self.first_reader[rule as usize + 1];
        for at in readers {
            let reader = self.readers[at as usize];
            self.waiting[reader as usize] -= 1;
            if self.waiting[reader as usize] == 0 {
                self.is_ready(reader, ready, chains);
            }
        }
    }
}
