//! Several processes that train a net together, over MPI (feature `mpi`).
//!
//! Each *rank* has some of the shards of a batch. Every rank reads the images itself, draws the
//! same batches and computes the gradients of its own shards; the first one, rank 0, has them
//! added up, updates the parameters and gives them to all. It alone measures, says and saves
//! anything. What must be alike for the bits to be those of one process is compared before the
//! first step ([`World::agree`]).
//!
//! A rank that ends before the last step ends them all, which `mpirun` sees to. Files are whole
//! whenever that is.

use std::fmt;

use crate::float::Float;

mod probe;

pub use probe::{instructions, rounding};

/// This process among those that train together; without the feature `mpi`, and outside of
/// `mpirun`, the only one.
pub struct World {
    rank: Rank,
    #[cfg(feature = "mpi")]
    universe: Option<mpi::environment::Universe>,
}

/// Which of so many processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    rank: usize,
    count: usize,
}

/// Something that must be alike in all processes: what it is, and a sum of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub what: &'static str,
    /// What stands for it.
    pub sum: u32,
    /// What the sums mean, if they are few.
    pub words: &'static [&'static str],
}

impl Mark {
    /// The CRC-32 of some bytes.
    pub fn of(what: &'static str, bytes: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        Mark::new(what, crc.sum())
    }

    /// A sum.
    pub fn new(what: &'static str, sum: u32) -> Self {
        let words = &[];
        Mark { what, sum, words }
    }
}

/// Two processes cannot train together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What differs.
    pub what: &'static str,
    /// The first rank that differs from rank 0, with its machine.
    pub rank: (usize, String),
    /// What it has.
    pub found: String,
    /// What rank 0 has.
    pub expected: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch {
            what,
            rank: (rank, machine),
            found,
            expected,
        } = self;
        write!(
            f,
            "rank {rank}, on {machine}, cannot train with rank 0: {what}: found {found}, expected \
             {expected}"
        )
    }
}

impl std::error::Error for Mismatch {}

impl Rank {
    /// The only process.
    pub const ALONE: Rank = Rank { rank: 0, count: 1 };

    /// Which it is, from 0 on.
    pub fn number(self) -> usize {
        self.rank
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// Whether it is the one that measures, says and saves.
    pub fn is_first(self) -> bool {
        self.rank == 0
    }

    /// The way to the others; none if there are none.
    pub fn ranks<T: Float>(self) -> Option<Box<dyn nn::Ranks<T>>> {
        #[cfg(feature = "mpi")]
        if self.count > 1 {
            return Some(Box::new(self));
        }
        None
    }
}

#[cfg(not(feature = "mpi"))]
impl World {
    /// The only process.
    pub fn join() -> Self {
        World { rank: Rank::ALONE }
    }

    /// Which process this is.
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// Nothing has to be alike.
    ///
    /// # Errors
    ///
    /// None.
    pub fn agree(_: Rank, _: &[Mark]) -> Result<(), Mismatch> {
        Ok(())
    }

    /// There is nobody to be ended.
    pub fn abort(&self) {}

    /// How many ranks there are on this machine.
    pub fn ranks_here() -> usize {
        1
    }
}

#[cfg(feature = "mpi")]
mod over_mpi {
    use std::env;

    use mpi::Threading;
    use mpi::environment::processor_name;
    use mpi::topology::SimpleCommunicator;
    use mpi::traits::*;

    use super::{Float, Mark, Mismatch, Rank, World};

    /// How many bytes of a machine's name are compared.
    const NAME: usize = 64;

    impl World {
        /// Joins those that `mpirun` has started together; this process is alone if it has not been
        /// started so.
        ///
        /// # Panics
        ///
        /// If it was, and MPI cannot be used from a thread other than the first.
        pub fn join() -> Self {
            let variables = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];
            if !variables.iter().any(|name| env::var_os(name).is_some()) {
                return World {
                    rank: Rank::ALONE,
                    universe: None,
                };
            }
            let joined = mpi::initialize_with_threading(Threading::Serialized);
            let (universe, threading) = joined.expect("this is the first to join");
            assert!(
                threading >= Threading::Serialized,
                "MPI allows {threading:?}, needed are several threads that call in turn"
            );
            let world = universe.world();
            World {
                rank: Rank {
                    rank: world.rank() as usize,
                    count: world.size() as usize,
                },
                universe: Some(universe),
            }
        }

        /// Which process this is.
        pub fn rank(&self) -> Rank {
            self.rank
        }

        /// Compares what must be alike in all processes. All of them get the same answer.
        ///
        /// # Errors
        ///
        /// The first [`Mismatch`].
        pub fn agree(rank: Rank, marks: &[Mark]) -> Result<(), Mismatch> {
            if rank.count == 1 {
                return Ok(());
            }
            let world = SimpleCommunicator::world();
            let own: Vec<u32> = marks.iter().map(|mark| mark.sum).collect();
            let mut sums = vec![0; own.len() * rank.count];
            world.all_gather_into(&own[..], &mut sums[..]);
            let machine = processor_name().unwrap_or_default();
            let mut name = [0_u8; NAME];
            let len = machine.len().min(NAME);
            name[..len].copy_from_slice(&machine.as_bytes()[..len]);
            let mut names = vec![0_u8; NAME * rank.count];
            world.all_gather_into(&name[..], &mut names[..]);
            let expected = &sums[..marks.len()];
            for (other, found) in sums.chunks(marks.len()).enumerate() {
                for ((mark, &found), &expected) in marks.iter().zip(found).zip(expected) {
                    if found != expected {
                        let name = String::from_utf8_lossy(&names[other * NAME..][..NAME]);
                        return Err(Mismatch {
                            what: mark.what,
                            rank: (other, name.trim_end_matches('\0').to_owned()),
                            found: mark.said(found),
                            expected: mark.said(expected),
                        });
                    }
                }
            }
            Ok(())
        }

        /// How many ranks there are on this machine, as far as Open MPI says.
        pub fn ranks_here() -> usize {
            let said = env::var("OMPI_COMM_WORLD_LOCAL_SIZE").ok();
            let count = said.and_then(|count| count.parse().ok());
            count.filter(|&count| count > 0).unwrap_or(1)
        }

        /// Ends all processes: this one cannot go on, and the others wait for it. Returns if it is
        /// alone.
        pub fn abort(&self) {
            if self.rank.count > 1 {
                SimpleCommunicator::world().abort(1);
            }
        }
    }

    impl Drop for World {
        /// A panic ends all processes, instead of waiting for them.
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.abort();
            }
            self.universe = None;
        }
    }

    impl Mark {
        /// What a sum of this kind says.
        fn said(&self, sum: u32) -> String {
            match self.words.get(sum as usize) {
                Some(word) => (*word).to_owned(),
                None => format!("CRC-32 {sum:08x}"),
            }
        }
    }

    impl<T: Float> nn::Ranks<T> for Rank {
        fn rank(&self) -> usize {
            self.rank
        }

        fn count(&self) -> usize {
            self.count
        }

        fn send(&mut self, to: usize, numbers: &[T]) {
            let world = SimpleCommunicator::world();
            world.process_at_rank(to as i32).send(numbers);
        }

        fn receive(&mut self, from: usize, numbers: &mut [T]) {
            let world = SimpleCommunicator::world();
            world.process_at_rank(from as i32).receive_into(numbers);
        }

        fn broadcast(&mut self, numbers: &mut [T]) {
            let world = SimpleCommunicator::world();
            world.process_at_rank(0).broadcast_into(numbers);
        }
    }
}
