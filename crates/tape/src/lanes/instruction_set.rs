//! Which instructions the loops over lanes are compiled for.
//!
//! The loops are written once, as safe code that is compiled several times: for every processor of
//! the target, and on x86-64 for AVX2 and AVX-512. Which one runs is decided here, at run time.
//!
//! This file has `unsafe` for one reason: a function that is compiled for instructions which not
//! every processor has may be called only on one that has them. [`InstructionSet`] cannot be had
//! without that: its constructors ask the processor, for exactly the features that the functions
//! are compiled with; the list of both is written once, by the macro.
#![allow(unsafe_code)]

use super::forward::forward;
use super::lane::Lane;
use super::plan::Forward;
use super::reverse::reverse;
use super::reverse_plan::Backward;
use super::rows::Rows;
use super::straight::Straight;
use crate::number::Scalar;
use std::any::Any;
use std::fmt;

/// Whether many inputs are computed with the library's own elementary functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Functions that work on vectors, within three units of the last place of the standard
    /// library's. Values and derivatives are then within rounding of those of a tape.
    #[default]
    Fast,
    /// The standard library's functions: every result is a tape's to the last bit.
    Exact,
}

/// Instructions for vectors that the loops over many inputs can use.
///
/// ```
/// use tape::InstructionSet;
/// let all = InstructionSet::all();
/// assert_eq!(all[0], InstructionSet::best());
/// assert_eq!(all[all.len() - 1].to_string(), "plain");
/// assert_eq!(InstructionSet::by_name("plain"), Some(InstructionSet::PLAIN));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstructionSet(Vectors);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Vectors {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Plain,
}

impl InstructionSet {
    /// What every processor of the target has.
    pub const PLAIN: InstructionSet = InstructionSet(Vectors::Plain);

    /// Those of this processor, best first.
    pub fn all() -> Vec<InstructionSet> {
        #[cfg(target_arch = "x86_64")]
        let wide = x86::all();
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [];
        wide.into_iter().chain([Self::PLAIN]).collect()
    }

    /// The widest that this processor has.
    pub fn best() -> InstructionSet {
        Self::all()[0]
    }

    /// The one of this name, `"avx512"`, `"avx2"` or `"plain"`, if the processor has it.
    pub fn by_name(name: &str) -> Option<InstructionSet> {
        Self::all().into_iter().find(|set| set.to_string() == name)
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => "avx2",
            Vectors::Plain => "plain",
        })
    }
}

/// Loops that are compiled for vectors of the processor. `run` must be inlined, `inline(always)`,
/// and so must all that should become vector code.
pub(crate) trait Kernel {
    /// Runs them.
    fn run(self);
}

/// Which of the compiled versions of a [`Kernel`] runs: that for AVX2, if the processor has it, or
/// the one for every processor. Its arithmetic is the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compiled(Vectors);

impl Compiled {
    /// The best for this processor.
    pub fn best() -> Self {
        Compiled(InstructionSet::best().0)
    }

    /// Runs a kernel.
    pub fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            // SAFETY: as in `forward_by`.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 | Vectors::Avx2 => unsafe { x86::avx2::run(kernel) },
            Vectors::Plain => kernel.run(),
        }
    }
}

/// How loops over lanes run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub set: InstructionSet,
    pub precision: Precision,
}

/// [`forward`], compiled for what `how` says; for other numbers than `f32` and `f64` plainly.
pub(super) fn run_forward<T: Scalar>(
    how: How,
    steps: &[Forward],
    numbers: &Vec<T>,
    values: &mut Rows<T>,
    at: usize,
) -> usize {
    if let Some((numbers, values)) = both(numbers, values) {
        return single::forward(how, steps, numbers, values, at);
    }
    if let Some((numbers, values)) = both(numbers, values) {
        return double::forward(how, steps, numbers, values, at);
    }
    forward::<T, T>(steps, numbers, values, at)
}

/// [`reverse`], likewise.
pub(super) fn run_reverse<T: Scalar>(
    how: How,
    steps: &[Backward],
    numbers: &Vec<T>,
    (values, cotangents): (&Rows<T>, &mut Rows<T>),
    at: usize,
) -> usize {
    if let Some((numbers, cotangents)) = both(numbers, cotangents)
        && let Some(values) = (values as &dyn Any).downcast_ref()
    {
        return single::reverse(how, steps, numbers, (values, cotangents), at);
    }
    if let Some((numbers, cotangents)) = both(numbers, cotangents)
        && let Some(values) = (values as &dyn Any).downcast_ref()
    {
        return double::reverse(how, steps, numbers, (values, cotangents), at);
    }
    reverse::<T, T>(steps, numbers, values, cotangents, at)
}

/// Numbers and rows, if they are of `F`.
#[expect(
    clippy::ptr_arg,
    reason = "only what has a size can be asked for its type"
)]
fn both<'r, T: Scalar, F: Scalar>(
    numbers: &'r Vec<T>,
    rows: &'r mut Rows<T>,
) -> Option<(&'r Vec<F>, &'r mut Rows<F>)> {
    let numbers = (numbers as &dyn Any).downcast_ref()?;
    let rows = (rows as &mut dyn Any).downcast_mut()?;
    Some((numbers, rows))
}

