//! `mnist fetch`: the files of MNIST, or of a set like it.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mnist::fetch::{EMNIST, Fetch, FetchError, Fetched, Refusal, RemoteSet, SETS, fetch};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::Output;

/// The one set that cannot be had file by file.
const NOT_SERVED: &str = "emnist";

/// Download the four files of MNIST or of a set like it
///
/// They come from public mirrors over plain HTTP and are believed for their SHA-256 alone. Files
/// that are there already are not downloaded again. A proxy is the one that the environment's
/// http_proxy names (https_proxy for https), unless no_proxy has the host.
#[derive(Args, Debug)]
pub struct Options {
    /// Where they go; made if it is not there [default: data/ and the name of the set]
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Which set
    #[arg(long, default_value = SETS[0].name, value_parser = names())]
    set: String,
    /// Where they come from, in place of the mirrors: a URL to which the files' names are added
    #[arg(long, value_name = "URL")]
    from: Option<String>,
}

fn names() -> PossibleValuesParser {
    let names = SETS.iter().map(|set| set.name).chain([NOT_SERVED]);
    PossibleValuesParser::new(names.collect::<Vec<_>>())
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let Some(set) = SETS.iter().find(|set| set.name == options.set) else {
        return Err(Failure::NotServed(EMNIST));
    };
    let from = options
        .from
        .as_ref()
        .map(|from| from.trim_end_matches('/').to_owned() + "/");
    let mirrors: Vec<&str> = match &from {
        Some(from) => vec![from],
        None => set.mirrors.to_vec(),
    };
    let directory = match &options.directory {
        Some(directory) => directory.clone(),
        None => Path::new("data").join(set.name),
    };
    let interrupt = Interrupt::listen()?;
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    // The message is cut where the terminal ends.
    let style = ProgressStyle::with_template("{wide_msg} {bytes}/{total_bytes}");
    bar.set_style(style.expect("a template of known keys"));
    let files = Fetch {
        mirrors: &mirrors,
        bar: &bar,
        is_over: &|| interrupt.is_asked(),
    };
    let fetched = fetch(&directory, &set.files, &files);
    bar.finish_and_clear();
    let Fetched { downloaded, kept } = match fetched {
        Ok(fetched) => fetched,
        Err(FetchError::Interrupted) => return Err(Failure::Interrupted),
        Err(error) => {
            let by_hand = by_hand(&error, set, &directory);
            return Err(Failure::Fetch { error, by_hand });
        }
    };
    let mut output = Output::new(false);
    let directory = directory.display();
    output.text(format_args!(
        "{directory}: {downloaded} files downloaded, {kept} there already"
    ));
    output.finish()
}

/// How to get the files without this program, where no mirror had them.
fn by_hand(error: &FetchError, set: &RemoteSet, directory: &Path) -> String {
    let FetchError::NoMirror { attempts, .. } = error else {
        return String::new();
    };
    let https = attempts.iter().find_map(|attempt| match &attempt.refusal {
        Refusal::Https { url } => url.rsplit_once('/').map(|(base, _)| format!("{base}/")),
        _ => None,
    });
    let from = https.unwrap_or_else(|| set.mirrors[0].to_owned());
    let names = set.files.map(|file| file.name).join(",");
    format!(
        "\nget the files by hand: curl -L --create-dirs --output-dir {} \
         --remote-name-all \"{from}{{{names}}}\"",
        directory.display()
    )
}
