//! Functions made of a tape, which have one recording and no closure.

use super::construct::{Expected, Function};
use super::recording::Recording;
use super::source::Source;
use super::structure::Structure;
use crate::error::Error;
use crate::handle::{Operand, Tape};
use crate::list::{EntryId, MatrixId, VarId};
use crate::number::Scalar;
use crate::rules::Code;
use std::sync::Arc;

impl<T: Scalar> Function<T> {
    /// The program of a tape, from entries that can be set to entries that were computed; each
    /// scalar and each matrix is an input, or an output, of its own. Names are those given to the
    /// entries, or `x0`, `x1`, … and `y0`, `y1`, …; matrices recorded with [`Tape::input`] are
    /// data.
    ///
    /// Without a closure there is one recording: at a point where a comparison turns out otherwise,
    /// an evaluation is refused.
    ///
    /// ```
    /// use tape::{EntryId, Function, Tape};
    /// let tape = Tape::new();
    /// let (apple, apples) = (tape.var(100.0).named("apple"), tape.var(2.0).named("apples"));
    /// let price = (apple * apples * 1.1).named("price");
    /// let ids = [apple, apples, price].map(|var| EntryId::Scalar(var.id()));
    /// let f = Function::of_tape(tape, &ids[..2], &ids[2..])?;
    /// assert_eq!(f.gradient(&[200.0, 3.0])?, [3.0 * 1.1, 200.0 * 1.1]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if an id names no entry of this tape,
    /// [`Error::NotALeaf`] if an input was computed.
    ///
    /// # Panics
    /// If two inputs, or two outputs, have the same name.
    pub fn of_tape(tape: Tape<T>, inputs: &[EntryId], outputs: &[EntryId]) -> Result<Self, Error> {
        let (mut structure, mut entries) = (Structure::new(), Vec::new());
        for (i, &id) in inputs.iter().enumerate() {
            let (index, name) = named(&tape, id, 'x', i)?;
            let store = tape.store.borrow();
            let program = &store.program;
            let entry = program.entries.at(index as usize);
            if !matches!(entry.code, Code::Leaf | Code::MatrixLeaf) {
                return Err(program.not_a_leaf(index as usize));
            }
            let (shape, active) = program.shape_and_activity(index);
            let is_matrix = entry.block().is_some();
            structure = structure.with(&name, shape, is_matrix, !active);
            entries.push(index);
        }
        let (mut results, mut sources) = (Structure::new(), Vec::new());
        for (i, &id) in outputs.iter().enumerate() {
            let (index, name) = named(&tape, id, 'y', i)?;
            let program = &tape.store.borrow().program;
            let is_matrix = program.entries.at(index as usize).block().is_some();
            results = results.with(&name, program.shape(index), is_matrix, false);
            sources.push(Source::Entry(index));
        }
        let recording = Recording::of_tape(tape, structure, entries, results, sources);
        Ok(Function::of_recording(recording))
    }

    fn of_recording(mut recording: Recording<T>) -> Self {
        recording.ops = recording.program.share();
        let function = Function::of(None, Expected::Named(recording.inputs.clone()));
        let kept = function.keep(&Arc::new(recording));
        debug_assert!(kept.is_some(), "there is room for one");
        function
    }

    /// The derivative of a function made of a tape: that tape again, with the derivative recorded
    /// after it.
    pub(super) fn derivative_of_tape(&self) -> Result<Function<T>, Error> {
        let known = self.known();
        let recording = known
            .first()
            .expect("a function of a tape has its recording");
        let tape = Tape::of_parts(
            recording.program.copy(&recording.ops),
            recording.recorded.clone(),
        );
        let found = recording.outputs.len();
        if found != 1 {
            return Err(Error::NotOneResult { found });
        }
        let parameters: Vec<_> = recording.parameters().collect();
        let (mut results, mut sources) = (Structure::new(), Vec::new());
        {
            let handle = |entry: u32| tape.operand(entry);
            let output = match recording.sources[0] {
                Source::Entry(entry) => match handle(entry) {
                    Operand::Matrix(matrix) => matrix.sum().into(),
                    scalar => scalar,
                },
                Source::Number(number) => number.into(),
            };
            let by: Vec<Operand<'_, T>> = parameters
                .iter()
                .flat_map(|(part, entry)| {
                    let count = if part.is_matrix {
                        1
                    } else {
                        part.shape.len() as u32
                    };
                    (*entry..*entry + count).map(handle)
                })
                .collect();
            let slopes = tape.differentiate(output, T::one(), &by)?;
            for (part, _) in &parameters {
                results = results.with(&part.name, part.shape, part.is_matrix, false);
            }
            sources.extend(slopes.into_iter().map(|slope| match slope.entry(&tape) {
                Some(entry) => Source::Entry(entry as u32),
                None => Source::Number(slope.scalar().value()),
            }));
        }
        let (inputs, entries) = (recording.inputs.clone(), recording.input_entries.clone());
        let recording = Recording::of_tape(tape, inputs, entries, results, sources);
        Ok(Function::of_recording(recording))
    }
}

/// The index of an entry, and its name, or one of a letter and a number.
fn named<T: Scalar>(
    tape: &Tape<T>,
    id: EntryId,
    letter: char,
    number: usize,
) -> Result<(u32, String), Error> {
    let (EntryId::Scalar(VarId(id)) | EntryId::Matrix(MatrixId(id))) = id;
    let store = tape.store.borrow();
    tape.history
        .check(id, tape.number, store.program.entries.len())?;
    let names = store.program.names.by_entry();
    let name = names.get(&id.index).map(|name| name.to_string());
    let name = name.unwrap_or_else(|| format!("{letter}{number}"));
    Ok((id.index, name))
}
