// A net that learns digits in a worker, and what it sees in a drawing.
const nets = (wasm) => {
  // How far a training goes: a step of the net with filters takes eight times as long.
  const stepsOf = { convolutional: 1000 };
  let steps = 3000;
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const source = new Blob([byId("worker").textContent], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(source));
  const ask = (question, bytes) => worker.postMessage({ question, bytes });
  ask({ do: "engine" }, wasm);

  const accuracies = curve(byId("accuracy-curve"), { least: 1, unit: (share) => `${Math.round(100 * share)} %` });
  const losses = curve(byId("loss-curve"), { least: 2.4, unit: (loss) => loss.toFixed(loss >= 10 ? 0 : 1) });
  const seen = seenImage(byId("seen"));
  let isTraining = false;
  let step = 0;
  // Of which training a message is: one of the last may still be under way when the next begins.
  let run = 0;
  let target = null;
  let isAsked = false;
  let isAskedAgain = false;

  // One question about the drawing is under way at a time; the newest follows it.
  const look = () => {
    if (board.isBlank()) return showLook({ blank: true });
    if (isAsked) { isAskedAgain = true; return; }
    isAsked = true;
    ask({ do: "look", width: board.side, target }, board.greys());
  };
  const board = drawingBoard(byId("paper"), atNextFrame(() => look()));

  const bars = Array.from({ length: 10 }, (_, digit) => {
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

  const showLook = (answer) => {
    if (answer.error) {
      byId("read").textContent = "The net cannot say.";
      byId("why").textContent = answer.error.message;
      return;
    }
    const isBlank = Boolean(answer.blank);
    bars.forEach(({ button, share, fill }, digit) => {
      const p = isBlank ? 0 : answer.shares[digit];
      share.textContent = isBlank ? "" : percent(p);
      fill.style.width = `${100 * p}%`;
      button.classList.toggle("answer", !isBlank && digit === answer.answer);
      button.ariaPressed = String(digit === (target ?? answer.target ?? null));
    });
    seen.show(isBlank ? null : answer);
    byId("read").textContent = isBlank ? "Draw a digit." : `The net reads ${answer.answer}, with ${percent(answer.shares[answer.answer])}.`;
    // 8 alone begins with a vowel.
    const one = `${answer.target === 8 ? "an" : "a"} ${answer.target}`;
    byId("why").textContent = isBlank
      ? "Then the colours say what the net goes by; choose another digit below to see what would turn yours into it."
      : answer.vanished
        ? "No pixel matters here: the net is saturated, and nothing comes back to the picture."
        : target === null || target === answer.answer
          ? `Blue: ink here would make it more of ${one}. Orange: less.`
          : `Blue: ink here would make it ${one}. Orange: ink here, or what is there, speaks against it.`;
  };

  const say = (text) => { byId("said").textContent = text; };
  const setTraining = (is) => {
    isTraining = is;
    byId("train").textContent = is ? "Pause" : step >= steps ? "Train on" : "Train";
  };
  const showProgress = ({ loss, train, test }) => {
    byId("step").textContent = step.toLocaleString("en");
    if (loss !== undefined) byId("loss").textContent = loss.toFixed(3);
    if (test === undefined) return;
    byId("test").textContent = percent(test);
    byId("trained").textContent = percent(train);
    accuracies.add(step, test);
    look();
  };
  const settings = () => ({
    layers: byId("layers").value,
    hidden: Number(byId("layers").value) || undefined,
    rate: numberOf(byId("rate").value),
    loss: byId("loss-kind").value,
  });
  const begin = () => {
    step = 0;
    steps = stepsOf[byId("layers").value] ?? 3000;
    byId("loss").textContent = "–";
    accuracies.clear(steps);
    losses.clear(steps);
    run += 1;
    ask({ do: "begin", run, ...settings() });
  };
  const go = (until) => {
    setTraining(true);
    ask({ do: "go", until });
  };

  const answers = {
    draw: ({ error, train, test }) => {
      if (error) return say(error.message);
      say(`${train.toLocaleString("en")} digits drawn to learn from, ${test.toLocaleString("en")} others to try it on.`);
      begin();
      go(steps);
    },
    file: ({ error, said, train, test }) => {
      if (error) return say(error.message);
      if (train === undefined) return say(said);
      say(`${train.toLocaleString("en")} images to learn from, ${test.toLocaleString("en")} others to try it on.`);
      begin();
      go(steps);
    },
    begin: (answer) => {
      if (answer.error) return say(answer.error.message);
      showProgress(answer);
    },
    train: (answer) => {
      if (answer.error) {
        setTraining(false);
        return say(answer.error.message);
      }
      step = answer.step;
      losses.add(step, answer.loss);
      if (answer.isOver) setTraining(false);
      showProgress(answer);
    },
    look: (answer) => {
      isAsked = false;
      showLook(answer);
      if (isAskedAgain) {
        isAskedAgain = false;
        look();
      }
    },
    sample: (answer) => {
      if (answer.error) return say(answer.error.message);
      board.show(answer.size, answer.image);
    },
    check: (answer) => {
      byId("check").disabled = false;
      byId("report").textContent = answer.error ? answer.error.message : "";
      if (!answer.error) byId("report").replaceChildren(...report(answer));
    },
  };
  worker.onmessage = ({ data: { to, answer, run: of = run } }) => { if (of === run) answers[to](answer); };
  worker.onerror = (event) => say(`The worker has stopped: ${event.message}`);

  const report = ({ entries, comparisons, images, faults, wrong }) => {
    const scale = `${entries} entries of the untrained net were checked alone, ${comparisons} derivatives compared with differences, on ${images} images.`;
    if (faults.length === 0) return [make("p", { className: "right", textContent: "Every derivative is right." }), make("p", { textContent: scale })];
    const told = faults.map(({ op, entry, reads, element, rule, differences }) =>
      make("p", { className: "wrong" }, make("b", { textContent: `At fault: entry ${entry}, ${op}, back to ${reads}.` }),
        ` Of element [${element}] the rule says ${rule}, differences say ${differences}.`));
    const lost = wrong.length ? `Wrong because of it: the gradients of ${wrong.join(", ")}. ` : "";
    return [...told, make("p", { textContent: lost + scale })];
  };

  byId("train").addEventListener("click", () => {
    if (!isTraining) return go(step >= steps ? step + steps : steps);
    setTraining(false);
    ask({ do: "stop" });
  });
  const again = () => {
    byId("report").replaceChildren();
    const isWrong = byId("loss-kind").value !== "right";
    say(`Training begins again${isWrong ? ", with the loss that is wrong on purpose" : ""}.`);
    begin();
    go(steps);
  };
  byId("again").addEventListener("click", again);
  for (const id of ["layers", "rate", "loss-kind"]) byId(id).addEventListener("change", again);
  byId("check").addEventListener("click", () => {
    byId("check").disabled = true;
    byId("report").textContent = "Checking …";
    ask({ do: "check", ...settings() });
  });
  byId("clear").addEventListener("click", () => {
    target = null;
    board.clear();
  });
  byId("sample").addEventListener("click", () => ask({ do: "sample" }));

  // Files are chosen or dropped; all of a set at once.
  const read = async (files) => {
    const all = Array.from(files);
    if (all.length === 0) return;
    for (const [place, file] of all.entries()) {
      say(`Reading ${file.name} …`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      ask({ do: "file", name: file.name, is_first: place === 0, is_last: place === all.length - 1 }, bytes);
    }
  };
  byId("files").addEventListener("change", () => read(byId("files").files));
  const ground = byId("nets");
  ground.addEventListener("dragover", (event) => {
    event.preventDefault();
    ground.classList.add("dropping");
  });
  ground.addEventListener("dragleave", () => ground.classList.remove("dropping"));
  ground.addEventListener("drop", (event) => {
    event.preventDefault();
    ground.classList.remove("dropping");
    read(event.dataTransfer.files);
  });
  byId("drawn").addEventListener("click", () => {
    say("Drawing digits …");
    ask({ do: "draw", count: 5000 });
  });

  board.clear();
  byId("drawn").click();
};
