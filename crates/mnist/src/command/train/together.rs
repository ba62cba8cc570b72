//! Several ranks in one run: what they compare before the first step, and how they end.

use std::thread;
use std::time::Duration;

use mnist::Float;
use mnist::batches::Batches;
use mnist::checkpoint::{Learning, Run};
use mnist::ranks::{self, Mark, Rank, World};
use mnist::training::{Progress, Training};
use nn::Net;
use serde::Serialize;

use crate::command::failure::Failure;
use crate::command::output::complain;

/// How long a rank waits for rank 0 to say what they all know, and to end them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a run stands before its first step.
pub struct Begun<'a, T: Float> {
    pub rank: Rank,
    pub run: &'a Run,
    pub step: u64,
    pub net: &'a Net<T>,
    pub batches: &'a Batches,
    pub progress: Option<&'a Progress<T>>,
}

/// Makes sure that all ranks do the same, on processors that round alike.
pub fn agree<T: Float>(begun: &Begun<'_, T>) -> Result<(), Failure> {
    let Begun { rank, run, .. } = *begun;
    let (ranks, shards) = (rank.count(), run.settings.shards);
    if ranks == 1 {
        return Ok(());
    }
    let net = begun.net.to_safetensors();
    let (learning, kept) = Learning::of(begun.progress, 0);
    let [functions, single, double] = ranks::rounding();
    let marks = [
        Mark::of(
            "version of the program",
            env!("CARGO_PKG_VERSION").as_bytes(),
        ),
        of_json("settings of the run", &run.settings),
        Mark::new("images and labels", run.data.crc32),
        of_json("steps taken", &(begun.step, begun.batches.state())),
        Mark::of(
            "weights to begin with",
            &net.expect("every net can be written"),
        ),
        of_json("state of the optimiser", &learning),
        Mark::of("numbers of the optimiser", &kept),
        ranks::instructions(),
        functions,
        single,
        double,
    ];
    World::agree(rank, &marks)?;
    match shards >= ranks {
        true => Ok(()),
        false => Err(Failure::FewShards { ranks, shards }),
    }
}

fn of_json(what: &'static str, value: &impl Serialize) -> Mark {
    let bytes = serde_json::to_vec(value).expect("numbers and names are JSON");
    Mark::of(what, &bytes)
}

/// Does the part of a rank other than the first, until that ends.
pub fn follow<T: Float>(training: &mut Training<'_, T>) -> Result<(), Failure> {
    while training.follow()? {}
    Ok(())
}

/// Says why a rank cannot go on, and ends all of them, which would wait for it for ever.
pub fn say_for_all(world: &World, failure: &Failure) {
    let rank = world.rank();
    if rank.count() == 1 || matches!(failure, Failure::Interrupted) {
        return;
    }
    if rank.is_first() {
        complain(format_args!("error: {failure}"));
    } else {
        if matches!(failure, Failure::Mismatch(_) | Failure::FewShards { .. }) {
            thread::sleep(PATIENCE);
        }
        complain(format_args!("error: rank {}: {failure}", rank.number()));
    }
    world.abort();
}
