//! The page that a run leaves: that it holds what it says, needs nothing else, and is the same
//! however the run was done.

use std::fs;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use mnist::run_directory::{Moment, PICTURES, RunDirectory};
use mnist::settings::Settings;
use roxmltree::{Document, Node, ParsingOptions};

mod support;

use support::*;

fn read(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pictures(directory: &Path) -> [String; 3] {
    PICTURES.map(|name| read(directory, name))
}

/// The page as XML, which it is as well as HTML.
fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

fn by_id<'d>(document: &'d Document<'_>, id: &str) -> Node<'d, 'd> {
    let mut found = document
        .descendants()
        .filter(|node| node.attribute("id") == Some(id));
    let node = found
        .next()
        .unwrap_or_else(|| panic!("nothing is called {id}"));
    assert!(found.next().is_none(), "two are called {id}");
    node
}

fn all<'d>(node: Node<'d, 'd>, tag: &'static str) -> Vec<Node<'d, 'd>> {
    let is_tag = |node: &Node<'_, '_>| node.tag_name().name() == tag;
    node.descendants().filter(is_tag).collect()
}

fn text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    texts
        .filter_map(|node| node.text())
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The pixels of an image in an address, each a colour and an opacity.
fn decode(image: Node<'_, '_>) -> (u32, u32, Vec<[u8; 4]>) {
    assert!(!image.attribute("alt").unwrap().is_empty());
    let address = image.attribute("src").unwrap();
    let file = address.strip_prefix("data:image/png;base64,").unwrap();
    let file = std::io::Cursor::new(BASE64_STANDARD.decode(file).unwrap());
    let mut decoder = png::Decoder::new(file);
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    (info.width, info.height, samples.as_chunks::<4>().0.to_vec())
}

#[test]
fn shows_the_run_that_was_done() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    // Too short a run to learn everything, so that there are mistakes.
    let data = [out.path(), Path::new("--data"), set.path()];
    let run = succeed(
        "--hidden 6 --steps 15 --batch 10 --seed 3 --json --out",
        &data,
    );
    let done = events(&run).pop().unwrap();
    let page = read(out.path(), "report.html");
    let document = parse(&page);

    let numbers = text(by_id(&document, "numbers"));
    let accuracy = done["test_accuracy"].as_f64().unwrap();
    assert!(accuracy < 1.0, "there are mistakes to be shown");
    assert!(
        numbers.contains(&format!("{:.2} %", 100.0 * accuracy)),
        "{numbers}"
    );
    // (12 + 1) · 6 + (6 + 1) · 4.
    assert!(numbers.contains("parameters106"), "{numbers}");
    let settings = text(by_id(&document, "settings"));
    for value in [
        "12-6-4",
        "relu",
        "normal:0.01",
        "0.1",
        "15",
        "f32",
        "4×3",
        &set.path().display().to_string(),
    ] {
        assert!(settings.contains(value), "{value} in {settings}");
    }

    let cells = all(by_id(&document, "confusion"), "td");
    let is = |cell: &&Node<'_, '_>, class| cell.attribute("class") == Some(class);
    let sum = |class| {
        let cells = cells.iter().filter(|cell| is(cell, class));
        cells
            .map(|cell| text(*cell).parse::<u32>().unwrap())
            .sum::<u32>()
    };
    let (right, wrong) = (sum("right"), sum("wrong"));
    assert_eq!(right + wrong, 20, "all of the test set");
    assert_eq!(f64::from(right), 20.0 * accuracy);
    assert_eq!(cells.len(), 4 * 5);
    let mut left: Vec<String> = cells.iter().map(|cell| text(*cell)).collect();

    let mistakes = all(by_id(&document, "mistakes"), "figure");
    assert_eq!(mistakes.len(), wrong as usize);
    let test = images(20);
    for mistake in mistakes {
        let said = text(mistake);
        let index: usize = said.rsplit_once('#').unwrap().1.parse().unwrap();
        assert!(
            said.starts_with(&format!("{} read as ", index % 4)),
            "{said}"
        );
        // Its cell is in the row of its label and the column of the answer; the fifth column holds
        // the shares.
        let answer: usize = text(all(mistake, "b")[1]).parse().unwrap();
        let cell = &mut left[5 * (index % 4) + answer];
        *cell = (cell.parse::<u32>().unwrap() - 1).to_string();
        let (width, height, pixels) = decode(all(mistake, "img")[0]);
        assert_eq!((width, height), (3, 4));
        let ink: Vec<u8> = pixels.iter().map(|&[.., opacity]| opacity).collect();
        assert_eq!(ink, test[16 + 12 * index..][..12]);
    }
    let is_left = |(cell, left): (&Node<'_, '_>, &String)| is(&cell, "wrong") && left != "0";
    assert!(
        !cells.iter().zip(&left).any(is_left),
        "every mistake is in its cell"
    );

    // The page has the net that is saved beside it, and says what it takes.
    let net = BASE64_STANDARD.decode(text(by_id(&document, "weights")));
    assert_eq!(
        net.unwrap(),
        fs::read(out.path().join("weights.safetensors")).unwrap()
    );
    let paper = by_id(&document, "draw");
    let said = ["data-height", "data-width", "data-classes"].map(|name| paper.attribute(name));
    assert_eq!(said, [Some("4"), Some("3"), Some("4")]);

    let units = all(by_id(&document, "units"), "img");
    assert_eq!(units.len(), 6);
    assert!(units.iter().all(|&unit| decode(unit).2.len() == 12));
    let graph = text(by_id(&document, "graph"));
    for part in ["W1", "b2", "12×6", "6×4", "relu", "loss"] {
        assert!(graph.contains(part), "{part} in {graph}");
    }
}

