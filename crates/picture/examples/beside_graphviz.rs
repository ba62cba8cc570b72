//! Draws six graphs and has Graphviz draw the same, and measures both: how wide they are, how high,
//! how large the smallest text is where a page shows them, and how many pairs of wires cross.
//!
//! `cargo run -p wengert-picture --example beside_graphviz -- FOLDER` writes all drawings into a
//! folder. It needs the program `dot`.

use nalgebra::DMatrix;
use picture::{Direction, Draw, Picture};
use roxmltree::{Document, Node};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use tape::{MatrixVar, Tape, Var};

/// How wide a page shows a picture at most.
const PAGE: f64 = 838.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a folder")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    println!("| graph | by | width | height | smallest text | crossings |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, picture) in pictures() {
        let file = |suffix: &str| folder.join(format!("{}{suffix}", name.replace(' ', "_")));
        let down = picture.clone().direction(Direction::Downwards);
        for (by, suffix, svg) in [
            ("rows", ".svg", picture.svg()),
            ("downwards", ".down.svg", down.svg()),
        ] {
            fs::write(file(suffix), &svg)?;
            println!("| {name} | {by} | {} |", measured(&svg)?);
        }
        fs::write(file(".dot"), picture.dot())?;
        let made = Command::new("dot")
            .arg("-Tsvg")
            .arg(file(".dot"))
            .output()?;
        let svg = String::from_utf8(made.stdout)?;
        fs::write(file(".graphviz.svg"), &svg)?;
        println!("| {name} | Graphviz | {} |", measured(&svg)?);
    }
    Ok(())
}

fn pictures() -> Vec<(&'static str, Picture)> {
    let mut pictures = vec![("option price", option()), ("LSTM cell", lstm())];
    pictures.push(("LSTM cell of numbers", lstm_of_numbers(true)));
    pictures.push(("the same without scopes", lstm_of_numbers(false)));
    pictures.push(("10 steps of a loop", steps(10)));
    pictures.push(("30 steps of a loop", steps(30)));
    pictures.push(("three-layer net", net()));
    pictures.push(("300 operations", many()));
    pictures.push(("300 operations, none folded", many().limit(usize::MAX)));
    pictures
}

/// The price of a call by Black and Scholes, the normal distribution by tanh.
fn option() -> Picture {
    let tape = Tape::new();
    let [spot, strike, rate, volatility, time] = [
        ("spot", 100.0),
        ("strike", 95.0),
        ("rate", 0.05),
        ("volatility", 0.2),
        ("time", 0.5),
    ]
    .map(|(name, x)| tape.var(x).named(name));
    let spread = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + volatility.square() * 0.5) * time) / spread;
    let discount = (-(rate * time)).exp();
    let price = spot * normal(d1) - strike * discount * normal(d1 - spread);
    let price = price.named("price");
    tape.picture_with("A call option", &price.gradient())
}

/// The normal distribution, nearly.
fn normal(x: Var<'_>) -> Var<'_> {
    ((x * 0.8).tanh() + 1.0) * 0.5
}

/// One step of a long short-term memory: each gate is a product of `[x h]`.
fn lstm() -> Picture {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(1, 3)).named("x");
    let h = tape.matrix(&scattered(1, 2)).named("h");
    let c = tape.matrix(&scattered(1, 2)).named("c");
    let both = MatrixVar::hstack(&[x, h]);
    let gate = |name: &str| {
        let _scope = tape.scope(name);
        let w = tape.matrix(&scattered(5, 2)).named(format!("W{name}"));
        let b = tape.matrix(&scattered(1, 2)).named(format!("b{name}"));
        both * w + b
    };
    let (forget, input) = (gate("f").sigmoid(), gate("i").sigmoid());
    let (output, new) = (gate("o").sigmoid(), gate("g").tanh());
    let cell = (forget.component_mul(c) + input.component_mul(new)).named("c′");
    let hidden = output.component_mul(cell.tanh()).named("h′");
    tape.picture_with("LSTM cell", &hidden.sum().gradient())
}

