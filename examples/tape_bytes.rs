//! How many bytes an entry takes, counted by the allocator.
//!
//! A chain of a million operations (2²⁰, for lists double) is recorded and swept; what the tape and
//! the sweep's buffer hold then is divided by its length. An entry is a code and two operands, 9
//! bytes, and its value, 8. A plain number is kept beside the entry that uses it, 8 more; so is a
//! line of the program.
//!
//! ```text
//! bytes per entry                              recorded    swept
//! y = y * x                                        17.0      9.0
//! y = y * 1.5                                      25.0      9.0
//! y = y * x, with locations                        25.0      9.0
//! ```

use allocation_counter::measure;
use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::{Cotangents, Seed, Tape, Var};

const LENGTH: usize = 1 << 20;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("tape_bytes.rs"), &["--player"])? else {
        return Ok(());
    };
    println!("{:44} {:>8} {:>8}", "bytes per entry", "recorded", "swept");
    report("y = y * x", Tape::new, |y, x| y * x)?;
    report("y = y * 1.5", Tape::new, |y, _| y * 1.5)?;
    report(
        "y = y * x, with locations",
        || Tape::new().with_locations(),
        |y, x| y * x,
    )?;
    Ok(options.save("--player", played)?)
}

/// The beginning of the chain, to be watched.
fn played() -> String {
    let tape = Tape::new();
    let x = tape.var(1.5).named("x");
    let y = (1..5).fold(x, |y, _| y * x);
    tape.picture_with("A chain", &y.gradient()).player()
}

/// Records a chain on a new tape, sweeps it, and prints what both hold.
fn report(
    name: &str,
    new: impl FnOnce() -> Tape,
    step: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>,
) -> Result<(), tape::Error> {
    let mut tape = None;
    let mut last = None;
    let recorded = measure(|| {
        let tape = tape.insert(new());
        let x = tape.var(1.0);
        let mut y = x;
        while tape.len() < LENGTH {
            y = step(y, x);
        }
        last = Some(y.id());
    });
    let tape = tape.expect("it was made");
    let last = last.expect("the last entry");
    let mut gradient = Cotangents::new();
    let mut result = Ok(());
    let swept = measure(|| result = tape.sweep(Seed::one(last), &mut gradient));
    result?;
    let each = |bytes: i64| bytes as f64 / LENGTH as f64;
    println!(
        "{name:44} {:8.1} {:8.1}",
        each(recorded.bytes_current),
        each(swept.bytes_current)
    );
    Ok(())
}
