// The tape, compiled to WebAssembly: a question goes in as JSON, perhaps with bytes behind it, and an answer comes out.
// `boundary.rs` says how; nothing else touches its memory.
const engine = async (packed) => {
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compile(await new Response(unpacked).arrayBuffer());
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let tape, conversation;
  const open = () => {
    tape = new WebAssembly.Instance(module).exports;
    conversation = tape.playground_open();
  };
  open();
  return (question, more = new Uint8Array()) => {
    const text = encoder.encode(JSON.stringify(question));
    const length = 4 + text.length + more.length;
    try {
      const at = tape.playground_question(conversation, length);
      const room = new Uint8Array(tape.memory.buffer, at, length);
      new DataView(room.buffer, at).setUint32(0, text.length, true);
      room.set(text, 4);
      room.set(more, 4 + text.length);
      const said = tape.playground_ask(conversation);
      return JSON.parse(decoder.decode(new Uint8Array(tape.memory.buffer, tape.playground_answer(conversation), said)));
    } catch (error) {
      // What has stopped in the middle is not asked again.
      open();
      return { error: { message: `the tape has stopped: ${error.message}` } };
    }
  };
};

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
