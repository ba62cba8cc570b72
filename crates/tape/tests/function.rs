//! Functions made of recordings, against fresh recordings.

#[path = "function/again.rs"]
mod again;
#[path = "function/argmin.rs"]
mod argmin;
#[path = "function/branches.rs"]
mod branches;
#[path = "function/edges.rs"]
mod edges;
#[path = "function/errors.rs"]
mod errors;
#[path = "function/evaluation.rs"]
mod evaluation;
#[path = "function/map.rs"]
mod map;
#[path = "function/map_ends.rs"]
mod map_ends;
#[path = "function/programs.rs"]
mod programs;
#[path = "function/second.rs"]
mod second;
#[path = "function/sparse.rs"]
mod sparse;
#[path = "function/sums.rs"]
mod sums;
#[path = "function/threads.rs"]
mod threads;
