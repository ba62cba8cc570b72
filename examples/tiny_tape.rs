//! The whole idea in one file: a tape of sums and products, made from nothing, beside the real one.
//!
//! An entry names its operation and where its operands lie. An operand always precedes its result,
//! so computing is a loop forwards and differentiating a loop backwards. The bill of the shopping
//! comes out, and the same derivatives as from the crate `tape`. `-- --svg FILE` draws the graph
//! that the list stands for.
//!
//! ```text
//!    entry      value  derivative
//! 0  Leaf       100.0         2.2
//! 1  Leaf         2.0       110.0
//! 2  Leaf       150.0         3.3
//! 3  Leaf         3.0       165.0
//! 4  Leaf         1.1       650.0
//! 5  Mul(0, 1)  200.0         1.1
//! 6  Mul(2, 3)  450.0         1.1
//! 7  Add(5, 6)  650.0         1.1
//! 8  Mul(7, 4)  715.0         1.0
//! the crate's tape has 9 entries and finds the same: true
//! ```

use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::Tape;

#[derive(Clone, Copy, Debug)]
enum Entry {
    Leaf,
    Add(usize, usize),
    Mul(usize, usize),
}

/// The list: what was done, and what came out.
#[derive(Default)]
struct TinyTape {
    entries: Vec<Entry>,
    values: Vec<f64>,
}

impl TinyTape {
    fn record(&mut self, entry: Entry, value: f64) -> usize {
        self.entries.push(entry);
        self.values.push(value);
        self.entries.len() - 1
    }

    fn leaf(&mut self, value: f64) -> usize {
        self.record(Entry::Leaf, value)
    }

    fn add(&mut self, x: usize, y: usize) -> usize {
        self.record(Entry::Add(x, y), self.values[x] + self.values[y])
    }

    fn mul(&mut self, x: usize, y: usize) -> usize {
        self.record(Entry::Mul(x, y), self.values[x] * self.values[y])
    }

    /// The derivative of `output` by every entry.
    fn sweep(&self, output: usize) -> Vec<f64> {
        let mut cotangents = vec![0.0; self.entries.len()];
        cotangents[output] = 1.0;
        for (z, entry) in self.entries.iter().enumerate().rev() {
            let dz = cotangents[z];
            match *entry {
                Entry::Leaf => {}
                Entry::Add(x, y) => {
                    cotangents[x] += dz;
                    cotangents[y] += dz;
                }
                Entry::Mul(x, y) => {
                    cotangents[x] += dz * self.values[y];
                    cotangents[y] += dz * self.values[x];
                }
            }
        }
        cotangents
    }
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("tiny_tape.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let mut tiny = TinyTape::default();
    let leaves = [100.0, 2.0, 150.0, 3.0, 1.1].map(|value| tiny.leaf(value));
    let [apple, apples, orange, oranges, tax] = leaves;
    let (both_apples, all_oranges) = (tiny.mul(apple, apples), tiny.mul(orange, oranges));
    let together = tiny.add(both_apples, all_oranges);
    let price = tiny.mul(together, tax);

    let tape = Tape::new();
    let found = [100.0, 2.0, 150.0, 3.0, 1.1].map(|x| tape.var(x));
    let [apple, apples, orange, oranges, tax] = found;
    let gradient = ((apple * apples + orange * oranges) * tax).gradient();
    let found = found.map(|leaf| gradient.of(leaf));

    let cotangents = tiny.sweep(price);
    println!("   entry      value  derivative");
    for (k, entry) in tiny.entries.iter().enumerate() {
        let entry = format!("{entry:?}");
        println!(
            "{k}  {entry:9} {:6.1}  {:10.1}",
            tiny.values[k], cotangents[k]
        );
    }
    let same = leaves
        .iter()
        .zip(found)
        .all(|(&leaf, found)| cotangents[leaf] == found);
    println!(
        "the crate's tape has {} entries and finds the same: {same}",
        tape.len()
    );

    let picture = tape.picture_with("What the list stands for", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
