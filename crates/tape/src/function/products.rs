//! Products with the Jacobian as functions: of the point, and of what the Jacobian is multiplied
//! by.

use super::arguments::Outputs;
use super::construct::{Expected, Function};
use super::inputs::Inputs;
use super::recording::Closure;
use super::structure::Structure;
use crate::error::Error;
use crate::number::Scalar;

impl<T: Scalar> Function<T> {
    /// The vector-Jacobian product as a function: of this function's inputs, and behind them of a
    /// parameter for each result, of its shape, called `seed of` that result. Its results are those
    /// of [`vjp`](Function::vjp), each with its parameter's name. The point says what the shapes
    /// are.
    ///
    /// ```
    /// use tape::Function;
    /// let f = Function::vector(|x| vec![x[0] * x[1], x[0].sin()]);
    /// let vjp = f.vjp_function(&[0.0, 0.0])?;
    /// assert_eq!(vjp.values(&[0.0, 5.0, 1.0, 10.0])?, [15.0, 0.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values), and [`Error::NoClosure`] of a function that was made of a
    /// tape.
    pub fn vjp_function<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Function<T>, Error> {
        let (closure, inputs, outputs) = self.parts_at(point)?;
        let all = inputs.followed_by("seed of ", &outputs);
        Ok(Function::of_fallible(Expected::Named(all), move |at| {
            let (own, seeds) = at.split(&inputs);
            let outputs = closure(&own)?;
            let seeded: Vec<_> = outputs.operands().into_iter().zip(seeds).collect();
            let slopes = at.tape.differentiate_all(&seeded, &own.parameters())?;
            Ok(Outputs::of(&inputs.parameters(), slopes))
        }))
    }

    /// The Jacobian-vector product as a function: of this function's inputs, and behind them of a
    /// parameter for each of its parameters, of its shape, called `direction of` that one. Its
    /// results are those of [`jvp`](Function::jvp), each with its own name. The point says what the
    /// shapes are.
    ///
    /// ```
    /// use tape::Function;
    /// let f = Function::vector(|x| vec![x[0] * x[1], x[0].sin()]);
    /// let jvp = f.jvp_function(&[0.0, 0.0])?;
    /// assert_eq!(jvp.values(&[0.0, 5.0, 1.0, 10.0])?, [5.0, 1.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`vjp_function`](Function::vjp_function).
    pub fn jvp_function<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Function<T>, Error> {
        let (closure, inputs, outputs) = self.parts_at(point)?;
        let all = inputs.followed_by("direction of ", &inputs.parameters());
        Ok(Function::of_fallible(Expected::Named(all), move |at| {
            let (own, directions) = at.split(&inputs);
            let results = closure(&own)?.operands();
            let along: Vec<_> = own.parameters().into_iter().zip(directions).collect();
            let products = at.tape.differentiate_along(&along, &results)?;
            Ok(Outputs::of(&outputs, products))
        }))
    }

    /// The closure, and what it makes of what at a point.
    fn parts_at<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<(Closure<T>, Structure, Structure), Error> {
        let closure = self.closure.clone().ok_or(Error::NoClosure)?;
        self.with_workspace(|workspace| {
            let recording = &self.run(point, workspace)?.recording;
            Ok((closure, recording.inputs.clone(), recording.outputs.clone()))
        })
    }
}
