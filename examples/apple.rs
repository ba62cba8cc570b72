//! Two apples with tax: the book's first computational graph (section 5.1).
//!
//! Each operation is recorded on the tape as it is computed; the sweep then walks the tape
//! backwards. A yen more on the price of one apple makes the bill 2.2 yen higher. `-- --svg FILE`
//! draws the graph.
//!
//! ```text
//! price 220
//! d price / d apple  = 2.2
//! d price / d apples = 110
//! d price / d tax    = 200
//! ```

use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("apple.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let apple = tape.var(100.0).named("apple");
    let apples = tape.var(2.0).named("apples");
    let tax = tape.var(1.1).named("tax");

    let price = (apple * apples * tax).named("price");
    println!("price {price:.0}");

    let gradient = price.gradient();
    println!("d price / d apple  = {:.1}", gradient.of(apple));
    println!("d price / d apples = {:.0}", gradient.of(apples));
    println!("d price / d tax    = {:.0}", gradient.of(tax));

    let picture = tape.picture_with("Two apples", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
