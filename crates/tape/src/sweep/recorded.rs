//! The reverse sweep as a recording: what a sweep would compute, as entries of the same tape.
//!
//! They can be replayed, swept, drawn and checked like any others, and so be differentiated again.
//! The rules are those of the other sweep; here the number that their slopes are computed with is a
//! handle.

use crate::error::Error;
use crate::handle::{MatrixVar, Operand, Tape};
use crate::number::Scalar;
use crate::op::{Absent, Entry, Node, Op, Recorded, RecordedPoint};
use crate::ops::power_slope;
use crate::rules::*;
use crate::shape::Shape;
use std::ops::Range;

impl<T: Scalar> Tape<T> {
    /// Records the derivatives of an output by some entries, leaves or computed: what a sweep of
    /// the output with the seed `seed` would give them, as handles.
    ///
    /// The output is a scalar or a matrix, and the seed of its shape, a handle or a number. What
    /// comes back has the shapes of `by`; it is a plain 0, or an input of zeros, for what the
    /// output does not depend on.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let y = x.powi(4);
    /// let slope = tape.differentiate(y, 1.0, &[x.into()])?[0].scalar();
    /// let curvature = tape.differentiate(slope, 1.0, &[x.into()])?[0].scalar();
    /// assert_eq!((slope.value(), curvature.value()), (32.0, 48.0));
    /// assert_eq!(curvature.gradient().of(x), 48.0); // 24 x
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotRecordable`] if it would have to go through an op that has no
    /// [`vjp_recorded`](Op::vjp_recorded); some derivatives may have been recorded then, which
    /// nothing uses.
    ///
    /// # Panics
    /// If a handle is another tape's, or the seed has another shape than the output.
    #[track_caller]
    pub fn differentiate<'t>(
        &'t self,
        output: impl Into<Operand<'t, T>>,
        seed: impl Into<Operand<'t, T>>,
        by: &[Operand<'t, T>],
    ) -> Result<Vec<Operand<'t, T>>, Error> {
        let (output, seed) = (output.into(), seed.into());
        assert!(
            output.shape() == seed.shape() && (output.is_matrix() || !seed.is_matrix()),
            "a seed of {} for an output of {}",
            seed.shape(),
            output.shape()
        );
        self.differentiate_all(&[(output, seed)], by)
    }

    /// [`differentiate`](Tape::differentiate) for several outputs, whose derivatives add up.
    #[track_caller]
    pub(crate) fn differentiate_all<'t>(
        &'t self,
        outputs: &[(Operand<'t, T>, Operand<'t, T>)],
        by: &[Operand<'t, T>],
    ) -> Result<Vec<Operand<'t, T>>, Error> {
        let entry = |operand: &Operand<'t, T>| operand.entry(self);
        let targets: Vec<Option<usize>> = by.iter().map(entry).collect();
        let end = outputs.iter().filter_map(|(output, _)| entry(output)).max();
        let end = end.map_or(0, |last| last + 1);
        // What comes before the first target does not depend on any. Derivatives within a long
        // recording, one after the other, would each walk over all of it.
        let first = targets
            .iter()
            .flatten()
            .min()
            .map_or(end, |&first| first.min(end));
        let mut recorder = Recorder {
            tape: self,
            first,
            cotangents: vec![None; end - first],
            wanted: self.depending(first..end, targets.iter().flatten().copied()),
        };
        for (output, seed) in outputs {
            if let Some(index) = output.entry(self) {
                recorder.add(index, seed.recorded(self));
            }
        }
        for index in (first..end).rev() {
            recorder.visit(index)?;
        }
        let results = by.iter().zip(targets).map(|(operand, target)| {
            let found = target.and_then(|index| recorder.cotangents.get(index - first).copied()?);
            match (found, operand) {
                (Some(cotangent), _) => Operand::of_recorded(self, cotangent),
                (None, Operand::Scalar(_)) => Operand::from(<T as num_traits::Zero>::zero()),
                (None, Operand::Matrix(matrix)) => self.zeros(matrix.shape()).into(),
            }
        });
        Ok(results.collect())
    }

    #[track_caller]
    pub(super) fn zeros(&self, shape: Shape) -> MatrixVar<'_, T> {
        let zero = <T as num_traits::Zero>::zero();
        self.input(&nalgebra::DMatrix::from_element(
            shape.rows, shape.cols, zero,
        ))
    }

    /// Which of a range of entries depend on some of those that are given, or are one; none that is
    /// given stands before the range.
    fn depending(&self, range: Range<usize>, given: impl Iterator<Item = usize>) -> Vec<bool> {
        let store = self.store.borrow();
        let (program, first) = (&store.program, range.start);
        let mut depends = vec![false; range.len()];
        for index in given.filter(|index| range.contains(index)) {
            depends[index - first] = true;
        }
        for index in range {
            let mut any = depends[index - first];
            program.each_read(index, |operand| {
                any |= operand >= first && depends[operand - first];
            });
            depends[index - first] = any;
        }
        depends
    }

    /// An entry as rules see it.
    pub(super) fn recorded_entry(&self, index: usize) -> Recorded<'_, T> {
        let store = self.store.borrow();
        let node = match store.program.layout().block(index as u32) {
            None => Node::Scalar(index as u32, store.primals.values[index]),
            Some(block) => Node::Matrix(index as u32, block.shape()),
        };
        Recorded::on(self, node)
    }

    /// A number that an entry keeps, as rules see it.
    pub(super) fn recorded_number(&self, index: u32) -> Recorded<'_, T> {
        self.store.borrow().program.numbers[index as usize].into()
    }
}

/// A reverse sweep that records.
struct Recorder<'t, T: Scalar> {
    tape: &'t Tape<T>,
    /// The entry that the lists begin with.
    first: usize,
    cotangents: Vec<Option<Recorded<'t, T>>>,
    /// Which entries a derivative is wanted of, or through.
    wanted: Vec<bool>,
}

impl<'t, T: Scalar> Recorder<'t, T> {
    /// Adds to the cotangent of an entry, in its shape.
    fn add(&mut self, index: usize, contribution: Recorded<'t, T>) {
        if !self.wants(index) {
            return;
        }
        let contribution = contribution.summed_to(self.entry(index));
        let sum = match self.cotangents[index - self.first] {
            Some(before) => before + contribution,
            None => contribution,
        };
        self.cotangents[index - self.first] = Some(sum);
    }

    fn wants(&self, index: usize) -> bool {
        index >= self.first && self.wanted[index - self.first]
    }

    fn entry(&self, index: usize) -> Recorded<'t, T> {
        self.tape.recorded_entry(index)
    }

    fn number(&self, index: u32) -> Recorded<'t, T> {
        self.tape.recorded_number(index)
    }

    /// Turns the cotangent of an entry over to its operands.
    fn visit(&mut self, index: usize) -> Result<(), Error> {
        let cotangent = self.cotangents[index - self.first];
        let Some(cotangent) = cotangent.filter(|_| self.wants(index)) else {
            return Ok(());
        };
        let entry = {
            let program = &self.tape.store.borrow().program;
            let mut any = false;
            program.each_read(index, |operand| any |= self.wants(operand));
            if !any {
                return Ok(());
            }
            program.entries.at(index)
        };
        if entry.code == Code::Apply {
            return self.visit_application(index, cotangent);
        }
        self.visit_scalar(entry, index, cotangent);
        Ok(())
    }

    fn visit_application(&mut self, index: usize, cotangent: Recorded<'t, T>) -> Result<(), Error> {
        let (application, ids) = {
            let program = &self.tape.store.borrow().program;
            let (application, _) = program.application(index);
            let operands = program.applications[application].operands();
            (application, program.operands[operands].to_vec())
        };
        let operands = ids.iter().map(|&id| self.entry(id as usize)).collect();
        let at = RecordedPoint {
            operands,
            wanted: ids.iter().map(|&id| self.wants(id as usize)).collect(),
            result: self.entry(index),
        };
        let lent = Lent::new(self.tape, application);
        let Some(contributions) = lent.op().vjp_recorded(&at, cotangent) else {
            return Err(Error::NotRecordable {
                entry: index,
                op: lent.op().name(),
            });
        };
        drop(lent);
        for (&id, contribution) in ids.iter().zip(contributions) {
            if let Some(contribution) = contribution {
                self.add(id as usize, contribution);
            }
        }
        Ok(())
    }
}

macro_rules! visit_scalar {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<'t, T: Scalar> Recorder<'t, T> {
            fn visit_scalar(&mut self, entry: Entry, index: usize, d: Recorded<'t, T>) {
                let Entry { code, a, b } = entry;
                let (a, b) = (a as usize, b as usize);
                match code {
                    Code::Apply | Code::Leaf | Code::Constant | Code::MatrixLeaf => {}
                    Code::PowI => self.add(a, d * power_slope(self.entry(a), b as i32)),
                    Code::MulItself => {
                        let half = d * self.entry(a);
                        self.add(a, half + half);
                    }
                    $(Code::$u => {
                        let slope = $u::derivative(self.entry(a), self.entry(index));
                        self.add(a, d * slope);
                    })*
                    $(
                        Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => {}
                        Code::$b => {
                            let [x, y, z] = [a, b, index].map(|entry| self.entry(entry));
                            if self.wants(a) {
                                self.add(a, d * $b::dx(x, y, z));
                            }
                            if self.wants(b) {
                                self.add(b, d * $b::dy(x, y, z));
                            }
                        }
                        Code::$br => {
                            let (x, y) = (self.entry(a), self.number(b as u32));
                            self.add(a, d * $b::dx(x, y, self.entry(index)));
                        }
                        Code::$bl => {
                            let (x, y) = (self.number(b as u32), self.entry(a));
                            self.add(a, d * $b::dy(x, y, self.entry(index)));
                        }
                    )*
                }
            }
        }
    };
}
scalar_rules!(visit_scalar);

/// The op of an application while it records, lent by the tape: it records on the tape, which
/// cannot be read meanwhile. Dropped, also by a panic, it is put back.
pub(super) struct Lent<'t, T: Scalar> {
    tape: &'t Tape<T>,
    application: usize,
    op: Option<Box<dyn Op<T>>>,
}

impl<'t, T: Scalar> Lent<'t, T> {
    pub fn new(tape: &'t Tape<T>, application: usize) -> Self {
        let op = exchange(tape, application, Box::new(Absent));
        Lent {
            tape,
            application,
            op: Some(op),
        }
    }

    pub fn op(&self) -> &dyn Op<T> {
        &**self.op.as_ref().expect("it is lent until it is dropped")
    }
}

impl<T: Scalar> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        if let Some(op) = self.op.take() {
            exchange(self.tape, self.application, op);
        }
    }
}

fn exchange<T: Scalar>(tape: &Tape<T>, application: usize, op: Box<dyn Op<T>>) -> Box<dyn Op<T>> {
    let mut store = tape.store.borrow_mut();
    std::mem::replace(&mut store.program.applications[application].op, op)
}
