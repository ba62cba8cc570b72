"use strict";
// Sets the elements of a player going. `addressed` is whether the page's address names the step; `drawn` is called whenever a
// step has been drawn.
const player = (ofPage, { addressed = true, drawn = () => {} } = {}) => {
  const byId = (id) => document.getElementById(id);
  let steps = ofPage;
  let last = steps.length - 1;
  const interval = 1400;
  const phases = { start: "Before the forward run", forward: "Forward", backward: "Backward" };
  const smallest = 0.2;
  const largest = 4;
  // How small a text may be made so that the whole picture is seen: its numbers are nearly ten pixels high then.
  const readable = 0.7;
  let at = 0;
  let timer = null;
  let zoom = 1;
  // The steps of which a quiz need not ask any more.
  const answered = new Set();

  // What is drawn, by value and by node, and the final texts of all numbers.
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const frame = byId("picture");
  let drawing, size, labels, wires, nodes, labelOf, finals;
  const take = () => {
    drawing = frame.querySelector(".tape-picture");
    size = { width: drawing.width.baseVal.value, height: drawing.height.baseVal.value };
    labels = all(".tape-picture .value");
    wires = all(".tape-picture .wire");
    nodes = all(".tape-picture .node");
    labelOf = new Map(labels.map((label) => [label.dataset.value, label]));
    finals = new Map(all(".tape-picture .value text").map((text) => [text, text.textContent]));
  };

  // The state after step `end` follows from the steps up to it alone, so that any step can be jumped to.
  const state = (end) => {
    const forward = new Set();
    const done = new Set();
    const cotangents = new Map();
    for (const step of steps.slice(0, end + 1)) {
      if (step.phase === "forward") done.add(String(step.node));
      for (const value of step.forward) forward.add(String(value));
      for (const [value, partial] of step.cotangents) cotangents.set(String(value), partial);
    }
    return { forward, done, cotangents };
  };

  const toggle = (element, name, on) => element.classList.toggle(name, on);
  const question = (step) => step.lines.find((line) => line.answer !== null && (line.rule || line.numbers));
  const asking = () => byId("quiz").checked && !answered.has(at) && question(steps[at]) !== undefined;

  const draw = () => {
    const step = steps[at];
    const { forward, done, cotangents } = state(at);
    const freshForward = new Set(step.forward.map(String));
    const freshBack = new Set(step.cotangents.map(([value]) => String(value)));
    const secret = asking();
    for (const wire of wires) toggle(wire, "waiting", !forward.has(wire.dataset.value));
    for (const node of nodes) {
      toggle(node, "waiting", !done.has(node.dataset.node));
      toggle(node, "current", node.dataset.node === String(step.node));
    }
    for (const label of labels) {
      const value = label.dataset.value;
      const fresh = freshForward.has(value);
      for (const text of label.querySelectorAll(".forward")) {
        toggle(text, "hidden", !forward.has(value));
        if (!finals.has(text)) continue;
        toggle(text, "fresh", fresh);
        // A name is no secret.
        const isNumber = !text.classList.contains("minor");
        text.textContent = secret && fresh && isNumber ? "?" : finals.get(text);
      }
      const partial = cotangents.get(value);
      const back = freshBack.has(value);
      label.querySelectorAll(".cotangent").forEach((text) => {
        const isFirst = text === label.querySelector("text.cotangent");
        toggle(text, "hidden", partial === undefined || (partial !== "" && !isFirst));
        if (!finals.has(text)) return;
        toggle(text, "fresh", back);
        text.textContent = secret && back ? "?" : partial ? partial : finals.get(text);
      });
      for (const arrow of label.querySelectorAll(".return, .return-tip")) toggle(arrow, "hidden", partial === undefined);
    }
    describe(step, secret);
    light(step.lines);
    byId("slider").value = String(at);
    byId("slider").setAttribute("aria-valuetext", `${at} of ${last}: ${step.title}`);
    byId("count").textContent = `step ${at} of ${last}`;
    // A button that is really disabled would lose the focus.
    for (const id of ["first", "previous"]) byId(id).ariaDisabled = String(at === 0);
    for (const id of ["last", "next"]) byId(id).ariaDisabled = String(at === last);
    drawn();
  };

  // The entries to which a later step brings a derivative, or completes it.
  const awaited = () => {
    const values = new Set(steps.slice(at + 1).flatMap((step) => step.cotangents.map(([value]) => value)));
    const before = steps.filter((step) => step.phase === "forward" && step.forward.some((value) => values.has(value)));
    const their = new Set(before.map((step) => String(step.node)));
    return nodes.filter((node) => their.has(node.dataset.node));
  };

  // Lights the numbers that these lines use, where they stand.
  const light = (lines) => {
    for (const text of all(".tape-picture .lit")) text.classList.remove("lit");
    for (const [value, kind] of lines.flatMap((line) => line.uses)) {
      const texts = labelOf.get(String(value))?.querySelectorAll(`text.${kind}:not(.minor)`) ?? [];
      for (const text of texts) text.classList.add("lit");
    }
  };

  const span = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });

  // Whether two texts differ in the kind of their minus signs at most: that of a formula, and that of a number.
  const isSame = (one, other) => one.replaceAll("−", "-") === other.replaceAll("−", "-");

  const written = (line, name, secret) => {
    const item = document.createElement("li");
    item.className = name;
    item.append(span("left", line.left));
    if (line.rule) item.append(" = ", span("formula", line.rule));
    // A number that is handed on as it is would be its own answer.
    if (line.numbers && !(secret && isSame(line.result, line.numbers))) item.append(" = ", span("numbers", line.numbers));
    if (secret) item.append(" = ", span("result", "?"));
    else if (line.result && !isSame(line.result, line.numbers) && !isSame(line.result, line.rule)) item.append(" = ", span("result", line.result));
    item.addEventListener("pointerenter", () => { item.classList.add("chosen"); light([line]); });
    item.addEventListener("pointerleave", () => { item.classList.remove("chosen"); light(steps[at].lines); });
    return item;
  };

  const describe = (step, secret) => {
    toggle(byId("player"), "backward", step.phase === "backward");
    byId("phase").textContent = phases[step.phase];
    byId("title").textContent = step.title;
    byId("general").textContent = step.general;
    byId("place").textContent = step.source;
    const sums = secret ? [] : step.sums.map((line) => written(line, "sum", false));
    byId("lines").replaceChildren(...step.lines.map((line) => written(line, "", secret && line.answer !== null)), ...sums);
    byId("question").hidden = !secret;
    byId("verdict").textContent = "";
    if (secret) {
      byId("asked").textContent = `${question(step).left} =`;
      byId("guess").value = "";
    }
  };

  // What the text of a step speaks of: the entry, the numbers that are new, and those that are used.
  const spokenOf = (step) => {
    const node = nodes.find((node) => node.dataset.node === String(step.node));
    const values = [...step.forward, ...step.cotangents.map(([value]) => value), ...step.lines.flatMap((line) => line.uses.map(([value]) => value))];
    const found = values.map((value) => labelOf.get(String(value))).filter((label) => label !== undefined);
    return node ? [node, ...found] : found;
  };

  const bounds = (elements) => {
    const boxes = elements.map((element) => element.getBoundingClientRect());
    return {
      left: Math.min(...boxes.map((box) => box.left)),
      right: Math.max(...boxes.map((box) => box.right)),
      top: Math.min(...boxes.map((box) => box.top)),
      bottom: Math.max(...boxes.map((box) => box.bottom)),
    };
  };

  // Scrolls the picture, never the page. What does not fit is shown as far as it does, from the entry on.
  const showInView = (elements) => {
    if (elements.length === 0) return;
    const outer = frame.getBoundingClientRect();
    const room = 8;
    const wanted = bounds(elements);
    const fits = wanted.right - wanted.left <= frame.clientWidth - 2 * room && wanted.bottom - wanted.top <= frame.clientHeight - 2 * room;
    const inner = fits ? wanted : bounds(elements.slice(0, 1));
    const inside = wanted.left >= outer.left + room && wanted.right <= outer.right - room && wanted.top >= outer.top + room && wanted.bottom <= outer.bottom - room;
    if (inside) return;
    frame.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
    frame.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  };

  // Keeps the point of the picture that is in the middle of the frame where it is.
  const zoomTo = (to) => {
    const middle = { x: (frame.scrollLeft + frame.clientWidth / 2) / zoom, y: (frame.scrollTop + frame.clientHeight / 2) / zoom };
    zoom = Math.min(Math.max(to, smallest), largest);
    drawing.setAttribute("width", String(size.width * zoom));
    drawing.setAttribute("height", String(size.height * zoom));
    frame.scrollLeft = middle.x * zoom - frame.clientWidth / 2;
    frame.scrollTop = middle.y * zoom - frame.clientHeight / 2;
    fade();
  };
  // Where there is more of the picture than its frame shows, it fades at that edge.
  const fade = () => {
    const least = 2;
    toggle(frame, "more-left", frame.scrollLeft > least);
    toggle(frame, "more-above", frame.scrollTop > least);
    toggle(frame, "more-right", frame.scrollWidth - frame.clientWidth - frame.scrollLeft > least);
    toggle(frame, "more-below", frame.scrollHeight - frame.clientHeight - frame.scrollTop > least);
  };
  frame.addEventListener("scroll", fade);
  // The room for a picture that is seen whole, without the scroll bars of one that is not.
  const room = () => {
    const most = parseFloat(getComputedStyle(frame).maxHeight);
    const [width, height] = [frame.offsetWidth - 2 * frame.clientLeft, most - 2 * frame.clientTop - 2];
    return { width: Math.max(width, 1), height: Math.max(height, 1) };
  };
  const whole = () => Math.min(1, room().width / size.width, room().height / size.height);
  const fit = () => zoomTo(whole());

  const go = (step) => {
    at = Math.min(Math.max(step, 0), last);
    // A page that may not change its address still plays.
    if (addressed) try { history.replaceState(null, "", `#${at}`); } catch { /* it keeps the old one */ }
    draw();
    showInView(spokenOf(steps[at]));
  };
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    toggle(byId("play"), "playing", false);
    byId("play").querySelector("span").textContent = "Play";
  };
  const tick = () => {
    timer = setTimeout(() => {
      // A question waits for its answer.
      if (!asking()) {
        if (at === last) return stop();
        go(at + 1);
      }
      tick();
    }, interval / Number(byId("speed").value));
  };
  const play = () => {
    if (timer !== null) return stop();
    go(at === last ? 0 : at + 1);
    toggle(byId("play"), "playing", true);
    byId("play").querySelector("span").textContent = "Pause";
    tick();
  };
  const byHand = (step) => () => {
    stop();
    go(step());
  };

  const actions = {
    first: byHand(() => 0),
    previous: byHand(() => at - 1),
    next: byHand(() => at + 1),
    last: byHand(() => last),
    play,
    in: () => zoomTo(zoom * 1.25),
    out: () => zoomTo(zoom / 1.25),
    fit,
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  byId("slider").addEventListener("input", byHand(() => Number(byId("slider").value)));
  const keys = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last", " ": "play", "+": "in", "=": "in", "-": "out", 0: "fit" };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    // A text, a choice and what is pressed take their keys themselves; a player that is hidden or inert takes none.
    if (event.target.matches("select, textarea, input:not(#slider, [type=checkbox])")) return;
    if (!byId("controls").offsetParent || byId("controls").closest("[inert]")) return;
    if (event.key === " " && event.target.matches("button, input, summary")) return;
    event.preventDefault();
    actions[action]();
  });

  // A click on an entry goes to its step: the one backwards while the sweep is shown, if it has one.
  const stepOf = (node) => {
    const steps_of = (phase) => steps.findIndex((step) => step.phase === phase && String(step.node) === node);
    const [forward, backward] = [steps_of("forward"), steps_of("backward")];
    return steps[at].phase === "backward" && backward >= 0 ? backward : forward;
  };
  let drag = null;
  frame.addEventListener("click", (event) => {
    const node = event.target.closest(".node")?.dataset.node;
    if (node === undefined || drag?.moved) return;
    byHand(() => stepOf(node))();
  });
  frame.addEventListener("pointerdown", (event) => {
    // Fingers scroll by themselves, and texts of labels can be selected.
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("text")) return;
    drag = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop, moved: false };
  });
  addEventListener("pointermove", (event) => {
    if (!drag || event.buttons === 0) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved ||= Math.hypot(x, y) > 4;
    toggle(frame, "dragged", drag.moved);
    frame.scrollLeft = drag.left - x;
    frame.scrollTop = drag.top - y;
  });
  addEventListener("pointerup", () => {
    toggle(frame, "dragged", false);
    setTimeout(() => { drag = null; });
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(zoom * Math.exp(-event.deltaY / 300));
  }, { passive: false });

  // The quiz: a number is right if it is as near as the digits that would be shown.
  const settle = (verdict, text) => {
    // The question goes; who was in it goes on from here.
    if (byId("question").contains(document.activeElement)) byId("next").focus();
    answered.add(at);
    draw();
    byId("verdict").className = verdict;
    byId("verdict").textContent = text;
  };
  byId("question").addEventListener("submit", (event) => {
    event.preventDefault();
    const { answer, left, result } = question(steps[at]);
    const guess = Number(byId("guess").value.trim().replace(",", ".").replace("−", "-") || NaN);
    const near = Math.abs(guess - answer) <= 0.005 * Math.abs(answer) + 1e-12;
    if (Number.isNaN(guess)) byId("verdict").textContent = "A number is asked for, such as 0.5.";
    else if (near) settle("right", `Right: ${left} = ${result}.`);
    else settle("wrong", `Not ${guess}: ${left} = ${result}.`);
  });
  byId("reveal").addEventListener("click", () => settle("", ""));
  // A quiz asks in the order of the computation: what the forward run gives, then what the sweep brings back.
  const firstAsked = () => Math.max(0, steps.findIndex((step) => question(step) !== undefined));
  byId("quiz").addEventListener("change", () => {
    answered.clear();
    if (byId("quiz").checked) byHand(firstAsked)();
    else draw();
  });

  // Shows another drawing: at the same step, or, of another program, at its last; a quiz begins. One for a frame of another size is
  // made to fit it.
  const load = (svg, itsSteps, { isOther = true, isResized = isOther } = {}) => {
    frame.innerHTML = svg;
    steps = itsSteps;
    last = steps.length - 1;
    byId("slider").max = String(last);
    take();
    if (!isOther) {
      at = Math.min(at, last);
      if (isResized) toSize();
      else zoomTo(zoom);
      return draw();
    }
    stop();
    answered.clear();
    toSize();
    go(byId("quiz").checked ? firstAsked() : last);
  };

  const inAddress = () => {
    const step = /^#(\d+)$/.exec(location.hash);
    return step ? Number(step[1]) : 0;
  };
  if (addressed) addEventListener("hashchange", () => { if (inAddress() !== at) byHand(inAddress)(); });
  // Whole where its text can be read then, else as wide as the frame or a little wider.
  const toSize = () => zoomTo(whole() >= readable ? whole() : Math.min(1, Math.max(frame.clientWidth / size.width, 0.82)));
  byId("slider").max = String(last);
  if (frame.querySelector(".tape-picture")) {
    take();
    toSize();
    go(addressed ? inAddress() : 0);
  }
  return { load, fit, room, readable, awaited };
};
