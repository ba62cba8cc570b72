//! Texts made safe for the languages pictures are written in.

use serde_json::Value;

/// For the text and the quoted attributes of XML and HTML. Characters XML 1.0 cannot hold become
/// U+FFFD.
pub(crate) fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// For a quoted string of the DOT language; `\n` stays a line break.
pub(crate) fn dot(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// For a quoted text of a Mermaid flowchart: what has a meaning there, in Markdown or in HTML is
/// written by its code point. A line break becomes `<br/>`.
pub(crate) fn mermaid(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // Before a space or at the end these may begin an item of a list: `- x`, `1. x`.
        let bullet =
            matches!(c, '-' | '+' | '.') && rest.peek().is_none_or(|next| next.is_whitespace());
        match c {
            '\n' => safe.push_str("<br/>"),
            c if c.is_control() => safe.push('\u{fffd}'),
            c if bullet || "\"#;<>&`*_~|\\%$()[]{}".contains(c) => {
                safe.push_str(&format!("#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// JSON that stands inside a `<script>` element: what could end the element stands in strings only,
/// where it can be written by its number.
pub(crate) fn in_a_script(json: &Value) -> String {
    let mut safe = String::new();
    for c in json.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "a\"<b>&'\\\n]](`#1;";

    #[test]
    fn nothing_keeps_its_meaning() {
        assert_eq!(xml(NASTY), "a&quot;&lt;b&gt;&amp;&#39;\\\n]](`#1;");
        assert_eq!(xml("\u{0}\u{b}"), "\u{fffd}\u{fffd}");
        assert_eq!(dot(NASTY), "a\\\"<b>&'\\\\\\n]](`#1;");
        assert_eq!(mermaid("a\"\n-1.5]"), "a#34;<br/>-1.5#93;");
        assert_eq!(mermaid("- a"), "#45; a");
        assert_eq!(mermaid("1. a+"), "1#46; a#43;");
        assert_eq!(
            in_a_script(&Value::from("</script>\"\\\n")),
            "\"\\u003c/script\\u003e\\\"\\\\\\n\""
        );
    }
}
