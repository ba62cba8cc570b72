//! Values, gradients, and products with the Jacobian.

use super::construct::Function;
use super::inputs::Inputs;
use super::source::Source;
use super::structure::Structure;
use super::workspace::{State, Workspace};
use crate::error::{Error, equally_many};
use crate::number::Scalar;

impl<T: Scalar> Function<T> {
    /// The value at a point, of a function with one result.
    ///
    /// # Errors
    /// [`Error::NotOneResult`] unless there is one. [`Error::Numbers`] or [`Error::Inputs`] if the
    /// point has other parts than the function's inputs, [`Error::Forward`] if an op refuses its
    /// operands' values, [`Error::Guard`] if a comparison turns out otherwise than recorded and the
    /// function has no closure to record again.
    pub fn value<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<T, Error> {
        self.with_workspace(|workspace| {
            #[cfg(feature = "map")]
            if let Some((value, ())) = self.by_runs(point, workspace, |_, _| Ok(()))? {
                return Ok(value);
            }
            self.run(point, workspace)?.value()
        })
    }

    /// All results at a point, one after the other; a matrix column by column.
    ///
    /// # Errors
    /// As [`value`](Function::value), of any number of results; so do all that follow.
    pub fn values<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Vec<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            let mut values = vec![T::zero(); state.recording.outputs.len()];
            state.recording.outputs(&state.primals, &mut values);
            Ok(values)
        })
    }

    /// [`values`](Function::values) into a slice of their number.
    ///
    /// # Errors
    /// As [`values`](Function::values), and [`Error::Length`] if the slice has another length.
    pub fn values_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        values: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.run(point, workspace)?;
        equally_many(values.len(), state.recording.outputs.len())?;
        state.recording.outputs(&state.primals, values);
        Ok(())
    }

    /// The names and shapes of the results at a point.
    ///
    /// # Errors
    /// As [`values`](Function::values).
    pub fn outputs<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Structure, Error> {
        self.with_workspace(|workspace| Ok(self.run(point, workspace)?.recording.outputs.clone()))
    }

    /// The gradient at a point, of a function with one result: a number for each parameter.
    ///
    /// # Errors
    /// As [`value`](Function::value).
    pub fn gradient<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Vec<T>, Error> {
        Ok(self.value_and_gradient(point)?.1)
    }

    /// The value and the gradient at a point, of a function with one result.
    ///
    /// # Errors
    /// As [`value`](Function::value).
    pub fn value_and_gradient<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<(T, Vec<T>), Error> {
        self.with_workspace(|workspace| {
            #[cfg(feature = "map")]
            {
                let in_runs = self.by_runs(point, workspace, |parameters, write| {
                    let mut gradient = vec![T::zero(); parameters];
                    write(&mut gradient);
                    Ok(gradient)
                });
                if let Some(found) = in_runs? {
                    return Ok(found);
                }
            }
            let state = self.run(point, workspace)?;
            let value = state.value()?;
            state.sweep(&[T::one()]);
            let mut gradient = vec![T::zero(); state.recording.parameters_len()];
            state.cotangents(&mut gradient);
            Ok((value, gradient))
        })
    }

    /// Writes the gradient into a slice with a number for each parameter; returns the value.
    /// Allocates nothing, once the workspace knows the function.
    ///
    /// ```
    /// use tape::{Function, Workspace};
    /// let f = Function::scalar(|x| x[0].exp() * x[1]);
    /// let (mut workspace, mut gradient) = (Workspace::new(), [0.0; 2]);
    /// for k in 0..3 {
    ///     let x = [0.0, f64::from(k)];
    ///     let value = f.value_and_gradient_into(&x, &mut gradient, &mut workspace)?;
    ///     assert_eq!((value, gradient), (x[1], [x[1], 1.0]));
    /// }
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`value`](Function::value), and [`Error::Length`] if the slice has another length.
    pub fn value_and_gradient_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        gradient: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<T, Error> {
        #[cfg(feature = "map")]
        {
            let in_runs = self.by_runs(point, workspace, |parameters, write| {
                equally_many(gradient.len(), parameters)?;
                write(gradient);
                Ok(())
            });
            if let Some((value, ())) = in_runs? {
                return Ok(value);
            }
        }
        let state = self.run(point, workspace)?;
        let value = state.value()?;
        equally_many(gradient.len(), state.recording.parameters_len())?;
        state.sweep(&[T::one()]);
        state.cotangents(gradient);
        Ok(value)
    }

    /// The vector-Jacobian product `Jᵀ w`, a number for each parameter, from one for each result.
    ///
    /// A result whose number is 0 contributes nothing, not even 0 · ∞.
    ///
    /// ```
    /// let f = tape::Function::vector(|x| vec![x[0] * x[1], x[0] + x[1]]);
    /// assert_eq!(f.vjp(&[2.0, 3.0], &[1.0, 10.0])?, [13.0, 12.0]);
    /// assert_eq!(f.jvp(&[2.0, 3.0], &[1.0, 10.0])?, [23.0, 11.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values), and [`Error::Length`] unless there is a number for each
    /// result.
    pub fn vjp<P: Inputs<T> + ?Sized>(&self, point: &P, seeds: &[T]) -> Result<Vec<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            equally_many(seeds.len(), state.recording.outputs.len())?;
            let mut product = vec![T::zero(); state.recording.parameters_len()];
            state.sweep(seeds);
            state.cotangents(&mut product);
            Ok(product)
        })
    }

    /// [`vjp`](Function::vjp) into a slice with a number for each parameter.
    ///
    /// # Errors
    /// As [`vjp`](Function::vjp), and [`Error::Length`] if the slice has another length.
    pub fn vjp_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        seeds: &[T],
        product: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.run(point, workspace)?;
        equally_many(seeds.len(), state.recording.outputs.len())?;
        equally_many(product.len(), state.recording.parameters_len())?;
        state.sweep(seeds);
        state.cotangents(product);
        Ok(())
    }

    /// The Jacobian-vector product `J v`, a number for each result, from one for each parameter:
    /// how fast the results change along `v`.
    ///
    /// A parameter whose number is 0 contributes nothing, not even 0 · ∞.
    ///
    /// # Errors
    /// As [`values`](Function::values), and [`Error::Length`] unless there is a number for each
    /// parameter.
    ///
    /// # Panics
    /// If the function applies an op that has no tangent rule.
    pub fn jvp<P: Inputs<T> + ?Sized>(&self, point: &P, direction: &[T]) -> Result<Vec<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            equally_many(direction.len(), state.recording.parameters_len())?;
            let mut product = vec![T::zero(); state.recording.outputs.len()];
            state.push_forward(direction);
            state.tangents(&mut product);
            Ok(product)
        })
    }

    /// [`jvp`](Function::jvp) into a slice with a number for each result.
    ///
    /// # Errors
    /// As [`jvp`](Function::jvp), and [`Error::Length`] if the slice has another length.
    ///
    /// # Panics
    /// As [`jvp`](Function::jvp).
    pub fn jvp_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        direction: &[T],
        product: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.run(point, workspace)?;
        equally_many(direction.len(), state.recording.parameters_len())?;
        equally_many(product.len(), state.recording.outputs.len())?;
        state.push_forward(direction);
        state.tangents(product);
        Ok(())
    }
}

