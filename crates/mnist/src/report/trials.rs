//! The trials of a search as a picture: small curves side by side, best first.

use std::fmt::Write;

use crate::search::{Trial, best_first};
use crate::settings::number;

/// How many trials are drawn.
pub const SHOWN: usize = 20;

/// How many stand in a row.
const COLUMNS: usize = 5;

/// A panel: its size, and where its frame lies.
const PANEL: [f64; 2] = [190.0, 170.0];
const FRAME: [f64; 4] = [34.0, 42.0, 148.0, 104.0];

/// Above the panels, for the heading.
const HEAD: f64 = 44.0;

const STYLE: &str = "\
.trials { background: #ffffff; font-family: \"Helvetica Neue\", Helvetica, Arial, \
\"Liberation Sans\", sans-serif; font-size: 12px; fill: #1c2330; }
.trials .faint { fill: #667085; }
.trials .rule { stroke: #e4e7ec; fill: none; }
.trials .validation { stroke: #b93815; fill: none; stroke-width: 2; stroke-linejoin: round; }
.trials .train { stroke: #4766b5; fill: none; stroke-width: 1.5; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
.trials { background: #12161d; fill: #e8ecf3; }
.trials .faint { fill: #9aa5b8; }
.trials .rule { stroke: #272f3c; }
.trials .validation { stroke: #ff9b6a; }
.trials .train { stroke: #8ba6ee; }
}
";

/// The curves of the best trials, as SVG.
pub fn picture(trials: &[Trial]) -> String {
    let order = best_first(trials);
    let shown = &order[..order.len().min(SHOWN)];
    let rows = shown.len().div_ceil(COLUMNS).max(1);
    let (width, height) = (
        PANEL[0] * COLUMNS as f64 + 8.0,
        HEAD + PANEL[1] * rows as f64,
    );
    let epochs = trials.iter().map(|trial| trial.measured.len()).max();
    let last = epochs.unwrap_or(0).saturating_sub(1).max(1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"trials\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"Accuracies by epoch of the best trials\">\n<style>\n{STYLE}</style>\n\
         <text x=\"12\" y=\"26\">{} of {} trials, best first: accuracy by epoch, of the \
         images</text>\n\
         <path class=\"validation\" d=\"M 434 22 h 26\"/>\n<text x=\"468\" y=\"26\">held \
         out</text>\n\
         <path class=\"train\" d=\"M 544 22 h 26\"/>\n<text x=\"578\" y=\"26\">learned \
         from</text>\n",
        shown.len(),
        trials.len()
    );
    for (rank, &k) in shown.iter().enumerate() {
        let corner = [
            PANEL[0] * (rank % COLUMNS) as f64,
            HEAD + PANEL[1] * (rank / COLUMNS) as f64,
        ];
        panel(&mut svg, corner, k, &trials[k], last);
    }
    svg + "</svg>\n"
}

/// One trial, its epochs up to `last`, at a corner.
fn panel(svg: &mut String, [left, top]: [f64; 2], k: usize, trial: &Trial, last: usize) {
    let [x, y, width, height] = FRAME;
    let (x, y) = (left + x, top + y);
    let mut add = |text: std::fmt::Arguments<'_>| {
        svg.write_fmt(text).expect("memory can be written to");
    };
    add(format_args!(
        "<text x=\"{x}\" y=\"{}\">trial {}: {:.3}</text>\n<text class=\"faint\" x=\"{x}\" \
         y=\"{}\">rate {}, decay {}</text>\n",
        y - 24.0,
        k + 1,
        trial.reached().validation,
        y - 8.0,
        number(trial.learning_rate),
        number(trial.weight_decay)
    ));
    for (share, name) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
        let at = y + height * (1.0 - share);
        add(format_args!(
            "<path class=\"rule\" d=\"M {x} {at} h {width}\"/>\n<text class=\"faint\" \
             text-anchor=\"end\" x=\"{}\" y=\"{}\">{name}</text>\n",
            x - 5.0,
            at + 4.0
        ));
    }
    add(format_args!(
        "<text class=\"faint\" text-anchor=\"end\" x=\"{}\" y=\"{}\">{last}</text>\n",
        x + width,
        y + height + 16.0
    ));
    for class in ["train", "validation"] {
        let points = trial.measured.iter().enumerate().map(|(epoch, now)| {
            let share = match class {
                "train" => now.train,
                _ => now.validation,
            };
            let (right, down) = (epoch as f64 / last as f64, 1.0 - share);
            format!("{:.1},{:.1}", x + width * right, y + height * down)
        });
        let points: Vec<String> = points.collect();
        add(format_args!(
            "<polyline class=\"{class}\" points=\"{}\"/>\n",
            points.join(" ")
        ));
    }
}
