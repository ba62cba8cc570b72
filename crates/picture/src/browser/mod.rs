//! The player and the SVG in a real browser: `cargo test -p wengert-picture browser` with Chromium
//! and ChromeDriver installed (Debian's packages `chromium` and `chromium-driver`). Without them
//! these tests pass and say that they were skipped.

mod accessibility_tests;
mod driver;
mod font_tests;
mod player_tests;
