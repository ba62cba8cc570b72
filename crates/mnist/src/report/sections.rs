//! What the page shows of a net: its answers, its mistakes, its weights, its graph.

use std::cmp::Reverse;
use std::fmt::Write;

use nn::ops::Window;
use nn::{Kind, Net};
use tape::nalgebra::DMatrix;

use super::image;
use super::page::{grouped, percent};
use crate::dataset::Split;
use crate::evaluation::Answer;
use crate::float::Float;

/// How many mistakes are shown.
const MISTAKES: usize = 24;

/// How many units of the first layer are shown at most, and of how many pixels together.
const UNITS: usize = 100;
const PIXELS: usize = 400_000;

/// The share of the weights that are not too strong for the scale of their colours: a few large
/// ones would leave all the others pale.
const ON_SCALE: f64 = 0.99;

/// How often which label got which answer.
pub fn confusion(classes: usize, test: &Split, answers: &[Answer]) -> String {
    let mut counts = vec![vec![0usize; classes]; classes];
    for (answer, &label) in answers.iter().zip(test.labels()) {
        counts[usize::from(label)][answer.class] += 1;
    }
    let wrong = |label: usize| (0..classes).filter(move |&answer| answer != label);
    let all_wrong = (0..classes).flat_map(|l| wrong(l).map(move |a| (l, a)));
    let most = all_wrong.map(|(l, a)| counts[l][a]).max().unwrap_or(0);
    let mut html = String::from(
        "<section>\n<h2>Which digit for which</h2>\n\
         <p>A row for each label, a column for each answer; the more often a mistake was made, the \
         stronger its \
         colour.</p>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"The table\">\
         <table id=\"confusion\">\n<thead><tr><th scope=\"col\">label</th>",
    );
    (0..classes).for_each(|class| add(&mut html, format_args!("<th scope=\"col\">{class}</th>")));
    html.push_str("<th scope=\"col\" class=\"share\">right</th></tr></thead>\n<tbody>\n");
    for (label, row) in counts.iter().enumerate() {
        add(
            &mut html,
            format_args!("<tr><th scope=\"row\">{label}</th>"),
        );
        for (answer, &count) in row.iter().enumerate() {
            let cell = if answer == label {
                format!("<td class=\"right\">{count}</td>")
            } else if count == 0 {
                "<td></td>".to_owned()
            } else {
                // The square root keeps single mistakes visible beside frequent ones.
                let strength = (count as f64 / most as f64).sqrt() * 0.75;
                format!("<td class=\"wrong\" style=\"--strength: {strength:.2}\">{count}</td>")
            };
            html.push_str(&cell);
        }
        let total: usize = row.iter().sum();
        let share = match total {
            0 => "–".to_owned(),
            _ => percent(row[label] as f64 / total as f64),
        };
        add(
            &mut html,
            format_args!("<td class=\"share\">{share}</td></tr>\n"),
        );
    }
    html + "</tbody>\n</table></div>\n</section>\n"
}

/// The images that were read wrong with the most confidence.
pub fn mistakes(test: &Split, answers: &[Answer]) -> String {
    let label = |index: usize| usize::from(test.labels()[index]);
    let mut wrong: Vec<usize> = (0..answers.len())
        .filter(|&index| answers[index].class != label(index))
        .collect();
    wrong.sort_by(|&a, &b| {
        let [a, b] = [a, b].map(|index| answers[index].probability);
        b.total_cmp(&a)
    });
    let all = wrong.len();
    wrong.truncate(MISTAKES);
    let mut html = String::from("<section>\n<h2>The worst mistakes</h2>\n");
    if all == 0 {
        return html + "<p>There are none: every test image was read right.</p>\n</section>\n";
    }
    add(
        &mut html,
        format_args!(
            "<p>{} of {} mistakes, those made with the most confidence. Below each image: its \
             label, what it was read as, with \
             what probability, and which test image it is.</p>\n\
             <div class=\"mistakes\" id=\"mistakes\">\n",
            wrong.len(),
            grouped(all)
        ),
    );
    for index in wrong {
        let Answer {
            class,
            probability,
            of_label,
        } = answers[index];
        let label = label(index);
        let ink = image::ink(test.image(index), test.width(), test.height());
        add(
            &mut html,
            format_args!(
                "<figure data-label=\"{label}\" title=\"probability of {label}: {}\">\
                 <img class=\"ink\" src=\"{ink}\" alt=\"Test image {index}, a {label} read as \
                 {class}\"/>\
                 <figcaption><b>{label}</b> read as <b class=\"answer\">{class}</b>\
                 <small>{} · #{index}</small></figcaption></figure>\n",
                percent(of_label),
                percent(probability)
            ),
        );
    }
    html + "</div>\n</section>\n"
}

