//! Paper to draw on: the page's own net reads it.

use nn::Net;
use playground::page::wasm;
use playground::report::Paper;

use crate::dataset::Split;
use crate::float::Float;

/// The playground, whose WebAssembly the report takes.
const PLAYGROUND: &str = include_str!("../../../../docs/playground.html");

/// Paper, the net's answer, and the gradient at every pixel.
pub fn paper<T: Float>(net: &Net<T>, test: &Split) -> String {
    let paper = Paper {
        wasm: wasm(PLAYGROUND).expect("the page was built with its WebAssembly"),
        weights: &net.to_safetensors().expect("every net can be written"),
        size: [test.height(), test.width()],
        classes: net.classes(),
    };
    format!(
        "<section>\n<h2>Draw a digit</h2>\n\
         <p>This net reads what you draw, here in the page; nothing is sent anywhere. The colours \
         are the gradient at every pixel: <span class=\"key positive\">blue</span> where ink would \
         make the digit more likely, <span class=\"key negative\">orange</span> where less. A \
         click on one of the mistakes below lays it on the paper.</p>\n{paper}</section>\n"
    )
}