impl<T: Scalar> State<T> {
    /// The one result.
    pub fn value(&self) -> Result<T, Error> {
        let recording = &*self.recording;
        let found = recording.outputs.len();
        if found != 1 {
            return Err(Error::NotOneResult { found });
        }
        let mut value = [T::zero()];
        recording.outputs(&self.primals, &mut value);
        Ok(value[0])
    }

    /// Sweeps backwards from a number for each result.
    pub(super) fn sweep(&mut self, seeds: &[T]) {
        self.begin();
        let recording = &*self.recording;
        let (program, buffer) = (&recording.program, &mut self.buffer);
        let mut seeds = seeds;
        for source in &recording.sources {
            let entry = match source {
                Source::Entry(entry) => *entry as usize,
                Source::Number(_) => {
                    seeds = &seeds[1..];
                    continue;
                }
            };
            let (own, rest) = seeds.split_at(program.shape(entry as u32).len());
            buffer.add_each(program, entry, own);
            seeds = rest;
        }
        if let Some(last) = recording.end.checked_sub(1) {
            program.reverse(&self.primals, last, buffer);
        }
    }

    /// Writes the cotangents of all parameters.
    pub(super) fn cotangents(&self, into: &mut [T]) {
        let mut rest = into;
        for (part, entry) in self.recording.parameters() {
            let (own, after) = rest.split_at_mut(part.shape.len());
            self.buffer
                .copy_each(&self.recording.program, entry as usize, part.is_matrix, own);
            rest = after;
        }
    }

    /// Sweeps forwards from a number for each parameter.
    fn push_forward(&mut self, direction: &[T]) {
        self.begin();
        let recording = &*self.recording;
        let mut rest = direction;
        for (part, entry) in recording.parameters() {
            let (own, after) = rest.split_at(part.shape.len());
            if part.is_matrix {
                self.buffer
                    .add_each(&recording.program, entry as usize, own);
            } else {
                for (i, number) in own.iter().enumerate() {
                    let number = std::slice::from_ref(number);
                    self.buffer
                        .add_each(&recording.program, entry as usize + i, number);
                }
            }
            rest = after;
        }
        recording
            .program
            .forward(&self.primals, recording.end, &mut self.buffer);
    }

    /// Writes the tangents of all results.
    fn tangents(&self, into: &mut [T]) {
        let recording = &*self.recording;
        let mut rest = into;
        for source in &recording.sources {
            let Source::Entry(entry) = *source else {
                rest[0] = T::zero();
                rest = &mut rest[1..];
                continue;
            };
            let is_matrix = recording.program.has_block(entry);
            let len = recording.program.shape(entry).len();
            let (own, after) = rest.split_at_mut(len);
            self.buffer
                .copy_each(&recording.program, entry as usize, is_matrix, own);
            rest = after;
        }
    }
}
