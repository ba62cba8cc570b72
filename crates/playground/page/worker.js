// Trains in a thread of its own. Between two stretches of training it hears what the page asks.
"use strict";
const stretch = 40; // milliseconds
const measureEvery = 50; // steps
let tape = null;
let isTraining = false;
let until = 0;
let step = 0;
let perStretch = 4;
let measured = 0;
let run = 0;

// Trains a little, says how far it is, and goes on after whatever has been asked meanwhile.
const train = (ask) => {
  if (!isTraining) return;
  const began = performance.now();
  const told = ask({ do: "train", steps: Math.min(perStretch, until - step) });
  const took = performance.now() - began;
  perStretch = Math.max(1, Math.min(measureEvery, Math.round((perStretch * stretch) / Math.max(took, 1))));
  isTraining = !told.error && told.step < until;
  step = told.step ?? step;
  // Every so often the net is tried, on images it has not learned from, too.
  const isDue = told.step >= measured + measureEvery || !isTraining;
  if (isDue) measured = told.step;
  const how = isDue && !told.error ? ask({ do: "measure" }) : {};
  postMessage({ to: "train", run, answer: { ...how, ...told, isOver: !isTraining } });
  setTimeout(train, 0, ask);
};

const begins = ["begin", "draw", "file"];
onmessage = async ({ data: { question, bytes } }) => {
  if (question.do === "engine") tape = engine(bytes);
  // What comes while the WebAssembly is being compiled waits, in its order.
  const ask = await tape;
  if (question.do === "go") {
    until = question.until;
    if (!isTraining) setTimeout(train, 0, ask);
    isTraining = true;
    return;
  }
  if (question.do === "stop" || begins.includes(question.do)) isTraining = false;
  if (question.do === "begin") [step, measured, run] = [0, 0, question.run];
  if (question.do === "stop" || question.do === "engine") return;
  postMessage({ to: question.do, answer: ask(question, bytes) });
};
