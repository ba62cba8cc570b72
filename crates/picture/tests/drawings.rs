//! What can be chosen of a drawing, and what is marked in it.

use picture::{Constants, Direction, Draw, Picture};
use tape::Tape;

/// `2 · x − 3 / x`, and its derivative.
fn picture() -> Picture {
    let tape = Tape::new();
    let x = tape.var(4.0).named("x");
    let y = (2.0 * x - 3.0 / x).named("y");
    tape.picture_with("", &y.gradient())
}

#[test]
fn constants_stand_in_their_operations_in_nodes_or_nowhere() {
    let inside = picture().svg();
    assert!(
        inside.contains(">2 ×<") && inside.contains(">3 /<"),
        "{inside}"
    );
    assert!(!inside.contains("never changes"));
    let nodes = picture().constants(Constants::Nodes).svg();
    assert!(nodes.contains(">2<") && nodes.contains(">3<") && nodes.contains(">×<"));
    assert!(nodes.contains("never changes"), "the legend explains them");
    let hidden = picture().constants(Constants::Hidden).svg();
    assert!(hidden.contains(">×<") && !hidden.contains(">2<") && !hidden.contains(">2 ×<"));
    // A table has them in any case.
    assert_eq!(
        picture().text(80).lines().count(),
        picture().graph().nodes().len() + 1
    );
}

/// What is not drawn has no step of its own, and is put into formulas all the same.
#[test]
fn the_player_passes_over_constants_that_have_no_node() {
    let page = picture().player();
    assert!(!page.contains("The constant 2"));
    assert!(page.contains(r#""numbers":"2 × 4""#), "{page}");
    let nodes = picture().constants(Constants::Nodes).player();
    assert!(nodes.contains("The constant 2"));
}

#[test]
fn what_is_no_number_any_more_is_marked() {
    let tape = Tape::new();
    let x = tape.var(-1.0).named("x");
    let broken = (x.ln() + 1.0).named("y");
    let picture = tape.picture_with("", &broken.gradient());
    let svg = picture.svg();
    let marks = svg.matches("class=\"forward mark\"").count();
    assert_eq!(marks, 2, "the logarithm and the sum");
    assert!(svg.contains(">NaN or ∞<"), "the legend explains the mark");
    assert!(!self::picture().svg().contains("mark\""));
}

#[test]
fn the_legend_names_places_and_the_result() {
    let legend = |picture: Picture| {
        let svg = picture.svg();
        let keys = svg.split("class=\"key ").skip(1);
        let texts = keys.filter_map(|key| key.split('>').nth(1)?.split('<').next());
        texts.map(String::from).collect::<Vec<_>>().join("; ")
    };
    let across = "set from outside; operation; result; above → value; below ← derivative of y";
    assert_eq!(legend(picture()), across);
    let down = "set from outside; operation; result; left ↓ value; right ↑ derivative of y";
    assert_eq!(legend(picture().direction(Direction::Downwards)), down);
}

/// What stands above a wire and what stands below it are told side by side where a line has room
/// for both.
#[test]
fn the_legend_is_not_broken_between_value_and_derivative() {
    let tape = Tape::new();
    let names = ["apple", "apples", "orange", "oranges", "tax"];
    let [a, b, c, d, tax] = names.map(|name| tape.var(2.0).named(name));
    let price = ((a * b + c * d) * tax).named("price");
    let gradient = price.gradient();
    for width in (400..900).step_by(50) {
        let svg = tape.picture_with("", &gradient).width(f64::from(width));
        let svg = svg.svg();
        let height = |class: &str| {
            let (_, key) = svg.split_once(&format!("class=\"key {class}-key\""))?;
            let (_, y) = key.split_once(" y=\"")?;
            y.split('"').next()
        };
        let heights = ["above", "back"].map(|class| height(class).expect("a key"));
        assert_eq!(heights[0], heights[1], "width {width}");
    }
}

#[test]
fn a_wide_drawing_is_as_wide_as_it_may_be() {
    let width = |picture: Picture| -> f64 {
        let svg = picture.svg();
        let (_, width) = svg.split_once(" width=\"").expect("a width");
        width
            .split('"')
            .next()
            .and_then(|w| w.parse().ok())
            .expect("a number")
    };
    let tape = Tape::new();
    let x = tape.var(0.5).named("x");
    let _ = (0..20).fold(x, |y, _| y.sin());
    let picture = tape.picture("");
    assert!(width(picture.clone()) <= Picture::DEFAULT_WIDTH);
    assert!(width(picture.clone().width(500.0)) <= 500.0);
    assert!(width(picture.clone().width(f64::INFINITY)) > 2000.0);
    assert!(width(picture.direction(Direction::Downwards)) < 400.0);
}
