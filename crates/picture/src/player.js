"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const steps = JSON.parse(byId("steps").textContent);
  const last = steps.length - 1;
  const interval = 1100;
  const phases = { start: "Before the forward run", forward: "Forward", backward: "Backward" };
  let at = 0;
  let timer = null;

  // What is drawn, by value and by node, and the final texts of the cotangents.
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const labels = all(".tape-picture .value");
  const wires = all(".tape-picture .wire");
  const nodes = all(".tape-picture .node");
  const finals = new Map();
  for (const label of labels) {
    finals.set(label.dataset.value, Array.from(label.querySelectorAll(".cotangent"), (text) => text.textContent));
  }

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

  const draw = () => {
    const step = steps[at];
    const { forward, done, cotangents } = state(at);
    const freshForward = new Set(step.forward.map(String));
    const freshBack = new Set(step.cotangents.map(([value]) => String(value)));
    for (const wire of wires) toggle(wire, "waiting", !forward.has(wire.dataset.value));
    for (const node of nodes) {
      toggle(node, "waiting", !done.has(node.dataset.node));
      toggle(node, "current", node.dataset.node === String(step.node));
    }
    for (const label of labels) {
      const value = label.dataset.value;
      for (const text of label.querySelectorAll(".forward")) {
        toggle(text, "hidden", !forward.has(value));
        toggle(text, "fresh", freshForward.has(value));
      }
      const partial = cotangents.get(value);
      const texts = label.querySelectorAll(".cotangent");
      texts.forEach((text, line) => {
        toggle(text, "hidden", partial === undefined || (partial !== "" && line > 0));
        toggle(text, "fresh", freshBack.has(value));
        text.textContent = partial ? partial : finals.get(value)[line];
      });
      for (const arrow of label.querySelectorAll(".return, .return-tip")) toggle(arrow, "hidden", partial === undefined);
    }
    describe(step);
    byId("slider").value = String(at);
    byId("slider").setAttribute("aria-valuetext", `${at} of ${last}: ${step.title}`);
    byId("count").textContent = `step ${at} of ${last}`;
    byId("first").disabled = byId("previous").disabled = at === 0;
    byId("last").disabled = byId("next").disabled = at === last;
    const current = document.querySelector(".tape-picture .current");
    if (current) keepInView(current);
  };

  const describe = (step) => {
    toggle(byId("player"), "backward", step.phase === "backward");
    byId("phase").textContent = phases[step.phase];
    byId("title").textContent = step.title;
    byId("place").textContent = step.source;
    const span = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
    byId("lines").replaceChildren(...step.lines.map(({ rule, numbers, result }) => {
      const line = document.createElement("li");
      line.append(span("formula", rule));
      if (numbers) line.append(span("numbers", ` = ${numbers}`));
      if (result && result !== numbers) line.append(" = ", span("result", result));
      return line;
    }));
  };

  // Scrolls the picture, never the page.
  const keepInView = (element) => {
    const frame = byId("picture");
    const outer = frame.getBoundingClientRect();
    const inner = element.getBoundingClientRect();
    if (inner.left < outer.left || inner.right > outer.right) {
      frame.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
    }
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      frame.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
    }
  };

  const go = (step) => {
    at = Math.min(Math.max(step, 0), last);
    draw();
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    byId("play").setAttribute("aria-label", "Play");
  };
  const play = () => {
    if (timer !== null) return stop();
    go(at === last ? 0 : at + 1);
    byId("play").setAttribute("aria-label", "Pause");
    timer = setInterval(() => (at === last ? stop() : go(at + 1)), interval);
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
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  byId("slider").max = String(last);
  byId("slider").addEventListener("input", byHand(() => Number(byId("slider").value)));
  const keys = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last", " ": "play" };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    // A focused button takes the space bar itself.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    actions[action]();
  });
  draw();
})();
