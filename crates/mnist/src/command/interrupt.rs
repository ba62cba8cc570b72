//! Ctrl-C, once to end after this step and twice to end now.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked the program to end: with Ctrl-C, or as `kill` does.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. The second time the program ends at once; files are whole whenever that
    /// is.
    pub fn listen() -> Result<Self, ctrlc::Error> {
        let interrupt = Interrupt::default();
        let Interrupt(asked) = interrupt.clone();
        ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::Relaxed) {
                // 128 + SIGINT, as a shell says it.
                process::exit(130);
            }
        })?;
        Ok(interrupt)
    }

    /// Whether the program is to end.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
