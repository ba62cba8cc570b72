//! Apples, oranges and tax: the graph in which two branches meet (the book's section 5.4.2).
//!
//! Every value and every derivative of the graph comes out, those on the edges in the middle too:
//! any handle can be asked for its cotangent. `-- --svg FILE` draws the graph; `-- --player FILE`
//! writes a page that steps through it.
//!
//! ```text
//!                value  derivative
//! apple          100.0         2.2
//! apples           2.0       110.0
//! orange         150.0         3.3
//! oranges          3.0       165.0
//! apple total    200.0         1.1
//! orange total   450.0         1.1
//! together       650.0         1.1
//! tax              1.1       650.0
//! price          715.0         1.0
//! ```

use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("apple_orange.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let (apple, apples) = (tape.var(100.0), tape.var(2.0));
    let (orange, oranges) = (tape.var(150.0), tape.var(3.0));
    let tax = tape.var(1.1);

    let apple_total = apple * apples;
    let orange_total = orange * oranges;
    let together = apple_total + orange_total;
    let price = together * tax;

    let gradient = price.gradient();
    println!("{:12} {:>7} {:>11}", "", "value", "derivative");
    for (name, edge) in [
        ("apple", apple),
        ("apples", apples),
        ("orange", orange),
        ("oranges", oranges),
        ("apple total", apple_total),
        ("orange total", orange_total),
        ("together", together),
        ("tax", tax),
        ("price", price),
    ] {
        println!("{name:12} {edge:7.1} {:11.1}", gradient.of(edge));
        let _ = edge.named(name);
    }
    let picture = tape.picture_with("Apples and oranges", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
