// Numbers are moved in the graph, too: a leaf is dragged where it is drawn. Each pixel to the right or up, whichever way it goes at
// first, is a step of its slider.
const nameOf = (leaf) => leaf.querySelector("text").textContent;

// `move(name, number, from)` is called while a leaf is dragged, with what it was before.
const dragLeaves = (frame, leaves, move) => {
  const start = 3; // pixels
  let drag = null;
  const hold = (event) => { if (drag?.isMoved) event.preventDefault(); };

  frame.addEventListener("pointerdown", (event) => {
    const leaf = event.target.closest(".node.leaf");
    const name = leaf ? nameOf(leaf) : undefined;
    if (event.button !== 0 || name === undefined || !leaves.has(name)) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const { clientX: x, clientY: y, pointerType } = event;
    drag = { name, x, y, isTouch: pointerType === "touch", from: leaves.valueOf(name), step: leaves.stepOf(name), isMoved: false, isAcross: true };
    frame.setPointerCapture(event.pointerId);
    // What a finger touched hears of it also when it is no longer drawn.
    event.target.addEventListener("touchmove", hold, { passive: false });
  }, { capture: true });
  frame.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [right, up] = [event.clientX - drag.x, drag.y - event.clientY];
    // A finger that goes up or down scrolls the page.
    if (!drag.isMoved) drag.isAcross = drag.isTouch || Math.abs(right) >= Math.abs(up);
    const by = Math.round(drag.isAcross ? right : up);
    drag.isMoved ||= Math.abs(by) > start;
    if (drag.isMoved) move(drag.name, Number((drag.from + by * drag.step).toPrecision(12)), drag.from);
  });
  frame.addEventListener("touchmove", hold, { passive: false });
  frame.addEventListener("pointercancel", () => { if (drag?.isMoved) move(drag.name, drag.from, drag.from); });
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, () => setTimeout(() => { drag = null; }));
  }
  frame.addEventListener("click", (event) => { if (drag?.isMoved) event.stopImmediatePropagation(); }, { capture: true });
};
