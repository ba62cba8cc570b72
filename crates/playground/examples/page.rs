//! Puts the page together: `cargo run -p playground --example page -- PAGE [WASM]`. Without a file
//! of WebAssembly the page keeps the one it has. `scripts/playground` calls this.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let page = arguments.next().ok_or("expected the page’s file")?;
    let read = |file: &str| std::fs::read(file).map_err(|error| format!("{file}: {error}"));
    let packed = match arguments.next() {
        Some(file) => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::best());
            packer.write_all(&read(&file)?)?;
            packer.finish()?
        }
        None => {
            let there = String::from_utf8(read(&page)?)?;
            let packed = playground::page::packed(&there);
            packed.ok_or_else(|| format!("{page} has no WebAssembly"))?
        }
    };
    let text = playground::page::page(&packed);
    std::fs::write(&page, &text)?;
    println!(
        "{page}: {} bytes, of {} packed WebAssembly",
        text.len(),
        packed.len()
    );
    Ok(())
}