/// The loops for one type of number. They are no generic functions, so that they are compiled here
/// and not again in every crate that uses them.
///
/// Each copy costs time when the crate is built. So `f32`, whose elementary functions are those of
/// `f64`, and exact precision are not compiled for AVX-512: these take what is compiled for AVX2.
macro_rules! loops_over {
    ($($module:ident $Float:ident $wide:literal;)*) => {
        $(mod $module {
            use super::{Backward, Forward, How, Precision, Rows, Straight};
            use super::{forward_by, reverse_by};

            type Fused = Straight<$Float, true>;
            type Apart = Straight<$Float, false>;

            pub fn forward(
                how: How,
                steps: &[Forward],
                numbers: &[$Float],
                values: &mut Rows<$Float>,
                at: usize,
            ) -> usize {
                let run = match how.precision {
                    Precision::Fast => forward_by::<$wide, $Float, Fused, Apart>,
                    Precision::Exact => forward_by::<false, $Float, $Float, $Float>,
                };
                run(how.set.0, steps, numbers, values, at)
            }

            pub fn reverse(
                how: How,
                steps: &[Backward],
                numbers: &[$Float],
                rows: (&Rows<$Float>, &mut Rows<$Float>),
                at: usize,
            ) -> usize {
                let run = match how.precision {
                    Precision::Fast => reverse_by::<$wide, $Float, Fused, Apart>,
                    Precision::Exact => reverse_by::<false, $Float, $Float, $Float>,
                };
                run(how.set.0, steps, numbers, rows, at)
            }
        })*
    };
}
loops_over! {
    single f32 false;
    double f64 true;
}

/// `Fused` are the numbers where there are fused multiply-adds, `Apart` where there are none;
/// `WIDE` says whether there is code of its own for AVX-512.
fn forward_by<const WIDE: bool, T: Scalar, Fused: Lane<T>, Apart: Lane<T>>(
    vectors: Vectors,
    steps: &[Forward],
    numbers: &[T],
    values: &mut Rows<T>,
    at: usize,
) -> usize {
    match vectors {
        // SAFETY: a `Vectors` of a name exists only where the processor was seen to have every
        // feature that the function of this name is compiled with. AVX-512 has all of AVX2's.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx512 if WIDE => unsafe {
            x86::avx512::forward::<T, Fused>(steps, numbers, values, at)
        },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx512 | Vectors::Avx2 => unsafe {
            x86::avx2::forward::<T, Fused>(steps, numbers, values, at)
        },
        Vectors::Plain => forward::<T, Apart>(steps, numbers, values, at),
    }
}

fn reverse_by<const WIDE: bool, T: Scalar, Fused: Lane<T>, Apart: Lane<T>>(
    vectors: Vectors,
    steps: &[Backward],
    numbers: &[T],
    (values, cotangents): (&Rows<T>, &mut Rows<T>),
    at: usize,
) -> usize {
    match vectors {
        // SAFETY: as in `forward_by`.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx512 if WIDE => unsafe {
            x86::avx512::reverse::<T, Fused>(steps, numbers, values, cotangents, at)
        },
        // SAFETY: as in `forward_by`.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx512 | Vectors::Avx2 => unsafe {
            x86::avx2::reverse::<T, Fused>(steps, numbers, values, cotangents, at)
        },
        Vectors::Plain => reverse::<T, Apart>(steps, numbers, values, cotangents, at),
    }
}

/// The loops for x86-64 processors.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{InstructionSet, Vectors};
    use std::arch::is_x86_feature_detected as has;

    /// Compiles the loops with some features, and asks the processor for the same.
    macro_rules! compiled {
        ($($module:ident $name:ident [$($feature:tt)*];)*) => {
            $(pub(super) mod $module {
                use super::super::{Backward, Forward, Kernel, Lane, Rows, Scalar};

                $(#[target_feature(enable = $feature)])*
                pub fn forward<T: Scalar, N: Lane<T>>(
                    steps: &[Forward],
                    numbers: &[T],
                    values: &mut Rows<T>,
                    at: usize,
                ) -> usize {
                    super::super::forward::<T, N>(steps, numbers, values, at)
                }

                $(#[target_feature(enable = $feature)])*
                pub fn reverse<T: Scalar, N: Lane<T>>(
                    steps: &[Backward],
                    numbers: &[T],
                    values: &Rows<T>,
                    cotangents: &mut Rows<T>,
                    at: usize,
                ) -> usize {
                    super::super::reverse::<T, N>(steps, numbers, values, cotangents, at)
                }

                $(#[target_feature(enable = $feature)])*
                #[allow(dead_code, reason = "not every version of a kernel is in use")]
                pub fn run<K: Kernel>(kernel: K) {
                    kernel.run();
                }
            })*

            /// What this processor has.
            pub(super) fn all() -> Vec<InstructionSet> {
                let mut all = Vec::new();
                $(if $(has!($feature))&&* {
                    all.push(InstructionSet(Vectors::$name));
                })*
                all
            }
        };
    }
    compiled! {
        avx512 Avx512 ["avx512f" "avx512bw" "avx512dq" "avx512vl" "avx2" "fma" "bmi1" "bmi2"];
        avx2 Avx2 ["avx2" "fma" "bmi1" "bmi2"];
    }
}
