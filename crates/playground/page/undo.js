// What a text was before. The browser's own undo does not know what the page writes into a text, and would put pieces of two
// programs together. `take` gives all that is to come back, `put` brings it back.
const textHistory = (field, take, put) => {
  const most = 200;
  const pause = 1000; // milliseconds
  const [past, future] = [[], []];
  let last = { kind: "", at: 0 };
  const go = (from, to) => {
    if (from.length === 0) return;
    to.push(take());
    last = { kind: "", at: 0 };
    put(from.pop());
  };
  const undo = () => go(past, future);
  const redo = () => go(future, past);
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "z" && !event.shiftKey) undo();
    else redo();
  });
  // From a menu.
  field.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return;
    event.preventDefault();
    if (event.inputType === "historyUndo") undo();
    else redo();
  });
  return {
    // Is called before a change. Changes of one kind that follow each other closely are taken back together.
    before: (kind = "") => {
      const at = performance.now();
      const isSame = kind !== "" && kind === last.kind && at - last.at < pause;
      last = { kind, at };
      if (isSame) return;
      past.push(take());
      if (past.length > most) past.shift();
      future.length = 0;
    },
  };
};
