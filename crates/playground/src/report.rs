//! Paper to draw on for the report of a training run: its own net reads it, by the WebAssembly of
//! [`page`](crate::page).

use crate::page::WASM;
use crate::parts::{self, DOM, ENGINE, LOOK, LOOK_STYLE};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fmt;

/// A net with paper before it. Written, it is the inside of a `<section>` and its scripts, in HTML
/// that is well-formed XML, too; it needs [`Paper::STYLE`], and nothing that is not in it.
///
/// The page may show misread images: a `<figure data-label="7">` each, with an `<img>` of ink on
/// nothing, in an element called `mistakes`. They can be laid on the paper then.
///
/// ```
/// use nn::TwoLayerNet;
/// use playground::report::Paper;
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// let net = TwoLayerNet::<f64>::new(784, 50, 10, 0.01, &mut ChaCha8Rng::seed_from_u64(1)).net;
/// let page = std::fs::read_to_string("../../docs/playground.html")?;
/// let paper = Paper {
///     wasm: playground::page::wasm(&page).expect("WebAssembly in the page"),
///     weights: &net.to_safetensors()?,
///     size: [28, 28],
///     classes: 10,
/// };
/// assert!(paper.to_string().contains("<canvas"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Paper<'a> {
    /// The WebAssembly of the playground's page, as [`wasm`](crate::page::wasm) finds it there.
    pub wasm: &'a str,
    /// The net: the bytes of a weights file.
    pub weights: &'a [u8],
    /// Height and width of the images that it takes.
    pub size: [usize; 2],
    /// How many classes it knows.
    pub classes: usize,
}

impl Paper<'_> {
    /// How it looks. It takes its colours from `--text`, `--quiet`, `--line`, `--edge`, `--page`,
    /// `--card`, `--accent`, `--help` and `--hurt`, each `#` and six digits.
    pub const STYLE: &'static str = LOOK_STYLE;
}

impl fmt::Display for Paper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [height, width] = self.size;
        let scripts = [ENGINE, DOM].iter().chain(&LOOK).copied();
        let scripts: Vec<&str> = scripts.chain([include_str!("../page/report.js")]).collect();
        let weights = BASE64_STANDARD.encode(self.weights);
        writeln!(
            f,
            "<div id=\"draw\" data-height=\"{height}\" data-width=\"{width}\" \
             data-classes=\"{}\">\n{}</div>",
            self.classes,
            parts::look("A test image it misread")
        )?;
        writeln!(f, "{}", parts::data(WASM, self.wasm))?;
        writeln!(f, "{}", parts::data("weights", &weights))?;
        writeln!(f, "{}", parts::script(&scripts.join("\n")))
    }
}
