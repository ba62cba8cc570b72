//! Threads that share out what one would do alone, and change no bit of it.
//!
//! A product of matrices is cut by columns of its result, a loop over elements into ranges: each
//! element is computed by the same operations in the same order, whoever does it. What adds up over
//! many elements is not cut, or at places that do not depend on how many threads there are. So a
//! result is the same for any number of them.
//!
//! How a product deep in a tape learns of the threads: it asks whether it runs on one. Inside
//! [`Threads::run`] everything in this crate, and every op that calls [`join`], [`each`] or
//! [`ranges`], shares out what is large enough to be worth it; outside, nothing does. So no op and
//! no call has to hand threads on, and there is no state that outlives a `Threads`.
//!
//! The threads are those of a pool of rayon, which wait for work and work on what is borrowed; that
//! cannot be had without `unsafe`, and rayon's is tried and proven. Once they run, handing over
//! work allocates nothing. Without the feature `rayon` everything runs on the caller's thread.

use std::io;

/// A part of a loop has at least so many numbers: fewer take less time than it takes to wake a
/// thread.
const RANGE: usize = 1 << 15;

/// So many threads, which wait for work (more than one: feature `rayon`).
///
/// ```
/// use tape::Threads;
/// # #[cfg(feature = "rayon")] {
/// use nalgebra::DMatrix;
/// let a = DMatrix::from_fn(300, 400, |i, j| (i as f32 - j as f32).sin());
/// let square = || {
///     let tape = tape::Tape::<f32>::default();
///     let x = tape.matrix(&a);
///     (x * x.transpose()).value()
/// };
/// let alone = square();
/// let shared = Threads::new(2)?.run(square); // each thread half of the columns
/// assert!(alone.iter().zip(&shared).all(|(a, b)| a.to_bits() == b.to_bits()));
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Threads {
    #[cfg(feature = "rayon")]
    pool: Option<rayon::ThreadPool>,
}

impl std::fmt::Debug for Threads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Threads({})", self.count())
    }
}

impl Threads {
    /// The caller's own thread alone: [`run`](Threads::run) just runs.
    pub const fn alone() -> Self {
        Threads {
            #[cfg(feature = "rayon")]
            pool: None,
        }
    }

    /// So many threads, which are started now; of one, the caller's own.
    ///
    /// # Errors
    /// The system's reason why it cannot start them; without the feature `rayon`, that there are
    /// none to be had.
    ///
    /// # Panics
    /// If there are to be none.
    #[track_caller]
    pub fn new(count: usize) -> io::Result<Self> {
        assert!(count > 0, "there is at least one thread");
        if count == 1 {
            return Ok(Threads::alone());
        }
        #[cfg(feature = "rayon")]
        {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(count);
            let pool = pool.thread_name(|k| format!("thread {}", k + 1)).build();
            let pool = Some(pool.map_err(io::Error::other)?);
            Ok(Threads { pool })
        }
        #[cfg(not(feature = "rayon"))]
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("{count} threads need the feature `rayon` of `tape`"),
        ))
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        #[cfg(feature = "rayon")]
        if let Some(pool) = &self.pool {
            return pool.current_num_threads();
        }
        1
    }

    /// Runs `work` on one of the threads, which shares out to the others what is worth it, and
    /// waits for it. Inside of `work` this is no more than a call.
    ///
    /// From outside it takes some microseconds and, now and then, memory: a loop belongs inside.
    ///
    /// # Panics
    /// If `work` does, with its message, wherever it ran. The threads can go on.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        if let Some(pool) = &self.pool {
            return pool.install(work);
        }
        work()
    }
}

/// How many threads work can be shared out to where this is called: 1 outside of [`Threads::run`].
#[inline]
pub fn count() -> usize {
    #[cfg(feature = "rayon")]
    if rayon::current_thread_index().is_some() {
        return rayon::current_num_threads();
    }
    1
}

/// Does both, at the same time if there is a thread to spare, and returns what they return.
///
/// # Panics
/// If one of them does, when both have ended.
pub fn join<A: Send, B: Send>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "rayon")]
    if count() > 1 {
        return rayon::join(first, second);
    }
    (first(), second())
}

/// Does `work` with each item, with its index, some at the same time.
///
/// # Panics
/// If `work` does, when all that is under way has ended.
pub fn each<I: Send>(items: &mut [I], work: &(impl Fn(usize, &mut I) + Sync)) {
    each_from(0, items, work);
}

fn each_from<I: Send>(first: usize, items: &mut [I], work: &(impl Fn(usize, &mut I) + Sync)) {
    match items {
        [] => {}
        [item] => work(first, item),
        _ => {
            let middle = items.len() / 2;
            let (left, right) = items.split_at_mut(middle);
            join(
                || each_from(first, left, work),
                || each_from(first + middle, right, work),
            );
        }
    }
}

/// Whether a loop over so many numbers takes long enough to be cut in two, and there is somebody to
/// do the other half.
#[inline]
pub fn is_worth_cutting(numbers: usize) -> bool {
    numbers >= 2 * RANGE && count() > 1
}

/// Does `work` with ranges of some numbers that lie in groups of `unit`, and where each begins: all
/// at once if they are few or there is one thread. What becomes of a group must not depend on which
/// others are with it.
///
/// # Panics
/// If the numbers are no whole groups; if `work` does.
#[inline]
pub fn ranges<T: Send>(numbers: &mut [T], unit: usize, work: &(impl Fn(usize, &mut [T]) + Sync)) {
    if !is_worth_cutting(numbers.len()) {
        return work(0, numbers);
    }
    assert!(
        unit > 0 && numbers.len().is_multiple_of(unit),
        "{} numbers are not whole groups of {unit}",
        numbers.len()
    );
    let parts = count().min(numbers.len() / RANGE);
    let part = (numbers.len() / unit).div_ceil(parts) * unit;
    ranges_from(0, numbers, part, work);
}

fn ranges_from<T: Send>(
    first: usize,
    numbers: &mut [T],
    part: usize,
    work: &(impl Fn(usize, &mut [T]) + Sync),
) {
    if numbers.len() <= part {
        return work(first, numbers);
    }
    let middle = numbers.len().div_ceil(part) / 2 * part;
    let (left, right) = numbers.split_at_mut(middle);
    join(
        || ranges_from(first, left, part, work),
        || ranges_from(first + middle, right, part, work),
    );
}