/// The weights of the first layer's units, each as an image of what it looks for; of a convolution,
/// its filters, before learning and after.
pub fn first_layer<T: Float>(net: &Net<T>, first: Option<&Net<T>>, test: &Split) -> String {
    let Some((_, weights)) = net.parameters().next() else {
        return String::new();
    };
    if let Some(Kind::Conv(conv)) = net.line().layers().first() {
        return filters(weights, first, conv.window);
    }
    let units = weights.ncols();
    let shown = units.min(UNITS).min((PIXELS / test.pixels()).max(1));
    let weight = |pixel: usize, unit: usize| weights[(pixel, unit)].to_f64();
    let mut sizes: Vec<f64> = (0..shown)
        .flat_map(|unit| (0..test.pixels()).map(move |pixel| weight(pixel, unit).abs()))
        .collect();
    let on_scale = ((sizes.len() - 1) as f64 * ON_SCALE) as usize;
    let (_, &mut limit, _) = sizes.select_nth_unstable_by(on_scale, f64::total_cmp);
    let some = match shown == units {
        true => format!("The {units} units of the first layer"),
        false => format!(
            "The first {shown} of the {} units of the first layer",
            grouped(units)
        ),
    };
    let affines = net.affines();
    let second = match (net.activation(), &affines[..]) {
        (Some(_), [_, second]) => Some(&second.weights),
        _ => None,
    };
    let speaks_for = match second {
        Some(_) => " Below each, the digit its unit speaks for most.",
        None => "",
    };
    let mut html = format!(
        "<section>\n<h2>What the first layer looks for</h2>\n\
         <p>{some}: <span class=\"key positive\">blue</span> where ink makes the unit’s sum \
         larger, \
         <span class=\"key negative\">orange</span> where it makes it smaller, full colour from \
         ±{limit:.2} on.{speaks_for}</p>\n\
         <div class=\"units\" id=\"units\">\n"
    );
    for unit in 0..shown {
        let pixels = (0..test.pixels()).map(|pixel| weight(pixel, unit));
        let image = image::diverging(pixels, test.width(), test.height(), limit);
        let caption = second.map_or(String::new(), |second| {
            format!("<figcaption>{}</figcaption>", spoken_for(second, unit))
        });
        add(
            &mut html,
            format_args!(
                "<figure><img src=\"{image}\" alt=\"The weights of unit \
                 {unit}\"/>{caption}</figure>\n"
            ),
        );
    }
    html + "</div>\n</section>\n"
}

/// The filters of a convolution, before learning, if that is known, and after.
fn filters<T: Float>(weights: &DMatrix<T>, first: Option<&Net<T>>, window: Window) -> String {
    let shown = weights.ncols().min(UNITS);
    let first = first.and_then(|net| net.parameters().next());
    let first = first.map(|(_, weights)| ("Before learning", weights));
    let mut html = String::from(
        "<section>\n<h2>What the first layer looks for</h2>\n\
         <p>Its filters: <span class=\"key positive\">blue</span> where ink makes a sum larger, \
         <span class=\"key negative\">orange</span> where it makes it smaller.</p>\n",
    );
    for (when, weights) in first.into_iter().chain([("After", weights)]) {
        let pixels = window.len();
        let limit = weights
            .iter()
            .fold(0.0, |most: f64, w| most.max(w.to_f64().abs()));
        add(
            &mut html,
            format_args!("<h3>{when}, full colour at ±{limit:.2}</h3>\n<div class=\"units\">\n"),
        );
        for filter in 0..shown {
            let weights = (0..pixels).map(|pixel| weights[(pixel, filter)].to_f64());
            let image = image::diverging(weights, window.width, window.height, limit);
            let alt = format!("The weights of filter {filter}");
            add(
                &mut html,
                format_args!("<figure><img src=\"{image}\" alt=\"{alt}\"/></figure>\n"),
            );
        }
        html += "</div>\n";
    }
    html + "</section>\n"
}

/// The class for which a hidden unit of a two-layer net has the largest weight.
fn spoken_for<T: Float>(second: &DMatrix<T>, unit: usize) -> usize {
    let weight = |class: usize| second[(unit, class)].to_f64();
    let classes = 0..second.ncols();
    // Of equal ones the first, as with answers.
    let largest = classes.max_by(|&a, &b| {
        weight(a)
            .total_cmp(&weight(b))
            .then(Reverse(a).cmp(&Reverse(b)))
    });
    largest.unwrap_or(0)
}

/// The graph, as the tape draws it. Where the page is narrow it gets a little smaller, and then is
/// scrolled.
pub fn graph(svg: &str) -> String {
    let width = svg
        .split("width=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let width = width.unwrap_or("0");
    format!(
        "<section>\n<h2>The graph of the net</h2>\n\
         <p>Drawn from the tape after the first test images went through it and the sweep came \
         back: a node for each layer, \
         above each wire the value’s shape and norm, below it those of the loss’s derivative.</p>\n\
         <div class=\"wide graph\" id=\"graph\" tabindex=\"0\" role=\"region\" \
         aria-label=\"The graph\" style=\"--width: {width}px\">{svg}</div>\n</section>\n"
    )
}

fn add(html: &mut String, text: std::fmt::Arguments<'_>) {
    html.write_fmt(text).expect("memory can be written to");
}
