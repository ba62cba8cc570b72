//! The derivative of `f = x·y + sin x` as entries, and the derivative of that.
//!
//! `differentiate` records the reverse sweep: `∂f/∂x` is a number on the tape like any other, and
//! has a gradient. `-- --svg FILE` draws the graph: above, what was recorded for `f`; then what
//! came from it; with the cotangents of `∂f/∂x`, which are second derivatives.
//!
//! ```text
//! f has 5 entries, its derivative 2 more
//! ∂f/∂x =  0.57074   ∂f/∂y =  1.50000
//! ∂²f/∂x² = -0.99749   ∂²f/∂x∂y =  1.00000
//! −sin x  = -0.99749
//! f, and its derivative with respect to x
//!    node   uses    value  derivative
//! 0  x                1.5     -0.9975
//! 1  y                0.5           1
//! 2  ×      0 1      0.75
//! 3  sin    0      0.9975
//! 4  +      2 3     1.747
//! 5  cos    0     0.07074           1
//! 6  +      5 1    0.5707           1
//! 7  f      4
//! 8  ∂f/∂x  6
//! ```

use drawing::options;
use picture::Draw;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(
        include_str!("second_derivatives.rs"),
        &["--svg", "--player"],
    )?
    else {
        return Ok(());
    };
    let tape = Tape::new();
    let (x, y) = (tape.var(1.5).named("x"), tape.var(0.5).named("y"));
    let f = (x * y + x.sin()).named("f");
    let own = tape.len();

    let slopes = tape.differentiate(f, 1.0, &[x.into(), y.into()])?;
    let by_x = slopes[0].scalar().named("∂f/∂x");
    let by_y = slopes[1].scalar();
    println!(
        "f has {own} entries, its derivative {} more",
        tape.len() - own
    );
    println!(
        "∂f/∂x = {:8.5}   ∂f/∂y = {:8.5}",
        by_x.value(),
        by_y.value()
    );

    let second = by_x.gradient();
    println!(
        "∂²f/∂x² = {:8.5}   ∂²f/∂x∂y = {:8.5}",
        second.of(x),
        second.of(y)
    );
    println!("−sin x  = {:8.5}", -x.value().sin());

    let picture = tape.picture_with("f, and its derivative with respect to x", &second);
    println!("{}", picture.text(80).trim_end());
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
