//! The forward sweep as a recording: tangents as entries of the same tape, which can be
//! differentiated again in either direction.

use super::recorded::Lent;
use crate::error::Error;
use crate::handle::{Operand, Tape};
use crate::number::Scalar;
use crate::op::{Entry, Recorded, RecordedPoint};
use crate::ops::power_slope;
use crate::rules::*;
use crate::shape::Shape;
use nalgebra::DMatrix;
use std::ops::Range;

impl<T: Scalar> Tape<T> {
    /// Records how entries change along a direction: what
    /// [`push_forward`](Tape::push_forward) would give them, as handles.
    ///
    /// The direction is a list of handles, leaves or computed, each with its tangent, a handle or a
    /// number of its shape. What comes back has the shapes of `outputs`; it is a plain 0, or an
    /// input of zeros, for what does not change.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0), tape.var(5.0));
    /// let z = x.powi(3) * y;
    /// let along = |x, z| tape.differentiate_along(&[(x, 1.0.into())], &[z]);
    /// let by_x = along(x.into(), z.into())?[0].scalar();
    /// let by_both = along(y.into(), by_x.into())?[0].scalar();
    /// assert_eq!((by_x.value(), by_both.value()), (60.0, 12.0));
    /// assert_eq!(by_x.gradient().of(x), 60.0); // 6 x y
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`differentiate`](Tape::differentiate): the tangent of a matrix op is recorded by its
    /// [`vjp_recorded`](crate::Op::vjp_recorded), which is linear in the cotangent; the transposed
    /// of that is the tangent rule.
    ///
    /// # Panics
    /// If a handle is another tape's, or a tangent has another shape than what it belongs to.
    #[track_caller]
    pub fn differentiate_along<'t>(
        &'t self,
        direction: &[(Operand<'t, T>, Operand<'t, T>)],
        outputs: &[Operand<'t, T>],
    ) -> Result<Vec<Operand<'t, T>>, Error> {
        for (of, tangent) in direction {
            assert!(
                of.shape() == tangent.shape() && (of.is_matrix() || !tangent.is_matrix()),
                "a tangent of {} for {}",
                tangent.shape(),
                of.shape()
            );
        }
        let entry = |operand: &Operand<'t, T>| operand.entry(self);
        let results: Vec<Option<usize>> = outputs.iter().map(entry).collect();
        let end = results.iter().flatten().max().map_or(0, |last| last + 1);
        let seeds = direction.iter().filter_map(|(of, _)| entry(of));
        let range = seeds.min().map_or(end, |first| first.min(end))..end;
        let mut recorder = Recorder {
            tape: self,
            first: range.start,
            tangents: vec![None; range.len()],
            needed: self.needed(range.clone(), results.iter().flatten().copied()),
        };
        for (of, tangent) in direction {
            if let Some(index) = entry(of).filter(|index| range.contains(index)) {
                recorder.add(index, Some(tangent.recorded(self)));
            }
        }
        for index in range {
            recorder.visit(index)?;
        }
        let results = outputs.iter().zip(results).map(|(output, index)| {
            match (index.and_then(|index| recorder.tangent(index)), output) {
                (Some(tangent), _) => Operand::of_recorded(self, tangent),
                (None, Operand::Scalar(_)) => Operand::from(<T as num_traits::Zero>::zero()),
                (None, Operand::Matrix(matrix)) => self.zeros(matrix.shape()).into(),
            }
        });
        Ok(results.collect())
    }

    /// Which of a range of entries some of those that are given depend on, or are.
    fn needed(&self, range: Range<usize>, given: impl Iterator<Item = usize>) -> Vec<bool> {
        let store = self.store.borrow();
        let first = range.start;
        let mut needed = vec![false; range.len()];
        for index in given.filter(|index| range.contains(index)) {
            needed[index - first] = true;
        }
        for index in range.rev() {
            if needed[index - first] {
                store.program.each_read(index, |operand| {
                    if operand >= first {
                        needed[operand - first] = true;
                    }
                });
            }
        }
        needed
    }

    /// A leaf of ones, of the shape of an operand.
    fn ones<'t>(&'t self, like: Operand<'t, T>) -> Operand<'t, T> {
        let Shape { rows, cols } = like.shape();
        match like {
            Operand::Scalar(_) => self.var(T::one()).into(),
            Operand::Matrix(_) => {
                let ones = DMatrix::from_element(rows, cols, T::one());
                self.matrix(&ones).into()
            }
        }
    }
}

/// A forward sweep that records.
struct Recorder<'t, T: Scalar> {
    tape: &'t Tape<T>,
    /// The entry that the lists begin with.
    first: usize,
    tangents: Vec<Option<Recorded<'t, T>>>,
    /// Which entries a result depends on.
    needed: Vec<bool>,
}

