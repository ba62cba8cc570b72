//! Sizes in words: of nets, and of memory.

/// How many numbers a run may keep in memory: 4 GiB of `f32`.
pub const MOST_NUMBERS: u64 = 1 << 30;

/// So many numbers of four bytes.
pub fn gibibytes(numbers: u64) -> String {
    let bytes = numbers as f64 * 4.0;
    match bytes / (1_u64 << 30) as f64 {
        size @ ..100.0 => format!("{size:.1} GiB").replace(".0 ", " "),
        size => format!("{size:.0} GiB"),
    }
}

/// `784-50-10, relu`, or the line of a net of other layers.
pub fn net_words<T: mnist::Float>(net: &nn::Net<T>) -> String {
    match net.activation() {
        Some(activation) => format!("{}, {}", dashes(&net.sizes()), activation.name()),
        None => net.line().to_string(),
    }
}

/// `784-50-10`.
pub fn dashes(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join("-")
}
