//! The order of the arguments.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// The arguments with the command in the first place: `mnist --data DIR eval` is `mnist eval --data
/// DIR`.
///
/// clap would take options before the command for those of the program itself, which has others.
/// What follows an option that takes a value is that value and no command.
pub fn command_first(program: &Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(argument) = arguments.get(at).and_then(|argument| argument.to_str()) {
        if program.find_subcommand(argument).is_some() {
            arguments[1..=at].rotate_right(1);
            break;
        }
        match argument.strip_prefix("--") {
            Some("") | None => break,
            Some(name) if takes_value(program, name) => at += 2,
            Some(_) => at += 1,
        }
    }
    arguments
}

/// Whether the next argument is the value of the option of this name, in whichever command it is
/// one.
fn takes_value(program: &Command, name: &str) -> bool {
    let commands = program.get_subcommands().chain([program]);
    let mut options = commands.flat_map(|command| command.get_arguments());
    options.any(|option| {
        let takes_one = matches!(option.get_action(), ArgAction::Set | ArgAction::Append);
        takes_one && option.get_long() == Some(name)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command::Cli;

    #[test]
    fn the_command_moves_to_the_front() {
        for (given, expected) in [
            ("mnist", "mnist"),
            ("mnist eval --data d", "mnist eval --data d"),
            ("mnist --data d eval --json", "mnist eval --data d --json"),
            ("mnist --json --data=d check", "mnist check --json --data=d"),
            (
                "mnist --weights eval predict 7",
                "mnist predict --weights eval 7",
            ),
            // Values are no commands, and what follows a command is its own.
            ("mnist --out train", "mnist --out train"),
            ("mnist --out eval --steps 5", "mnist --out eval --steps 5"),
            ("mnist predict train", "mnist predict train"),
            ("mnist -- eval", "mnist -- eval"),
            ("mnist 7 eval", "mnist 7 eval"),
        ] {
            let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
            let found = command_first(&Cli::command(), words(given));
            assert_eq!(found, words(expected), "{given}");
        }
    }
}
