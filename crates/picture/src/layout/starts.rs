//! Orders to begin the search with, as ranks of the blocks.

use super::problem::Problem;

/// How many blocks the scrambled starts have together, how many starts there are at most, and the
/// number of blocks above which they would take too long.
const SCRAMBLED: usize = 1_200;
const STARTS: usize = 40;
const SCRAMBLED_UP_TO: usize = 400;

/// Ranks of the blocks to start from.
pub(super) fn starts(problem: &Problem) -> Vec<Vec<usize>> {
    let count = problem.blocks.len();
    let tape: Vec<usize> = (0..count).collect();
    let walk = walk_back(problem);
    let upside_down = |rank: &[usize]| rank.iter().map(|rank| count - rank).collect();
    let mut starts = vec![upside_down(&walk), upside_down(&tape), wander(problem)];
    starts.splice(0..0, [walk, tape]);
    if count <= SCRAMBLED_UP_TO {
        let scrambles = (SCRAMBLED / count.max(1)).min(STARTS);
        starts.extend((0..scrambles).map(|start| scrambled(problem, start)));
    }
    starts
}

/// Ranks blocks in the order in which they are met going from block to block along nets, in either
/// direction, so that what is linked is near.
fn wander(problem: &Problem) -> Vec<usize> {
    let mut linked = vec![Vec::new(); problem.blocks.len()];
    for (block, spec) in problem.blocks.iter().enumerate() {
        for &net in &spec.inputs {
            linked[block].push(problem.nets[net].source);
            linked[problem.nets[net].source].push(block);
        }
    }
    // A block with one neighbour is an end of a path; from there it is followed in one go.
    let mut roots: Vec<usize> = (0..linked.len()).collect();
    roots.sort_by_key(|&block| linked[block].len());
    let mut rank = vec![usize::MAX; linked.len()];
    let mut next = 0;
    for root in roots {
        let mut stack = vec![root];
        while let Some(block) = stack.pop() {
            if rank[block] == usize::MAX {
                rank[block] = next;
                next += 1;
                stack.extend(&linked[block]);
            }
        }
    }
    rank
}

/// Ranks by a hash of the start, the group and the block.
fn scrambled(problem: &Problem, start: usize) -> Vec<usize> {
    let count = problem.blocks.len();
    let hash = |number: usize| scattered(start * 2 * SCRAMBLED_UP_TO + number);
    let key = |block: usize| {
        let group = problem.blocks[block].group;
        let own = hash(block);
        (
            group.map_or(own, |group| hash(SCRAMBLED_UP_TO + group)),
            own,
        )
    };
    let mut blocks: Vec<usize> = (0..count).collect();
    blocks.sort_by_key(|&block| key(block));
    let mut rank = vec![0; count];
    for (place, block) in blocks.into_iter().enumerate() {
        rank[block] = place;
    }
    rank
}

/// Ranks blocks in the order in which a walk from the last block backwards finishes them, operands
/// first to last.
fn walk_back(problem: &Problem) -> Vec<usize> {
    let mut rank = vec![usize::MAX; problem.blocks.len()];
    let mut entered = vec![false; problem.blocks.len()];
    let mut next = 0;
    for root in (0..problem.blocks.len()).rev() {
        let mut stack = vec![(root, 0)];
        while let Some((block, operand)) = stack.pop() {
            if operand == 0 && std::mem::replace(&mut entered[block], true) {
                continue;
            }
            match problem.blocks[block].inputs.get(operand) {
                Some(&net) => {
                    stack.push((block, operand + 1));
                    stack.push((problem.nets[net].source, 0));
                }
                None => {
                    rank[block] = next;
                    next += 1;
                }
            }
        }
    }
    rank
}

/// A number made of another so that nothing of that shows: Steele, Lea and Flood's SplitMix64.
pub(super) fn scattered(number: usize) -> u64 {
    let seed = number as u64 + 1;
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
