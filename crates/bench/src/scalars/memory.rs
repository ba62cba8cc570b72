//! What a tool's recording weighs: the growth of a process's peak resident size, each tool in a
//! process of its own.

use super::program::{CHAIN, Chain, Program};
use super::tools;
use std::process::Command;

/// The argument with which this program starts itself.
pub const GROWTH: &str = "--growth-of-tool";

/// Bytes per operation of the chain for each tool; `None` where the system does not tell.
pub fn growths() -> Vec<Option<f64>> {
    let tools = tools::all::<Chain>();
    (0..tools.len()).map(growth_in_own_process).collect()
}

fn growth_in_own_process(tool: usize) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program)
        .args([GROWTH, &tool.to_string()])
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Runs one tool on the chain and prints the bytes per operation; nothing where the system does not
/// tell.
pub fn report_growth(tool: usize) {
    let point = CHAIN.point();
    let before = peak();
    let mut gradient_at = (tools::all()[tool].gradient_of)(&CHAIN, &point);
    gradient_at(&mut [0.0]);
    if let (Some(before), Some(after)) = (before, peak()) {
        println!("{}", (after - before) / CHAIN.operations() as f64);
    }
}

/// The most bytes this process ever had in memory, as Linux tells it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
