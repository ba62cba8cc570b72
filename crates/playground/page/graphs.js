// Formulas: a text, its leaves, and the drawing of what the tape recorded, which follow each other.
const graphs = (ask, about) => {
  const program = byId("program");
  const parts = [byId("player"), byId("numbers")];
  const frame = byId("picture");
  const phone = 640; // pixels
  // How small a drawing is made to be seen whole; on a phone that goes before being read.
  const least = () => (frame.clientWidth < phone ? 0.3 : stage.readable);
  const state = { text: "", leaves: {}, of: "" };
  // What the player has not brought back yet does not stand in the list either, nor that all is there.
  const holdBack = () => {
    const awaited = stage.awaited();
    if (awaited.length > 0) byId("welcome").classList.add("over");
    leaves.expect(awaited.filter((entry) => entry.matches(".leaf")).map(nameOf));
  };
  const stage = player([], { addressed: false, drawn: holdBack });
  let told = null;
  // What was asked when the answer was right last.
  let good = null;
  let moved = null;
  // Whether the next drawing is of another program, and whether it is for another frame.
  let isOther = true;
  let isResized = false;
  // How wide the drawing that is shown was asked for, in pixels.
  let asked = 0;
  // What is to be said of the link that was opened; nothing where there is none.
  let ofLink = null;
  // The example that is shown, by its place; nothing where the text is the reader's.
  let example = "";
  // The last text of one's own, with its numbers.
  let own = null;
  const examples = byId("example");
  // What the last link that was copied has in it.
  let shared = "";

  // What the page shows of an answer.
  const refresh = () => {
    const had = document.activeElement;
    // Nothing is measured in what is hidden.
    for (const part of parts) part.hidden = false;
    const answer = answerTo({ ...state, moved });
    const isWrong = Boolean(answer.error);
    program.setAttribute("aria-invalid", String(isWrong));
    byId("graphs").classList.toggle("outdated", isWrong);
    for (const part of parts) part.inert = isWrong;
    for (const part of parts) part.hidden = isWrong && !good;
    if (isWrong) refuse(answer.error);
    else show(answer);
    // Whoever was in what is gone now, or cannot be used, is led to what is wrong, or to the text.
    if (had.isConnected && !had.closest("[inert], [hidden]")) return;
    if (isWrong && !byId("fault-show").hidden) byId("fault-show").focus();
    else program.focus();
  };
  const refreshSoon = atNextFrame(refresh);

  const show = (answer) => {
    byId("fault").hidden = true;
    byId("hint").hidden = false;
    if (address.of(state) !== shared) byId("shared").textContent = "";
    told = answer;
    good = { ...state, leaves: { ...state.leaves } };
    load(answer);
    const notes = [ofLink?.note, answer.note].filter(Boolean).join(" ");
    if (example === "") byId("hint").textContent = notes || ownHint;
    leaves.show(answer.leaves, answer.name);
    holdBack();
    byId("output-name").textContent = answer.name;
    byId("output-value").textContent = answer.output.short;
    byId("output-value").title = answer.output.exact;
    byId("origin").textContent = answer.origin ?? "";
    choose(answer);
    tell(answer.moved);
    address.write(address.of(state));
  };

  // Asks for a drawing; while numbers move it stays as it is.
  const answerTo = (question) => {
    const wide = (width) => ask({ do: "graph", ...question, width });
    if (!isOther && !isResized) return wide(asked);
    const { answer, width } = fitted(wide, stage.room(), least());
    asked = width;
    return answer;
  };

  // Shows a drawing. On a phone another one is shown whole at first.
  const load = ({ svg, steps }) => {
    const drawn = svg.replace(/>[^<]*-[^<]*</g, withMinus);
    stage.load(drawn, JSON.parse(steps, (_, said) => (typeof said === "string" ? withMinus(said) : said)), { isOther, isResized });
    if ((isOther || isResized) && frame.clientWidth < phone) stage.fit();
    isOther = isResized = false;
  };

  // Says what is wrong, and shows the line with what was found marked in it.
  const refuse = ({ message, line, units }) => {
    byId("fault").hidden = false;
    byId("hint").hidden = true;
    byId("fault-text").textContent = ofLink ? `${message}. Perhaps the link was cut off.` : message;
    byId("fault-show").hidden = !units;
    const excerpt = byId("fault-line");
    excerpt.replaceChildren();
    if (!units) return;
    const start = state.text.lastIndexOf("\n", units[0] - 1) + 1;
    const [whole, from] = [state.text.split("\n")[line - 1], units[0] - start];
    const to = Math.max(units[1] - start, from);
    const found = whole.slice(from, to) || " ";
    const mark = make("mark", { textContent: found });
    excerpt.append(whole.slice(0, from), mark, whole.slice(to));
    excerpt.scrollLeft = mark.offsetLeft - excerpt.offsetLeft - excerpt.clientWidth / 2;
    byId("fault-show").onclick = () => {
      program.focus();
      program.setSelectionRange(units[0], units[1]);
    };
  };

  // Which line's derivatives are shown, where there are several.
  const choose = ({ results, of }) => {
    const chosen = byId("of");
    const names = results.filter((name) => name !== "");
    byId("of-row").hidden = names.length < 2;
    if (names.join() !== Array.from(chosen.options, (option) => option.value).join()) {
      chosen.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
    }
    chosen.value = results[of];
  };

  const tell = (what) => {
    const place = byId("moved");
    if (!what) {
      if (!moved) place.textContent = "Move a number: drag it in the graph, pull its slider, or type.";
      return;
    }
    const { leaf, result, h, by, ratio, derivative, promised, kept } = what;
    const rest = kept
      ? ` The derivative said so: ${derivative} times as much.`
      : ` That is ${ratio} times as much; the derivative where it began, ${derivative}, said ${promised}.`;
    place.replaceChildren(make("b", { textContent: `${leaf} moved by ${h}, ${result} by ${by}.` }), rest);
  };

  // A number that is written in the text is changed there; others are kept beside it.
  const move = (name, number, from) => {
    const leaf = told?.leaves.find((leaf) => leaf.name === name);
    if (!leaf || byId("graphs").classList.contains("outdated")) return;
    texts.before(`move ${name}`);
    moved = number === from ? null : { leaf: name, from };
    if (leaf.written) {
      const [start, end] = leaf.written;
      program.setRangeText(String(number), start, end, "preserve");
      state.text = program.value;
      // Those behind it have moved along; the answer to come says where they are, but may come after the next move.
      const by = String(number).length - (end - start);
      for (const { written } of told.leaves) {
        if (written && written[0] >= end) { written[0] += by; written[1] += by; }
      }
      leaf.written[1] += by;
    } else {
      state.leaves[name] = number;
    }
    refreshSoon();
  };
  const leaves = leafList(byId("leaves"), move);

  const ownHint = "A name that has no line of its own is a number to be moved, too; it begins with 1.";
  const open = ({ text, leaves: numbers = {}, of = "", link = null }, place = "") => {
    example = place;
    examples.value = place;
    Object.assign(state, { text, leaves: { ...numbers }, of });
    program.value = text;
    program.rows = Math.min(Math.max(text.split("\n").length + 2, 6), 14);
    moved = null;
    isOther = true;
    ofLink = link;
    leaves.forget();
    byId("hint").textContent = about.examples[place]?.hint ?? ownHint;
    refresh();
  };

  const current = () => ({ ...state, leaves: { ...state.leaves }, example });
  const texts = textHistory(program, current, (earlier) => {
    const before = program.value;
    open(earlier, earlier.example);
    // The cursor stands behind what has changed.
    const { value } = program;
    let same = 0;
    while (same < Math.min(before.length, value.length) && before.at(-1 - same) === value.at(-1 - same)) same += 1;
    program.setSelectionRange(value.length - same, value.length - same);
  });

  program.addEventListener("input", ({ inputType }) => {
    texts.before(inputType);
    state.text = program.value;
    moved = null;
    isOther = true;
    ofLink = null;
    leaves.forget();
    example = "";
    examples.value = "";
    refreshSoon();
  });
  byId("of").addEventListener("change", () => {
    state.of = byId("of").value;
    moved = null;
    refresh();
  });

  examples.append(...about.examples.map(({ title }, place) => make("option", { value: String(place), textContent: title })));
  examples.addEventListener("change", () => {
    const place = examples.value;
    if (example === "") own = current();
    texts.before();
    // Without a text of one's own, what is there becomes one.
    open(place === "" ? (own ?? current()) : about.examples[place], place);
  });
  byId("functions").append(
    ...about.functions.flatMap(({ written, rule }) => [make("dt", { textContent: written }), make("dd", { textContent: rule })]),
  );

  dragLeaves(frame, leaves, move);

  byId("share").addEventListener("click", async () => {
    const link = location.href.split("#")[0] + address.of(state);
    shared = address.of(state);
    address.write(shared);
    try {
      await navigator.clipboard.writeText(link);
      byId("shared").textContent = "The link is copied.";
    } catch {
      byId("shared").textContent = "The link is this page’s address.";
    }
  });
  let width = 0;
  new ResizeObserver(() => {
    const room = stage.room().width;
    if (room === width || frame.offsetWidth === 0) return;
    width = room;
    isResized = true;
    if (!byId("graphs").classList.contains("outdated") || !good) return refreshSoon();
    load(answerTo(good));
  }).observe(frame);
  addEventListener("hashchange", () => {
    const said = address.read();
    if (!said || address.of(said) === address.of(state)) return;
    if (example === "") own = current();
    texts.before();
    open(said);
  });

  const first = address.read();
  if (first) {
    open(first);
  } else {
    open(about.examples[0], "0");
  }
  // The page's address is this view's again.
  return { shown: () => address.write(address.of(state)) };
};
