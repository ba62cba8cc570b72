//! The net and the batch that every tool trains: 784-h-10, ReLU, softmax with cross-entropy,
//! gradient descent.

/// Numbers an example has.
pub const INPUTS: usize = 784;
/// Classes.
pub const CLASSES: usize = 10;
/// The learning rate.
pub const RATE: f32 = 0.1;

/// A batch and initial parameters; matrices row by row, as most tools want them.
pub struct Problem {
    pub batch: usize,
    pub hidden: usize,
    pub examples: Vec<f32>,
    pub labels: Vec<usize>,
    pub w1: Vec<f32>,
    pub w2: Vec<f32>,
}

impl Problem {
    /// Uniform examples from 0 to 1, weights from −0.05 to 0.05, biases 0: the stream of SplitMix64
    /// from 42, which `python/step.py` draws from too.
    pub fn new(batch: usize, hidden: usize) -> Self {
        let mut random = SplitMix(42);
        let examples = (0..batch * INPUTS).map(|_| random.unit()).collect();
        let classes = CLASSES as u64;
        let labels = (0..batch)
            .map(|_| (random.next() % classes) as usize)
            .collect();
        let mut weights = |n| (0..n).map(|_| 0.1 * (random.unit() - 0.5)).collect();
        Problem {
            batch,
            hidden,
            examples,
            labels,
            w1: weights(INPUTS * hidden),
            w2: weights(hidden * CLASSES),
        }
    }
}

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, 24 bits.
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }
}
