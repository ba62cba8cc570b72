// Begins: the WebAssembly is in the page, and nothing is fetched.
// Two views; the second begins its worker when it is first looked at.
const tabs = (open) => {
  const all = ["graphs", "nets"];
  const tabOf = (name) => byId(`${name}-tab`);
  const show = (name) => {
    for (const other of all) {
      const is = other === name;
      byId(other).hidden = !is;
      tabOf(other).ariaSelected = String(is);
      tabOf(other).tabIndex = is ? 0 : -1;
    }
    open[name]();
  };
  for (const [place, name] of all.entries()) {
    tabOf(name).addEventListener("click", () => show(name));
    tabOf(name).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.stopPropagation();
      const other = all[(place + 1) % all.length];
      show(other);
      tabOf(other).focus();
    });
  }
  return show;
};

// In another page there is the graph and its numbers alone; that page is told how much room they take.
const embed = () => {
  document.body.classList.add("embedded");
  const tell = () => parent.postMessage({ height: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
};

(async () => {
  if (address.isEmbedded) embed();
  const wasm = bytesOf(byId("wasm").textContent);
  const ask = await engine(wasm);
  const about = ask({ do: "about" });
  let ofGraphs = null;
  let areNets = false;
  const show = tabs({
    graphs: () => { ofGraphs ??= graphs(ask, about); ofGraphs.shown(); },
    nets: () => {
      address.write("#nets");
      if (!areNets) nets(wasm);
      areNets = true;
    },
  });
  show(location.hash === "#nets" ? "nets" : "graphs");
  document.body.classList.add("ready");
  // A file that misses its place does not take the page's.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
})().catch((error) => {
  byId("trouble").hidden = false;
  byId("trouble-text").textContent = String(error.message ?? error);
});