#[test]
fn needs_nothing_but_itself() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed("--hidden 7,6 --init he --steps 30 --json --out", &data);
    let [accuracy, loss, page] = pictures(out.path());
    for (svg, legend) in [(&accuracy, "training"), (&loss, "loss of a step")] {
        let document = Document::parse(svg).unwrap();
        assert!(text(document.root()).contains(legend), "{svg}");
        // The page shows the same curves.
        assert!(page.contains(svg.as_str()));
    }
    let document = parse(&page);
    let weights = text(by_id(&document, "weights")).len();
    assert!(page.len() - weights <= 2_000_000, "{} bytes", page.len());
    for node in document.descendants() {
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            let is_address = matches!(
                name,
                "src" | "href" | "srcset" | "data" | "action" | "poster"
            );
            assert!(!is_address || value.starts_with("data:"), "{name}={value}");
        }
        let tag = node.tag_name().name();
        assert!(!matches!(tag, "link" | "iframe" | "object"), "{tag}");
    }
    let own = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for address in ["http:", "https:", "url(", "@import"] {
        assert!(!own.contains(address), "{address}");
    }
}

/// In two pieces, in three with the first ended inside an epoch, and in one: the same pictures.
#[test]
fn a_run_in_pieces_leaves_the_pictures_of_the_run_in_one() {
    let set = small_set();
    let run = |pieces: &[&str]| {
        let out = tempfile::tempdir().unwrap();
        for (k, steps) in pieces.iter().enumerate() {
            let arguments = match k {
                0 => format!("--batch 7 --hidden 5 --seed 7 --json --steps {steps} --out"),
                _ => format!("--json --steps {steps} --resume"),
            };
            let data = [out.path(), Path::new("--data"), set.path()];
            succeed(&arguments, &data);
        }
        pictures(out.path())
    };
    let whole = run(&["60"]);
    assert_eq!(run(&["18", "60"]), whole);
    assert_eq!(run(&["13", "41", "60"]), whole);
    // There is nothing left to do, and that changes nothing.
    assert_eq!(run(&["60", "60"]), whole);
    let history = read_points(&whole[0]);
    assert!(
        history > read_points(&run(&["18"])[0]),
        "the curves are the whole run's"
    );
}

/// How many points the accuracies' curve has.
fn read_points(svg: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let lines = document
        .descendants()
        .filter(|node| node.has_tag_name("polyline"));
    let points = lines.filter_map(|line| line.attribute("points"));
    points
        .map(|points| points.split_whitespace().count())
        .max()
        .unwrap()
}

#[test]
fn a_run_that_diverges_leaves_curves_up_to_there() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    let said = fail("--lr 1e30 --steps 500 --init he --json --out", &data);
    let page = read(out.path(), "report.html");
    let document = parse(&page);
    let text = text(document.root());
    assert!(
        text.contains("The run could not go on: after step 1, the loss is not finite"),
        "{text}"
    );
    assert!(text.contains("saved after step 0"), "{text}");
    assert!(
        said.starts_with("after step 1, the loss is not finite"),
        "{said}"
    );
    // One that learned something before has it judged as it was saved, and its losses to the end.
    let good = succeed("--hidden 8 --init he --steps 60 --json --out", &data);
    let reached = &events(&good).pop().unwrap()["test_accuracy"];
    let accuracy = reached.as_f64().unwrap();
    assert!(
        read(out.path(), "report.html").contains(&format!("{} of 20 test images", 20.0 * accuracy))
    );
}

#[test]
fn pictures_are_never_another_runs() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    succeed("--hidden 5 --steps 30 --json --out", &data);
    let before = pictures(out.path());
    // A run that learns nothing replaces nothing.
    fail("--hidden 5 --lr 1e30 --init he --json --out", &data);
    assert_eq!(pictures(out.path()), before);
    // One that has learned something leaves none of the old ones, should it be killed before it
    // draws its own.
    let directory = RunDirectory::open(out.path()).unwrap();
    let saved = directory.read().unwrap();
    let moment = Moment {
        net: &Settings::default().net::<f32>(12, 4),
        step: 1,
        generator: saved.state.generator,
        progress: None,
        logs: &saved.logs,
        best: None,
        inside_epoch: None,
    };
    directory.replace(&saved.state.run, &moment).unwrap();
    assert!(PICTURES.iter().all(|name| !out.path().join(name).exists()));
}

#[test]
fn pictures_that_cannot_be_written_lose_nothing() {
    let set = small_set();
    let out = tempfile::tempdir().unwrap();
    let data = [out.path(), Path::new("--data"), set.path()];
    fs::create_dir(out.path().join("report.html")).unwrap();
    let said = fail("--hidden 5 --steps 30 --json --out", &data);
    assert!(
        said.contains("found report.html, but no checkpoint of a run"),
        "{said}"
    );
    let path = out.path().join("report.html").display().to_string();
    let expected = format!("{path}: cannot create a temporary file beside it: ");
    let weights = out.path().join("weights.safetensors");
    assert!(!weights.exists(), "it is found before the first step");
    fs::remove_dir(out.path().join("report.html")).unwrap();
    succeed("--hidden 5 --steps 30 --json --out", &data);
    let saved = files(out.path());
    fs::remove_file(out.path().join("report.html")).unwrap();
    fs::create_dir(out.path().join("report.html")).unwrap();
    let said = fail("--json --resume", &[out.path()]);
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(files(out.path()), saved);
}
