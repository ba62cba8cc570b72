//! The page itself: its frame, its heading, its settings, and how it writes numbers.

use super::charts::lowest_shown;
use super::contents::Report;
use nn::{Method, Schedule};
use playground::report::Paper;

use crate::evaluation::Answer;
use crate::float::Float;
use crate::settings::{init_name, number};

const STYLE: &str = include_str!("page.css");
/// What the page may do: run what is in it, and ask nobody for anything.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
                      style-src 'unsafe-inline'; img-src data:";

/// The whole page around its sections.
pub fn document(sections: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>A training \
         run</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n{sections}\
         <footer>Written by <code>mnist train --out</code>. The numbers of the curves are in \
         accuracy.csv and loss.csv beside \
         this page, the net in weights.safetensors; <code>mnist predict --weights \
         weights.safetensors INDEX</code> has more on \
         an image.</footer>\n</main>\n</body>\n</html>\n",
        Paper::STYLE
    )
}

/// How it went, in a sentence and four numbers.
pub fn heading<T: Float>(report: &Report<'_, T>, answers: &[Answer]) -> String {
    let test = report.dataset.test();
    let labels = test.labels().iter();
    let right = labels
        .zip(answers)
        .filter(|(label, answer)| usize::from(**label) == answer.class);
    let right = right.count();
    let all = answers.len();
    let train = report.history.last().map(|last| last.train_accuracy);
    let (step, steps) = (report.step, report.run.settings.steps);
    let done = match step < steps {
        true => format!("{} of {}", grouped(step), grouped(steps)),
        false => grouped(step),
    };
    let learned = report.net.learned();
    let parameters: usize = learned.map(|(_, value)| value.len()).sum();
    let tiles = [
        ("test accuracy", percent(right as f64 / all as f64)),
        ("training accuracy", train.map_or("–".to_owned(), percent)),
        ("steps", done),
        ("parameters", grouped(parameters)),
    ];
    let tiles = tiles.map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"));
    let data = match report.run.source {
        Some(_) => "",
        None => " These are digits drawn by the program, not MNIST.",
    };
    let best = report.best.map_or(String::new(), |best| {
        format!(
            " The best of its epochs was number {}, with {} of the test images read right; its \
             weights are in best.safetensors, this page is about the last ones.",
            best.epoch,
            percent(best.test_accuracy)
        )
    });
    let halt = report.halt.as_ref().map_or(String::new(), |halt| {
        format!(
            "<p class=\"halt\"><b>The run could not go on:</b> {}. The curves go up to there; all \
             else is about the weights saved \
             after step {}.</p>\n",
            escaped(halt),
            grouped(step)
        )
    });
    format!(
        "<header>\n<h1>{} of {} test images read right</h1>\n\
         <p class=\"lede\">A net of {} has learned from {} images, {} a \
         step.{data}{best}</p>\n{halt}\
         <dl class=\"tiles\" id=\"numbers\">\n{}</dl>\n</header>\n",
        grouped(right),
        grouped(all),
        layers(report),
        grouped(report.dataset.train().len()),
        report.run.settings.batch,
        tiles.concat()
    )
}

/// Both curves, side by side where there is room.
pub fn curves<T: Float>(report: &Report<'_, T>, accuracy: &str, loss: &str) -> String {
    let cut = match (report.history.first(), lowest_shown(report.history)) {
        (Some(first), low) if first.test_accuracy < low => format!(
            " The axis begins at {low:.2}; before the first step, it was {:.2} on the test images.",
            first.test_accuracy
        ),
        _ => String::new(),
    };
    let batch = report.run.settings.batch;
    format!(
        "<section class=\"curves\">\n<div>\n<h2>Accuracy</h2>\n{accuracy}\
         <p>The share of images read right, after each epoch of {} steps.{cut}</p>\n</div>\n\
         <div>\n<h2>Loss</h2>\n{loss}\
         <p>The cross-entropy of each step’s {batch} images, before the step’s \
         update.</p>\n</div>\n</section>\n",
        grouped(report.epoch_steps())
    )
}

