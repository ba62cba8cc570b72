//! How much is recorded: the length of every column of a store, and cutting them back.
//!
//! Recording only appends. So a moment of the recording is told by how long each column was, and
//! coming back to it is cutting each of them to that length.

use super::store::Store;
use crate::number::Scalar;

/// Makes [`Lengths`] from the names of the columns, so that none can be forgotten in one place.
macro_rules! columns {
    ($($part:ident: $($column:ident),*;)*) => {
        /// How long each column of a store is.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Lengths {
            $($(pub $column: usize,)*)*
        }

        impl Lengths {
            /// How much is recorded in all: grows by whatever is recorded, entry or not.
            pub fn total(&self) -> usize {
                0 $($(+ self.$column)*)*
            }
        }

        impl<T: Scalar> Store<T> {
            /// How long each column is.
            pub fn lengths(&self) -> Lengths {
                Lengths { $($($column: self.$part.$column.len(),)*)* }
            }

            /// Cuts every column back to what it was; the memory is kept.
            pub fn truncate(&mut self, to: &Lengths) {
                $($(self.$part.$column.truncate(to.$column);)*)*
                // These two have an element for each entry.
                self.primals.values.truncate(to.entries);
                if let Some(places) = &mut self.program.places {
                    places.truncate(to.entries);
                }
            }
        }
    };
}
columns!(
    program: entries, numbers, operands, blocks, applications, guards, scopes, names;
    primals: arena, residuals;
);
