//! `mnist fetch`: the four files of MNIST.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mnist::dataset::DEFAULT_DIRECTORY;
use mnist::fetch::{FILES, Fetched, MIRRORS, fetch};

use super::Failure;
use super::output::Output;

/// Download the four files of MNIST
///
/// They come from public mirrors over plain HTTP and are believed for their SHA-256 alone. Files that are there
/// already are not downloaded again.
#[derive(Args, Debug)]
pub struct Options {
    /// Where they go; made if it is not there
    #[arg(value_name = "DIR", default_value = DEFAULT_DIRECTORY)]
    directory: PathBuf,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut output = Output::new(false);
    let template = "{msg} {bar:32} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template).expect("a template of known keys");
    let bar =
        ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_style(style);
    let fetched = fetch(&options.directory, MIRRORS, &FILES, &bar);
    bar.finish_and_clear();
    let Fetched { downloaded, kept } = fetched?;
    let directory = options.directory.display();
    output.text(format_args!(
        "{directory}: {downloaded} files downloaded, {kept} there already"
    ));
    output.finish()
}
