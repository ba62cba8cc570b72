//! Why a file is no checkpoint.

use nn::WeightsError;

/// The version of the format.
pub const VERSION: u32 = 2;

/// Why a file is no checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is no first line.
    #[error(
        "not a checkpoint: {bytes} bytes without the end of a line, expected a line of JSON first"
    )]
    NoLine {
        /// How long the file is.
        bytes: usize,
    },
    /// A line is not what it should be.
    #[error(
        "not a checkpoint: its line {line} is not what `mnist` writes, from column {column} on"
    )]
    Line {
        /// Which, 1 or 2.
        line: usize,
        /// From where on, counted from 1.
        column: usize,
    },
    /// More or less than there should be.
    #[error(
        "the checkpoint is damaged: found {found} bytes after its first line, expected {expected}"
    )]
    Length {
        /// The bytes there are.
        found: usize,
        /// How many the first line says.
        expected: usize,
    },
    /// Other bytes than were written.
    #[error("the checkpoint is damaged: found the CRC-32 {found:08x}, expected {expected:08x}")]
    Damaged {
        /// The sum of what is there.
        found: u32,
        /// The sum the first line says.
        expected: u32,
    },
    /// A file of another version of this program.
    #[error("a checkpoint of version {found}, expected version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Settings that no run has.
    #[error(
        "not a checkpoint: a batch, a shard or a layer of nothing, or a learning rate that is not \
         finite"
    )]
    Settings,
    /// The net's bytes are not a net.
    #[error("the net in the checkpoint: {0}")]
    Net(#[from] WeightsError),
    /// The net has other layers than the settings ask for.
    #[error("the net in the checkpoint is `{found}`, expected `{expected}`")]
    Layers {
        /// The net's layers.
        found: String,
        /// What is asked for.
        expected: String,
    },
    /// What the optimiser keeps is not there.
    #[error("the optimiser's numbers in the checkpoint are not those of its net")]
    Optimiser,
    /// The best net is not there.
    #[error("the best net in the checkpoint is not as long as its state says")]
    Best,
    /// The net has other sizes than the settings and the images ask for.
    #[error("the net in the checkpoint has the sizes {found:?}, expected {expected:?}")]
    Sizes {
        /// The net's sizes.
        found: Vec<usize>,
        /// What is asked for.
        expected: Vec<usize>,
    },
}