/// What the run was asked to do.
pub fn settings<T: Float>(report: &Report<'_, T>) -> String {
    let run = report.run;
    let settings = &run.settings;
    let (train, test) = (report.dataset.train(), report.dataset.test());
    let data = match &run.source {
        Some(directory) => format!("the files in {}", directory.display()),
        None => "drawn digits".to_owned(),
    };
    let layers = match &settings.net {
        None => vec![
            ("layers", sizes(report)),
            ("activation", settings.activation.name().to_owned()),
        ],
        Some(line) => vec![("layers", line.to_string())],
    };
    let mut rate = number(settings.learning_rate);
    if settings.optimiser != Method::Sgd {
        rate += &format!(", {}", settings.optimiser.name());
    }
    if settings.schedule != Schedule::Constant {
        rate += &format!(", {}", settings.schedule);
    }
    if settings.weight_decay != 0.0 {
        rate += &format!(", weight decay {}", number(settings.weight_decay));
    }
    if let Some(most) = settings.clip {
        rate += &format!(", gradients of at most {}", number(most));
    }
    let moved = match settings.augment {
        0 => vec![],
        pixels => vec![("images moved", format!("by up to {pixels} pixels"))],
    };
    let rows = [
        ("first weights", init_name(settings.init)),
        ("learning rate", rate),
        ("images a step", settings.batch.to_string()),
        ("steps", grouped(settings.steps)),
        ("steps an epoch", grouped(report.epoch_steps())),
        ("seed", settings.seed.to_string()),
        ("numbers", settings.precision.to_string()),
        ("data", data),
        ("training images", grouped(train.len())),
        ("test images", grouped(test.len())),
        (
            "image size",
            format!("{}×{}", train.height(), train.width()),
        ),
        ("CRC-32 of the data", format!("{:08x}", run.data.crc32)),
    ];
    let patience = settings
        .patience
        .map(|epochs| ("patience", format!("{epochs} epochs")));
    let rows = layers.into_iter().chain(rows).chain(moved).chain(patience);
    let row = |(name, value): (&str, String)| {
        format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escaped(&value))
    };
    format!(
        "<section>\n<h2>Settings</h2>\n<dl class=\"settings\" \
         id=\"settings\">\n{}</dl>\n</section>\n",
        rows.map(row).collect::<String>()
    )
}

/// `784-50-10 units`; of a net of a line, its layers as code.
fn layers<T: Float>(report: &Report<'_, T>) -> String {
    match &report.run.settings.net {
        None => format!("{} units", sizes(report)),
        Some(line) => format!("<code>{}</code>", escaped(&line.to_string())),
    }
}

/// `784-50-10`.
fn sizes<T: Float>(report: &Report<'_, T>) -> String {
    let sizes: Vec<String> = report.net.sizes().iter().map(usize::to_string).collect();
    sizes.join("-")
}

/// A share in percent to two digits where they tell something: at the ends, a share that only
/// rounds to all or nothing says so.
pub fn percent(share: f64) -> String {
    match share {
        1.0 => "100 %".to_owned(),
        0.0 => "0 %".to_owned(),
        _ if share > 0.9999 => "> 99.99 %".to_owned(),
        _ if share < 0.0001 => "< 0.01 %".to_owned(),
        _ => format!("{:.2} %", 100.0 * share),
    }
}

/// A whole number with its thousands apart.
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text from elsewhere, safe in HTML and in XML, which cannot hold control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_reading() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1234567), "1,234,567");
        assert_eq!(grouped(100), "100");
        assert_eq!(percent(0.98652), "98.65 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.999_99), "> 99.99 %");
        assert_eq!(percent(1e-9), "< 0.01 %");
        assert_eq!(percent(0.0), "0 %");
    }

    #[test]
    fn texts_keep_no_meaning() {
        assert_eq!(escaped("a<b>&\"\u{0}"), "a&lt;b&gt;&amp;&quot;\u{fffd}");
    }
}
