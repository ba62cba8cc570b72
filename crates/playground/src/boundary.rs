//! What JavaScript calls: the only file of this crate with `unsafe`, and that in attributes alone.
//!
//! JavaScript opens a session, asks where a question of so many bytes may be written, writes it
//! there (the length of the JSON as four bytes, little-endian; the JSON; whatever bytes follow),
//! asks, and reads the answer from where it is told.
//!
//! # Why this is sound
//! `#[unsafe(no_mangle)]` gives a function the name by which JavaScript finds it. It is unsafe
//! because two functions of one name would be mixed up; all these names begin with `playground_`,
//! and no other crate of the build exports any such.
//!
//! Nothing else here is unsafe. What crosses the boundary are a `Box` and references to what is in
//! it, which have the layout of a pointer in the C ABI, and lengths. `page/engine.js`, the only
//! caller, keeps its side: it passes the pointer that `playground_open` gave and no other, one call
//! at a time, never after `playground_close`; it writes only into the `length` bytes that
//! `playground_question` made, before the next call; it reads an answer before the next call.
//! WebAssembly's memory cannot be left in any case: a caller that breaks this harms its own page
//! alone.
#![allow(unsafe_code)]

use crate::session::Session;

/// A session, with what is asked and what is answered.
#[derive(Default)]
pub struct Conversation {
    session: Session,
    question: Vec<u8>,
    answer: String,
}

/// Begins a conversation.
#[unsafe(no_mangle)]
pub extern "C" fn playground_open() -> Box<Conversation> {
    Box::default()
}

/// Ends a conversation.
#[unsafe(no_mangle)]
pub extern "C" fn playground_close(conversation: Box<Conversation>) {
    drop(conversation);
}

/// Makes room for a question of so many bytes, and says where.
#[unsafe(no_mangle)]
pub extern "C" fn playground_question(conversation: &mut Conversation, length: usize) -> *mut u8 {
    conversation.question.clear();
    conversation.question.resize(length, 0);
    conversation.question.as_mut_ptr()
}

/// Answers the question, and says how long the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn playground_ask(conversation: &mut Conversation) -> usize {
    let question = std::mem::take(&mut conversation.question);
    conversation.answer = match parts(&question) {
        Some((text, bytes)) => conversation.session.ask(text, bytes),
        None => "{\"error\":{\"message\":\"a question is a length, JSON, bytes\"}}".to_owned(),
    };
    conversation.answer.len()
}

/// Where the answer stands, in UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn playground_answer(conversation: &Conversation) -> *const u8 {
    conversation.answer.as_ptr()
}

/// The JSON of a question, and the bytes behind it.
fn parts(question: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = question.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, bytes) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_as_javascript_asks_it() {
        let mut conversation = playground_open();
        let asked = br#"{ "do": "graph", "text": "y = 2 * x" }"#;
        let mut question = (asked.len() as u32).to_le_bytes().to_vec();
        question.extend(asked);
        assert!(!playground_question(&mut conversation, question.len()).is_null());
        conversation.question.copy_from_slice(&question);
        let length = playground_ask(&mut conversation);
        assert_eq!(conversation.answer.len(), length);
        assert!(conversation.answer.contains("\"derivative\""));
        assert_eq!(
            playground_answer(&conversation),
            conversation.answer.as_ptr()
        );
        playground_close(conversation);
    }

    #[test]
    fn what_is_no_question_is_refused() {
        for question in [&b"abc"[..], b"\xff\0\0\0{}", b"\x01\0\0\0\xff"] {
            let mut conversation = Conversation {
                question: question.to_vec(),
                ..Conversation::default()
            };
            playground_ask(&mut conversation);
            assert!(conversation.answer.starts_with("{\"error\""));
        }
    }
}
