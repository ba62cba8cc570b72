//! A graph of one's own, in which an intermediate value is used three times.
//!
//! The derivatives that come back along the three edges from `s` add up. The tape itself is
//! printed: one entry for each operation, in the order of the program, with the rule that the sweep
//! applied to it. In a rule `x` is the operand and `y` the result, or `x` and `y` are the operands
//! and `z` is the result. `-- --svg FILE` draws the graph.
//!
//! ```text
//!    op    name     value  derivative  rule
//! 0  leaf  a       0.5000     -0.6892
//! 1  leaf  b       3.0000     -0.1149
//! 2  mul   s       1.5000     -0.2297  dx = dz · y, dy = dz · x
//! 3  sin           0.9975      1.5000  dx = dy · cos x
//! 4  mul           1.4962      1.0000  dx = dz · y, dy = dz · x
//! 5  div           2.0000      1.0000  dx = dz / y, dy = −dz · z / y
//! 6  add   f       3.4962      1.0000  dx = dz, dy = dz
//! ```

use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::{EntryId, Tape};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("scalar_graph.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let a = tape.var(0.5).named("a");
    let b = tape.var(3.0).named("b");
    let s = (a * b).named("s");
    let f = (s.sin() * s + 3.0 / s).named("f");

    let gradient = f.gradient();
    println!("   op    name     value  derivative  rule");
    for entry in tape.entries() {
        let EntryId::Scalar(id) = entry.id else {
            unreachable!("there are only scalars on this tape");
        };
        println!(
            "{}  {:5} {:5} {:8.4} {:11.4}  {}",
            entry.index,
            entry.op,
            entry.name.as_deref().unwrap_or(""),
            tape.value(id)?,
            gradient.of(id)?,
            entry.formula,
        );
    }
    let picture = tape.picture_with("One value, used three times", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