impl<'t, T: Scalar> Recorder<'t, T> {
    fn tangent(&self, index: usize) -> Option<Recorded<'t, T>> {
        *self.tangents.get(index.checked_sub(self.first)?)?
    }

    /// Adds to the tangent of an entry.
    fn add(&mut self, index: usize, contribution: Option<Recorded<'t, T>>) {
        let sum = &mut self.tangents[index - self.first];
        *sum = match (*sum, contribution) {
            (Some(before), Some(contribution)) => Some(before + contribution),
            (one, other) => one.or(other),
        };
    }

    /// Makes the tangent of an entry from its operands'.
    fn visit(&mut self, index: usize) -> Result<(), Error> {
        let mut changes = false;
        let entry = {
            let program = &self.tape.store.borrow().program;
            program.each_read(index, |operand| changes |= self.tangent(operand).is_some());
            program.entries.at(index)
        };
        if !changes || !self.needed[index - self.first] {
            return Ok(());
        }
        if entry.code == Code::Apply {
            return self.visit_application(index);
        }
        self.visit_scalar(entry, index);
        Ok(())
    }

    /// The reverse rule is linear in the cotangent. So its own reverse, from the operands' tangents
    /// to the cotangent, is the tangent rule.
    fn visit_application(&mut self, index: usize) -> Result<(), Error> {
        let (application, ids) = {
            let program = &self.tape.store.borrow().program;
            let (application, _) = program.application(index);
            let operands = program.applications[application].operands();
            (application, program.operands[operands].to_vec())
        };
        let tangents: Vec<_> = ids.iter().map(|&id| self.tangent(id as usize)).collect();
        let operands = ids.iter();
        let operands = operands.map(|&id| self.tape.recorded_entry(id as usize));
        let result = self.tape.recorded_entry(index);
        let at = RecordedPoint {
            operands: operands.collect(),
            wanted: tangents.iter().map(Option::is_some).collect(),
            result,
        };
        let cotangent = self.tape.ones(Operand::of_recorded(self.tape, result));
        let lent = Lent::new(self.tape, application);
        let shares = lent.op().vjp_recorded(&at, cotangent.recorded(self.tape));
        let Some(shares) = shares else {
            return Err(Error::NotRecordable {
                entry: index,
                op: lent.op().name(),
            });
        };
        drop(lent);
        let of_recorded = |recorded| Operand::of_recorded(self.tape, recorded);
        let mut pairs = Vec::new();
        for ((share, tangent), &operand) in shares.into_iter().zip(tangents).zip(&at.operands) {
            if let (Some(share), Some(tangent)) = (share, tangent) {
                pairs.push((of_recorded(share.summed_to(operand)), of_recorded(tangent)));
            }
        }
        let tangent = self.tape.differentiate_all(&pairs, &[cotangent])?[0];
        self.add(index, Some(tangent.recorded(self.tape)));
        Ok(())
    }
}

macro_rules! visit_scalar {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<'t, T: Scalar> Recorder<'t, T> {
            fn visit_scalar(&mut self, entry: Entry, index: usize) {
                let Entry { code, a, b } = entry;
                let (a, b) = (a as usize, b as usize);
                let at = |entry: usize| self.tape.recorded_entry(entry);
                let number = |number: usize| self.tape.recorded_number(number as u32);
                let (first, second) = match code {
                    Code::Apply | Code::Leaf | Code::Constant | Code::MatrixLeaf => (None, None),
                    Code::PowI => {
                        (self.tangent(a).map(|d| d * power_slope(at(a), b as i32)), None)
                    }
                    Code::MulItself => {
                        let half = self.tangent(a).map(|d| d * at(a));
                        (half, half)
                    }
                    $(Code::$u => {
                        (self.tangent(a).map(|d| d * $u::derivative(at(a), at(index))), None)
                    })*
                    $(
                        Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => (None, None),
                        Code::$b => (
                            self.tangent(a).map(|d| d * $b::dx(at(a), at(b), at(index))),
                            self.tangent(b).map(|d| d * $b::dy(at(a), at(b), at(index))),
                        ),
                        Code::$br => {
                            (self.tangent(a).map(|d| d * $b::dx(at(a), number(b), at(index))), None)
                        }
                        Code::$bl => {
                            (self.tangent(a).map(|d| d * $b::dy(number(b), at(a), at(index))), None)
                        }
                    )*
                };
                self.add(index, first);
                self.add(index, second);
            }
        }
    };
}
scalar_rules!(visit_scalar);
