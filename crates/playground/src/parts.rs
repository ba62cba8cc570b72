//! The pieces that pages share, and how they stand in HTML.

/// The tape in a page: `engine`, which takes packed WebAssembly.
pub const ENGINE: &str = include_str!("../page/engine.js");
/// Elements found and made.
pub const DOM: &str = include_str!("../page/dom.js");
/// Paper to draw on, and what a net makes of it: in the order in which they use each other.
pub const LOOK: [&str; 3] = [
    include_str!("../page/drawing.js"),
    include_str!("../page/seen.js"),
    include_str!("../page/look.js"),
];
/// How that looks; it stands in `#draw`, and takes the colours that are named there.
pub const LOOK_STYLE: &str = include_str!("../page/look.css");

/// The elements of paper and answers; what the button says that shows an image.
pub fn look(sample: &str) -> String {
    include_str!("../page/look.html").replace("{{sample}}", sample)
}

/// A script whose names are its own, in HTML that is well-formed XML, too.
pub fn script(text: &str) -> String {
    format!("<script>//<![CDATA[\n\"use strict\";\n{{\n{text}}}\n//]]></script>")
}

/// A text for a script to read. It must mean nothing in XML.
pub fn data(id: &str, text: &str) -> String {
    let [before, after] = around(id);
    format!("{before}{text}{after}")
}

/// The text of that name in a page, if it has one.
pub fn data_in<'p>(page: &'p str, id: &str) -> Option<&'p str> {
    let [before, after] = around(id);
    let (_, rest) = page.split_once(&before)?;
    Some(rest.split_once(&after)?.0)
}

fn around(id: &str) -> [String; 2] {
    [
        format!("<script type=\"text/plain\" id=\"{id}\">"),
        "</script>".to_owned(),
    ]
}
