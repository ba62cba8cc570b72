// A net that learns digits in a worker, and what it sees in a drawing.
const nets = (wasm) => {
  // How far a training goes: a step of the net with filters takes eight times as long.
  const stepsOf = { convolutional: 1000 };
  let steps = 3000;
  const source = new Blob([byId("worker").textContent], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(source));
  const ask = (question, bytes) => worker.postMessage({ question, bytes });
  ask({ do: "engine" }, wasm);

  const accuracies = curve(byId("accuracy-curve"), { least: 1, unit: (share) => `${Math.round(100 * share)} %` });
  const losses = curve(byId("loss-curve"), { least: 2.4, unit: (loss) => loss.toFixed(loss >= 10 ? 0 : 1) });
  let isTraining = false;
  let isLost = false;
  let step = 0;
  // Of which training a message is: one of the last may still be under way when the next begins.
  let run = 0;
  const drawing = looking(ask, 10);

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
    drawing.again();
  };
  const settings = () => ({
    layers: byId("layers").value,
    hidden: Number(byId("layers").value) || undefined,
    rate: numberOf(byId("rate").value),
    loss: byId("loss-kind").value,
  });
  const begin = () => {
    step = 0;
    isLost = false;
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
      if (error) return say(sentence(error.message));
      say(`${train.toLocaleString("en")} digits drawn by the page to learn from, ${test.toLocaleString("en")} others to try it on.`);
      drawing.forget();
      begin();
      go(steps);
    },
    file: ({ error, said, train, test }) => {
      // Begins with the file's name.
      if (error) return say(error.message);
      if (train === undefined) return say(said);
      say(`${train.toLocaleString("en")} images to learn from, ${test.toLocaleString("en")} others to try it on.`);
      drawing.forget();
      begin();
      go(steps);
    },
    begin: (answer) => {
      if (answer.error) return say(sentence(answer.error.message));
      showProgress(answer);
    },
    train: (answer) => {
      if (answer.error) {
        setTraining(false);
        // There is nothing to go on from.
        isLost = true;
        byId("train").textContent = "Train anew";
        drawing.again();
        return say(sentence(answer.error.message));
      }
      step = answer.step;
      losses.add(step, answer.loss);
      if (answer.isOver) setTraining(false);
      showProgress(answer);
    },
    look: drawing.take,
    sample: (answer) => {
      if (answer.error) return say(sentence(answer.error.message));
      drawing.show({ size: answer.size, bytes: answer.image, label: answer.label });
    },
    check: (answer) => {
      byId("check").disabled = false;
      byId("report").textContent = answer.error ? sentence(answer.error.message) : "";
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
        ` Of element [${element}] the rule says ${withMinus(rule)}, differences say ${withMinus(differences)}.`));
    const lost = wrong.length ? `Wrong because of it: the gradients of ${wrong.join(", ")}. ` : "";
    return [...told, make("p", { textContent: lost + scale })];
  };

  byId("train").addEventListener("click", () => {
    if (isLost) return again();
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

  drawing.clear();
  byId("drawn").click();
};
