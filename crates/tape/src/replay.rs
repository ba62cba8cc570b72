//! Replay: the same operations with other leaves.
//!
//! A step that is taken a thousand times is recorded once. Leaves get other values
//! ([`Tape::set`](crate::Tape::set), [`Tape::leaf_mut`](crate::Tape::leaf_mut)), every entry is computed again in
//! order, and the sweep runs on the same buffer. Nothing is allocated.

use crate::error::Error;
use crate::ops::registry::Code;
use crate::scalar::Scalar;
use crate::store::Store;
use crate::tape::Tape;

impl<T: Scalar> Tape<T> {
    /// Computes every entry again from the current values of the leaves.
    ///
    /// ```
    /// use tape::{Cotangents, Seed, Tape};
    /// let mut tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let y = x.sin() * x;
    /// let (x, y) = (x.id().unwrap(), y.id().unwrap());
    ///
    /// let mut cotangents = Cotangents::new();
    /// for k in 0..10 {
    ///     let at = 0.1 * f64::from(k);
    ///     tape.set(x, at)?;
    ///     tape.replay()?;
    ///     tape.sweep(Seed::one(y), &mut cotangents)?;
    ///     assert_eq!(tape.value(y)?, at.sin() * at);
    ///     assert!((cotangents.of(x)? - (at.sin() + at.cos() * at)).abs() < 1e-15);
    /// }
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Guard`] if a comparison made while recording turns out otherwise now,
    /// [`Error::Forward`] if an op refuses its operands' values. Entries before the one named have their new
    /// values then, later ones the old; a replay with other leaves mends it.
    pub fn replay(&mut self) -> Result<(), Error> {
        self.store.get_mut().run()
    }
}

impl<T: Scalar> Store<T> {
    /// Computes every entry, checking each guard where it was recorded.
    pub(crate) fn run(&mut self) -> Result<(), Error> {
        let mut guard = 0;
        for index in 0..self.entries.len() {
            while self
                .guards
                .get(guard)
                .is_some_and(|guard| guard.entry as usize == index)
            {
                self.guards[guard].check(&self.values)?;
                guard += 1;
            }
            if let Some(value) = self.evaluate(index) {
                self.values[index] = value;
            } else if self.entries[index].code == Code::Apply {
                self.apply_forward(index)
                    .map_err(|error| self.forward_error(index, &error))?;
            }
        }
        self.guards[guard..]
            .iter()
            .try_for_each(|guard| guard.check(&self.values))
    }
}
