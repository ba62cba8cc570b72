// What a net makes of a drawing: paper to draw on, the net's answer as bars, and over the image that the net is given the
// gradient at every pixel. `ask(question, bytes)` asks the net; its answers come back to `take`.
const percent = (share) => `${(100 * share).toFixed(1)} %`;

const looking = (ask, classes) => {
  const seen = seenImage(byId("seen"));
  // The class that the drawing is to become; without one, what the net answers.
  let target = null;
  let isAsked = false;
  let isAskedAgain = false;

  // One question is under way at a time; the newest follows it.
  const look = () => {
    if (board.isBlank()) return showLook({ blank: true });
    if (isAsked) { isAskedAgain = true; return; }
    isAsked = true;
    const image = board.image();
    if (image) ask({ do: "look", target }, Uint8Array.from(image.bytes));
    else ask({ do: "look", target, width: board.side }, board.greys());
  };
  const board = drawingBoard(byId("paper"), atNextFrame(() => look()));

  const bars = Array.from({ length: classes }, (_, digit) => {
    const share = make("span", { className: "share" });
    const bar = make("span", { className: "bar" }, make("i"));
    const button = make("button", { type: "button", ariaPressed: "false" }, make("b", { textContent: String(digit) }), bar, share);
    button.addEventListener("click", () => {
      target = target === digit ? null : digit;
      look();
    });
    byId("bars").append(make("li", {}, button));
    return { button, share, fill: bar.firstChild };
  });

  // The bars, and the pixels with their colours; of nothing, without an answer.
  const showAnswer = (answer) => {
    bars.forEach(({ button, share, fill }, digit) => {
      const p = answer ? answer.shares[digit] : 0;
      share.textContent = answer ? percent(p) : "";
      fill.style.width = `${100 * p}%`;
      button.classList.toggle("answer", digit === answer?.answer);
      button.ariaPressed = String(digit === (target ?? answer?.target));
    });
    seen.show(answer);
  };
  const showLook = (answer) => {
    if (answer.error || answer.blank) showAnswer(null);
    else showAnswer(answer);
    byId("read").textContent = answer.error ? "The net cannot say." : answer.blank ? "Draw a digit." : told(answer);
    byId("why").textContent = answer.error ? sentence(answer.error.message) : answer.blank ? promise : why(answer);
  };
  const promise = "Then the colours say what the net goes by; choose another digit to see what would turn yours into it.";
  const why = ({ answer, target: one, vanished }) => {
    if (vanished) return "No pixel matters here: the net is saturated, and nothing comes back to the picture.";
    // 8 alone begins with a vowel.
    const digit = `${one === 8 ? "an" : "a"} ${one}`;
    return target === null || target === answer
      ? `Blue: ink here would make it more of ${digit}. Orange: less.`
      : `Blue: ink here would make it ${digit}. Orange: ink here, or what is there, speaks against it.`;
  };
  const told = ({ answer, shares }) => {
    const label = board.image()?.label;
    const labelled = label === undefined ? "" : `; its label is ${label}`;
    return `The net reads ${answer}, with ${percent(shares[answer])}${labelled}.`;
  };

  byId("clear").addEventListener("click", () => {
    target = null;
    board.clear();
  });
  return {
    // Shows an image, with its label if that is known, and asks what would make it one of `towards`.
    show: (image, towards = null) => {
      target = towards;
      board.show(image);
    },
    clear: board.clear,
    // Asks again: the net has learned.
    again: look,
    // The net's images have perhaps another size now.
    forget: board.forget,
    take: (answer) => {
      isAsked = false;
      showLook(answer);
      if (!isAskedAgain) return;
      isAskedAgain = false;
      look();
    },
  };
};
