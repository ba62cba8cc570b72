//! That a picture is legible in a renderer that knows attributes and no style sheet.

use picture::{Draw, Graph, Operation, Picture};
use roxmltree::{Document, Node};
use tape::{Tape, formula};

/// A tape with every kind of node, folded and not.
fn pictures() -> [String; 3] {
    let tape = Tape::new();
    let (x, w) = (tape.var(2.0).named("x"), tape.vars(&[1.0, -3.0]));
    let inner = {
        let _scope = tape.scope("layer");
        (x * 3.0 + w[0] * w[1] + tape::sum(&w)).sigmoid()
    };
    let loss = (inner.square() + inner * x).named("loss");
    let picture = tape.picture_with("Every kind", &loss.gradient());
    let mut graph = Graph::new("");
    let times = formula!(z(x, y): dx = dz * y, dy = dz * x);
    let times = graph.operation(Operation::new("a long name", "multiply").formula(times));
    let (a, b) = (graph.leaf("a", 1.5), graph.constant(2.0));
    let product = graph.apply(times, &[a, b], 3.0);
    graph.output("out", product);
    [
        picture.svg(),
        picture.folded(1).svg(),
        Picture::new(graph).svg(),
    ]
}

/// An attribute of an element, or of the nearest around it that has it.
fn inherited<'a>(node: Node<'a, '_>, attribute: &str) -> Option<&'a str> {
    node.ancestors().find_map(|node| node.attribute(attribute))
}

/// How bright a colour is, between 0 and 1, as WCAG 2 computes it.
fn luminance(colour: &str) -> f64 {
    let part = |k: usize| {
        let digits = colour.get(2 * k + 1..2 * k + 3).expect("#rrggbb");
        let share = f64::from(u8::from_str_radix(digits, 16).expect("#rrggbb")) / 255.0;
        match share <= 0.04045 {
            true => share / 12.92,
            false => ((share + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn attributes_alone_make_a_light_picture() {
    for svg in pictures() {
        let document = Document::parse(&svg).unwrap();
        let drawn = |name: &'static str| {
            (document.descendants()).filter(move |node| node.has_tag_name(name_of(name)))
        };
        let paper = drawn("rect").find(|rect| rect.attribute("class") == Some("paper"));
        let paper = paper.unwrap().attribute("fill").unwrap();
        assert!(luminance(paper) > 0.9);

        // Texts stand on the paper, or on the outline that is drawn before them in their group.
        for text in drawn("text").chain(drawn("tspan")) {
            let group = text.parent().unwrap();
            let outline = group.children().find(|c| c.attribute("stroke").is_some());
            let ground = outline.and_then(|outline| outline.attribute("fill"));
            let ground = ground.filter(|fill| *fill != "none").unwrap_or(paper);
            let ink = inherited(text, "fill").expect("a colour");
            let found = contrast(ink, ground);
            assert!(
                found >= 4.5,
                "{:?}: {ink} on {ground}, {found:.1}",
                text.text()
            );
        }
        for shape in drawn("path").chain(drawn("circle")).chain(drawn("rect")) {
            let (fill, stroke) = (inherited(shape, "fill"), inherited(shape, "stroke"));
            let visible = [fill, stroke].into_iter().flatten().find(|c| *c != "none");
            let class = shape.attribute("class");
            assert_eq!(visible.is_none(), class == Some("room"), "{shape:?}");
            // What has an outline is light inside, or nothing.
            if let Some(stroke) = stroke {
                let light = fill.is_none_or(|fill| fill == "none" || luminance(fill) > 0.8);
                assert!(light, "{shape:?}");
                assert!(contrast(stroke, paper) >= 3.0, "{shape:?}");
            }
        }
    }
}

fn name_of(name: &'static str) -> (&'static str, &'static str) {
    ("http://www.w3.org/2000/svg", name)
}

#[test]
fn the_style_sheet_is_for_dark_pages_and_the_mouse() {
    for svg in pictures() {
        let (_, style) = svg.split_once("<style>").unwrap();
        let (light, dark) = style
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        let coloured = light.lines().filter(|line| line.contains('#'));
        assert!(coloured.clone().count() > 0);
        assert!(
            coloured.clone().all(|line| line.contains(":hover")),
            "{light}"
        );
        assert!(dark.contains("#12161d") && !style.contains("var("));
    }
}
