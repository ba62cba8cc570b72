//! The order within columns: sweeps by barycentre and exchanges of neighbours, from several starts.
//!
//! The first starts are the order of a walk back from the results, which draws every tree without
//! crossings and in the order of its operands, the order of the tape, both upside down, and the
//! order of a walk in either direction; then come scrambled orders, always the same ones. The best
//! order met is kept and shaken here and there; among equals it is the first one, so that a formula
//! that can be drawn as it is written is.
//!
//! What belongs together, the gates of a cell for one, stays together: it is worth a few crossings
//! that nothing else stands in between.

use super::problem::Problem;
use super::skeleton::Skeleton;
use super::starts::{scattered, starts};
use super::state::{Arrangement, State};

/// Sweeps from each start, and how many without improvement end the search.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;
/// How often the best order is shaken.
const SHAKES: usize = 110;

/// Finds an order of every column and counts the crossings left.
pub(super) fn arrange(problem: &Problem, skeleton: &Skeleton) -> Arrangement {
    let mut best = Best::default();
    for start in starts(problem) {
        let mut state = State::new(problem, skeleton, &start);
        state.exchange();
        let mut stale = 0;
        for sweep in 0..SWEEPS {
            if best.offer(&state, state.cost()) {
                stale = 0;
            }
            if best.cost == Some(0) || stale == PATIENCE {
                break;
            }
            stale += 1;
            state.sweep(sweep % 2 == 0);
            state.sort_exits();
            state.exchange();
        }
        if best.cost == Some(0) {
            break;
        }
    }
    shake(
        State::new(problem, skeleton, &vec![0; problem.blocks.len()]),
        &mut best,
    );
    best.found
}

/// The best order met.
#[derive(Default)]
struct Best {
    found: Arrangement,
    cost: Option<usize>,
}

impl Best {
    /// Keeps a state's order if it costs less.
    fn offer(&mut self, state: &State, cost: usize) -> bool {
        let better = self.cost.is_none_or(|least| cost < least);
        if better {
            self.cost = Some(cost);
            self.found = state.arrangement();
        }
        better
    }
}

/// Turns stretches of columns over, here and there, and keeps what is better for it.
fn shake(mut state: State, best: &mut Best) {
    let wide: Vec<usize> = (0..best.found.order.len())
        .filter(|&column| best.found.order[column].len() > 1)
        .collect();
    if wide.is_empty() {
        return;
    }
    // Equally good orders are gone to as well: the way to a better one may lead over them.
    let mut at = (best.found.clone(), best.cost);
    for shake in 0..SHAKES {
        if best.cost == Some(0) {
            return;
        }
        state.restore(&at.0);
        // Bits of 64, also where a `usize` has 32: the same drawing on every machine.
        let random = scattered(shake);
        let below = |shift: u32, bound: usize| ((random >> shift) % bound as u64) as usize;
        let column = wide[below(0, wide.len())];
        let length = at.0.order[column].len();
        let first = below(16, length - 1);
        let last = first + 2 + below(32, (length - first - 1).min(4));
        state.turn(column, first..last.min(length));
        state.sort_exits();
        state.exchange();
        let cost = state.cost();
        best.offer(&state, cost);
        if at.1.is_none_or(|least| cost <= least) {
            at = (state.arrangement(), Some(cost));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::state::inversions;
    use crate::layout::{Block, Net, layers};
    use proptest::prelude::*;

    /// Blocks that use up to three of the values before them.
    fn problem(choices: &[[usize; 3]]) -> Problem {
        let block = |(index, choice): (usize, &[usize; 3])| Block {
            width: 30.0,
            height: 30.0,
            round: false,
            inputs: choice
                .iter()
                .filter(|&&back| back <= index && back > 0)
                .map(|back| index - back)
                .collect(),
            ordered: choice[0] % 2 == 0,
            leaf: false,
            group: None,
        };
        let net = |source| Net {
            source,
            width: 10.0,
            above: 20.0,
            below: 20.0,
        };
        Problem {
            blocks: choices.iter().enumerate().map(block).collect(),
            nets: (0..choices.len()).map(net).collect(),
            width: f64::INFINITY,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        /// No exchange of two neighbours in the order found removes a crossing.
        #[test]
        fn no_two_neighbours_want_to_change_places(
            choices in prop::collection::vec([0..15usize, 0..15, 0..15], 1..40),
        ) {
            let problem = problem(&choices);
            let skeleton = layers::skeleton(&problem, &layers::assign(&problem, true));
            let found = arrange(&problem, &skeleton);
            let start = vec![0; problem.blocks.len()];
            for column in 0..found.order.len() {
                for upper in 1..found.order[column].len() {
                    let mut state = State::new(&problem, &skeleton, &start);
                    state.restore(&found);
                    state.swap(column, upper);
                    prop_assert!(state.crossings() >= found.crossings);
                }
            }
        }

        #[test]
        fn inversions_agree_with_counting_pairs(
            links in prop::collection::vec((0..9usize, 0..9usize), 0..40),
        ) {
            let ends = |(left, right)| ((left, 0), (right, 0));
            let links: Vec<_> = links.into_iter().map(ends).collect();
            let mut pairs = 0;
            for a in &links {
                pairs += links.iter().filter(|b| a.0 < b.0 && a.1 > b.1).count();
            }
            prop_assert_eq!(inversions(links), pairs);
        }
    }
}