/// The same of one unit, in numbers: each gate has a product of `x` and one of `h`.
fn lstm_of_numbers(scopes: bool) -> Picture {
    let tape = Tape::new();
    let [x, h, c] = [("x", 0.5), ("h", -0.25), ("c", 0.75)].map(|(n, v)| tape.var(v).named(n));
    let mut seed = 0.0;
    let mut gate = |name: &str| {
        let _scope = scopes.then(|| tape.scope(name));
        seed += 0.3;
        let w = tape.var(1.0 - seed).named(format!("W{name}"));
        let u = tape.var(seed - 0.4).named(format!("U{name}"));
        let b = tape.var(0.1).named(format!("b{name}"));
        w * x + u * h + b
    };
    let (forget, input) = (gate("f").sigmoid(), gate("i").sigmoid());
    let (output, new) = (gate("o").sigmoid(), gate("g").tanh());
    let cell = (forget * c + input * new).named("c′");
    let hidden = (output * cell.tanh()).named("h′");
    tape.picture_with("LSTM cell of numbers", &hidden.gradient())
}

fn scattered(rows: usize, cols: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |i, j| ((i * 7 + j * 3 + 1) as f64).sin())
}

/// Steps of an iteration that uses its parameter each time.
fn steps(count: usize) -> Picture {
    let tape = Tape::new();
    let (mut x, rate) = (tape.var(0.4).named("x"), tape.var(3.2).named("rate"));
    for _ in 0..count {
        x = rate * x * (1.0 - x);
    }
    let x = x.named("end");
    tape.picture_with("A loop", &x.gradient())
}

fn net() -> Picture {
    let tape = Tape::new();
    let mut x = tape.input(&scattered(10, 8)).named("X");
    for (k, (rows, cols)) in [(8, 6), (6, 5), (5, 3)].into_iter().enumerate() {
        let w = tape
            .matrix(&scattered(rows, cols))
            .named(format!("W{}", k + 1));
        let b = tape
            .matrix(&scattered(1, cols))
            .named(format!("b{}", k + 1));
        x = x * w + b;
        if k < 2 {
            x = x.relu();
        }
    }
    let t = tape.input(&scattered(10, 3)).named("T");
    let loss = ((x - t).square().sum() * 0.5).named("loss");
    tape.picture_with("Three layers", &loss.gradient())
}

/// Operations on what was computed shortly before, chosen by a fixed rule.
fn many() -> Picture {
    let tape = Tape::new();
    let mut values: Vec<Var> = ["a", "b", "c"].map(|name| tape.var(0.7).named(name)).into();
    for k in 0..300usize {
        let hash = k.wrapping_mul(2_654_435_761) >> 7;
        let back = |part: usize| values[values.len() - 1 - (hash >> part) % values.len().min(4)];
        let (x, y) = (back(0), back(5));
        let next = match hash % 5 {
            0 => x.sin(),
            1 => x.tanh(),
            2 => x + y,
            3 => x * y,
            _ => x - y,
        };
        values.push(next);
    }
    let end = values[values.len() - 1].named("end");
    tape.picture_with("300 operations", &end.gradient())
}

/// Width, height, smallest text and crossings of an SVG.
fn measured(svg: &str) -> Result<String, Box<dyn Error>> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let document = Document::parse_with_options(svg, options)?;
    let root = document.root_element();
    let view: Vec<f64> = root
        .attribute("viewBox")
        .ok_or("no viewBox")?
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    // Graphviz says its size in points, and draws in a frame that it scales.
    let points = root.attribute("width").ok_or("no width")?.ends_with("pt");
    let unit = if points { 4.0 / 3.0 } else { 1.0 };
    let scaled = root
        .descendants()
        .filter_map(|node| node.attribute("transform"));
    let scale: f64 = scaled
        .filter_map(|text| {
            text.split_once("scale(")?
                .1
                .split([' ', ')'])
                .next()?
                .parse::<f64>()
                .ok()
        })
        .product();
    let (width, height) = (view[2] * unit, view[3] * unit);
    let shown = (PAGE / width).min(1.0) * unit * scale;
    let texts = root
        .descendants()
        .filter_map(|node| node.attribute("font-size"));
    let smallest = texts.filter_map(|size| size.parse::<f64>().ok());
    let smallest = smallest.fold(f64::INFINITY, f64::min) * shown;
    let crossings = crossings(&wires(root));
    Ok(format!(
        "{width:.0} | {height:.0} | {smallest:.1} | {crossings}"
    ))
}

type Point = (f64, f64);

/// The lines of each value's wire.
fn wires(root: Node) -> Vec<Vec<(Point, Point)>> {
    let groups = root.descendants().filter(|node| {
        let class = node.attribute("class").unwrap_or_default();
        class
            .split(' ')
            .any(|class| class == "wire" || class == "edge")
    });
    // What belongs to one value crosses itself where it branches: all of a value are one wire.
    let mut wires: Vec<(String, Vec<(Point, Point)>)> = Vec::new();
    for group in groups {
        let of = |node: &Node| Some(node.attribute("data-value")?.to_owned());
        let title = group
            .children()
            .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")));
        let title = title.and_then(|node| node.text()).unwrap_or_default();
        // Branches go through a point of their own, `v3`.
        let ends = || title.split("->");
        let value = ends().find(|end| end.starts_with('v')).or(ends().next());
        let name = of(&group).unwrap_or_else(|| value.unwrap_or_default().to_owned());
        let paths = group
            .descendants()
            .filter(|node| node.attribute("fill") == Some("none"));
        let lines = paths.filter_map(|path| path.attribute("d")).flat_map(lines);
        match wires.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(lines),
            None => wires.push((name, lines.collect())),
        }
    }
    wires.into_iter().map(|(_, lines)| lines).collect()
}

/// A path cut into straight lines.
fn lines(path: &str) -> Vec<(Point, Point)> {
    let mut numbers = Vec::new();
    let (mut command, mut text) = ('M', String::new());
    let mut commands = Vec::new();
    for c in path.chars().chain(['Z']) {
        if (c.is_alphabetic() || " ,-".contains(c)) && !text.is_empty() {
            numbers.extend(text.parse::<f64>());
            text.clear();
        }
        if c.is_alphabetic() {
            commands.push((command, std::mem::take(&mut numbers)));
            command = c;
        } else if !" ,".contains(c) {
            text.push(c);
        }
    }
    let (mut found, mut at) = (Vec::new(), (0.0, 0.0));
    for (command, numbers) in commands {
        let (x0, y0) = at;
        let mut go = |to: Point| found.push((std::mem::replace(&mut at, to), to));
        match (command, &numbers[..]) {
            ('M', &[x, y]) => at = (x, y),
            ('H', &[x]) => go((x, y0)),
            ('V', &[y]) => go((x0, y)),
            ('L', &[x, y]) => go((x, y)),
            ('Q', &[_, _, x, y]) => go((x, y)),
            ('C', curves) => {
                for curve in curves.chunks_exact(6) {
                    let points = [
                        at,
                        (curve[0], curve[1]),
                        (curve[2], curve[3]),
                        (curve[4], curve[5]),
                    ];
                    for step in 1..=32 {
                        let t = f64::from(step) / 32.0;
                        let s = 1.0 - t;
                        let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
                        let sum = |part: fn(&Point) -> f64| {
                            points.iter().zip(weights).map(|(p, w)| part(p) * w).sum()
                        };
                        let to = (sum(|p| p.0), sum(|p| p.1));
                        found.push((std::mem::replace(&mut at, to), to));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// How often lines of different wires cross.
fn crossings(wires: &[Vec<(Point, Point)>]) -> usize {
    let side =
        |(a, b): (Point, Point), p: Point| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
    let cross = |one: (Point, Point), other: (Point, Point)| {
        side(one, other.0) * side(one, other.1) < 0.0
            && side(other, one.0) * side(other, one.1) < 0.0
    };
    let mut count = 0;
    for (index, wire) in wires.iter().enumerate() {
        for other in &wires[..index] {
            for &one in wire {
                count += other.iter().filter(|&&line| cross(one, line)).count();
            }
        }
    }
    count
}
